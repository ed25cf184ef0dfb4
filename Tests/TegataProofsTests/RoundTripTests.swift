import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

@Suite struct RoundTripTests {
    /// n, t and t_A.
    static let shapes = [(1, 1), (3, 2), (5, 3)].flatMap { (n, t) in
        [1, 2].map { (n, t, $0) }
    }

    @Test(arguments: shapes)
    func `a person gets a card and shows it`(nodes: Int, threshold: Int, attestors: Int) throws {
        var world = try World(
            nodes: nodes, threshold: threshold, attestorThreshold: attestors)
        let question = world.question()
        let (bytes, pending) = try world.request(alice, question)
        #expect(bytes.count == 112 + 68 * attestors + 98 * threshold + 33 + 33 + 128)
        let accepted = try world.accept(bytes, question)
        let attributes = [attribute("tier", "gold"), attribute("year", "2026")]
        let (commitment, delta) = try accepted.wallet.commit(to: attributes, using: &world.random)
        let row = Row(
            position: 1, index: accepted.index, commitment: commitment, epoch: 0,
            status: .active, signedBy: world.issuer, using: &world.random)
        #expect(row.encoded.count == Row.size)
        let restored = try PendingCard(exposedBytes: pending.exposedBytes)
        let opening = try restored.complete(
            commitment: row.commitment, attributes: attributes, blinding: delta)
        #expect(opening.commitment == commitment)

        let scope = PseudonymScope(verifier: [1], edition: world.edition, epoch: 1)
        let asked = world.question("door", purpose: "door").about(row.hash.array)
        let shown = try PseudonymousPresentation.make(
            opening, revealing: [0], scope: scope, question: asked, using: &world.random)
        #expect(shown.count == 161)
        let pseudonym = try PseudonymousPresentation.verify(
            shown, commitment: row.commitment, attributes: [attributes[0], nil], scope: scope,
            question: asked)
        #expect(pseudonym == opening.pseudonym(in: scope))
    }

    @Test(arguments: shapes)
    func `the ID-bound answer names the row's person`(
        nodes: Int, threshold: Int, attestors: Int
    ) throws {
        var world = try World(
            nodes: nodes, threshold: threshold, attestorThreshold: attestors)
        let (_, row) = try world.card(alice, attributes: [])
        let question = world.question("door", purpose: "check").about(row.hash.array)
        for (uid, isHolder) in [(alice, true), (bob, false)] {
            let (blinding, session, verified) = try world.session(uid, question)
            let answer = try IdentityAnswer.make(
                session, verified: verified, blinding: blinding, question: question,
                using: &world.random)
            #expect(
                answer.count == IdentityAnswer.size(attestors: world.attestors, keys: world.keys))
            let identity = try IdentityAnswer.verify(
                answer, attestors: world.attestors, keys: world.keys, edition: world.edition,
                question: question, at: world.now)
            #expect((identity.index.point == row.index) == isHolder)
        }
    }

    @Test func `the sizes at three nodes and two attestors are the protocol's`() throws {
        let world = try World(nodes: 5, threshold: 3, attestorThreshold: 2)
        #expect(Token.size(threshold: 2) == 248)
        #expect(NodeAnswer.size() * 3 == 294)
        #expect(IdentityAnswer.size(attestors: world.attestors, keys: world.keys) == 639)
        #expect(PseudonymousPresentation.size(hidden: 1) == 161)
        #expect(Row.size == 171)
    }

    @Test(arguments: [(1, 1), (3, 2), (5, 3)])
    func `every quorum gives the same index`(nodes: Int, threshold: Int) throws {
        var world = try World(nodes: nodes, threshold: threshold, attestorThreshold: 1)
        let question = world.question()
        var indices: Set<PersonIndex> = []
        let quorums = try #require(
            Sharing(nodes: nodes, threshold: nodes - threshold + 1)
        ).holders
        for quorum in quorums {
            let (blinding, _, verified) = try world.session(alice, question, nodes: quorum)
            indices.insert(try verified.index(unblindedBy: blinding))
        }
        #expect(indices.count == 1)
    }

    @Test func `editions and persons have unrelated indices`() throws {
        var world = try World()
        let question = world.question()
        let (blinding, _, verified) = try world.session(alice, question)
        let (other, _, otherVerified) = try world.session(bob, question)
        #expect(
            try verified.index(unblindedBy: blinding).point
                != otherVerified.index(unblindedBy: other).point)
        let next = SHA256.hash(Array("another edition".utf8))
        #expect(
            try world.seeds[0].publication(for: next)
                != world.seeds[0].publication(for: world.edition))
    }

    @Test func `a kiosk finds a member and no stranger`() throws {
        var world = try World()
        let question = world.question("kiosk", purpose: "check")
        let (blinding, _, verified) = try world.session(alice, question)
        let index = try verified.index(unblindedBy: blinding)
        let (other, _, otherVerified) = try world.session(bob, question)
        let stranger = try otherVerified.index(unblindedBy: other)
        let filler = (1...20).compactMap {
            Point.generator.times(Scalar($0)).map { PersonIndex(edition: world.edition, point: $0) }
        }
        let list = try MemberList(edition: world.edition, filler + [index])
        #expect(try MemberList(edition: world.edition, parsing: list.encoded) == list)
        #expect(throws: ProofError.malformed) {
            try MemberList(edition: world.edition, filler + [filler[3]])
        }
        #expect(filler.allSatisfy { list.contains($0) })
        let nonce: FixedBytes<32> = world.random.fixed()
        for (person, isMember) in [(index, true), (stranger, false)] {
            let result = try KioskResult(person, in: list, nonce: nonce, time: world.now)
            let signed = result.signed(by: world.issuer, using: &world.random)
            let read = try KioskResult(
                parsing: signed, kiosk: world.issuer.publicKey.xOnly, nonce: nonce)
            #expect(read == result && read.isMember == isMember)
            #expect(throws: ProofError.mismatch) {
                try KioskResult(
                    parsing: signed, kiosk: world.issuer.publicKey.xOnly, nonce: world.edition)
            }
        }
    }
}
