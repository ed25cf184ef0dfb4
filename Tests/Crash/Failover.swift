import Foundation
import Synchronization
import Tegata
import TegataLog
import TegataPostgres
import TegataSDJWT
import TestSupport

/// The primary dies under load, its synchronous standby takes over, and nothing that was answered is lost (A89).
enum Failover {
    static func run(rounds: Int) async throws {
        guard PostgresServer.programs != nil else {
            return print("crash: \(PostgresServer.advice)")
        }
        let settings = ["synchronous_standby_names = '*'", "synchronous_commit = on"]
        var primary = try PostgresServer(settings: ["max_wal_senders = 5"])
        var given = [Int: UInt64]()
        var next = 0
        for round in 1...rounds {
            let standby = try PostgresServer(following: primary)
            // From here on nothing is committed that the standby does not have.
            try primary.reconfigure(settings)
            let desk = try Desk()
            let hosts =
                "host=\(primary.folder),\(standby.folder) port=5432,5432 user=tegata dbname=postgres"
            let register = desk.register(over: .postgres(hosts, named: "failover"), in: nil)
            try await insist { () async throws(Refusal) in
                try await desk.open(register, limit: 1_000_000)
            }
            let load = Load(register, desk, from: next)
            async let answers = load.run()
            // Into the middle of it, at another moment each time.
            try await load.waitFor(20 + round * 7 % 50)
            primary.kill()
            load.stop()
            try standby.promote()
            try standby.reconfigure([])
            given.merge(await answers) { $1 }
            next = load.next
            let after = desk.register(over: .postgres(hosts, named: "failover"), in: nil)
            for (person, record) in given {
                let again = try await insist { () async throws(Refusal) in
                    try await desk.claim(after, person)
                }
                try expect(
                    again == record, "round \(round): person \(person) had \(record), now \(again)")
            }
            primary.stop()
            primary = standby
            say("  round \(round): \(given.count) answered cards are all there")
        }
        primary.stop()
        say("\(rounds) fail-overs, \(given.count) cards answered: nothing lost")
    }

    /// As clients do: `unavailable` asks for another try.
    private static func insist<Value>(
        _ ask: () async throws(Refusal) -> Value
    ) async throws -> Value {
        for _ in 0..<600 {
            do {
                return try await ask()
            } catch {
                guard error == .unavailable else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        throw Broken("not available for half a minute")
    }
}

/// Clients that ask for cards until they are told to stop.
private final class Load: Sendable {
    private let register: Register
    private let desk: Desk
    private let counter: Mutex<Int>
    private let answered = Mutex(0)
    private let isOver = Mutex(false)

    init(_ register: Register, _ desk: Desk, from first: Int) {
        self.register = register
        self.desk = desk
        counter = Mutex(first)
    }

    var next: Int { counter.withLock { $0 } }

    func stop() { isOver.withLock { $0 = true } }

    func waitFor(_ count: Int) async throws {
        for _ in 0..<6_000 {
            if answered.withLock({ $0 }) >= count { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Broken("no load")
    }

    /// What each person was answered.
    func run() async -> [Int: UInt64] {
        await withTaskGroup(of: [Int: UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var given = [Int: UInt64]()
                    while !self.isOver.withLock({ $0 }) {
                        let person = self.counter.withLock { counter in
                            counter += 1
                            return counter
                        }
                        if let record = try? await self.desk.claim(self.register, person) {
                            given[person] = record
                            self.answered.withLock { $0 += 1 }
                        }
                    }
                    return given
                }
            }
            return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
        }
    }
}
