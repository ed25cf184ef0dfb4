internal import TegataSDJWT

/// The keys that may speak for one issuer, ready to be selected: making a thumbprint costs more than finding one.
struct KeyRing: Sendable {
    let keys: [VerifyingKey]
    private let names: [String]
    /// When each key's signatures count; empty where they always do.
    private var terms: [KeyTerm] = []

    /// `nil` for no key, and for two keys of one name, between which a header could not choose (A16).
    init?(_ keys: [VerifyingKey]) {
        self.keys = keys
        names = keys.map(\.thumbprint)
        guard !keys.isEmpty, Set(names).count == names.count else { return nil }
    }

    /// The keys of a JWK set.
    ///
    /// - Throws: `malformed`, `limitExceeded`, also for a set that can be read in two ways (A16); `issuerUntrusted` for a
    ///   set that makes no ring.
    init(set: JSON) throws(Refusal) {
        _ = try JWKSet(parsing: set.encoded)
        var keys = [VerifyingKey]()
        for key in try set.required("keys").elements(atMost: 64) {
            keys.append(try VerifyingKey(parsingJWK: key.encoded))
        }
        guard let ring = KeyRing(keys) else { throw .issuerUntrusted }
        self = ring
    }

    /// The same keys, each within its term; `nil` unless every key has exactly one.
    func limited(by terms: [KeyTerm]) -> KeyRing? {
        guard terms.count == keys.count, names.allSatisfy({ terms.map(\.key).has($0) }) else {
            return nil
        }
        var ring = self
        ring.terms = terms
        return ring
    }

    /// Whether what `key` signed at `time` counts. Without a time there is no telling, and where keys have terms it does not.
    func counts(_ key: VerifyingKey, at time: Int64?) -> Bool {
        guard !terms.isEmpty else { return true }
        guard let time, let term = term(of: key) else { return false }
        return term.includes(time)
    }

    private func term(of key: VerifyingKey) -> KeyTerm? {
        guard !terms.isEmpty, let place = keys.firstIndex(of: key) else { return nil }
        return terms.first { $0.key.hasSameBytes(as: names[place]) }
    }

    /// The one key that a header means: by `kid` when it has one, else the only one of its algorithm. A hint selects;
    /// it never adds a key, and keys are never tried one after the other.
    ///
    /// - Throws: `issuerUntrusted`, for a withdrawn key too; `unsupported` when the header names an algorithm that no key here
    ///   has.
    func key(for header: JWSHeader) throws(Refusal) -> VerifyingKey {
        let key = try named(by: header)
        guard term(of: key)?.isWithdrawn != true else { throw .issuerUntrusted }
        return key
    }

    private func named(by header: JWSHeader) throws(Refusal) -> VerifyingKey {
        guard let name = header.keyID else {
            let fitting = keys.filter { $0.allows(header.algorithm) }
            guard let key = fitting.first else {
                throw header.bringsOwnKey ? .issuerUntrusted : .unsupported
            }
            guard fitting.count == 1 else { throw .issuerUntrusted }
            return key
        }
        for (key, known) in zip(keys, names) where known.hasSameBytes(as: name) { return key }
        throw .issuerUntrusted
    }
}
