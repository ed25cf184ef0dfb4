import Foundation
import Synchronization
import Tegata
import TegataJournalKit
import Testing

@testable import TegataSQLite

@Suite struct SQLiteStateStoreTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/tegata-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    private func clean() { try? FileManager.default.removeItem(atPath: folder) }

    @Test func `the store does what every store must`() async throws {
        defer { clean() }
        let folder = folder
        try await StateStoreKit { SQLiteStateStore(at: "\(folder)/\($0).db", capacity: $1) }.run()
    }

    @Test func `a sealed store does so too, and so does the one in memory`() async throws {
        defer { clean() }
        let folder = folder
        try await StateStoreKit { name, capacity in
            SQLiteStateStore(at: "\(folder)/\(name).db", capacity: capacity)
                .sealed(under: [UInt8](repeating: 5, count: 32))
        }.run()
        let stores = Mutex<[String: InMemoryStateStore]>([:])
        try await StateStoreKit { name, capacity in
            stores.withLock { stores in
                let store = stores[name] ?? InMemoryStateStore(capacity: capacity)
                stores[name] = store
                return store
            }
        }.run()
    }

    @Test func `a sealed store's file says neither names nor values, and obeys its key alone`()
        async throws
    {
        defer { clean() }
        let path = folder + "/state.db"
        let keys = (UInt8(1)...2).map { [UInt8](repeating: $0, count: 32) }
        let (name, value) = ("a name that is long enough", "a value that is long enough")
        let store = SQLiteStateStore(at: path).sealed(under: keys[0])
        #expect(
            try await store.replace(
                Array(name.utf8), nil, with: Array(value.utf8), until: 100, now: 0))
        for end in ["", "-wal"] {
            let bytes = (try? Data(contentsOf: URL(filePath: path + end))) ?? Data()
            for text in [name, value] { #expect(bytes.range(of: Data(text.utf8)) == nil) }
        }
        // Under another key the name is another one; a value under another name is none.
        let other = SQLiteStateStore(at: path).sealed(under: keys[1])
        #expect(try await other.value(of: Array(name.utf8), now: 0) == nil)
        _ = try await store.replace([1], nil, with: [1], until: 100, now: 0)
        try Database(at: path).execute(
            "UPDATE state SET value = (SELECT max(value) FROM state WHERE length(value) > 40)")
        await #expect(throws: Refusal.unavailable) { try await store.value(of: [1], now: 0) }
        try Database(at: path).execute("UPDATE state SET value = x'00'")
        await #expect(throws: Refusal.unavailable) { try await store.value(of: [1], now: 0) }
    }

    @Test func `the file is for its owner's eyes, and no register`() async throws {
        defer { clean() }
        let path = folder + "/state.db"
        let store = SQLiteStateStore(at: path)
        #expect(try await store.value(of: [1], now: 0) == nil)
        for file in [path, path + "-wal"] where FileManager.default.fileExists(atPath: file) {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        let register = folder + "/register.db"
        _ = try await SQLiteJournal(at: register).head()
        for path in [register, folder + "/none/state.db"] {
            let store = SQLiteStateStore(at: path)
            await #expect(throws: Refusal.unavailable) { try await store.value(of: [1], now: 0) }
            await #expect(throws: Refusal.unavailable) {
                try await store.replace([1], nil, with: [1], until: 1, now: 0)
            }
        }
    }

    @Test func `many who open a new file at once all get it`() async throws {
        defer { clean() }
        for round in 0..<20 {
            let path = folder + "/new-\(round).db"
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for key in UInt8(0)..<6 {
                    group.addTask {
                        let store = SQLiteStateStore(at: path)
                        return try await store.replace([key], nil, with: [1], until: 100, now: 0)
                    }
                }
                for try await isKept in group { #expect(isKept) }
            }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(!left.contains { $0.hasSuffix(".new") })
    }

    @Test func `a process that is killed leaves all of a swap or nothing`() async throws {
        defer { clean() }
        let path = folder + "/state.db"
        let store = SQLiteStateStore(at: path)
        for key in UInt8(0)..<20 {
            #expect(try await store.replace([key], nil, with: [1], until: 100, now: 0))
        }
        // A copy of the files of a moment in which a transaction is open is what a kill leaves.
        let database = try Database(at: path)
        try database.execute("BEGIN IMMEDIATE; UPDATE state SET value = x'02'")
        let copy = folder + "/copy.db"
        for end in ["", "-wal"] where FileManager.default.fileExists(atPath: path + end) {
            try FileManager.default.copyItem(atPath: path + end, toPath: copy + end)
        }
        let restarted = SQLiteStateStore(at: copy)
        for key in UInt8(0)..<20 {
            #expect(try await restarted.value(of: [key], now: 0) == [1])
        }
        #expect(try await restarted.replace([0], [1], with: [3], until: 100, now: 0))
        try database.execute("ROLLBACK")
        #expect(try await store.value(of: [0], now: 0) == [1])
    }
}
