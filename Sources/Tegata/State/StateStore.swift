public import TegataSDJWT

/// Keeps for a while what a server has to remember between requests: questions and nonces that count once, offers, tokens,
/// transactions, claims under way.
///
/// One verb changes anything, and it compares before it swaps: of any number of callers that read the same value, one
/// succeeds. Several processes may share a store (Spec/state.md).
///
/// Someone who can rewrite this storage can bring back what was used up, and so have one answer counted twice or one offer
/// redeemed twice; the register still gives a person one card. They forge nothing. Keys are hashes or names that open nothing;
/// values are for whoever runs the server alone: ``sealed(under:)`` keeps them from who runs the storage.
public protocol StateStore: Sendable {
    /// What is kept under `key` now; `nil` for nothing, or for something past its end.
    ///
    /// - Throws: `unavailable`.
    func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]?

    /// Keeps `new` under `key` until `expiry`, seconds since 1970, if what is kept there is still `old`. `nil` stands for nothing
    /// on both sides; a key has at most 1,024 bytes.
    ///
    /// - Returns: `false`, and nothing changed, if something else is kept there.
    /// - Throws: `unavailable`, and then nobody knows whether it was kept; `limitExceeded` when the store is full.
    func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool
}

extension StateStore where Self == InMemoryStateStore {
    /// A store for one process, forgotten with it.
    public static func inMemory() -> InMemoryStateStore { InMemoryStateStore() }
}

/// The one-process store: bounded, and cleaned of what has expired.
public actor InMemoryStateStore: StateStore {
    private var entries = [[UInt8]: (value: [UInt8], expiry: Int64)]()
    private let capacity: Int
    private var nextCleaning: Int64 = 0

    /// A store of at most `capacity` values at a time; beyond that it refuses instead of growing (R4).
    public init(capacity: Int = 1_000_000) { self.capacity = capacity }

    /// What is kept under `key` now.
    public func value(of key: [UInt8], now: Int64) -> [UInt8]? {
        guard let entry = entries[key], entry.expiry >= now else { return nil }
        return entry.value
    }

    /// Swaps the value under `key`, if it is still `old`.
    public func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) throws(Refusal) -> Bool {
        guard value(of: key, now: now) == old else { return false }
        guard let new else {
            entries[key] = nil
            return true
        }
        if now >= nextCleaning {
            entries = entries.filter { $0.value.expiry >= now }
            nextCleaning = now &+ 60
        }
        guard entries.count < capacity || entries[key] != nil else { throw .limitExceeded }
        entries[key] = (new, expiry)
        return true
    }
}
