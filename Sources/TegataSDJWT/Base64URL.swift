internal import TegataCrypto

/// Base64url without padding, in its one canonical form (RFC 4648 §5, RFC 7515 §2).
///
/// Padding, `+`, `/`, whitespace and unused bits that are not zero are refused: two spellings of one value
/// would be two digests, two thumbprints, two log leaves.
package enum Base64URL {
    /// The bytes that `text` spells. Throws `malformed`.
    package static func decode(_ text: Span<UInt8>) throws(Refusal) -> [UInt8] {
        var bytes = [UInt8]()
        try decode(text, appendingTo: &bytes)
        return bytes
    }

    /// The bytes that `text` spells. Throws `malformed`.
    package static func decode(_ text: String) throws(Refusal) -> [UInt8] {
        try decode(text.utf8.span)
    }

    /// Appends the bytes that `text` spells to `bytes`. Throws `malformed`, and then `bytes` is unspecified.
    package static func decode(
        _ text: Span<UInt8>, appendingTo bytes: inout [UInt8]
    ) throws(Refusal) {
        let decoded = bytes.appendDecoded(text, urlValues.span)
        guard decoded else { throw .malformed }
    }

    /// The 32 bytes that 43 characters spell, or `nil`.
    static func digest(_ text: Span<UInt8>) -> FixedBytes<32>? {
        guard text.count == 43 else { return nil }
        let table = urlValues.span
        var digest = FixedBytes<32>()
        var invalid: UInt8 = 0
        var bits: UInt32 = 0
        var output = digest.mutableSpan
        for group in 0..<10 {
            bits = 0
            for index in 0..<4 {
                let value = table[Int(text[4 * group + index])]
                invalid |= value
                bits = bits << 6 | UInt32(value)
            }
            output[3 * group] = UInt8(truncatingIfNeeded: bits >> 16)
            output[3 * group + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            output[3 * group + 2] = UInt8(truncatingIfNeeded: bits)
        }
        bits = 0
        for index in 40..<43 {
            let value = table[Int(text[index])]
            invalid |= value
            bits = bits << 6 | UInt32(value)
        }
        output[30] = UInt8(truncatingIfNeeded: bits >> 10)
        output[31] = UInt8(truncatingIfNeeded: bits >> 2)
        return invalid & 0x80 == 0 && bits & 3 == 0 ? digest : nil
    }

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8]()
        text.appendBase64URL(bytes.span)
        return String(decoding: text, as: UTF8.self)
    }

    fileprivate static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    fileprivate static let urlValues = values(alphabet)

    /// The value 0…63 of each character; 0x80 for those outside the alphabet.
    fileprivate static func values(_ alphabet: [UInt8]) -> [UInt8] {
        var table = [UInt8](repeating: 0x80, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }
}

/// Base64 with padding (RFC 4648 §4), canonical, which JOSE uses for certificates in `x5c` alone.
package enum Base64 {
    /// The bytes that `text` spells. Throws `malformed`.
    package static func decode(_ text: Span<UInt8>) throws(Refusal) -> [UInt8] {
        guard text.count % 4 == 0 else { throw .malformed }
        var end = text.count
        for _ in 0..<2 where end > 0 && text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        var bytes = [UInt8]()
        guard bytes.appendDecoded(text.extracting(0..<end), values.span) else { throw .malformed }
        return bytes
    }

    private static let values = Base64URL.values(Base64URL.alphabet.dropLast(2) + Array("+/".utf8))
}

extension [UInt8] {
    /// Appends the base64url text of `bytes`.
    package mutating func appendBase64URL(_ bytes: Span<UInt8>) {
        let alphabet = Base64URL.alphabet.span
        let (groups, rest) = bytes.count.quotientAndRemainder(dividingBy: 3)
        append(addingCapacity: groups * 4 + (rest == 0 ? 0 : rest + 1)) { output in
            var index = 0
            while index + 2 < bytes.count {
                let bits =
                    Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
                output.append(alphabet[bits >> 18])
                output.append(alphabet[bits >> 12 & 63])
                output.append(alphabet[bits >> 6 & 63])
                output.append(alphabet[bits & 63])
                index += 3
            }
            guard index < bytes.count else { return }
            let second = rest == 2 ? Int(bytes[index + 1]) : 0
            let bits = Int(bytes[index]) << 16 | second << 8
            output.append(alphabet[bits >> 18])
            output.append(alphabet[bits >> 12 & 63])
            if rest == 2 { output.append(alphabet[bits >> 6 & 63]) }
        }
    }

    fileprivate mutating func appendDecoded(_ text: Span<UInt8>, _ table: Span<UInt8>) -> Bool {
        let (groups, rest) = text.count.quotientAndRemainder(dividingBy: 4)
        guard rest != 1 else { return false }
        // Invalid characters have the top bit; looking at it once, at the end, keeps the loop free of branches.
        var invalid: UInt8 = 0
        append(addingCapacity: groups * 3 + (rest == 0 ? 0 : rest - 1)) { output in
            var index = 0
            while index + 3 < text.count {
                let a = table[Int(text[index])]
                let b = table[Int(text[index + 1])]
                let c = table[Int(text[index + 2])]
                let d = table[Int(text[index + 3])]
                invalid |= a | b | c | d
                output.append(a << 2 | b >> 4)
                output.append(b << 4 | c >> 2)
                output.append(c << 6 | d)
                index += 4
            }
            guard index < text.count else { return }
            let a = table[Int(text[index])]
            let b = table[Int(text[index + 1])]
            let c = rest == 3 ? table[Int(text[index + 2])] : 0
            invalid |= a | b | c
            output.append(a << 2 | b >> 4)
            if rest == 3 {
                output.append(b << 4 | c >> 2)
                if c & 3 != 0 { invalid = 0x80 }
            } else if b & 15 != 0 {
                invalid = 0x80
            }
        }
        return invalid & 0x80 == 0
    }
}
