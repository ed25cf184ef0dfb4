import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// Proofs about sessions: one of a frozen list, and the anonymous check of the person at the door.
@Suite struct BatchProofTests {
    private typealias Enrolled = (
        blinding: Blinding, session: Session, verified: VerifiedSession
    )

    private func enrol(_ count: Int, in world: inout World) throws -> [Enrolled] {
        try (0..<count).map {
            try world.session(Array("person \($0)".utf8), world.question("q\($0)"))
        }
    }

    @Test func `an index of the list is proven, and no other`() throws {
        var world = try World()
        let people = try enrol(10, in: &world)
        let list = try SessionList(edition: world.edition, people.map(\.verified))
        let context = world.question("settle")
        var settled: [(index: PersonIndex, proof: [UInt8])] = []
        for person in people {
            let index = try person.verified.index(unblindedBy: person.blinding)
            let proof = try BatchProof.settle(
                index, person.blinding.secret, in: list, context: context, using: &world.random)
            settled.append((index, proof))
        }
        #expect(settled[0].proof.count == BatchProof.size(list, withWallet: false))
        try BatchProof.verify(settled, in: list, context: context)
        // Everybody's proof is about their own index.
        let lied = [(index: settled[1].index, proof: settled[0].proof)]
        #expect(throws: ProofError.invalidProof) {
            try BatchProof.verify(lied, in: list, context: context)
        }
        #expect(throws: ProofError.invalidProof) {
            try BatchProof.verify(settled + lied, in: list, context: context)
        }
        #expect(throws: ProofError.invalidProof) {
            try BatchProof.verify([settled[0]], in: list, context: world.question("other"))
        }
        let shorter = try SessionList(
            edition: world.edition, people.dropLast().map(\.verified))
        #expect(throws: ProofError.invalidProof) {
            try BatchProof.verify([settled[0]], in: shorter, context: context)
        }
        #expect(throws: ProofError.mismatch) {
            try BatchProof.settle(
                settled[9].index, people[9].blinding.secret, in: shorter, context: context,
                using: &world.random)
        }
        let proof = settled[0].proof
        for index in stride(from: 0, to: proof.count, by: 23) {
            var changed = proof
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(throws: ProofError.self) {
                try BatchProof.verify([(settled[0].index, changed)], in: list, context: context)
            }
        }
        for changed in [[], proof + [0], Array(proof.dropLast()), Array(proof.dropFirst(33))] {
            #expect(throws: ProofError.malformed) {
                try BatchProof.verify([(settled[0].index, changed)], in: list, context: context)
            }
        }
    }

    @Test func `an index that was chosen is refused`() throws {
        var world = try World()
        let people = try enrol(9, in: &world)
        let list = try SessionList(edition: world.edition, people.map(\.verified))
        let context = world.question("settle")
        // The prover's own code, for an index of their choice: L·2, and one from another unblinding.
        let honest = try people[0].verified.index(unblindedBy: people[0].blinding).point
        for foreign in [try #require(honest.times(Scalar(2))), Generators.person(bob)] {
            let statement = BatchStatement(list, foreign, wallet: nil, context)
            let proof = try statement.prove(
                people[0].blinding.secret, at: SecretPosition(0), witness: [], using: &world.random)
            #expect(throws: ProofError.invalidProof) {
                try BatchProof.verify(
                    [(PersonIndex(edition: world.edition, point: foreign), proof)], in: list,
                    context: context)
            }
        }
    }

    @Test func `a request from a batch has 1,161 bytes at 65 sessions, and opens as any card`()
        throws
    {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let people = try enrol(65, in: &world)
        let list = try SessionList(edition: world.edition, people.map(\.verified))
        let question = world.question("claim")
        let mine = try people[64].verified.index(unblindedBy: people[64].blinding)
        let (request, pending) = try BatchRequest.make(
            mine, people[64].blinding.secret, in: list, question: question,
            using: &world.random)
        #expect(request.encoded.count == 1_161)
        let read = try BatchRequest(parsing: request.encoded, list: list)
        let (index, wallet) = try read.verify(in: list, question: question)
        #expect(index == mine)
        let (commitment, delta) = try wallet.commit(to: [], using: &world.random)
        #expect(
            try pending.complete(commitment: commitment, attributes: [], blinding: delta)
                .commitment == commitment)
        #expect(throws: ProofError.invalidProof) {
            try read.verify(in: list, question: world.question("another"))
        }
        var bytes = request.encoded
        bytes.swapAt(5, 38)
        #expect(throws: ProofError.self) {
            try BatchRequest(parsing: bytes, list: list).verify(in: list, question: question)
        }
        #expect(throws: ProofError.malformed) {
            try BatchRequest(parsing: request.encoded + [0], list: list)
        }
    }

    @Test func `the person at the door is one of the members, and a stranger is none`() throws {
        var world = try World()
        let members = try enrol(12, in: &world).map {
            try $0.verified.index(unblindedBy: $0.blinding).point
        }
        let set = try AnonymitySet(members)
        let question = world.question("door", purpose: "check")
        let visit = try world.session(Array("person 7".utf8), question)
        let answer = try AnonymousIdentity.make(
            visit.session, verified: visit.verified, blinding: visit.blinding, among: set,
            question: question, using: &world.random)
        let (attestors, keys, edition) = (world.attestors, world.keys, world.edition)
        #expect(
            answer.count
                == AnonymousIdentity.size(attestors: attestors, keys: keys, among: set))
        func verify(
            _ answer: [UInt8], _ set: AnonymitySet, _ question: ProofContext
        ) throws -> VerifiedToken {
            try AnonymousIdentity.verify(
                answer, attestors: attestors, keys: keys, edition: edition, among: set,
                question: question, at: world.now)
        }
        #expect(try verify(answer, set, question) == visit.verified.token)
        #expect(throws: ProofError.self) {
            try verify(answer, set, world.question("replay", purpose: "check"))
        }
        var without = members
        without[7] = Generators.person(bob)
        let reduced = try AnonymitySet(without)
        #expect(throws: ProofError.invalidProof) { try verify(answer, reduced, question) }
        #expect(throws: ProofError.mismatch) {
            try AnonymousIdentity.make(
                visit.session, verified: visit.verified, blinding: visit.blinding,
                among: reduced, question: question, using: &world.random)
        }
        for index in stride(from: 0, to: answer.count, by: 31) {
            var changed = answer
            changed[index] ^= 4
            #expect(throws: ProofError.self) { try verify(changed, set, question) }
        }
    }
}
