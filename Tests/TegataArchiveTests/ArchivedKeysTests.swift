import TegataArchive
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// What the full part has beside the records: all that an issuer needs to go on, and the name of what is elsewhere.
@Suite struct ArchivedKeysTests {
    private func elsewhere(_ module: ModuleKey) throws -> ArchiveWorld {
        try ArchiveWorld(
            keys: IssuerKeys(
                card: .external(module), register: Secp256k1.PrivateKey(),
                log: Ed25519.PrivateKey(), earlier: [.p256(P256.PrivateKey().publicKey)]))
    }

    @Test func `what an issuer needs beside its keys comes back by name`() async throws {
        var world = try ArchiveWorld()
        world.others = ["attestor.key": [1, 2], "node.vault": [UInt8](repeating: 3, count: 9000)]
        try await world.grow(by: 2)
        let part = try await world.part()
        let restored = try await world.restorer([part]).restore(into: InMemoryJournal())
        #expect(restored.exposedOthers == world.others)
    }

    @Test(arguments: ["", ".hidden", "a/b", "A", "ä", String(repeating: "a", count: 65)])
    func `a name that is none is not archived`(_ name: String) async throws {
        var world = try ArchiveWorld()
        world.others = [name: [1]]
        try await world.grow(by: 2)
        await #expect(throws: ArchiveFault.badKeys) { try await world.part() }
    }

    @Test func `more than fits is not archived`() async throws {
        var world = try ArchiveWorld()
        try await world.grow(by: 2)
        world.others = ["a": [UInt8](repeating: 0, count: 1 << 20)]
        await #expect(throws: ArchiveFault.badKeys) { try await world.part() }
        world.others = .init(uniqueKeysWithValues: (0..<65).map { ("a\($0)", [1]) })
        await #expect(throws: ArchiveFault.badKeys) { try await world.part() }
    }

    @Test func `a part is not written under other keys than the first`() async throws {
        var world = try ArchiveWorld()
        try await world.grow(by: 2)
        let full = try await world.part()
        try await world.grow(by: 2)
        let rotated = IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: world.keys.register,
            log: world.keys.log, earlier: [world.keys.card.verifyingKey])
        for (keys, others) in [
            (rotated, [:]), (world.keys, ["node.vault": [1]]),
        ] as [(IssuerKeys, [String: [UInt8]])] {
            let archiver = Archiver(
                of: ArchiveWorld.issuer, keys: keys, others: others, to: world.key)
            await #expect(throws: ArchiveFault.keysChanged) {
                try await archiver.write(world.journal, after: full.manifest) { _ in }
            }
        }
        world.others = [:]
        let second = try await world.part(after: full)
        #expect(await world.fault([full, second]) == nil)
    }

    @Test func `a card key in a module is named, and the module at hand signs on`() async throws {
        let module = ModuleKey(key: Secp256k1.PrivateKey())
        let world = try elsewhere(module)
        try await world.grow(by: 3)
        let part = try await world.part()
        let restorer = try await world.restorer([part])
        let journal = InMemoryJournal()
        await #expect(throws: ArchiveFault.keyElsewhere) {
            try await restorer.restore(into: journal)
        }
        #expect(await journal.head() == .empty, "nothing was written")
        let restored = try await world.restorer([part]).restore(
            into: journal, signing: .external(module))
        #expect(restored.keys.card.verifyingKey == module.verifyingKey)
        #expect(restored.keys.earlier == world.keys.earlier)
        #expect(try RestoreReport(parsing: restored.report, from: world.profile).size == 3)
    }

    @Test func `without the module a new key signs, and the one before stays an earlier one`()
        async throws
    {
        let module = ModuleKey(key: Secp256k1.PrivateKey())
        let world = try elsewhere(module)
        try await world.grow(by: 3)
        let part = try await world.part()
        let new = SigningKey.secp256k1(Secp256k1.PrivateKey())
        let restored = try await world.restorer([part]).restore(
            into: InMemoryJournal(), signing: new)
        #expect(restored.keys.earlier == [module.verifyingKey] + world.keys.earlier)
        // Who has the old profile alone does not believe the new key.
        #expect(throws: Refusal.issuerUntrusted) {
            try RestoreReport(parsing: restored.report, from: world.profile)
        }
        let profile = Issuer(at: ArchiveWorld.issuer, keys: restored.keys).profile
        #expect(try RestoreReport(parsing: restored.report, from: profile).size == 3)
    }

    @Test func `a withdrawn key signs nothing again`() async throws {
        let withdrawn = Secp256k1.PrivateKey()
        let world = try ArchiveWorld(
            keys: IssuerKeys(
                card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
                log: Ed25519.PrivateKey(), withdrawn: [.secp256k1(withdrawn.publicKey)]))
        try await world.grow(by: 2)
        let part = try await world.part()
        let restorer = try await world.restorer([part])
        await #expect(throws: ArchiveFault.badKeys) {
            try await restorer.restore(into: InMemoryJournal(), signing: .secp256k1(withdrawn))
        }
    }
}
