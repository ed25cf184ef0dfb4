import TestSupport
import Testing

@testable import TegataCrypto

@Suite struct PublicSumTests {
    @Test func `every sum of two terms in a group of 13 elements is right`() {
        let group = SmallGroup.thirteen
        for width in [2, 4] {
            for (i, j) in group.pairs {
                for (k, l) in group.pairs {
                    let sum = Pippenger.sum(
                        [group.elements[i], group.elements[j]].compactMap { $0 },
                        [(i, k), (j, l)].filter { $0.0 != 0 }.map { Digits(Scalar(UInt64($0.1))) },
                        width: width)
                    #expect(group.index(of: sum) == (i * k + j * l) % 13)
                }
            }
        }
    }

    @Test func `long sums in a small group meet every special case of addition and are right`() {
        let group = SmallGroup.oneHundredNinetyNine
        var random = SeededRandomness("long sums")
        for count in [1, 2, 3, 5, 8, 13, 40, 200] {
            var points: [JacobianPoint.Affine] = []
            var digits: [Digits] = []
            var expected = 0
            for _ in 0..<count {
                // Many equal and opposite points, and scalars that differ by multiples of the order.
                let index = 1 + Int(random.bytes(1)[0]) % 198
                let scalar = Scalar(reducingBigEndian: random.bytes(48))
                guard let point = group.elements[index] else { continue }
                points.append(point)
                digits.append(Digits(scalar))
                expected += index * scalar.encoded.reduce(0) { ($0 * 256 + Int($1)) % 199 }
            }
            #expect(group.index(of: Pippenger.sum(points, digits)) == expected % 199)
        }
    }

    @Test(arguments: [1, 2, 3, 8, 33, 120])
    func `it is what libsecp256k1 makes of the same terms`(count: Int) throws {
        var random = SeededRandomness("against libsecp256k1")
        for round in 0..<3 {
            var sum = PublicSum()
            var parts: [Point] = []
            for index in 0..<count {
                let scalar = Self.scalar(index + round, &random)
                let point = SecretScalar.random(using: &random).timesGenerator
                sum.add(scalar, point)
                if let part = point.times(scalar) { parts.append(part) }
            }
            #expect(sum.value == Point.sum(parts))
        }
    }

    @Test func `a sum that vanishes is the identity, and an empty one too`() throws {
        let point = SecretScalar.random().timesGenerator
        let scalar = SecretScalar.random().exposed
        var sum = PublicSum()
        #expect(sum.isIdentity && sum.value == nil)
        sum.add(scalar, point)
        #expect(!sum.isIdentity)
        sum.add(-scalar, point)
        #expect(sum.isIdentity && sum.value == nil)
        sum.add(.zero, point)
        #expect(sum.count == 2 && sum.isIdentity)
        sum.add(point)
        #expect(sum.value == point)
    }

    /// Random ones, and those where recoding and carries have their edges.
    private static func scalar(_ index: Int, _ random: inout SeededRandomness) -> Scalar {
        switch index % 9 {
        case 0: .one
        case 1: -.one
        case 2: .zero
        case 3: Scalar(1 << 63)
        case 4: -Scalar(1 << 32)
        default: Scalar(reducingBigEndian: random.bytes(48))
        }
    }
}

/// A whole subgroup of a sibling curve over secp256k1's field, listed by a textbook addition of its own.
private struct SmallGroup {
    /// The identity first, then G, 2G, …
    let elements: [JacobianPoint.Affine?]

    /// Of y² = x³ + 2.
    static let thirteen = SmallGroup(
        order: 13,
        x: FieldElement(
            0x3ad3_e1ec_92dc_070a, 0x346a_9753_30b1_2e1d, 0x929c_645b_e565_84aa,
            0x88e4_89aa_3d68_746b),
        y: FieldElement(
            0xab34_e494_2373_ed8c, 0xf787_bb15_bc0b_9fc1, 0xf150_65bc_0910_01aa,
            0x6c60_7f91_c852_0383))

    /// Of y² = x³ + 4.
    static let oneHundredNinetyNine = SmallGroup(
        order: 199,
        x: FieldElement(
            0xfa7c_c9a7_0737_f2db, 0xa749_dd39_2b4f_b069, 0x3b01_7a7d_a808_c2f1,
            0xfb12_940c_9ea6_6c18),
        y: FieldElement(
            0x78ac_123a_5ed8_aef3, 0x8732_bc91_1f3a_2868, 0x48df_246c_808d_ae72,
            0xcfe5_2572_7f05_01ed))

    private init(order: Int, x: FieldElement, y: FieldElement) {
        let generator = JacobianPoint.Affine(x: x, y: y)
        var elements: [JacobianPoint.Affine?] = [nil]
        for _ in 1..<order { elements.append(Self.add(elements[elements.count - 1], generator)) }
        precondition(Self.add(elements[order - 1], generator) == nil, "not of this order")
        self.elements = elements
    }

    var pairs: [(Int, Int)] {
        elements.indices.flatMap { i in elements.indices.map { (i, $0) } }
    }

    func index(of point: JacobianPoint) -> Int? {
        guard let affine = point.affine else { return 0 }
        return elements.firstIndex { $0.map { $0.x == affine.x && $0.y == affine.y } ?? false }
    }

    /// Chord and tangent, as every textbook has it.
    private static func add(
        _ p: JacobianPoint.Affine?, _ q: JacobianPoint.Affine?
    ) -> JacobianPoint.Affine? {
        guard let p else { return q }
        guard let q else { return p }
        if p.x == q.x, p.y + q.y == .zero { return nil }
        let slope =
            p.x == q.x
            ? FieldElement(3) * p.x * p.x * (p.y + p.y).inverse
            : (q.y - p.y) * (q.x - p.x).inverse
        let x = slope * slope - p.x - q.x
        return JacobianPoint.Affine(x: x, y: slope * (p.x - x) - p.y)
    }
}
