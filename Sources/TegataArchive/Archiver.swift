internal import TegataCrypto

/// Writes an issuer's register into archives: all of it with the keys, or what came since the part before (Spec/archive.md).
///
/// It reads the journal while the issuer works and holds a few chunks of 256 KiB in memory, however long the register is. What it
/// writes it cannot read again: that takes the custodians.
public struct Archiver: Sendable {
    /// Takes the file's next bytes.
    public typealias Sink = (_ bytes: [UInt8]) async throws -> Void

    private let issuer: String
    private let keys: IssuerKeys
    private let others: [String: [UInt8]]
    private let key: ArchiveKey
    private let clock: @Sendable () -> Int64

    /// An archiver of this issuer's registers, sealing to `key`.
    ///
    /// - Parameters:
    ///   - issuer: its identifier.
    ///   - keys: what it signs with. A card key that lies in a module is named, and not kept.
    ///   - others: what else it needs to go on, by names of 1…64 of `a-z 0-9 . - _`: an attestor's key, a node's sealed file.
    ///   - key: what parts are sealed to.
    public init(
        of issuer: String, keys: IssuerKeys, others: [String: [UInt8]] = [:], to key: ArchiveKey
    ) {
        self.init(of: issuer, keys: keys, others: others, to: key) { SystemClock.now }
    }

    package init(
        of issuer: String, keys: IssuerKeys, others: [String: [UInt8]] = [:], to key: ArchiveKey,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.issuer = issuer
        self.keys = keys
        self.others = others
        self.key = key
        self.clock = clock
    }

    /// Writes a part.
    ///
    /// - Parameters:
    ///   - journal: the register.
    ///   - previous: the manifest of the part before; `nil` begins an archive, with the keys in it.
    ///   - progress: how many records of how many.
    ///   - sink: takes the file, from its beginning to its end.
    /// - Returns: the manifest; `nil` when there is nothing that the part before does not have.
    /// - Throws: `ArchiveFault.outOfOrder` when the part before is of another archive or another log, `keysChanged` when it follows a part
    ///   with other keys, `badKeys` for names and sizes that cannot be, `badRecord` and `badRoot` when the register is damaged; what
    ///   the journal and the sink throw.
    public func write(
        _ journal: some Journal, after previous: ArchiveManifest? = nil,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }, into sink: Sink
    ) async throws -> ArchiveManifest? {
        var random = SystemRandomness()
        return try await write(
            journal, after: previous, using: &random, progress: progress, into: sink)
    }

    package func write(
        _ journal: some Journal, after previous: ArchiveManifest?,
        using random: inout some Randomness,
        progress: (_ done: UInt64, _ of: UInt64) -> Void = { _, _ in }, into sink: Sink
    ) async throws -> ArchiveManifest? {
        let part = previous.map { $0.part + 1 } ?? 0
        guard previous.map({ $0.key == key && $0.issuer == issuer }) ?? true else {
            throw ArchiveFault.outOfOrder(part: Int(part))
        }
        let head = try await journal.head()
        var frontier = previous?.frontier ?? MerkleFrontier()
        guard head.size >= frontier.size, head.size > frontier.size || head.root == frontier.root
        else { throw ArchiveFault.outOfOrder(part: Int(part)) }
        let inside = try ArchivedKeys(keys, others: others).exposedJSON()
        let insideDigest = ArchivedKeys.digest(of: inside)
        // What restores this would go on with keys that nobody uses any more.
        guard previous.map({ $0.keys == insideDigest }) ?? true else {
            throw ArchiveFault.keysChanged
        }
        guard head.size > frontier.size else { return nil }
        var counts = EditionCounts(previous?.counts ?? [])
        let (header, cipher) = PartHeader.sealing(
            to: key, part: part, first: frontier.size, using: &random)
        try await sink(header.encoded)
        var writer = ChunkWriter(cipher)
        try await writer.append(keys: previous == nil ? inside : [], into: sink)
        while frontier.size < head.size {
            let records = try await journal.records(
                from: frontier.size, atMost: Int(min(1024, head.size - frontier.size)))
            guard !records.isEmpty else { throw ArchiveFault.badRecord(frontier.size) }
            for record in records {
                guard let entry = try? LogEntry(parsing: record.entry) else {
                    throw ArchiveFault.badRecord(frontier.size)
                }
                counts.take(entry)
                frontier.append(TreeHash(leaf: record.entry))
                try await writer.append(record, into: sink)
            }
            progress(frontier.size, head.size)
        }
        // A journal that is not what its head says would be found out at the restore, which is too late.
        guard frontier.root == head.root else { throw ArchiveFault.badRoot(part: Int(part)) }
        try await writer.finish(into: sink)
        return try ArchiveManifest(
            .init(
                issuer: issuer, time: clock(), key: key, keys: insideDigest, previous: previous,
                frontier: frontier,
                checkpoint: head.note, counts: counts.list,
                byteCount: UInt64(PartHeader.size) + writer.byteCount,
                header: SHA256.hash(header.encoded), tags: writer.tags),
            signedBy: keys)
    }
}

/// Cuts what is appended into chunks, and seals one while the next is being filled.
struct ChunkWriter {
    private let cipher: ChunkCipher
    private var buffer = [UInt8]()
    private var number: UInt64 = 0
    private var sealing: Task<[UInt8], Never>?
    private(set) var tags = [UInt8]()
    private(set) var byteCount: UInt64 = 0

    init(_ cipher: ChunkCipher) { self.cipher = cipher }

    /// Length 4 ‖ keys; a part that brings none has the length alone.
    mutating func append(keys: [UInt8], into sink: Archiver.Sink) async throws {
        buffer += bigEndian(UInt32(keys.count)) + keys
        try await cut(into: sink)
    }

    /// Length 2 ‖ entry ‖ length 4 ‖ memo.
    mutating func append(_ record: JournalRecord, into sink: Archiver.Sink) async throws {
        let (entry, memo) = (record.entry.count, record.memo.count)
        buffer.append(UInt8(truncatingIfNeeded: entry >> 8))
        buffer.append(UInt8(truncatingIfNeeded: entry))
        buffer += record.entry
        for shift in [24, 16, 8, 0] { buffer.append(UInt8(truncatingIfNeeded: memo >> shift)) }
        buffer += record.memo
        if buffer.count > ChunkCipher.size { try await cut(into: sink) }
    }

    /// Seals whole chunks. One that is full is kept until more comes, since it may be the last.
    private mutating func cut(into sink: Archiver.Sink) async throws {
        while buffer.count > ChunkCipher.size {
            let rest = Array(buffer[ChunkCipher.size...])
            buffer.removeLast(rest.count)
            let chunk = buffer
            buffer = []
            buffer.reserveCapacity(ChunkCipher.size + (1 << 16))
            buffer += rest
            try await seal(chunk, isLast: false, into: sink)
        }
    }

    private mutating func seal(
        _ chunk: [UInt8], isLast: Bool, into sink: Archiver.Sink
    ) async throws {
        let (cipher, number) = (cipher, number)
        let next = Task.detached { cipher.seal(chunk, number: number, isLast: isLast) }
        self.number += 1
        try await write(into: sink)
        sealing = next
    }

    private mutating func write(into sink: Archiver.Sink) async throws {
        guard let sealed = await sealing?.value else { return }
        sealing = nil
        tags += sealed.suffix(AESGCM.tagByteCount)
        byteCount += UInt64(sealed.count)
        try await sink(sealed)
    }

    mutating func finish(into sink: Archiver.Sink) async throws {
        try await seal(buffer, isLast: true, into: sink)
        try await write(into: sink)
    }
}
