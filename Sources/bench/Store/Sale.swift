import Foundation
import Synchronization
import Tegata
import TegataCrypto
import TegataLog
import TegataPostgres
import TegataProofs
import TegataSDJWT
import TegataSQLite
import TestSupport

/// Many people, few cards: `sale [CLAIMS [LIMIT]]`, on every store of this machine, each beside its own raw limit.
enum Sale {
    static func run(_ arguments: ArraySlice<String>) async throws {
        let numbers = arguments.compactMap { Int($0) }
        let claims = numbers.first ?? 100_000
        let limit = UInt32(numbers.dropFirst().first ?? 500)
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-sale-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        print("\(claims) people claim \(limit) cards, all at once")
        try await sell("in memory", over: .inMemory(), nil, claims, limit)
        print("raw: \(Int(try Disk.commits(in: folder))) synchronised 4 KiB writes a second")
        try await sell(
            "SQLite", over: .sqlite(at: folder + "/register.db"),
            LogDirectory(at: folder + "/log"), claims, limit)
        guard PostgresServer.programs != nil else { return print(PostgresServer.advice) }
        let server = try PostgresServer()
        defer { server.stop() }
        try await sell(
            "PostgreSQL", over: .postgres(server.connection, named: "sale"),
            LogDirectory(at: folder + "/log2"), claims, limit)
    }

    private static func sell(
        _ name: String, over journal: some Journal, _ directory: LogDirectory?, _ claims: Int,
        _ limit: UInt32
    ) async throws {
        let counting = CountingJournal(journal)
        let desk = try SaleDesk(people: 2 * claims)
        let register = Register(
            journal: counting, signer: try NoteSigner(name: "sale.example", kind: .log),
            directory: directory)
        try await register.open(desk.edition, "a sale", limit: .cards(limit))
        let before = counting.commits
        let start = Clock.wall
        let cards = await ask(register, desk, 0..<claims)
        let seconds = (Clock.wall - start) / 1e9
        precondition(cards == Int(limit), "\(cards) cards of \(limit)")
        let batches = counting.commits - before
        let after = Clock.wall
        let more = await ask(register, desk, claims..<2 * claims)
        let later = (Clock.wall - after) / 1e9
        precondition(more == 0 && counting.commits == before + batches, "written after sold out")
        print(
            "\(name): exactly \(cards) cards, \(claims) answers, "
                + "\(Int(Double(claims) / seconds)) decisions/s in \(batches) commits; "
                + "sold out: \(Int(Double(claims) / later)) answers/s without a write")
    }

    /// How many of these claimants get a card. Each is answered; anything but a card or "sold out" ends the run.
    private static func ask(
        _ register: Register, _ desk: SaleDesk, _ people: Range<Int>
    ) async -> Int {
        // In groups of a thousand: one group looks for a child that ends among all that it has.
        let records = await withTaskGroup(of: [UInt64?].self) { group in
            for start in stride(from: people.lowerBound, to: people.upperBound, by: 1000) {
                let some = start..<min(start + 1000, people.upperBound)
                group.addTask { await askSome(register, desk, some) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        precondition(records.count == people.count, "somebody was not answered")
        let cards = records.compactMap { $0 }
        precondition(Set(cards).count == cards.count, "one card for two people")
        return cards.count
    }
}

private func askSome(
    _ register: Register, _ desk: SaleDesk, _ people: Range<Int>
) async -> [UInt64?] {
    await withTaskGroup(of: UInt64?.self) { group in
        for person in people {
            group.addTask {
                do {
                    return try await register.allocate(desk.claim(person)) {
                        place throws(Refusal) in
                        try desk.card(place, person)
                    }
                } catch {
                    precondition(error as? Refusal == .soldOut, "\(error)")
                    return nil
                }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
}

/// The ruler for durable work.
enum Disk {
    /// What the disk itself can: one block written and synchronised at a time.
    static func commits(in folder: String) throws -> Double {
        let path = folder + "/raw"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { return 0 }
        let block = Data(count: 4096)
        let start = Clock.wall
        var count = 0.0
        while Clock.wall - start < 1e9 {
            try file.seek(toOffset: 0)
            try file.write(contentsOf: block)
            try file.synchronize()
            count += 1
        }
        return count / ((Clock.wall - start) / 1e9)
    }
}

/// Makes claims of different people, and the rows and cards that they get.
private struct SaleDesk: Sendable {
    let edition: EditionDigest = SHA256.hash([1])
    private let people: [Point]
    /// What each person asks, made in advance: clients have machines of their own.
    private let asked: [RegisterClaim]
    private let rowKey = Secp256k1.PrivateKey()
    private let cardKey = SigningKey.secp256k1(Secp256k1.PrivateKey())
    private let commitment = Generators.withoutWallet(salt: SHA256.hash([]))
    private let claims = String(repeating: "x", count: 1_200)

    init(people: Int) throws {
        let edition = edition
        self.people = try (1...people).map { number in
            let key = [UInt8](repeating: 0, count: 24) + bigEndian(UInt64(number))
            return try Secp256k1.PrivateKey(rawRepresentation: key).publicKey.point
        }
        asked = self.people.enumerated().map { number, point in
            let name = SHA256.hash(Array("\(number)".utf8))
            return RegisterClaim(
                edition: edition, person: FixedBytes<33>(point.encoded), key: name, content: name)
        }
    }

    func claim(_ person: Int) -> RegisterClaim { asked[person] }

    /// A signed row and a signature over as much as a card has: what an issuer makes for each.
    func card(_ place: RegisterPlace, _ person: Int) throws(Refusal) -> RegisterEntry {
        var random = SystemRandomness()
        let row = TegataProofs.Row(
            position: place.serial.number,
            index: PersonIndex(edition: edition, point: people[person]), commitment: commitment,
            epoch: 0, status: .active, signedBy: rowKey, using: &random)
        let signature = try cardKey.signature(for: Array(claims.utf8).span)
        return RegisterEntry(
            row: row, salt: random.fixed(), answer: claims + Base64URL.encode(signature.array))
    }
}

/// Counts the commits of another journal.
private final class CountingJournal: Journal {
    private let journal: any Journal
    private let count = Mutex(0)

    init(_ journal: some Journal) { self.journal = journal }

    var commits: Int { count.withLock { $0 } }

    func head() async throws(JournalError) -> JournalHead { try await journal.head() }

    func records(
        from start: UInt64, atMost count: Int
    ) async throws(JournalError) -> [JournalRecord] {
        try await journal.records(from: start, atMost: count)
    }

    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) async throws(JournalError) {
        count.withLock { $0 += 1 }
        try await journal.append(records, to: old, making: new)
    }
}
