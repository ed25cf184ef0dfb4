import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataNationalID
import WalletService

/// Where the owner's ID card is read, and who checks it: this example has made-up cards only, as the kiosk of `verifier` has.
struct Identity: ParsableArguments {
    @Option(help: ArgumentHelp(language(.servicesHelp), valueName: "file"))
    var services: String?

    @Option(help: ArgumentHelp(language(.testRootHelp), valueName: "file"))
    var testRoot: String?

    /// Made-up people, as long as this process lives.
    static let people = TestCards.strangers()

    /// The reader and the services of every issuer that the file names; none without a file.
    func open(acceptsLoopback: Bool) throws -> IdentityAccess? {
        if let testRoot {
            try Data(DemoIdentity.nextAuthority.root).write(to: URL(filePath: testRoot))
        }
        guard let services else { return nil }
        return IdentityAccess(
            Self.people,
            services: try ServicesFile(services).open(isTest: true, fromLoopback: acceptsLoopback))
    }
}

/// `wallet link`: a question whether two cards are one person's.
struct Link: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.linkAbstract), discussion: language(.linkDiscussion))

    @Argument(help: "https://…/tegata/links/…")
    var link: String

    @Option(help: ArgumentHelp(language(.idCardHelp)))
    var idCard: String?

    @Option(help: ArgumentHelp(language(.linkCrowdHelp)))
    var crowd = WalletService.usualCrowd

    @Flag(help: ArgumentHelp(language(.yesHelp)))
    var yes = false

    @Flag(help: ArgumentHelp(language(.linkDeclineHelp)))
    var decline = false

    @OptionGroup var identity: Identity
    @OptionGroup var common: Common

    func validate() throws {
        guard !yes || !decline else { throw ValidationError("--yes --decline") }
        guard crowd > 0 else { throw ValidationError("--crowd 1…") }
    }

    /// What came of it.
    private struct Result: Encodable {
        let verifier: String
        let outcome: String
        let shown: [[String]]
        let crowd: Int?
    }

    func run() async throws {
        try await common.run(.linking, identity) { wallet in
            let review = try await wallet.review(link: link)
            describe(review)
            let isAgreed = try consent(to: review)
            let shown = review.parts.compactMap { part -> [String]? in
                if case .shown(_, let claims, _) = part { claims.map(\.line) } else { nil }
            }
            if isAgreed {
                try await wallet.link(review, with: idCard, agreed: true, ofAtLeast: crowd)
            } else {
                try wallet.decline(review)
            }
            try common.print(
                Result(
                    verifier: review.verifier.line, outcome: isAgreed ? "linked" : "declined",
                    shown: isAgreed ? shown : [], crowd: review.crowd),
                language(isAgreed ? .linkedNow : .nothingSent))
        }
    }

    private func describe(_ review: LinkReview) {
        common.note("\(language(.verifier)): \(review.verifier.line)")
        common.note("\(language(.linkPurpose)): \(review.purpose(language).cut(to: 600).line)")
        for part in review.parts {
            switch part {
            case .shown(let card, let claims, let hidden):
                common.note(CardLine(card).short)
                common.note("   \(language(.wouldBeShown)): \(names(claims))")
                common.note("   \(language(.staysHidden)): \(names(hidden))")
            case .hidden(let card, let members):
                common.note("\(card.title(language).line)  \(card.card.issuer.line)")
                common.note("   \(language(.onlyOneOf)): \(members.anonymity)")
            case .missing(let issuer, let edition):
                common.note("\(language(.cardMissing)): \(edition.line)  \(issuer.line)")
            }
        }
        common.note(language(.linkConsequence))
    }

    private func names(_ names: [String]) -> String {
        names.isEmpty ? "–" : names.map { language.label($0).line }.joined(separator: ", ")
    }

    /// Whether the owner agrees. No is the default: an empty line, a single letter and the end of the input are no.
    ///
    /// - Throws: `typeMismatch`, `unsupported` when there is nothing to agree to.
    private func consent(to review: LinkReview) throws -> Bool {
        if decline { return false }
        guard review.hasReader else { throw Refusal.unsupported }
        guard review.isAnswerable else { throw Refusal.typeMismatch }
        if yes { return true }
        return ["yes", "はい"].contains(ask(language(.askLink))?.lowercased())
    }
}
