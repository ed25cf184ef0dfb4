internal import TegataCrypto

// The characters of signed notes: base64 with padding, numbers, key names, lines.
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

extension SignedNote {
    /// The lines before a note and the note itself: a blank line is between them, and the note has one of its own.
    ///
    /// - Throws: `limitExceeded`, `malformed`.
    static func headed(_ bytes: [UInt8]) throws(LogError) -> (
        lines: ArraySlice<Substring>, note: SignedNote
    ) {
        guard bytes.count <= maximumSize else { throw .limitExceeded }
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
            }), let text = String(validating: bytes[..<(blank - 1)], as: UTF8.self)
        else { throw .malformed }
        return (
            text[...].parts(at: 0x0a)[...],
            try SignedNote(parsing: Array(bytes[(blank + 1)...]))
        )
    }

    /// The hashes that the lines spell, at most 63.
    ///
    /// - Throws: `limitExceeded`, `malformed`.
    static func path(_ lines: ArraySlice<Substring>) throws(LogError) -> [TreeHash] {
        guard lines.count <= 63 else { throw .limitExceeded }
        var path = [TreeHash]()
        for line in lines {
            guard let hash = TreeHash(base64: line) else { throw .malformed }
            path.append(hash)
        }
        return path
    }
}
