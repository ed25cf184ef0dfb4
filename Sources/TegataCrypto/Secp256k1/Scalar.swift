internal import CSecp256k1

/// A public integer modulo the order q of secp256k1, 32 bytes big-endian. Secrets have `SecretScalar`.
///
/// The arithmetic is libsecp256k1's, which refuses zero; the three lines about zero stand here.
package struct Scalar: Hashable, Sendable {
    private var bytes: FixedBytes<32>

    private init(bytes: FixedBytes<32>) {
        self.bytes = bytes
    }

    /// A secret that is made public: it was checked when it was read, and checking again would take variable time.
    init(revealing secret: SecretScalar) {
        var bytes = FixedBytes<32>()
        unsafe secret.bytes.withPointer { source in
            for index in 0..<32 { bytes[index] = unsafe source[index] }
        }
        self.init(bytes: bytes)
    }

    package static let zero = Scalar(bytes: FixedBytes())
    package static let one = Scalar(1)

    /// A small number.
    package init(_ value: UInt64) {
        bytes = FixedBytes()
        for index in 0..<8 { bytes[31 - index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }

    /// Reads 32 bytes, big-endian.
    ///
    /// - Throws: `wrongLength`, or `invalidScalar` when the value is not below q: there is one encoding.
    package init(parsing encoded: Span<UInt8>) throws(CryptoError) {
        guard let bytes = FixedBytes<32>(encoded) else { throw .wrongLength }
        guard isBelowOrder(bytes) else { throw .invalidScalar }
        self.bytes = bytes
    }

    /// Reads 32 bytes, big-endian.
    ///
    /// - Throws: as `init(parsing:)` of a span.
    package init(parsing encoded: [UInt8]) throws(CryptoError) {
        try self.init(parsing: encoded.span)
    }

    /// The value of any number of big-endian bytes modulo q. Uniform when 16 bytes longer than q.
    package init(reducingBigEndian wide: [UInt8]) {
        // Horner's rule in steps of 16 bytes, each below 2^128 < q.
        let shift = Scalar(1 << 32).squared.squared
        var sum = Scalar.zero
        var index = 0
        let head = wide.count % 16
        if head > 0 {
            sum = Scalar(small: wide[0..<head])
            index = head
        }
        while index < wide.count {
            sum = sum * shift + Scalar(small: wide[index..<index + 16])
            index += 16
        }
        self = sum
    }

    /// The value of any number of little-endian bytes modulo q.
    package init(reducingLittleEndian wide: [UInt8]) {
        self.init(reducingBigEndian: wide.reversed())
    }

    private init(small: ArraySlice<UInt8>) {
        bytes = FixedBytes()
        var index = 32 - small.count
        for byte in small {
            bytes[index] = byte
            index += 1
        }
    }

    private var squared: Scalar { self * self }

    /// 32 bytes, big-endian.
    package var encoded: [UInt8] { bytes.array }

    /// 32 bytes, big-endian, inline.
    package var fixed: FixedBytes<32> { bytes }

    package static func + (left: Scalar, right: Scalar) -> Scalar {
        if left == .zero { return right }
        if right == .zero { return left }
        var result = left.bytes
        let done = unsafe tweak(&result, right.bytes) {
            unsafe secp256k1_ec_seckey_tweak_add($0, $1, $2)
        }
        return done ? Scalar(bytes: result) : .zero
    }

    package static func - (left: Scalar, right: Scalar) -> Scalar {
        left + -right
    }

    package static prefix func - (value: Scalar) -> Scalar {
        guard value != .zero else { return value }
        var result = value.bytes
        var span = result.mutableSpan
        _ = unsafe span.withUnsafeMutableBufferPointer {
            unsafe secp256k1_ec_seckey_negate(
                Context.shared, $0.baseAddress.unsafelyUnwrapped)
        }
        return Scalar(bytes: result)
    }

    package static func * (left: Scalar, right: Scalar) -> Scalar {
        if left == .zero || right == .zero { return .zero }
        var result = left.bytes
        let done = unsafe tweak(&result, right.bytes) {
            unsafe secp256k1_ec_seckey_tweak_mul($0, $1, $2)
        }
        precondition(done, "the product of two scalars is a scalar")
        return Scalar(bytes: result)
    }

    /// The inverse, or `nil` for zero.
    package var inverse: Scalar? {
        guard self != .zero else { return nil }
        // A single node interpolates with nothing but ones.
        guard self != .one else { return self }
        return power(self, times: { $0 * $1 })
    }
}

extension Scalar: CustomStringConvertible {
    package var description: String { Hex.encode(encoded) }
}

/// x^(q−2): the inverse by Fermat, with the same sequence of multiplications for every x.
func power<Value>(_ x: Value, times: (Value, Value) -> Value) -> Value {
    var result = x
    // The top bit of q−2 is one; `result` already holds it.
    for index in 1..<256 {
        result = times(result, result)
        if orderMinusTwo[index / 8] >> UInt8(7 - index % 8) & 1 == 1 { result = times(result, x) }
    }
    return result
}

private let order: [UInt8] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
]

private let orderMinusTwo: [UInt8] = order.dropLast() + [0x3f]

private func isBelowOrder(_ bytes: FixedBytes<32>) -> Bool {
    for index in 0..<32 where bytes[index] != order[index] { return bytes[index] < order[index] }
    return false
}

/// Runs one of libsecp256k1's in-place scalar operations; `false` when the result would be zero.
private func tweak(
    _ value: inout FixedBytes<32>, _ other: FixedBytes<32>,
    _ operation: (OpaquePointer, UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>) -> Int32
) -> Bool {
    var span = value.mutableSpan
    return unsafe span.withUnsafeMutableBufferPointer { target in
        unsafe other.span.withUnsafeBufferPointer { source in
            unsafe operation(
                Context.shared, target.baseAddress.unsafelyUnwrapped,
                source.baseAddress.unsafelyUnwrapped) == 1
        }
    }
}
