public import TegataCrypto

/// A private key that signs cards, presentations and announcements, on either of the two curves.
public enum SigningKey: Sendable {
    /// Signs ES256K, the default.
    case secp256k1(Secp256k1.PrivateKey)
    /// Signs ES256, which every European wallet must be able to verify.
    case p256(P256.PrivateKey)

    /// The public half with its algorithm.
    public var verifyingKey: VerifyingKey {
        switch self {
        case .secp256k1(let key): .secp256k1(key.publicKey)
        case .p256(let key): .p256(key.publicKey)
        }
    }

    /// The algorithm that goes into a header.
    public var algorithm: JWSAlgorithm {
        switch self {
        case .secp256k1: .es256k
        case .p256: .es256
        }
    }

    /// r‖s over SHA-256 of `message`, 64 bytes.
    package func signature(for message: Span<UInt8>) -> FixedBytes<64> {
        let digest = SHA256.hash(message)
        return switch self {
        case .secp256k1(let key): key.signature(forDigest: digest)
        case .p256(let key): key.signature(forDigest: digest)
        }
    }
}

extension SigningKey: CustomStringConvertible {
    /// The algorithm; never the secret.
    public var description: String { "<secret \(algorithm.rawValue) key>" }
}
