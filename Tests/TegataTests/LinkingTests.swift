import Synchronization
import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Cards of a club and of a school: that they are one person's, for one verifier, one question and one purpose (Spec/linking.md).
@Suite struct LinkingTests {
    /// Two issuers, two people with a card of each, and a clinic.
    struct Town: Sendable {
        static let school = "https://school.example"

        let club: PersonWorld
        let school: PersonWorld
        let alice: Person
        let bob: Person

        static let shared = Task { try await Town() }

        struct Person: Sendable {
            let identity = DemoIdentity(.jpkiP384)
            let phone: Holder
            let club: Card
            let school: Card

            init(_ name: String, _ club: PersonWorld, _ school: PersonWorld) async throws {
                phone = PersonWorld.holder(name)
                self.club = try await club.card(identity, for: phone).card
                self.school = try await school.card(identity, for: phone).card
            }
        }

        init() async throws {
            club = try await PersonWorld()
            school = try await PersonWorld(at: Self.school)
            alice = try await Person("alice", club, school)
            bob = try await Person("bob", club, school)
        }

        func clinic(_ id: String = "https://clinic.example") -> LinkVerifier {
            LinkVerifier(
                Verifier(
                    at: id, trusting: [club.issuer.profile, school.issuer.profile],
                    store: .inMemory(), clock: { World.now }),
                key: .secp256k1(World.privateKey(id)))
        }

        func members(of world: PersonWorld) async throws -> MemberSnapshot {
            try MemberSnapshot(
                parsing: try await world.issuer.publicLists(of: world.founders),
                from: world.issuer.profile)
        }

        static let purpose = ["en": "School health check", "ja": "学校健診"]

        var shown: Link {
            get throws {
                try Link(
                    .shown(club.founders, asking: ["tier"]), .shown(school.founders, asking: []),
                    purpose: Self.purpose)
            }
        }

        func hidden() async throws -> Link {
            try Link(
                .hidden(try await members(of: club)), .hidden(try await members(of: school)),
                purpose: Self.purpose)
        }

        /// Both of this person's cards, as this link asks for them.
        func cards(
            _ person: Person, for link: Link
        ) -> (LinkedCard, LinkedCard) {
            func card(_ asked: Link.Asked, _ card: Card, _ world: PersonWorld) -> LinkedCard {
                switch asked {
                case .shown(_, let claims):
                    .shown(card, revealing: claims, in: world.founders)
                case .hidden(let members):
                    .hidden(in: world.founders, among: members, ofAtLeast: 2)
                }
            }
            return (card(link.first, person.club, club), card(link.second, person.school, school))
        }

        func answer(
            _ person: Person, _ question: String, _ link: Link, to clinic: LinkVerifier
        ) async throws -> String {
            let (first, second) = cards(person, for: link)
            let request = try LinkRequest(parsing: question, from: clinic.profile)
            return try await person.phone.answer(
                request, linking: first, with: second, proving: person.identity, agreed: true)
        }
    }

    /// Whether both cards are hidden, or both shown.
    private func link(_ isHidden: Bool, _ town: Town) async throws -> Link {
        if isHidden { try await town.hidden() } else { try town.shown }
    }

    @Test func `two cards that are shown are one person's`() async throws {
        let town = try await Town.shared.value
        let (link, clinic) = (try town.shown, town.clinic())
        let question = try await clinic.challenge(for: link)
        let request = try LinkRequest(parsing: question, from: clinic.profile)
        #expect(request.purpose == Town.purpose && request.verifier == "https://clinic.example")
        #expect(request.first.issuer == World.club && request.first.claims == ["tier"])
        #expect(request.second.issuer == Town.school && request.second.claims == [])
        let linked = try await clinic.verify(
            town.answer(town.alice, question, link, to: clinic), for: link)
        guard case .shown(let first) = linked.first, case .shown(let second) = linked.second else {
            Issue.record("both cards are shown")
            return
        }
        #expect(first.serial == town.alice.club.serial && first.issuer == World.club)
        #expect(first.claims["tier"]?.string == "gold" && first.usesTestAnchors)
        #expect(second.issuer == Town.school && second.claims.isEmpty)
        #expect(linked.purpose == Town.purpose)
    }

