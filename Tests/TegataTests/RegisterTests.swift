import Tegata
import TegataCrypto
import Testing

@Suite struct RegisterTests {
    private let edition = SHA256.hash([1])

    private func claim(_ person: UInt8?, key: Int, content: UInt8 = 0) -> RegisterClaim {
        RegisterClaim(
            edition: edition, person: person.map { [UInt8](repeating: $0, count: 33) },
            idempotencyKey: Array("\(key)".utf8), content: SHA256.hash([content]))
    }

    @Sendable private func entry(_ place: RegisterPlace) -> RegisterEntry {
        RegisterEntry(
            person: SHA256.hash([UInt8(place.serial.number & 255)]).array + [0],
            commitment: SHA256.hash([UInt8(place.serial.number & 255), 1]).array + [0], row: [],
            answer: "\(place.serial)")
    }

    @Test func `a thousand claims at once give exactly the limit, each serial once (A79)`()
        async throws
    {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 50)
        let answers = await withTaskGroup(of: String?.self) { group in
            for key in 0..<1000 {
                group.addTask {
                    try? await register.allocate(claim(nil, key: key), making: entry)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.compactMap { $0 }) == Set((1...50).map(String.init)))
        #expect(answers.count(where: { $0 == nil }) == 950)
        await #expect(throws: Refusal.soldOut) {
            try await register.allocate(claim(nil, key: 5000), making: entry)
        }
    }

    @Test func `a person gets one card, whatever the key (A80)`() async throws {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 50)
        let answers = await withTaskGroup(of: String?.self) { group in
            for key in 0..<200 {
                group.addTask { try? await register.allocate(claim(1, key: key), making: entry) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.compactMap { $0 } == ["1"])
        await #expect(throws: Refusal.alreadyClaimed) {
            try await register.allocate(claim(1, key: 201), making: entry)
        }
    }

    @Test func `a retry gets its card again, another content is a conflict (A86, A87)`()
        async throws
    {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 1)
        #expect(try await register.allocate(claim(1, key: 1), making: entry) == "1")
        #expect(try await register.allocate(claim(1, key: 1), making: entry) == "1")
        await #expect(throws: Refusal.conflict) {
            try await register.allocate(claim(1, key: 1, content: 2), making: entry)
        }
    }

    @Test func `limit 0 means none, and unlimited is its own word (A83)`() async throws {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 0)
        await #expect(throws: Refusal.soldOut) {
            try await register.allocate(claim(1, key: 1), making: entry)
        }
        let open = SHA256.hash([2])
        try await register.open(open, limit: .unlimited)
        #expect(Limit.unlimited != .cards(0))
        await #expect(throws: Refusal.conflict) { try await register.open(open, limit: 3) }
    }

    @Test func `a card that cannot be made takes no serial`() async throws {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 1)
        await #expect(throws: Refusal.malformed) {
            try await register.allocate(claim(1, key: 1)) { _ throws(Refusal) in throw .malformed }
        }
        #expect(try await register.allocate(claim(1, key: 2), making: entry) == "1")
    }

    @Test func `revoked is final, and its serial is never given again (A92)`() async throws {
        let register = InMemoryRegister()
        try await register.open(edition, limit: 2)
        _ = try await register.allocate(claim(1, key: 1), making: entry)
        try await register.setStatus(.suspended, of: 1, in: edition)
        try await register.setStatus(.valid, of: 1, in: edition)
        try await register.setStatus(.revoked, of: 1, in: edition)
        await #expect(throws: Refusal.conflict) {
            try await register.setStatus(.valid, of: 1, in: edition)
        }
        #expect(try await register.allocate(claim(2, key: 2), making: entry) == "2")
        let lists = try await register.lists(of: edition)
        #expect(lists.persons.count == 1 && lists.commitments.count == 1 && lists.issued == 2)
        #expect(await register.statuses().reduce(0) { $0 + $1.nonzeroBitCount } == 1)
    }
}
