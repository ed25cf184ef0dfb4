import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// A new ID card, or a lost phone: the card goes on, and nobody gets a second one (A82, A136).
@Suite struct RenewalTests {
    private struct Club {
        let world: PersonWorld
        let journal = InMemoryJournal()
        let issuer: Issuer
        let edition: OpenEdition
        let before = DemoIdentity(.jpkiP384)
        let after = DemoIdentity(.jpkiP384)
        let anna: Holder

        init(publishing directory: LogDirectory? = nil, isTransferable: Bool = false) async throws {
            world = try await PersonWorld.shared.value
            issuer = world.issuer(over: journal, publishing: directory)
            edition = try await issuer.open(
                Edition(
                    "renewed", limit: 20, nationalID: [.jpkiP384], isTransferable: isTransferable))
            anna = PersonWorld.holder("anna")
        }

        func card(_ holder: Holder, _ person: DemoIdentity) async throws -> Card {
            try holder.accept(
                try await issuer.issue(to: try await holder.request(edition, proving: person)),
                from: issuer.profile)
        }

        func lists() async throws -> PublicLists {
            PublicLists(try await issuer.register.current().book(edition.digest))
        }

        func entries() async -> [[UInt8]] {
            await journal.records(from: 0, atMost: 1000).map(\.entry)
        }
    }

