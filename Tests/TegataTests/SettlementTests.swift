import Foundation
import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Sessions frozen in lists, and indexes proven to come from one of them (Spec/settlement.md).
@Suite struct SettlementTests {
    /// An issuer with a log of its own, so that what stands in it can be counted.
    private struct Club {
        let journal = InMemoryJournal()
        let world: PersonWorld
        let issuer: Issuer
        let edition: OpenEdition

        init(publishing directory: LogDirectory? = nil) async throws {
            world = try await PersonWorld.shared.value
            issuer = Self.issuer(world, journal, directory)
            edition = try await issuer.open(
                Edition("settled", limit: 50, nationalID: [.jpkiP384]))
        }

        static func issuer(
            _ world: PersonWorld, _ journal: InMemoryJournal, _ directory: LogDirectory? = nil
        ) -> Issuer {
            Issuer(
                at: World.club,
                keys: IssuerKeys(
                    card: world.issuerKey, register: World.privateKey("club register"),
                    log: World.logKey),
                log: journal, publishing: directory, identity: world.services, store: .inMemory(),
                clock: { World.now })
        }

        func holder(_ seed: String) -> Holder {
            Holder(
                key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
                clock: { World.now })
        }

        func card(_ holder: Holder, _ person: DemoIdentity) async throws -> Card {
            let request = try await holder.request(edition, proving: person)
            return try holder.accept(
                try await issuer.issue(to: request), from: issuer.profile)
        }

        func entries() async -> [[UInt8]] {
            await journal.records(from: 0, atMost: 1000).map(\.entry)
        }

        /// What a replay of these entries finds, if anything.
        func finding(_ entries: [[UInt8]]) -> AuditFinding? {
            Replays.finding(entries, issuer.profile)
        }
    }

