import ArgumentParser
import Foundation

/// The command-line tool: everything on one machine to try it, and the audit for those who check an issuer.
@main
struct Tool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tegata",
        abstract:
            "Membership cards: serve them on one machine, and check any issuer from public files alone.",
        subcommands: [Serve.self, Inspect.self, Doctor.self, Audit.self, Monitor.self])
}

/// The language of what people read: Japanese where the environment says so.
let isJapanese =
    ["LC_ALL", "LC_MESSAGES", "LANG"]
    .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }?
    .hasPrefix("ja") ?? false
