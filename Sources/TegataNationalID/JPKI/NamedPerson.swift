package import TegataCrypto

/// Who a signature certificate names, as far as a second index needs it, in one canonical writing (`Spec/national-id.md` §4a). The
/// address, which the certificate carries too, is never looked at.
package struct NamedPerson: Hashable, Sendable {
    /// The name without spaces; where the certificate says that it writes a substitute for a character, 〓.
    package let name: String
    /// Eight digits, year, month and day, as the certificate writes them; parts that are not known are zeros.
    package let birthDate: String
    /// 1, 2 or 9.
    package let sex: String

    /// Reads the three names of a J-LIS signature certificate.
    ///
    /// - Throws: `invalidValue` for one that is missing, there twice, or not of its form.
    init(in certificate: Certificate) throws(DERError) {
        try self.init(
            name: try certificate.otherName(.jpkiName),
            substitutes: try certificate.otherName(.jpkiNameSubstitutes),
            birthDate: try certificate.otherName(.jpkiBirthDate),
            sex: try certificate.otherName(.jpkiSex))
    }

    /// From the fields as a certificate writes them.
    ///
    /// - Throws: `invalidValue`.
    package init(
        name: String, substitutes: String, birthDate: String, sex: String
    ) throws(DERError) {
        let (characters, marks) = (Array(name.unicodeScalars), Array(substitutes.utf8))
        guard (1...200).contains(characters.count), marks.count == characters.count,
            marks.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") })
        else { throw .invalidValue }
        var written = String.UnicodeScalarView()
        for (character, mark) in zip(characters, marks)
        where character != "\u{20}" && character != "\u{3000}" {
            written.append(mark == UInt8(ascii: "1") ? "\u{3013}" : character)
        }
        let date = Array(birthDate.utf8)
        guard !written.isEmpty, date.count == 9,
            (UInt8(ascii: "0")...UInt8(ascii: "5")).contains(date[0]),
            date.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            ["1", "2", "9"].contains(where: { $0.utf8.elementsEqual(sex.utf8) })
        else { throw .invalidValue }
        self.name = String(written)
        self.birthDate = String(decoding: date[1...], as: UTF8.self)
        self.sex = sex
    }

    /// 32 bytes that stand for this person: for a point, and nothing else. Whoever guesses a name, a day and a sex has them too.
    package var input: [UInt8] {
        let fields = ["TEGATA-V01-UID2", name, birthDate, sex]
        return SHA256.hash(fields.flatMap { SignedMessage.field(Array($0.utf8)) }).array
    }
}

extension ObjectIdentifier {
    static let jpkiName = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 5, 1)
    static let jpkiNameSubstitutes = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 5, 2)
    static let jpkiSex = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 5, 3)
    static let jpkiBirthDate = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 5, 4)
    static let jpkiAddress = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 5, 5)
}
