import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

@Suite struct RegisterTests {
    private let register: Register
    private let desk = RegisterDesk()

    init() async throws {
        register = try desk.register(over: .inMemory())
    }

    @Test func `a thousand claims at once give exactly the limit, each serial once (A79)`()
        async throws
    {
        try await desk.open(register, limit: 50)
        let answers = await withTaskGroup(of: UInt64?.self) { group in
            for key in 0..<1000 {
                group.addTask { try? await desk.claim(register, key: key) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let records = answers.compactMap { $0 }
        #expect(Set(records).count == 50 && records.count == 50 && answers.count == 1000)
        #expect(try await desk.serials(register) == Set(1...50))
        await #expect(throws: Refusal.soldOut) { try await desk.claim(register, key: 5000) }
    }

    @Test func `a person gets one card, whatever the key (A80)`() async throws {
        try await desk.open(register, limit: 50)
        let answers = await withTaskGroup(of: UInt64?.self) { group in
            for key in 0..<200 {
                group.addTask { try? await desk.claim(register, key: key, person: 1) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.compactMap { $0 }.count == 1)
        await #expect(throws: Refusal.alreadyClaimed) {
            try await desk.claim(register, key: 201, person: 1)
        }
        #expect(try await desk.serials(register) == [1])
    }

    @Test func `a retry gets its card again, another content is a conflict (A86, A87)`()
        async throws
    {
        try await desk.open(register, limit: 1)
        let first = try await desk.claim(register, key: 1, person: 1)
        #expect(try await desk.claim(register, key: 1, person: 1) == first)
        await #expect(throws: Refusal.conflict) {
            try await desk.claim(register, key: 1, person: 1, content: 2)
        }
        // The same key at once: one card, the same answer for everyone.
        let other = try desk.register(over: .inMemory())
        try await desk.open(other, limit: 10)
        let answers = await withTaskGroup(of: UInt64?.self) { group in
            for _ in 0..<100 { group.addTask { try? await desk.claim(other, key: 7) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers) == [1])
    }

    @Test func `limit 0 means none, and unlimited is its own word (A83)`() async throws {
        try await desk.open(register, limit: 0)
        await #expect(throws: Refusal.soldOut) { try await desk.claim(register, key: 1) }
        #expect(Limit.unlimited != .cards(0))
        #expect(throws: Refusal.malformed) { try Limit(json: .whole(-1)) }
        #expect(throws: Refusal.malformed) { try Limit(json: .whole(1 << 32)) }
        #expect(throws: Refusal.malformed) { try Limit(json: "Unlimited") }
    }

    @Test func `a card that cannot be made takes no serial`() async throws {
        try await desk.open(register, limit: 1)
        await #expect(throws: Refusal.malformed) {
            try await register.allocate(desk.claim(1)) { _ throws(Refusal) in throw .malformed }
        }
        try await desk.claim(register, key: 2)
        #expect(try await desk.serials(register) == [1])
    }

    @Test func `status indexes are random, unique and in a list of 2^17 at least (A111, A112)`()
        async throws
    {
        try await desk.open(register, limit: 300)
        await withTaskGroup(of: Void.self) { group in
            for key in 0..<300 {
                group.addTask { _ = try? await desk.claim(register, key: key) }
            }
        }
        let cards = try await register.current().book(desk.edition).cards
        let indexes = cards.compactMap { $0?.statusIndex }
        #expect(Set(indexes).count == 300 && indexes != indexes.sorted())
        #expect(try await register.current().indexes.list(0)?.count == 1 << 15)
    }

    @Test func `room in the status lists is reserved with the edition (A95)`() async throws {
        try await desk.open(register, limit: 200_000)
        #expect(try await register.current().indexes.lists == 4)
        var indexes = StatusIndexes()
        var used = Set<UInt32>()
        // Far more cards than were reserved for: lists are added as they fill.
        for _ in 0..<(1 << 17) {
            let index = indexes.unused(besides: [])
            try indexes.use(index)
            used.insert(index)
        }
        #expect(used.count == 1 << 17 && indexes.lists >= 2)
        #expect(throws: Refusal.malformed) { try indexes.use(used.first ?? 0) }
    }

    @Test func `what a journal holds is read again, and goes on`() async throws {
        let journal = InMemoryJournal()
        let first = try desk.register(over: journal)
        try await desk.open(first, limit: 5)
        for key in 0..<3 { try await desk.claim(first, key: key, person: UInt8(key)) }
        let second = try desk.register(over: journal)
        await #expect(throws: Refusal.alreadyClaimed) {
            try await desk.claim(second, key: 9, person: 2)
        }
        #expect(try await desk.claim(second, key: 1, person: 1) == 2)
        try await desk.claim(second, key: 4)
        try await desk.claim(second, key: 5)
        // The first has not seen what the second wrote, and finds out before it promises anything (A88, A90).
        await #expect(throws: Refusal.soldOut) { try await desk.claim(first, key: 6) }
        #expect(try await desk.serials(first) == Set(1...5))
    }

    @Test func `a retry at a process that knows less gets its card, not sold out (A86, A90)`()
        async throws
    {
        let journal = InMemoryJournal()
        let first = try desk.register(over: journal)
        let second = try desk.register(over: journal)
        try await desk.open(first, limit: 1)
        let token: [UInt8] = [1]
        try await first.hold(token, in: desk.edition, until: 10, at: 0)
        // The second has seen the place taken, and not yet by whom.
        await #expect(throws: Refusal.soldOut) { try await desk.claim(second, key: 5) }
        let making = desk
        let record = try await first.confirm(token, by: desk.claim(5), at: 1) { place in
            making.entry(place, nil)
        }
        #expect(try await desk.claim(second, key: 5) == record)
    }

    @Test func `two processes on one journal never fork it (A88)`() async throws {
        let journal = InMemoryJournal()
        let registers = [
            try desk.register(over: journal), try desk.register(over: journal),
            try desk.register(over: journal),
        ]
        try await desk.open(registers[0], limit: 40)
        let answers = await withTaskGroup(of: UInt64?.self) { group in
            for key in 0..<300 {
                group.addTask {
                    for _ in 0..<50 {
                        do {
                            return try await desk.claim(registers[key % 3], key: key)
                        } catch {
                            guard error as? Refusal == .unavailable else { return nil }
                        }
                    }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.compactMap { $0 }).count == 40)
        let head = await journal.head()
        #expect(head.size == 41)
        for register in registers {
            _ = try await register.current()
            #expect(try await desk.serials(register) == Set(1...40))
        }
    }
}
