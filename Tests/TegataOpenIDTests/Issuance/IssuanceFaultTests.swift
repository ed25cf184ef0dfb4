import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// A storage that fails at any one of its calls, before or after it did what it was asked: nothing is doubled, and whoever asks
/// again gets there.
struct IssuanceFaultTests {
    private let key = SigningKey.secp256k1(IssuanceDesk.key("holder"))

    @Test(arguments: [false, true])
    func `a credential request survives a fault of the storage at every call`(
        isLate: Bool
    ) async throws {
        var calls = 0
        for fault in 1... {
            let store = FaultyStore()
            let desk = try IssuanceDesk(store: store)
            let tokens = try await desk.tokens()
            let call = try await desk.call(tokens, keys: [key])
            store.fail(at: fault, isLate: isLate)
            let first = try await desk.send(call)
            guard store.hasFailed else {
                #expect(first.status == 200)
                calls = fault - 1
                break
            }
            #expect(first.status == 503 && first.reason == .unavailable, "call \(fault)")
            desk.pass(61)
            let second = try await desk.send(call)
            #expect(second.status == 200, "call \(fault)")
            #expect(try await desk.send(call).json == second.json)
            #expect(Set(desk.orders.map(\.idempotencyKey)).count == 1, "call \(fault)")
            let other = SigningKey.p256(P256.PrivateKey())
            #expect(try await desk.send(desk.call(tokens, keys: [other])).status == 400)
        }
        #expect(calls >= 7)
    }

    @Test(arguments: [false, true])
    func `a code is redeemed once, whatever the storage does`(isLate: Bool) async throws {
        var calls = 0
        for fault in 1... {
            let store = FaultyStore()
            let desk = try IssuanceDesk(store: store)
            let made = try await desk.offer()
            let code = try #require(made.offer.preAuthorizedCode)
            store.fail(at: fault, isLate: isLate)
            let first = try await desk.redeem(code, made.transactionCode)
            guard store.hasFailed else {
                calls = fault - 1
                break
            }
            #expect(first.status == 503, "call \(fault)")
            let answers = [
                try await desk.redeem(code, made.transactionCode),
                try await desk.redeem(code, made.transactionCode),
            ]
            // The answer to a swap that was done may be lost; then there is no token, and never a second.
            #expect(answers.count { $0.status == 200 } <= 1)
            #expect(answers[1].reason == .replayed, "call \(fault)")
            if !isLate { #expect(answers[0].status == 200, "call \(fault)") }
        }
        #expect(calls >= 5)
    }
}

/// A store one of whose calls fails.
final class FaultyStore: StateStore {
    private let inner = InMemoryStateStore()
    private let state = Mutex<(left: Int, isLate: Bool, hasFailed: Bool)>((-1, false, false))

    /// The call with this number from now on fails; `isLate` lets it do its work first.
    func fail(at call: Int, isLate: Bool) {
        state.withLock { $0 = (call, isLate, false) }
    }

    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    private func isDue() -> (fails: Bool, isLate: Bool) {
        state.withLock { state in
            state.left -= 1
            guard state.left == 0 else { return (false, false) }
            state.hasFailed = true
            return (true, state.isLate)
        }
    }

    func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]? {
        if isDue().fails { throw .unavailable }
        return await inner.value(of: key, now: now)
    }

    func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        let due = isDue()
        if due.fails, !due.isLate { throw .unavailable }
        let done = try await inner.replace(key, old, with: new, until: expiry, now: now)
        if due.fails { throw .unavailable }
        return done
    }
}
