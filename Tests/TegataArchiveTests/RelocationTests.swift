import Tegata
import TegataArchive
import TegataCrypto
import TegataSDJWT
import Testing

/// A register that moves: who writes, who does not any more, and what a stranger sees of it.
@Suite struct RelocationTests {
    private let keys = IssuerKeys.generate()

    private func issuer(
        _ journal: some Journal, at site: String? = nil, keys: IssuerKeys? = nil,
        publishing directory: LogDirectory? = nil, witnesses: Witnesses = .none
    ) -> Issuer {
        Issuer(
            at: ArchiveWorld.issuer, keys: keys ?? self.keys, log: journal,
            publishing: directory, witnesses: witnesses, site: site, identity: nil,
            store: .inMemory(), clock: { ArchiveWorld.now })
    }

    private func card(_ issuer: Issuer, _ edition: OpenEdition) async throws {
        let holder = newHolder()
        _ = try await issuer.issue(to: try await holder.request(edition))
    }

    @Test func `over one journal the old site is fenced by its next look at it`() async throws {
        let journal = InMemoryJournal()
        let tokyo = issuer(journal)
        let edition = try await tokyo.open(Edition("spring", limit: 10, nationalID: []))
        try await card(tokyo, edition)
        let osaka = issuer(journal, at: "osaka")
        // A site with a name writes nothing before the log says that it is there.
        await #expect(throws: Refusal.unavailable) { try await osaka.reopen() }
        #expect(await osaka.fault == .elsewhere(nil))
        try await osaka.relocate(try await osaka.relocation())
        await #expect(throws: Tegata.IssuingError.refused(.unavailable)) {
            try await card(tokyo, edition)
        }
        #expect(await tokyo.fault == .elsewhere("osaka"))
        #expect("\(RegisterFault.elsewhere("osaka"))".contains("osaka"))
        // Neither reading: a list of statuses that it signs from here on would be an old one. Nor after a start.
        await #expect(throws: Refusal.unavailable) { try await tokyo.statusList() }
        await #expect(throws: Refusal.unavailable) { try await issuer(journal).reopen() }
        let reopened = try #require(try await osaka.reopen().first)
        try await card(osaka, reopened)
        // And back again.
        let home = issuer(journal, at: "tokyo")
        try await home.relocate(try await home.relocation())
        await #expect(throws: Tegata.IssuingError.refused(.unavailable)) {
            try await card(osaka, reopened)
        }
        try await card(home, try #require(try await home.reopen().first))
        #expect(await journal.head().size == 6)
    }

    @Test func `without anything shared, witnesses cosign one of two sites`() async throws {
        let origin = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log).key
        let witnesses = try ["a", "b", "c"].map { name in
            let signer = try NoteSigner(name: name, kind: .witness)
            let witness = try Witness(signer, of: [origin], store: InMemoryWitnessStore())
            return WitnessConnection(signer.key, witness, time: { 1 })
        }
        let old = InMemoryJournal()
        let tokyo = issuer(old, witnesses: Witnesses(witnesses))
        let edition = try await tokyo.open(Edition("spring", limit: 10, nationalID: []))
        // The copy that the other site has got somehow.
        let copy = InMemoryJournal()
        let head = await old.head()
        try await copy.append(
            await old.records(from: 0, atMost: 10), to: .empty, making: head)
        let osaka = issuer(copy, at: "osaka", witnesses: Witnesses(witnesses))
        try await osaka.relocate(try await osaka.relocation())
        await #expect(throws: Tegata.IssuingError.refused(.unavailable)) {
            try await card(tokyo, edition)
        }
        #expect(await tokyo.fault == .witnesses(signed: 0, needed: 2))
        try await card(osaka, try #require(try await osaka.reopen().first))
    }

    @Test func `auditor and monitor follow a move, and see a second log`() async throws {
        try await withFolder { folder in
            let directory = LogDirectory(at: folder + "/public")
            let journal = InMemoryJournal()
            let tokyo = issuer(journal, publishing: directory)
            let edition = try await tokyo.open(Edition("spring", limit: 10, nationalID: []))
            try await card(tokyo, edition)
            let copy = InMemoryJournal()
            let head = await journal.head()
            try await copy.append(
                await journal.records(from: 0, atMost: 10), to: .empty, making: head)
            let policy = try LogPolicy(log: tokyo.profile.logKey)
            let monitor = LogMonitor(
                LogReader(directory), by: policy, keeping: LogDirectory(at: folder + "/seen"))
            #expect(try await monitor.poll().checkpoint.size == 2)

            let osaka = issuer(journal, at: "osaka", publishing: directory)
            try await osaka.relocate(try await osaka.relocation())
            try await card(osaka, try #require(try await osaka.reopen().first))
            try await osaka.publishLists()
            #expect(try await monitor.poll().checkpoint.size == 4)
            let report = try await Auditor(of: osaka.profile, in: directory).audit()
            #expect(report.relocations.map(\.site) == ["osaka"])
            #expect(report.relocations.first?.entry == 2)
            #expect("\(report)".contains("moved to osaka at entry 2, signed by the issuer alone"))
            #expect(report.japanese.contains("osaka へ移転"))

            // The old site goes on with its own copy, where nothing stops it: the monitor has both signatures.
            let elsewhere = LogDirectory(at: folder + "/old")
            let ghost = issuer(copy, publishing: elsewhere)
            let opened = try #require(try await ghost.reopen().first)
            for _ in 0..<3 { try await card(ghost, opened) }
            let second = LogMonitor(
                LogReader(elsewhere), by: policy, keeping: LogDirectory(at: folder + "/seen"))
            let alarm = await #expect(throws: LogMonitor.Alarm.self) { try await second.poll() }
            #expect(alarm?.kind == .rewritten && alarm?.files.count == 2)
        }
    }

    @Test func `a move counts in one place of one log, once, at the site that it names`()
        async throws
    {
        let journal = InMemoryJournal()
        let tokyo = issuer(journal, at: "tokyo")
        await #expect(throws: Refusal.unsupported) { try await issuer(journal).relocation() }
        await #expect(throws: Refusal.unsupported) {
            try await issuer(journal, at: String(repeating: "x", count: 65)).relocation()
        }
        let first = try await tokyo.relocation()
        try await tokyo.relocate(first)
        // The same document again, and at another site.
        await #expect(throws: Refusal.conflict) { try await tokyo.relocate(first) }
        let osaka = issuer(journal, at: "osaka")
        await #expect(throws: Refusal.conflict) { try await osaka.relocate(first) }
        // One that the log has left behind: back at the first site meanwhile.
        let stale = try await osaka.relocation()
        try await osaka.relocate(try await osaka.relocation())
        try await tokyo.relocate(try await tokyo.relocation())
        await #expect(throws: Refusal.conflict) { try await osaka.relocate(stale) }
        // A stranger's, and one for another log.
        let stranger = issuer(InMemoryJournal(), at: "osaka", keys: .generate())
        let foreign = try await stranger.relocation()
        await #expect(throws: Refusal.issuerUntrusted) { try await osaka.relocate(foreign) }
        let other = try await issuer(InMemoryJournal(), at: "osaka").relocation()
        await #expect(throws: Refusal.conflict) { try await osaka.relocate(other) }
        for text in ["", "x", first + "~AAAA", first + " "] {
            await #expect(throws: Refusal.self) { try await osaka.relocate(text) }
        }
        #expect(await journal.head().size == 3)
    }

    @Test func `with a council one site alone cannot move the register`() async throws {
        let seats = try Council.deal(sites: 3, threshold: 2)
        let keys = IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey(), council: seats[0].council)
        try await withFolder { folder in
            let directory = LogDirectory(at: folder)
            let osaka = issuer(InMemoryJournal(), at: "osaka", keys: keys, publishing: directory)
            let document = try await osaka.relocation()
            let asked = try Relocation(proposed: document, from: osaka.profile)
            #expect(asked.site == "osaka" && asked.number == 1 && asked.size == 0)
            await #expect(throws: Refusal.unauthorized) { try await osaka.relocate(document) }
            let others = try Council.deal(sites: 3, threshold: 2)
            let forged = try countersigned(document, by: others)
            await #expect(throws: Refusal.signatureInvalid) { try await osaka.relocate(forged) }
            // The council's signature of another document.
            let another = try countersigned("another", by: seats)
            await #expect(throws: Refusal.signatureInvalid) {
                try await osaka.relocate(document + another.dropFirst("another".count))
            }
            try await osaka.relocate(try countersigned(document, by: [seats[2], seats[0]]))
            let profile = try IssuerProfile(parsing: osaka.profile.encoded)
            #expect(profile.council == seats[0].council)
            let report = try await Auditor(of: profile, in: directory).audit()
            #expect(report.relocations.map(\.isCouncils) == [true])
            #expect("\(report)".contains("enough of its sites"))
            // An auditor who knows no council, or another one, does not believe it.
            let plain = issuer(
                InMemoryJournal(),
                keys: IssuerKeys(card: keys.card, register: keys.register, log: keys.log))
            await #expect(throws: AuditFinding.entry(0, .badRelocation)) {
                try await Auditor(of: plain.profile, in: directory).audit()
            }
        }
    }

    @Test func `a site that answers wrongly is named, and so is one that does not answer`()
        throws
    {
        let seats = try Council.deal(sites: 4, threshold: 2)
        let council = seats[0].council
        let a = try seats[0].begin()
        let b = try seats[2].begin()
        let commitments = [a.commitment, b.commitment]
        let good = try a.sign("moved to osaka", with: commitments)
        // It was shown another document than the others.
        let bad = try b.sign("moved to nowhere", with: commitments)
        #expect(throws: CouncilFault.badAnswer(site: 3)) {
            try council.countersign(
                "moved to osaka", commitments: commitments, answers: [good, bad])
        }
        #expect(throws: CouncilFault.missing(site: 3)) {
            try council.countersign("moved to osaka", commitments: commitments, answers: [good])
        }
        #expect(throws: CouncilFault.refused(.unauthorized)) {
            try council.countersign(
                "moved to osaka", commitments: [commitments[0]], answers: [good])
        }
        #expect(throws: CouncilFault.refused(.malformed)) {
            try council.countersign("moved to osaka", commitments: commitments, answers: ["AA"])
        }
        #expect("\(seats[0])" == "<secret seat 1 of 4>")
        let raw = seats[0].exposedRawRepresentation
        #expect(
            try CouncilSeat(council: council, number: 1, rawRepresentation: raw).number == 1)
        #expect(throws: Refusal.unauthorized) {
            try CouncilSeat(council: council, number: 2, rawRepresentation: raw)
        }
        #expect(throws: Refusal.malformed) {
            try CouncilSeat(council: council, number: 1, rawRepresentation: [1])
        }
        #expect(throws: Refusal.malformed) { try Council.deal(sites: 2, threshold: 3) }
        #expect(throws: Refusal.malformed) { try Council(parsing: [3, 2]) }
        #expect(try Council(parsing: council.encoded) == council)
    }
}
