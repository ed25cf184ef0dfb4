internal import Tegata
internal import TegataCrypto

/// The canonical input that stands for a person, 32 bytes: `uid` of protocol.md 5.3, made alike by card and attestor.
///
/// SHA-256 over the tag and the fields, each after its length in two bytes, so that no two lists of fields give the
/// same string. The class is the first field: cards of two classes never give one person.
enum PersonInput {
    /// A card that repeats its signatures: what it signs is a secret that only the card can make, so nobody can go
    /// through all serial numbers and recognise a person (A132).
    static func repeating(
        _ cardClass: CardClass, _ certificate: Certificate, fixedSignature: [UInt8]
    ) -> [UInt8] {
        hash(
            cardClass, Array(certificate.issuer), certificate.serialNumber, fixedSignature)
    }

    /// A card that signs with chance: issuer and serial number. Its secrecy rests on the evaluation nodes alone.
    static func certificate(_ cardClass: CardClass, _ certificate: Certificate) -> [UInt8] {
        hash(cardClass, Array(certificate.issuer), certificate.serialNumber)
    }

    /// A country whose certificates carry a code for life. Its secrecy, too, rests on the evaluation nodes alone.
    static func code(_ cardClass: CardClass, _ code: String) -> [UInt8] {
        hash(cardClass, Array(code.utf8))
    }

    private static func hash(_ cardClass: CardClass, _ fields: [UInt8]...) -> [UInt8] {
        let all = [Array("TEGATA-V01-UID".utf8), Array(cardClass.name.utf8)] + fields
        return SHA256.hash(all.flatMap { SignedMessage.field($0) }).array
    }
}

/// The two messages that a My Number Card signs. Both begin with a tag that means nothing to any other service.
enum SignedMessage {
    /// Covers the attestor's challenge, and with it holder key, scope, purpose and expiry (protocol.md 4.1).
    static func challenge(_ challenge: [UInt8], for cardClass: CardClass) -> [UInt8] {
        field("TEGATA-V01-CARD-CHALLENGE") + field(cardClass.name) + field(challenge)
    }

    /// The same for everyone and for ever; its signature is the card's own secret.
    static func fixed(for cardClass: CardClass) -> [UInt8] {
        field("TEGATA-V01-CARD-PRF") + field(cardClass.name)
    }

    /// `bytes` after their length in two bytes, big-endian.
    static func field(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count < 0x1_0000, "fields come from bounded readers")
        return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }

    private static func field(_ text: String) -> [UInt8] { field(Array(text.utf8)) }
}
