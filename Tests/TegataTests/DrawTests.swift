import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

@Suite struct DrawTests {
    private final class Watch: Sendable {
        private let time = Mutex(World.now)
        var now: Int64 { time.withLock { $0 } }
        func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }
    }

    private let keys = IssuerKeys.generate()
    private let seed = DrawSeed()
    private let watch = Watch()
    private let named = "the closing value of the test index on 2026-12-01, without separators"

    private func issuer(_ journal: some Journal, _ directory: LogDirectory? = nil) -> Issuer {
        let watch = watch
        return Issuer(
            at: World.club, keys: keys, log: journal, publishing: directory, identity: nil,
            store: .inMemory(), clock: { watch.now })
    }

    private func plan(_ limit: Limit) throws -> Edition {
        try Edition(
            "drawn", limit: limit, nationalID: [],
            draw: Draw(by: seed, and: named, closing: World.now + 100))
    }

    private func holder(_ number: Int) -> Holder {
        let watch = watch
        return Holder(
            key: .secp256k1(World.privateKey("entrant \(number)")), secret: [UInt8(number)],
            clock: { watch.now })
    }

    @Test func `anyone computes who won, and the winners hold just these serials`() async throws {
        try await withDirectory { directory in
            let issuer = issuer(InMemoryJournal(), directory)
            let edition = try await issuer.open(try plan(3))
            var entered = [(holder: Holder, request: String, entry: UInt64)]()
            for number in 0..<8 {
                let holder = holder(number)
                let request = try await holder.request(edition)
                let receipt = try await issuer.enter(request)
                let entry = try holder.entry(
                    of: request, from: receipt, profile: issuer.profile)
                // Once more is the same entry, and shows the same.
                let again = try await issuer.enter(request)
                #expect(
                    try holder.entry(of: request, from: again, profile: issuer.profile) == entry)
                entered.append((holder, request, entry))
            }
            // A receipt shows its own request, and no other.
            let receipt = try await issuer.enter(entered[0].request)
            #expect(throws: Refusal.logProofInvalid) {
                try entered[1].holder.entry(
                    of: entered[1].request, from: receipt, profile: issuer.profile)
            }
            await #expect(throws: IssuingError.refused(.notYetValid)) {
                try await issuer.issue(to: entered[0].request)
            }
            await #expect(throws: IssuingError.refused(.notYetValid)) {
                try await issuer.draw(edition, seed: seed, outcome: "38123")
            }
            watch.pass(101)
            let late = try await holder(9).request(edition)
            await #expect(throws: Refusal.expired) { try await issuer.enter(late) }
            await #expect(throws: IssuingError.refused(.unauthorized)) {
                try await issuer.draw(edition, seed: DrawSeed(), outcome: "38123")
            }
            #expect(try await issuer.draw(edition, seed: seed, outcome: "38123") == 3)
            #expect(try await issuer.draw(edition, seed: seed, outcome: "38123") == 3)
            await #expect(throws: IssuingError.refused(.conflict)) {
                try await issuer.draw(edition, seed: seed, outcome: "38124")
            }
            try await issuer.publishLists()
            let audit = try await Auditor(of: issuer.profile, in: directory).audit().editions[0]
            let draw = try #require(audit.draw)
            #expect(draw.outcome == "38123" && draw.randomness == named && draw.order.count == 8)
            #expect(audit.serials == 3 && "\(audit)".contains("drawn among 8"))
            for (holder, request, entry) in entered {
                let place = try #require(draw.order.firstIndex(of: entry))
                guard place < 3 else {
                    await #expect(throws: IssuingError.refused(.soldOut)) {
                        try await issuer.issue(to: request)
                    }
                    continue
                }
                let card = try holder.accept(
                    try await issuer.issue(to: request), from: issuer.profile)
                #expect(Int(card.serial.number) == place + 1)
            }
        }
    }

    @Test func `a draw that was interrupted goes on where it was`() async throws {
        let memory = InMemoryJournal()
        let journal = FailingJournal(memory)
        let first = issuer(journal)
        let edition = try await first.open(try plan(5))
        for number in 0..<5 { _ = try await first.enter(try await holder(number).request(edition)) }
        watch.pass(200)
        // The draw itself is written, and then the storage fails for good.
        journal.fail(.losesAnswer, .refuses(.unavailable("full")))
        await #expect(throws: IssuingError.refused(.unavailable)) {
            try await first.draw(edition, seed: seed, outcome: "7")
        }
        let second = issuer(memory)
        let again = try await second.open(try plan(5))
        #expect(try await second.draw(again, seed: seed, outcome: "7") == 5)
        #expect(await memory.head().size == 1 + 5 + 1 + 5)
    }

    @Test func `one entry a person, and places left over are first come`() async throws {
        let world = try await PersonWorld()
        let edition = try await world.issuer.open(
            Edition(
                "people", limit: 4, nationalID: [.jpkiP384],
                draw: Draw(by: seed, and: named, closing: World.now - 1)))
        let request = try await world.holder.request(edition, proving: world.identity)
        // Entries closed before they began.
        await #expect(throws: Refusal.expired) { try await world.issuer.enter(request) }
        #expect(try await world.issuer.draw(edition, seed: seed, outcome: "1") == 0)
        let card = try world.holder.accept(
            try await world.issuer.issue(
                to: try await world.holder.request(
                    edition, proving: world.identity)), from: world.issuer.profile)
        #expect(card.serial.number == 1)
        let open = try await world.issuer.open(
            Edition(
                "people-2", limit: 4, nationalID: [.jpkiP384],
                draw: Draw(by: seed, and: named, closing: World.now + 10)))
        _ = try await world.issuer.enter(
            try await world.holder.request(open, proving: world.identity))
        let twice = try await holder(1).request(open, proving: world.identity)
        await #expect(throws: Refusal.alreadyClaimed) { try await world.issuer.enter(twice) }
        let plain = try await world.holder.request(world.founders, proving: world.identity)
        await #expect(throws: Refusal.unsupported) { try await world.issuer.enter(plain) }
    }

    @Test func `an issuer that turns a draw is found out`() async throws {
        let edition = try plan(2)
        let digest = edition.digest(issuer: World.club)
        let text = try OpenEdition.announcement(
            of: edition, by: World.club, identity: nil, services: nil, signedBy: keys.card,
            at: World.now)
        let open = LogEntry.signed(.open, digest, text).encoded
        func entrant(_ number: UInt8) -> [UInt8] {
            LogEntry.entrant(digest, SHA256.hash([number])).encoded
        }
        func draw(_ seed: DrawSeed, _ entrants: Int, by key: SigningKey? = nil) throws -> [UInt8] {
            let bytes = try #require(FixedBytes<32>(seed.exposedRawRepresentation))
            let held = HeldDraw(
                issuer: World.club, edition: "drawn", seed: bytes, outcome: "1",
                entrants: entrants)
            return LogEntry.signed(.draw, digest, try held.signed(by: key ?? keys.card, at: 1))
                .encoded
        }
        let card = LogEntry.leaf(.card, digest, SHA256.hash([9])).encoded
        let two = [open, entrant(1), entrant(2)]
        let stranger = SigningKey.secp256k1(World.privateKey("stranger"))
        let honest = try draw(seed, 2)
        let cases: [(String, [[UInt8]], UInt64, AuditFinding.EntryFault)] = [
            ("a card before the draw", two + [card], 3, .badDraw),
            ("another seed", two + [try draw(DrawSeed(), 2)], 3, .badDraw),
            ("an entrant left out", two + [try draw(seed, 1)], 3, .badDraw),
            ("a stranger's draw", two + [try draw(seed, 2, by: stranger)], 3, .notSigned),
            ("an entrant after the draw", two + [honest, entrant(3)], 4, .badDraw),
            ("a second draw", two + [honest, try draw(seed, 2)], 4, .badDraw),
            ("more cards than places", two + [honest, card, card, card], 6, .beyondLimit),
        ]
        for (name, entries, number, fault) in cases {
            var replay = Replay(Issuer(at: World.club, keys: keys).profile)
            let found = #expect(throws: AuditFinding.self, "\(name)") {
                for (number, entry) in entries.enumerated() {
                    try replay.take(entry, number: UInt64(number))
                }
            }
            #expect(found == .entry(number, fault), "\(name)")
        }
    }

    @Test func `the order is what the specification says, and every place is as likely`() throws {
        let key = SHA256.hash(Array("draw".utf8))
        #expect(Draw.order(of: 0, by: key) == [] && Draw.order(of: 1, by: key) == [0])
        #expect(Draw.order(of: 8, by: key).sorted() == Array(0..<8))
        // The first of four is drawn first about a quarter of the time: 4,000 draws, five standard deviations.
        let firsts = (0..<4_000).count { number in
            Draw.order(of: 4, by: SHA256.hash(bigEndian(UInt64(number)))).first == 0
        }
        #expect(abs(firsts - 1_000) < 137)
    }
}
