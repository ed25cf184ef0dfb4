import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Sessions with a second index that is somebody else's, missing, or asked for where it has no place.
@Suite struct SecondIndexAttackTests {
    /// The edition as somebody announces it who asks for a second index, or for none.
    private func disguised(
        _ edition: OpenEdition, asking: Bool, by world: PersonWorld, _ issuer: Issuer
    ) throws -> OpenEdition {
        var forged = try TokenForgery(edition.encoded)
        var plan = edition.edition
        plan.asksSecondIndex = asking
        forged.payload["edition"] = plan.json.text
        let name = edition.edition.id
        return try OpenEdition(
            parsing: try forged.signed(by: world.issuerKey), from: issuer.profile
        ).reached(through: world.services) { () async throws(Refusal) in
            try await issuer.nonce(for: name)
        }
    }

    @Test func `a session without the second index is for no card of the edition (A129)`()
        async throws
    {
        let club = try await SecondIndexClub()
        let anna = DemoIdentity(named: "架空　花子")
        // The card gives none: the wallet says so before anybody is asked.
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await club.request("nameless", DemoIdentity())
        }
        let without = try disguised(
            club.edition, asking: false, by: club.world, club.issuer)
        let request = try await PersonWorld.holder("anna").request(without, proving: anna)
        await SecondIndexClub.expect(.nationalIDInvalid, "a new card") {
            _ = try await club.issuer.issue(to: request)
        }
        await SecondIndexClub.expect(.nationalIDInvalid, "a lost phone") {
            _ = try await club.issuer.reissue(to: request)
        }
        await SecondIndexClub.expect(.nationalIDInvalid, "on appeal") {
            _ = try await club.issuer.reissue(onAppeal: request, because: "please")
        }
        await SecondIndexClub.expect(.nationalIDInvalid, "on appeal, for a new card") {
            _ = try await club.issuer.issue(onAppeal: request, because: "please")
        }
        // And an edition that asks for none takes none.
        let plain = try await club.issuer.open(Edition("plain", limit: 5))
        let curious = try disguised(plain, asking: true, by: club.world, club.issuer)
        let asked = try await PersonWorld.holder("anna").request(curious, proving: anna)
        await SecondIndexClub.expect(.nationalIDInvalid, "a second index that nobody asks for") {
            _ = try await club.issuer.issue(to: asked)
        }
        #expect(try await club.lists().persons.isEmpty)
    }

    @Test func `another's signature, an old one or none is no second evidence`() async throws {
        let club = try await SecondIndexClub()
        let (anna, ben) = (DemoIdentity(named: "架空　花子"), DemoIdentity(named: "架空　次郎"))
        let old = try #require(
            try await anna.secondEvidence(over: [UInt8](repeating: 1, count: 32)))
        let theirs = try #require(
            try await ben.secondEvidence(over: [UInt8](repeating: 1, count: 32)))
        let first = try await anna.evidence(over: [UInt8](repeating: 1, count: 32))
        func attempt(_ change: @escaping @Sendable ([UInt8]) -> [UInt8]?) async -> Refusal? {
            do {
                _ = try await club.request("anna", PatchedCard(card: anna, change: change))
                return nil
            } catch {
                return error as? Refusal
            }
        }
        #expect(await attempt { _ in old } == .nationalIDInvalid, "another challenge's (A128)")
        #expect(await attempt { _ in theirs } == .nationalIDInvalid, "another person's")
        #expect(await attempt { _ in first } == .nationalIDInvalid, "user authentication's")
        #expect(await attempt { $0.dropLast(3) + [1, 0, 0] } == .nationalIDInvalid, "changed")
        #expect(await attempt { $0 + [0] } == .malformed, "a trailing byte")
        #expect(await attempt { _ in [] } == .malformed, "nothing")
        // A point that is somebody else's, with one's own certificate.
        let swapped = PatchedCard(card: anna, signature: ben)
        let borrowed = try await club.request("borrowed", swapped)
        // Lending a signature uses up the lender's own place.
        _ = try await club.issuer.issue(to: borrowed)
        await SecondIndexClub.expect(.alreadyClaimed, "the lender") {
            _ = try await club.issuer.issue(to: try await club.request("ben", ben))
        }
        await SecondIndexClub.expect(.alreadyClaimed, "and the borrower") {
            _ = try await club.issuer.issue(to: try await club.request("anna", anna))
        }
    }

    @Test func `attestors sign both persons together, or neither (A129)`() async throws {
        let club = try await SecondIndexClub()
        let (anna, ben) = (DemoIdentity(named: "架空　花子"), DemoIdentity(named: "架空　次郎"))
        _ = try await club.request("anna", anna)
        let mine = try #require(club.world.tap.requests.last)
        _ = try await club.request("ben", ben)
        let theirs = try #require(club.world.tap.requests.last)
        func part(_ text: String, _ name: String) throws -> JSON? {
            try JSON(parsing: Array(text.utf8))[name]
        }
        let second = try #require(try part(theirs, "second"))
        let own = try #require(try part(mine, "second"))
        let point = try #require(second["person"])
        let evidence = try #require(own["evidence"])
        let mixed: JSON = ["person": point, "evidence": evidence]
        // Asked again with a fresh nonce each: what is refused is the mixture, not the nonce's age.
        let cases: [(Comment, JSON?)] = [
            ("another session's second part", second), ("another's point alone", mixed),
            ("no second part", nil),
        ]
        for (name, replacement) in cases {
            var members = Members(try JSON(parsing: Array(mine.utf8)).object ?? [:])
            let nonce = try await club.world.attestor.challenge()
            members["attestors"] =
                JSON.array([
                    ["key": .bytes(club.world.attestor.key), "nonce": .string(nonce)]
                ]).text
            members["second"] = replacement?.text
            await #expect(throws: Refusal.nationalIDInvalid, name) {
                try await club.world.attestor.attest(members.text)
            }
        }
        for half: JSON in [["person": point], ["evidence": evidence]] {
            var members = Members(try JSON(parsing: Array(mine.utf8)).object ?? [:])
            members["second"] = half.text
            await #expect(throws: Refusal.malformed) {
                try await club.world.attestor.attest(members.text)
            }
        }
    }

    @Test func `an attestor that knows one kind of certificate says so`() async throws {
        let verifier = JPKI(
            anchors: .test(DemoIdentity.authority), revocation: .acceptNotChecked)
        let world = try await PersonWorld(accepting: verifier)
        let edition = try await world.issuer.open(
            Edition("named", limit: 5, asksSecondIndex: true))
        await #expect(throws: Refusal.unsupported) {
            try await PersonWorld.holder("anna").request(
                edition, proving: DemoIdentity(named: "架空　花子"))
        }
    }

    @Test func `nothing but the register and the lists knows of it, and no door asks (A134)`()
        async throws
    {
        let club = try await SecondIndexClub()
        let anna = PersonWorld.holder("anna")
        let person = DemoIdentity(named: "架空　花子")
        let request = try await anna.request(club.edition, proving: person)
        let issued = try await club.issuer.issue(to: request)
        let card = try anna.accept(issued, from: club.issuer.profile)
        let second = try #require(try await club.lists().seconds.first)
        let log = await club.entries().map { Hex.encode($0) }
        #expect(!log.contains { $0.contains(Hex.encode(second)) })
        #expect(!issued.contains(Base64URL.encode(second)))
        let input = try #require(try await person.secondInput())
        for text in log + [Hex.encode(Array(issued.utf8)), Hex.encode(Array(request.utf8))] {
            #expect(!text.contains(Hex.encode(input)))
            #expect(!text.contains(Hex.encode(Array("架空".utf8))))
        }
        // At a door the ID card is asked alone, and a session with more is refused.
        let door = Verifier(
            at: World.doorID, trusting: [club.issuer.profile], store: .inMemory(),
            clock: { World.now })
        let challenge = try await door.challenge(asking: [], personOf: club.edition)
        _ = try await door.verify(
            try await anna.present(
                card, revealing: [], to: challenge, proving: person, in: club.edition))
        let seen = try JSON(parsing: Array(try #require(club.world.tap.requests.last).utf8))
        #expect(seen["second"] == nil && seen["evidence"] != nil)
        let parameters = try #require(club.edition.identity)
        let token = try IssuanceRequest(
            parsing: try CardRequest(parsing: request).binding, attestors: parameters.attestors,
            keys: parameters.keys
        ).session.token
        try club.edition.check(token.body, forCard: true)
        #expect(throws: Refusal.nationalIDInvalid) {
            try club.edition.check(token.body, forCard: false)
        }
    }

    @Test func `a list's deposit proves one index, so there are none`() async throws {
        let club = try await SecondIndexClub()
        let person = DemoIdentity(named: "架空　花子")
        let anna = PersonWorld.holder("anna")
        await #expect(throws: Refusal.unsupported) {
            try await anna.deposit(for: club.edition, proving: person)
        }
        let without = try disguised(club.edition, asking: false, by: club.world, club.issuer)
        let deposit = try await anna.deposit(for: without, proving: person)
        await #expect(throws: Refusal.unsupported) {
            try await club.issuer.take(deposit: deposit.message)
        }
        // What was issued directly is frozen and settled as ever.
        let card = try await club.card(anna, person)
        let number = try await club.issuer.freezeSessions(of: club.edition, atLeast: 1)
        let list = try await club.issuer.sessions(of: club.edition, list: number)
        let profile = club.issuer.profile
        try await club.issuer.settle(
            try anna.settle(card, in: list, from: profile, ofAtLeast: 1))
        let entries = await club.entries()
        #expect(entries.map { $0[0] } == [1, 2, 14, 15])
        #expect(Replays.finding(entries, profile) == nil)
    }

    @Test func `an edition asks for a second index only where there can be one`() throws {
        for classes: Set<CardClass> in [[.estonian], [.jpkiRSA, .jpkiP384], []] {
            #expect(throws: EditionError.secondIndex) {
                try Edition("a", limit: 5, nationalID: classes, asksSecondIndex: true)
            }
        }
        #expect(throws: EditionError.secondIndex) {
            try Edition("a", limit: 5, onePerPerson: false, asksSecondIndex: true)
        }
        let draw = Draw(commitment: FixedBytes(), randomness: "chance", closes: World.now)
        #expect(throws: EditionError.secondIndex) {
            try Edition("a", limit: 5, draw: draw, asksSecondIndex: true)
        }
        let edition = try Edition("a", limit: 5, asksSecondIndex: true)
        #expect(try Edition(json: edition.json) == edition)
        #expect(try Edition("a", limit: 5).json["second_index"] == nil)
    }

    @Test func `a record that gives a taken index without an exception is damage`() throws {
        func index(_ byte: UInt8) throws -> FixedBytes<33> {
            try #require(FixedBytes<33>([UInt8](repeating: byte, count: 33)))
        }
        let (first, second) = (try index(1), try index(2))
        var indexes = SecondIndexes()
        try indexes.give(first, to: 1)
        try indexes.give(first, to: 1)
        #expect(throws: Refusal.malformed) { try indexes.give(first, to: 2) }
        indexes.except()
        try indexes.give(first, to: 2)
        #expect(indexes.serials(of: first) == [1, 2])
        #expect(throws: Refusal.malformed, "one exception, one card") {
            try indexes.give(first, to: 3)
        }
        // Another name besides, and then nobody's but the next holder's.
        try indexes.give(second, to: 1)
        #expect(indexes.isTaken(second) && !indexes.isTaken(second, besides: 1))
        indexes.forget(1, but: second)
        #expect(indexes.serials(of: first) == [2] && indexes.serials(of: second) == [1])
        indexes.forget(1)
        indexes.forget(2)
        #expect(!indexes.isTaken(first) && !indexes.isTaken(second))
    }
}
