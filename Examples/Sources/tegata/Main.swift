import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataArchive

/// The command-line tool: cards from the first key to the audit, everything on one machine to try it, and checks for whoever wants them.
struct Tool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tegata", abstract: language(.toolAbstract),
        discussion: language(.toolDiscussion),
        subcommands: [
            Keygen.self, EditionCommand.self, Issue.self, Present.self, Verify.self,
            BundleCommand.self, ArchiveCommand.self, CouncilCommand.self, Restore.self,
            Relocate.self, NoticeCommand.self, ContractCommand.self, Serve.self, Inspect.self,
            Doctor.self, Audit.self, Monitor.self,
        ])
}

/// The language of what people read: Japanese where the environment says so.
let language: Language = isJapanese ? .japanese : .english

let isJapanese =
    ["LC_ALL", "LC_MESSAGES", "LANG"]
    .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }?
    .hasPrefix("ja") ?? false

@main
enum Main {
    static func main() async {
        do {
            var command = try Tool.parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch {
            Ending(error).leave()
        }
    }
}

/// How a run ends that does not end well, and with which status: the help of the tool promises them.
struct Ending {
    let status: Int32
    /// The stable reason, for a refusal.
    let reason: String?
    let words: String
    /// Where in what was read it is, for programs.
    private var place = [(name: String, number: Int)]()

    init(_ error: any Error) {
        switch error {
        case let refusal as Refusal: self.init(refusal)
        case IssuingError.refused(let refusal): self.init(refusal)
        case let error as IssuingError: self.init(2, language(.editionOrClaim) + "\(error)")
        case let error as EditionError: self.init(2, language(.editionOrClaim) + "\(error)")
        case let fault as ArchiveFault: self.init(fault)
        case let problem as KeyFile.Problem: self.init(3, problem.description)
        case let code as ExitCode: self.init(code.rawValue, "")
        case let error as LogError: self.init(3, "\(error)")
        default:
            let code = Tool.exitCode(for: error)
            self.init(
                code == .success ? 0 : code == .validationFailure ? 2 : 3,
                Tool.fullMessage(for: error))
        }
    }

    private init(_ refusal: Refusal) {
        let space = language == .japanese ? "" : " "
        status = refusal == .unavailable ? 3 : 1
        reason = refusal.rawValue
        words = language(refusal.whatHappened) + space + language(refusal.whatToDo)
    }

    private init(_ fault: ArchiveFault) {
        if case .storage = fault { status = 3 } else { status = 1 }
        reason = fault.reason
        words = language(fault.message)
        place = fault.place
    }

    private init(_ status: Int32, _ words: String) {
        self.status = status
        self.words = words
        reason = nil
    }

    func leave() -> Never {
        if status == 0 {
            print(words)
        } else {
            if let reason, CommandLine.arguments.contains("--json") {
                let members = place.map { #","\#($0.name)":\#($0.number)"# }.joined()
                print(#"{"refused":"\#(reason)"\#(members)}"#)
            }
            let line = reason.map { "\(language(.refused)): \($0): \(words)" } ?? words
            if !line.isEmpty { FileHandle.standardError.write(Data((line + "\n").utf8)) }
        }
        fflush(nil)
        exit(status)
    }
}
