package import TegataCrypto

/// A wallet's half of a card commitment, D_h = sG₁ + rH, once its owner is seen to open it. Only a verified request
/// makes one.
package struct WalletCommitment: Hashable, Sendable {
    // D_h stays inside: D − D_h would expose the attributes.
    private let point: Point

    init(_ point: Point) {
        self.point = point
    }

    /// D = D_h + Σa_iG_{i+1} + δH, and δ, 32 secret bytes for the holder only.
    ///
    /// - Throws: `vanished`, or `malformed` for more attributes than there are generators.
    package func commit(
        to attributes: [Scalar], using source: inout some Randomness
    ) throws(ProofError) -> (commitment: Point, blinding: [UInt8]) {
        guard attributes.count <= Generators.maximumAttributes else { throw .malformed }
        let delta = SecretScalar.random(using: &source)
        guard
            let sum = CardCommitment.adding(
                attributes, to: [point, Generators.blinding.times(delta)])
        else { throw .vanished }
        return (sum, delta.bytes.exposedBytes)
    }
}

extension PersonIndex {
    /// The index of a card that no person stands behind (a visitor's): a point nobody can unblind to, so that the
    /// public list of persons is as long as the list of cards.
    package static func withoutPerson(
        edition: FixedBytes<32>, salt: FixedBytes<32>
    ) -> PersonIndex {
        PersonIndex(
            edition: edition,
            point: HashToCurve.secp256k1(salt.array, domain: Generators.domain("NOPERSON")))
    }
}

/// A visitor's request: D_h and PoK{s, r: D_h = sG₁ + rH}, 33 + 96 bytes. No ID card, no session, no person.
package struct VisitorRequest: Hashable, Sendable {
    private let commitment: Point
    private let proof: [UInt8]

    /// The wallet's side: fresh s and r.
    ///
    /// - Throws: `vanished` with probability 2^-256.
    package static func make(
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> (request: VisitorRequest, secrets: PendingCard) {
        let pending = PendingCard(redrawingFrom: &source)
        guard let commitment = pending.commitment else { throw .vanished }
        let proof = try Statement.wallet(commitment, question).prove(
            [pending.secret, pending.blinding], using: &source)
        return (VisitorRequest(commitment: commitment, proof: proof), pending)
    }

    private init(commitment: Point, proof: [UInt8]) {
        self.commitment = commitment
        self.proof = proof
    }

    /// Reads 129 bytes.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        commitment = try reader.point()
        proof = try reader.take(96)
        try reader.finish()
    }

    /// D_h 33 ‖ proof 96.
    package var encoded: [UInt8] { commitment.encoded + proof }

    /// The wallet's half, once the proof is seen to answer the issuer's question.
    ///
    /// - Throws: `invalidProof`.
    package func verify(question: ProofContext) throws(ProofError) -> WalletCommitment {
        guard Statement.wallet(commitment, question).isValid(proof) else { throw .invalidProof }
        return WalletCommitment(commitment)
    }
}
