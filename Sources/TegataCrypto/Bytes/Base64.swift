/// Base64 with padding, canonical (RFC 4648 §4): what C2SP's notes, certificates in `x5c` and Web eID use. Everything of our
/// own is base64url.
package enum Base64 {
    /// The bytes that `text` spells; `nil` for anything but their one canonical form.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        var end = text.count
        for _ in 0..<2 where end > 0 && text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        var bytes = [UInt8]()
        guard Base64Alphabet.standard.decode(text.extracting(0..<end), appendingTo: &bytes) else {
            return nil
        }
        return bytes
    }

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8]()
        Base64Alphabet.standard.encode(bytes.span, appendingTo: &text)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}
