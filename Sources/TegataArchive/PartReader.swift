internal import TegataCrypto
internal import TegataProofs

/// Reads one part's file against its manifest, chunk by chunk: opens one while the records of the one before are used.
struct PartReader {
    private let manifest: ArchiveManifest
    private let source: Restorer.Source
    private let part: Int
    private let cipher: ChunkCipher
    private var chunk = 0
    private var opening: Task<[UInt8]?, Never>?
    private var buffer = [UInt8]()
    private var position = 0

    /// Reads the header.
    ///
    /// - Throws: `truncated`, `badHeader`, and what the source throws.
    init(
        _ manifest: ArchiveManifest, part: Int, secret: SecretScalar,
        from source: @escaping Restorer.Source
    ) async throws {
        self.manifest = manifest
        self.part = part
        self.source = source
        let bytes = try await Self.read(PartHeader.size, from: source)
        guard bytes.count == PartHeader.size else {
            throw ArchiveFault.truncated(part: part, chunk: 0)
        }
        guard SHA256.hash(bytes) == manifest.header, let header = try? PartHeader(parsing: bytes),
            header.archive == manifest.key.id, header.part == manifest.part,
            header.first == manifest.first
        else { throw ArchiveFault.badHeader(part: part) }
        cipher = header.cipher(secret)
        try await prefetch()
    }

    /// Exactly so many bytes, fewer only at the end.
    private static func read(_ count: Int, from source: Restorer.Source) async throws -> [UInt8] {
        var bytes = try await source(count)
        while bytes.count < count {
            let more = try await source(count - bytes.count)
            guard !more.isEmpty else { break }
            bytes += more
        }
        return bytes
    }

    private mutating func prefetch() async throws {
        guard chunk < manifest.chunkCount else {
            guard try await Self.read(1, from: source).isEmpty else {
                throw ArchiveFault.appended(part: part)
            }
            return
        }
        let (number, cipher) = (chunk, cipher)
        let isLast = number == manifest.chunkCount - 1
        let length = manifest.length(of: number)
        let sealed = try await Self.read(length, from: source)
        guard sealed.count == length else {
            throw ArchiveFault.truncated(part: part, chunk: number)
        }
        // The tag stands for the chunk in the manifest; with the tag the chunk is opened or it is not.
        guard sealed.suffix(AESGCM.tagByteCount).elementsEqual(manifest.tag(of: number)) else {
            throw ArchiveFault.badChunk(part: part, chunk: number)
        }
        opening = Task.detached { cipher.open(sealed, number: UInt64(number), isLast: isLast) }
        chunk += 1
    }

    /// Has the next chunk's bytes behind those that are left; `false` at the end.
    private mutating func more() async throws -> Bool {
        guard let opening else { return false }
        self.opening = nil
        let number = chunk - 1
        try await prefetch()
        guard let plain = await opening.value else {
            throw ArchiveFault.badChunk(part: part, chunk: number)
        }
        if position == buffer.count {
            buffer = plain
        } else {
            buffer.removeFirst(position)
            buffer += plain
        }
        position = 0
        return true
    }

    private mutating func ensure(_ count: Int) async throws -> Bool {
        while buffer.count - position < count {
            guard try await more() else { return false }
        }
        return true
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { position += count }
        return buffer[position..<position + count]
    }

    private mutating func number(of bytes: Int) async throws -> Int? {
        guard try await ensure(bytes) else { return nil }
        return take(bytes).reduce(0) { $0 << 8 | Int($1) }
    }

    /// The keys at the beginning; empty in a part that brings none, `nil` when there is no such beginning.
    mutating func keys() async throws -> [UInt8]? {
        guard let count = try await number(of: 4), count <= 1 << 20, try await ensure(count) else {
            return nil
        }
        return Array(take(count))
    }

    /// The next record; `nil` at the end.
    ///
    /// - Throws: `badRecord` with `number` when it is cut off, which a manifest that the issuer signed rules out.
    mutating func record(_ number: UInt64) async throws -> JournalRecord? {
        guard let entryCount = try await self.number(of: 2) else {
            guard position == buffer.count else { throw ArchiveFault.badRecord(number) }
            return nil
        }
        guard try await ensure(entryCount) else { throw ArchiveFault.badRecord(number) }
        let entry = Array(take(entryCount))
        guard let memoCount = try await self.number(of: 4), memoCount <= 1 << 24,
            try await ensure(memoCount)
        else { throw ArchiveFault.badRecord(number) }
        return JournalRecord(entry: entry, memo: Array(take(memoCount)))
    }
}
