package import TegataCrypto

/// "I hold one of these cards, this is my nullifier in this scope, and this is true of my hidden attributes": what a
/// verifier asks an anonymous holder, and what both sides build the same statement from (protocol.md 4.6, 4.8).
///
///     Z 33 ‖ N 33 ‖ bit commitments 33 each ‖ one-out-of-many proof ‖ linear proof
///
/// 1,225 bytes for 500 cards and two hidden attributes; 2,289 with a predicate of eight bits.
package struct AnonymousQuestion: Sendable {
    package let set: AnonymitySet
    /// The attributes that the verifier learns; `nil` for those that stay hidden.
    package let attributes: [Scalar?]
    package let predicates: [Predicate]
    package let scope: PseudonymScope
    /// Edition, audience, nonce, purpose, expiry and subject.
    package let context: ProofContext

    /// - Throws: `malformed` for more attributes than a card has, a revealed zero, a predicate about a revealed or
    ///   missing attribute, or more than 8 of them or `Predicate.maximumBits` bits.
    package init(
        _ set: AnonymitySet, attributes: [Scalar?], predicates: [Predicate],
        scope: PseudonymScope, context: ProofContext
    ) throws(ProofError) {
        guard attributes.count <= Generators.maximumAttributes,
            !attributes.contains(Scalar.zero),
            predicates.count <= Generators.maximumAttributes,
            predicates.reduce(0, { $0 + $1.bitCount }) <= Predicate.maximumBits,
            predicates.allSatisfy({
                $0.attribute < attributes.count && attributes[$0.attribute] == nil
            })
        else { throw .malformed }
        self.set = set
        self.attributes = attributes
        self.predicates = predicates
        self.scope = scope
        self.context = context
    }

    /// How many bytes an answer has.
    package var size: Int {
        let bits = predicates.reduce(0) { $0 + $1.bitCount }
        let sums = predicates.reduce(0) { count, predicate in
            if case .oneOf = predicate.kind { count + 2 } else { count + 1 }
        }
        return 33 * (2 + bits) + OneOfMany.size(digits: set.digits)
            + 32 * (3 + attributes.count { $0 == nil } + sums + 3 * bits)
    }

    /// The holder's answer with the card of `opening`.
    ///
    /// - Throws: `mismatch` when the card is not in the set, or does not have what is asked.
    package func answer(
        _ opening: CardOpening, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard let mine = opening.commitment else { throw .vanished }
        guard opening.attributes.count == attributes.count,
            zip(attributes, opening.attributes).allSatisfy({ $0 == nil || $0 == $1 })
        else { throw .mismatch }
        return try self.answer(
            opening, mine, at: SecretPosition(of: mine, in: set.points), using: &source)
    }

    /// The answer of the card whose commitment is `mine`, at this position of the set.
    package func answer(
        _ opening: CardOpening, _ mine: Point, at position: SecretPosition,
        using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        let delta = SecretScalar.random(using: &source)
        guard let shifted = Point.sum([mine, Generators.blinding.times(delta)]),
            let blinding = opening.blinding + delta
        else { throw .vanished }
        var witness = [opening.secret]
        for (attribute, shown) in zip(opening.attributes, attributes) where shown == nil {
            guard let hidden = SecretScalar(attribute) else { throw .malformed }
            witness.append(hidden)
        }
        witness.append(blinding)
        var masks: [Int: SecretBit] = [:]
        var commitments: [[Point]] = []
        for predicate in predicates {
            let prover = try Predicate.Prover(
                predicate, opening.attributes[predicate.attribute],
                on: Generators.attributes[predicate.attribute], using: &source)
            for (position, bit) in prover.masks { masks[witness.count + position] = bit }
            witness += prover.witness
            commitments.append(prover.commitments)
        }
        let nullifier = opening.pseudonym(in: scope)
        let proof = try statement(shifted, nullifier, commitments).prove(
            position, opening: delta, witness, masks: masks, using: &source)
        return shifted.encoded + nullifier.encoded
            + commitments.joined().flatMap(\.encoded) + proof
    }

    /// The nullifier, once the answer is seen to hold.
    ///
    /// - Throws: `malformed`, `invalidProof`.
    package func verify(_ answer: [UInt8]) throws(ProofError) -> Point {
        let (nullifier, _, entry) = try read(answer)
        guard set.checks.hold([entry]) else { throw .invalidProof }
        return nullifier
    }

    /// The nullifier of each answer to each question, all over one set and all or none: the set enters the check once.
    ///
    /// - Throws: `mismatch` when two questions are about different sets, `malformed`, `invalidProof` when any answer
    ///   does not hold; then each has to be checked by itself.
    package static func verify(
        _ answers: [(question: AnonymousQuestion, answer: [UInt8])]
    ) throws(ProofError) -> [Point] {
        guard let set = answers.first?.question.set else { return [] }
        var nullifiers: [Point] = []
        var entries: [OneOfManyChecks.Entry] = []
        for (question, answer) in answers {
            guard question.set == set else { throw .mismatch }
            let (nullifier, _, entry) = try question.read(answer)
            nullifiers.append(nullifier)
            entries.append(entry)
        }
        guard set.checks.hold(entries) else { throw .invalidProof }
        return nullifiers
    }

    /// What both challenges of an answer follow from, and the first of them, x, for other implementers: the second is the
    /// first 32 bytes of the linear proof.
    ///
    /// - Throws: as `verify`, except that the membership half is not checked.
    package func transcript(
        of answer: [UInt8]
    ) throws(ProofError) -> (instance: [UInt8], challenge: Scalar) {
        let (_, instance, entry) = try read(answer)
        return (instance, entry.challenge)
    }

    /// Everything but the membership half, which the caller has to check.
    private func read(
        _ answer: [UInt8]
    ) throws(ProofError) -> (
        nullifier: Point, instance: [UInt8], entry: OneOfManyChecks.Entry
    ) {
        guard answer.count == size else { throw .malformed }
        var reader = Reader(answer)
        let shifted = try reader.point()
        let nullifier = try reader.point()
        var commitments: [[Point]] = []
        for predicate in predicates {
            var bits: [Point] = []
            for _ in 0..<predicate.bitCount { bits.append(try reader.point()) }
            commitments.append(bits)
        }
        let statement = statement(shifted, nullifier, commitments)
        let entry = try statement.entry(from: &reader)
        try reader.finish()
        return (nullifier, statement.instance, entry)
    }

    /// Z − Σ_revealed a_iG_{i+1} = sG₁ + Σ_hidden a_iG_{i+1} + r'H ∧ N = sV, and the predicates about hidden a_i.
    private func statement(
        _ shifted: Point, _ nullifier: Point, _ commitments: [[Point]]
    ) -> MembershipStatement {
        var (relation, secrets) = Statement.openingRelation(
            of: shifted, attributes: attributes, pseudonym: nullifier,
            base: Generators.pseudonym(scope))
        for (predicate, commitments) in zip(predicates, commitments) {
            guard let secret = secrets[predicate.attribute] else {
                preconditionFailure("a predicate is about a hidden attribute")
            }
            predicate.require(
                commitments, secret, on: Generators.attributes[predicate.attribute],
                in: &relation)
        }
        return MembershipStatement(
            shifted, in: set, relation, label: "anonymous", context: context)
    }
}
