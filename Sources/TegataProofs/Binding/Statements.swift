import TegataCrypto

/// Every statement of the binding protocol, each written once: prover and verifier call the same function, so
/// neither can speak of another base, image, step or context than the other (protocol.md 4.1–4.4).
///
/// The order of secrets is the order of the witness. A proof has 32 bytes for the challenge and 32 a secret.
enum Statement {
    /// 4.1: PoK{ρ: R = ρG ∧ α = ρP}, and α₂ = ρP₂ with a second index. 64 bytes.
    static func blinding(
        _ blinded: BlindedPerson, of person: Point, second: Point? = nil,
        _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(
            [(.generator, blinded.base), (person, blinded.person)]
                + pair(second, blinded.second), label: "attest", context)
    }

    /// 4.2: PoK{k_i: K_i = k_iG ∧ β_i = k_iα}, and β₂_i = k_iα₂ with a second index. 64 bytes.
    static func evaluation(
        key: Point, _ blinded: BlindedPerson, value: PersonPoints, _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(
            [(.generator, key), (blinded.person, value.person)]
                + pair(blinded.second, value.second), label: "evaluate", context)
    }

    /// 4.3a: PoK{ρ, s, r: R = ρG ∧ β = ρL ∧ D_h = sG₁ + rH}, and β₂ = ρL₂ after β with a second index. 128 bytes.
    ///
    /// The pair (R, β) forces L = k·P: without R, a holder could unblind with another ρ' and choose L.
    static func issuance(
        base: Point, evaluated: PersonPoints, index: PersonPoints, commitment: Point,
        _ context: ProofContext
    ) -> SigmaProof<Point> {
        var relation = LinearRelation<Point>()
        let rho = relation.secret()
        let secret = relation.secret()
        let blinding = relation.secret()
        for (base, image) in unblinding(base, evaluated, index) {
            relation.require(image, equals: [(rho, base)])
        }
        relation.require(
            commitment,
            equals: [(secret, Generators.cardSecret), (blinding, Generators.blinding)])
        return SigmaProof(relation, label: "issue", context: context)
    }

    /// A visitor's wallet: PoK{s, r: D_h = sG₁ + rH}. 96 bytes.
    static func wallet(_ commitment: Point, _ context: ProofContext) -> SigmaProof<Point> {
        SigmaProof(walletRelation(commitment), label: "wallet", context: context)
    }

    /// D_h = sG₁ + rH, for statements that say more.
    static func walletRelation(_ commitment: Point) -> LinearRelation<Point> {
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        let blinding = relation.secret()
        relation.require(
            commitment,
            equals: [(secret, Generators.cardSecret), (blinding, Generators.blinding)])
        return relation
    }

    /// 4.4, ID-bound: PoK{ρ: R = ρG ∧ β = ρL}, and β₂ = ρL₂ with a second index. 64 bytes.
    static func identity(
        base: Point, evaluated: PersonPoints, index: PersonPoints, _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(unblinding(base, evaluated, index), label: "identity", context)
    }

    /// 4.4: PoK{s, hidden a, r: D − Σ_revealed a_iG_{i+1} = sG₁ + Σ_hidden a_iG_{i+1} + rH ∧ N = sV}, `nil` as an
    /// attribute where it stays hidden. 32·(3 + hidden) bytes.
    static func opening(
        of commitment: Point, attributes: [Scalar?], pseudonym: Point, base: Point,
        _ context: ProofContext
    ) -> SigmaProof<Point> {
        let (relation, _) = openingRelation(
            of: commitment, attributes: attributes, pseudonym: pseudonym, base: base)
        return SigmaProof(relation, label: "present", context: context)
    }

    /// The relation of `opening`, for statements that say more, and which of its secrets each hidden attribute is.
    static func openingRelation(
        of commitment: Point, attributes: [Scalar?], pseudonym: Point, base: Point
    ) -> (LinearRelation<Point>, hidden: [Int: Int]) {
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        var hidden: [Int: Int] = [:]
        var image: [(Scalar, Point)] = [(.one, commitment)]
        var terms = [(secret, Generators.cardSecret)]
        for (index, generator) in Generators.attributes.prefix(attributes.count).enumerated() {
            if let attribute = attributes[index] {
                image.append((-attribute, generator))
            } else {
                let attribute = relation.secret()
                hidden[index] = attribute
                terms.append((attribute, generator))
            }
        }
        terms.append((relation.secret(), Generators.blinding))
        relation.require(image, equals: terms)
        relation.require(pseudonym, equals: [(secret, base)])
        return (relation, hidden)
    }

    /// PoK{k: K = kG}, in a context that is all it says: a node's word about the edition. 64 bytes.
    static func holding(
        _ key: Point, label: String, _ context: ProofContext
    ) -> SigmaProof<Point> {
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        relation.require(key, equals: [(secret, .generator)])
        return SigmaProof(relation, label: label, context: context)
    }

    /// What ρ joins: R to G, β to L, and β₂ to L₂ with a second index.
    private static func unblinding(
        _ base: Point, _ evaluated: PersonPoints, _ index: PersonPoints
    ) -> [(base: Point, image: Point)] {
        [(.generator, base), (index.person, evaluated.person)]
            + pair(index.second, evaluated.second)
    }

    /// One equation more where a session has a second index; both sides have it or none.
    private static func pair(_ base: Point?, _ image: Point?) -> [(base: Point, image: Point)] {
        guard let base, let image else {
            precondition(base == nil && image == nil, "a second index on one side alone")
            return []
        }
        return [(base, image)]
    }

    /// PoK{x: image = x·base, for each}.
    private static func equalLogarithms(
        _ pairs: [(base: Point, image: Point)], label: String, _ context: ProofContext
    ) -> SigmaProof<Point> {
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        for (base, image) in pairs { relation.require(image, equals: [(secret, base)]) }
        return SigmaProof(relation, label: label, context: context)
    }
}
