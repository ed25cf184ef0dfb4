import Foundation
import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// The Python model as oracle of every proof that ranges over a list: it checks ours, and we check its.
@Suite(.enabled(if: Model.isAvailable, "no Python or no model here"))
struct ModelRingTests {
    struct Ask: Encodable {
        struct Ring: Encodable {
            let label: String
            var edition = ""
            let columns: [[String]]
            let points: [String: String]
            var attributes: [String] = []
            var bits: [String] = []
            var bound = 0
            let context: [String: String]
            let position: Int
            let opening: String
            let witness: [String]
            let proof: String
        }
        let rings: [Ring]
    }

    struct Answer: Decodable {
        struct Ring: Decodable {
            let holds: Bool
            let proof: String
        }
        let rings: [Ring]
    }

    /// One proof of ours, what the model needs to make its own, and our check of that.
    private typealias Case = (ask: Ask.Ring, accepts: ([UInt8]) -> Bool)

    @Test(arguments: [3, 8, 70])
    func `the model accepts our proofs of every mode, and we accept its`(count: Int) throws {
        let cases = try [
            anonymous(count, bits: 0), anonymous(count, bits: 3), settled(count), batch(count),
            identity(count),
        ]
        let output = try Model.run(
            [Model.driver, Model.script], JSONEncoder().encode(Ask(rings: cases.map(\.ask))))
        let answer = try JSONDecoder().decode(Answer.self, from: output)
        #expect(answer.rings.count == cases.count)
        for (one, reply) in zip(cases, answer.rings) {
            #expect(reply.holds, "the model refuses our proof of \(one.ask.label)")
            let theirs = try #require(Hex.decode(reply.proof))
            #expect(one.accepts(theirs), "we refuse the model's proof of \(one.ask.label)")
        }
    }

    private func anonymous(_ count: Int, bits: Int) throws -> Case {
        var club = try AnonymousProofTests.Club(
            count, position: count - 2,
            attributes: [attribute("class", "guest"), Predicate.scalar(21)])
        let predicates = bits > 0 ? [try #require(Predicate(1, .atLeast(18, bits: bits)))] : []
        let asked = try club.asked(predicates, hidden: 2)
        let answer = try asked.answer(club.opening, using: &club.random)
        // Fresh secrets for the model's own proof, behind the same Z and bits as ours.
        let delta = SecretScalar.random(using: &club.random)
        let mine = try #require(club.opening.commitment)
        let shifted = try #require(Point.sum([mine, Generators.blinding.times(delta)]))
        let sum = club.opening.blinding + delta
        let blinding = try #require(sum)
        var witness =
            [club.opening.secret.exposed] + club.opening.attributes + [blinding.exposed]
        var commitments: [Point] = []
        if let predicate = predicates.first {
            let blindings = (0..<bits).map { _ in SecretScalar.random(using: &club.random) }
            let total = blindings.enumerated().reduce(Scalar.zero) {
                $0 + Scalar(1 << UInt64($1.offset)) * $1.element.exposed
            }
            witness.append(total)
            for (index, secret) in blindings.enumerated() {
                let isSet = 3 >> index & 1 == 1
                let zero = Generators.blinding.times(secret)
                let one = try #require(
                    Point.sum([Generators.attributes[predicate.attribute], zero]))
                commitments.append(isSet ? one : zero)
                witness += [
                    isSet ? .one : .zero, secret.exposed, isSet ? .zero : secret.exposed,
                ]
            }
        }
        let nullifier = try asked.verify(answer)
        let head = shifted.encoded + nullifier.encoded + commitments.flatMap(\.encoded)
        // The model first checks a proof of ours about this very Z: the one it is asked to make its own of.
        let statement = try statement(asked, shifted, nullifier, commitments)
        let unit = try #require(SecretScalar(Scalar.one))
        let secrets = witness.map { SecretScalar($0) ?? unit }
        var masks: [Int: SecretBit] = [:]
        for (index, scalar) in witness.enumerated() where scalar == .zero {
            masks[index] = SecretBit(lowestOf: 0)
        }
        let position = try SecretPosition(of: mine, in: club.set.points)
        let ours = try statement.prove(
            position, opening: delta, secrets, masks: masks, using: &club.random)
        return (
            Ask.Ring(
                label: "anonymous", columns: [club.set.points.map(\.description)],
                points: [
                    "Z": shifted.description, "N": nullifier.description,
                    "V": Generators.pseudonym(asked.scope).description,
                ], attributes: club.opening.attributes.map(\.description),
                bits: commitments.map(\.description), bound: 18, context: fields(club.question),
                position: count - 2, opening: delta.exposed.description,
                witness: witness.map(\.description), proof: Hex.encode(ours)),
            { (try? asked.verify(head + $0)) == nullifier }
        )
    }

