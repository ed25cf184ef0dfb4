import Synchronization
import TegataLog
import Testing

@testable import Tegata

/// What a store in a database makes of failures, and what one-time values make of a store.
@Suite struct StateStoreTests {
    @Test(arguments: [true, false])
    func `a commit that nobody saw is found out about, and done once`(isWritten: Bool) async throws
    {
        let table = Table()
        let store = table.store()
        #expect(try await store.replace([1], nil, with: [1], until: 100, now: 0))
        for (key, old, new) in [([2], nil, [1]), ([1], [1], [2])] as [([UInt8], [UInt8]?, [UInt8])]
        {
            table.fail(isWritten ? .losesCommit : .dropsCommit)
            #expect(try await store.replace(key, old, with: new, until: 100, now: 0))
            #expect(try await store.value(of: key, now: 0) == new)
        }
        // Of a removal that may have been done nobody can say who did it.
        table.fail(isWritten ? .losesCommit : .dropsCommit)
        if isWritten {
            await #expect(throws: Refusal.unavailable) {
                try await store.replace([1], [2], with: nil, until: 100, now: 0)
            }
        } else {
            #expect(try await store.replace([1], [2], with: nil, until: 100, now: 0))
        }
        #expect(try await store.value(of: [1], now: 0) == nil)
    }

    @Test func `a swap that somebody else overtook while nobody knew is not claimed`() async throws
    {
        let table = Table()
        let store = table.store()
        #expect(try await store.replace([1], nil, with: [1], until: 100, now: 0))
        table.fail(.overtakesCommit)
        await #expect(throws: Refusal.unavailable) {
            try await store.replace([1], [1], with: [2], until: 100, now: 0)
        }
        #expect(try await store.value(of: [1], now: 0) == [9])
    }

    @Test func `a table that stays away is unavailable, and nothing was written`() async throws {
        let table = Table()
        let store = table.store()
        table.fail(.isAway)
        await #expect(throws: Refusal.unavailable) { try await store.value(of: [1], now: 0) }
        await #expect(throws: Refusal.unavailable) {
            try await store.replace([1], nil, with: [1], until: 100, now: 0)
        }
        table.fail(nil)
        #expect(try await store.value(of: [1], now: 0) == nil)
        #expect(try await store.replace([1], nil, with: [1], until: 100, now: 0))
    }

    @Test func `a nonce of one role is none of another's on the same store (A52)`() async throws {
        let store = InMemoryStateStore()
        let issuer = ChallengeStore(store, of: .issuer)
        try await issuer.remember("n", content: "founders", until: 100, now: 0)
        let verifier = ChallengeStore(store, of: .verifier)
        #expect(try await verifier.content(of: "n", now: 0) == nil)
        await #expect(throws: Refusal.replayed) { try await verifier.consume("n", now: 0) }
        #expect(try await issuer.content(of: "n", now: 100) == "founders")
        await #expect(throws: Refusal.expired) { try await issuer.content(of: "n", now: 101) }
        await #expect(throws: Refusal.conflict) {
            try await issuer.remember("n", content: "others", until: 200, now: 0)
        }
        try await issuer.consume("n", now: 0)
        await #expect(throws: Refusal.replayed) { try await issuer.content(of: "n", now: 101) }
    }

    @Test func `of fifty who bring one nonce one uses it (A52, A71)`() async throws {
        let nonces = ChallengeStore(Table().store(), of: .verifier)
        try await nonces.remember("n", content: "", until: 100, now: 0)
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (try? await nonces.consume("n", now: 0)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 1)
    }
}

/// A database in memory that fails where it is told to, once or until it is told otherwise.
private final class Table: Sendable {
    enum Failure {
        /// Written, and the answer lost.
        case losesCommit
        /// Not written, and nobody knows.
        case dropsCommit
        /// Written, the answer lost, and somebody else goes on from there.
        case overtakesCommit
        /// Nothing goes.
        case isAway
    }

    private struct State {
        var rows = [[UInt8]: StateRow]()
        var failure: Failure?
    }

    private let state = Mutex(State())

    func fail(_ failure: Failure?) { state.withLock { $0.failure = failure } }

    func store() -> TableStateStore {
        TableStateStore(label: "table", capacity: 100) {
            () throws(JournalError) -> any StateTable in
            guard self.state.withLock({ $0.failure }) != .isAway else { throw .unavailable("away") }
            return Session(self)
        }
    }

    private final class Session: StateTable {
        private let table: Table
        private var rows = [[UInt8]: StateRow]()

        init(_ table: Table) {
            self.table = table
            rows = table.state.withLock { $0.rows }
        }

        private func check() throws(JournalError) {
            guard table.state.withLock({ $0.failure }) != .isAway else {
                throw .unavailable("away")
            }
        }

        func begin() throws(JournalError) {
            try check()
            rows = table.state.withLock { $0.rows }
        }

        func commit() throws(JournalError) {
            let written = rows
            let isKnown = table.state.withLock { state -> Bool in
                defer { if state.failure != .isAway { state.failure = nil } }
                switch state.failure {
                case .dropsCommit, .isAway: break
                case .overtakesCommit:
                    state.rows = written.mapValues { row in
                        StateRow(key: row.key, value: [9], expiry: row.expiry, mark: [9])
                    }
                case .losesCommit, nil: state.rows = written
                }
                return state.failure == nil
            }
            guard isKnown else { throw .uncertain("lost") }
        }

        func rollback() { rows = table.state.withLock { $0.rows } }

        func value(of key: [UInt8], now: Int64) throws(JournalError) -> [UInt8]? {
            try check()
            let kept = table.state.withLock { $0.rows[key] }
            return kept.flatMap { $0.expiry >= now ? $0.value : nil }
        }

        func insert(_ row: StateRow, now: Int64) throws(JournalError) -> Bool {
            if let kept = rows[row.key], kept.expiry >= now { return false }
            rows[row.key] = row
            return true
        }

        func update(_ row: StateRow, from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
            guard let kept = rows[row.key], kept.expiry >= now, kept.value == old else {
                return false
            }
            rows[row.key] = row
            return true
        }

        func delete(_ key: [UInt8], from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
            guard let kept = rows[key], kept.expiry >= now, kept.value == old else { return false }
            rows[key] = nil
            return true
        }

        func mark(of key: [UInt8]) throws(JournalError) -> [UInt8]? { rows[key]?.mark }

        func count() throws(JournalError) -> Int { rows.count }

        func clean(now: Int64, atMost count: Int) throws(JournalError) -> Int { 0 }
    }
}
