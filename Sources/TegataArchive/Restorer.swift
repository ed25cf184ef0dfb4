internal import TegataCrypto
internal import TegataProofs

/// Opens an archive with the shares of enough custodians and fills a journal from it, on any machine (Spec/archive.md).
///
/// Nothing of the archive is opened before its manifests, the shares and the published checkpoint have been checked, and the journal
/// can be used only when everything has been: until then its head has no signature.
public struct Restorer: Sendable {
    /// Brings at most so many of the file's next bytes; none at its end.
    public typealias Source = @Sendable (_ atMost: Int) async throws -> [UInt8]

    /// A part of an archive as it was kept.
    public struct Part: Sendable {
        let manifest: String
        let source: Source

        /// A part with this manifest, whose file `source` brings.
        public init(manifest: String, source: @escaping Source) {
            self.manifest = manifest
            self.source = source
        }
    }

    private let profile: IssuerProfile
    private let archive: SealedArchive
    private let published: Checkpoint
    private let secret: SecretScalar
    /// The shares that were not good, by the order in which they were handed in, from 0. That there are any is worth a question to
    /// whoever brought them.
    public let badShares: [Int]

    /// Checks everything that can be checked before anything is opened.
    ///
    /// - Parameters:
    ///   - profile: whom the archive must be of; take it from where you would take a key.
    ///   - parts: the first part and those that follow, in order.
    ///   - shares: the custodians'; any `threshold` good ones are enough.
    ///   - published: the newest checkpoint of the log that anybody has: from its files, a witness, a monitor. What is restored must
    ///     reach as far.
    /// - Throws: `ArchiveFault`.
    public init(
        _ profile: IssuerProfile, parts: [Part], shares: [ArchiveShare], published: String
    ) throws(ArchiveFault) {
        self.profile = profile
        archive = try SealedArchive(of: profile, parts: parts)
        self.published = try archive.covering(published)
        (secret, badShares) = try Self.open(archive.last.key, shares, profile)
    }

    private static func open(
        _ key: ArchiveKey, _ shares: [ArchiveShare], _ profile: IssuerProfile
    ) throws(ArchiveFault) -> (SecretScalar, bad: [Int]) {
        var bad = [Int]()
        var good = [Int: SecretShare]()
        for (place, share) in shares.enumerated() {
            if share.belongs(to: key), share.isSigned(by: profile.registerKey) {
                good[share.number] = share.share
            } else {
                bad.append(place)
            }
        }
        let chosen = good.values.sorted { $0.number < $1.number }.prefix(key.threshold)
        guard chosen.count == key.threshold, let secret = try? key.shared.combine(Array(chosen))
        else { throw .tooFewShares(good: good.count, needed: key.threshold, bad: bad) }
        return (secret, bad)
    }

    /// Fills `journal`, which must be empty.
    ///
    /// - Parameters:
    ///   - journal: where the register goes on.
    ///   - signer: signs cards from here on, and the report. Without one the key does that is in the archive; where that lies in a module,
    ///     this is it, or a new one, and then the one before is among the `earlier`.
    ///   - progress: how many records of how many.
    /// - Returns: the issuer's keys and the report. Where it fails, the journal is of no use: begin again with an empty one.
    /// - Throws: `ArchiveFault`, `keyElsewhere` before anything is written; what the journal and the sources throw.
    public func restore(
        into journal: some Journal, signing signer: SigningKey? = nil,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) async throws -> Restored {
        try await restore(
            into: journal, signing: signer, progress: progress, at: SystemClock.now)
    }

    package func restore(
        into journal: some Journal, signing signer: SigningKey? = nil,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }, at time: Int64
    ) async throws -> Restored {
        guard try await journal.head() == .empty else { throw ArchiveFault.notEmpty }
        var filling = Filling(journal, until: published)
        var found: (keys: IssuerKeys, others: [String: [UInt8]])?
        for (number, manifest) in archive.manifests.enumerated() {
            var reader = try await PartReader(
                manifest, part: number, secret: secret, from: archive.sources[number])
            guard let json = try await reader.keys() else { throw ArchiveFault.badKeys }
            if number == 0 {
                let inside = try archivedKeys(json, manifest)
                found = (try inside.keys(signing: signer), inside.others)
            }
            while let record = try await reader.record(filling.frontier.size) {
                try await filling.take(record)
                progress(filling.frontier.size, archive.last.size)
            }
            guard filling.frontier == manifest.frontier else {
                throw ArchiveFault.badRoot(part: number)
            }
            guard filling.counts.list == manifest.counts else {
                throw ArchiveFault.badCounts(part: number)
            }
        }
        try await filling.finish(archive.last.checkpoint)
        guard let found else { throw ArchiveFault.badKeys }
        let report = try RestoreReport(
            of: archive.last, published: published.size, at: time
        ).signed(by: found.keys)
        return Restored(keys: found.keys, exposedOthers: found.others, report: report)
    }

    private func archivedKeys(
        _ json: [UInt8], _ manifest: ArchiveManifest
    ) throws(ArchiveFault) -> ArchivedKeys {
        guard ArchivedKeys.digest(of: json) == manifest.keys,
            let inside = try? ArchivedKeys(exposedJSON: json), inside.match(profile)
        else { throw .badKeys }
        return inside
    }
}

/// What a restore gave, beside the journal that it filled.
public struct Restored: Sendable {
    /// The issuer's keys, as they were, or with the signer that was brought.
    public let keys: IssuerKeys
    /// What else was archived, by name, in copies that nobody wipes.
    public let exposedOthers: [String: [UInt8]]
    /// The signed report, for everyone to check against the public log; an issuer's council countersigns it.
    public let report: String
}

/// Writes records behind each other, under heads that nobody signed until the last.
private struct Filling<Target: Journal> {
    private let journal: Target
    private let published: Checkpoint
    private var head = JournalHead.empty
    private var batch = [JournalRecord]()
    private(set) var frontier = MerkleFrontier()
    private(set) var counts = EditionCounts()

    init(_ journal: Target, until published: Checkpoint) {
        self.journal = journal
        self.published = published
    }

    mutating func take(_ record: JournalRecord) async throws {
        // The last batch waits for the signature.
        if batch.count == 1024 { try await write(note: "") }
        guard let entry = try? LogEntry(parsing: record.entry) else {
            throw ArchiveFault.badRecord(frontier.size)
        }
        counts.take(entry)
        frontier.append(TreeHash(leaf: record.entry))
        batch.append(record)
        guard frontier.size != published.size || frontier.root == published.root else {
            throw ArchiveFault.forked(size: published.size)
        }
    }

    private mutating func write(note: String) async throws {
        let new = JournalHead(size: frontier.size, root: frontier.root, note: note)
        try await journal.append(batch, to: head, making: new)
        head = new
        batch = []
    }

    mutating func finish(_ note: String) async throws {
        try await write(note: note)
    }
}
