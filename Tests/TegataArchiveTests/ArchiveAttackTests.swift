import TegataArchive
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Archives that somebody changed, mixed or kept back; each is named.
@Suite struct ArchiveAttackTests {
    private let world: ArchiveWorld

    init() throws { world = try ArchiveWorld(custodians: 3, threshold: 2) }

    @Test func `every single byte of a file is watched`() async throws {
        try await world.grow(by: 2, memo: 8)
        let part = try await world.part()
        let file = Rereadable(part.file)
        let restorer = try Restorer(
            world.profile, parts: [.init(manifest: part.text) { await file.read($0) }],
            shares: world.shares, published: await world.journal.head().note)
        _ = try await restorer.restore(into: InMemoryJournal())
        for index in part.file.indices {
            await file.begin(Wrong.flip(part.file, index))
            let expected: ArchiveFault =
                index < ChunkSizes.header ? .badHeader(part: 0) : .badChunk(part: 0, chunk: 0)
            await #expect(throws: expected, "byte \(index)") {
                try await restorer.restore(into: InMemoryJournal())
            }
        }
    }

    @Test func `every single byte of a manifest is watched`() async throws {
        try await world.grow(by: 1, memo: 0)
        let part = try await world.part()
        let text = Array(part.text.utf8)
        for index in text.indices {
            let spoilt = String(decoding: Wrong.flip(text, index), as: UTF8.self)
            #expect(throws: Refusal.self, "byte \(index)") {
                try ArchiveManifest(parsing: spoilt, from: world.profile)
            }
        }
        for other in [
            "", ".", part.text + ".", part.text + "~", part.text + "~AA", "~" + part.text,
        ] {
            guard
                case .badManifest(part: 0, _) = await world.fault(
                    [part.saying(other)], shares: world.shares)
            else {
                Issue.record("\(other.prefix(20))")
                continue
            }
        }
    }

    @Test func `chunks that were changed, swapped, left out or added are named`() async throws {
        try await world.grow(by: 900, memo: 1000)
        let part = try await world.part()
        let sealed = ChunkSizes.chunk + 16
        let start = ChunkSizes.header
        let chunks = (part.file.count - start + sealed - 1) / sealed
        #expect(chunks == 4)
        func fault(_ change: (inout [UInt8]) -> Void) async -> ArchiveFault? {
            await world.fault([part.changed(change)], shares: world.shares)
        }
        for chunk in 0..<chunks {
            let end = min(start + (chunk + 1) * sealed, part.file.count)
            for index in [start + chunk * sealed, start + chunk * sealed + 1000, end - 17, end - 1]
            {
                #expect(await fault { $0[index] ^= 1 } == .badChunk(part: 0, chunk: chunk))
            }
        }
        let (first, second) = (start..<start + sealed, start + sealed..<start + 2 * sealed)
        #expect(
            await fault { $0 = Wrong.swap($0, first, second) } == .badChunk(part: 0, chunk: 0))
        #expect(await fault { $0.removeSubrange(second) } == .badChunk(part: 0, chunk: 1))
        #expect(
            await fault { $0.insert(contentsOf: $0[second], at: second.upperBound) }
                == .badChunk(part: 0, chunk: 2))
        #expect(await fault { $0.removeLast() } == .truncated(part: 0, chunk: 3))
        #expect(
            await fault { $0.removeLast($0.count - start - sealed) }
                == .truncated(part: 0, chunk: 1))
        #expect(await fault { $0.removeLast($0.count - 50) } == .truncated(part: 0, chunk: 0))
        #expect(await fault { $0 = [] } == .truncated(part: 0, chunk: 0))
        #expect(await fault { $0.append(0) } == .appended(part: 0))
        #expect(await fault { $0 += $0 } == .appended(part: 0))
    }

    @Test func `parts of two archives, or in another order, are named`() async throws {
        try await world.grow(by: 10)
        let full = try await world.part()
        try await world.grow(by: 3)
        let second = try await world.part(after: full)
        try await world.grow(by: 3)
        let third = try await world.part(after: second)
        func fault(_ parts: [KeptPart]) async -> ArchiveFault? {
            await world.fault(parts, shares: world.shares)
        }
        #expect(await fault([full, second, third]) == nil)
        #expect(await fault([full, third]) == .outOfOrder(part: 1))
        #expect(await fault([second, third]) == .outOfOrder(part: 0))
        #expect(await fault([full, third, second]) == .outOfOrder(part: 1))
        #expect(await fault([full, full, third]) == .outOfOrder(part: 1))
        #expect(await fault([]) == .outOfOrder(part: 0))
        // The same records in an archive of other custodians, and in a second one of the same.
        let other = try ArchiveKey.deal(custodians: 3, threshold: 2, by: world.keys)
        let foreign = try await world.part(to: other.key)
        #expect(await fault([full, second, foreign]) == .outOfOrder(part: 2))
        #expect(
            await fault([foreign]) == .tooFewShares(good: 0, needed: 2, bad: [0, 1, 2]))
        let again = try await world.part()
        #expect(await fault([again, second, third]) == .outOfOrder(part: 1))
        // Another part's file under this part's manifest.
        #expect(
            await fault([full, second.changed { $0 = third.file }, third])
                == .badHeader(part: 1))
        #expect(
            await fault([again.changed { $0 = full.file }]) == .badHeader(part: 0))
        // A part cannot follow one of another archive.
        await #expect(throws: ArchiveFault.outOfOrder(part: 1)) {
            try await world.part(after: foreign)
        }
    }

    @Test func `an older archive is not restored over a newer log (A89)`() async throws {
        try await world.grow(by: 10)
        let full = try await world.part()
        let early = await world.journal.head().note
        try await world.grow(by: 5)
        let late = await world.journal.head().note
        let fault = ArchiveFault.rolledBack(archived: 10, published: 15)
        #expect(await world.fault([full], shares: world.shares, published: late) == fault)
        #expect("\(fault)".contains("bring the newer parts"))
        let second = try await world.part(after: full)
        for published in [early, late] {
            #expect(
                await world.fault([full, second], shares: world.shares, published: published)
                    == nil)
        }
        // A log of as many other entries.
        let other = try ArchiveWorld(keys: world.keys)
        try await other.grow(by: 12, memo: 1)
        let root = SHA256.hash([5])
        let forked = try world.checkpoint(12, root)
        #expect(
            await world.fault([full, second], shares: world.shares, published: forked)
                == .forked(size: 12))
        // A stranger's checkpoint, and none.
        let stranger = try ArchiveWorld()
        for published in [try stranger.checkpoint(3, root), "", late + "x"] {
            #expect(
                await world.fault([full, second], shares: world.shares, published: published)
                    == .badCheckpoint)
        }
    }

    @Test func `an archive that lies about what it has is named`() async throws {
        try await world.grow(by: 10)
        let part = try await world.part()
        func signed(_ change: (inout JSONObject) -> Void) throws -> KeptPart {
            let payload = try CompactJWS(parsing: part.text, types: ["tegata-archive+jwt"])
                .verified(by: world.keys.card.verifyingKey)
            var changed = payload
            change(&changed)
            return part.saying(try world.keys.sign(.object(changed), type: "tegata-archive+jwt"))
        }
        func replacing(_ name: String, _ value: JSON) throws -> KeptPart {
            try signed { payload in
                var others: JSONObject = [name: value]
                for member in payload.members where member.name != name {
                    others.add(member.name, member.value)
                }
                payload = others
            }
        }
        let edition = Base64URL.encode(SHA256.hash([1]).array)
        let other = await world.journal.head()
        let cases: [(KeptPart, ArchiveFault)] = [
            // One card fewer than there are: the register would be incomplete and nobody would know.
            (
                try replacing("counts", [[.string(edition), 8, 8, 0, 0, 0]]), .badCounts(part: 0)
            ),
            (try replacing("counts", []), .badCounts(part: 0)),
            (try replacing("size", 8), .badManifest(part: 0, .malformed)),
            // As many peaks as ten records have: they would give the root, and the log has signed another size.
            (try replacing("size", 9), .badManifest(part: 0, .logProofInvalid)),
            (try replacing("root", .string(edition)), .badManifest(part: 0, .malformed)),
            (try replacing("first", 1), .badManifest(part: 0, .malformed)),
            (try replacing("part", 1), .badManifest(part: 0, .malformed)),
            (try replacing("bytes", 94), .badManifest(part: 0, .malformed)),
            // Keys that are not those inside.
            (try replacing("keys", .string(edition)), .badKeys),
            (try replacing("keys", "AA"), .badManifest(part: 0, .malformed)),
            (try replacing("tags", "AA"), .badManifest(part: 0, .malformed)),
            (try replacing("iss", "https://other.example"), .badManifest(part: 0, .typeMismatch)),
            (
                try replacing("checkpoint", .string(try world.checkpoint(9, other.root))),
                .badManifest(part: 0, .logProofInvalid)
            ),
        ]
        for (number, (spoilt, fault)) in cases.enumerated() {
            #expect(await world.fault([spoilt], shares: world.shares) == fault, "\(number)")
        }
        // Keys of somebody else inside.
        let stranger = try ArchiveWorld()
        let inside = Archiver(of: ArchiveWorld.issuer, keys: stranger.keys, to: world.key)
        var file = [UInt8]()
        let made = try #require(try await inside.write(world.journal) { file += $0 })
        let relabelled = try CompactJWS(parsing: made.document, types: ["tegata-archive+jwt"])
            .verified(by: stranger.keys.card.verifyingKey)
        let text = try world.keys.sign(.object(relabelled), type: "tegata-archive+jwt")
        #expect(
            await world.fault(
                [KeptPart(manifest: made, text: text, file: file)], shares: world.shares)
                == .badKeys)
    }

    @Test func `a journal that was half filled does not start`() async throws {
        try await world.grow(by: 3000, memo: 200)
        let part = try await world.part()
        let journal = InMemoryJournal()
        let restorer = try await world.restorer(
            [part.changed { $0[$0.count - 1] ^= 1 }], shares: world.shares)
        await #expect(throws: ArchiveFault.self) { try await restorer.restore(into: journal) }
        let head = await journal.head()
        #expect(head.size > 0 && head.note.isEmpty)
        let issuer = Issuer(at: ArchiveWorld.issuer, keys: world.keys, log: journal)
        await #expect(throws: Refusal.unavailable) { try await issuer.reopen() }
    }
}

/// A file that is read again and again, each time with something else in it.
private actor Rereadable {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func begin(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
