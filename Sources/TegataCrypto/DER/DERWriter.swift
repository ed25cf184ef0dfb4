/// Writes the DER of test certificates. The reader of the same values is `DERReader`.
package enum DER {
    /// One element: tag, shortest length, content.
    package static func element(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap { $0 }
        var encoded = [tag]
        switch content.count {
        case ..<0x80: encoded.append(UInt8(content.count))
        case ..<0x100: encoded += [0x81, UInt8(content.count)]
        default:
            precondition(content.count < 0x1_0000, "no certificate field is this long")
            encoded += [0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)]
        }
        return encoded + content
    }

    /// A SEQUENCE of finished elements.
    package static func sequence(_ parts: [UInt8]...) -> [UInt8] {
        element(DERTag.sequence, parts.flatMap { $0 })
    }

    /// A non-negative INTEGER from its big-endian digits.
    package static func integer(_ magnitude: [UInt8]) -> [UInt8] {
        let digits = Array(magnitude.drop { $0 == 0 })
        guard let first = digits.first else { return [DERTag.integer, 1, 0] }
        return element(DERTag.integer, first >= 0x80 ? [0] + digits : digits)
    }

    /// An OBJECT IDENTIFIER.
    package static func identifier(_ identifier: ObjectIdentifier) -> [UInt8] {
        element(DERTag.objectIdentifier, identifier.content)
    }

    /// A BIT STRING of whole bytes.
    package static func bits(_ bytes: [UInt8]) -> [UInt8] {
        element(DERTag.bitString, [0] + bytes)
    }

    /// NULL.
    package static let null: [UInt8] = [DERTag.null, 0]

    /// TRUE.
    package static let isTrue: [UInt8] = [DERTag.boolean, 1, 0xFF]

    /// A time, as UTCTime up to 2049 and GeneralizedTime after (RFC 5280 §4.1.2.5); years 1970 to 9999.
    package static func time(_ secondsSince1970: Int64) -> [UInt8] {
        let days = Int(secondsSince1970 / 86_400)
        let second = Int(secondsSince1970 % 86_400)
        // Years are counted from March, in eras of 400, so that a leap day is a year's last day.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        let rest = [month, day, second / 3_600, second / 60 % 60, second % 60]
            .flatMap { decimal($0, 2) }
        let text =
            year < 2050
            ? decimal(year % 100, 2) + rest : decimal(year, 4) + rest
        return element(
            year < 2050 ? DERTag.utcTime : DERTag.generalizedTime, text + [UInt8(ascii: "Z")])
    }

    private static func decimal(_ value: Int, _ digits: Int) -> [UInt8] {
        var rest = value
        var text = [UInt8](repeating: 0x30, count: digits)
        for index in text.indices.reversed() {
            text[index] += UInt8(rest % 10)
            rest /= 10
        }
        return text
    }
}
