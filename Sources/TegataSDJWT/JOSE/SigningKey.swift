public import TegataCrypto

/// A key that signs cards, presentations and announcements, on either of the two curves.
public enum SigningKey: Sendable {
    /// Signs ES256K, the default.
    case secp256k1(Secp256k1.PrivateKey)
    /// Signs ES256, which every European wallet must be able to verify.
    case p256(P256.PrivateKey)
    /// Signs where its secret is kept: in a hardware module, at a service.
    case external(any ExternalSigner)

    /// The public half with its algorithm.
    public var verifyingKey: VerifyingKey {
        switch self {
        case .secp256k1(let key): .secp256k1(key.publicKey)
        case .p256(let key): .p256(key.publicKey)
        case .external(let signer): signer.verifyingKey
        }
    }

    /// The algorithm that goes into a header.
    public var algorithm: JWSAlgorithm { verifyingKey.algorithm }

    /// r‖s over SHA-256 of `message`, 64 bytes; low s with secp256k1.
    ///
    /// - Throws: `unavailable`, from an external signer only.
    package func signature(for message: Span<UInt8>) throws(Refusal) -> FixedBytes<64> {
        switch self {
        case .secp256k1(let key): key.signature(forDigest: SHA256.hash(message))
        case .p256(let key): key.signature(forDigest: SHA256.hash(message))
        case .external(let signer): try signer.checkedSignature(for: message)
        }
    }
}

extension SigningKey: CustomStringConvertible {
    /// The algorithm; never the secret.
    public var description: String { "<secret \(algorithm.rawValue) key>" }
}
