import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata

/// `tegata present`: an answer to a question, with a card.
struct Present: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.presentAbstract), discussion: language(.presentDiscussion))

    @Argument(help: ArgumentHelp(language(.challengeHelp)))
    var challenge: String

    @Option(help: ArgumentHelp(language(.cardFile), valueName: "file"))
    var card: String

    @Option(help: ArgumentHelp(language(.holderKey), valueName: "file"))
    var key: String

    @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
    var profile: String

    @Option(help: ArgumentHelp(language(.revealHelp), valueName: "claim"))
    var reveal: [String] = []

    @Option(help: ArgumentHelp(language(.answerOut), valueName: "file"))
    var out: String?

    @OptionGroup var output: Output

    func run() throws {
        let holder = try Holders.holder(key)
        let issuer = try IssuerProfile(parsing: try Texts.read(profile))
        let held = try holder.accept(
            String(decoding: try KeyFile.read(card), as: UTF8.self), from: issuer)
        let answer = try holder.present(held, revealing: reveal, to: try Texts.line(challenge))
        if let out {
            try Texts.write(answer, to: out)
            try output.print(
                ["answer": out, "card": held.description], "\(held): \(language(.answerIn)) \(out)")
        } else {
            try output.print(["answer": answer], answer)
        }
    }
}
