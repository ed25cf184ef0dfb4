public import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// Signs trust bundles and keeps their log (Spec/trust-bundle.md).
///
/// Who takes both keys can have every verifier that pins them believe any issuer; with the signing key alone, nothing: a bundle counts
/// only when it is in the log.
public struct TrustSigner: Sendable {
    /// The identifier, an https URL.
    public let id: String
    private let key: SigningKey
    private let log: NoteSigner
    private let clock: @Sendable () -> Int64

    /// A signer with these keys.
    ///
    /// - Throws: `malformed` for an identifier that is no https URL without white space.
    public init(at id: String, key: SigningKey, log: Ed25519.PrivateKey) throws(Refusal) {
        try self.init(at: id, key: key, log: log, clock: { SystemClock.now })
    }

    package init(
        at id: String, key: SigningKey, log: Ed25519.PrivateKey,
        clock: @escaping @Sendable () -> Int64
    ) throws(Refusal) {
        let scheme = "https://"
        guard id.hasPrefix(scheme), id.utf8.count <= 2048,
            let signer = try? NoteSigner(
                name: id.dropFirst(scheme.count).replacing("+", with: "%2B") + "/tegata-trust",
                kind: .log, key: log)
        else { throw .malformed }
        self.id = id
        self.key = key
        self.log = signer
        self.clock = clock
    }

    /// What verifiers pin before the first bundle: to be given to them by hand.
    ///
    /// - Throws: `malformed` for a quorum that the witnesses can never reach.
    public func pin(witnesses: [NoteKey] = [], quorum: Int = 0) throws(Refusal) -> TrustPin {
        guard let policy = try? LogPolicy(log: log.key, witnesses: witnesses, quorum: quorum) else {
            throw .malformed
        }
        return try TrustPin(signer: id, keys: [key.verifyingKey], log: policy)
    }

    /// Signs the next version and publishes it in `directory`: `trust`, `trust-N` for each version, and the log's files. A directory
    /// has one writer at a time.
    ///
    /// - Parameters:
    ///   - contents: whom to believe.
    ///   - expires: until when, seconds since 1970, at most 366 days ahead.
    ///   - nextKeys: who may sign the versions after this one, when it is not this key alone.
    ///   - directory: where the versions so far are, and where this one goes.
    /// - Returns: the bundle.
    /// - Throws: what a verifier would throw about the bundle: nothing is published that it would refuse; `unavailable` for files that
    ///   cannot be read or written, `logProofInvalid` for a log that is not this signer's or does not fit together.
    public func publish(
        _ contents: TrustContents, until expires: Int64, nextKeys: [VerifyingKey] = [],
        in directory: LogDirectory
    ) async throws(Refusal) -> String {
        var (tree, entries) = try await read(directory)
        let old = tree.size
        guard let version = UInt32(exactly: old + 1) else { throw .limitExceeded }
        let token = try sign(contents, version, until: expires, nextKeys)
        entries.append(TrustBundle.entry(version, SHA256.hash(Array(token.utf8))))
        tree.append(TreeHash(leaf: entries[Int(old)]))
        let text: String
        do {
            let note = try Checkpoint(origin: log.key.name, size: tree.size, root: tree.root)
                .signed(by: log)
            text = try token + "\n" + Self.proof(of: old, in: tree, note)
            _ = try pin().open(text, at: clock())
            // First the version, then the log that speaks of it, then the name that readers ask for.
            let all = entries
            try directory.write(Array(text.utf8), to: "trust-\(version)")
            try await directory.publish(tree, from: old, note: note.encoded) {
                (range: Range<UInt64>) async throws(LogError) in
                Array(all[Int(range.lowerBound)..<Int(range.upperBound)])
            }
            try directory.write(Array(text.utf8), to: "trust")
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .unavailable
        }
        return text
    }

    /// The JWS of a version.
    func sign(
        _ contents: TrustContents, _ version: UInt32, until expires: Int64,
        _ nextKeys: [VerifyingKey]
    ) throws(Refusal) -> String {
        let keys = nextKeys.isEmpty ? [key.verifyingKey] : nextKeys
        var payload: JSONObject = [
            "iss": .string(id), "version": .whole(Int64(version)), "iat": .whole(clock()),
            "exp": .whole(expires), "jwks": ["keys": .array(keys.map { .object($0.jwk) })],
        ]
        for member in contents.members { payload.add(member.name, member.value) }
        return try SignedText.sign(.object(payload), type: TrustBundle.type, by: key)
    }

    static func proof(
        of index: UInt64, in tree: MerkleTree, _ note: SignedNote
    ) throws(LogError) -> String {
        let proof = try tree.inclusionProof(of: index, at: tree.size)
        return LogProof(index: index, path: proof.path, note: note).encoded
    }

    /// The log so far, whose checkpoint this signer's own key has signed.
    private func read(
        _ directory: LogDirectory
    ) async throws(Refusal) -> (tree: MerkleTree, entries: [[UInt8]]) {
        var tree = MerkleTree()
        var entries = [[UInt8]]()
        do {
            guard try directory.checkpoint() != nil else { return (tree, entries) }
            let reader = LogReader(directory)
            let checkpoint = try await reader.checkpoint(by: LogPolicy(log: log.key)).checkpoint
            try await reader.extend(&tree, to: checkpoint.size) { _, new, _ in entries += new }
            guard tree.root == checkpoint.root else { throw LogError.proofInvalid }
        } catch LogError.unavailable {
            throw .unavailable
        } catch {
            throw .logProofInvalid
        }
        return (tree, entries)
    }
}
