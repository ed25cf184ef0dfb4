import TegataCrypto

/// "Z − Y_ℓ = δ·H for one point Y_ℓ of the set, and the linear relation, which speaks of Z, holds": both halves share
/// one transcript, so that neither can be moved to another statement or context (protocol.md 4.6, 4.7, 4.9).
///
/// Z is fixed before any challenge, and everything said about the hidden point is said about Z.
struct MembershipStatement {
    let set: AnonymitySet
    /// Z.
    let shifted: Point
    let relation: LinearRelation<Point>
    let label: String
    let instance: [UInt8]

    init(
        _ shifted: Point, in set: AnonymitySet, _ relation: LinearRelation<Point>, label: String,
        context: ProofContext
    ) {
        self.set = set
        self.shifted = shifted
        self.relation = relation
        self.label = label
        instance =
            set.encoded + shifted.encoded + relation.encoded + Codec.prefixed(context.encoded)
    }

    func prove(
        _ position: SecretPosition, opening delta: SecretScalar, _ witness: [SecretScalar],
        masks: [Int: SecretBit] = [:], using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        var images: [Point] = []
        for point in set.points {
            guard let image = Point.sum([shifted, -point]) else { throw .vanished }
            images.append(image)
        }
        let membership = try OneOfMany.prove(
            position, in: images, base: Generators.blinding, opening: delta, digits: set.digits,
            hedging: witness, label: label, instance: instance, using: &source
        ).encoded
        let linear = SigmaProof(relation, label: label, after: instance + membership)
        return membership + (try linear.prove(witness, masks: masks, using: &source))
    }

    /// The membership half, for checking with others, once the linear half is seen to hold.
    ///
    /// - Throws: `malformed`, `invalidProof`.
    func entry(
        from reader: inout Reader
    ) throws(ProofError) -> OneOfManyChecks.Entry {
        let membership = try OneOfMany(from: &reader, digits: set.digits)
        let linear = SigmaProof(relation, label: label, after: instance + membership.encoded)
        guard linear.isValid(try reader.take(linear.size)) else { throw .invalidProof }
        return OneOfManyChecks.Entry(
            proof: membership,
            challenge: OneOfMany.challenge(
                label: label, instance: instance, commitments: membership.commitments),
            factors: [-.one], constant: shifted, base: [(.one, Generators.blinding)])
    }
}

extension AnonymitySet {
    /// Checks of proofs over this set.
    var checks: OneOfManyChecks { OneOfManyChecks(columns: [points], digits: digits) }
}
