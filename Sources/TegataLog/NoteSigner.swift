internal import TegataCrypto

/// Signs notes: a log its checkpoints, a witness those that it has seen. Ed25519; wiped with the last copy.
///
/// Whoever takes a log's key can sign a second history, which only witnesses and monitors notice; they cannot change one
/// that others have seen.
public struct NoteSigner: Sendable {
    /// The public half.
    public let key: NoteKey
    private let secret: Ed25519.PrivateKey

    /// A new random key.
    ///
    /// - Throws: `malformed` for a name that is empty or has white space, control characters or a plus sign.
    public init(name: String, kind: NoteKey.Kind) throws(LogError) {
        try self.init(name: name, kind: kind, Ed25519.PrivateKey())
    }

    /// The key of a 32-byte seed (RFC 8032 §5.1.5).
    ///
    /// - Throws: `malformed` for another length, or a name as above.
    public init(name: String, kind: NoteKey.Kind, seed: [UInt8]) throws(LogError) {
        guard let secret = try? Ed25519.PrivateKey(rawRepresentation: seed) else {
            throw .malformed
        }
        try self.init(name: name, kind: kind, secret)
    }

    private init(
        name: String, kind: NoteKey.Kind, _ secret: Ed25519.PrivateKey
    ) throws(LogError) {
        key = try NoteKey(name: name, kind: kind, key: secret.publicKey)
        self.secret = secret
    }

    /// The note with this signature added; a witness's carries `time`, seconds since 1970.
    public func sign(_ note: SignedNote, at time: UInt64) -> SignedNote {
        let signature =
            switch key.kind {
            case .log: secret.signature(for: Array(note.text.utf8))
            case .witness:
                NoteKey.big(time) + secret.signature(for: NoteKey.cosigned(note.text, at: time))
            }
        return note.adding(.init(name: key.name, id: key.id, signature: signature))
    }
}
