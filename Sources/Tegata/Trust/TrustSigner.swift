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
    /// has one writer at a time. What an earlier call has begun, and witnesses may have seen, is finished first, as it was signed.
    ///
    /// - Parameters:
    ///   - contents: whom to believe.
    ///   - expires: until when, seconds since 1970, at most 366 days ahead.
    ///   - nextKeys: who may sign the versions after this one, when it is not this key alone.
    ///   - directory: where the versions so far are, and where this one goes.
    ///   - witnesses: who must have seen the log before anything is published.
    /// - Returns: the bundle.
    /// - Throws: what a verifier would throw about the bundle: nothing is published that it would refuse; `unavailable` for files that
    ///   cannot be read or written and too few witnesses, `logProofInvalid` for a log that is not this signer's or does not fit together.
    public func publish(
        _ contents: TrustContents, until expires: Int64, nextKeys: [VerifyingKey] = [],
        in directory: LogDirectory, witnesses: Witnesses = .none
    ) async throws(Refusal) -> String {
        var entries = try await read(directory)
        if let begun = try Self.file(Self.begun(entries.count + 1), in: directory) {
            _ = try await publish(begun, &entries, directory, witnesses)
        }
        guard let version = UInt32(exactly: entries.count + 1) else { throw .limitExceeded }
        let token = try sign(contents, version, until: expires, nextKeys)
        do {
            let (tree, note) = try grown(entries, by: token)
            let text = try Self.text(token, in: tree, note)
            _ = try pin().open(text, at: clock())
            // From here on it is this one or none: two of one number are two histories.
            try directory.write(Array(token.utf8), to: Self.begun(entries.count + 1))
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .unavailable
        }
        return try await publish(token, &entries, directory, witnesses)
    }

    /// Where a version is between its signature and its publication.
    private static func begun(_ version: Int) -> String { "begun-\(version)" }

    private static func file(
        _ name: String, in directory: LogDirectory
    ) throws(Refusal) -> String? {
        do {
            guard let bytes = try directory.read(name) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .unavailable
        }
    }

    /// Enters `token` into the log, and publishes it once enough witnesses have seen that.
    private func publish(
        _ token: String, _ entries: inout [[UInt8]], _ directory: LogDirectory,
        _ witnesses: Witnesses
    ) async throws(Refusal) -> String {
        do {
            var (tree, note) = try grown(entries, by: token)
            let old = tree.size - 1
            var signed = 0
            for witness in witnesses.connections {
                var seen = old
                guard let more = await witness.cosign(note, of: tree, at: tree.size, seen: &seen)
                else { continue }
                note = more
                signed += 1
            }
            guard signed >= witnesses.quorum else { throw Refusal.unavailable }
            let all = entries + [Self.entry(of: token, at: entries.count + 1)]
            let text = try Self.text(token, in: tree, note)
            // First the version, then the log that speaks of it, then the name that readers ask for.
            try directory.write(Array(text.utf8), to: "trust-\(all.count)")
            try await directory.publish(tree, from: old, note: note.encoded) {
                (range: Range<UInt64>) async throws(LogError) in
                Array(all[Int(range.lowerBound)..<Int(range.upperBound)])
            }
            try directory.write(Array(text.utf8), to: "trust")
            entries = all
            return text
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .unavailable
        }
    }

    /// The log with one entry more, and what it says then.
    private func grown(
        _ entries: [[UInt8]], by token: String
    ) throws(LogError) -> (MerkleTree, SignedNote) {
        var tree = MerkleTree()
        for entry in entries { tree.append(TreeHash(leaf: entry)) }
        tree.append(TreeHash(leaf: Self.entry(of: token, at: entries.count + 1)))
        let checkpoint = try Checkpoint(origin: log.key.name, size: tree.size, root: tree.root)
        return (tree, try checkpoint.signed(by: log))
    }

    private static func entry(of token: String, at version: Int) -> [UInt8] {
        TrustBundle.entry(UInt32(clamping: version), SHA256.hash(Array(token.utf8)))
    }

    /// A version as it travels, the last entry of its tree.
    private static func text(
        _ token: String, in tree: MerkleTree, _ note: SignedNote
    ) throws(LogError) -> String {
        try token + "\n" + proof(of: tree.size - 1, in: tree, note)
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
    private func read(_ directory: LogDirectory) async throws(Refusal) -> [[UInt8]] {
        var tree = MerkleTree()
        var entries = [[UInt8]]()
        do {
            guard try directory.checkpoint() != nil else { return entries }
            let reader = LogReader(directory)
            let checkpoint = try await reader.checkpoint(by: LogPolicy(log: log.key)).checkpoint
            try await reader.extend(&tree, to: checkpoint.size) { _, new, _ in entries += new }
            guard tree.root == checkpoint.root else { throw LogError.proofInvalid }
        } catch LogError.unavailable {
            throw .unavailable
        } catch {
            throw .logProofInvalid
        }
        return entries
    }
}
