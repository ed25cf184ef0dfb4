import ArgumentParser
import Pages
import Tegata
import WalletService

/// `wallet act`: something that every member may do once, without saying which member.
struct Act: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.actAbstract), discussion: language(.actDiscussion))

    @Argument(help: "https://…/anonymous/…/question")
    var link: String

    @Option(help: ArgumentHelp(language(.linkCrowdHelp)))
    var crowd = WalletService.usualCrowd

    @Flag(help: ArgumentHelp(language(.yesHelp)))
    var yes = false

    @OptionGroup var common: Common

    func validate() throws {
        guard crowd > 0 else { throw ValidationError("--crowd 1…") }
    }

    func run() async throws {
        try await common.run(.acting) { wallet in
            let review = try await wallet.review(action: link)
            common.note("\(language(.verifier)): \(review.verifier.line)")
            common.note(
                "\(language(.linkPurpose)): \(review.purpose(language).cut(to: 600).line)")
            common.note("\(review.card.title(language).line)  \(review.card.card.issuer.line)")
            common.note("   \(language(.onlyOneOf)): \(review.crowd)")
            for requirement in review.requirements { common.note("   \(requirement.line)") }
            if !yes {
                guard ["y", "yes", "はい"].contains(ask(language(.askAct))?.lowercased()) else {
                    complain(language(.nothingSent))
                    throw ExitCode(1)
                }
            }
            try await wallet.act(review, ofAtLeast: crowd)
            try common.print(["state": "accepted"], language(.actedNow))
        }
    }
}
