import Foundation
import Testing

/// The `tegata` that was built, run as a process in a folder of its own.
final class BuiltTool: Sendable {
    /// What a run said, and how it ended.
    struct Run {
        let status: Int32
        let output: String
        let errors: String

        /// The last line of the output as JSON.
        var json: [String: Any] {
            let line = output.split(whereSeparator: \.isNewline).last ?? ""
            return (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                ?? [:]
        }

        /// The reason of a refusal, as programs read it.
        var reason: String? { json["refused"] as? String }
    }

    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/tegata-tool-\(UUID())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Beside the bundle of the tests.
    private static var binary: URL {
        get throws {
            let place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            let candidates = [place, Bundle.main.bundleURL, place.deletingLastPathComponent()]
                .map { $0.appending(path: "tegata") }
            return try #require(
                candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
        }
    }

    /// Runs `tegata` with these arguments in the folder; `input` is its standard input.
    func run(
        _ arguments: String..., input: String = "", language: String = "C"
    ) async throws -> Run {
        try await run(arguments: arguments, input: input, language: language)
    }

    func run(
        arguments: [String], input: String = "", language: String = "C"
    ) async throws -> Run {
        let (process, into, output, errors) = try begin(arguments, language)
        into.fileHandleForWriting.write(Data(input.utf8))
        try into.fileHandleForWriting.close()
        // Each pipe is emptied by its own task, so that neither fills while the other is waited for.
        async let said = Self.all(of: output)
        async let complained = Self.all(of: errors)
        let texts = await (said, complained)
        let ended = process
        await Self.onAnotherThread { ended.waitUntilExit() }
        return Run(status: process.terminationStatus, output: texts.0, errors: texts.1)
    }

    /// Begins a run that is talked to.
    func start(_ arguments: [String]) throws -> Talk {
        let (process, into, output, _) = try begin(arguments, "C")
        return Talk(process, into: into, output: output)
    }

    private func begin(
        _ arguments: [String], _ language: String
    ) throws -> (process: Process, into: Pipe, output: Pipe, errors: Pipe) {
        let process = Process()
        process.executableURL = try Self.binary
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = [
            "LANG": language, "PATH": "/usr/bin:/bin", "HOME": folder,
            "SOFTHSM2_CONF": folder + "/softhsm2.conf",
        ]
        let (into, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = into
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, into, output, errors)
    }

    private static func all(of pipe: Pipe) async -> String {
        let end = pipe.fileHandleForReading
        return await onAnotherThread {
            String(decoding: end.readDataToEndOfFile(), as: UTF8.self)
        }
    }

    /// Waits on a thread of its own: of the few that the tests share, and the servers that they ask, none may stand still.
    static func onAnotherThread<Value: Sendable>(
        _ work: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }

    func read(_ name: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    func copy(_ name: String, to other: String) throws {
        try? FileManager.default.removeItem(atPath: folder + "/" + other)
        try FileManager.default.copyItem(
            atPath: folder + "/" + name, toPath: folder + "/" + other)
    }
}
