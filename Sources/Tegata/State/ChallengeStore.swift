internal import TegataCrypto
package import TegataSDJWT

/// One-time values in a store, until they are used or over: a verifier's questions, the nonces of issuers and attestors.
///
/// Someone who can rewrite the store can make a used value usable again, and so replay one answer within its freshness
/// window; they cannot forge one.
package struct ChallengeStore: Sendable {
    private let store: any StateStore
    private let prefix: [UInt8]

    /// For how long a value is known after its end, in seconds: to tell `expired` from unknown, and to processes whose clocks
    /// are behind that it was used.
    package static let memory: Int64 = 600

    /// The values that `role` gives out: no role takes those of another on the same store.
    package init(_ store: some StateStore, of role: Role) {
        self.store = store
        prefix = Array("nonce/\(role.rawValue)/".utf8)
    }

    /// Whose values they are.
    package enum Role: String, Sendable {
        case attestor, issuer, verifier, hall, shop
    }

    /// Keeps `content` under the fresh random `nonce` until `expiry`, seconds since 1970.
    ///
    /// - Throws: `conflict` for a nonce that is kept, `limitExceeded`, `unavailable`.
    package func remember(
        _ nonce: String, content: String, until expiry: Int64, now: Int64
    ) async throws(Refusal) {
        let entry = Entry(expiry: expiry, content: content)
        guard
            try await store.replace(
                key(nonce), nil, with: entry.encoded, until: expiry &+ Self.memory, now: now)
        else { throw .conflict }
    }

    /// What is kept under `nonce`, without using it up; `nil` for a value never given or forgotten.
    ///
    /// - Throws: `replayed` for a used value, `expired` for one past its end, `unavailable`.
    package func content(of nonce: String, now: Int64) async throws(Refusal) -> String? {
        guard let stored = try await store.value(of: key(nonce), now: now) else { return nil }
        return try Entry(stored: stored).open(now)
    }

    /// Uses `nonce` up: atomically, and for exactly one of any number of callers. The last step of a check.
    ///
    /// - Throws: `replayed` for everybody else, `expired`, `unavailable`.
    package func consume(_ nonce: String, now: Int64) async throws(Refusal) {
        guard let stored = try await store.value(of: key(nonce), now: now) else { throw .replayed }
        let entry = try Entry(stored: stored)
        _ = try entry.open(now)
        let used = Entry(expiry: entry.expiry, content: nil).encoded
        guard
            try await store.replace(
                key(nonce), stored, with: used, until: entry.expiry &+ Self.memory, now: now)
        else { throw .replayed }
    }

    private func key(_ nonce: String) -> [UInt8] { prefix + Array(nonce.utf8) }

    /// Eight bytes of expiry, then a one and the content, or a zero for what was used.
    private struct Entry {
        let expiry: Int64
        /// `nil` once it was used.
        let content: String?

        init(expiry: Int64, content: String?) {
            self.expiry = expiry
            self.content = content
        }

        var encoded: [UInt8] {
            bigEndian(UInt64(bitPattern: expiry)) + [content == nil ? 0 : 1]
                + Array((content ?? "").utf8)
        }

        init(stored bytes: [UInt8]) throws(Refusal) {
            guard bytes.count >= 9, bytes[8] < 2,
                let text = String(validating: bytes.dropFirst(9), as: UTF8.self)
            else { throw .unavailable }
            expiry = Int64(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
            content = bytes[8] == 1 ? text : nil
        }

        func open(_ now: Int64) throws(Refusal) -> String {
            guard let content else { throw .replayed }
            guard expiry >= now else { throw .expired }
            return content
        }
    }
}
