package import TegataCrypto

/// A signer's nonces for one signature (RFC 9591 §5.1). They cannot be copied, and signing consumes them: with the same nonces
/// under two messages anyone computes the signer's share, so using them twice does not compile.
package struct SigningNonces: ~Copyable, Sendable {
    private let hiding: SecretScalar
    private let binding: SecretScalar
    private let share: SecretShare
    /// What the others see of them.
    package let commitment: NonceCommitment

    /// Fresh nonces for the holder of `share`. Nothing of them is stored: a signer that stops in between begins again.
    ///
    /// - Throws: `vanished` with probability 2^-128.
    package init(for share: SecretShare, using source: inout some Randomness) throws(ProofError) {
        let hiding = try FROST.nonce(for: share.secret, using: &source)
        let binding = try FROST.nonce(for: share.secret, using: &source)
        self.hiding = hiding
        self.binding = binding
        self.share = share
        commitment = NonceCommitment(
            signer: share.number, hiding: hiding.timesGenerator, binding: binding.timesGenerator)
    }

    /// This signer's answer (§5.2): d + e·ρ + λ·c·s.
    ///
    /// - Throws: `mismatch` for a round that these nonces, or this share, are not part of.
    package consuming func sign(_ round: SigningRound) throws(ProofError) -> SignatureShare {
        guard let place = round.commitments.firstIndex(of: commitment),
            round.group.isValid(share)
        else { throw .mismatch }
        guard let bound = binding.times(round.bindingFactors[place]), let nonce = hiding + bound
        else { throw .vanished }
        return SignatureShare(
            signer: share.number,
            response: nonce.response(
                challenge: round.challenge * round.weights[place], witness: share.secret))
    }
}

/// What a signer commits to before anyone answers: signer 1 ‖ D 33 ‖ E 33.
package struct NonceCommitment: Hashable, Sendable {
    package static let size = 67

    /// 1…n.
    package let signer: Int
    package let hiding: Point
    package let binding: Point

    package init(signer: Int, hiding: Point, binding: Point) {
        self.signer = signer
        self.hiding = hiding
        self.binding = binding
    }

    /// Reads 67 bytes.
    ///
    /// - Throws: `malformed`, also for the identity, which is no point here.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let signer: UInt8 = try reader.integer()
        self.signer = Int(signer)
        hiding = try reader.point()
        binding = try reader.point()
        try reader.finish()
    }

    /// 67 bytes.
    package var encoded: [UInt8] { [UInt8(signer)] + hiding.encoded + binding.encoded }
}

/// A signer's answer: signer 1 ‖ z_i 32.
package struct SignatureShare: Hashable, Sendable {
    package static let size = 33

    /// 1…n.
    package let signer: Int
    package let response: Scalar

    package init(signer: Int, response: Scalar) {
        self.signer = signer
        self.response = response
    }

    /// Reads 33 bytes.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let signer: UInt8 = try reader.integer()
        self.signer = Int(signer)
        response = try reader.scalar(Scalar.self)
        try reader.finish()
    }

    /// 33 bytes.
    package var encoded: [UInt8] { [UInt8(signer)] + response.encoded }
}
