import Foundation

/// A run of the tool that asks: lines go in and come out while it works.
final class Talk: Sendable {
    private let process: Process
    private let into: FileHandle
    private let output: FileHandle

    init(_ process: Process, into: Pipe, output: Pipe) {
        self.process = process
        self.into = into.fileHandleForWriting
        self.output = output.fileHandleForReading
    }

    func say(_ lines: [String]) throws {
        try into.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// The next line as JSON; `nil` at the end.
    func hear() async -> [String: String]? {
        let output = output
        let line = await BuiltTool.onAnotherThread {
            var line = Data()
            while let byte = try? output.read(upToCount: 1), byte.first != 0x0A { line += byte }
            return line
        }
        let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
        return object?.mapValues { "\($0)" }
    }

    /// Waits for the end, and says how it ended.
    func end() async throws -> Int32 {
        try into.close()
        let ended = process
        await BuiltTool.onAnotherThread { ended.waitUntilExit() }
        return process.terminationStatus
    }
}
