internal import TegataCrypto

/// A text with signatures below it, as received: nothing is checked before `verified(by:)` (C2SP signed-note).
public struct SignedNote: Hashable, Sendable {
    /// At most this many signatures are read.
    public static let maximumSignatures = 100
    /// At most this many bytes are read.
    public static let maximumSize = 1 << 20

    struct Line: Hashable, Sendable {
        let name: String
        let id: UInt32
        let signature: [UInt8]
    }

    /// What is signed, with its last newline.
    public let text: String
    let lines: [Line]

    /// A text that nobody has signed yet.
    ///
    /// - Throws: `malformed` when it does not end in a newline or has another control character.
    public init(text: String) throws(LogError) {
        guard text.utf8.last == 0x0a, text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0a }) else {
            throw .malformed
        }
        self.init(text: text, lines: [])
    }

    init(text: String, lines: [Line]) {
        self.text = text
        self.lines = lines
    }

    /// Reads a text, a blank line and one line or more of signatures; the last blank line counts.
    ///
    /// - Throws: `limitExceeded`, `malformed`.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        guard bytes.count <= Self.maximumSize else { throw .limitExceeded }
        guard let note = String(validating: bytes, as: UTF8.self), bytes.last == 0x0a,
            let blank = (1..<max(bytes.count, 1)).last(where: {
                bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
            })
        else { throw .malformed }
        let text = String(decoding: bytes[..<blank], as: UTF8.self)
        try self.init(text: text)
        let rest = note.utf8.dropFirst(blank + 1).dropLast()
        var lines = [Line]()
        for line in Substring(rest).parts(at: 0x0a) {
            guard lines.count < Self.maximumSignatures else { throw .limitExceeded }
            lines.append(try Line(parsing: line))
        }
        self.init(text: text, lines: lines)
    }

    /// The note as it travels.
    public var encoded: String {
        text + "\n"
            + lines.map {
                "\u{2014} \($0.name) \(Base64.encode(bigEndian($0.id) + $0.signature))\n"
            }.joined()
    }

    /// The note with a signature of another type below the others.
    package func adding(name: String, id: UInt32, signature: [UInt8]) -> SignedNote {
        adding(Line(name: name, id: id, signature: signature))
    }

    /// The signatures under a name and id, whatever they are worth.
    package func signatures(name: String, id: UInt32) -> [[UInt8]] {
        lines.filter { $0.id == id && $0.name.utf8.elementsEqual(name.utf8) }.map { $0.signature }
    }

    func adding(_ line: Line) -> SignedNote {
        SignedNote(text: text, lines: lines + [line])
    }

    /// The keys among `keys` that signed this note. Signatures of others are passed over: anyone may add one.
    ///
    /// - Throws: `signatureInvalid` when a key's name and id stand beside a signature that is not its own, or when
    ///   none of `keys` signed.
    public func verified(by keys: [NoteKey]) throws(LogError) -> Set<NoteKey> {
        var signers = Set<NoteKey>()
        for line in lines {
            for key in keys where key.id == line.id && key.name.utf8.elementsEqual(line.name.utf8) {
                guard key.isValid(line.signature, on: text) else { throw .signatureInvalid }
                signers.insert(key)
            }
        }
        guard !signers.isEmpty else { throw .signatureInvalid }
        return signers
    }
}

extension SignedNote.Line {
    /// An em dash, a name, and base64 of a 4-byte key id with the signature.
    fileprivate init(parsing line: Substring) throws(LogError) {
        let parts = line.parts(at: 0x20)
        guard parts.count == 3, parts[0] == "\u{2014}", parts[1].isKeyName,
            let bytes = Base64.decode(Array(parts[2].utf8).span), bytes.count > 4
        else { throw .malformed }
        name = String(parts[1])
        id = bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        signature = Array(bytes[4...])
    }
}
