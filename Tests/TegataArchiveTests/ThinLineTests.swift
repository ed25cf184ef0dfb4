import Synchronization
import Tegata
import TegataArchive
import TegataCrypto
import Testing

/// Nobody is told what no other place has.
@Suite struct ThinLineTests {
    private actor Vault {
        private(set) var parts = [KeptPart]()
        private(set) var isUp = true

        func set(_ isUp: Bool) { self.isUp = isUp }

        func keep(_ manifest: ArchiveManifest, _ file: [UInt8]) throws {
            guard isUp else { throw Refusal.unavailable }
            parts.append(KeptPart(manifest: manifest, text: manifest.document, file: file))
        }
    }

    @Test func `while the line is down nobody is answered, and what was written goes out first`()
        async throws
    {
        let world = try ArchiveWorld()
        let base = InMemoryJournal()
        func issuer(_ journal: some Journal) -> Issuer {
            Issuer(
                at: ArchiveWorld.issuer, keys: world.keys, log: journal, identity: nil,
                store: .inMemory(), clock: { ArchiveWorld.now })
        }
        _ = try await issuer(base).open(Edition("spring", limit: 10, nationalID: []))
        let vault = Vault()
        var file = [UInt8]()
        let full = try #require(try await world.archiver().write(base) { file += $0 })
        try await vault.keep(full, file)
        let line = ThinLine(base, by: world.archiver(), after: full) { manifest, file in
            try await vault.keep(manifest, file)
        }
        let issuer = issuer(line)
        let edition = try #require(try await issuer.reopen().first)
        let holder = newHolder()
        let first = try await holder.request(edition)
        let second = try await holder.request(edition)
        _ = try await issuer.issue(to: first)
        #expect(await vault.parts.count == 2)

        await vault.set(false)
        await #expect(throws: Tegata.IssuingError.refused(.unavailable)) {
            try await issuer.issue(to: second)
        }
        guard case .storage(let reason)? = await issuer.fault else {
            Issue.record("the operator is not told")
            return
        }
        #expect(reason.contains("thin line"))
        // It is on the disk here, and nowhere else.
        #expect(await base.head().size == 3)
        #expect(await vault.parts.count == 2)

        await vault.set(true)
        let card = try holder.accept(try await issuer.issue(to: second), from: issuer.profile)
        #expect(card.serial.number == 2)
        #expect(await line.delivered.size == 3)
        let parts = await vault.parts
        #expect(parts.map(\.manifest.part) == [0, 1, 2])
        let restored = InMemoryJournal()
        _ = try await world.restorer(parts, published: await base.head().note)
            .restore(into: restored)
        #expect(await restored.head() == base.head())
    }

    @Test func `without the line, what came after the last part is not restored over (A89)`()
        async throws
    {
        let world = try ArchiveWorld()
        try await world.grow(by: 100)
        let part = try await world.part()
        try await world.grow(by: 7)
        // The log shows that seven cards are missing; their memos were nowhere else.
        #expect(
            await world.fault([part]) == .rolledBack(archived: 100, published: 107))
    }

    @Test func `many askers at once make one line of parts`() async throws {
        let world = try ArchiveWorld()
        try await world.grow(by: 10)
        let full = try await world.part()
        try await world.grow(by: 10)
        let vault = Vault()
        let line = ThinLine(world.journal, by: world.archiver(), after: full.manifest) {
            manifest, file in
            try await vault.keep(manifest, file)
        }
        let sizes = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<20 { group.addTask { try await line.head().size } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(sizes == [20])
        #expect(await vault.parts.map(\.manifest.part) == [1])
    }
}
