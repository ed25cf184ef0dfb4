import TegataArchive
import TegataCrypto
import TegataSQLite
import TestSupport
import Testing

/// Archives that are as they were written.
@Suite struct ArchiveTests {
    @Test(arguments: [1, 2, 900, 5000])
    func `a register comes back record by record, with its keys`(_ count: Int) async throws {
        let world = try ArchiveWorld()
        try await world.grow(by: count, memo: 300)
        let part = try await world.part()
        #expect(part.file.count == Int(part.manifest.byteCount))
        #expect(try ArchiveManifest(parsing: part.text, from: world.profile) == part.manifest)
        let journal = InMemoryJournal()
        let restored = try await world.restorer([part]).restore(into: journal)
        #expect(await journal.head() == world.journal.head())
        let (old, new) = await (
            world.journal.records(from: 0, atMost: count), journal.records(from: 0, atMost: count)
        )
        #expect(old == new)
        #expect(restored.keys.register.publicKey == world.keys.register.publicKey)
        #expect(restored.keys.card.verifyingKey == world.keys.card.verifyingKey)
        #expect(restored.keys.log.publicKey == world.keys.log.publicKey)
        let report = try RestoreReport(parsing: restored.report, from: world.profile)
        #expect(report.size == UInt64(count) && report.root == part.manifest.root)
        #expect(report.counts.first?.rows == count - 1)
        #expect(report.manifest == part.manifest.digest && report.archive == world.key.id)
    }

    @Test func `chunks end where they end: a register of exactly some of them`() async throws {
        // The keys, and one record whose memo fills the chunk up to its last byte, and one more or less.
        let world = try ArchiveWorld()
        try await world.grow(by: 1, memo: 1)
        let small = try await world.part()
        let rest = ChunkSizes.chunk - (small.file.count - ChunkSizes.header - 16) + 1
        for (memo, chunks) in [
            (rest - 1, 1), (rest, 1), (rest + 1, 2), (rest + ChunkSizes.chunk, 2),
            (rest + ChunkSizes.chunk + 1, 3),
        ] {
            let world = try ArchiveWorld(keys: world.keys)
            try await world.grow(by: 1, memo: memo)
            let part = try await world.part()
            let sealed = part.file.count - ChunkSizes.header
            #expect((sealed + ChunkSizes.chunk + 15) / (ChunkSizes.chunk + 16) == chunks)
            #expect(await world.fault([part]) == nil)
        }
    }

    @Test func `a full part and small ones after it are one archive`() async throws {
        let world = try ArchiveWorld()
        var parts = [KeptPart]()
        for count in [100, 1, 7, 2000] {
            try await world.grow(by: count)
            parts.append(try await world.part(after: parts.last))
        }
        #expect(parts[1].file.count < 400, "one card on a thin line")
        #expect(parts.map(\.manifest.part) == [0, 1, 2, 3])
        #expect(parts[3].manifest.counts.first?.rows == 2107)
        let journal = InMemoryJournal()
        _ = try await world.restorer(parts).restore(into: journal)
        #expect(await journal.head() == world.journal.head())
        // Nothing new, no part.
        let none = try await world.archiver().write(
            world.journal, after: parts.last?.manifest
        ) { _ in Issue.record("nothing is written") }
        #expect(none == nil)
    }

    @Test func `files and SQLite: from one machine to another`() async throws {
        try await withFolder { folder in
            let world = try ArchiveWorld()
            try await world.grow(by: 3000, memo: 500)
            let file = ArchiveFile(at: folder + "/0000.tegata")
            let manifest = try await world.archiver().write(world.journal) {
                try await file.write($0)
            }
            try await file.finish()
            let text = try #require(manifest?.document)
            let journal = SQLiteJournal(at: folder + "/register.db")
            let source = ArchiveFile(at: folder + "/0000.tegata")
            let restorer = try Restorer(
                world.profile,
                parts: [.init(manifest: text) { try await source.read(atMost: $0) }],
                shares: world.shares, published: await world.journal.head().note)
            _ = try await restorer.restore(into: journal)
            #expect(try await journal.head() == world.journal.head())
            await #expect(throws: ArchiveFault.notEmpty) {
                try await restorer.restore(into: journal)
            }
            let missing = ArchiveFile(at: folder + "/other")
            await #expect(throws: ArchiveFault.storage("\(folder)/other cannot be read or written"))
            { try await missing.read(atMost: 1) }
        }
    }

    @Test func `a damaged register is found when it is archived, not when it is needed`()
        async throws
    {
        let world = try ArchiveWorld()
        try await world.grow(by: 20)
        let records = await world.journal.records(from: 0, atMost: 20)
        let head = await world.journal.head()
        var changed = records
        changed[7] = JournalRecord(
            entry: Wrong.flip(records[7].entry, 40), memo: records[7].memo)
        var unread = records
        unread[7] = JournalRecord(entry: [99], memo: [])
        for (copy, fault) in [
            (changed, ArchiveFault.badRoot(part: 0)), (unread, .badRecord(7)),
            (Array(records.dropLast()), .badRecord(19)),
        ] {
            let damaged = InMemoryJournal()
            try await damaged.append(copy, to: .empty, making: head)
            await #expect(throws: fault) {
                try await world.archiver().write(damaged) { _ in }
            }
        }
    }

    @Test func `P-256 keys, earlier keys and a council are kept too`() async throws {
        let seats = try Council.deal(sites: 3, threshold: 2)
        let old = P256.PrivateKey()
        let keys = IssuerKeys(
            card: .p256(P256.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey(), earlier: [.p256(old.publicKey)], council: seats[0].council)
        let world = try ArchiveWorld(keys: keys)
        try await world.grow(by: 3)
        var part = try await world.part()
        // One site alone has said nothing that counts.
        #expect(await world.fault([part]) == .badManifest(part: 0, .unauthorized))
        part.text = try countersigned(part.text, by: Array(seats[1...2]))
        let restored = try await world.restorer([part]).restore(into: InMemoryJournal())
        #expect(restored.keys.earlier == keys.earlier && restored.keys.council == keys.council)
        #expect(throws: Refusal.unauthorized) {
            try RestoreReport(parsing: restored.report, from: world.profile)
        }
        let report = try countersigned(restored.report, by: [seats[0], seats[2]])
        #expect(try RestoreReport(parsing: report, from: world.profile).size == 3)
    }
}

/// A file's measures, as the specification has them.
enum ChunkSizes {
    static let header = 94
    static let chunk = 1 << 18
}

/// A document that these sites agreed to.
func countersigned(_ document: String, by seats: [CouncilSeat]) throws -> String {
    // Two sites, because nonces cannot be in an array.
    let (first, second) = (seats[0], seats[1])
    let a = try first.begin()
    let b = try second.begin()
    let commitments = [a.commitment, b.commitment]
    let answers = [
        try a.sign(document, with: commitments), try b.sign(document, with: commitments),
    ]
    return try first.council.countersign(document, commitments: commitments, answers: answers)
}
