public import TegataSDJWT

/// Remembers one-time values until they are used or expire: a verifier's questions, the nonces of issuers and
/// attestors.
///
/// Someone who can rewrite this storage can make a used value usable again, and so replay one answer within its
/// freshness window; they cannot forge one.
public protocol ChallengeStore: Sendable {
    /// Keeps `content` under the fresh random `nonce` until `expiry`, seconds since 1970.
    ///
    /// - Throws: `unavailable` when it cannot be kept.
    func remember(
        _ nonce: String, content: String, until expiry: Int64, now: Int64
    ) async throws(Refusal)

    /// What is kept under `nonce`, without using it up; `nil` for a value never given or forgotten.
    ///
    /// - Throws: `replayed` for a used value, `expired` for one past its end, `unavailable`.
    func content(of nonce: String, now: Int64) async throws(Refusal) -> String?

    /// Uses `nonce` up: atomically, and for exactly one of any number of callers. The last step of a check.
    ///
    /// - Throws: `replayed` for everybody else, `expired`, `unavailable`.
    func consume(_ nonce: String, now: Int64) async throws(Refusal)
}

extension ChallengeStore where Self == InMemoryChallengeStore {
    /// A store for one process, forgotten with it.
    public static func inMemory() -> InMemoryChallengeStore {
        InMemoryChallengeStore()
    }
}

/// The one-process store: bounded, and cleaned of what has expired.
public actor InMemoryChallengeStore: ChallengeStore {
    private struct Entry {
        let content: String
        let expiry: Int64
        var isUsed = false
    }

    // By bytes: strings of Swift are equal when their normal forms are, and a Kelvin sign is no K in a nonce.
    private var entries = [[UInt8]: Entry]()
    private let capacity: Int
    private var nextCleaning: Int64 = 0

    /// A store of at most `capacity` values at a time; beyond that it refuses instead of growing (R4).
    public init(capacity: Int = 1_000_000) {
        self.capacity = capacity
    }

    /// Keeps `content` under `nonce`; refuses with `unavailable` when full, `conflict` for a nonce that is kept.
    public func remember(
        _ nonce: String, content: String, until expiry: Int64, now: Int64
    ) throws(Refusal) {
        if now >= nextCleaning || entries.count >= capacity {
            // A used value is remembered until its answer would be stale anyway.
            entries = entries.filter { $0.value.expiry >= now }
            nextCleaning = now &+ 60
        }
        guard entries.count < capacity else { throw .unavailable }
        guard entries[Array(nonce.utf8)] == nil else { throw .conflict }
        entries[Array(nonce.utf8)] = Entry(content: content, expiry: expiry)
    }

    /// What is kept under `nonce`.
    public func content(of nonce: String, now: Int64) throws(Refusal) -> String? {
        guard let entry = entries[Array(nonce.utf8)] else { return nil }
        guard !entry.isUsed else { throw .replayed }
        guard entry.expiry >= now else { throw .expired }
        return entry.content
    }

    /// Uses `nonce` up, for exactly one caller.
    public func consume(_ nonce: String, now: Int64) throws(Refusal) {
        guard let entry = entries[Array(nonce.utf8)], !entry.isUsed else { throw .replayed }
        guard entry.expiry >= now else { throw .expired }
        entries[Array(nonce.utf8)]?.isUsed = true
    }
}
