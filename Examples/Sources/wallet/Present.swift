import ArgumentParser
import Pages
import Tegata
import WalletService

/// `wallet present`: a question is answered, or declined.
struct Present: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.presentAbstract), discussion: language(.presentDiscussion))

    @Argument(help: "openid4vp://…")
    var link: String

    @Option(name: .customLong("card"), help: ArgumentHelp(language(.cardHelp)))
    var number: Int?

    @Flag(help: ArgumentHelp(language(.yesHelp)))
    var yes = false

    @Flag(help: ArgumentHelp(language(.declineHelp)))
    var decline = false

    @OptionGroup var common: Common

    func validate() throws {
        guard !yes || !decline else { throw ValidationError("--yes --decline") }
    }

    /// What was shown, to whom, and where to go on.
    private struct Result: Encodable {
        let verifier: String
        let isAuthenticated: Bool
        let host: String
        let outcome: String
        let shown: [[String]]
        let redirect: String?
    }

    func run() async throws {
        try await common.run(.showing) { wallet in
            let review = try await wallet.review(request: link, preferring: number)
            describe(review)
            let isAgreed = try consent(to: review)
            let redirect =
                try await isAgreed ? wallet.show(review) : wallet.decline(review)
            let outcome: ConsentRecord.Outcome = isAgreed ? .shown : .declined
            let result = Result(
                verifier: review.verifier.line, isAuthenticated: review.isAuthenticated,
                host: review.host, outcome: outcome.rawValue,
                shown: isAgreed ? review.parts.map { $0.shown.map(\.line) } : [],
                redirect: redirect)
            let end = redirect.map { "\n\(language(.goOn)): \($0)" } ?? ""
            try common.print(result, language(outcome.words) + end)
        }
    }

    private func describe(_ review: RequestReview) {
        let proof = review.isAuthenticated ? "" : " " + language(.unproven)
        common.note("\(language(.verifier)): \(review.verifier.line)\(proof)")
        common.note("\(language(.answerGoesTo)): \(review.host)")
        for part in review.parts {
            common.note(CardLine(part.card).short)
            common.note("   \(language(.wouldBeShown)): \(names(part.shown))")
            common.note("   \(language(.staysHidden)): \(names(part.hidden))")
        }
    }

    private func names(_ names: [String]) -> String {
        names.isEmpty ? "–" : names.map { language.label($0).line }.joined(separator: ", ")
    }

    /// Whether the owner agrees.
    ///
    /// - Throws: `typeMismatch` when there is nothing to agree to; an exit when the owner decides nothing.
    private func consent(to review: RequestReview) throws -> Bool {
        if decline { return false }
        guard review.isAnswerable else { throw Refusal.typeMismatch }
        if yes { return true }
        switch ask(language(.askConsent))?.lowercased() {
        case "y", "yes", "はい": return true
        case "n", "no", "いいえ": return false
        default:
            complain(language(.nothingSent))
            throw ExitCode(1)
        }
    }
}
