import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import WalletService

/// The wallet on a command line.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: language(.abstract), discussion: language(.discussion),
        subcommands: [
            Receive.self, Present.self, List.self, Show.self, HistoryCommand.self, Delete.self,
            Export.self, Import.self, Use.self, Link.self, Act.self, MailCommand.self, Proofs.self,
            Settle.self,
            Trust.self, Serve.self,
        ])
}

/// The language of what people read: Japanese where the environment says so.
let language: Language =
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }?
        .hasPrefix("ja") == true ? .japanese : .english

/// What every command takes.
struct Common: ParsableArguments {
    @Option(help: ArgumentHelp(language(.homeHelp), valueName: "directory"))
    var home =
        ProcessInfo.processInfo.environment["TEGATA_WALLET"]
        ?? NSHomeDirectory() + "/.tegata-wallet"

    @Flag(inversion: .prefixedNo, help: ArgumentHelp(language(.loopbackHelp)))
    var loopback = true

    @Flag(help: ArgumentHelp(language(.jsonHelp)))
    var json = false

    /// Opens the wallet and does something with it. What goes wrong is said on the error stream, and ends with the status that
    /// the help of the command promises.
    func run(
        _ situation: Situation, _ identity: Identity? = nil,
        _ body: (WalletService) async throws -> Void
    ) async throws {
        do {
            let folder = try WalletHome(home)
            let wallet = try WalletService(
                home: folder, trusting: folder.trust(), acceptsLoopback: loopback,
                identity: try identity?.open(acceptsLoopback: loopback))
            try await body(wallet)
        } catch let refusal as Refusal {
            let said = situation.words(for: refusal)
            let space = language == .japanese ? "" : " "
            let words = language(said.happened) + space + language(said.next)
            complain("\(refusal.rawValue): \(words)")
            throw ExitCode(refusal == .unavailable ? 3 : 1)
        } catch let problem as KeyFile.Problem {
            complain(problem.description)
            throw ExitCode(1)
        }
    }

    /// Prints a result: for people, or as JSON.
    func print(_ value: some Encodable, _ text: @autoclosure () -> String) throws {
        guard json else {
            Swift.print(text())
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints a line that is for people only.
    func note(_ text: String) {
        guard !json else { return }
        Swift.print(text)
    }
}

/// Says something on the error stream.
func complain(_ text: String) {
    FileHandle.standardError.write(Data("wallet: \(text.line)\n".utf8))
}

/// Asks the owner; `nil` when nobody is there to answer.
func ask(_ question: String) -> String? {
    FileHandle.standardError.write(Data("\(question) ".utf8))
    return readLine(strippingNewline: true)
}

extension String {
    /// The text as one line of a terminal, in which nothing drives the terminal (A45, A123).
    var line: String { visible.replacing("\n", with: " ").replacing("\t", with: " ") }
}
