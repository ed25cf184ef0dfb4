package import TegataCrypto

/// What opens a card's commitment D = sG₁ + Σa_iG_{i+1} + rH: the wallet's secrets (protocol.md §3).
package struct CardOpening: Sendable {
    let secret: SecretScalar
    let blinding: SecretScalar
    /// a_1…a_m, at most `Generators.maximumAttributes`.
    package let attributes: [Scalar]

    init(secret: SecretScalar, blinding: SecretScalar, attributes: [Scalar]) {
        self.secret = secret
        self.blinding = blinding
        self.attributes = attributes
    }

    /// D, or `nil` when it is the identity.
    package var commitment: Point? {
        CardCommitment.adding(
            attributes,
            to: [
                Generators.cardSecret.times(secret), Generators.blinding.times(blinding),
            ])
    }

    /// N = sV: one pseudonym a scope, for as long as the card lives.
    package func pseudonym(in scope: PseudonymScope) -> Point {
        Generators.pseudonym(scope).times(secret)
    }

    /// s and r, 32 bytes each: for storing the card, and nothing else.
    package var exposedSecrets: [UInt8] {
        secret.bytes.exposedBytes + blinding.bytes.exposedBytes
    }

    /// The opening that `exposedSecrets` and the attributes were.
    ///
    /// - Throws: `malformed`.
    package init(
        exposedSecrets bytes: [UInt8], attributes: [Scalar]
    ) throws(ProofError) {
        guard bytes.count == 64, attributes.count <= Generators.maximumAttributes,
            let secret = try? SecretScalar(parsing: Array(bytes[..<32])),
            let blinding = try? SecretScalar(parsing: Array(bytes[32...]))
        else { throw .malformed }
        self.init(secret: secret, blinding: blinding, attributes: attributes)
    }
}

/// Card commitments and the scalars in them.
package enum CardCommitment {
    /// The scalar that stands for an attribute: 48 bytes of expand_message_xmd over name and value, each behind its
    /// length, modulo q. Never zero, so that hiding it never meets a zero secret.
    package static func attribute(_ name: [UInt8], _ value: [UInt8]) -> Scalar {
        let scalar = Point.scalar(
            hashing: Codec.prefixed(name) + Codec.prefixed(value),
            domain: Array("TEGATA-V01-ATTR-secp256k1_XMD:SHA-256_".utf8))
        return scalar == .zero ? .one : scalar
    }

    /// `points` + Σa_iG_{i+1}, or `nil` for the identity and for too many attributes.
    static func adding(_ attributes: [Scalar], to points: [Point]) -> Point? {
        guard attributes.count <= Generators.maximumAttributes else { return nil }
        return Point.sum(
            points
                + zip(attributes, Generators.attributes).compactMap { attribute, generator in
                    // In constant time: an attribute may stay hidden from the verifier who waits for the proof.
                    SecretScalar(attribute).map { generator.times($0) }
                })
    }
}
