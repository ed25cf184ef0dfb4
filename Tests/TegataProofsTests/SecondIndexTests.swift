import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// One session that stands for a person twice: by the ID card, and by name, birth date and sex.
@Suite struct SecondIndexProofTests {
    private static let name = Array("name, day, sex".utf8)
    private static let other = Array("another name".utf8)

    /// A session of alice under her name, and the request made from it.
    private struct Visit {
        var world: World
        let question: ProofContext
        let session: Session
        let request: [UInt8]
        let index: PersonIndex

        init(_ uid: [UInt8] = alice, _ second: [UInt8] = name, seed: String = "world") throws {
            world = try World(seed: seed)
            question = world.question()
            let (blinding, session, verified) = try world.session(uid, question, second: second)
            self.session = session
            index = try verified.index(unblindedBy: blinding)
            request = try IssuanceRequest.make(
                session, verified: verified, blinding: blinding, question: question,
                using: &world.random
            ).request.encoded
        }
    }

    @Test func `both indexes follow from the person, whatever the blinding and the nodes`() throws {
        var world = try World()
        let question = world.question()
        var indexes = Set<PersonIndex>()
        for nodes in [[1, 2], [2, 3], [1, 3]] {
            let (blinding, session, verified) = try world.session(
                alice, question, nodes: nodes, second: Self.name)
            #expect(
                session.encoded.count
                    == Session.size(
                        attestors: world.attestors, keys: world.keys, hasSecond: true))
            indexes.insert(try verified.index(unblindedBy: blinding))
        }
        #expect(indexes.count == 1)
        let mine = try #require(indexes.first)
        // A new ID card of the same person, another person of the same name, and no second index at all.
        let replaced = try Visit(bob).index
        #expect(replaced.second == mine.second && replaced.point != mine.point)
        let (blinding, _, verified) = try world.session(alice, question)
        let plain = try verified.index(unblindedBy: blinding)
        #expect(plain.point == mine.point && plain.second == nil)
        // One input in both places gives two indexes: nobody's first is anybody's second.
        let same = try Visit(Self.name).index
        #expect(same.second == mine.second && same.second != same.point)
    }

    @Test func `a request is bigger by one point and one a node, and is read whole`() throws {
        let visit = try Visit()
        #expect(visit.session.token.encoded.count == 248 + 33)
        #expect(visit.request.count == 638 + 33 + 2 * 33 + 33)
        #expect(
            IssuanceRequest.claimedIndex(in: visit.request)?.array == visit.index.point.encoded)
        let accepted = try visit.world.accept(visit.request, visit.question)
        #expect(accepted.index == visit.index && accepted.index.second != nil)
        for position in visit.request.indices {
            #expect(throws: ProofError.self, "byte \(position)") {
                try visit.world.accept(Wrong.flip(visit.request, position), visit.question)
            }
        }
        for bytes in [visit.request + [0], Array(visit.request.dropLast())] {
            #expect(throws: ProofError.malformed) {
                try visit.world.accept(bytes, visit.question)
            }
        }
    }

    @Test func `nobody chooses a second index, or takes somebody else's`() throws {
        let visit = try Visit()
        let stranger = try Visit(bob, Self.other).index
        let place = visit.request.count - 128 - 33 - 66
        let second = try #require(visit.index.second).encoded
        #expect(Array(visit.request[place..<place + 33]) == second)
        for point in [
            try #require(stranger.second), stranger.point, visit.index.point,
            Generators.secondPerson(Self.name), .generator,
        ] {
            #expect(throws: ProofError.invalidProof) {
                try visit.world.accept(
                    Wrong.put(point.encoded, into: visit.request, at: place), visit.question)
            }
        }
        #expect(throws: ProofError.invalidProof, "L and L2 exchanged") {
            try visit.world.accept(
                Wrong.swap(visit.request, place..<place + 33, place + 33..<place + 66),
                visit.question)
        }
        #expect(throws: ProofError.malformed, "left out") {
            try visit.world.accept(
                Array(visit.request[..<place] + visit.request[(place + 33)...]), visit.question)
        }
        // Another ρ for the second point alone: the attestors' proof is about one.
        var random = SeededRandomness("mixed")
        let (mine, theirs) = (
            Blinding(of: alice, second: Self.name, secret: .random(using: &random)),
            Blinding(of: bob, second: Self.other, secret: .random(using: &random))
        )
        let mixed = BlindedPerson(
            base: mine.blinded.base, person: mine.blinded.person, second: theirs.blinded.second)
        let challenge = IDChallenge(
            attestors: [], blinded: mixed, scope: visit.world.edition, purpose: "issue",
            expires: 1)
        #expect(throws: ProofError.mismatch) { try mine.proof(for: challenge, using: &random) }
        let forged = try Statement.blinding(
            mixed, of: Generators.person(alice), second: Generators.secondPerson(Self.other),
            challenge.context
        ).prove([mine.secret], using: &random)
        for second in [Self.name, Self.other] {
            #expect(
                !mixed.isBlinding(of: alice, second: second, proof: forged, challenge: challenge))
        }
    }

    @Test func `a node that lies about either point is found, and so is one that leaves one out`()
        throws
    {
        var visit = try Visit()
        let token = try visit.world.attestors.verify(visit.session.token, at: visit.world.now)
        let answers = visit.session.answers
        let edition = visit.world.edition
        let honest = answers[0]
        let lies = [
            PersonPoints(person: honest.value.person, second: answers[1].value.second),
            PersonPoints(person: answers[1].value.person, second: honest.value.second),
            PersonPoints(person: try #require(honest.value.second), second: honest.value.person),
        ]
        for value in lies {
            let lie = NodeAnswer(node: honest.node, value: value, proof: honest.proof)
            #expect(throws: ProofError.invalidProof) {
                try visit.world.keys.check(lie, for: token, edition: edition)
            }
        }
        let half = NodeAnswer(
            node: honest.node, value: PersonPoints(person: honest.value.person, second: nil),
            proof: honest.proof)
        #expect(throws: ProofError.malformed) {
            try visit.world.keys.check(half, for: token, edition: edition)
        }
        // Nor does a node's answer to a session without a second index serve one with it, or the other way.
        let plain = try visit.world.session(alice, visit.question)
        #expect(throws: ProofError.malformed) {
            try visit.world.keys.check(plain.session.answers[0], for: token, edition: edition)
        }
        #expect(throws: ProofError.malformed) {
            try visit.world.keys.check(honest, for: plain.verified.token, edition: edition)
        }
    }

    @Test func `an answer at a door with a second index is read, and bound to it`() throws {
        var world = try World()
        let question = world.question(purpose: "check")
        let (blinding, session, verified) = try world.session(
            alice, question, second: Self.name)
        let answer = try IdentityAnswer.make(
            session, verified: verified, blinding: blinding, question: question,
            using: &world.random)
        func check(_ bytes: [UInt8]) throws -> VerifiedIdentity {
            try IdentityAnswer.verify(
                bytes, attestors: world.attestors, keys: world.keys, edition: world.edition,
                question: question, at: world.now)
        }
        #expect(try check(answer).index == verified.index(unblindedBy: blinding))
        for position in (answer.count - 130)..<answer.count {
            #expect(throws: ProofError.self) { try check(Wrong.flip(answer, position)) }
        }
    }
}
