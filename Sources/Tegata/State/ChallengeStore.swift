internal import TegataCrypto
package import TegataSDJWT

/// One-time values in a store, until they are used or over: a verifier's questions, the nonces of issuers and attestors.
///
/// Someone who can rewrite the store can make a used value usable again, and so replay one answer within its freshness
/// window; they cannot forge one.
package struct ChallengeStore: Sendable {
    private let store: any StateStore
    private let prefix: [UInt8]

    /// The values of another role in the same store.
    func of(_ role: Role) -> ChallengeStore { ChallengeStore(store, of: role) }

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
        case attestor, issuer, verifier, hall, shop, link
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

    /// What is kept under `nonce`, without using it up; `nil` for a value never given or forgotten. Use by `claim` itself does not
    /// count: the same request, asking again after something failed behind it.
    ///
    /// - Throws: `replayed` for a used value, `expired` for one past its end, `unavailable`.
    package func content(
        of nonce: String, for claim: FixedBytes<32>? = nil, now: Int64
    ) async throws(Refusal) -> String? {
        guard let stored = try await store.value(of: key(nonce), now: now) else { return nil }
        return try Entry(stored: stored).open(for: claim, now)
    }

    /// Uses `nonce` up: atomically, and for exactly one of any number of callers, or for one `claim`, however often it comes. The
    /// last step of a check.
    ///
    /// - Throws: `replayed` for everybody else, `expired`, `unavailable`.
    package func consume(
        _ nonce: String, for claim: FixedBytes<32>? = nil, now: Int64
    ) async throws(Refusal) {
        guard let stored = try await store.value(of: key(nonce), now: now) else { throw .replayed }
        let entry = try Entry(stored: stored)
        let content = try entry.open(for: claim, now)
        if entry.isUsed { return }
        let used = Entry(expiry: entry.expiry, use: .used(by: claim), content: content)
        guard
            try await store.replace(
                key(nonce), stored, with: used.encoded, until: entry.expiry &+ Self.memory, now: now
            )
        else {
            // Somebody was faster: the same claim, or another.
            guard claim != nil, let kept = try await store.value(of: key(nonce), now: now),
                try Entry(stored: kept).use == .used(by: claim)
            else { throw .replayed }
            return
        }
    }

    private func key(_ nonce: String) -> [UInt8] { prefix + Array(nonce.utf8) }

    /// Eight bytes of expiry, then what has become of it: a one and the content; a zero when it was used; a two, the 32 bytes of the
    /// claim that used it, and the content.
    private struct Entry {
        enum Use: Equatable {
            case open
            case used(by: FixedBytes<32>?)
        }

        let expiry: Int64
        let use: Use
        let content: String

        init(expiry: Int64, use: Use = .open, content: String) {
            self.expiry = expiry
            self.use = use
            self.content = content
        }

        var isUsed: Bool { use != .open }

        var encoded: [UInt8] {
            let what =
                switch use {
                case .open: [1] + Array(content.utf8)
                case .used(by: nil): [0] as [UInt8]
                case .used(by: let claim?): [2] + claim.array + Array(content.utf8)
                }
            return bigEndian(UInt64(bitPattern: expiry)) + what
        }

        init(stored bytes: [UInt8]) throws(Refusal) {
            guard bytes.count >= 9 else { throw .unavailable }
            let start: Int
            switch bytes[8] {
            case 0: (use, start) = (.used(by: nil), 9)
            case 1: (use, start) = (.open, 9)
            case 2:
                guard let claim = FixedBytes<32>(bytes[9...].prefix(32)) else {
                    throw .unavailable
                }
                (use, start) = (.used(by: claim), 41)
            default: throw .unavailable
            }
            guard let text = String(validating: bytes.dropFirst(start), as: UTF8.self) else {
                throw .unavailable
            }
            expiry = Int64(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
            content = text
        }

        func open(for claim: FixedBytes<32>?, _ now: Int64) throws(Refusal) -> String {
            if case .used(let user) = use, user == nil || user != claim { throw .replayed }
            guard expiry >= now else { throw .expired }
            return content
        }
    }
}