    private func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await #expect(throws: IssuingError.refused(reason), name) { try await body() }
    }

    /// Shows a card by name and in the log, and the person behind it.
    private func show(
        _ card: Card, of holder: Holder, _ club: Club, _ person: DemoIdentity
    ) async throws -> Membership {
        var policy = VerifierPolicy.strict
        policy.requiresLogProof = true
        let door = Verifier(
            at: World.doorID, trusting: [club.issuer.profile], policy: policy, store: .inMemory(),
            clock: { World.now })
        let challenge = try await door.challenge(asking: [], personOf: club.edition)
        return try await door.verify(
            try await holder.present(
                card, revealing: [], to: challenge, proving: person, in: club.edition))
    }

    @Test func `a card goes on under a new ID card, and the old one gets no other (A136)`()
        async throws
    {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory)
            let card = try await club.card(club.anna, club.before)
            let old = try await club.lists()
            let message = try await club.anna.renew(
                card, of: club.edition, proving: club.after)
            let new = try club.anna.accept(
                try await club.issuer.renew(message), from: club.issuer.profile)
            #expect(new.serial == card.serial)
            let lists = try await club.lists()
            #expect(lists.persons.count == 1 && lists.persons != old.persons)
            #expect(lists.commitments.count == 1 && lists.commitments != old.commitments)
            // Twice is once.
            let again = try await club.issuer.renew(message)
            #expect(try club.anna.accept(again, from: club.issuer.profile).row == new.row)
            // The new person is the card's; the old card is dead, whoever stands behind it.
            _ = try await show(new, of: club.anna, club, club.after)
            await #expect(throws: Refusal.nationalIDInvalid) {
                _ = try await show(new, of: club.anna, club, club.before)
            }
            await #expect(throws: Refusal.revoked) {
                _ = try await show(card, of: club.anna, club, club.before)
            }
            // Neither ID card gets a second one, by no road there is.
            for person in [club.before, club.after] {
                let request = try await PersonWorld.holder("again").request(
                    club.edition, proving: person)
                await expect(.alreadyClaimed, "a new person") {
                    _ = try await club.issuer.issue(to: request)
                }
                await expect(.alreadyClaimed, "a group") {
                    _ = try await club.issuer.issue(
                        toAll: [
                            try await PersonWorld.holder("group").request(
                                club.edition, proving: person)
                        ])
                }
                let token = try await club.issuer.hold(in: club.edition, for: 60)
                let held = try await PersonWorld.holder("held").request(
                    club.edition, proving: person)
                await expect(.alreadyClaimed, "a kept place") {
                    _ = try await club.issuer.issue(to: held, holding: token)
                }
                try await club.issuer.release(hold: token, in: club.edition)
            }
            let back = try await PersonWorld.holder("back").request(
                club.edition, proving: club.before)
            await expect(.unauthorized, "the old one's card is gone") {
                _ = try await club.issuer.reissue(to: back)
            }
            let round = try await club.anna.renew(new, of: club.edition, proving: club.before)
            await expect(.alreadyClaimed, "back to the old one") {
                _ = try await club.issuer.renew(round)
            }
            // Another process that reads the same journal knows all of this.
            let other = club.world.issuer(over: club.journal)
            try await other.reopen()
            let book = try await other.register.current().book(club.edition.digest)
            #expect(book.earlier.count == 1 && book.persons.count == 1)
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.renewed == 1 && audited.active == 1 && audited.serials == 1)
            #expect("\(report)".contains("1 went on under new ID cards"))
        }
    }

    @Test func `nobody renews a card but whoever holds it and opens it (A129)`() async throws {
        let club = try await Club()
        let card = try await club.card(club.anna, club.before)
        let thief = PersonWorld.holder("thief")
        let theirs = try await club.card(thief, DemoIdentity(.jpkiP384))
        let fresh = DemoIdentity(.jpkiP384)
        let genuine = try await club.anna.renew(card, of: club.edition, proving: fresh)
        let parts = try JSON(parsing: Array(genuine.utf8))
        func message(_ request: String, _ renewal: String) -> String {
            JSON.object(["request": .string(request), "renewal": .string(renewal)]).text
        }
        let request = try #require(parts["request"]?.string)
        let renewal = try #require(parts["renewal"]?.string)
        // Another's request under this card's word, and this request under another's.
        let foreign = try await thief.request(club.edition, proving: DemoIdentity(.jpkiP384))
        await expect(.unauthorized, "another request") {
            _ = try await club.issuer.renew(message(foreign, renewal))
        }
        let own = try JSON(
            parsing: Array(
                try await thief.renew(theirs, of: club.edition, proving: fresh).utf8))
        let thiefs = try #require(own["renewal"]?.string)
        await expect(.unauthorized, "another card's word") {
            _ = try await club.issuer.renew(message(request, thiefs))
        }
        // The card's key signs, and what it signs does not open the card.
        var forged = try TokenForgery(renewal)
        let theirProof = try TokenForgery(thiefs).payload["proof"]
        forged.payload["proof"] = theirProof
        await expect(.holderBindingInvalid, "another card's opening") {
            _ = try await club.issuer.renew(
                message(request, forged.signed(by: .secp256k1(World.privateKey("anna")))))
        }
        // The thief says that it is about the first card.
        var claimed = try TokenForgery(thiefs)
        claimed.payload["serial"] = "1"
        await expect(.unauthorized, "a number of one's own choice") {
            _ = try await club.issuer.renew(
                message(request, claimed.signed(by: .secp256k1(World.privateKey("thief")))))
        }
        var late = try TokenForgery(renewal)
        late.payload["exp"] = "\(World.now - 1)"
        await expect(.expired, "an old word") {
            _ = try await club.issuer.renew(
                message(request, late.signed(by: .secp256k1(World.privateKey("anna")))))
        }
        for (name, text) in [("nothing", ""), ("no request", #"{"renewal":"x"}"#)] {
            await expect(.malformed, "\(name)") { _ = try await club.issuer.renew(text) }
        }
        // A person who has a card takes no other's; nothing was used up, and the genuine one passes.
        let taken = try await club.anna.renew(card, of: club.edition, proving: club.before)
        await expect(.alreadyClaimed, "the same person is a new phone, not a renewal") {
            _ = try await club.issuer.renew(taken)
        }
        #expect(
            try club.anna.accept(
                try await club.issuer.renew(genuine), from: club.issuer.profile
            ).serial == card.serial)
        await expect(.holderBindingInvalid, "what opens a card that is not in force any more") {
            _ = try await club.issuer.renew(
                message(foreign, renewal))
        }
        // A suspended card goes nowhere.
        try await club.issuer.setStatus(.suspended, of: theirs.serial.number, in: club.edition)
        let stopped = try await thief.renew(
            theirs, of: club.edition, proving: DemoIdentity(.jpkiP384))
        await expect(.suspended, "suspended") { _ = try await club.issuer.renew(stopped) }
    }

    @Test func `two renewals at once give one card`() async throws {
        let club = try await Club()
        let card = try await club.card(club.anna, club.before)
        var messages = [String]()
        for _ in 0..<6 {
            messages.append(
                try await club.anna.renew(
                    card, of: club.edition, proving: DemoIdentity(.jpkiP384)))
        }
        let issuer = club.issuer
        let done = await withTaskGroup(of: Bool.self) { group in
            for message in messages {
                group.addTask { (try? await issuer.renew(message)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(done == 1)
        #expect(Replays.finding(await club.entries(), club.issuer.profile) == nil)
    }

    @Test func `what a renewal kept back is free when the card is given away`() async throws {
        let club = try await Club(isTransferable: true)
        let card = try await club.card(club.anna, club.before)
        let new = try club.anna.accept(
            try await club.issuer.renew(
                try await club.anna.renew(card, of: club.edition, proving: club.after)),
            from: club.issuer.profile)
        let ben = PersonWorld.holder("ben")
        let request = try await ben.request(club.edition, proving: DemoIdentity(.jpkiP384))
        _ = try await club.issuer.transfer(club.anna.release(new, to: request), to: request)
        for person in [club.before, club.after] {
            _ = try await club.card(PersonWorld.holder("fresh"), person)
        }
        #expect(try await club.lists().persons.count == 3)
    }

    @Test func `the whole way of a lost phone: the old card is dead everywhere (A82)`()
        async throws
    {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory)
            let card = try await club.card(club.anna, club.before)
            for index in 0..<3 {
                _ = try await club.card(
                    PersonWorld.holder("crowd \(index)"), DemoIdentity(.jpkiP384))
            }
            let old = try await club.lists()
            // The old wallet's list is from before, and so is a renewal that it began.
            let begun = try await club.anna.renew(card, of: club.edition, proving: club.after)
            let phone = PersonWorld.holder("new phone")
            let request = try await phone.request(club.edition, proving: club.before)
            let new = try phone.accept(
                try await club.issuer.reissue(to: request), from: club.issuer.profile)
            #expect(new.serial == card.serial)
            let lists = try await club.lists()
            // The same person, another commitment: the old D is out of the active set.
            #expect(lists.persons == old.persons && lists.commitments != old.commitments)
            #expect(lists.commitments.count == old.commitments.count)
            #expect(Set(lists.commitments).subtracting(old.commitments).count == 1)
            // By name with the person, with the log proof, to a transfer, a return, a renewal: dead.
            await #expect(throws: Refusal.revoked) {
                _ = try await show(card, of: club.anna, club, club.before)
            }
            let gift = try await PersonWorld.holder("friend").request(
                club.edition, proving: DemoIdentity(.jpkiP384))
            await expect(.unauthorized, "passed on by the old phone") {
                _ = try await club.issuer.transfer(club.anna.release(card, to: gift), to: gift)
            }
            await #expect(throws: Refusal.unauthorized) {
                try await club.issuer.takeBack(club.anna.release(card))
            }
            await expect(.unauthorized, "renewed by the old phone") {
                _ = try await club.issuer.renew(begun)
            }
            // Anonymously: nobody opens the old commitment in the newest lists, and one in the old lists acts only in actions over those.
            let snapshot = try MemberSnapshot(
                parsing: try await club.issuer.publicLists(of: club.edition),
                from: club.issuer.profile)
            let inn = AnonymousVerifier(
                at: "https://inn.example", key: .secp256k1(World.privateKey("inn")),
                store: .inMemory(), nullifiers: .inMemory(), clock: { World.now })
            let action = try AnonymousAction(
                snapshot, number: 1, opens: World.now, closes: World.now + 60,
                purpose: ["en": "A vote"])
            let question = try await inn.challenge(for: action)
            #expect(throws: Refusal.typeMismatch) {
                try club.anna.answer(
                    question, with: card, from: inn.profile, among: snapshot, ofAtLeast: 1)
            }
            let answer = try phone.answer(
                question, with: new, from: inn.profile, among: snapshot, ofAtLeast: 1)
            _ = try await inn.verify(answer, for: action)
            // The new phone is the member, by name and at a kiosk with the ID card alone.
            _ = try await show(new, of: phone, club, club.before)
            let kiosk = Kiosk(at: "gate", key: World.privateKey("gate"), clock: { World.now })
            let door = Verifier(
                at: World.doorID, trusting: [club.issuer.profile], kiosks: [kiosk.publicKey],
                store: .inMemory(), clock: { World.now })
            let asked = try await door.challenge(asking: [], personOf: club.edition)
            let result = try await kiosk.check(
                asked, club.edition, lists: try await club.issuer.publicLists(of: club.edition),
                from: club.issuer.profile, proving: club.before)
            #expect(try await door.verify(kiosk: result).edition.id == "renewed")
            // The person's settlement is that of the new card, once.
            try await club.issuer.freezeSessions(of: club.edition, atLeast: 1)
            let list = try await club.issuer.sessions(of: club.edition, list: 0)
            for (holder, kept) in [(phone, new), (club.anna, card)] {
                try await club.issuer.settle(
                    try holder.settle(kept, in: list, from: club.issuer.profile, ofAtLeast: 1))
            }
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.active == 4 && audited.serials == 4 && audited.settled == 1)
        }
    }

    @Test func `members without a phone are declared, once, and counted apart`() async throws {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory)
            let card = try await club.card(club.anna, club.before)
            let kiosk = Kiosk(at: "desk", key: World.privateKey("desk"), clock: { World.now })
            let request = try await kiosk.request(club.edition, proving: DemoIdentity(.jpkiP384))
            _ = try await club.issuer.issue(to: request)
            #expect(
                try await club.issuer.declareMembersWithoutPhone(of: club.edition) == 1)
            #expect(
                try await club.issuer.declareMembersWithoutPhone(of: club.edition) == 0)
            try await club.issuer.freezeSessions(of: club.edition, atLeast: 1)
            let list = try await club.issuer.sessions(of: club.edition, list: 0)
            try await club.issuer.settle(
                try club.anna.settle(card, in: list, from: club.issuer.profile, ofAtLeast: 1))
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.active == 2 && audited.settled == 1 && audited.declared == 1)
            #expect("\(report)".contains("1 without a phone, on the issuer's word"))
            // Twice in the log is a finding; so is an exception that has no form.
            let entries = await club.entries()
            let declared = try #require(entries.first { $0[0] == 17 })
            #expect(
                Replays.finding(entries + [declared], club.issuer.profile)
                    == .entry(UInt64(entries.count), .badException))
            for content: [UInt8] in [[9] + declared[34...], [1] + declared[34...]] {
                let entry = Array(declared[..<33]) + content
                #expect(
                    Replays.finding(entries + [entry], club.issuer.profile)
                        != nil, "A134: no other content")
            }
        }
    }
}
