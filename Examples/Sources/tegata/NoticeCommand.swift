import ArgumentParser
import Foundation
import Pages
import Tegata
import TegataLog
import WalletService

/// `tegata notice`: what an issuer told somebody, years later.
struct NoticeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice", abstract: language(.noticeAbstract), subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: language(.noticeCheckAbstract),
            discussion: language(.noticeCheckDiscussion))

        @Argument(help: ArgumentHelp(language(.proofHelp), valueName: "file"))
        var proof: String

        @Option(help: ArgumentHelp(language(.profileHelp), valueName: "file"))
        var profile: String

        @Option(help: ArgumentHelp(language(.listsHelp), valueName: "file"))
        var lists: String?

        @OptionGroup var watchers: Watchers

        @OptionGroup var output: Output

        /// The result for programs.
        private struct Checked: Encodable {
            let issuer: String
            let edition: String
            let serial: UInt32?
            let title: BilingualWords
            let office: BilingualWords
            let basis: BilingualWords
            let state: String
            let time: Int64
            let holderProven: Bool
        }

        private struct BilingualWords: Encodable {
            let ja: String
            let en: String

            init(_ text: BilingualText) { (ja, en) = (text.ja, text.en) }
        }

        func run() throws {
            let profile = try IssuerProfile(parsing: try Texts.read(profile))
            let snapshot = try lists.map {
                try MemberSnapshot(parsing: try Texts.read($0), from: profile)
            }
            let proof = try NoticeProof(
                parsing: try Texts.read(proof), from: profile, among: snapshot,
                witnesses: try watchers.keys, quorum: watchers.needed)
            let notice = proof.notice
            var serial: UInt32?
            if case .card(let number, _) = notice.address { serial = number.number }
            try output.print(
                Checked(
                    issuer: notice.issuer, edition: notice.edition, serial: serial,
                    title: BilingualWords(notice.title), office: BilingualWords(notice.office),
                    basis: BilingualWords(notice.basis), state: "\(proof.state)",
                    time: proof.time, holderProven: proof.isHolderProven),
                words(proof, serial))
        }

        private func words(_ proof: NoticeProof, _ serial: UInt32?) -> String {
            let notice = proof.notice
            var lines = [
                "\(language(.proven)): \(language(notice.title).line) – \(language(proof.state.words))",
                "  \(Day(of: proof.time))  \(language(notice.office).line), \(language(notice.basis).line)",
                "  \(notice.issuer.line)  \(notice.edition.line)\(serial.map { " № \($0)" } ?? "")",
            ]
            if case .amount(let amount, let currency)? = notice.benefit {
                lines.append("  \(amount) \(currency)")
            }
            if let reason = proof.withdrawal?.reason { lines.append("  \(language(reason).line)") }
            lines.append(
                "  " + language(proof.isHolderProven ? .answerIsHolders : .answerNotChecked))
            return lines.joined(separator: "\n")
        }
    }
}
