internal import TegataCrypto

/// A key whose signatures on notes are checked: a log's or a witness's, both Ed25519 (C2SP signed-note, tlog-cosignature).
public struct NoteKey: Hashable, Sendable {
    /// What the key signs.
    public enum Kind: UInt8, Sendable {
        /// The text itself: a log's key.
        case log = 1
        /// The text with the time at which it was seen: a witness's key.
        case witness = 4
    }

    /// The name; a log's is its origin.
    public let name: String
    /// What it signs.
    public let kind: Kind
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ key): a hint, not a proof.
    public let id: UInt32
    let key: Ed25519.PublicKey

    /// Reads `name+id+base64`, the id as 8 hexadecimal digits, the rest a byte for the kind and a 32-byte key.
    ///
    /// - Throws: `malformed` for another form, another kind, or an id that is not this key's.
    public init(parsing text: String) throws(LogError) {
        // The base64 may hold a plus sign, the name may not.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(Array(parts[2].utf8).span),
            bytes.count == 33,
            let kind = Kind(rawValue: bytes[0]),
            let key = try? Ed25519.PublicKey(rawRepresentation: Array(bytes[1...]))
        else { throw .malformed }
        try self.init(name: String(parts[0]), kind: kind, key: key)
        guard Hex.encode(bigEndian(id)) == parts[1] else { throw .malformed }
    }

    init(name: String, kind: Kind, key: Ed25519.PublicKey) throws(LogError) {
        guard name.isKeyName else { throw .malformed }
        self.name = name
        self.kind = kind
        self.key = key
        let hash = SHA256.hash(Array(name.utf8) + [0x0a, kind.rawValue] + key.rawRepresentation)
        id = (0..<4).reduce(0) { $0 << 8 | UInt32(hash[$1]) }
    }

    /// `name+id+base64`, as `init(parsing:)` reads it.
    public var encoded: String {
        name + "+" + Hex.encode(bigEndian(id)) + "+"
            + Base64.encode([kind.rawValue] + key.rawRepresentation)
    }

    /// Whether `signature` is this key's on `text`: 64 bytes, behind 8 bytes of time for a witness.
    func isValid(_ signature: [UInt8], on text: String) -> Bool {
        switch kind {
        case .log:
            return key.isValidSignature(signature.span, for: Array(text.utf8).span)
        case .witness:
            guard let time = Self.time(of: signature) else { return false }
            return key.isValidSignature(
                Array(signature[8...]).span, for: Self.cosigned(text, at: time).span)
        }
    }

    /// What a witness signs: a line that says so, a line with the time, the whole text.
    static func cosigned(_ text: String, at time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }

    /// The time in a witness's signature, seconds since 1970; `nil` for another length or a time beyond 63 bits.
    static func time(of signature: [UInt8]) -> UInt64? {
        guard signature.count == 72, signature[0] < 0x80 else { return nil }
        return signature[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
