import Foundation
import Synchronization
import Tegata
import TegataArchive
import TegataCrypto
import TegataSDJWT
import Testing

/// The drill: three sites, one is destroyed while it issues, custodians open the archive, and another goes on. Whatever moment the end comes
/// in, no card that a holder was told of is lost, and none exists twice.
@Suite struct DrillTests {
    /// A place outside of the site that keeps what arrives.
    private actor Vault {
        private(set) var parts = [KeptPart]()
        func keep(_ manifest: ArchiveManifest, _ file: [UInt8]) {
            parts.append(KeptPart(manifest: manifest, text: manifest.document, file: file))
        }
    }

    /// When the site ends, counted in what it does to disk and line.
    private final class Fate: Sendable {
        private let left: Mutex<Int>
        init(after count: Int) { left = Mutex(count) }

        /// - Throws: once the site is gone.
        func step() throws {
            try left.withLock { left in
                guard left > 0 else { throw Refusal.unavailable }
                left -= 1
            }
        }
    }

    /// The site's disk: before and after each write the end may come.
    private struct Disk: Journal {
        let base: InMemoryJournal
        let fate: Fate

        func head() async throws(JournalError) -> JournalHead { await base.head() }

        func records(
            from start: UInt64, atMost count: Int
        ) async throws(JournalError) -> [JournalRecord] {
            await base.records(from: start, atMost: count)
        }

        func append(
            _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
        ) async throws(JournalError) {
            do { try fate.step() } catch { throw .unavailable("gone") }
            try await base.append(records, to: old, making: new)
            do { try fate.step() } catch { throw .uncertain("gone") }
        }
    }

    private struct Asked: Sendable {
        let holder: Holder
        let request: String
        /// What the site that is gone had answered.
        var answer: String?
    }

    private let seats: [CouncilSeat]
    private let keys: IssuerKeys
    private let key: ArchiveKey
    private let shares: [ArchiveShare]

