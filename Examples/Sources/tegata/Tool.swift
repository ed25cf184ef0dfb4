import ArgumentParser
import Foundation

/// The command-line tool for those who check an issuer: its log, its lists, and that both stay what they were.
@main
struct Tool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tegata",
        abstract: "Checks an issuer's cards from public files alone.",
        subcommands: [Audit.self, Monitor.self])
}

/// The language of what people read: Japanese where the environment says so.
let isJapanese =
    ["LC_ALL", "LC_MESSAGES", "LANG"]
    .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }?
    .hasPrefix("ja") ?? false
