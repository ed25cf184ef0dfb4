import Foundation
import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TegataSQLite
import Testing

@testable import Tegata

/// A member acts once and is one of the club: the whole way from edition to verdict, and what must not work.
@Suite struct AnonymousTests {
    /// Twenty-four members of an edition that commits to a class and a day of birth.
    struct Club {
        let issuer: Issuer
        let edition: OpenEdition
        let holders: [Holder]
        let cards: [Card]
        let snapshot: MemberSnapshot

        static let shared = Task { try await Club() }

        init() async throws {
            issuer = Issuer(
                at: World.club, keys: .generate(), identity: nil, store: .inMemory(),
                clock: { World.now })
            edition = try await issuer.open(
                Edition(
                    "founders", limit: 500, nationalID: [],
                    committed: [.text("class"), .number("born", bits: 16)]))
            var holders = [Holder]()
            var cards = [Card]()
            for index in 0..<24 {
                let holder = Club.holder("member \(index)")
                let request = try await holder.request(edition)
                let issued = try await issuer.issue(
                    to: request,
                    claims: [
                        "class": .selective(index % 2 == 0 ? "resident" : "guest"),
                        "born": .selective(.number(JSONNumber(Int64(10_000 + index)))),
                    ])
                holders.append(holder)
                cards.append(try holder.accept(issued, from: issuer.profile))
            }
            self.holders = holders
            self.cards = cards
            snapshot = try MemberSnapshot(
                parsing: try await issuer.publicLists(of: edition), from: issuer.profile)
        }

        static func holder(_ seed: String) -> Holder {
            Holder(
                key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
                clock: { World.now })
        }

        func action(
            _ number: UInt64 = 1, requiring predicates: [ClaimPredicate] = []
        ) throws -> AnonymousAction {
            try AnonymousAction(
                snapshot, number: number, opens: World.now, closes: World.now + 3_600,
                requiring: predicates, purpose: ["ja": "投票", "en": "A vote"])
        }

        func answer(
            _ index: Int, _ question: String, _ inn: AnonymousVerifier
        ) throws -> String {
            try holders[index].answer(
                question, with: cards[index], from: inn.profile, among: snapshot)
        }
    }

    private func inn(
        _ id: String = "https://inn.example", now: Int64 = World.now,
        nullifiers: NullifierStore = .inMemory()
    ) -> AnonymousVerifier {
        AnonymousVerifier(
            at: id, key: .secp256k1(World.privateKey(id)), store: .inMemory(),
            nullifiers: nullifiers, clock: { now })
    }

    @Test func `a member acts once, and is one of all of them`() async throws {
        let club = try await Club.shared.value
        let inn = inn()
        let action = try club.action()
        let first = try await inn.verify(
            club.answer(3, try await inn.challenge(for: action), inn), for: action)
        #expect(first.anonymity == 24 && first.edition == "founders")
        let again = try club.answer(3, try await inn.challenge(for: action), inn)
        await #expect(throws: Refusal.replayed) { try await inn.verify(again, for: action) }
        let other = try await inn.verify(
            club.answer(4, try await inn.challenge(for: action), inn), for: action)
        #expect(other.nullifier != first.nullifier)
        // The next action is another turn, under another name.
        let next = try club.action(2)
        let later = try await inn.verify(
            club.answer(3, try await inn.challenge(for: next), inn), for: next)
        #expect(later.nullifier != first.nullifier)
    }

