import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata

/// How a command prints what it has done.
struct Output: ParsableArguments {
    @Flag(help: ArgumentHelp(language(.jsonHelp)))
    var json = false

    /// Prints a result: for people, or as JSON in one line.
    func print(_ value: some Encodable, _ text: @autoclosure () -> String) throws {
        // Whoever reads this through a pipe waits for it.
        defer { fflush(nil) }
        guard json else { return Swift.print(text()) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Text that goes from one command to the next: a file, or `-` for the standard input.
enum Texts {
    static let limit = 4 << 20

    static func read(_ path: String, atMost limit: Int = limit) throws -> String {
        let bytes: [UInt8]
        if path == "-" {
            bytes = [UInt8](FileHandle.standardInput.readData(ofLength: limit + 1))
        } else {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw KeyFile.Problem(description: "\(path): \(language(.noFile))")
            }
            bytes = [UInt8](data)
        }
        guard bytes.count <= limit else { throw Refusal.limitExceeded }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Refusal.malformed }
        return text
    }

    /// The same without the newline that ends a line of a shell.
    static func line(_ path: String, atMost limit: Int = limit) throws -> String {
        try read(path, atMost: limit).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Writes a text that anybody may read.
    static func write(_ text: String, to path: String) throws {
        do {
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw KeyFile.Problem(description: "\(path): \(language(.notWritten))")
        }
    }
}

extension String {
    /// The text as one line of a terminal, in which nothing drives the terminal (A45, A123).
    var line: String { visible.replacing("\n", with: " ").replacing("\t", with: " ") }
}

/// `name=value`.
func pair(_ text: String, of option: String) throws -> (name: String, value: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
        throw ValidationError("\(option) \(text.line): \(language(.pairNeeded))")
    }
    return (String(parts[0]), String(parts[1]))
}
