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
        guard Base64Alphabet.url.decode(text, appendingTo: &bytes) else { throw .malformed }
    }

    /// The 32 bytes that 43 characters spell, or `nil`.
    static func digest(_ text: Span<UInt8>) -> FixedBytes<32>? {
        Base64Alphabet.url.digest(text)
    }

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8]()
        text.appendBase64URL(bytes.span)
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends the base64url text of `bytes`.
    package mutating func appendBase64URL(_ bytes: Span<UInt8>) {
        Base64Alphabet.url.encode(bytes, appendingTo: &self)
    }
}
