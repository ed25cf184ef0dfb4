import Tegata
import TegataCrypto
import TegataJournalKit
import TegataLog
import TegataPostgres
import TegataSDJWT
import TestSupport
import Testing

/// One server for all of them, one after the other: what is tested is what it answers, never how fast.
@Suite(
    .serialized,
    .enabled(if: PostgresServer.programs != nil, Comment(rawValue: PostgresServer.advice)),
    RunningServer(settings: ["fsync = off"]))
struct PostgresJournalTests {
    private let server: PostgresServer

    init() throws { server = try #require(RunningServer.current) }

    @Test func `the journal does what every journal must`() async throws {
        let connection = server.connection
        try await JournalKit { PostgresJournal(connection, named: $0) }.run()
    }

    @Test func `fifty uses of one nullifier by two processes give one success`() async throws {
        let connection = server.connection
        let stores = (0..<2).map { _ in
            NullifierStore(journal: PostgresJournal(connection, named: "nullifiers"))
        }
        for nullifier in UInt8(0)..<3 {
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        (try? await stores[index % 2].use([nullifier], in: FixedBytes())) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 1)
        }
        let restarted = NullifierStore(journal: PostgresJournal(connection, named: "nullifiers"))
        await #expect(throws: Refusal.replayed) { try await restarted.use([1], in: FixedBytes()) }
    }

    @Test func `several logs live in one database`() async throws {
        let connection = server.connection
        let one = PostgresJournal(connection, named: "one")
        let other = PostgresJournal(connection, named: "other'; --")
        let head = JournalHead(size: 1, root: TreeHash(leaf: [1]), note: "n")
        try await one.append([JournalRecord(entry: [1], memo: [])], to: .empty, making: head)
        #expect(try await other.head() == .empty)
        #expect(try await other.records(from: 0, atMost: 5).isEmpty)
        #expect(try await one.head() == head)
    }

    @Test func `a server that is not there is said`() async throws {
        let journal = PostgresJournal("host=/nowhere user=tegata", named: "log")
        let error = await #expect(throws: JournalError.self) { try await journal.head() }
        guard case .unavailable(let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("/nowhere"))
    }

    @Test func `a connection that was cut is made again`() async throws {
        let connection = server.connection
        let journal = PostgresJournal(connection, named: "cut")
        let head = JournalHead(size: 1, root: TreeHash(leaf: [1]), note: "n")
        try await journal.append([JournalRecord(entry: [1], memo: [2])], to: .empty, making: head)
        server.kill()
        await #expect(throws: JournalError.self) { try await journal.head() }
        try server.start()
        #expect(try await journal.head() == head)
        let records = try await journal.records(from: 0, atMost: 5)
        #expect(records == [JournalRecord(entry: [1], memo: [2])])
    }
}
