public import TegataCrypto

/// Signs notes: a log its checkpoints, a witness those that it has seen. Ed25519; wiped with the last copy.
///
/// Whoever takes a log's key can sign a second history, which only witnesses and monitors notice; they cannot change one
/// that others have seen.
public struct NoteSigner: Sendable {
    /// The public half.
    public let key: NoteKey
    private let secret: Ed25519.PrivateKey

    /// A signer with this name; by default with a new random key.
    ///
    /// - Throws: `malformed` for a name that is empty or has white space, control characters or a plus sign.
    public init(
        name: String, kind: NoteKey.Kind, key: Ed25519.PrivateKey = Ed25519.PrivateKey()
    ) throws(LogError) {
        self.key = try NoteKey(name: name, kind: kind, key: key.publicKey)
        secret = key
    }

    /// The note with this signature added; a witness's carries `time`, seconds since 1970.
    public func sign(_ note: SignedNote, at time: UInt64) -> SignedNote {
        let signature =
            switch key.kind {
            case .log: secret.signature(for: Array(note.text.utf8))
            case .witness:
                bigEndian(time) + secret.signature(for: NoteKey.cosigned(note.text, at: time))
            }
        return note.adding(.init(name: key.name, id: key.id, signature: signature))
    }
}
