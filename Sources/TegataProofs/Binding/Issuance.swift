package import TegataCrypto

/// A holder's request for a card, direct mode: session, L, D_h and π₁. 178 + 68·t_A + 98·t + 128 bytes:
/// 736 at t_A = 2, t = 3 (protocol.md 4.3a). With a second index L₂ stands before L.
///
/// It shows R, which an attestor recognises: the issuer seals it for a named auditor and never publishes it.
package struct IssuanceRequest: Hashable, Sendable {
    package let session: Session
    let index: PersonPoints
    let commitment: Point
    let proof: [UInt8]

    /// Session ‖ L₂ 33, where the session has one ‖ L 33 ‖ D_h 33 ‖ π₁ 128.
    package var encoded: [UInt8] {
        session.encoded + index.indexEncoded + commitment.encoded + proof
    }

    /// The wallet's side: fresh s and r, and the proof that they and ρ belong together.
    ///
    /// `question` is the issuer's, the one the session's scope answers.
    ///
    /// - Throws: `mismatch` when session, blinding and question do not belong together.
    package static func make(
        _ session: Session, verified: VerifiedSession, blinding: Blinding,
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> (request: IssuanceRequest, secrets: PendingCard) {
        try verified.token.check(Scope(edition: verified.edition, answering: question))
        let index = try verified.index(unblindedBy: blinding).points
        let pending = PendingCard(redrawingFrom: &source)
        guard let commitment = pending.commitment else { throw .vanished }
        let statement = Statement.issuance(
            base: verified.token.body.blinded.base, evaluated: verified.points, index: index,
            commitment: commitment,
            question.about(verified.token.hash.array))
        let proof = try statement.prove(
            [blinding.secret, pending.secret, pending.blinding], using: &source)
        let request = IssuanceRequest(
            session: session, index: index, commitment: commitment, proof: proof)
        return (request, pending)
    }

    /// Where L stands in a request of any size, 33 bytes that nobody has checked; `nil` for a shorter text.
    package static func claimedIndex(in bytes: [UInt8]) -> FixedBytes<33>? {
        guard bytes.count > 194 else { return nil }
        return FixedBytes<33>(Array(bytes[(bytes.count - 194)..<(bytes.count - 161)]))
    }

    private init(
        session: Session, index: PersonPoints, commitment: Point, proof: [UInt8]
    ) {
        self.session = session
        self.index = index
        self.commitment = commitment
        self.proof = proof
    }

    /// Reads a request of the edition's one size.
    ///
    /// - Throws: `malformed`; `thresholdNotMet` when one attestor or node appears twice.
    package init(
        parsing bytes: [UInt8], attestors: AttestorSet, keys: EditionKeys
    ) throws(ProofError) {
        var reader = Reader(bytes)
        session = try Session(from: &reader, attestors: attestors, keys: keys)
        index = try PersonPoints(
            indexFrom: &reader, hasSecond: session.token.body.blinded.second != nil)
        commitment = try reader.point()
        proof = try reader.take(128)
        try reader.finish()
    }

    /// The issuer's side: everything but the register and the limit, which are the allocation's.
    ///
    /// - Throws: what the first failing check throws.
    package func verify(
        attestors: AttestorSet, keys: EditionKeys, edition: FixedBytes<32>,
        question: ProofContext, at time: UInt64
    ) throws(ProofError) -> VerifiedIssuanceRequest {
        let scope = Scope(edition: edition, answering: question)
        let verified = try session.verify(
            attestors: attestors, keys: keys, scope: scope, at: time)
        let statement = Statement.issuance(
            base: verified.token.body.blinded.base, evaluated: verified.points, index: index,
            commitment: commitment,
            question.about(verified.token.hash.array))
        guard statement.isValid(proof) else { throw .invalidProof }
        return VerifiedIssuanceRequest(
            token: verified.token, index: PersonIndex(edition: edition, index),
            wallet: WalletCommitment(commitment))
    }
}

/// A request that may be allocated: a new person if neither L nor L₂ is in the register. Only `verify` makes one.
package struct VerifiedIssuanceRequest: Hashable, Sendable {
    package let token: VerifiedToken
    /// L, and L₂ with a second index: what one-person-one-card compares.
    package let index: PersonIndex
    /// What the issuer completes to a card commitment.
    package let wallet: WalletCommitment

    fileprivate init(token: VerifiedToken, index: PersonIndex, wallet: WalletCommitment) {
        self.token = token
        self.index = index
        self.wallet = wallet
    }
}

/// The wallet's secrets between request and card.
package struct PendingCard: Sendable {
    let secret: SecretScalar
    let blinding: SecretScalar

    init(secret: SecretScalar, blinding: SecretScalar) {
        self.secret = secret
        self.blinding = blinding
    }

    /// The secrets that a request drew from `source`, drawn again: a wallet whose source repeats keeps nothing.
    package init(redrawingFrom source: inout some Randomness) {
        secret = .random(using: &source)
        blinding = .random(using: &source)
    }

    /// D_h = sG₁ + rH.
    var commitment: Point? {
        Point.sum([
            Generators.cardSecret.times(secret), Generators.blinding.times(blinding),
        ])
    }

    /// The card's opening, once it is seen to open the commitment that the issuer signed.
    ///
    /// - Throws: `malformed` for δ, `mismatch` when D commits to anything else than this wallet and these
    ///   attributes.
    package func complete(
        commitment: Point, attributes: [Scalar], blinding delta: [UInt8]
    ) throws(ProofError) -> CardOpening {
        guard let delta = try? SecretScalar(parsing: delta) else { throw .malformed }
        guard let blinding = blinding + delta else { throw .vanished }
        let opening = CardOpening(secret: secret, blinding: blinding, attributes: attributes)
        guard opening.commitment == commitment else { throw .mismatch }
        return opening
    }

    /// s 32 ‖ r 32: for storing a request that waits for its answer, and nothing else.
    package var exposedBytes: [UInt8] {
        secret.bytes.exposedBytes + blinding.bytes.exposedBytes
    }

    /// What `exposedBytes` wrote.
    ///
    /// - Throws: `malformed`.
    package init(exposedBytes bytes: [UInt8]) throws(ProofError) {
        guard bytes.count == 64, let secret = try? SecretScalar(parsing: Array(bytes[..<32])),
            let blinding = try? SecretScalar(parsing: Array(bytes[32...]))
        else { throw .malformed }
        self.init(secret: secret, blinding: blinding)
    }
}
