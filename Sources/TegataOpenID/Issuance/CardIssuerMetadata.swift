public import TegataSDJWT

/// The keys of an issuer of SD-JWT VCs, at `/.well-known/jwt-vc-issuer` (draft-ietf-oauth-sd-jwt-vc-24 §4).
public struct CardIssuerMetadata: Sendable {
    /// The issuer, `iss` of its cards.
    public let issuer: IssuerIdentifier
    /// The address of the keys, when they are not in the document: fetch it and read the answer with `init(keys:of:)`.
    public let keysURI: String?
    /// The keys that can sign its cards and are of a kind known here.
    public let keys: [VerifyingKey]
    private let set: JWKSet?

    /// What an issuer publishes.
    public init(of issuer: IssuerIdentifier, keys: [VerifyingKey]) {
        self.issuer = issuer
        keysURI = nil
        self.keys = keys
        set = try? JWKSet(parsing: Self.set(keys).encoded)
    }

    /// Reads the document that was fetched for `issuer`.
    ///
    /// - Throws: `issuerUntrusted` when it is about another issuer, or its keys can be read in two ways; `malformed` for none
    ///   or both of keys and their address; `limitExceeded`.
    public init(parsing text: [UInt8], of issuer: IssuerIdentifier) throws(Refusal) {
        let reader = try DocumentReader(parsing: text)
        guard try reader.text("issuer").hasSameBytes(as: issuer.text) else {
            throw .issuerUntrusted
        }
        self.issuer = issuer
        keysURI = try reader.optionalEndpoint("jwks_uri", of: issuer)
        if let json = reader.object["jwks"] {
            guard keysURI == nil else { throw .malformed }
            set = try JWKSet(parsing: json.encoded)
            keys = Self.known(json)
        } else {
            guard keysURI != nil else { throw .malformed }
            set = nil
            keys = []
        }
    }

    /// Reads the set of keys that was fetched from `keysURI`.
    ///
    /// - Throws: as `init(parsing:of:)`.
    public init(keys text: [UInt8], of issuer: IssuerIdentifier) throws(Refusal) {
        guard text.count <= 256 * 1024 else { throw .limitExceeded }
        self.issuer = issuer
        keysURI = nil
        set = try JWKSet(parsing: text)
        keys = Self.known(try JSON(parsing: text))
    }

    /// The document, for an issuer that publishes it.
    public var json: JSON { ["issuer": .string(issuer.text), "jwks": Self.set(keys)] }

    /// The path where a server answers with the document.
    public var path: String { issuer.wellKnownPath("jwt-vc-issuer") }

    /// The one key that a card's header selects. Throws `issuerUntrusted`.
    func key(for header: JWSHeader) throws(Refusal) -> VerifyingKey {
        guard let set else { throw .issuerUntrusted }
        return try set.key(for: header)
    }

    /// The keys of a set that `JWKSet` has found good.
    private static func known(_ set: JSON) -> [VerifyingKey] {
        (set["keys"]?.array ?? []).compactMap { try? VerifyingKey(parsingJWK: $0.encoded) }
    }

    private static func set(_ keys: [VerifyingKey]) -> JSON {
        [
            "keys": .array(
                keys.map { key in
                    var jwk = key.jwk
                    jwk.add("kid", .string(key.thumbprint))
                    jwk.add("alg", .string(key.algorithm.rawValue))
                    jwk.add("use", "sig")
                    return .object(jwk)
                })
        ]
    }
}
