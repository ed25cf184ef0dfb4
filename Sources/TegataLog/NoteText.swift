internal import TegataCrypto

// The characters of signed notes: base64 with padding, numbers, key names, signature lines.
extension [UInt8] {
    /// The bytes that padded, canonical base64 spells (RFC 4648 §4); `nil` for anything else.
    init?(base64 text: Substring) {
        let characters = Array(text.utf8)
        guard characters.count % 4 == 0 else { return nil }
        let padding = characters.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        self = []
        guard
            Base64Alphabet.standard.decode(
                characters.span.extracting(0..<characters.count - padding), appendingTo: &self)
        else { return nil }
    }

    /// The bytes in padded base64.
    var base64: String {
        var text = [UInt8]()
        Base64Alphabet.standard.encode(span, appendingTo: &text)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}

extension FixedBytes where count == 32 {
    /// The hash that 44 characters spell.
    init?(base64 text: Substring) {
        let characters = Array(text.utf8)
        guard characters.count == 44, characters[43] == UInt8(ascii: "="),
            let hash = Base64Alphabet.standard.digest(characters.span.extracting(0..<43))
        else { return nil }
        self = hash
    }
}

extension UInt64 {
    /// The number that decimal digits spell, without sign or leading zero; `nil` for anything else.
    init?(decimal text: Substring) {
        guard let number = UInt64(text), String(number).utf8.elementsEqual(text.utf8) else {
            return nil
        }
        self = number
    }
}

extension Substring {
    /// The parts between bytes of this value, empty ones too. By bytes: where letters end is a longer question.
    func parts(at separator: UInt8) -> [Substring] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map(Substring.init)
    }
}

extension StringProtocol {
    /// Whether this names a key: not empty, no white space, no control character, no plus sign.
    var isKeyName: Bool {
        // Nearly every name is ASCII; asking Unicode about each letter takes longer than hashing it.
        if utf8.allSatisfy({ 0x21...0x7e ~= $0 && $0 != 0x2b }) { return !isEmpty }
        return !isEmpty
            && unicodeScalars.allSatisfy {
                $0 != "+" && !$0.properties.isWhitespace
                    && $0.properties.generalCategory != .control
            }
    }
}
