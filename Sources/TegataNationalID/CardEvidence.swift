package import Tegata

/// What a national ID card answers to a challenge, as the holder sends it to an attestor (`Spec/national-id.md` §2).
///
/// ```text
/// 01                              version
/// length (1) ‖ class              such as "jpki-auth-rsa/v1"
/// length (2) ‖ certificate        DER, 1 to 8,192 bytes
/// length (2) ‖ signature          over the challenge, 1 to 1,024 bytes
/// length (2) ‖ fixed signature    over the fixed message, at most 1,024 bytes; empty for cards that sign with chance
/// ```
/// Lengths are big-endian. There is one encoding of each value, and nothing after the last field.
package struct CardEvidence: Hashable, Sendable {
    /// The kind of card that made it, as the sender says.
    package let cardClass: CardClass
    /// The certificate, DER.
    package let certificate: [UInt8]
    /// The signature over the challenge.
    package let signature: [UInt8]
    /// The signature over the message that is the same each time; empty where the card cannot repeat itself.
    package let fixedSignature: [UInt8]

    package init(
        cardClass: CardClass, certificate: [UInt8], signature: [UInt8], fixedSignature: [UInt8] = []
    ) {
        self.cardClass = cardClass
        self.certificate = certificate
        self.signature = signature
        self.fixedSignature = fixedSignature
    }

    /// Reads the format above; anything else is `malformed`.
    package init(parsing bytes: [UInt8]) throws(Refusal) {
        var rest = bytes[...]
        guard rest.popFirst() == 1 else { throw .malformed }
        let name = try Self.field(&rest, lengthBytes: 1, allowed: 1...64)
        guard name.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed }
        cardClass = CardClass(String(decoding: name, as: UTF8.self))
        certificate = try Array(Self.field(&rest, lengthBytes: 2, allowed: 1...8_192))
        signature = try Array(Self.field(&rest, lengthBytes: 2, allowed: 1...1_024))
        fixedSignature = try Array(Self.field(&rest, lengthBytes: 2, allowed: 0...1_024))
        guard rest.isEmpty else { throw .malformed }
    }

    /// The format above.
    package var encoded: [UInt8] {
        let name = Array(cardClass.name.utf8)
        precondition(
            name.count <= 64 && certificate.count <= 8_192, "no card has a certificate like this")
        return [1, UInt8(name.count)] + name + Self.field(certificate) + Self.field(signature)
            + Self.field(fixedSignature)
    }

    private static func field(
        _ rest: inout ArraySlice<UInt8>, lengthBytes: Int, allowed: ClosedRange<Int>
    ) throws(Refusal) -> ArraySlice<UInt8> {
        guard rest.count >= lengthBytes else { throw .malformed }
        let length = rest.prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(lengthBytes)
        guard allowed.contains(length), rest.count >= length else { throw .malformed }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    private static func field(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }
}
