internal import TegataSDJWT

/// The keys that may speak for one issuer, ready to be selected: making a thumbprint costs more than finding one.
struct KeyRing: Sendable {
    let keys: [VerifyingKey]
    private let names: [String]

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

    /// The one key that a header means: by `kid` when it has one, else the only one of its algorithm. A hint selects;
    /// it never adds a key, and keys are never tried one after the other.
    ///
    /// - Throws: `issuerUntrusted`; `unsupported` when the header names an algorithm that no key here has.
    func key(for header: JWSHeader) throws(Refusal) -> VerifyingKey {
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
