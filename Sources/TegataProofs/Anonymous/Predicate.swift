package import TegataCrypto

/// What a holder shows about a committed attribute that stays hidden (protocol.md 4.8).
///
/// Each bit costs 33 bytes for its commitment and 96 for its responses; a predicate, 32 or 64 more.
package struct Predicate: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// a ≥ bound, where a − bound has at most `bits` bits.
        case atLeast(UInt64, bits: Int)
        /// a ≤ bound, where bound − a has at most `bits` bits.
        case atMost(UInt64, bits: Int)
        /// a is one of these scalars.
        case oneOf([Scalar])
    }

    /// Which attribute of the card, from 0.
    package let attribute: Int
    package let kind: Kind

    /// How many bits all predicates of one proof may have together.
    package static let maximumBits = 64

    /// `nil` for 0 or more than 32 bits, a set of 0 or more than 32, or of scalars that repeat or are zero.
    package init?(_ attribute: Int, _ kind: Kind) {
        guard (0..<Generators.maximumAttributes).contains(attribute) else { return nil }
        switch kind {
        case .atLeast(let bound, let bits), .atMost(let bound, let bits):
            guard (1...32).contains(bits), bound < 1 << 32 else { return nil }
        case .oneOf(let values):
            guard (1...32).contains(values.count), Set(values).count == values.count,
                !values.contains(.zero)
            else { return nil }
        }
        self.attribute = attribute
        self.kind = kind
    }

    /// How many commitments to bits it takes.
    package var bitCount: Int {
        switch kind {
        case .atLeast(_, let bits), .atMost(_, let bits): bits
        case .oneOf(let values): values.count
        }
    }

    /// The scalar that stands for a number in a card: one more than it, so that it is never zero.
    package static func scalar(_ number: UInt64) -> Scalar {
        Scalar(number) + .one
    }

    /// The equations about `commitments`, one for each bit, and the attribute's secret, on `generator`.
    ///
    ///     Σ2^iC_i + T·G_a = a·G_a + u·H      at least T
    ///     T·G_a − Σ2^iC_i = a·G_a + u·H      at most T
    ///     Σv_iC_i = a·G_a + u·H, ΣC_i − G_a = t·H      one of v_0, v_1, …
    ///     C_i = b_i·G_a + u_i·H, C_i = b_i·C_i + w_i·H      each bit is 0 or 1
    func require(
        _ commitments: [Point], _ attribute: Int, on generator: Point,
        in relation: inout LinearRelation<Point>
    ) {
        let sum = relation.secret()
        let terms = [(attribute, generator), (sum, Generators.blinding)]
        let powers = Self.powers(bitCount)
        switch kind {
        case .atLeast(let bound, _):
            relation.require(
                zip(powers, commitments).map { ($0, $1) } + [(Self.scalar(bound), generator)],
                equals: terms)
        case .atMost(let bound, _):
            relation.require(
                zip(powers, commitments).map { (-$0, $1) } + [(Self.scalar(bound), generator)],
                equals: terms)
        case .oneOf(let values):
            relation.require(zip(values, commitments).map { ($0, $1) }, equals: terms)
            let total = relation.secret()
            relation.require(
                commitments.map { (.one, $0) } + [(-.one, generator)],
                equals: [(total, Generators.blinding)])
        }
        for commitment in commitments {
            let bit = relation.secret()
            let blinding = relation.secret()
            let product = relation.secret()
            relation.require(
                commitment, equals: [(bit, generator), (blinding, Generators.blinding)])
            relation.require(
                commitment, equals: [(bit, commitment), (product, Generators.blinding)])
        }
    }

    private static func powers(_ count: Int) -> [Scalar] {
        (0..<count).map { Scalar(1 << UInt64($0)) }
    }

    /// A holder's side of one predicate.
    struct Prover {
        let commitments: [Point]
        let witness: [SecretScalar]
        /// By position in `witness`: where a secret counts as zero unless the bit is set.
        let masks: [Int: SecretBit]

        /// - Throws: `mismatch` when the attribute does not satisfy the predicate, which leaves nothing to prove.
        init(
            _ predicate: Predicate, _ attribute: Scalar, on generator: Point,
            using source: inout some Randomness
        ) throws(ProofError) {
            let bits = try predicate.bits(of: attribute)
            let blindings = bits.map { _ in SecretScalar.random(using: &source) }
            commitments = try zip(bits, blindings).map { bit, blinding throws(ProofError) in
                let zero = Generators.blinding.times(blinding)
                guard let one = Point.sum([generator, zero]) else { throw .vanished }
                return Point.select(bit, one, zero)
            }
            guard let unit = SecretScalar(Scalar.one) else { throw .vanished }
            var witness: [SecretScalar]
            switch predicate.kind {
            case .atLeast: witness = [try Self.combine(blindings, Predicate.powers(bits.count))]
            case .atMost: witness = [-(try Self.combine(blindings, Predicate.powers(bits.count)))]
            case .oneOf(let values):
                witness = [
                    try Self.combine(blindings, values),
                    try Self.combine(blindings, bits.map { _ in .one }),
                ]
            }
            var masks: [Int: SecretBit] = [:]
            for (bit, blinding) in zip(bits, blindings) {
                masks[witness.count] = bit
                masks[witness.count + 2] = !bit
                witness += [unit, blinding, blinding]
            }
            self.witness = witness
            self.masks = masks
        }

        private static func combine(
            _ secrets: [SecretScalar], _ factors: [Scalar]
        ) throws(ProofError) -> SecretScalar {
            var sum: SecretScalar?
            for (secret, factor) in zip(secrets, factors) {
                guard let part = secret.times(factor) else { throw .vanished }
                guard let earlier = sum else {
                    sum = part
                    continue
                }
                guard let next = earlier + part else { throw .vanished }
                sum = next
            }
            guard let sum else { throw .vanished }
            return sum
        }
    }

    private func bits(of attribute: Scalar) throws(ProofError) -> [SecretBit] {
        let encoded = attribute.encoded
        // A number is below 2^32, one more in its scalar; everything above has to be zero.
        let value = encoded.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } &- 1
        let isNumber = SecretBit(
            Array(encoded.dropLast(8)), equals: [UInt8](repeating: 0, count: 24))
        let bits: [SecretBit]
        let holds: SecretBit
        switch kind {
        case .atLeast(let bound, let count):
            (bits, holds) = Self.bits(of: value &- bound, count: count)
        case .atMost(let bound, let count):
            (bits, holds) = Self.bits(of: bound &- value, count: count)
        case .oneOf(let values):
            let equal = values.map { SecretBit($0.encoded, equals: encoded) }
            try equal.reduce(SecretBit(lowestOf: 0), |)
                .declassify(orThrow: ProofError.mismatch)
            return equal
        }
        // Not the value, only whether there is anything to prove: the holder is about to be told so.
        try (isNumber & holds).declassify(orThrow: ProofError.mismatch)
        return bits
    }

    /// The lowest `count` bits, and whether there are no others.
    private static func bits(of value: UInt64, count: Int) -> ([SecretBit], SecretBit) {
        let rest = value >> UInt64(count)
        let folded = rest | rest >> 32
        let isShort =
            SecretBit(UInt16(truncatingIfNeeded: folded | folded >> 16), equals: 0)
        return ((0..<count).map { SecretBit(lowestOf: value >> UInt64($0)) }, isShort)
    }
}
