import Testing

@testable import TegataOpenID

struct StateStoreTests {
    @Test func `of fifty callers with the same old value one swaps it`() async throws {
        let store = InMemoryStateStore()
        let key = Ticket().key
        #expect(try await store.replace(key, nil, with: [1], until: 100, now: 0))
        let swapped = await withTaskGroup(of: Bool.self) { group in
            for caller in 0..<50 {
                group.addTask {
                    (try? await store.replace(
                        key, [1], with: [2, UInt8(caller)], until: 100, now: 0))
                        ?? false
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(swapped == 1)
    }

    @Test func `what is past its end is not there, and its place is free`() async throws {
        let store = InMemoryStateStore(capacity: 1)
        #expect(try await store.replace([1], nil, with: [1], until: 10, now: 0))
        #expect(await store.value(of: [1], now: 10) == [1])
        #expect(await store.value(of: [1], now: 11) == nil)
        await #expect(throws: (any Error).self) {
            _ = try await store.replace([2], nil, with: [1], until: 20, now: 5)
        }
        #expect(try await store.replace([2], nil, with: [1], until: 100, now: 70))
    }

    @Test func `a ticket that was not ours in form is none`() {
        let ticket = Ticket()
        #expect(Ticket(received: ticket.text) == ticket)
        for text in [
            "", "abc", ticket.text + "=", ticket.text + "A", String(ticket.text.dropLast()),
        ] {
            #expect(Ticket(received: text) == nil)
        }
    }
}