    @Test func `two hidden cards are one person's, and nothing of an answer comes back in another`()
        async throws
    {
        let town = try await Town.shared.value
        let link = try await town.hidden()
        var seen = Set<[UInt8]>()
        for id in ["https://clinic.example", "https://other.example"] {
            let clinic = town.clinic(id)
            let question = try await clinic.challenge(for: link)
            let answer = try await town.answer(town.alice, question, link, to: clinic)
            let linked = try await clinic.verify(answer, for: link)
            guard case .hidden(let first) = linked.first, case .hidden = linked.second else {
                Issue.record("both cards are hidden")
                return
            }
            #expect(first.anonymity == 2 && first.issuer == World.club)
            // What a second verifier could compare: 32 bytes anywhere in both proofs.
            var windows = Set<[UInt8]>()
            for card in try #require(try JSON(parsing: Array(answer.utf8))["cards"]?.array) {
                let proof = try card.required("proof").bytes()
                for start in 0...proof.count - 32 {
                    windows.insert(Array(proof[start..<start + 32]))
                }
            }
            #expect(seen.isDisjoint(with: windows))
            seen.formUnion(windows)
        }
    }

    @Test func `one card is shown and the other stays hidden`() async throws {
        let town = try await Town.shared.value
        let link = try Link(
            .hidden(try await town.members(of: town.club)),
            .shown(town.school.founders, asking: ["tier"]), purpose: ["en": "A discount"])
        let clinic = town.clinic()
        let question = try await clinic.challenge(for: link)
        let linked = try await clinic.verify(
            town.answer(town.bob, question, link, to: clinic), for: link)
        guard case .hidden = linked.first, case .shown(let card) = linked.second else {
            Issue.record("one of each")
            return
        }
        #expect(card.serial == town.bob.school.serial)
    }

    @Test func `without the owner's yes nothing is signed, and no is the default`() async throws {
        let town = try await Town.shared.value
        let (link, clinic) = (try town.shown, town.clinic())
        let request = try LinkRequest(
            parsing: try await clinic.challenge(for: link), from: clinic.profile)
        let (first, second) = town.cards(town.alice, for: link)
        let card = CountingCard(town.alice.identity)
        await #expect(throws: Refusal.unauthorized) {
            try await town.alice.phone.answer(
                request, linking: first, with: second, proving: card)
        }
        #expect(card.count == 0)
        _ = try await town.alice.phone.answer(
            request, linking: first, with: second, proving: card, agreed: true)
        #expect(card.count == 2, "once for each edition")
    }

    @Test(arguments: [false, true])
    func `halves of two people, and of two answers of one, are no link`(_ isHidden: Bool)
        async throws
    {
        let town = try await Town.shared.value
        let (link, clinic) = (try await link(isHidden, town), town.clinic())
        let question = try await clinic.challenge(for: link)
        let mine = try await town.answer(town.alice, question, link, to: clinic)
        let again = try await town.answer(town.alice, question, link, to: clinic)
        let other = try await town.answer(town.bob, question, link, to: clinic)
        for wrong in [
            try Halves(mine).with(second: Halves(other)),
            try Halves(other).with(second: Halves(mine)),
            // The same person, behind two blindings: nobody can tell, so nobody believes it.
            try Halves(mine).with(second: Halves(again)),
        ] {
            await #expect(throws: Refusal.nationalIDInvalid) {
                try await clinic.verify(wrong, for: link)
            }
        }
        _ = try await clinic.verify(mine, for: link)
    }

    @Test(arguments: [false, true])
    func `one blinding over two ID cards is no link`(_ isHidden: Bool) async throws {
        let town = try await Town.shared.value
        let (link, clinic) = (try await link(isHidden, town), town.clinic())
        let question = try await clinic.challenge(for: link)
        // A wallet that does everything right, with two people's ID cards one after the other: R is the same, α is not.
        let (mine, theirs) = (town.cards(town.alice, for: link), town.cards(town.bob, for: link))
        let request = try LinkRequest(parsing: question, from: clinic.profile)
        let both = ChangingCard(town.alice.identity, then: town.bob.identity)
        let second: LinkedCard
        if case .shown(let card, let claims, let edition) = theirs.1 {
            // Alice's phone has bob's card, bound to a key that alice knows.
            _ = card
            second = .shown(
                try await town.bobsCardOnAlicesPhone(), revealing: claims, in: edition)
        } else {
            second = theirs.1
        }
        let answer = try await town.alice.phone.answer(
            request, linking: mine.0, with: second, proving: both, agreed: true)
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await clinic.verify(answer, for: link)
        }
    }

    @Test(arguments: [false, true])
    func `an answer counts for its nonce, verifier, purpose and cards, once`(_ isHidden: Bool)
        async throws
    {
        let town = try await Town.shared.value
        let (link, clinic) = (try await link(isHidden, town), town.clinic())
        let question = try await clinic.challenge(for: link)
        let answer = try await town.answer(town.alice, question, link, to: clinic)
        // Another nonce of the same verifier.
        let other = try JSON(
            parsing: Base64URL.decode(
                String(try await clinic.challenge(for: link).split(separator: ".")[1])))
        let renamed = answer.replacing(
            try #require(try JSON(parsing: Array(answer.utf8))["nonce"]?.string),
            with: try #require(other["nonce"]?.string))
        await #expect(throws: isHidden ? Refusal.nationalIDInvalid : .holderBindingInvalid) {
            try await clinic.verify(renamed, for: link)
        }
        // Another verifier, who passes the question on or was given the answer.
        let stranger = town.clinic("https://stranger.example")
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await stranger.verify(answer, for: link)
        }
        await #expect(throws: Refusal.issuerUntrusted) {
            try await town.answer(town.alice, question, link, to: stranger)
        }
        // Another conversation of the same verifier, who has both questions open.
        let second = try await clinic.challenge(for: link)
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await clinic.verify(answer, to: second, for: link)
        }
        // Another purpose, and other cards, than were asked for.
        let purposes = try Link(link.first, link.second, purpose: ["en": "Advertising"])
        let swapped = try Link(link.second, link.first, purpose: Town.purpose)
        for plan in [purposes, swapped] {
            await #expect(throws: Refusal.holderBindingInvalid) {
                try await clinic.verify(answer, for: plan)
            }
        }
        // The halves in the other order.
        let halves = try Halves(answer)
        await #expect(throws: Refusal.self) {
            try await clinic.verify(halves.swapped, for: link)
        }
        for spoilt in ["", "{}", String(answer.dropLast(2)), answer + " {}"] {
            await #expect(throws: Refusal.malformed) { try await clinic.verify(spoilt, for: link) }
        }
        _ = try await clinic.verify(answer, to: question, for: link)
        await #expect(throws: Refusal.replayed) { try await clinic.verify(answer, for: link) }
    }

    @Test func `a wallet answers what it was asked, with cards that it has`() async throws {
        let town = try await Town.shared.value
        let clinic = town.clinic()
        let (shown, hidden) = (try town.shown, try await town.hidden())
        let request = try LinkRequest(
            parsing: try await clinic.challenge(for: shown), from: clinic.profile)
        let (first, second) = town.cards(town.alice, for: shown)
        let crowd = town.cards(town.alice, for: hidden)
        let card = CountingCard(town.alice.identity)
        for (one, other) in [(second, first), (crowd.0, second), (first, crowd.1)] {
            await #expect(throws: Refusal.typeMismatch) {
                try await town.alice.phone.answer(
                    request, linking: one, with: other, proving: card, agreed: true)
            }
        }
        let small = try LinkRequest(
            parsing: try await clinic.challenge(for: hidden), from: clinic.profile)
        await #expect(throws: Refusal.limitExceeded) {
            try await town.alice.phone.answer(
                small,
                linking: .hidden(
                    in: town.club.founders, among: try await town.members(of: town.club)),
                with: crowd.1, proving: card, agreed: true)
        }
        #expect(card.count == 0, "the ID card was not touched")
        // Somebody who has no card of either.
        await #expect(throws: Refusal.typeMismatch) {
            try await town.alice.phone.answer(
                small, linking: crowd.0, with: crowd.1, proving: DemoIdentity(.jpkiP384),
                agreed: true)
        }
        // Somebody else's card, with one's own ID card: the row has another index.
        let answer = try await town.alice.phone.answer(
            request, linking: first,
            with: .shown(
                try await town.bobsCardOnAlicesPhone(), revealing: [], in: town.school.founders),
            proving: town.alice.identity, agreed: true)
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await clinic.verify(answer, for: shown)
        }
        // And with a phone whose card it is not.
        let stolen = try await town.alice.phone.answer(
            request, linking: first,
            with: .shown(town.bob.school, revealing: [], in: town.school.founders),
            proving: town.alice.identity, agreed: true)
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await clinic.verify(stolen, for: shown)
        }
    }

    @Test func `a question says why, of two editions, and is its verifier's`() async throws {
        let town = try await Town.shared.value
        let shown = try town.shown
        for purpose in [[:], ["en": ""], ["en": " \n"]] {
            #expect(throws: Refusal.malformed) {
                try Link(shown.first, shown.second, purpose: purpose)
            }
        }
        #expect(throws: Refusal.malformed) {
            try Link(shown.first, shown.first, purpose: Town.purpose)
        }
        let clinic = town.clinic()
        let key = SigningKey.secp256k1(World.privateKey("https://clinic.example"))
        let question = try await clinic.challenge(for: shown)
        let payload = try #require(
            try JSON(parsing: Base64URL.decode(String(question.split(separator: ".")[1]))).object)
        func changed(_ name: String, _ value: JSON?) throws -> String {
            var members: JSONObject = [:]
            for member in payload.members where member.name != name {
                members.add(member.name, member.value)
            }
            if let value { members.add(name, value) }
            return try SignedText.sign(.object(members), type: LinkRequest.type, by: key)
        }
        #expect(try LinkRequest(parsing: changed("", nil), from: clinic.profile).expires > 0)
        let cards = try #require(payload["cards"]?.array)
        for (name, value) in [
            ("purpose", nil), ("purpose", [:]), ("purpose", ["en": " "]), ("cards", nil),
            ("cards", [cards[0]]), ("cards", [cards[0], cards[0]]), ("nonce", nil), ("exp", nil),
            ("cards", [["issuer": "a", "edition": "b"], cards[0]]),
            ("cards", [["issuer": "a", "edition": "b", "ask": [], "snapshot": ""], cards[0]]),
        ] as [(String, JSON?)] {
            #expect(throws: Refusal.malformed, "\(name)") {
                try LinkRequest(parsing: changed(name, value), from: clinic.profile)
            }
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try LinkRequest(
                parsing: changed("iss", "https://other.example"), from: clinic.profile)
        }
        // A question to a person at the door is another question.
        #expect(throws: Refusal.self) {
            try LinkRequest(
                parsing: try SignedText.sign(
                    .object(payload), type: PersonQuestion.type, by: key), from: clinic.profile)
        }
    }
}

