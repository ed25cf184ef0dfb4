internal import TegataCrypto

/// A W3C Bitstring Status List, as other issuers publish it: read, never written. Its bits run the other way round than a Token
/// Status List's, so the two share no unpacking.
package struct BitstringStatusList: Hashable, Sendable {
    /// The least number of entries: fewer would say too much about each (§6.1).
    package static let minimumCount = 131_072

    private let bytes: [UInt8]

    /// Reads `encodedList`: `u`, then base64url without padding of a gzip stream.
    ///
    /// - Throws: `malformed`, `limitExceeded` for more than `limit` bytes once decompressed.
    package init(parsing text: String, limit: Int = 16 << 20) throws(Refusal) {
        guard text.utf8.first == UInt8(ascii: "u") else { throw .malformed }
        let packed = try Base64URL.decode(String(text.dropFirst()))
        do {
            bytes = try Zlib.inflate(packed, .gzip, limit: limit)
        } catch {
            throw error == .tooLarge ? .limitExceeded : .malformed
        }
        guard bytes.count * 8 >= Self.minimumCount else { throw .malformed }
    }

    /// How many bits there are.
    package var count: Int { bytes.count * 8 }

    /// The status of `size` bits at `index`, the first bit the most significant of the first byte (§3.2).
    ///
    /// - Throws: `statusUnknown` beyond the end; `malformed` for a size that is not 1 … 8.
    package func status(at index: Int, size: Int = 1) throws(Refusal) -> UInt8 {
        guard (1...8).contains(size) else { throw .malformed }
        guard index >= 0, index < count / size else { throw .statusUnknown }
        return (index * size..<(index + 1) * size).reduce(0) { value, bit in
            value << 1 | bytes[bit / 8] >> UInt8(7 - bit % 8) & 1
        }
    }
}
