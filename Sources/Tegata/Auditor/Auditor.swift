internal import TegataCrypto
public import TegataLog
internal import TegataSDJWT

/// Checks an issuer's log and lists from public files alone: no secret, no trust in the issuer beyond the keys that it is
/// held to (Spec/audit.md).
public struct Auditor: Sendable {
    static let profileFile = "profile.json"

    package static func listsFile(of edition: EditionDigest) -> String { "lists/\(edition).jwt" }

    private let profile: IssuerProfile
    private let policy: LogPolicy
    private let reader: LogReader
    private let source: LogReader.Source

    /// An auditor of this issuer's log. The profile says whom to hold to it, so take it from where you would take a key.
    ///
    /// - Throws: `policyInvalid` when the witnesses can never reach the quorum.
    public init(
        of profile: IssuerProfile, witnesses: [NoteKey] = [], quorum: Int = 0,
        reading source: @escaping LogReader.Source
    ) throws(LogError) {
        self.profile = profile
        policy = try LogPolicy(log: profile.logKey, witnesses: witnesses, quorum: quorum)
        self.source = source
        reader = LogReader(source)
    }

    /// An auditor of files on this machine.
    ///
    /// - Throws: `policyInvalid`.
    public init(
        of profile: IssuerProfile, witnesses: [NoteKey] = [], quorum: Int = 0,
        in directory: LogDirectory
    ) throws(LogError) {
        try self.init(of: profile, witnesses: witnesses, quorum: quorum) { name in
            try directory.read(name)
        }
    }

    /// Recomputes the tree from its entries, follows every edition, and compares the lists.
    ///
    /// - Parameter progress: is told how many of how many entries are done.
    /// - Returns: what was established.
    /// - Throws: the first `AuditFinding`, or what the source throws.
    public func audit(
        progress: @escaping @Sendable (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        let checkpoint = try await checkpoint()
        var pending = try await PendingLists(source, profile)
        var replay = Replay(profile)
        var tree = MerkleTree()
        do throws(any Error) {
            try await reader.extend(&tree, to: checkpoint.size) { start, entries, tree in
                for (number, entry) in zip(start..., entries) {
                    try pending.check(&replay, at: number, tree)
                    try replay.take(entry, number: number, tree)
                }
                progress(start + UInt64(entries.count), checkpoint.size)
            }
        } catch LogError.missing(let file) {
            throw AuditFinding.missing(file: file)
        } catch LogError.damaged(let file) {
            throw AuditFinding.malformed(file: file)
        }
        guard tree.root == checkpoint.root else {
            throw AuditFinding.rootMismatch(entry: try await reader.firstChange(from: tree))
        }
        try replay.finish()
        try pending.check(&replay, at: checkpoint.size, tree)
        return AuditReport(
            issuer: profile.issuer, checkpoint: checkpoint, witnesses: policy.quorum,
            editions: try pending.finish(replay), relocations: replay.relocations)
    }

    private func checkpoint() async throws -> Checkpoint {
        do throws(any Error) {
            let (checkpoint, note) = try await reader.checkpoint(by: policy)
            let line = IssuerSignature(origin: policy.log.name, key: profile.registerKey)
            guard line.isAbsentOrValid(on: note) else { throw LogError.signatureInvalid }
            return checkpoint
        } catch LogError.missing(let file) {
            throw AuditFinding.missing(file: file)
        } catch let error as LogError {
            throw AuditFinding.checkpoint(error)
        }
    }
}

extension OpenEdition {
    /// Where the edition's signed lists are among its issuer's public files: `lists/`, 64 hexadecimal digits, `.jwt`. A kiosk or an
    /// anonymous verifier takes them whole, so that nobody learns who was looked up.
    public var listsFile: String { Auditor.listsFile(of: digest) }
}
