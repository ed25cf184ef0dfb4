public import TegataCrypto

/// A public key together with the one algorithm it verifies. The pair is fixed before any token is read, so a token's
/// `alg` can only agree or be refused.
public struct VerifyingKey: Hashable, Sendable {
    package enum Material: Hashable, Sendable {
        case secp256k1(Secp256k1.PublicKey)
        case p256(P256.PublicKey)
        /// P-384 or P-521.
        case nist(NISTPublicKey)
        case ed25519(Ed25519.PublicKey)
        case rsa(RSA.PublicKey)
    }

    package let material: Material
    /// The only algorithm this key is used with.
    public let algorithm: JWSAlgorithm

    /// For ES256K.
    public static func secp256k1(_ key: Secp256k1.PublicKey) -> VerifyingKey {
        VerifyingKey(material: .secp256k1(key), algorithm: .es256k)
    }

    /// For ES256.
    public static func p256(_ key: P256.PublicKey) -> VerifyingKey {
        VerifyingKey(material: .p256(key), algorithm: .es256)
    }

    /// For ES384 or ES512, by the curve; `nil` for P-256, which has a type of its own.
    package static func nist(_ key: NISTPublicKey) -> VerifyingKey? {
        switch key.curve {
        case .p256: nil
        case .p384: VerifyingKey(material: .nist(key), algorithm: .es384)
        case .p521: VerifyingKey(material: .nist(key), algorithm: .es512)
        }
    }

    /// For Ed25519; both of its names are accepted in a header.
    package static func ed25519(_ key: Ed25519.PublicKey) -> VerifyingKey {
        VerifyingKey(material: .ed25519(key), algorithm: .ed25519)
    }

    /// For one RSA algorithm; `nil` when `algorithm` is none.
    package static func rsa(
        _ key: RSA.PublicKey, _ algorithm: JWSAlgorithm
    ) -> VerifyingKey? {
        guard algorithm.rsaHash != nil else { return nil }
        return VerifyingKey(material: .rsa(key), algorithm: algorithm)
    }

    /// Whether a header may name `algorithm` with this key.
    package func allows(_ algorithm: JWSAlgorithm) -> Bool {
        // The two names of Ed25519 mean the same computation.
        algorithm == self.algorithm || algorithm == .edDSA && self.algorithm == .ed25519
    }

    /// Whether `signature`, in JOSE's form and of its exact length, is over `message`.
    package func isValidSignature(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
        switch material {
        case .secp256k1(let key):
            return key.isValidSignature(signature, forDigest: SHA256.hash(message))
        case .p256(let key):
            return key.isValidSignature(signature, forDigest: SHA256.hash(message))
        case .nist(let key):
            let hash: HashFunction = key.curve == .p521 ? .sha512 : .sha384
            return key.isValidSignature(signature, forDigest: hash.hash(message).span)
        case .ed25519(let key):
            return key.isValidSignature(signature, for: message)
        case .rsa(let key):
            guard let hash = algorithm.rsaHash else { return false }
            let digest = hash.hash(message)
            guard algorithm.isPSS else {
                return key.isValidPKCS1Signature(signature, forDigest: digest, using: hash)
            }
            // RFC 7518 §3.5: the salt is as long as the hash.
            return key.isValidPSSSignature(
                signature, forDigest: digest, using: hash, saltByteCount: hash.byteCount)
        }
    }
}

extension JWSAlgorithm {
    fileprivate var rsaHash: HashFunction? {
        switch self {
        case .rs256, .ps256: .sha256
        case .rs384, .ps384: .sha384
        case .rs512, .ps512: .sha512
        default: nil
        }
    }

    fileprivate var isPSS: Bool { self == .ps256 || self == .ps384 || self == .ps512 }
}