    private func statement(
        _ asked: AnonymousQuestion, _ shifted: Point, _ nullifier: Point, _ bits: [Point]
    ) throws -> MembershipStatement {
        var (relation, hidden) = Statement.openingRelation(
            of: shifted, attributes: asked.attributes, pseudonym: nullifier,
            base: Generators.pseudonym(asked.scope))
        for predicate in asked.predicates {
            predicate.require(
                bits, try #require(hidden[predicate.attribute]),
                on: Generators.attributes[predicate.attribute], in: &relation)
        }
        return MembershipStatement(
            shifted, in: asked.set, relation, label: "anonymous", context: asked.context)
    }

    private func sessions(
        _ count: Int, _ world: inout World
    ) throws -> (list: SessionList, mine: Blinding, verified: VerifiedSession) {
        let people = try (0..<count).map {
            try world.session(Array("person \($0)".utf8), world.question("q\($0)"))
        }
        let list = try SessionList(edition: world.edition, people.map(\.verified))
        return (list, people[count - 2].blinding, people[count - 2].verified)
    }

    private func settled(_ count: Int) throws -> Case {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let (list, mine, verified) = try sessions(count, &world)
        let context = world.question("settle")
        let index = try verified.index(unblindedBy: mine)
        let proof = try BatchProof.settle(
            index, mine.secret, in: list, context: context, using: &world.random)
        return (
            ask("settle", list, ["L": index.point], context, mine, [], proof),
            {
                (try? BatchProof.verify([(index, $0)], in: list, context: context)) != nil
            }
        )
    }

    private func batch(_ count: Int) throws -> Case {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let (list, mine, verified) = try sessions(count, &world)
        let context = world.question("claim")
        let (request, secrets) = try BatchRequest.make(
            verified.index(unblindedBy: mine), mine.secret, in: list, question: context,
            using: &world.random)
        let head = request.index.encoded + request.commitment.encoded
        return (
            ask(
                "batch", list, ["L": request.index, "D": request.commitment], context, mine,
                [secrets.secret, secrets.blinding], request.proof),
            {
                (try? BatchRequest(parsing: head + $0, list: list).verify(
                    in: list, question: context)) != nil
            }
        )
    }

    private func identity(_ count: Int) throws -> Case {
        var world = try World()
        let question = world.question("door", purpose: "check")
        let visit = try world.session(alice, question)
        let index = try visit.verified.index(unblindedBy: visit.blinding).point
        var members = (0..<count).map { _ in
            SecretScalar.random(using: &world.random).timesGenerator
        }
        members[count - 2] = index
        let set = try AnonymitySet(members)
        // The source repeats, so that the same Z is known here.
        var source = SeededRandomness("identity \(count)")
        let answer = try AnonymousIdentity.make(
            visit.session, verified: visit.verified, blinding: visit.blinding, among: set,
            question: question, using: &source)
        source = SeededRandomness("identity \(count)")
        let delta = SecretScalar.random(using: &source)
        let session = visit.session.encoded
        let shifted = Array(answer[session.count..<session.count + 33])
        let (attestors, keys, edition) = (world.attestors, world.keys, world.edition)
        let now = world.now
        return (
            Ask.Ring(
                label: "anonymous-identity", columns: [members.map(\.description)],
                points: [
                    "Z": Hex.encode(shifted),
                    "R": visit.blinding.blinded.base.description,
                    "beta": visit.verified.evaluated.description,
                ],
                context: fields(question.about(visit.verified.token.hash.array)),
                position: count - 2, opening: delta.exposed.description,
                witness: [visit.blinding.secret.inverse, delta].map(\.exposed.description),
                proof: Hex.encode(Array(answer[(session.count + 33)...]))),
            {
                (try? AnonymousIdentity.verify(
                    session + shifted + $0, attestors: attestors, keys: keys, edition: edition,
                    among: set, question: question, at: now)) != nil
            }
        )
    }

    private func ask(
        _ label: String, _ list: SessionList, _ points: [String: Point], _ context: ProofContext,
        _ mine: Blinding, _ witness: [SecretScalar], _ proof: [UInt8]
    ) -> Ask.Ring {
        Ask.Ring(
            label: label, edition: Hex.encode(list.edition.array),
            columns: [list.bases.map(\.description), list.evaluated.map(\.description)],
            points: points.mapValues(\.description), context: fields(context),
            position: list.count - 2, opening: mine.secret.exposed.description,
            witness: witness.map(\.exposed.description), proof: Hex.encode(proof))
    }

    private func fields(_ context: ProofContext) -> [String: String] {
        [
            "edition": context.edition, "audience": context.audience, "nonce": context.nonce,
            "purpose": context.purpose, "expires": bigEndian(context.expires),
            "subject": context.subject,
        ].mapValues(Hex.encode)
    }
}
