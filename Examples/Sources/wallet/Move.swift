import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import WalletService

/// Where a passphrase comes from: a file, or the person.
struct Passphrase: ParsableArguments {
    @Option(help: ArgumentHelp(language(.passphraseHelp), valueName: "file"))
    var passphraseFile: String?

    func read(_ question: Message, isNew: Bool = false) throws -> String {
        if let passphraseFile {
            let text = String(decoding: try KeyFile.read(passphraseFile), as: UTF8.self)
            return String(text.prefix { !$0.isNewline })
        }
        let typed = try type(question)
        // What nobody sees is typed twice, before a file is sealed under it.
        if isNew {
            guard try type(.askPassphraseAgain) == typed else {
                throw ValidationError(language(.passphrasesDiffer))
            }
        }
        return typed
    }

    /// Asks on the terminal, without showing what is typed.
    private func type(_ question: Message) throws -> String {
        guard let typed = getpass(language(question) + " ").map({ String(cString: $0) }),
            !typed.isEmpty
        else { throw ValidationError(language(.passphraseMissing)) }
        return typed
    }
}

/// `wallet export`.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.exportAbstract), discussion: language(.exportDiscussion))

    @Argument(help: ArgumentHelp(language(.exportFileHelp)))
    var file: String

    @OptionGroup var passphrase: Passphrase
    @OptionGroup var common: Common

    func run() async throws {
        try await common.run(.moving) { wallet in
            let secret = try passphrase.read(.askNewPassphrase, isNew: true)
            guard secret.count >= 10 else {
                throw ValidationError(language(.passphraseShort))
            }
            try KeyFile.write(try wallet.export(under: secret), to: file)
            try common.print(["exported": file], language(.exported))
        }
    }
}

/// `wallet import`.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: language(.importAbstract), discussion: language(.importDiscussion))

    @Argument(help: ArgumentHelp(language(.importFileHelp)))
    var file: String

    @OptionGroup var passphrase: Passphrase
    @OptionGroup var common: Common

    /// What a file brought.
    private struct Result: Encodable {
        let cards: [String]
        let newIssuers: [String]
        let notTaken: [String]
    }

    func run() async throws {
        try await common.run(.moving) { wallet in
            guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
                throw ValidationError(language(.importFileHelp))
            }
            let report = try wallet.take(
                [UInt8](bytes), under: try passphrase.read(.askPassphrase))
            let result = Result(
                cards: report.cards.map { "\($0) \($0.issuer)".line },
                newIssuers: report.newIssuers.map(\.line),
                notTaken: report.faults.map {
                    "\($0.list.rawValue) \($0.place + 1) \($0.reason.rawValue)"
                })
            var lines = result.cards
            lines += result.newIssuers.map { "\(language(.newIssuer)): \($0)" }
            lines += result.notTaken.map { "\(language(.notTaken)): \($0)" }
            try common.print(
                result, lines.isEmpty ? language(.nothingNew) : lines.joined(separator: "\n"))
        }
    }
}
