internal import TegataCrypto

/// An archive as it lies somewhere, checked as far as that goes without custodians (Spec/archive.md, "Looking without opening").
public struct SealedArchive: Sendable {
    /// What the parts say of themselves, each the successor of the one before.
    public let manifests: [ArchiveManifest]
    let sources: [Restorer.Source]
    private let profile: IssuerProfile

    /// The last part's, which speaks for all.
    public var last: ArchiveManifest { manifests[manifests.count - 1] }

    /// Reads the manifests. The council signs for the last one, whose hashes reach all others.
    ///
    /// - Parameters:
    ///   - profile: whom the archive must be of; take it from where you would take a key.
    ///   - parts: the first part and those that follow, in order.
    /// - Throws: `badManifest`, `outOfOrder`, `badKeys` for a part that was written under other keys than the first.
    public init(
        of profile: IssuerProfile, parts: [Restorer.Part]
    ) throws(ArchiveFault) {
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
            guard before.map({ $0.keys == manifest.keys }) ?? true else { throw .badKeys }
            chain.append(manifest)
        }
        manifests = chain
        sources = parts.map(\.source)
        self.profile = profile
    }

    /// Reads a published checkpoint, which the archive must reach as far as.
    ///
    /// - Throws: `badCheckpoint`, `rolledBack`; `forked` when a part ends at the published size with another root.
    func covering(_ published: String) throws(ArchiveFault) -> Checkpoint {
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint(
                parsing: SignedNote(parsing: Array(published.utf8)),
                by: LogPolicy(log: profile.logKey))
        } catch {
            throw .badCheckpoint
        }
        guard last.size >= checkpoint.size else {
            throw .rolledBack(archived: last.size, published: checkpoint.size)
        }
        for manifest in manifests where manifest.size == checkpoint.size {
            guard manifest.root == checkpoint.root else { throw .forked(size: checkpoint.size) }
        }
        return checkpoint
    }

    /// Reads the files: whether each is whole and each chunk ends with its tag. Only custodians see whether what is before the tag
    /// was changed.
    ///
    /// - Throws: `badHeader`, `badChunk`, `truncated`, `appended`; what the sources throw.
    public func checkFiles(
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) async throws {
        let total = manifests.reduce(0) { $0 + $1.byteCount }
        var done: UInt64 = 0
        for (number, manifest) in manifests.enumerated() {
            var file = try await PartFile(manifest, part: number, from: sources[number])
            while let sealed = try await file.next() {
                done += UInt64(sealed.count)
                progress(done, total)
            }
        }
    }

    /// Compares with the public log: that each part ends at a root of the log's, and counts the cards that the log has there.
    ///
    /// - Returns: how many entries the log has that no part has: what would be lost with the site now.
    /// - Throws: `badCheckpoint`; `badRoot`, `badCounts` with the part; what `log` throws. A log that ends before the archive does is
    ///   `rolledBack` the other way round: `forked`.
    public func compare(
        with log: LogReader, progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }
    ) async throws -> UInt64 {
        let published: Checkpoint
        do {
            published = try await log.checkpoint(by: LogPolicy(log: profile.logKey)).checkpoint
        } catch is LogError {
            throw ArchiveFault.badCheckpoint
        }
        guard published.size >= last.size else { throw ArchiveFault.forked(size: published.size) }
        var tree = MerkleTree()
        var frontier = MerkleFrontier()
        var counts = EditionCounts()
        var parts = manifests.enumerated().makeIterator()
        var part = parts.next()
        // Up to the published size: of a tile in the making only the newest file is kept.
        try await log.extend(&tree, to: published.size) { start, entries, _ in
            for (place, bytes) in zip(start..., entries) {
                guard let (number, manifest) = part else { break }
                guard let entry = try? LogEntry(parsing: bytes) else {
                    throw ArchiveFault.badRecord(place)
                }
                counts.take(entry)
                frontier.append(TreeHash(leaf: bytes))
                guard frontier.size == manifest.size else { continue }
                guard frontier == manifest.frontier else {
                    throw ArchiveFault.badRoot(part: number)
                }
                guard counts.list == manifest.counts else {
                    throw ArchiveFault.badCounts(part: number)
                }
                part = parts.next()
            }
            progress(start + UInt64(entries.count), published.size)
        }
        guard tree.root == published.root else { throw ArchiveFault.badCheckpoint }
        return published.size - last.size
    }
}
