import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

@Suite struct SoldOutTests {
    @Test func `after sold-out nothing is written, and other editions go on (A94)`() async throws {
        let memory = InMemoryJournal()
        let journal = FailingJournal(memory)
        let desk = RegisterDesk()
        let register = try desk.register(over: journal)
        try await desk.open(register, limit: 3)
        for key in 0..<3 { try await desk.claim(register, key: key) }
        let head = await memory.head()
        // A single write would meet this, and be answered with another reason.
        journal.fail(.refuses(.unavailable("written after sold-out")))
        let refusals = await withTaskGroup(of: Refusal?.self) { group in
            for key in 100..<3_100 {
                group.addTask {
                    do {
                        try await desk.claim(register, key: key)
                        return nil
                    } catch {
                        return error as? Refusal
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(refusals.count == 3_000 && refusals.allSatisfy { $0 == .soldOut })
        #expect(await memory.head() == head)
        let other: EditionDigest = SHA256.hash([2])
        await #expect(throws: Refusal.unavailable) {
            try await register.open(other, "another", limit: 1)
        }
        try await register.open(other, "another", limit: 1)
        #expect(try await register.current().books.count == 2)
    }
}
