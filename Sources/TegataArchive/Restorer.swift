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
    private let manifests: [ArchiveManifest]
    private let sources: [Source]
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
        manifests = try Self.chain(parts, profile)
        sources = parts.map(\.source)
        do {
            self.published = try Checkpoint(
                parsing: SignedNote(parsing: Array(published.utf8)),
                by: LogPolicy(log: profile.logKey))
        } catch {
            throw .badCheckpoint
        }
        let last = manifests[manifests.count - 1]
        guard last.size >= self.published.size else {
            throw .rolledBack(archived: last.size, published: self.published.size)
        }
        (secret, badShares) = try Self.open(last.key, shares, profile)
    }

    /// Reads the manifests, each the successor of the one before. The council signs for the last one, whose hashes reach all others.
    private static func chain(
        _ parts: [Part], _ profile: IssuerProfile
    ) throws(ArchiveFault) -> [ArchiveManifest] {
        guard !parts.isEmpty else { throw .outOfOrder(part: 0) }
        var chain = [ArchiveManifest]()
        for (number, part) in parts.enumerated() {
            let manifest: ArchiveManifest
            do throws(Refusal) {
                manifest =
                    number == parts.count - 1
                    ? try ArchiveManifest(parsing: part.manifest, from: profile)
                    : try ArchiveManifest(proposed: part.manifest, from: profile)
            } catch {
                throw .badManifest(part: number, error)
            }
            let before = chain.last
            guard manifest.part == UInt32(number), manifest.previous == before?.digest,
                manifest.first == before?.size ?? 0, before.map({ $0.key == manifest.key }) ?? true
            else { throw .outOfOrder(part: number) }
            chain.append(manifest)
        }
        return chain
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
    /// - Returns: the issuer's keys and the report. Where it fails, the journal is of no use: begin again with an empty one.
    /// - Throws: `ArchiveFault`; what the journal and the sources throw.
    public func restore(into journal: some Journal) async throws -> Restored {
        try await restore(into: journal, at: SystemClock.now)
    }

    package func restore(into journal: some Journal, at time: Int64) async throws -> Restored {
        guard try await journal.head() == .empty else { throw ArchiveFault.notEmpty }
        var filling = Filling(journal, until: published)
        var keys: IssuerKeys?
        for (number, manifest) in manifests.enumerated() {
            var reader = try await PartReader(
                manifest, part: number, secret: secret, from: sources[number])
            guard let json = try await reader.keys() else { throw ArchiveFault.badKeys }
            if number == 0 {
                guard let found = try? IssuerKeys(exposedJSON: json), found.match(profile) else {
                    throw ArchiveFault.badKeys
                }
                keys = found
            }
            while let record = try await reader.record(filling.frontier.size) {
                try await filling.take(record)
            }
            guard filling.frontier == manifest.frontier else {
                throw ArchiveFault.badRoot(part: number)
            }
            guard filling.counts.list == manifest.counts else {
                throw ArchiveFault.badCounts(part: number)
            }
        }
        let last = manifests[manifests.count - 1]
        try await filling.finish(last.checkpoint)
        guard let keys else { throw ArchiveFault.badKeys }
        let report = try RestoreReport(
            of: last, published: published.size, at: time
        ).signed(by: keys)
        return Restored(keys: keys, report: report)
    }
}

/// What a restore gave, beside the journal that it filled.
public struct Restored: Sendable {
    /// The issuer's keys, as they were.
    public let keys: IssuerKeys
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
