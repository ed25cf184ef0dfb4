import Foundation
import Synchronization
import TegataJournalKit
import TegataLog
import Testing

@testable import TegataSQLite

@Suite struct SQLiteJournalTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/tegata-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func clean() { try? FileManager.default.removeItem(atPath: folder) }

    @Test func `the journal does what every journal must`() async throws {
        defer { clean() }
        let folder = folder
        try await JournalKit { SQLiteJournal(at: "\(folder)/\($0).db") }.run()
    }

    @Test func `the in-memory journal does so too`() async throws {
        defer { clean() }
        let journals = Mutex<[String: InMemoryJournal]>([:])
        try await JournalKit { name in
            journals.withLock { journals in
                let journal = journals[name] ?? InMemoryJournal()
                journals[name] = journal
                return journal
            }
        }.run()
    }

    @Test func `the file is for its owner's eyes`() async throws {
        defer { clean() }
        let path = folder + "/register.db"
        _ = try await SQLiteJournal(at: path).head()
        for file in [path, path + "-wal"] where FileManager.default.fileExists(atPath: file) {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `a file that is no database, a folder that is not there, are said`() async throws {
        defer { clean() }
        let path = folder + "/text.db"
        try Data(repeating: 65, count: 4096).write(to: URL(fileURLWithPath: path))
        for path in [path, folder + "/none/register.db"] {
            let error = await #expect(throws: JournalError.self) {
                try await SQLiteJournal(at: path).head()
            }
            guard case .unavailable(let reason)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func `a file of a later version is left alone`() async throws {
        defer { clean() }
        let path = folder + "/register.db"
        try Database(at: path).execute("PRAGMA user_version = 2")
        await #expect(throws: JournalError.damaged("\(path) was written by a later version (2)")) {
            try await SQLiteJournal(at: path).head()
        }
    }

    @Test func `a record that is gone is missed`() async throws {
        defer { clean() }
        let path = folder + "/register.db"
        let journal = SQLiteJournal(at: path)
        let records = (0..<5).map { JournalRecord(entry: [UInt8($0)], memo: []) }
        let head = JournalHead(size: 5, root: .emptyTree, note: "")
        try await journal.append(records, to: .empty, making: head)
        try Database(at: path).execute("DELETE FROM record WHERE number = 2")
        await #expect(throws: JournalError.damaged("record 2 is missing")) {
            try await journal.records(from: 0, atMost: 5)
        }
    }
}
