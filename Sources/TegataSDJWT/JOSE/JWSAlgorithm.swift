/// A signature algorithm of JOSE: fully specified, asymmetric, and implemented here.
///
/// There is no case for `none` and none for HMAC, so neither can be allowed by mistake.
public enum JWSAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812).
    case es256k = "ES256K"
    /// ECDSA on P-256 with SHA-256 (RFC 7518).
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384.
    case es384 = "ES384"
    /// ECDSA on P-521 with SHA-512.
    case es512 = "ES512"
    /// Ed25519 under its exact name (RFC 9864).
    case ed25519 = "Ed25519"
    /// Ed25519 under the older, polymorphic name (RFC 8037). Ed448 is not implemented.
    case edDSA = "EdDSA"
    /// RSA PKCS#1 v1.5 with SHA-256.
    case rs256 = "RS256"
    /// RSA PKCS#1 v1.5 with SHA-384.
    case rs384 = "RS384"
    /// RSA PKCS#1 v1.5 with SHA-512.
    case rs512 = "RS512"
    /// RSA PSS with SHA-256.
    case ps256 = "PS256"
    /// RSA PSS with SHA-384.
    case ps384 = "PS384"
    /// RSA PSS with SHA-512.
    case ps512 = "PS512"

    /// The algorithm with exactly this name, byte for byte: `rawValue` alone would take the Kelvin sign for a K.
    init?(exactly name: String) {
        guard let algorithm = Self(rawValue: name), algorithm.rawValue.hasSameBytes(as: name) else {
            return nil
        }
        self = algorithm
    }

    /// What a verifier of cards accepts unless told otherwise.
    public static let cardDefaults: Set<JWSAlgorithm> = [.es256k, .es256]
}
