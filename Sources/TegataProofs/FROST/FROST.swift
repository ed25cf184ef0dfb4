package import TegataCrypto

/// FROST(secp256k1, SHA-256): Schnorr signatures by k of n signers, none of whom ever has the key (RFC 9591 §6.5).
///
/// The signatures are not BIP-340's: another challenge, and the whole point instead of its x.
package enum FROST {
    private static let context = Array("FROST-secp256k1-SHA256-v1".utf8)

    /// H1, H2 and H3: a scalar from a message, each in a domain of its own.
    enum Domain: String {
        case binding = "rho"
        case challenge = "chal"
        case nonce
    }

    static func scalar(_ domain: Domain, _ message: [UInt8]) -> Scalar {
        Scalar(reducingBigEndian: wide(domain, message))
    }

    /// 48 uniform bytes: as many as a scalar needs.
    private static func wide(_ domain: Domain, _ message: [UInt8]) -> [UInt8] {
        ExpandMessage.xmdSHA256(message, domain: context + domain.rawValue.utf8, count: 48)
    }

    /// H4 (`msg`) and H5 (`com`): a digest in a domain of its own, 32 bytes.
    static func digest(_ domain: String, _ message: [UInt8]) -> [UInt8] {
        SHA256.hash(context + domain.utf8 + message).array
    }

    /// `nonce_generate` (§4.1): bad randomness alone does not give the nonce away, nor does the secret alone.
    ///
    /// - Throws: `vanished` with probability 2^-128.
    static func nonce(
        for secret: SecretScalar, using source: inout some Randomness
    ) throws(ProofError) -> SecretScalar {
        let wide = wide(.nonce, source.bytes(32) + secret.bytes.exposedBytes)
        guard let nonce = SecretScalar(reducingBigEndian: SecretBytes(copying: wide.span)) else {
            throw .vanished
        }
        return nonce
    }

    /// A number as the RFC writes it: 32 bytes.
    static func encoded(_ number: Int) -> [UInt8] { Scalar(UInt64(number)).encoded }
}

/// A signature: R 33 ‖ z 32.
package struct FROSTSignature: Hashable, Sendable {
    package static let size = 65

    let commitment: Point
    let response: Scalar

    init(commitment: Point, response: Scalar) {
        self.commitment = commitment
        self.response = response
    }

    /// Reads 65 bytes.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        commitment = try reader.point()
        response = try reader.scalar(Scalar.self)
        try reader.finish()
    }

    /// 65 bytes.
    package var encoded: [UInt8] { commitment.encoded + response.encoded }

    /// Whether the group with this key signed `message`: z·G = R + c·PK (RFC 9591, appendix B).
    package func isValid(for message: [UInt8], by key: Point) -> Bool {
        let challenge = Self.challenge(commitment, key, message)
        var sum = PublicSum()
        sum.add(response, .generator)
        sum.add(-.one, commitment)
        sum.add(-challenge, key)
        return sum.isIdentity
    }

    static func challenge(_ commitment: Point, _ key: Point, _ message: [UInt8]) -> Scalar {
        FROST.scalar(.challenge, commitment.encoded + key.encoded + message)
    }
}