    @Test func `a wallet reads what it is asked, of the verifier that it believes to be asked by`()
        async throws
    {
        let club = try await Club.shared.value
        let inn = inn()
        let action = try club.action(9, requiring: [.oneOf("class", ["resident", "guest"])])
        let question = try await inn.challenge(for: action)
        let read = try AnonymousRequest(
            parsing: question, from: inn.profile, among: club.snapshot)
        #expect(read.verifier == inn.id && read.expires > World.now)
        #expect(read.action.purpose == action.purpose && read.action.number == 9)
        #expect(read.action.predicates == action.predicates)
        let other = self.inn("https://other.example")
        #expect(throws: Refusal.issuerUntrusted) {
            try AnonymousRequest(parsing: question, from: other.profile, among: club.snapshot)
        }
        #expect(throws: Refusal.self) {
            try AnonymousRequest(
                parsing: String(question.dropLast()), from: inn.profile, among: club.snapshot)
        }
    }

    @Test func `fifty uses of one card at once give one success`() async throws {
        let club = try await Club.shared.value
        let inn = inn()
        let action = try club.action()
        var answers = [String]()
        for _ in 0..<50 {
            answers.append(try club.answer(7, try await inn.challenge(for: action), inn))
        }
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for answer in answers {
                group.addTask { (try? await inn.verify(answer, for: action)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 1)
    }

    @Test func `what is asked about committed claims holds, or there is no answer`() async throws {
        let club = try await Club.shared.value
        let inn = inn()
        let action = try club.action(requiring: [
            .oneOf("class", ["resident", "staff"]), .atMost("born", 10_010),
            .atLeast("born", 10_004),
        ])
        let question = try await inn.challenge(for: action)
        let result = try await inn.verify(club.answer(4, question, inn), for: action)
        #expect(result.predicates == action.predicates)
        for (index, why) in [(5, "a guest"), (2, "too early"), (12, "too late")] {
            let question = try await inn.challenge(for: action)
            #expect(throws: Refusal.typeMismatch, "\(why)") {
                try club.answer(index, question, inn)
            }
        }
        for predicate in [
            ClaimPredicate.atLeast("class", 1), .oneOf("born", ["1"]), .atMost("name", 1),
        ] {
            #expect(throws: Refusal.typeMismatch) { try club.action(requiring: [predicate]) }
        }
        #expect(throws: Refusal.malformed) { try club.action(requiring: [.oneOf("class", [])]) }
        #expect(throws: Refusal.limitExceeded) {
            try club.action(requiring: (0..<5).map { .atLeast("born", $0) })
        }
    }

    @Test func `a wallet computes no nullifier for a scope whose owner did not sign`() async throws
    {
        let club = try await Club.shared.value
        let inn = inn()
        let action = try club.action()
        let question = try await inn.challenge(for: action)
        // Another verifier that calls itself the inn, and one that signs for the inn.
        let impostor = AnonymousVerifier(
            at: inn.id, key: .secp256k1(World.privateKey("impostor")), store: .inMemory(),
            nullifiers: .inMemory(), clock: { World.now })
        let forged = try await impostor.challenge(for: action)
        #expect(throws: Refusal.issuerUntrusted) { try club.answer(0, forged, inn) }
        let shop = self.inn("https://shop.example")
        #expect(throws: Refusal.issuerUntrusted) { try club.answer(0, question, shop) }
        let borrowed = VerifierProfile(verifier: "https://inn.example", ring: shop.profile.ring)
        let asked = try await shop.challenge(for: action)
        #expect(throws: Refusal.issuerUntrusted) {
            try club.holders[0].answer(
                asked, with: club.cards[0], from: borrowed, among: club.snapshot)
        }
        let parts = question.split(separator: ".")
        let changed = "\(parts[0]).\(parts[1].dropLast(4))AAAA.\(parts[2])"
        #expect(throws: Refusal.self) { try club.answer(0, changed, inn) }
    }

    @Test func `an answer counts for its question, action and verifier only (A133)`() async throws {
        let club = try await Club.shared.value
        let inn = inn()
        let (action, other) = (try club.action(), try club.action(2))
        let first = try await inn.challenge(for: action)
        let second = try await inn.challenge(for: action)
        let answer = try club.answer(1, first, inn)
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await inn.verify(answer, for: other)
        }
        // A milder question of the same number proves nothing about a stricter action.
        let stricter = try club.action(requiring: [.atLeast("born", 60_000)])
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await inn.verify(answer, for: stricter)
        }
        let nonce = try SignedQuestion(parsing: second, from: inn.profile, about: club.snapshot)
            .nonce
        let json = try JSON(parsing: Array(answer.utf8))
        func moved(_ name: String, _ value: JSON) -> String {
            var object = JSONObject()
            for member in json.object?.members ?? [] {
                object.add(member.name, member.name == name ? value : member.value)
            }
            return JSON.object(object).text
        }
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await inn.verify(moved("nonce", .string(nonce)), for: action)
        }
        await #expect(throws: Refusal.malformed) {
            try await inn.verify(moved("part", 1), for: action)
        }
        var proof = try #require(json["proof"]).bytes()
        proof[700] ^= 1
        let flipped = moved("proof", .bytes(proof))
        await #expect(throws: Refusal.self) { try await inn.verify(flipped, for: action) }
        let shop = self.inn("https://shop.example")
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await shop.verify(answer, for: action)
        }
        // None of which has used anything up.
        _ = try await inn.verify(answer, for: action)
        await #expect(throws: Refusal.replayed) { try await inn.verify(answer, for: action) }
    }

    @Test func `only cards issued before the action opened count`() async throws {
        let club = try await Club()
        #expect(throws: Refusal.notYetValid) {
            try AnonymousAction(
                club.snapshot, number: 1, opens: World.now - 1, closes: World.now + 60)
        }
        // A card that came later, and one that was replaced since, are not in the frozen lists.
        let late = Club.holder("late")
        let claims: Claims = ["class": "guest", "born": 1]
        let card = try late.accept(
            try await club.issuer.issue(to: late.request(club.edition), claims: claims),
            from: club.issuer.profile)
        let inn = inn()
        let action = try club.action()
        let question = try await inn.challenge(for: action)
        #expect(throws: Refusal.typeMismatch) {
            try late.answer(question, with: card, from: inn.profile, among: club.snapshot)
        }
        let newer = try MemberSnapshot(
            parsing: try await club.issuer.publicLists(of: club.edition),
            from: club.issuer.profile)
        #expect(newer.count == 25)
        #expect(throws: Refusal.typeMismatch) {
            try late.answer(question, with: card, from: inn.profile, among: newer)
        }
    }

    @Test func `times, crowds and lists are checked before anything is proven`() async throws {
        let club = try await Club.shared.value
        let action = try club.action()
        let inn = inn()
        let question = try await inn.challenge(for: action)
        #expect(throws: Refusal.limitExceeded) {
            try club.holders[0].answer(
                question, with: club.cards[0], from: inn.profile, among: club.snapshot,
                ofAtLeast: 25)
        }
        let late = self.inn(now: World.now + 3_600)
        await #expect(throws: Refusal.expired) { try await late.challenge(for: action) }
        let early = self.inn(now: World.now - 1)
        await #expect(throws: Refusal.notYetValid) { try await early.challenge(for: action) }
        let other = Issuer(
            at: World.club, keys: .generate(), identity: nil, store: .inMemory(),
            clock: { World.now })
        let lists = try await club.issuer.publicLists(of: club.edition)
        #expect(throws: Refusal.issuerUntrusted) {
            try MemberSnapshot(parsing: lists, from: other.profile)
        }
    }

    @Test func `an edition commits to what it says, and the issuer has to give it`() async throws {
        let club = try await Club()
        let holder = Club.holder("nobody")
        for (claims, name): (Claims, String) in [
            (["class": "guest"], "born"), (["class": 1, "born": 1], "class"),
            (["class": "guest", "born": 65_536], "born"),
            (["class": "guest", "born": -1], "born"),
        ] {
            let request = try await holder.request(club.edition)
            await #expect(throws: IssuingError.committedClaim(name: name)) {
                try await club.issuer.issue(to: request, claims: claims)
            }
            await #expect(throws: IssuingError.committedClaim(name: name)) {
                try await club.issuer.issue(toAll: [request], claims: claims)
            }
            // Which has not used the request up.
            let whole: Claims = ["class": "guest", "born": 7]
            _ = try await club.issuer.issue(to: request, claims: whole)
        }
        for committed: [CommittedClaim] in [
            [.number("a", bits: 0)], [.number("a", bits: 33)], [.text("")], [.text("iss")],
            [.text("a"), .text("a")], (0..<9).map { .text("\($0)") },
        ] {
            #expect(throws: EditionError.committed) {
                try Edition("a", limit: 1, committed: committed)
            }
        }
        let read = try OpenEdition(parsing: club.edition.encoded, from: club.issuer.profile)
        #expect(read.edition == club.edition.edition)
    }

    @Test func `a member without a phone commits to nothing, and is in the lists all the same`()
        async throws
    {
        let world = try await PersonWorld()
        let edition = try await world.issuer.open(
            Edition(
                "committed", limit: 2, nationalID: [.jpkiP384], committed: [.text("class")]))
        let kiosk = Kiosk(
            at: "https://station.example", key: World.privateKey("kiosk"), clock: { World.now })
        let request = try await kiosk.request(edition, proving: DemoIdentity(.jpkiP384))
        _ = try await world.issuer.issue(to: request)
        let snapshot = try MemberSnapshot(
            parsing: try await world.issuer.publicLists(of: edition), from: world.issuer.profile)
        #expect(snapshot.count == 1)
    }

    @Test func `a card with committed claims still answers by name and by pseudonym`() async throws
    {
        let club = try await Club.shared.value
        let door = Verifier(
            at: World.doorID, trusting: [club.issuer.profile], store: .inMemory(),
            clock: { World.now })
        let question = try await door.challenge(asking: ["class"], pseudonymEpoch: 1)
        let shown = try club.holders[6].present(
            club.cards[6], revealing: ["class"], to: question)
        let membership = try await door.verify(shown)
        #expect(membership.claims["class"] == "resident" && membership.pseudonym != nil)
    }

    @Test func `the person at the door is a member, a friend is not, and nobody is named`()
        async throws
    {
        let world = try await PersonWorld()
        let members = (0..<3).map { _ in DemoIdentity(.jpkiP384) }
        for (index, member) in members.enumerated() {
            _ = try await world.card(member, for: Club.holder("person \(index)"))
        }
        let snapshot = try MemberSnapshot(
            parsing: try await world.issuer.publicLists(of: world.founders),
            from: world.issuer.profile)
        let inn = inn()
        func answer(_ identity: DemoIdentity, _ question: String) async throws -> String {
            try await world.holder.answer(
                question, proving: identity, in: world.founders, from: inn.profile,
                among: snapshot, ofAtLeast: 3)
        }
        let question = try await inn.challenge(forPersonIn: snapshot)
        let shown = try await answer(members[1], question)
        let other = try await inn.challenge(forPersonIn: snapshot)
        let nonce = try PersonQuestion(parsing: other, from: inn.profile, about: snapshot).nonce
        let first = try PersonQuestion(parsing: question, from: inn.profile, about: snapshot)
        let moved = shown.replacing(first.nonce, with: nonce)
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await inn.verify(person: moved, among: snapshot)
        }
        let found = try await inn.verify(person: shown, among: snapshot)
        #expect(found.anonymity == 3 && found.edition == "founders")
        guard case .proven(_, usesTestAnchors: true, revocation: _) = found.person else {
            Issue.record("not proven")
            return
        }
        await #expect(throws: Refusal.replayed) {
            try await inn.verify(person: shown, among: snapshot)
        }
        await #expect(throws: Refusal.typeMismatch, "a friend with the phone") {
            try await answer(
                DemoIdentity(.jpkiP384), try await inn.challenge(forPersonIn: snapshot))
        }
        await #expect(throws: Refusal.limitExceeded) {
            try await world.holder.answer(
                try await inn.challenge(forPersonIn: snapshot), proving: members[0],
                in: world.founders, from: inn.profile, among: snapshot)
        }
        // A question of the other kind is none.
        let club = try await Club.shared.value
        let vote = try await inn.challenge(for: club.action())
        await #expect(throws: Refusal.typeMismatch) { try await answer(members[0], vote) }
        await #expect(throws: Refusal.unsupported) {
            try await inn.challenge(forPersonIn: club.snapshot)
        }
    }

    @Test func `two processes on one file let a card act once, also after a restart`() async throws
    {
        let path = FileManager.default.temporaryDirectory.path + "/tegata-\(UUID().uuidString).db"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let scope = FixedBytes<32>()
        let stores = (0..<2).map { _ in NullifierStore(journal: SQLiteJournal(at: path)) }
        for nullifier in 0..<5 {
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        (try? await stores[index % 2].use([UInt8(nullifier)], in: scope)) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 1)
        }
        let restarted = NullifierStore(journal: SQLiteJournal(at: path))
        await #expect(throws: Refusal.replayed) { try await restarted.use([3], in: scope) }
        try await restarted.use([9], in: scope)
        #expect(await restarted.count == 6)
    }

    @Test func `a nullifier whose writing is uncertain is used once, and said to be`() async throws
    {
        let journal = FailingJournal()
        journal.fail(.losesAnswer)
        let store = NullifierStore(journal: journal)
        try await store.use([1], in: FixedBytes())
        await #expect(throws: Refusal.replayed) { try await store.use([1], in: FixedBytes()) }
        journal.fail(.refuses(.unavailable("the disk is full")))
        await #expect(throws: Refusal.unavailable) { try await store.use([2], in: FixedBytes()) }
    }

    @Test func `a large edition is proven in parts that stay together`() throws {
        var points = [Point.generator]
        for _ in 1..<4_200 {
            points.append(try #require(Point.sum([points[points.count - 1], .generator])))
        }
        func parts(_ count: Int) throws -> SnapshotParts {
            try SnapshotParts(
                points.prefix(count).map(\.encoded).sorted { $0.lexicographicallyPrecedes($1) })
        }
        let (small, large) = (try parts(4_000), try parts(4_200))
        #expect(small.sets.count == 1 && large.sets.count == 2)
        #expect(large.smallest > 1_900)
        for point in points.prefix(50) {
            #expect(large.sets[large.part(of: point)].points.contains(point))
        }
        #expect(throws: Refusal.malformed) {
            try SnapshotParts([points[0].encoded, points[0].encoded])
        }
    }
}
