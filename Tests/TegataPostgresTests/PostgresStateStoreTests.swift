import Tegata
import TegataJournalKit
import TegataPostgres
import TestSupport
import Testing

@Suite(
    .serialized,
    .enabled(if: PostgresServer.programs != nil, Comment(rawValue: PostgresServer.advice)),
    RunningServer(settings: ["fsync = off"]))
struct PostgresStateStoreTests {
    private let server: PostgresServer

    init() throws { server = try #require(RunningServer.current) }

    @Test func `the store does what every store must`() async throws {
        let connection = server.connection
        try await StateStoreKit { PostgresStateStore(connection, named: $0, capacity: $1) }.run()
    }

    @Test
    func `two processes that write many keys in every order do not lock each other out (A93)`()
        async throws
    {
        let connection = server.connection
        let stores = (0..<2).map { _ in PostgresStateStore(connection, named: "order") }
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<400 {
                for (store, key) in zip(stores, [number, 399 - number]) {
                    group.addTask {
                        try await store.replace(
                            Array("\(key)".utf8), nil, with: [1], until: 100, now: 0)
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 400)
    }

    @Test func `a server that is gone is unavailable, and what was kept is there when it is back`()
        async throws
    {
        let store = PostgresStateStore(server.connection, named: "gone")
        #expect(try await store.replace([1], nil, with: [1], until: 100, now: 0))
        server.kill()
        await #expect(throws: Refusal.unavailable) { try await store.value(of: [1], now: 0) }
        await #expect(throws: Refusal.unavailable) {
            try await store.replace([1], [1], with: [2], until: 100, now: 0)
        }
        try server.start()
        #expect(try await store.value(of: [1], now: 0) == [1])
        #expect(try await store.replace([1], [1], with: [2], until: 100, now: 0))
        let restarted = PostgresStateStore(server.connection, named: "gone")
        #expect(try await restarted.value(of: [1], now: 0) == [2])
    }
}
