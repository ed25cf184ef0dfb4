public import TegataCrypto
public import TegataSDJWT

/// A verifier as wallets meet it: its identifier, and the key that signs its requests.
///
/// Its `id` is the audience of every answer, so the `Verifier` behind it carries the same one.
public struct PresentationClient: Sendable {
    /// The identifier with its prefix.
    public let identifier: ClientIdentifier
    private let signer: Signer

    private enum Signer {
        case certificates([[UInt8]], P256.PrivateKey)
        case did(method: String, SigningKey)
        /// Requests travel unsigned, by value.
        case none
    }

    /// The whole identifier.
    public var id: String { identifier.text }

    /// A verifier with a certificate for a DNS name (`x509_san_dns:`).
    ///
    /// - Parameters:
    ///   - name: the DNS name, one of the leaf's alternative names; answers go to this host.
    ///   - certificates: the chain in DER, the leaf first, without the trust anchor.
    ///   - key: the leaf's P-256 key; requests are signed with ES256.
    /// - Returns: the verifier.
    /// - Throws: `malformed` for certificates that cannot be read, `issuerUntrusted` when name, key and leaf do not belong
    ///   together.
    public static func x509SANDNS(
        _ name: String, certificates: [[UInt8]], key: P256.PrivateKey
    ) throws(Refusal) -> PresentationClient {
        let leaf = try leaf(certificates, key)
        guard leaf.extensions.dnsNames.has(name) else { throw .issuerUntrusted }
        return PresentationClient(
            identifier: try ClientIdentifier(.x509SANDNS, name),
            signer: .certificates(certificates, key))
    }

    /// A verifier known by the hash of its certificate (`x509_hash:`), which HAIP asks for.
    ///
    /// - Throws: as `x509SANDNS(_:certificates:key:)`.
    public static func x509Hash(
        certificates: [[UInt8]], key: P256.PrivateKey
    ) throws(Refusal) -> PresentationClient {
        let leaf = try leaf(certificates, key)
        let hash = Base64URL.encode(SHA256.hash(leaf.bytes).array)
        return PresentationClient(
            identifier: try ClientIdentifier(.x509Hash, hash),
            signer: .certificates(certificates, key))
    }

    /// A verifier that is its key (`decentralized_identifier:did:key:…`), signing ES256K or ES256.
    public static func did(_ key: SigningKey) throws(Refusal) -> PresentationClient {
        guard let did = key.verifyingKey.didKey else { throw .unsupported }
        return PresentationClient(
            identifier: try ClientIdentifier(.decentralizedIdentifier, did),
            signer: .did(method: try KeyDID(parsing: did).methodID, key))
    }

    /// A verifier that proves nothing about itself (`redirect_uri:`): its requests travel unsigned in the link, and
    /// answers go to `responseURI`, which is its name.
    public static func unsigned(answeredAt responseURI: String) throws(Refusal)
        -> PresentationClient
    {
        PresentationClient(
            identifier: try ClientIdentifier(.redirectURI, responseURI), signer: .none)
    }

    /// Whether requests are signed, and so can be fetched.
    package var isSigning: Bool {
        if case .none = signer { false } else { true }
    }

    /// The request object of `request` (RFC 9101): a JWS for any wallet, good from `issuedAt` until `expiry`.
    ///
    /// - Throws: `unsupported` for a client that cannot sign.
    package func sign(
        _ request: AuthorizationRequest, issuedAt: Int64, expiry: Int64
    ) throws(Refusal) -> String {
        var claims = request.claims
        claims.add("aud", .string(RequestObject.audience))
        claims.add("iat", .number(JSONNumber(issuedAt)))
        claims.add("exp", .number(JSONNumber(expiry)))
        let payload = JSON.object(claims).encoded
        let token =
            switch signer {
            case .certificates(let chain, let key):
                try CompactJWS.sign(
                    payload: payload, type: RequestObject.type, by: .p256(key), certificates: chain)
            case .did(let method, let key):
                try CompactJWS.sign(
                    payload: payload, type: RequestObject.type, by: key, keyID: method)
            case .none: throw .unsupported
            }
        return String(decoding: token, as: UTF8.self)
    }

    private static func leaf(
        _ certificates: [[UInt8]], _ key: P256.PrivateKey
    ) throws(Refusal) -> Certificate {
        guard let first = certificates.first, let leaf = try? Certificate(parsing: first) else {
            throw .malformed
        }
        guard case .nist(let point)? = try? leaf.publicKey(),
            point.x963Representation == key.publicKey.x963Representation
        else { throw .issuerUntrusted }
        return leaf
    }
}

/// What a request object says in every request (OpenID4VP 1.0 §5.8, RFC 9101 §10.8).
enum RequestObject {
    /// `typ`.
    static let type = "oauth-authz-req+jwt"
    /// `aud`: whichever wallet it reaches.
    static let audience = "https://self-issued.me/v2"
    /// Most bytes of one.
    static let limit = 128 * 1024
}
