import Synchronization
import Tegata
import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT

/// Seeded schedules of claims, holds, ends, lost answers, fail-overs to older copies and clocks that jump, each checked
/// against what must always hold. A schedule is named by its seed and runs the same again.
enum Simulation {
    static func run(schedules: Int, from first: UInt64) async throws {
        let done = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<2 {
                group.addTask {
                    for number in stride(from: worker, to: schedules, by: 2) {
                        let seed = first + UInt64(number)
                        do {
                            try await Schedule(seed: seed).run()
                        } catch {
                            throw Broken("seed \(seed): \(error)")
                        }
                        let count = done.next()
                        if count % 10_000 == 0 { say("  \(count) schedules") }
                    }
                }
            }
            try await group.waitForAll()
        }
        say("\(schedules) schedules from seed \(first): every rule held")
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// A storage that loses answers, refuses, and can be set back to what it was.
private actor FickleJournal: Journal {
    private var records = [JournalRecord]()
    private var current = JournalHead.empty
    private var faults = [JournalError]()
    private var copy: (records: [JournalRecord], head: JournalHead)?

    func fail(_ error: JournalError) { faults.append(error) }
    func save() { copy = (records, current) }
    func restore() -> (records: [JournalRecord], head: JournalHead) {
        let newest = (records, current)
        if let copy { (records, current) = copy }
        return newest
    }
    func put(_ state: (records: [JournalRecord], head: JournalHead)) {
        (records, current) = state
    }

    func head() -> JournalHead { current }

    func records(from start: UInt64, atMost count: Int) -> [JournalRecord] {
        start < records.count ? Array(records[Int(start)...].prefix(count)) : []
    }

    func append(
        _ new: [JournalRecord], to old: JournalHead, making head: JournalHead
    ) throws(JournalError) {
        let fault = faults.popLast()
        if case .unavailable? = fault { throw .unavailable("refused") }
        guard current.isSame(as: old) else { throw .moved }
        records += new
        current = head
        if fault != nil { throw .uncertain("the answer was lost") }
    }
}

private final class Schedule {
    private let edition: EditionDigest = SHA256.hash([1])
    private var dice: Dice
    private var time: Int64 = 1_000_000
    private let journal = FickleJournal()
    private let signer: NoteSigner
    private var registers: [Register]
    private let limit: Int
    // What was promised to somebody.
    private var cards = [Int: UInt64]()
    private var holds = [(token: [UInt8], end: Int64, isUsed: Bool)]()

    private static let key = Ed25519.PrivateKey()

    init(seed: UInt64) throws {
        dice = Dice(state: seed)
        signer = try NoteSigner(name: "simulation", kind: .log, key: Self.key)
        limit = Int.random(in: 0...4, using: &dice)
        registers = [
            Register(journal: journal, signer: signer), Register(journal: journal, signer: signer),
        ]
    }

    func run() async throws {
        try await settle { () async throws(Refusal) in
            try await registers[0].open(edition, "an announcement", limit: .cards(UInt32(limit)))
        }
        for _ in 0..<Int.random(in: 4...12, using: &dice) { try await step() }
        try await check()
    }

    private func step() async throws {
        let register = registers[Int.random(in: 0...1, using: &dice)]
        switch Int.random(in: 0..<12, using: &dice) {
        case 0...3: try await claim(register)
        case 4...5: try await hold(register)
        case 6: try await confirm(register)
        case 7: await release(register)
        case 8: time += Int64.random(in: -3_600...3_600, using: &dice)
        case 9: await journal.fail(.uncertain("lost"))
        case 10: await journal.fail(.unavailable("refused"))
        default: try await failOver(register)
        }
    }

    private func claim(_ register: Register) async throws {
        let person = Int.random(in: 0..<6, using: &dice)
        do {
            try await register.releaseEnded(in: edition, at: time)
            let record = try await register.allocate(make(person), making: Self.making(person))
            try expect(cards[person, default: record] == record, "a second card for \(person)")
            cards[person] = record
        } catch let error as Refusal {
            try expect(
                [.soldOut, .unavailable].contains(error)
                    && (error != .soldOut || cards[person] == nil),
                "a claim was refused with \(error)")
        }
    }

