import TegataCrypto
import TegataSDJWT
import Testing

@testable import Tegata

/// A programme whose holders are known by the nullifiers of an action, and by nothing else.
@Suite struct PseudonymNoticeTests {
    private struct City {
        let world: NoticeWorld
        let snapshot: MemberSnapshot
        let desk: AnonymousVerifier

        init() async throws {
            let world = try await NoticeWorld(4)
            self.world = world
            snapshot = try MemberSnapshot(
                parsing: try await world.issuer.publicLists(of: world.edition),
                from: world.issuer.profile)
            desk = AnonymousVerifier(
                at: world.issuer.id, key: .secp256k1(World.privateKey("desk")), store: .inMemory(),
                nullifiers: .inMemory(), clock: { World.now })
        }

        /// The nullifier with which a member applies.
        func apply(_ index: Int) async throws -> NoticeAddress {
            let action = try AnonymousAction(
                snapshot, number: 12, opens: World.now, closes: World.now + 3600)
            let question = try await desk.challenge(for: action)
            let answer = try world.holders[index].answer(
                question, with: world.cards[index], from: desk.profile, among: snapshot,
                ofAtLeast: 2)
            return .pseudonym(try await desk.verify(answer, for: action).nullifier)
        }

        func programme(number: UInt64 = 12) throws -> Programme {
            try world.programme(addressing: .pseudonyms(number: number, in: snapshot))
        }

        func read(_ index: Int, _ text: String, in inbox: inout NoticeInbox) throws -> Notice {
            try inbox.receive(
                text, for: world.cards[index], of: world.holders[index],
                from: world.issuer.profile, among: snapshot)
        }
    }

    @Test func `whoever applied without a name is told, confirms and is paid without one`()
        async throws
    {
        let city = try await City()
        let world = city.world
        let address = try await city.apply(2)
        let id = try await world.issuer.notify(
            [NoticeDraft("a", to: address, benefit: .amount(1, currency: "JPY"))],
            about: city.programme(), in: world.edition)[0]
        let text = try await world.issuer.text(of: id)
        var inbox = NoticeInbox(of: world.issuer.id)
        #expect(throws: Refusal.typeMismatch) { try city.read(1, text, in: &inbox) }
        #expect(throws: Refusal.typeMismatch) { try world.read(text, 2, in: &inbox) }
        let notice = try city.read(2, text, in: &inbox)
        // By key it cannot be answered: that would say who it is.
        #expect(throws: Refusal.typeMismatch) { try world.holders[2].answer(.confirm, to: notice) }
        let answer = try world.holders[2].answer(
            .confirm, to: notice, with: world.cards[2], among: city.snapshot, ofAtLeast: 4)
        #expect(throws: Refusal.limitExceeded) {
            try world.holders[2].answer(
                .confirm, to: notice, with: world.cards[2], among: city.snapshot)
        }
        await #expect(throws: Refusal.unsupported) { try await world.issuer.settle(answer: answer) }
        let receipt = try await world.issuer.settle(answer: answer, among: city.snapshot)
        try inbox.keep(receipt: receipt, for: answer, from: world.issuer.profile)
        // Asked again, with a fresh proof: the same receipt.
        let again = try world.holders[2].answer(
            .confirm, to: notice, with: world.cards[2], among: city.snapshot, ofAtLeast: 4)
        #expect(try await world.issuer.settle(answer: again, among: city.snapshot) == receipt)
        let document = try await world.issuer.proof(of: id)
        let proof = try NoticeProof(
            parsing: document, from: world.issuer.profile, among: city.snapshot)
        #expect(proof.isHolderProven && proof.state == .confirmed)
        #expect(try !NoticeProof(parsing: document, from: world.issuer.profile).isHolderProven)
        // A second notice to the same name is no second payment.
        let second = try await world.issuer.notify(
            [NoticeDraft("b", to: address)], about: city.programme(), in: world.edition)[0]
        let more = try city.read(2, try await world.issuer.text(of: second), in: &inbox)
        let greedy = try world.holders[2].answer(
            .confirm, to: more, with: world.cards[2], among: city.snapshot, ofAtLeast: 4)
        await #expect(throws: Refusal.alreadyClaimed) {
            try await world.issuer.settle(answer: greedy, among: city.snapshot)
        }
    }

    @Test func `another member's proof, word or snapshot does not answer`() async throws {
        let city = try await City()
        let world = city.world
        let ids = try await world.issuer.notify(
            [
                NoticeDraft("a", to: try await city.apply(0)),
                NoticeDraft("b", to: try await city.apply(1)),
            ], about: city.programme(), in: world.edition)
        var inbox = NoticeInbox(of: world.issuer.id)
        let mine = try city.read(0, try await world.issuer.text(of: ids[0]), in: &inbox)
        var othersInbox = NoticeInbox(of: world.issuer.id)
        let others = try city.read(1, try await world.issuer.text(of: ids[1]), in: &othersInbox)
        #expect(throws: Refusal.typeMismatch) {
            try world.holders[1].answer(
                .confirm, to: mine, with: world.cards[1], among: city.snapshot, ofAtLeast: 4)
        }
        let answer = try world.holders[0].answer(
            .confirm, to: mine, with: world.cards[0], among: city.snapshot, ofAtLeast: 4)
        func changed(_ name: String, _ value: JSON) throws -> String {
            var object = JSONObject()
            for member in try JSON(parsing: Array(answer.utf8)).object?.members ?? [] {
                object.add(member.name, member.name == name ? value : member.value)
            }
            return JSON.object(object).text
        }
        for (name, value, reason) in [
            ("answer", JSON.string("refuse"), Refusal.holderBindingInvalid),
            ("notice", .bytes(others.id.array), .holderBindingInvalid),
            ("part", 1, .malformed), ("part", -1, .malformed), ("proof", "AAAA", .malformed),
        ] {
            let text = try changed(name, value)
            await #expect(throws: reason, "\(name)") {
                try await world.issuer.settle(answer: text, among: city.snapshot)
            }
        }
        _ = try await world.issuer.issue(
            to: try await world.holders[0].request(world.edition))
        let newer = try MemberSnapshot(
            parsing: try await world.issuer.publicLists(of: world.edition),
            from: world.issuer.profile)
        await #expect(throws: Refusal.typeMismatch) {
            try await world.issuer.settle(answer: answer, among: newer)
        }
        _ = try await world.issuer.settle(answer: answer, among: city.snapshot)
    }

    @Test func `a programme reaches people in one way, with one number and one list`() async throws
    {
        let city = try await City()
        let world = city.world
        let address = try await city.apply(0)
        try await world.issuer.notify(
            [NoticeDraft("a", to: address)], about: city.programme(), in: world.edition)
        // By card as well, or under another number, one person could be paid twice.
        await #expect(throws: NoticeError.refused(.conflict)) {
            try await world.issuer.notify(
                [world.draft(0, "b")], about: world.programme(), in: world.edition)
        }
        await #expect(throws: NoticeError.refused(.conflict)) {
            try await world.issuer.notify(
                [NoticeDraft("c", to: address)], about: city.programme(number: 13),
                in: world.edition)
        }
        await #expect(throws: NoticeError.addressing(reference: "d")) {
            try await world.issuer.notify(
                [world.draft(0, "d")], about: city.programme(), in: world.edition)
        }
        await #expect(throws: NoticeError.addressing(reference: "e")) {
            try await world.issuer.notify(
                [NoticeDraft("e", to: address)], about: world.programme("other"), in: world.edition)
        }
        #expect(try await world.entries(.notice) == 1)
    }
}