extension LinkingTests.Town {
    /// A card of the school that was issued to bob's ID card, and is bound to alice's key.
    fileprivate func bobsCardOnAlicesPhone() async throws -> Card {
        let school = try await PersonWorld(at: Self.school)
        return try await school.card(bob.identity, for: alice.phone).card
    }
}

/// An answer taken apart.
private struct Halves {
    let nonce: String
    let cards: [JSON]

    init(_ answer: String) throws {
        let json = try JSON(parsing: Array(answer.utf8))
        nonce = try #require(json["nonce"]?.string)
        cards = try #require(json["cards"]?.array)
    }

    func with(second other: Halves) -> String { text([cards[0], other.cards[1]]) }

    var swapped: String { text([cards[1], cards[0]]) }

    private func text(_ cards: [JSON]) -> String {
        JSON.object(["nonce": .string(nonce), "cards": .array(cards)]).text
    }
}

/// Counts what an ID card signs.
private final class CountingCard: IdentityCard {
    private let card: DemoIdentity
    private let signed = Mutex(0)

    init(_ card: DemoIdentity) { self.card = card }

    var cardClass: CardClass { card.cardClass }
    var count: Int { signed.withLock { $0 } }

    func personInput() async throws -> [UInt8] { try await card.personInput() }

    func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        signed.withLock { $0 += 1 }
        return try await card.evidence(over: challenge)
    }
}

/// One person's ID card for the first session, and another's from then on.
private final class ChangingCard: IdentityCard {
    private let first: DemoIdentity
    private let second: DemoIdentity
    private let signed = Mutex(0)

    init(_ first: DemoIdentity, then second: DemoIdentity) {
        self.first = first
        self.second = second
    }

    private var current: DemoIdentity { signed.withLock { $0 } == 0 ? first : second }

    var cardClass: CardClass { current.cardClass }

    func personInput() async throws -> [UInt8] { try await current.personInput() }

    func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        let evidence = try await current.evidence(over: challenge)
        signed.withLock { $0 += 1 }
        return evidence
    }
}