    private func hold(_ register: Register) async throws {
        let token = bigEndian(dice.next())
        let end = time + Int64.random(in: 1...1_000, using: &dice)
        do {
            try await register.hold(token, in: edition, until: end, at: time)
            holds.append((token, end, false))
        } catch {
            try expect(
                [.soldOut, .unavailable].contains(error), "a hold was refused with \(error)")
        }
    }

    private func confirm(_ register: Register) async throws {
        guard !holds.isEmpty else { return }
        let chosen = Int.random(in: 0..<holds.count, using: &dice)
        let person = Int.random(in: 0..<6, using: &dice)
        let had = cards[person]
        do {
            let record = try await register.confirm(
                holds[chosen].token, by: make(person), at: time,
                making: Self.making(person))
            if let had { return try expect(had == record, "a second card for \(person)") }
            try expect(!holds[chosen].isUsed, "a hold was used twice")
            try expect(time < holds[chosen].end, "a hold was confirmed after its end")
            holds[chosen].isUsed = true
            cards[person] = record
        } catch let error as Refusal {
            try expect(
                [.expired, .unavailable, .alreadyClaimed].contains(error),
                "a confirmation was refused with \(error)")
        }
    }

    private func release(_ register: Register) async {
        guard !holds.isEmpty else { return }
        let chosen = Int.random(in: 0..<holds.count, using: &dice)
        if (try? await register.release(holds[chosen].token, in: edition)) != nil {
            holds[chosen].isUsed = true
        }
    }

    /// An older copy comes back for a while: nothing may be promised on top of it by whoever has seen more.
    private func failOver(_ register: Register) async throws {
        await journal.save()
        try await claim(register)
        let before = await journal.head()
        let newest = await journal.restore()
        let old = await journal.head()
        if old.size < before.size {
            let answer = try? await register.allocate(make(100), making: Self.making(100))
            let after = await journal.head()
            try expect(answer == nil && after == old, "an older copy was continued")
        }
        await journal.put(newest)
        if Bool.random(using: &dice) {
            registers[0] = Register(journal: journal, signer: signer)
        }
    }

    private func check() async throws {
        let fresh = Register(journal: journal, signer: signer)
        for (person, record) in cards {
            let again = try await settle { () async throws(Refusal) in
                try await fresh.allocate(make(person), making: Self.making(person))
            }
            try expect(again == record, "person \(person) lost record \(record)")
        }
        let serials = try await settle { () async throws(Refusal) in
            try await fresh.serials(of: edition)
        }
        try expect(
            serials == Array(1...UInt32(max(serials.count, 1))).prefix(serials.count).map { $0 },
            "serials \(serials)")
        try expect(
            serials.count >= cards.count && serials.count <= limit, "\(serials.count) of \(limit)")
        // issued + held + free = N: after every hold has ended, all that is left can be had, and no more.
        time += 10_000_000
        var person = 1_000
        while true {
            do {
                try await fresh.releaseEnded(in: edition, at: time)
                _ = try await fresh.allocate(make(person), making: Self.making(person))
                person += 1
            } catch {
                if error == .soldOut { break }
                try expect(error == .unavailable, "\(error)")
            }
        }
        let end = try await fresh.serials(of: edition)
        try expect(end == (0..<limit).map { UInt32($0 + 1) }, "\(end.count) of \(limit) at the end")
    }

    /// As a client does: again, until there is an answer.
    private func settle<Value>(
        _ ask: () async throws(Refusal) -> Value
    ) async throws -> Value {
        while true {
            do {
                return try await ask()
            } catch {
                guard error == .unavailable else { throw error }
            }
        }
    }

    private func make(_ person: Int) -> RegisterClaim {
        let name = SHA256.hash(Array("\(person)".utf8))
        return RegisterClaim(
            edition: edition, person: FixedBytes<33>([2] + name.array), key: name, content: name)
    }

    /// What is kept of a card, unsigned: nobody here looks at a row.
    private static func making(
        _ person: Int
    ) -> @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry {
        { place in
            let name = SHA256.hash(Array("\(person)".utf8))
            return RegisterEntry(
                unsigned: FixedBytes<33>([2] + name.array) ?? .zero,
                leaf: SHA256.hash(name.array + bigEndian(place.serial.number)))
        }
    }
}

extension FixedBytes {
    fileprivate static var zero: FixedBytes { FixedBytes() }
}
