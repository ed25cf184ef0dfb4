package import TegataCrypto

/// Who a signature certificate names, as far as a second index needs it, in one canonical writing (`Spec/national-id.md` §4a). The
/// address, which the certificate carries too, is never looked at.
package struct NamedPerson: Hashable, Sendable {
    /// The name without spaces; where the certificate says that it writes a substitute for a character, 〓.
    package let name: String
    /// Eight digits, year, month and day, as the certificate writes them; parts that are not known are zeros.
    package let birthDate: String
    /// 1 or 2 as the certificate writes it, 9 for every other digit.
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
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let (date, sex) = (Array(birthDate.utf8), Array(sex.utf8))
        guard date.count == 9, date[0] <= UInt8(ascii: "5"), date.allSatisfy(digits.contains),
            sex.count == 1, digits.contains(sex[0])
        else { throw .invalidValue }
        self.name = try Self.written(name, substitutes)
        self.birthDate = String(decoding: date[1...], as: UTF8.self)
        self.sex = ["1", "2"].first { $0.utf8.elementsEqual(sex) } ?? "9"
    }

    private static func written(
        _ name: String, _ substitutes: String
    ) throws(DERError) -> String {
        let (characters, marks) = (Array(name.unicodeScalars), Array(substitutes.utf8))
        let spaces: [Unicode.Scalar] = ["\u{20}", "\u{3000}"]
        let kept = characters.filter { !spaces.contains($0) }
        let (no, yes) = (UInt8(ascii: "0"), UInt8(ascii: "1"))
        guard (1...200).contains(kept.count), marks.count <= 400,
            marks.allSatisfy({ $0 == no || $0 == yes })
        else { throw .invalidValue }
        var text = String.UnicodeScalarView(kept)
        if marks.contains(yes) {
            // Whether spaces have a mark is not said where we could read it: the length tells.
            let places =
                marks.count == kept.count
                ? marks : zip(characters, marks).filter { !spaces.contains($0.0) }.map(\.1)
            guard marks.count == kept.count || marks.count == characters.count else {
                throw .invalidValue
            }
            text = String.UnicodeScalarView(
                zip(kept, places).map { $1 == yes ? "\u{3013}" : $0 })
        }
        return String(text)
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
