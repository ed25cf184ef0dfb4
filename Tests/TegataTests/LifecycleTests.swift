import TegataCrypto
import TegataLog
import TegataNationalID
import TegataSDJWT
import Testing

@testable import Tegata

/// What happens to cards after they were issued, and that none of it makes one too many: rows A81 to A84 and A92.
@Suite struct LifecycleTests {
    private func holder(_ seed: String) -> Holder {
        Holder(
            key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
            clock: { World.now })
    }

    private func issue(
        _ issuer: Issuer, _ edition: OpenEdition, to holder: Holder
    ) async throws -> Card {
        let request = try await holder.request(edition)
        return try holder.accept(try await issuer.issue(to: request), from: issuer.profile)
    }

    private func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await #expect(throws: IssuingError.refused(reason), name) { try await body() }
    }

    /// Shows a card at a fresh door, whose list is fresh too.
    private func show(
        _ card: Card, of holder: Holder, _ issuer: Issuer
    ) async throws -> Membership {
        var policy = VerifierPolicy.strict
        policy.requiresLogProof = true
        let door = Verifier(
            at: World.doorID, trusting: [issuer.profile], policy: policy, store: .inMemory(),
            clock: { World.now })
        let challenge = try await door.challenge(asking: [])
        return try await door.verify(try holder.present(card, revealing: [], to: challenge))
    }

    private func issuer() -> Issuer {
        Issuer(
            at: World.club, keys: .generate(), identity: nil, store: .inMemory(),
            clock: { World.now })
    }

    @Test func `a lost phone: the same serial on a new one, and the old card is dead (A82)`()
        async throws
    {
        let world = try await PersonWorld()
        let (card, _) = try await world.card(world.identity)
        let phone = holder("new phone")
        let request = try await phone.request(world.founders, proving: world.identity)
        let answer = try await world.issuer.reissue(to: request, claims: ["tier": "gold"])
        // The same request again is the same card; another one is one more replacement of one serial.
        let again = try await world.issuer.reissue(to: request, claims: ["tier": "gold"])
        let new = try phone.accept(answer, from: world.issuer.profile)
        #expect(new.serial == card.serial)
        #expect(try phone.accept(again, from: world.issuer.profile).row == new.row)
        #expect(try await show(new, of: phone, world.issuer).serial == card.serial)
        await #expect(throws: Refusal.revoked) {
            try await show(card, of: world.holder, world.issuer)
        }
        let book = try await world.issuer.register.current().book(world.founders.digest)
        #expect(book.cards.count == 1 && PublicLists(book).persons.count == 1)
        // Nobody else's ID card gets it, and no card means no replacement.
        let stranger = try await holder("s").request(
            world.founders, proving: DemoIdentity(.jpkiP384))
        await expect(.unauthorized, "a stranger") {
            _ = try await world.issuer.reissue(to: stranger)
        }
        let third = try await holder("t").request(world.founders, proving: world.identity)
        await expect(.alreadyClaimed, "one more card for the person") {
            _ = try await world.issuer.issue(to: third)
        }
        try await world.issuer.setStatus(.suspended, of: 1, in: world.founders)
        let fourth = try await holder("u").request(world.founders, proving: world.identity)
        await expect(.suspended, "a suspended card") {
            _ = try await world.issuer.reissue(to: fourth)
        }
        try await world.issuer.setStatus(.revoked, of: 1, in: world.founders)
        let fifth = try await holder("v").request(world.founders, proving: world.identity)
        await expect(.revoked, "a revoked card") { _ = try await world.issuer.reissue(to: fifth) }
    }

    @Test func `a card is passed on by its holder's word alone (A82)`() async throws {
        let issuer = issuer()
        let edition = try await issuer.open(
            Edition("open", limit: 1, nationalID: [], isTransferable: true))
        let (anna, ben, eve) = (holder("anna"), holder("ben"), holder("eve"))
        let card = try await issue(issuer, edition, to: anna)
        let request = try await ben.request(edition)
        let evil = try await eve.request(edition)
        let release = try anna.release(card, to: request)
        await expect(.unauthorized, "another request") {
            _ = try await issuer.transfer(release, to: evil)
        }
        await expect(.unauthorized, "a release by a stranger") {
            _ = try await issuer.transfer(eve.release(card, to: evil), to: evil)
        }
        await expect(.unauthorized, "a return taken for a transfer") {
            _ = try await issuer.transfer(anna.release(card), to: evil)
        }
        let answer = try await issuer.transfer(release, to: request)
        let passed = try ben.accept(answer, from: issuer.profile)
        #expect(passed.serial.number == 1)
        #expect(try await show(passed, of: ben, issuer).serial.number == 1)
        await #expect(throws: Refusal.revoked) { try await show(card, of: anna, issuer) }
        _ = try await issuer.transfer(ben.release(passed, to: evil), to: evil)
        await expect(.unauthorized, "the first holder once more") {
            _ = try await issuer.transfer(anna.release(card, to: evil), to: evil)
        }
        await expect(.soldOut, "a place was made by it") {
            _ = try await issuer.issue(to: try await holder("x").request(edition))
        }
        let closed = try await issuer.open(Edition("closed", limit: 1, nationalID: []))
        let bound = try await issue(issuer, closed, to: anna)
        let wish = try await ben.request(closed)
        await expect(.unauthorized, "an edition that allows none") {
            _ = try await issuer.transfer(anna.release(bound, to: wish), to: wish)
        }
    }

    @Test func `a person with a card gets no second one by transfer (A82)`() async throws {
        let world = try await PersonWorld()
        let edition = try await world.issuer.open(
            Edition("swap", limit: 5, nationalID: [.jpkiP384], isTransferable: true))
        let (anna, ben) = (DemoIdentity(.jpkiP384), DemoIdentity(.jpkiP384))
        let phone = holder("anna")
        let card = try phone.accept(
            try await world.issuer.issue(to: try await phone.request(edition, proving: anna)),
            from: world.issuer.profile)
        _ = try await world.issuer.issue(to: try await holder("ben").request(edition, proving: ben))
        let request = try await holder("ben 2").request(edition, proving: ben)
        await expect(.alreadyClaimed, "to a member") {
            _ = try await world.issuer.transfer(phone.release(card, to: request), to: request)
        }
        let own = try await holder("anna 2").request(edition, proving: anna)
        await expect(.alreadyClaimed, "to oneself") {
            _ = try await world.issuer.transfer(phone.release(card, to: own), to: own)
        }
    }

    @Test func `a returned serial is given again only where the edition says so (A92)`()
        async throws
    {
        let issuer = issuer()
        let edition = try await issuer.open(
            Edition("lent", limit: 3, nationalID: [], takesBack: true))
        let anna = holder("anna")
        var cards = [Card]()
        for _ in 0..<3 { cards.append(try await issue(issuer, edition, to: anna)) }
        let release = try anna.release(cards[1])
        try await issuer.takeBack(release)
        await #expect(throws: (any Error).self) { try await issuer.takeBack(release) }
        await #expect(throws: Refusal.revoked) { try await show(cards[1], of: anna, issuer) }
        #expect(try await issue(issuer, edition, to: holder("ben")).serial.number == 2)
        // The release was for the card before.
        await #expect(throws: Refusal.unauthorized) { try await issuer.takeBack(release) }
        await expect(.soldOut, "full again") {
            _ = try await issuer.issue(to: try await holder("x").request(edition))
        }
        try await issuer.setStatus(.revoked, of: 3, in: edition)
        await expect(.soldOut, "revoked serials stay taken") {
            _ = try await issuer.issue(to: try await holder("y").request(edition))
        }
        await #expect(throws: Refusal.revoked) {
            try await issuer.takeBack(anna.release(cards[2]))
        }
        let kept = try await issuer.open(Edition("kept", limit: 1, nationalID: []))
        let card = try await issue(issuer, kept, to: anna)
        await #expect(throws: Refusal.unauthorized) {
            try await issuer.takeBack(anna.release(card))
        }
    }

    @Test
    func `a limit is lowered to what was given at most, and every change is in the log (A84)`()
        async throws
    {
        try await withDirectory { directory in
            let issuer = Issuer(
                at: World.club, keys: .generate(), publishing: directory, identity: nil,
                store: .inMemory(), clock: { World.now })
            let edition = try await issuer.open(Edition("moving", limit: 5, nationalID: []))
            let anna = holder("anna")
            for _ in 0..<3 { _ = try await issue(issuer, edition, to: anna) }
            await #expect(throws: Refusal.conflict) { try await issuer.setLimit(2, of: edition) }
            try await issuer.setLimit(3, of: edition)
            await expect(.soldOut, "at the lowered limit") {
                _ = try await issuer.issue(to: try await anna.request(edition))
            }
            try await issuer.setLimit(4, of: edition)
            let fourth = try await issue(issuer, edition, to: anna)
            #expect(fourth.serial.number == 4 && fourth.edition.limit == 4)
            #expect(try await show(fourth, of: anna, issuer).edition.limit == 4)
            try await issuer.setLimit(.unlimited, of: edition)
            _ = try await issue(issuer, edition, to: anna)
            #expect(try await issuer.limit(of: edition) == .unlimited)
            // The announcement is what it was: opening it again is no other edition.
            let restarted = try await issuer.open(Edition("moving", limit: 5, nationalID: []))
            #expect(restarted.encoded == edition.encoded)
            try await issuer.publishLists()
            let audit = try await Auditor(of: issuer.profile, in: directory).audit().editions[0]
            #expect(audit.changes == 3 && audit.serials == 5 && audit.limit == .unlimited)
        }
    }

    @Test func `a group gets all of its cards or none (A81)`() async throws {
        let issuer = issuer()
        let edition = try await issuer.open(Edition("group", limit: 10, nationalID: []))
        let anna = holder("anna")
        for _ in 0..<8 { _ = try await issue(issuer, edition, to: anna) }
        func requests(_ count: Int) async throws -> [String] {
            var requests = [String]()
            for _ in 0..<count { requests.append(try await anna.request(edition)) }
            return requests
        }
        let five = try await requests(5)
        await expect(.soldOut, "five of two") { _ = try await issuer.issue(toAll: five) }
        let two = try await requests(2)
        let answers = try await issuer.issue(toAll: two)
        let serials = try answers.map {
            try anna.accept($0, from: issuer.profile).serial.number
        }
        #expect(serials == [9, 10])
        // A retry of the group gets the same cards.
        let again = try await issuer.issue(toAll: two)
        #expect(
            try again.map { try anna.accept($0, from: issuer.profile).serial.number } == serials)
        // Groups and singles at once: never one too many, no group in halves.
        let other = try await issuer.open(Edition("race", limit: 50, nationalID: []))
        let sizes = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    var asked = [String]()
                    for _ in 0..<7 {
                        if let request = try? await anna.request(other) { asked.append(request) }
                    }
                    return (try? await issuer.issue(toAll: asked).count) ?? 0
                }
                group.addTask {
                    guard let request = try? await anna.request(other) else { return 0 }
                    return (try? await issuer.issue(to: request)) == nil ? 0 : 1
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sizes.allSatisfy { [0, 1, 7].contains($0) })
        let given = try await issuer.register.current().book(other.digest).given
        #expect(sizes.reduce(0, +) == Int(given) && given <= 50 && given > 43)
    }

    @Test func `the limit changes during a sale, and is never passed (A84)`() async throws {
        let desk = RegisterDesk()
        let register = try desk.register(over: .inMemory())
        try await desk.open(register, limit: 20)
        await withTaskGroup(of: Void.self) { group in
            for key in 0..<300 {
                group.addTask { _ = try? await desk.claim(register, key: key) }
                guard key % 50 == 25 else { continue }
                group.addTask {
                    // Up and down, as far as the register lets it.
                    _ = try? await register.submit { state, batch throws(Refusal) in
                        guard batch.entries.isEmpty else { return .wait }
                        let limit = Limit.cards(UInt32(30 - key / 25))
                        guard try state.book(desk.edition).admits(limit) else { throw .conflict }
                        batch.isChange = true
                        return .one(.signed(.limit, desk.edition, "a change"), .limit(limit))
                    }
                }
            }
        }
        let book = try await register.current().book(desk.edition)
        #expect(book.limit.isAtLeast(UInt32(book.cards.count)))
        // Replaying applies every rule again, record by record.
        for key in 300..<340 { _ = try? await desk.claim(register, key: key) }
        let end = try await register.current().book(desk.edition)
        #expect(end.nextSerial == nil && end.limit == .cards(UInt32(end.cards.count)))
    }
}
