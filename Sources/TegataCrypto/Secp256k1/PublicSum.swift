/// Σ scalar·point over public values, in variable time: what a verifier computes, and never a prover.
///
/// It takes `Scalar` and `Point` only. A `SecretScalar` has no way in: whoever wants one here has to expose it by
/// name first. libsecp256k1 has no public multi-scalar multiplication; this one is Pippenger's, and its tests compare
/// it with libsecp256k1 on random input and with the definition on every input of a small group.
package struct PublicSum: Sendable {
    private var scalars: [Scalar] = []
    private var points: [Point] = []

    /// The empty sum.
    package init() {}

    /// How many terms there are.
    package var count: Int { scalars.count }

    /// Adds `scalar`·`point`. A zero adds nothing.
    package mutating func add(_ scalar: Scalar, _ point: Point) {
        guard scalar != .zero else { return }
        scalars.append(scalar)
        points.append(point)
    }

    /// Adds a point.
    package mutating func add(_ point: Point) {
        add(.one, point)
    }

    /// Whether the sum is the identity: what an equation is, once everything is on one side.
    package var isIdentity: Bool { sum.isIdentity }

    /// The sum, or `nil` when it is the identity.
    package var value: Point? {
        sum.affine.map { affine in
            guard let raw = parsePublicKey(([4] + affine.x.encoded + affine.y.encoded).span)
            else { preconditionFailure("a sum of points of the curve is on the curve") }
            return Point(raw: raw)
        }
    }

    private var sum: JacobianPoint {
        Pippenger.sum(points.map(\.affine), scalars.map(Digits.init))
    }
}

extension Point {
    fileprivate var affine: JacobianPoint.Affine {
        let bytes = uncompressed
        return JacobianPoint.Affine(
            x: FieldElement(bigEndian: bytes[1..<33]), y: FieldElement(bigEndian: bytes[33..<65]))
    }
}

/// An integer below 2^256, read a few bits at a time.
struct Digits {
    // Least significant first, and one word of zeros to read on into.
    private let words: InlineArray<5, UInt64>

    init(_ scalar: Scalar) {
        let bytes = scalar.fixed
        var words = InlineArray<5, UInt64>(repeating: 0)
        for index in 0..<32 {
            words[index / 8] |= UInt64(bytes[31 - index]) << UInt64(8 * (index % 8))
        }
        self.words = words
    }

    /// How many bits the integer has.
    var bitCount: Int {
        for index in (0..<4).reversed() where words[index] != 0 {
            return 64 * index + 64 - words[index].leadingZeroBitCount
        }
        return 0
    }

    /// The `count` digits in base 2^`width`, least significant first, each between −2^(width−1) and 2^(width−1): half
    /// the buckets of unsigned digits.
    func signed(width: Int, count: Int) -> [Int] {
        let mask = UInt64(1) << UInt64(width) - 1
        var carry = 0
        return (0..<count).map { index in
            let start = index * width
            let (word, shift) = (start / 64, UInt64(start % 64))
            guard word < 4 else { return carry }
            var raw = words[word] >> shift
            if shift > 0 { raw |= words[word + 1] << (64 - shift) }
            let digit = Int(raw & mask) + carry
            carry = digit > 1 << (width - 1) ? 1 : 0
            return digit - carry << width
        }
    }
}

/// Pippenger's bucket method: each window of bits puts every point into the bucket of its digit, and the buckets are
/// summed with their weights by running totals.
enum Pippenger {
    /// The sum; every `width` gives the same, and by default the one that costs least is taken.
    static func sum(
        _ points: [JacobianPoint.Affine], _ scalars: [Digits], width: Int? = nil
    ) -> JacobianPoint {
        guard let bits = scalars.map(\.bitCount).max() else { return .identity }
        let width = width ?? windowWidth(points.count)
        // One more than the bits need, for the last carry.
        let windows = bits / width + 1
        let digits = scalars.map { $0.signed(width: width, count: windows) }
        var total = JacobianPoint.identity
        for window in (0..<windows).reversed() {
            if !total.isIdentity { for _ in 0..<width { total.double() } }
            var buckets = [JacobianPoint](repeating: .identity, count: 1 << (width - 1))
            for (point, digits) in zip(points, digits) {
                let digit = digits[window]
                if digit > 0 { buckets[digit - 1].add(point) }
                if digit < 0 { buckets[-digit - 1].add(-point) }
            }
            var running = JacobianPoint.identity
            var weighted = JacobianPoint.identity
            for bucket in buckets.reversed() {
                running.add(bucket)
                weighted.add(running)
            }
            total.add(weighted)
        }
        return total
    }

    /// The width that makes the fewest additions: a window costs one for each point and two for each bucket.
    private static func windowWidth(_ count: Int) -> Int {
        func additions(_ width: Int) -> Int { (256 / width + 1) * (count + 2 << (width - 1)) }
        return (2...14).min { additions($0) < additions($1) } ?? 2
    }
}
