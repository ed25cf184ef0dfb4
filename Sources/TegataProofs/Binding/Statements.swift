import TegataCrypto

/// Every statement of the binding protocol, each written once: prover and verifier call the same function, so
/// neither can speak of another base, image, step or context than the other (protocol.md 4.1–4.4).
///
/// The order of secrets is the order of the witness. A proof has 32 bytes for the challenge and 32 a secret.
enum Statement {
    /// 4.1: PoK{ρ: R = ρG ∧ α = ρP}. 64 bytes.
    static func blinding(
        _ blinded: BlindedPerson, of person: Point, _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(
            .generator, blinded.base, person, blinded.person, label: "attest", context)
    }

    /// 4.2: PoK{k_i: K_i = k_iG ∧ β_i = k_iα}. 64 bytes.
    static func evaluation(
        key: Point, _ blinded: BlindedPerson, value: Point, _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(.generator, key, blinded.person, value, label: "evaluate", context)
    }

    /// 4.3a: PoK{ρ, s, r: R = ρG ∧ β = ρL ∧ D_h = sG₁ + rH}. 128 bytes.
    ///
    /// The pair (R, β) forces L = k·P: without R, a holder could unblind with another ρ' and choose L.
    static func issuance(
        base: Point, evaluated: Point, index: Point, commitment: Point, _ context: ProofContext
    ) -> SigmaProof<Point> {
        var relation = LinearRelation<Point>()
        let rho = relation.secret()
        let secret = relation.secret()
        let blinding = relation.secret()
        relation.require(base, equals: [(rho, .generator)])
        relation.require(evaluated, equals: [(rho, index)])
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

    /// 4.4, ID-bound: PoK{ρ: R = ρG ∧ β = ρL}. 64 bytes.
    static func identity(
        base: Point, evaluated: Point, index: Point, _ context: ProofContext
    ) -> SigmaProof<Point> {
        equalLogarithms(.generator, base, index, evaluated, label: "identity", context)
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

    /// PoK{x: X = xG ∧ Y = xH}.
    private static func equalLogarithms(
        _ g: Point, _ x: Point, _ h: Point, _ y: Point, label: String, _ context: ProofContext
    ) -> SigmaProof<Point> {
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        relation.require(x, equals: [(secret, g)])
        relation.require(y, equals: [(secret, h)])
        return SigmaProof(relation, label: label, context: context)
    }
}
