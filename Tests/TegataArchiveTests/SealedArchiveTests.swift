import Tegata
import TegataArchive
import TegataCrypto
import TestSupport
import Testing

/// What anybody sees of an archive who cannot open it.
@Suite struct SealedArchiveTests {
    private let world: ArchiveWorld
    private let full: KeptPart
    private let more: KeptPart

    init() async throws {
        world = try ArchiveWorld()
        try await world.grow(by: 700, memo: 900)
        full = try await world.part()
        try await world.grow(by: 3)
        more = try await world.part(after: full)
    }

    private func check(_ parts: [KeptPart]) async throws {
        try await SealedArchive(of: world.profile, parts: parts.map(\.part)).checkFiles()
    }

    @Test func `files are looked at without a share, and what is wrong has a name`() async throws {
        try await check([full, more])
        let chunk = ChunkSizes.chunk + 16
        for (parts, fault) in [
            ([full.changed { $0[60] ^= 1 }, more], ArchiveFault.badHeader(part: 0)),
            (
                [full.changed { $0[ChunkSizes.header + 2 * chunk - 1] ^= 1 }, more],
                .badChunk(part: 0, chunk: 1)
            ),
            ([full, more.changed { $0.removeLast() }], .truncated(part: 1, chunk: 0)),
            ([full, more.changed { $0.append(0) }], .appended(part: 1)),
            ([more], .outOfOrder(part: 0)), ([], .outOfOrder(part: 0)),
        ] {
            await #expect(throws: fault) { try await check(parts) }
        }
    }

    @Test func `the log is counted again up to each part, and what came later is the gap`()
        async throws
    {
        let archive = try SealedArchive(of: world.profile, parts: [full.part, more.part])
        try await withFolder { folder in
            try await publish(in: folder)
            #expect(try await archive.compare(with: LogReader(LogDirectory(at: folder))) == 0)
            try await world.grow(by: 2)
            try await publish(in: folder)
            #expect(try await archive.compare(with: LogReader(LogDirectory(at: folder))) == 2)
        }
    }

    @Test func `a log of other entries, another's, and one that ends early`() async throws {
        let archive = try SealedArchive(of: world.profile, parts: [full.part, more.part])
        func fault(_ other: ArchiveWorld) async throws -> ArchiveFault? {
            var found: ArchiveFault?
            try await withFolder { folder in
                try await other.publish(in: folder)
                found = await #expect(throws: ArchiveFault.self) {
                    _ = try await archive.compare(with: LogReader(LogDirectory(at: folder)))
                }
            }
            return found
        }
        // The same keys signed a second log.
        let fork = try ArchiveWorld(keys: world.keys)
        try await fork.grow(by: 10)
        #expect(try await fault(fork) == .forked(size: 10))
        try await fork.grow(by: 1, seed: "other")
        try await fork.grow(by: 700)
        #expect(try await fault(fork) == .badRoot(part: 0))
        let stranger = try ArchiveWorld()
        try await stranger.grow(by: 800)
        #expect(try await fault(stranger) == .badCheckpoint)
    }

    private func publish(in folder: String) async throws { try await world.publish(in: folder) }
}

extension ArchiveWorld {
    /// Writes the public log's files.
    fileprivate func publish(in folder: String) async throws {
        let head = await journal.head()
        let records = await journal.records(from: 0, atMost: Int(head.size))
        var tree = MerkleTree()
        for record in records { tree.append(TreeHash(leaf: record.entry)) }
        try await LogDirectory(at: folder).publish(tree, from: 0, note: head.note) { range in
            records[Int(range.lowerBound)..<Int(range.upperBound)].map(\.entry)
        }
    }
}
