internal import TegataCrypto

/// A log's statement of how many leaves it has and what their root is (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
    /// Which log, in its own words: the name of its key.
    public let origin: String
    /// How many leaves.
    public let size: UInt64
    /// Their root.
    public let root: TreeHash

    /// What a log is about to sign.
    ///
    /// - Throws: `malformed` for an origin that cannot be a key's name, or an empty tree with another root.
    public init(origin: String, size: UInt64, root: TreeHash) throws(LogError) {
        guard origin.isKeyName, size > 0 || root == .emptyTree else { throw .malformed }
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads a checkpoint that the log of `policy` signed, with the cosignatures that the policy asks for.
    ///
    /// - Throws: `malformed`, `signatureInvalid`, `witnessesMissing`, `originMismatch`.
    public init(parsing note: SignedNote, by policy: LogPolicy) throws(LogError) {
        try policy.check(note)
        let body = try Self(text: note.text)
        guard body.origin.utf8.elementsEqual(policy.log.name.utf8) else { throw .originMismatch }
        self = body
    }

    /// Reads origin, size and root. Extension lines, which no reader of ours knows, are refused (A99).
    ///
    /// - Throws: `malformed`.
    private init(text: String) throws(LogError) {
        let lines = text[...].parts(at: 0x0a)
        guard lines.count == 4, lines[3].isEmpty, let size = UInt64(decimal: lines[1]),
            let root = TreeHash(base64: lines[2])
        else { throw .malformed }
        try self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// The three lines that are signed.
    public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.array))\n" }

    /// The checkpoint signed by its log.
    ///
    /// - Throws: `originMismatch` when the signer is another log or a witness.
    public func signed(by log: NoteSigner) throws(LogError) -> SignedNote {
        guard log.key.kind == .log, log.key.name.utf8.elementsEqual(origin.utf8) else {
            throw .originMismatch
        }
        return log.sign(try SignedNote(text: text), at: 0)
    }
}
