package import TegataCrypto

/// "The person this card was issued to made a national-ID proof for this question": session, L and the proof that
/// they belong together. 112 + 68·t_A + 98·t + 97 bytes: 639 at t_A = 2, t = 3 (protocol.md 4.4, ID-bound). With a second index
/// L₂ stands before L.
///
/// Freshness comes through the scope: it commits to the question, the ID card signed the scope, and the attestors'
/// token carries it.
package enum IdentityAnswer {
    /// The holder's side, after a session whose scope answers `question`.
    ///
    /// - Throws: `mismatch` when session, blinding and question do not belong together.
    package static func make(
        _ session: Session, verified: VerifiedSession, blinding: Blinding,
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        try verified.token.check(Scope(edition: verified.edition, answering: question))
        let index = try verified.index(unblindedBy: blinding).points
        let statement = Statement.identity(
            base: verified.token.body.blinded.base, evaluated: verified.points, index: index,
            question.about(verified.token.hash.array))
        let proof = try statement.prove([blinding.secret], using: &source)
        return session.encoded + index.indexEncoded + proof
    }

    /// The person's index and the token behind it, once everything holds for this edition and question. The caller
    /// compares the index with the row's; by itself it says nothing about a card.
    ///
    /// - Throws: what the first failing check throws.
    package static func verify(
        _ answer: [UInt8], attestors: AttestorSet, keys: EditionKeys,
        edition: FixedBytes<32>, question: ProofContext, at time: UInt64
    ) throws(ProofError) -> VerifiedIdentity {
        var reader = Reader(answer)
        let session = try Session(from: &reader, attestors: attestors, keys: keys)
        let index = try PersonPoints(
            indexFrom: &reader, hasSecond: session.token.body.blinded.second != nil)
        let proof = try reader.take(64)
        try reader.finish()
        let verified = try session.verify(
            attestors: attestors, keys: keys,
            scope: Scope(edition: edition, answering: question), at: time)
        let statement = Statement.identity(
            base: verified.token.body.blinded.base, evaluated: verified.points, index: index,
            question.about(verified.token.hash.array))
        guard statement.isValid(proof) else { throw .invalidProof }
        return VerifiedIdentity(
            index: PersonIndex(edition: edition, index), session: session,
            token: verified.token)
    }

    /// How many bytes an answer has.
    package static func size(attestors: AttestorSet, keys: EditionKeys) -> Int {
        Session.size(attestors: attestors, keys: keys) + 33 + 64
    }
}

/// An identity answer that has been checked. Only `IdentityAnswer.verify` makes one.
package struct VerifiedIdentity: Hashable, Sendable {
    /// L, and L₂ with a second index.
    package let index: PersonIndex
    /// What was checked.
    package let session: Session
    /// What the attestors stated.
    package let token: VerifiedToken

    fileprivate init(index: PersonIndex, session: Session, token: VerifiedToken) {
        self.index = index
        self.session = session
        self.token = token
    }
}