    @Test func `cards that were issued at once are settled, and an audit counts them`()
        async throws
    {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory)
            let names = ["a", "b", "c", "d"]
            var cards = [(Holder, Card)]()
            for name in names {
                let holder = club.holder(name)
                cards.append((holder, try await club.card(holder, DemoIdentity(.jpkiP384))))
            }
            let (first, card) = cards[0]
            await #expect(throws: Refusal.notYetValid) {
                try await club.issuer.freezeSessions(of: club.edition)
            }
            await #expect(throws: Refusal.notYetValid) {
                _ = try await club.issuer.sessions(of: club.edition, list: 0)
            }
            #expect(
                try await club.issuer.freezeSessions(of: club.edition, atLeast: 4) == 0)
            #expect(try await club.issuer.frozenCount(of: club.edition) == 1)
            let list = try await club.issuer.sessions(of: club.edition, list: 0)
            let profile = club.issuer.profile
            #expect(throws: Refusal.limitExceeded) {
                _ = try first.settle(card, in: list, from: profile)
            }
            for (holder, card) in cards.dropLast() {
                let settlement = try holder.settle(card, in: list, from: profile, ofAtLeast: 4)
                try await club.issuer.settle(settlement)
                let size = await club.entries().count
                try await club.issuer.settle(settlement)
                #expect(await club.entries().count == size, "twice is once")
            }
            try await club.issuer.publishLists()
            let report = try await Auditor(of: profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.active == 4 && audited.sessions == 4 && audited.settled == 3)
            #expect("\(report)".contains("3 of them from 4 attested sessions"))

            // A card that comes later waits for the next list, and so does the same person's on another phone.
            let late = club.holder("late")
            let lateCard = try await club.card(late, DemoIdentity(.jpkiP384))
            #expect(throws: Refusal.notYetValid) {
                _ = try late.settle(lateCard, in: list, from: profile, ofAtLeast: 1)
            }
            // Another process goes on where this one stopped.
            let other = Club.issuer(club.world, club.journal)
            _ = try await other.open(club.edition.edition)
            #expect(try await other.freezeSessions(of: club.edition, atLeast: 1) == 1)
            let second = try await other.sessions(of: club.edition, list: 1)
            try await other.settle(
                try late.settle(lateCard, in: second, from: profile, ofAtLeast: 1))
            #expect(club.finding(await club.entries()) == nil)
        }
    }

    @Test func `a wallet settles only in lists that its own witnesses have seen`() async throws {
        let world = try await PersonWorld.shared.value
        let keys = IssuerKeys(
            card: world.issuerKey, register: World.privateKey("club register"), log: World.logKey)
        let log = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log).key
        let signer = try NoteSigner(name: "w.example", kind: .witness)
        let stranger = try NoteSigner(name: "v.example", kind: .witness).key
        let witness = try Witness(signer, of: [log], store: InMemoryWitnessStore())
        let issuer = Issuer(
            at: World.club, keys: keys,
            witnesses: Witnesses([
                WitnessConnection(signer.key) { body in
                    let answer = await witness.addCheckpoint(Array(body.utf8), at: 1)
                    return (answer.status, Array(answer.body.utf8))
                }
            ]), identity: world.services, store: .inMemory(), clock: { World.now })
        let edition = try await issuer.open(
            Edition("witnessed", limit: 5, nationalID: [.jpkiP384]))
        let holder = PersonWorld.holder("witnessed")
        let request = try await holder.request(edition, proving: DemoIdentity(.jpkiP384))
        let card = try holder.accept(
            try await issuer.issue(to: request), from: issuer.profile)
        try await issuer.freezeSessions(of: edition, atLeast: 1)
        let list = try await issuer.sessions(of: edition, list: 0)
        // The log's key alone signed one that nobody else saw: for this wallet that is no list.
        for (keys, quorum) in [([stranger], 1), ([signer.key, stranger], 2), ([], 1)] {
            #expect(throws: Refusal.logProofInvalid) {
                _ = try holder.settle(
                    card, in: list, from: issuer.profile, ofAtLeast: 1, witnesses: keys,
                    quorum: quorum)
            }
        }
        let settlement = try holder.settle(
            card, in: list, from: issuer.profile, ofAtLeast: 1,
            witnesses: [signer.key, stranger], quorum: 1)
        try await issuer.settle(settlement)
        let deposit = try await holder.deposit(for: edition, proving: DemoIdentity(.jpkiP384))
        try await issuer.take(deposit: deposit.message)
        try await issuer.freezeSessions(of: edition, atLeast: 1)
        let next = try await issuer.sessions(of: edition, list: 1)
        await #expect(throws: Refusal.logProofInvalid) {
            _ = try await holder.request(
                edition, from: deposit, in: next, profile: issuer.profile, ofAtLeast: 1,
                witnesses: [stranger], quorum: 1)
        }
        _ = try await holder.request(
            edition, from: deposit, in: next, profile: issuer.profile, ofAtLeast: 1,
            witnesses: [signer.key], quorum: 1)
    }

    @Test func `neither log nor journal joins a session with a card`() async throws {
        let club = try await Club()
        let holder = club.holder("quiet")
        let request = try await holder.request(club.edition, proving: DemoIdentity(.jpkiP384))
        let card = try holder.accept(
            try await club.issuer.issue(to: request), from: club.issuer.profile)
        let parameters = try #require(club.edition.identity)
        let shown = try IssuanceRequest(
            parsing: CardRequest(parsing: request).binding, attestors: parameters.attestors,
            keys: parameters.keys)
        let base = shown.session.token.body.blinded.base.encoded
        func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
            bytes.indices.contains { bytes[$0...].starts(with: part) }
        }
        for record in await club.journal.records(from: 0, atMost: 100) {
            #expect(!contains(record.entry, base) && !contains(record.memo, base))
        }
        try await club.issuer.freezeSessions(of: club.edition, atLeast: 1)
        let list = try await club.issuer.sessions(of: club.edition, list: 0)
        try await club.issuer.settle(
            try holder.settle(card, in: list, from: club.issuer.profile, ofAtLeast: 1))
        let entries = await club.entries()
        #expect(entries.filter { contains($0, base) }.count == 1, "in the list")
        let row = try Row(parsing: card.row, issuer: club.issuer.profile.registerKey)
        let index = row.index.encoded
        let withIndex = entries.filter { contains($0, index) }
        #expect(withIndex.count == 1 && !contains(withIndex[0], base))
        // Only the register's own key opens what a memo has.
        let state = try #require(
            await club.journal.records(from: 1, atMost: 1).first)
        let memo = try RegisterMemo(parsing: state.memo, beside: state.entry, kind: .card)
        guard case .card(let kept) = memo else { throw Refusal.malformed }
        #expect(throws: Refusal.unavailable) {
            try SessionSeal(World.privateKey("another")).open(
                kept.session, in: club.edition.digest)
        }
        #expect(throws: Refusal.unavailable) {
            try SessionSeal(World.privateKey("club register")).open(
                kept.session, in: EditionDigest())
        }
    }

    @Test func `a deposited session gives a card that not even the issuer can match`()
        async throws
    {
        let club = try await Club()
        let (issuer, edition) = (club.issuer, club.edition)
        let people = (0..<3).map { _ in DemoIdentity(.jpkiP384) }
        let holders = (0..<3).map { club.holder("deposit \($0)") }
        var deposits = [Deposit]()
        for (holder, person) in zip(holders, people) {
            let deposit = try await holder.deposit(for: edition, proving: person)
            try await issuer.take(deposit: deposit.message)
            await #expect(throws: Refusal.replayed) {
                try await issuer.take(deposit: deposit.message)
            }
            deposits.append(try Deposit(parsing: deposit.encoded))
        }
        let late = try await holders[0].deposit(for: edition, proving: people[0])
        try await issuer.freezeSessions(of: edition, atLeast: 3)
        let list = try await issuer.sessions(of: edition, list: 0)
        await #expect(throws: Refusal.notYetValid) {
            _ = try await holders[0].request(
                edition, from: late, in: list, profile: issuer.profile, ofAtLeast: 1)
        }
        await #expect(throws: Refusal.limitExceeded) {
            _ = try await holders[0].request(
                edition, from: deposits[0], in: list, profile: issuer.profile)
        }
        // A wallet that has another's deposit has nothing.
        await #expect(throws: Refusal.notYetValid) {
            _ = try await holders[1].request(
                edition, from: deposits[0], in: list, profile: issuer.profile, ofAtLeast: 1)
        }
        let request = try await holders[0].request(
            edition, from: deposits[0], in: list, profile: issuer.profile, ofAtLeast: 3)
        let card = try holders[0].accept(try await issuer.issue(to: request), from: issuer.profile)
        #expect(card.serial.number == 1)
        // The same person, at once or from another deposit, has a card.
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            _ = try await issuer.issue(
                to: try await holders[0].request(edition, proving: people[0]))
        }
        let settlement = try holders[0].settle(
            deposits[0], in: list, from: issuer.profile, ofAtLeast: 3)
        try await issuer.settle(settlement)
        // Nobody without a card is settled.
        let early = try holders[1].settle(
            deposits[1], in: list, from: issuer.profile, ofAtLeast: 3)
        await #expect(throws: Refusal.unauthorized) { try await issuer.settle(early) }
        #expect(club.finding(await club.entries()) == nil)
        // Another key cannot use the request's proof: it is about the one that signed.
        let genuine = try CardRequest(parsing: request)
        let thief = SigningKey.secp256k1(World.privateKey("thief"))
        let stolen = try CardRequest(
            audience: genuine.audience, edition: genuine.edition,
            nonce: try await issuer.nonce(for: genuine.edition), expires: genuine.expires,
            wallet: genuine.wallet, list: genuine.list, binding: genuine.binding,
            key: thief.verifyingKey
        ).signed(by: thief)
        await #expect(throws: IssuingError.refused(.nationalIDInvalid)) {
            _ = try await issuer.issue(to: stolen)
        }
    }

    @Test func `what is not about these sessions is refused`() async throws {
        let club = try await Club()
        let holder = club.holder("x")
        let card = try await club.card(holder, DemoIdentity(.jpkiP384))
        _ = try await club.card(club.holder("y"), DemoIdentity(.jpkiP384))
        try await club.issuer.freezeSessions(of: club.edition, atLeast: 2)
        let list = try await club.issuer.sessions(of: club.edition, list: 0)
        let profile = club.issuer.profile
        let genuine = try holder.settle(card, in: list, from: profile, ofAtLeast: 2)
        let settled = try SettledIndex.read(genuine).settled
        // The issuer's side.
        for place in stride(from: 0, to: settled.proof.count, by: 41) {
            var proof = settled.proof
            proof[place] ^= 4
            let spoilt = SettledIndex(list: 0, person: settled.person, proof: proof)
            await #expect(throws: Refusal.self) {
                try await club.issuer.settle(spoilt.message(edition: "settled"))
            }
        }
        for (text, reason) in [
            (settled.message(edition: "another"), Refusal.typeMismatch),
            (
                SettledIndex(list: 1, person: settled.person, proof: settled.proof)
                    .message(edition: "settled"), .notYetValid
            ),
            ("{}", .malformed), (genuine + "x", .malformed),
        ] {
            await #expect(throws: reason) { try await club.issuer.settle(text) }
        }
        // The wallet's side: a list that is not in the log, or has a session changed, hides nobody.
        let message = try JSON(parsing: Array(list.utf8))
        let part = try #require(message["parts"]?.array?.first)
        let proof = try #require(part["proof"])
        var entry = try #require(part["entry"]).bytes()
        entry[entry.count - 1] ^= 1
        let changed = JSON.object([
            "edition": "settled", "list": .whole(0),
            "parts": [["entry": .bytes(entry), "proof": proof]],
        ]).text
        #expect(throws: Refusal.logProofInvalid) {
            _ = try holder.settle(card, in: changed, from: profile, ofAtLeast: 1)
        }
        let empty = JSON.object(["edition": "settled", "list": .whole(0), "parts": []]).text
        #expect(throws: Refusal.malformed) {
            _ = try holder.settle(card, in: empty, from: profile, ofAtLeast: 1)
        }
    }

    @Test func `an issuer that lists or settles what it likes is found out`() async throws {
        let club = try await Club()
        let names = ["p", "q", "r"]
        var settlements = [String]()
        var cards = [(Holder, Card)]()
        for name in names {
            let holder = club.holder(name)
            cards.append((holder, try await club.card(holder, DemoIdentity(.jpkiP384))))
        }
        try await club.issuer.freezeSessions(of: club.edition, atLeast: 3)
        let list = try await club.issuer.sessions(of: club.edition, list: 0)
        for (holder, card) in cards {
            settlements.append(
                try holder.settle(card, in: list, from: club.issuer.profile, ofAtLeast: 3))
        }
        for settlement in settlements { try await club.issuer.settle(settlement) }
        let honest = await club.entries()
        #expect(honest.count == 8 && club.finding(honest) == nil)
        let sessions = 4
        func with(_ number: Int, _ change: (inout [UInt8]) -> Void) -> [[UInt8]] {
            var entries = honest
            change(&entries[number])
            return entries
        }
        // Whatever byte of an announced session is another one.
        for place in stride(from: 33, to: honest[sessions].count, by: 31) {
            let finding = club.finding(with(sessions) { $0[place] ^= 1 })
            #expect(finding == .entry(4, .badSessions), "\(place)")
        }
        #expect(
            club.finding(with(sessions) { $0.removeLast() }) == .entry(4, .badSessions))
        #expect(
            club.finding(honest[..<5] + [honest[4]] + honest[5...]) == .entry(5, .badSessions),
            "the same list again")
        // An index with another's proof, one twice, one before its list.
        #expect(
            club.finding(
                with(5) { $0.replaceSubrange(35..<68, with: honest[6][35..<68]) })
                == .entry(6, .badSettlement))
        var foreign = with(5) { $0[100] ^= 1 }
        #expect(club.finding(foreign) == .entry(5, .badSettlement))
        foreign = with(6) { $0.replaceSubrange(68..., with: honest[5][68...]) }
        #expect(club.finding(foreign) == .entry(6, .badSettlement))
        #expect(
            club.finding(honest + [honest[7]]) == .entry(8, .badSettlement))
        #expect(
            club.finding(honest[..<4] + [honest[5]] + honest[4...]) == .entry(4, .badSettlement))
    }

    @Test func `a list takes several entries, and all of them`() async throws {
        let sessions = (0..<250).map { [UInt8](repeating: UInt8($0), count: 574) }
        let parts = SessionPart.split(sessions, list: 3)
        #expect(
            parts.map(\.count) == [114, 114, 22] && parts.map(\.isLast) == [false, false, true])
        #expect(parts.allSatisfy { $0.content.count + 33 <= 0xffff })
        for part in parts {
            let read = try SessionPart(parsing: part.content)
            #expect(read.content == part.content)
        }
        for content in [
            [], [0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 2, 9], [0, 0, 0, 1, 0, 1, 0, 1, 9],
            [0, 0, 0x10, 1, 0, 0, 0, 1, 9], [0, 0, 0, 1, 0, 0, 0, 0, 9],
        ] as [[UInt8]] {
            #expect(throws: Refusal.malformed) { try SessionPart(parsing: content) }
        }
    }
}
