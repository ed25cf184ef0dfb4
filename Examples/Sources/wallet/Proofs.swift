import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import WalletService

/// `wallet proofs`: what is kept of notices for years, a file each.
struct Proofs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.proofsAbstract), discussion: language(.proofsDiscussion))

    @Argument(help: ArgumentHelp(language(.numberHelp)))
    var number: Int

    @Option(help: ArgumentHelp(language(.proofsOut), valueName: "directory"))
    var out: String?

    @Flag(help: ArgumentHelp(language(.keptHelp)))
    var kept = false

    @OptionGroup var common: Common

    /// A proof as it is printed.
    private struct Line: Encodable {
        let day: String
        let title: String
        let office: String
        let state: String
        let file: String

        init(_ kept: KeptProof, in folder: String?) {
            day = "\(Day(of: kept.proof.time))"
            title = language(kept.proof.notice.title).line
            office = language(kept.proof.notice.office).line
            state = "\(kept.proof.state)"
            file = folder.map { "\($0)/\(kept.fileName)" } ?? kept.fileName
        }
    }

    func run() async throws {
        try await common.run(.reading) { wallet in
            let card = try wallet.card(number)
            var proofs: [KeptProof]
            if kept {
                proofs = try wallet.proofs(of: card)
            } else {
                let found = try await wallet.fetchProofs(of: card)
                proofs = found.kept
                if found.refused > 0 { complain("\(language(.notShown)): \(found.refused)") }
            }
            if let out { try write(proofs, to: out) }
            let lines = proofs.map { Line($0, in: out) }
            let words = zip(lines, proofs).map { line, kept in
                "\(line.day)  \(line.title), \(line.office): \(language(kept.proof.state.words))\n   \(line.file)"
            }
            try common.print(
                lines, words.isEmpty ? language(.noProofs) : words.joined(separator: "\n"))
        }
    }

    private func write(_ proofs: [KeptProof], to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for kept in proofs {
            try KeyFile.write(Array(kept.document.utf8), to: "\(folder)/\(kept.fileName)")
        }
    }
}
