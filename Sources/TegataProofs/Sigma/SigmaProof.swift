package import TegataCrypto

/// A non-interactive proof of a linear relation: sigma protocol and Fiat–Shamir of the CFRG drafts.
///
/// One value holds all that prover and verifier must agree on: relation, session and context.
package struct SigmaProof<Group: PrimeGroup>: Sendable {
    /// What the proof shows besides its responses.
    package enum Flavor: String, Sendable {
        /// The challenge: the smallest form, and the one that all of Tegata uses.
        case compact = "CMPT"
        /// The commitments, from which many proofs can be checked together.
        case batchable = "DSFS"
    }

    package let relation: LinearRelation<Group>
    package let flavor: Flavor
    private let session: FixedBytes<32>
    private let instance: [UInt8]

    /// The proof of `relation` in step `label` for `context`. Both sides build the tag from these; none is received.
    package init(_ relation: LinearRelation<Group>, label: String, context: ProofContext) {
        self.init(
            relation, flavor: .compact,
            tag: DuplexSponge.tag(
                label: label, kind: Flavor.compact.rawValue, suite: Group.sigmaSuite),
            context: Codec.prefixed(context.encoded))
    }

    /// The proof of `relation` as the second part of a larger one: everything before it, in `transcript`, is absorbed
    /// in the place of relation and context, which therefore have to be in it.
    init(_ relation: LinearRelation<Group>, label: String, after transcript: [UInt8]) {
        self.relation = relation
        flavor = .compact
        session = DuplexSponge.session(
            tag: Array(
                DuplexSponge.tag(
                    label: label, kind: Flavor.compact.rawValue, suite: Group.sigmaSuite
                ).utf8))
        instance = transcript
    }

    /// The proof of `relation` under a whole tag, as the drafts' vectors give it.
    package init(
        _ relation: LinearRelation<Group>, flavor: Flavor, tag: String, context: [UInt8] = []
    ) {
        self.relation = relation
        self.flavor = flavor
        session = DuplexSponge.session(tag: Array(tag.utf8))
        instance = relation.encoded + context
    }

    /// How many bytes a proof has.
    package var size: Int {
        32 * relation.secretCount + (flavor == .compact ? 32 : 33 * relation.equations.count)
    }

    /// A proof that the prover knows `witness`, in the order of the relation's secrets. A witness with a bit in
    /// `masks`, by its position, counts as zero unless the bit is set: `Group.Secret` itself is never zero.
    ///
    /// - Throws: `vanished` when a commitment is the identity, `malformed` when the relation is no statement or the
    ///   witness has another length.
    package func prove(
        _ witness: [Group.Secret], masks: [Int: SecretBit] = [:],
        using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        // A side that vanishes is the verifier's to refuse: the prover computes nothing in variable time.
        guard relation.isWellFormed, witness.count == relation.secretCount else {
            throw .malformed
        }
        let prover = try Prover(
            relation, witness, transcript: session.array + instance, using: &source)
        let commitments = prover.commitments.flatMap(\.encoded)
        let challenge = challenge(commitments)
        let responses = prover.respond(to: challenge, masks: masks).flatMap(\.encoded)
        return (flavor == .compact ? challenge.encoded : commitments) + responses
    }

    /// Whether `proof`, to its last byte, proves the relation in this session and context.
    package func isValid(_ proof: [UInt8]) -> Bool {
        guard let images = relation.images, proof.count == size else { return false }
        var reader = Reader(proof)
        switch flavor {
        case .compact:
            guard let claimed = try? reader.scalar(Group.Scalar.self),
                let responses = responses(from: &reader),
                let commitments = commitments(images, claimed, responses)
            else { return false }
            return challenge(commitments.flatMap(\.encoded)) == claimed
        case .batchable:
            var shown: [Group] = []
            for _ in images {
                guard let commitment = try? reader.element(Group.self) else { return false }
                shown.append(commitment)
            }
            guard let responses = responses(from: &reader) else { return false }
            return commitments(images, challenge(shown.flatMap(\.encoded)), responses) == shown
        }
    }

    private func responses(from reader: inout Reader) -> [Group.Scalar]? {
        var responses: [Group.Scalar] = []
        for _ in 0..<relation.secretCount {
            guard let response = try? reader.scalar(Group.Scalar.self) else { return nil }
            responses.append(response)
        }
        return responses
    }

    private func challenge(_ commitments: [UInt8]) -> Group.Scalar {
        var sponge = DuplexSponge(session: session)
        sponge.absorb(instance)
        sponge.absorb(commitments)
        return Group.Scalar(reducingLittleEndian: sponge.squeeze(48))
    }

    /// The commitments that fit challenge and responses: Σ response·base − challenge·image, or `nil` when one is
    /// the identity.
    private func commitments(
        _ images: [Group], _ challenge: Group.Scalar, _ responses: [Group.Scalar]
    ) -> [Group]? {
        var commitments: [Group] = []
        for (equation, image) in zip(relation.equations, images) {
            var parts = equation.terms.compactMap { term in
                relation.elements[term.element].times(term.coefficient * responses[term.secret])
            }
            if let part = image.times(-challenge) { parts.append(part) }
            guard let commitment = Group.sum(parts) else { return nil }
            commitments.append(commitment)
        }
        return commitments
    }
}

/// A prover who has committed. It can answer one challenge: a second answer would give the witness away, and does
/// not compile.
private struct Prover<Group: PrimeGroup>: ~Copyable {
    let commitments: [Group]
    private let nonces: [Group.Secret]
    private let witness: [Group.Secret]

    init(
        _ relation: LinearRelation<Group>, _ witness: [Group.Secret], transcript: [UInt8],
        using source: inout some Randomness
    ) throws(ProofError) {
        let nonces = Group.Secret.nonces(
            relation.secretCount, hedging: witness, transcript: transcript, using: &source)
        var commitments: [Group] = []
        for equation in relation.equations {
            let parts = equation.terms.compactMap { term in
                nonces[term.secret].times(term.coefficient).map {
                    relation.elements[term.element].times($0)
                }
            }
            guard let commitment = Group.sum(parts) else { throw .vanished }
            commitments.append(commitment)
        }
        self.commitments = commitments
        self.nonces = nonces
        self.witness = witness
    }

    consuming func respond(
        to challenge: Group.Scalar, masks: [Int: SecretBit]
    ) -> [Group.Scalar] {
        zip(nonces, witness).enumerated().map { index, pair in
            if let bit = masks[index] {
                pair.0.response(challenge: challenge, witness: pair.1, where: bit)
            } else {
                pair.0.response(challenge: challenge, witness: pair.1)
            }
        }
    }
}
