package import TegataCrypto

/// The signature rule of Web eID: the card signs hash(origin) ‖ hash(nonce), so an answer made for one origin is
/// worth nothing at another.
package struct WebEID: Sendable {
    /// Which signature the token names. A key of another kind never verifies it.
    package enum Algorithm: String, Sendable {
        case es256 = "ES256"
        case es384 = "ES384"
        case es512 = "ES512"
        case ps256 = "PS256"
        case ps384 = "PS384"
        case ps512 = "PS512"
        case rs256 = "RS256"
        case rs384 = "RS384"
        case rs512 = "RS512"

        var hash: HashFunction {
            switch self {
            case .es256, .ps256, .rs256: .sha256
            case .es384, .ps384, .rs384: .sha384
            case .es512, .ps512, .rs512: .sha512
            }
        }
    }

    private let validator: PathValidator

    /// Mobile-ID certificates, whose key is on a phone and not on the card that was asked for.
    private static let mobilePolicies = [
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 1, 3),
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 11, 1),
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 18, 1),
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 18, 2),
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 18, 3),
    ]

    /// Trusts cards that one of `authorities` issued directly; each is DER and trusted because it is given here.
    package init(authorities: [[UInt8]]) throws(PathError) {
        var anchors: [TrustAnchor] = []
        for authority in authorities { anchors.append(try TrustAnchor(authority, name: "eID")) }
        var policy = PathPolicy()
        policy.maximumIntermediates = 0
        policy.leafKeyUsage = .digitalSignature
        policy.forbiddenLeafKeyUsage = .nonRepudiation
        policy.requiresCriticalKeyUsage = true
        policy.purpose = .clientAuthentication
        policy.forbiddenPolicies = Self.mobilePolicies
        validator = PathValidator(anchors: anchors, policy: policy)
    }

    /// Checks the certificate at `time` and the signature for `origin` and `nonce`; `nil` unless both are good.
    package func verify(
        certificate: [UInt8], signature: [UInt8], algorithm: Algorithm, origin: String,
        nonce: String, at time: Int64
    ) -> ValidatedPath? {
        guard let path = try? validator.validate(leaf: certificate, at: time) else { return nil }
        let hash = algorithm.hash
        let message = Self.message(origin: origin, nonce: nonce, hash)
        let digest = hash.hash(message)
        let valid =
            switch (path.leafKey, algorithm) {
            case (.nist(let key), .es256) where key.curve == .p256,
                (.nist(let key), .es384) where key.curve == .p384,
                (.nist(let key), .es512) where key.curve == .p521:
                key.isValidSignature(signature.span, forDigest: digest.span)
            case (.rsa(let key), .rs256), (.rsa(let key), .rs384), (.rsa(let key), .rs512):
                key.isValidPKCS1Signature(signature.span, forDigest: digest, using: hash)
            case (.rsa(let key), .ps256), (.rsa(let key), .ps384), (.rsa(let key), .ps512):
                key.isValidPSSSignature(
                    signature.span, forDigest: digest, using: hash, saltByteCount: hash.byteCount)
            default: false
            }
        return valid ? path : nil
    }

    /// hash(origin) ‖ hash(nonce), which the card hashes once more to sign.
    static func message(origin: String, nonce: String, _ hash: HashFunction) -> [UInt8] {
        hash.hash(Array(origin.utf8)) + hash.hash(Array(nonce.utf8))
    }
}