    init() throws {
        seats = try Council.deal(sites: 3, threshold: 2)
        keys = IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey(), council: seats[0].council)
        (key, shares) = try ArchiveKey.deal(custodians: 5, threshold: 3, by: keys)
    }

    private func issuer(
        _ journal: some Journal, at site: String, keys: IssuerKeys, in directory: LogDirectory,
        witnesses: Witnesses
    ) -> Issuer {
        Issuer(
            at: ArchiveWorld.issuer, keys: keys, log: journal, publishing: directory,
            witnesses: witnesses, site: site, identity: nil, store: .inMemory(),
            clock: { ArchiveWorld.now })
    }

    private func witnesses() throws -> Witnesses {
        let origin = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log).key
        return Witnesses(
            try ["a", "b", "c"].map { name in
                let signer = try NoteSigner(name: name, kind: .witness)
                let witness = try Witness(signer, of: [origin], store: InMemoryWitnessStore())
                return WitnessConnection(signer.key, witness, time: { 1 })
            })
    }

    // Each commit is a write, its end and two deliveries: the end comes before, within and after each of them.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 1000])
    func `a site is destroyed under load, and another goes on`(_ steps: Int) async throws {
        try await withFolder { folder in
            let (limit, people) = (8, 12)
            let publicFiles = LogDirectory(at: folder + "/public")
            let witnesses = try witnesses()
            // Before the storm: the full part is at both other sites.
            let base = InMemoryJournal()
            let calm = issuer(
                base, at: "tokyo", keys: keys, in: publicFiles, witnesses: witnesses)
            try await calm.relocate(
                try countersigned(try await calm.relocation(), by: [seats[0], seats[1]]))
            _ = try await calm.open(Edition("spring", limit: .cards(UInt32(limit)), nationalID: []))
            let vaults = [Vault(), Vault()]
            let archiver = Archiver(of: ArchiveWorld.issuer, keys: keys, to: key) {
                ArchiveWorld.now
            }
            var file = [UInt8]()
            let full = try #require(try await archiver.write(base) { file += $0 })
            for vault in vaults { await vault.keep(full, file) }

            // The storm.
            let fate = Fate(after: steps)
            let line = ThinLine(Disk(base: base, fate: fate), by: archiver, after: full) {
                manifest, file in
                for vault in vaults {
                    try fate.step()
                    await vault.keep(manifest, file)
                }
            }
            let tokyo = issuer(
                line, at: "tokyo", keys: keys, in: publicFiles, witnesses: witnesses)
            let edition = try #require(try await tokyo.reopen().first)
            let asked = try await ask(tokyo, edition, people)
            let told = asked.filter { $0.answer != nil }

            // Tokyo is gone. What is left: two vaults, the public files, five custodians of whom one lies.
            let published = try #require(try publicFiles.checkpoint()).encoded
            let lie = try ArchiveShare(
                rawRepresentation: Array(
                    shares[3].exposedRawRepresentation.dropLast(64)
                        + shares[2].exposedRawRepresentation.suffix(64)))
            var parts = [KeptPart]()
            for vault in vaults {
                let kept = await vault.parts
                if kept.count > parts.count { parts = kept }
            }
            parts[parts.count - 1].text = try countersigned(
                parts[parts.count - 1].text, by: [seats[1], seats[2]])
            let restorer = try Restorer(
                tokyo.profile, parts: parts.map(\.part),
                shares: [shares[0], lie, shares[2], shares[4]], published: published)
            #expect(restorer.badShares == [1])
            let journal = InMemoryJournal()
            let restored = try await restorer.restore(into: journal, at: ArchiveWorld.now)
            let report = try countersigned(restored.report, by: [seats[1], seats[2]])

            let osaka = issuer(
                journal, at: "osaka", keys: restored.keys, in: publicFiles, witnesses: witnesses)
            await #expect(throws: Refusal.unavailable) { try await osaka.reopen() }
            try await osaka.relocate(
                try countersigned(
                    try await osaka.relocation(after: report), by: [seats[1], seats[2]]))

            // Whoever was told of a card asks again and gets that card; the others get one while there are any.
            let reopened = try #require(try await osaka.reopen().first)
            var serials = [UInt32]()
            for person in told {
                let before = try person.holder.accept(
                    try #require(person.answer), from: osaka.profile)
                let again = try await osaka.issue(to: person.request)
                let after = try person.holder.accept(again, from: osaka.profile)
                #expect(after.serial == before.serial)
                #expect(try card(in: again) == card(in: try #require(person.answer)))
                serials.append(after.serial.number)
            }
            for person in asked where person.answer == nil {
                do {
                    let card = try await later(person, osaka, reopened)
                    serials.append(card.serial.number)
                } catch {
                    #expect(error as? Tegata.IssuingError == .refused(.soldOut))
                }
            }
            #expect(Set(serials).count == serials.count, "no card twice")
            #expect(Set(serials) == Set((1...UInt32(limit))), "all cards, and no more")
            if let first = told.first.flatMap(\.answer) {
                let card = try told[0].holder.accept(first, from: osaka.profile)
                try await osaka.setStatus(.revoked, of: card.serial.number, in: reopened)
            }
            try await check(osaka, publicFiles, report, people: limit, told: told.count)
        }
    }

    /// The card itself; the proof beside it is under a newer checkpoint.
    private func card(in answer: String) throws -> String? {
        try JSON(parsing: Array(answer.utf8))["card"]?.string
    }

    /// Everybody at once; who is not answered is not told.
    private func ask(
        _ issuer: Issuer, _ edition: OpenEdition, _ people: Int
    ) async throws -> [Asked] {
        var asked = [Asked]()
        for _ in 0..<people {
            let holder = newHolder()
            asked.append(Asked(holder: holder, request: try await holder.request(edition)))
        }
        return await withTaskGroup(of: Asked.self) { group in
            for person in asked {
                group.addTask {
                    var person = person
                    person.answer = try? await issuer.issue(to: person.request)
                    return person
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// A person who was told nothing: the same request, which the register may know, else a new one.
    private func later(
        _ person: Asked, _ issuer: Issuer, _ edition: OpenEdition
    ) async throws -> Card {
        if let known = try? await issuer.issue(to: person.request) {
            return try person.holder.accept(known, from: issuer.profile)
        }
        let request = try await person.holder.request(edition)
        return try person.holder.accept(try await issuer.issue(to: request), from: issuer.profile)
    }

    /// What a stranger finds: the log goes on from the report, the move is signed, the numbers are right.
    private func check(
        _ issuer: Issuer, _ directory: LogDirectory, _ report: String, people: Int, told: Int
    ) async throws {
        try await issuer.publishLists()
        let audit = try await Auditor(of: issuer.profile, in: directory).audit()
        #expect(audit.relocations.map(\.site) == ["tokyo", "osaka"])
        #expect(audit.relocations.map(\.isCouncils) == [true, true])
        let edition = try #require(audit.editions.first)
        #expect(edition.serials == UInt32(people))
        #expect(edition.active + edition.revoked == people)
        let said = try RestoreReport(parsing: report, from: issuer.profile)
        #expect(said.size == audit.relocations[1].entry && said.published <= said.size)
        #expect(said.counts.first.map { $0.rows >= told } == true)
        var tree = MerkleTree()
        try await LogReader(directory).extend(&tree, to: audit.checkpoint.size) { _, _, _ in }
        try said.verify(
            audit.checkpoint,
            by: try tree.consistencyProof(from: said.size, to: tree.size))
        #expect(throws: Refusal.logProofInvalid) {
            try said.verify(
                audit.checkpoint,
                by: try tree.consistencyProof(from: said.size - 1, to: tree.size))
        }
    }
}
