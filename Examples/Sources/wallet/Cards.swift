import ArgumentParser
import Foundation
import Pages
import Tegata
import WalletService

/// `wallet list`.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: language(.listAbstract))

    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.keeping) { wallet in
            for fault in try wallet.kept().faults {
                complain(
                    "\(fault.reason.rawValue): \(fault.list.rawValue) \(fault.place + 1): \(language(.unread))"
                )
            }
            let lines = try wallet.cards().map { CardLine($0) }
            try common.print(
                lines,
                lines.isEmpty
                    ? language(.noCards) : lines.map(\.short).joined(separator: "\n"))
        }
    }
}

/// `wallet show`.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: language(.showAbstract))

    @Argument(help: ArgumentHelp(language(.numberHelp)))
    var number: Int

    @Option(help: ArgumentHelp(language(.svgHelp), valueName: "file"))
    var svg: String?

    @Option(help: ArgumentHelp(language(.pngHelp), valueName: "file"))
    var png: String?

    @Flag(help: ArgumentHelp(language(.statusHelp)))
    var status = false

    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.keeping) { wallet in
            let card = try wallet.card(number)
            let standing = status ? await wallet.standing(of: card) : nil
            let line = CardLine(card, status: standing?.code)
            let words = standing.map { "\n   \(language(.status)): \(language($0.words))" } ?? ""
            try common.print(line, line.long + words)
            guard svg != nil || png != nil else { return }
            let face = card.face(language)
            if let svg { try Data(face.svg.markup.utf8).write(to: URL(filePath: svg)) }
            if let png { try Self.render(face, to: png) }
        }
    }

    /// Turns the picture into pixels with `rsvg-convert`, where it is installed.
    private static func render(_ face: CardFace, to file: String) throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(
            separator: ":")
        let tool = folders.map { "\($0)/rsvg-convert" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let tool else {
            complain(language(.noConverter))
            throw ExitCode(3)
        }
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: tool)
        process.arguments = ["--width", "1712", "--output", file]
        process.standardInput = input
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(face.svg.markup.utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(1) }
    }
}

/// `wallet delete`.
struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: language(.deleteAbstract))

    @Argument(help: ArgumentHelp(language(.numberHelp)))
    var number: Int?

    @Flag(help: ArgumentHelp(language(.deleteAllHelp)))
    var all = false

    @Flag(help: ArgumentHelp(language(.deleteHistoryHelp)))
    var history = false

    @Flag(help: ArgumentHelp(language(.deleteYesHelp)))
    var yes = false

    @OptionGroup var common: Common

    func validate() throws {
        guard [number != nil, all, history].count(where: \.self) == 1 else {
            throw ValidationError("NUMBER | --all | --history")
        }
    }

    func run() async throws {
        try await common.run(.keeping) { wallet in
            let card = try number.map(wallet.card)
            if let card { common.note(CardLine(card).short) }
            if !yes {
                guard ["y", "yes", "はい"].contains(ask(language(.askDeletion))?.lowercased())
                else {
                    complain(language(.nothingDeleted))
                    throw ExitCode(1)
                }
            }
            if let card {
                try wallet.delete(card)
            } else if all {
                try wallet.deleteAll()
            } else {
                try wallet.deleteHistory()
            }
            try common.print(
                ["deleted": number.map(String.init) ?? (all ? "all" : "history")],
                language(.deleted))
        }
    }
}

/// `wallet history`.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: language(.historyAbstract))

    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.keeping) { wallet in
            let kept = try wallet.kept().wallet
            let lines = kept.history.map { HistoryLine($0, in: kept) }
            try common.print(
                lines,
                lines.isEmpty
                    ? language(.noHistory) : lines.map(\.text).joined(separator: "\n"))
        }
    }
}

/// A record of the history as it is printed.
private struct HistoryLine: Encodable {
    struct Shown: Encodable {
        let issuer: String
        let edition: String?
        let serial: UInt32
        let claims: [String]
    }

    let time: String
    let verifier: String
    let isAuthenticated: Bool
    let host: String
    let outcome: String
    let shown: [Shown]

    init(_ record: ConsentRecord, in wallet: Wallet) {
        time = record.timeText
        verifier = record.verifier.line
        isAuthenticated = record.isAuthenticated
        host = record.host.line
        outcome = record.outcome.rawValue
        shown = record.shown.map { shown in
            Shown(
                issuer: shown.issuer.line,
                edition: wallet.edition(of: shown)?.edition.id.line, serial: shown.serial,
                claims: shown.claims.map(\.line))
        }
    }

    /// A line, and one for each card.
    var text: String {
        let words = ConsentRecord.Outcome(rawValue: outcome).map { language($0.words) } ?? ""
        let cards = shown.map { shown in
            "   \(shown.edition ?? shown.issuer) № \(shown.serial): \(shown.claims.joined(separator: ", "))"
        }
        return (["\(time)  \(words)  \(verifier) → \(host)"] + cards).joined(separator: "\n")
    }
}

/// `wallet settle`.
struct Settle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: language(.settleAbstract))

    @Argument(help: ArgumentHelp(language(.numberHelp)))
    var number: Int

    @Option(help: ArgumentHelp(language(.crowdHelp)))
    var crowd = 64

    @OptionGroup var common: Common

    func validate() throws {
        guard crowd > 0 else { throw ValidationError("--crowd 1…") }
    }

    func run() async throws {
        try await common.run(.settling) { wallet in
            let list = try await wallet.settle(number, ofAtLeast: crowd)
            try common.print(["list": list], language(.settled))
        }
    }
}
