package import TegataCrypto

/// "The person in front of me holds one of these cards", from a fresh national-ID session, without saying which: it
/// defeats the lending of phones (protocol.md 4.7).
///
///     session ‖ Z 33 ‖ one-out-of-many proof ‖ linear proof 96
///
/// With Z = L_ℓ + tH for one of the set's L: PoK{u, t: G = u·R ∧ Z = u·β + tH}, u = ρ⁻¹.
package enum AnonymousIdentity {
    /// The holder's side, after a session whose scope answers `question`.
    ///
    /// - Throws: `mismatch` when session, blinding and question do not belong together, or the person is not in the set.
    package static func make(
        _ session: Session, verified: VerifiedSession, blinding: Blinding, among set: AnonymitySet,
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        try verified.token.check(Scope(edition: verified.edition, answering: question))
        let index = try verified.index(unblindedBy: blinding).point
        let position = try SecretPosition(of: index, in: set.points)
        let delta = SecretScalar.random(using: &source)
        guard let shifted = Point.sum([index, Generators.blinding.times(delta)]) else {
            throw .vanished
        }
        let proof = try statement(verified, shifted, set, question).prove(
            position, opening: delta, [blinding.secret.inverse, delta], using: &source)
        return session.encoded + shifted.encoded + proof
    }

    /// What the attestors stated about a member, once everything holds for this edition, set and question.
    ///
    /// - Throws: what the first failing check throws.
    package static func verify(
        _ answer: [UInt8], attestors: AttestorSet, keys: EditionKeys, edition: FixedBytes<32>,
        among set: AnonymitySet, question: ProofContext, at time: UInt64
    ) throws(ProofError) -> VerifiedToken {
        var reader = Reader(answer)
        let session = try Session(from: &reader, attestors: attestors, keys: keys)
        let shifted = try reader.point()
        let proof = try reader.take(OneOfMany.size(digits: set.digits) + 96)
        try reader.finish()
        let verified = try session.verify(
            attestors: attestors, keys: keys,
            scope: Scope(edition: edition, answering: question), at: time)
        var parts = Reader(proof)
        let entry = try statement(verified, shifted, set, question).entry(from: &parts)
        guard set.checks.hold([entry]) else { throw .invalidProof }
        return verified.token
    }

    /// How many bytes an answer has.
    package static func size(
        attestors: AttestorSet, keys: EditionKeys, among set: AnonymitySet
    ) -> Int {
        Session.size(attestors: attestors, keys: keys) + 33
            + OneOfMany.size(digits: set.digits) + 96
    }

    private static func statement(
        _ session: VerifiedSession, _ shifted: Point, _ set: AnonymitySet,
        _ question: ProofContext
    ) -> MembershipStatement {
        var relation = LinearRelation<Point>()
        let inverse = relation.secret()
        let delta = relation.secret()
        relation.require(.generator, equals: [(inverse, session.token.body.blinded.base)])
        relation.require(
            shifted, equals: [(inverse, session.evaluated), (delta, Generators.blinding)])
        return MembershipStatement(
            shifted, in: set, relation, label: "anonymous-identity",
            context: question.about(session.token.hash.array))
    }
}
