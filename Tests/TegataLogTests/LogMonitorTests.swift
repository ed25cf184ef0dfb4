import Foundation
import TegataCrypto
import TegataLog
import Testing

/// Row A100, as somebody sees it who looks at a log again and again.
@Suite struct LogMonitorTests {
    private let log: NoteSigner
    private let folder: String
    private let directory: LogDirectory
    private let evidence: LogDirectory

    init() throws {
        log = try NoteSigner(name: "log.example/cards", kind: .log)
        folder = FileManager.default.temporaryDirectory.path + "/tegata-m-\(UUID())"
        directory = LogDirectory(at: folder + "/log")
        evidence = LogDirectory(at: folder + "/monitor")
    }

    private func clean() { try? FileManager.default.removeItem(atPath: folder) }

    private func monitor() throws -> LogMonitor {
        LogMonitor(LogReader(directory), by: try LogPolicy(log: log.key), keeping: evidence)
    }

    /// Publishes a log whose entries are these numbers.
    private func publish(_ numbers: [Int]) async throws {
        try? FileManager.default.removeItem(atPath: directory.path)
        let entries = numbers.map { Array("\($0)".utf8) }
        var tree = MerkleTree()
        for entry in entries { tree.append(TreeHash(leaf: entry)) }
        let note = try Checkpoint(origin: log.key.name, size: tree.size, root: tree.root)
            .signed(by: log)
        try await directory.publish(tree, from: 0, note: note.encoded) { range throws(LogError) in
            Array(entries[Int(range.lowerBound)..<Int(range.upperBound)])
        }
    }

    private func expectAlarm(
        _ kind: LogMonitor.Alarm.Kind, _ monitor: LogMonitor
    ) async throws {
        let before = try #require(try evidence.read("last"))
        let alarm = await #expect(throws: LogMonitor.Alarm.self) { try await monitor.poll() }
        #expect(alarm?.kind == kind)
        // Both sides are there, and each carries the log's own signature.
        let kept = try (alarm?.files ?? []).compactMap { try evidence.read($0) }
        let newest = try #require(try directory.read("checkpoint"))
        #expect(kept == [before, newest])
        for bytes in kept {
            let note = try SignedNote(parsing: bytes)
            #expect(try note.verified(by: [log.key]) == [log.key])
        }
        // The older side stays what is believed.
        #expect(try evidence.read("last") == before)
    }

    @Test func `a log that only grows is followed, also by the next process`() async throws {
        defer { clean() }
        let monitor = try monitor()
        for size in [0, 1, 255, 256, 257, 600] {
            try await publish(Array(0..<size))
            let seen = try await monitor.poll()
            #expect(seen.checkpoint.size == UInt64(size) && seen.isNew)
            #expect(try await monitor.poll().isNew == false)
        }
        let next = try self.monitor()
        #expect(try await next.poll().isNew == false)
        try await publish(Array(0..<700))
        #expect(try await next.poll().checkpoint.size == 700)
    }

    @Test func `two roots of one size`() async throws {
        defer { clean() }
        let monitor = try monitor()
        try await publish(Array(0..<300))
        _ = try await monitor.poll()
        try await publish(Array(0..<299) + [7])
        try await expectAlarm(.forked, monitor)
        try await expectAlarm(.forked, try self.monitor())
    }

    @Test func `a size that shrinks`() async throws {
        defer { clean() }
        let monitor = try monitor()
        try await publish(Array(0..<300))
        _ = try await monitor.poll()
        try await publish(Array(0..<299))
        try await expectAlarm(.shrank, monitor)
    }

    @Test
    func `a past that was changed, seen by a monitor that remembers and by one that reads again`()
        async throws
    {
        defer { clean() }
        let monitor = try monitor()
        try await publish(Array(0..<10))
        _ = try await monitor.poll()
        try await publish([99] + Array(1..<20))
        try await expectAlarm(.rewritten, monitor)
        try await expectAlarm(.rewritten, try self.monitor())
    }

    @Test func `files that lag behind are no alarm`() async throws {
        defer { clean() }
        let monitor = try monitor()
        try await publish(Array(0..<10))
        _ = try await monitor.poll()
        let old = try #require(try directory.read("tile/entries/000.p/10"))
        try await publish(Array(0..<12))
        let new = try #require(try directory.read("tile/entries/000.p/12"))
        try FileManager.default.removeItem(atPath: directory.path + "/tile/entries/000.p/12")
        await #expect(throws: LogError.missing("tile/entries/000.p/12")) {
            try await monitor.poll()
        }
        try directory.write(old, to: "tile/entries/000.p/12")
        await #expect(throws: LogError.damaged("tile/entries/000.p/12")) {
            try await monitor.poll()
        }
        try directory.write(new, to: "tile/entries/000.p/12")
        #expect(try await monitor.poll().checkpoint.size == 12)
    }
}
