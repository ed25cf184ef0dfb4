package import TegataCrypto

/// Byte strings as draft-irtf-cfrg-fiat-shamir §6.1 writes them: integers and lengths in four bytes,
/// little-endian.
package enum Codec {
    /// Four bytes, little-endian.
    package static func count(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The length in four bytes, then the bytes.
    package static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        count(bytes.count) + bytes
    }

    /// SerializeUint (§6.1.3): a big-endian integer below `modulus`, little-endian in as many bytes as `modulus` has;
    /// `nil` when it is not below.
    package static func unsigned(_ value: [UInt8], below modulus: [UInt8]) -> [UInt8]? {
        let digits = Array(value.drop { $0 == 0 })
        guard digits.count <= modulus.count else { return nil }
        let padded = [UInt8](repeating: 0, count: modulus.count - digits.count) + digits
        return padded.lexicographicallyPrecedes(modulus) ? padded.reversed() : nil
    }
}

/// Reads a byte string from the front; every read is checked, and `finish` refuses a leftover byte.
package struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// How many bytes are left.
    package var remaining: Int { bytes.count - position }

    /// The next `count` bytes.
    package mutating func take(_ count: Int) throws(ProofError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .malformed }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// The next `count` bytes, inline.
    package mutating func fixed<let size: Int>() throws(ProofError) -> FixedBytes<size> {
        let taken = try take(size)
        var result = FixedBytes<size>()
        for index in 0..<size { result[index] = taken[index] }
        return result
    }

    /// Four bytes, little-endian.
    package mutating func count() throws(ProofError) -> Int {
        try take(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// A byte string behind its length.
    package mutating func prefixed() throws(ProofError) -> [UInt8] {
        try take(try count())
    }

    /// DeserializeUint (§6.2.3): the big-endian form of a little-endian integer below `modulus`.
    package mutating func unsigned(below modulus: [UInt8]) throws(ProofError) -> [UInt8] {
        let value = Array(try take(modulus.count).reversed())
        guard value.lexicographicallyPrecedes(modulus) else { throw .malformed }
        return value
    }

    /// A big-endian integer of our own formats.
    package mutating func integer<Value: FixedWidthInteger & UnsignedInteger>()
        throws(ProofError) -> Value
    {
        try take(Value.bitWidth / 8).reduce(0) { $0 << 8 | Value($1) }
    }

    /// A group element, 33 bytes.
    package mutating func element<Group: PrimeGroup>(_: Group.Type) throws(ProofError) -> Group {
        let bytes = try take(33)
        guard let element = try? Group(parsing: bytes.span) else { throw .malformed }
        return element
    }

    /// A point of secp256k1, 33 bytes.
    package mutating func point() throws(ProofError) -> Point {
        try element(Point.self)
    }

    /// A scalar, 32 bytes big-endian below the order.
    package mutating func scalar<Value: GroupScalar>(_: Value.Type) throws(ProofError) -> Value {
        let bytes = try take(32)
        guard let scalar = try? Value(parsing: bytes.span) else { throw .malformed }
        return scalar
    }

    /// Refuses whatever has not been read.
    package func finish() throws(ProofError) {
        guard remaining == 0 else { throw .malformed }
    }
}
