internal import TegataCrypto

/// One part's file against its manifest, without opening it: the header, then sealed chunks, each with the tag that the manifest names.
struct PartFile {
    private let manifest: ArchiveManifest
    private let source: Restorer.Source
    private let part: Int
    let header: PartHeader
    /// The chunk that comes next.
    private(set) var chunk = 0

    /// Reads the header.
    ///
    /// - Throws: `truncated`, `badHeader`, and what the source throws.
    init(
        _ manifest: ArchiveManifest, part: Int, from source: @escaping Restorer.Source
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
        self.header = header
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

    /// The next chunk as it is sealed; `nil` at the end, where the file must end too.
    ///
    /// - Throws: `truncated`, `badChunk`, `appended`, and what the source throws.
    mutating func next() async throws -> [UInt8]? {
        guard chunk < manifest.chunkCount else {
            guard try await Self.read(1, from: source).isEmpty else {
                throw ArchiveFault.appended(part: part)
            }
            return nil
        }
        let length = manifest.length(of: chunk)
        let sealed = try await Self.read(length, from: source)
        guard sealed.count == length else {
            throw ArchiveFault.truncated(part: part, chunk: chunk)
        }
        // The tag stands for the chunk in the manifest; with the tag the chunk is opened or it is not.
        guard sealed.suffix(AESGCM.tagByteCount).elementsEqual(manifest.tag(of: chunk)) else {
            throw ArchiveFault.badChunk(part: part, chunk: chunk)
        }
        chunk += 1
        return sealed
    }
}
