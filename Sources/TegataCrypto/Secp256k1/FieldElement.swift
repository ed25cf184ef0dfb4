/// An integer modulo p = 2^256 − 2^32 − 977, for hashing to the curve and for sums of public points: libsecp256k1
/// offers no field arithmetic.
///
/// No branch and no index depends on a value, because attestors hash private identifiers; it has not been checked
/// on machine code, so no key and no nonce may pass through it.
struct FieldElement {
    // Four limbs, least significant first, always below p.
    private var limbs: (UInt64, UInt64, UInt64, UInt64)

    private static let excess: UInt64 = 0x1_0000_03d1  // 2^256 mod p
    static let zero = FieldElement((0, 0, 0, 0))
    static let one = FieldElement(1)

    private init(_ limbs: (UInt64, UInt64, UInt64, UInt64)) {
        self.limbs = limbs
    }

    init(_ small: UInt64) {
        limbs = (small, 0, 0, 0)
    }

    /// The number that these 64 hexadecimal digits write, below p.
    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        limbs = (d, c, b, a)
    }

    /// 48 bytes, big-endian, modulo p: the 128 spare bits make the result uniform (RFC 9380 §5.2).
    init(reducing wide: ArraySlice<UInt8>) {
        var words = [UInt64](repeating: 0, count: 6)
        for (index, byte) in wide.enumerated() {
            let position = 47 - index
            words[position / 8] |= UInt64(byte) << UInt64(8 * (position % 8))
        }
        self.init(reducing: (words[0], words[1], words[2], words[3], words[4], words[5], 0, 0))
    }

    /// 32 bytes, big-endian, of a coordinate.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        for (index, byte) in bytes.enumerated() {
            switch index / 8 {
            case 0: words.3 = words.3 << 8 | UInt64(byte)
            case 1: words.2 = words.2 << 8 | UInt64(byte)
            case 2: words.1 = words.1 << 8 | UInt64(byte)
            default: words.0 = words.0 << 8 | UInt64(byte)
            }
        }
        limbs = words
    }

    /// 32 bytes, big-endian.
    var encoded: [UInt8] {
        [limbs.3, limbs.2, limbs.1, limbs.0].flatMap { limb in
            (0..<8).map { UInt8(truncatingIfNeeded: limb >> UInt64(56 - 8 * $0)) }
        }
    }

    var isOdd: Bool { limbs.0 & 1 == 1 }

    static func == (left: Self, right: Self) -> Bool {
        (left.limbs.0 ^ right.limbs.0) | (left.limbs.1 ^ right.limbs.1)
            | (left.limbs.2 ^ right.limbs.2) | (left.limbs.3 ^ right.limbs.3) == 0
    }

    static func + (left: Self, right: Self) -> Self {
        var carry: UInt64 = 0
        let sum = (
            add(left.limbs.0, right.limbs.0, &carry), add(left.limbs.1, right.limbs.1, &carry),
            add(left.limbs.2, right.limbs.2, &carry), add(left.limbs.3, right.limbs.3, &carry)
        )
        return Self(subtractingModulus: sum, carry: carry)
    }

    static prefix func - (value: Self) -> Self {
        // p − value, then reduced once for value = 0.
        var borrow: UInt64 = 0
        let difference = (
            subtract(0xffff_fffe_ffff_fc2f, value.limbs.0, &borrow),
            subtract(.max, value.limbs.1, &borrow), subtract(.max, value.limbs.2, &borrow),
            subtract(.max, value.limbs.3, &borrow)
        )
        return Self(subtractingModulus: difference, carry: 0)
    }

    static func - (left: Self, right: Self) -> Self {
        var borrow: UInt64 = 0
        let difference = (
            subtract(left.limbs.0, right.limbs.0, &borrow),
            subtract(left.limbs.1, right.limbs.1, &borrow),
            subtract(left.limbs.2, right.limbs.2, &borrow),
            subtract(left.limbs.3, right.limbs.3, &borrow)
        )
        // Adding p is subtracting the excess from 2^256.
        let mask = UInt64(0) &- borrow
        var again: UInt64 = 0
        return Self(
            (
                subtract(difference.0, excess & mask, &again), subtract(difference.1, 0, &again),
                subtract(difference.2, 0, &again), subtract(difference.3, 0, &again)
            ))
    }

    var doubled: Self { self + self }

    static func * (left: Self, right: Self) -> Self {
        let (a, b) = (left.limbs, right.limbs)
        var low = row(a.0, b, (0, 0, 0, 0))
        let first = low.0
        low = row(a.1, b, (low.1, low.2, low.3, low.4))
        let second = low.0
        low = row(a.2, b, (low.1, low.2, low.3, low.4))
        let third = low.0
        low = row(a.3, b, (low.1, low.2, low.3, low.4))
        return Self(reducing: (first, second, third, low.0, low.1, low.2, low.3, low.4))
    }

    /// One row of the long multiplication: a·b + sum, five words.
    @inline(__always)
    private static func row(
        _ a: UInt64, _ b: (UInt64, UInt64, UInt64, UInt64),
        _ sum: (UInt64, UInt64, UInt64, UInt64)
    ) -> (UInt64, UInt64, UInt64, UInt64, UInt64) {
        var carry: UInt64 = 0
        let r0 = multiplyAdd(a, b.0, sum.0, &carry)
        let r1 = multiplyAdd(a, b.1, sum.1, &carry)
        let r2 = multiplyAdd(a, b.2, sum.2, &carry)
        let r3 = multiplyAdd(a, b.3, sum.3, &carry)
        return (r0, r1, r2, r3, carry)
    }

    var squared: Self { self * self }

    /// self^exponent for a public exponent of 256 bits, most significant word first; four bits at a time.
    private func power(_ exponent: InlineArray<4, UInt64>) -> Self {
        var powers = InlineArray<16, Self>(repeating: .one)
        for index in 1..<16 { powers[index] = powers[index - 1] * self }
        var result = Self.one
        for index in 0..<4 {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                result = result.squared.squared.squared.squared
                result = result * powers[Int(exponent[index] >> shift & 15)]
            }
        }
        return result
    }

    /// 1/self, and 0 for 0 (RFC 9380 §4: inv0).
    var inverse: Self {
        power([.max, .max, .max, 0xffff_fffe_ffff_fc2d])
    }

    /// A square root if there is one; p ≡ 3 (mod 4).
    var squareRoot: Self {
        power([0x3fff_ffff_ffff_ffff, .max, .max, 0xffff_ffff_bfff_ff0c])
    }

    /// `b` when `condition`, else `a`, without a branch.
    static func select(_ condition: Bool, _ a: Self, _ b: Self) -> Self {
        let mask = UInt64(0) &- (condition ? 1 : 0)
        return Self(
            (
                a.limbs.0 ^ (mask & (a.limbs.0 ^ b.limbs.0)),
                a.limbs.1 ^ (mask & (a.limbs.1 ^ b.limbs.1)),
                a.limbs.2 ^ (mask & (a.limbs.2 ^ b.limbs.2)),
                a.limbs.3 ^ (mask & (a.limbs.3 ^ b.limbs.3))
            ))
    }

    // 2^256 ≡ excess: fold the upper half down twice, then subtract p once.
    private init(
        reducing wide: (
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
        )
    ) {
        var carry: UInt64 = 0
        let r0 = multiplyAdd(wide.4, Self.excess, wide.0, &carry)
        let r1 = multiplyAdd(wide.5, Self.excess, wide.1, &carry)
        let r2 = multiplyAdd(wide.6, Self.excess, wide.2, &carry)
        let r3 = multiplyAdd(wide.7, Self.excess, wide.3, &carry)
        var second: UInt64 = 0
        let s0 = multiplyAdd(carry, Self.excess, r0, &second)
        var ripple: UInt64 = 0
        let s1 = add(r1, second, &ripple)
        let s2 = add(r2, 0, &ripple)
        let s3 = add(r3, 0, &ripple)
        self.init(subtractingModulus: (s0, s1, s2, s3), carry: ripple)
    }

    // `value` + carry·2^256 is below 2p: adding the excess overflows exactly when a p has to go.
    private init(subtractingModulus value: (UInt64, UInt64, UInt64, UInt64), carry: UInt64) {
        var overflow: UInt64 = 0
        let reduced = (
            add(value.0, Self.excess, &overflow), add(value.1, 0, &overflow),
            add(value.2, 0, &overflow), add(value.3, 0, &overflow)
        )
        self = Self.select(overflow | carry != 0, Self(value), Self(reduced))
    }
}

@inline(__always)
private func add(_ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
    let sum = UInt128(a) &+ UInt128(b) &+ UInt128(carry)
    carry = UInt64(truncatingIfNeeded: sum >> 64)
    return UInt64(truncatingIfNeeded: sum)
}

@inline(__always)
private func subtract(_ a: UInt64, _ b: UInt64, _ borrow: inout UInt64) -> UInt64 {
    let difference = UInt128(a) &- UInt128(b) &- UInt128(borrow)
    borrow = UInt64(truncatingIfNeeded: difference >> 64) & 1
    return UInt64(truncatingIfNeeded: difference)
}

/// The low word of a·b + c + carry, which two words always hold; the high word becomes the carry.
@inline(__always)
private func multiplyAdd(
    _ a: UInt64, _ b: UInt64, _ c: UInt64, _ carry: inout UInt64
) -> UInt64 {
    let sum = UInt128(a) &* UInt128(b) &+ UInt128(c) &+ UInt128(carry)
    carry = UInt64(truncatingIfNeeded: sum >> 64)
    return UInt64(truncatingIfNeeded: sum)
}
