internal import Tegata
internal import TegataSDJWT

/// The records of issuance in a `StateStore`, each kind under its own prefix.
struct IssuanceRecords: Sendable {
    /// What a record is about, and so what its key is the hash of.
    enum Kind: String {
        case grant, preAuthorizedCode, authorizationCode, issuerState, push, access, refresh
        case nonce, order, transaction, notification
    }

    let store: any StateStore
    let clock: @Sendable () -> Int64

    func value(_ kind: Kind, _ key: [UInt8]) async throws(OAuthFault) -> [UInt8]? {
        do {
            return try await store.value(of: name(kind, key), now: clock())
        } catch {
            throw .denied(.unavailable)
        }
    }

    func replace(
        _ kind: Kind, _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until end: Int64
    ) async throws(OAuthFault) -> Bool {
        do {
            return try await store.replace(
                name(kind, key), old, with: new, until: end, now: clock())
        } catch {
            throw .denied(.unavailable)
        }
    }

    /// Keeps something under a fresh ticket.
    func add(
        _ kind: Kind, _ key: [UInt8], _ value: [UInt8], until end: Int64
    ) async throws(OAuthFault) {
        guard try await replace(kind, key, nil, with: value, until: end) else {
            throw .denied(.unavailable)
        }
    }

    /// The grant under `key`; `nil` for none.
    func grant(_ key: [UInt8]) async throws(OAuthFault) -> Grant? {
        guard let bytes = try await value(.grant, key) else { return nil }
        guard let grant = Grant(parsing: bytes) else { throw .denied(.unavailable) }
        return grant
    }

    /// Changes the grant under `key`: reads it, lets `change` judge it, and writes it if it is still what was read; else all
    /// over. What `change` throws leaves it as it was.
    ///
    /// A change that changes nothing writes nothing. Each round that fails is one in which somebody else got on, and what they
    /// can do to a grant is bounded.
    @discardableResult
    func update<Result: Sendable>(
        _ key: [UInt8], or missing: OAuthFault,
        _ change: (inout Grant) throws(OAuthFault) -> Result
    ) async throws(OAuthFault) -> Result {
        for _ in 0..<1000 {
            guard let bytes = try await value(.grant, key) else { throw missing }
            guard var grant = Grant(parsing: bytes) else { throw .denied(.unavailable) }
            let result = try change(&grant)
            let changed = grant.encoded
            guard changed != bytes else { return result }
            if try await replace(.grant, key, bytes, with: changed, until: grant.end) {
                return result
            }
        }
        throw .denied(.unavailable)
    }

    private func name(_ kind: Kind, _ key: [UInt8]) -> [UInt8] {
        Array("vci/\(kind.rawValue)/".utf8) + key
    }
}
