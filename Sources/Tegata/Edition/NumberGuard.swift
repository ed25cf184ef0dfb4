/// Finds what could be a 12-digit My Number, so that it is refused before it is stored, signed or logged.
///
/// A hash or a commitment of that number is no protection: all 10^11 of them can be tried in hours. One random
/// 12-digit string in ten has a valid check digit, so a refusal names the field and the caller may vouch for the
/// value by its type (`Claim.notAnIDNumber`).
public enum NumberGuard {
    /// Whether `text` holds twelve digits with a valid check digit, in any digit characters, alone or cut into
    /// groups by separators.
    public static func finds(in text: String) -> Bool {
        var groups = [[Int]]()
        var group = [Int]()
        var separators = 0
        for scalar in text.unicodeScalars {
            if let digit = digit(scalar) {
                group.append(digit)
                separators = 0
                continue
            }
            if !group.isEmpty { groups.append(group) }
            group = []
            separators += 1
            // Anything but a short separator ends what may belong together.
            guard isSeparator(scalar), separators <= 3 else {
                if holdsNumber(groups) { return true }
                groups = []
                continue
            }
        }
        if !group.isEmpty { groups.append(group) }
        return holdsNumber(groups)
    }

    /// Whether these twelve digits carry the check digit of Ordinance 85 of 2014, article 5.
    static func isValid(_ digits: some BidirectionalCollection<Int>) -> Bool {
        guard digits.count == 12, let check = digits.last else { return false }
        var sum = 0
        for (index, digit) in digits.dropLast().reversed().enumerated() {
            sum += digit * (index < 6 ? index + 2 : index - 4)
        }
        let remainder = sum % 11
        return check == (remainder <= 1 ? 0 : 11 - remainder)
    }

    /// Whether some run of neighbouring groups has exactly twelve digits that check.
    private static func holdsNumber(_ groups: [[Int]]) -> Bool {
        for start in groups.indices {
            var digits = [Int]()
            for group in groups[start...] {
                digits += group
                guard digits.count <= 12 else { break }
                if isValid(digits) { return true }
            }
        }
        return false
    }

    /// 0 … 9 in ASCII, full width, kanji or any other script.
    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        if scalar.isASCII {
            return scalar.value >= 0x30 && scalar.value <= 0x39 ? Int(scalar.value - 0x30) : nil
        }
        guard let value = scalar.properties.numericValue, value >= 0, value <= 9 else { return nil }
        return Int(exactly: value)
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return true }
        switch properties.generalCategory {
        case .dashPunctuation, .connectorPunctuation, .otherPunctuation, .spaceSeparator, .format,
            .mathSymbol, .openPunctuation, .closePunctuation, .modifierLetter, .control:
            return true
        default: return false
        }
    }
}
