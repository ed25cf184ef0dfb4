internal import TegataCrypto
public import TegataSDJWT

extension StateStore {
    /// The same store for one who does not trust its disk: names are hashed and values encrypted under `key`, 32 secret bytes
    /// that all processes on it share.
    public func sealed(under key: [UInt8]) -> SealedStateStore {
        SealedStateStore(self, under: key)
    }
}

/// A store whose storage learns neither names nor values (Spec/state.md).
///
/// A value is encrypted together with its name by AES-256-GCM under a nonce that is a MAC of both. So equal values of one name
/// look equal, which a swap needs, and the storage may know; and no nonce serves two values.
public struct SealedStateStore: StateStore {
    private let store: any StateStore
    private let keys: Keys

    /// A store that seals what it gives to `store`.
    public init(_ store: some StateStore, under key: [UInt8]) {
        precondition(key.count == 32, "a key has 32 bytes")
        self.store = store
        keys = Keys(key)
    }

    /// What is kept under `key` now.
    ///
    /// - Throws: `unavailable`, also for what was not sealed under this key and name.
    public func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]? {
        let name = keys.name(of: key)
        guard let sealed = try await store.value(of: name, now: now) else { return nil }
        return try keys.open(sealed, name)
    }

    /// Swaps the value under `key`, if it is still `old`.
    public func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        let name = keys.name(of: key)
        return try await store.replace(
            name, try keys.seal(old, name), with: try keys.seal(new, name), until: expiry, now: now)
    }
}

/// Three keys from one: for names, for nonces and for values.
private struct Keys: Sendable {
    private let parts: [SecretBytes]

    init(_ key: [UInt8]) {
        parts = ["name", "nonce", "value"].map { use in
            SecretBytes(
                copying: HMAC.authenticationCode(
                    for: Array("TEGATA-V01/state/\(use)".utf8), key: key
                ).span)
        }
    }

    func name(of key: [UInt8]) -> [UInt8] {
        HMAC.authenticationCode(for: key, key: parts[0].exposedBytes)
    }

    /// Nonce ‖ ciphertext ‖ tag.
    func seal(_ value: [UInt8]?, _ name: [UInt8]) throws(Refusal) -> [UInt8]? {
        guard let value else { return nil }
        let mac = HMAC.authenticationCode(for: name + value, key: parts[1].exposedBytes)
        let nonce = Array(mac.prefix(12))
        guard
            let sealed = try? AESGCM.seal(
                value, key: parts[2].exposedBytes, nonce: nonce, authenticating: name)
        else { throw .unavailable }
        return nonce + sealed
    }

    func open(_ sealed: [UInt8], _ name: [UInt8]) throws(Refusal) -> [UInt8] {
        guard
            let value = try? AESGCM.open(
                Array(sealed.dropFirst(12)), key: parts[2].exposedBytes,
                nonce: Array(sealed.prefix(12)), authenticating: name)
        else { throw .unavailable }
        return value
    }
}
