internal import TegataCrypto
internal import TegataProofs

/// Reads one part's file against its manifest, chunk by chunk: opens one while the records of the one before are used.
struct PartReader {
    private var file: PartFile
    private let part: Int
    private let chunkCount: Int
    private let cipher: ChunkCipher
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
        file = try await PartFile(manifest, part: part, from: source)
        self.part = part
        chunkCount = manifest.chunkCount
        cipher = file.header.cipher(secret)
        try await prefetch()
    }

    private mutating func prefetch() async throws {
        let (number, cipher) = (file.chunk, cipher)
        guard let sealed = try await file.next() else { return }
        let isLast = number == chunkCount - 1
        opening = Task.detached { cipher.open(sealed, number: UInt64(number), isLast: isLast) }
    }

    /// Has the next chunk's bytes behind those that are left; `false` at the end.
    private mutating func more() async throws -> Bool {
        guard let opening else { return false }
        self.opening = nil
        let number = file.chunk - 1
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
