package import TegataCrypto
package import TegataSDJWT

// How the vectors write our values, and how they spoil them.

extension JSON {
    /// 33 bytes.
    package static func hex(_ point: Point) -> JSON { .hex(point.encoded) }
    /// 32 bytes.
    package static func hex(_ scalar: Scalar) -> JSON { .hex(scalar.encoded) }
    /// A hash or a nonce.
    package static func hex<let count: Int>(_ bytes: FixedBytes<count>) -> JSON {
        .hex(bytes.array)
    }
    /// A number.
    package static func whole(_ number: some BinaryInteger) -> JSON {
        .number(JSONNumber(Int64(number)))
    }
}

extension JSONObject {
    /// The same members, and `others`; a member of both is taken from `others`.
    package func with(_ others: JSONObject) -> JSONObject {
        var result = others
        for member in members { result.add(member.name, member.value) }
        return result
    }
}

/// The order of secp256k1 and some encodings that no reader takes.
package enum Wrong {
    /// q, which is no scalar.
    package static let order =
        Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141") ?? []
    /// x = 5 is on no point of the curve.
    package static let offCurve = [2] + [UInt8](repeating: 0, count: 31) + [5]
    /// What no point is written as.
    package static let identity = [UInt8](repeating: 0, count: 33)

    /// `bytes` with one bit flipped.
    package static func flip(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
        var copy = bytes
        copy[index] ^= 1
        return copy
    }

    /// `bytes` with `part` from `index` on.
    package static func put(_ part: [UInt8], into bytes: [UInt8], at index: Int) -> [UInt8] {
        var copy = bytes
        copy.replaceSubrange(index..<index + part.count, with: part)
        return copy
    }

    /// `bytes` with two parts of one length exchanged.
    package static func swap(_ bytes: [UInt8], _ first: Range<Int>, _ second: Range<Int>) -> [UInt8]
    {
        put(
            Array(bytes[first]), into: put(Array(bytes[second]), into: bytes, at: first.lowerBound),
            at: second.lowerBound)
    }
}
