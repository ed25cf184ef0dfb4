import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// Proofs and roles that lie: wrong witness, wrong statement, wrong person, wrong key.
@Suite struct HostileProofTests {
    private func statements(
        _ world: inout World
    ) throws -> [(SigmaProof<Point>, [SecretScalar])] {
        let rho = SecretScalar.random(using: &world.random)
        let key = SecretScalar.random(using: &world.random)
        let secret = SecretScalar.random(using: &world.random)
        let context = world.question()
        let blinding = Blinding(of: alice, secret: rho)
        let evaluated = blinding.blinded.person.times(key)
        let index = blinding.unblind(evaluated)
        let opening = CardOpening(
            secret: secret, blinding: key, attributes: [attribute("a", "b")])
        let scope = PseudonymScope(verifier: [], edition: world.edition, epoch: 0)
        let hidden = try #require(SecretScalar(opening.attributes[0]))
        let commitment = try #require(opening.commitment)
        let wallet = try #require(PendingCard(secret: secret, blinding: key).commitment)
        return [
            (
                Statement.blinding(blinding.blinded, of: Generators.person(alice), context),
                [rho]
            ),
            (
                Statement.evaluation(
                    key: key.timesGenerator, blinding.blinded,
                    value: PersonPoints(person: evaluated), context),
                [key]
            ),
            (
                Statement.identity(
                    base: blinding.blinded.base, evaluated: PersonPoints(person: evaluated),
                    index: PersonPoints(person: index), context),
                [rho]
            ),
            (
                Statement.issuance(
                    base: blinding.blinded.base, evaluated: PersonPoints(person: evaluated),
                    index: PersonPoints(person: index),
                    commitment: wallet, context),
                [rho, secret, key]
            ),
            (Statement.wallet(wallet, context), [secret, key]),
            (
                Statement.opening(
                    of: commitment, attributes: [nil], pseudonym: opening.pseudonym(in: scope),
                    base: Generators.pseudonym(scope), context),
                [secret, hidden, key]
            ),
        ]
    }

    @Test func `every statement accepts its proof and refuses every other's`() throws {
        var world = try World(nodes: 1, threshold: 1)
        let statements = try statements(&world)
        let proofs = try statements.map { try $0.prove($1, using: &world.random) }
        for (index, (statement, _)) in statements.enumerated() {
            #expect(proofs[index].count == statement.size)
            for (other, proof) in proofs.enumerated() {
                #expect(statement.isValid(proof) == (index == other))
            }
            for variant in HostileMessageTests.variants(of: proofs[index]) {
                #expect(!statement.isValid(variant))
            }
        }
    }

    @Test func `a wrong witness proves nothing`() throws {
        var world = try World(nodes: 1, threshold: 1)
        for (statement, witness) in try statements(&world) {
            for index in witness.indices {
                var wrong = witness
                wrong[index] = .random(using: &world.random)
                #expect(!statement.isValid(try statement.prove(wrong, using: &world.random)))
            }
            #expect(throws: ProofError.malformed) {
                try statement.prove(witness + witness, using: &world.random)
            }
        }
    }

    @Test func `scalars at and above the order are refused`() throws {
        var world = try World(nodes: 1, threshold: 1)
        let order = try #require(
            Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
        for (statement, witness) in try statements(&world) {
            let proof = try statement.prove(witness, using: &world.random)
            for offset in stride(from: 0, to: proof.count, by: 32) {
                for replacement in [order, [UInt8](repeating: 255, count: 32)] {
                    var changed = proof
                    changed.replaceSubrange(offset..<offset + 32, with: replacement)
                    #expect(!statement.isValid(changed))
                }
            }
        }
    }

    @Test func `a simulated transcript fits the equations and fails the hash`() throws {
        var world = try World(nodes: 1, threshold: 1)
        for (statement, witness) in try statements(&world) {
            let relation = statement.relation
            let images = try #require(relation.images)
            let challenge = Scalar(reducingBigEndian: world.random.bytes(48))
            let responses = witness.map { _ in
                Scalar(reducingBigEndian: world.random.bytes(48))
            }
            var commitments: [UInt8] = []
            for (equation, image) in zip(relation.equations, images) {
                var parts = equation.terms.compactMap {
                    relation.elements[$0.element].times(responses[$0.secret])
                }
                parts.append(try #require(image.times(-challenge)))
                commitments += try #require(Point.sum(parts)).encoded
            }
            let encoded = responses.flatMap(\.encoded)
            #expect(!statement.isValid(challenge.encoded + encoded))
            let batchable = SigmaProof(relation, flavor: .batchable, tag: "simulated")
            #expect(!batchable.isValid(commitments + encoded))
            #expect(
                batchable.isValid(try batchable.prove(witness, using: &world.random)))
        }
    }

    @Test func `a relation that constrains nothing is no statement`() throws {
        var random = SeededRandomness("relations")
        let x = SecretScalar.random(using: &random)
        let image = x.timesGenerator
        var empty = LinearRelation<Point>()
        #expect(empty.images == nil)
        var free = LinearRelation<Point>()
        let secret = free.secret()
        free.require(image, equals: [(secret, .generator)])
        #expect(free.images != nil)
        _ = free.secret()
        #expect(free.images == nil)
        var vanishing = LinearRelation<Point>()
        let only = vanishing.secret()
        vanishing.require(
            [(.one, image), (.one, -image)], equals: [(only, .generator)])
        #expect(vanishing.images == nil)
        var zero = LinearRelation<Point>()
        let z = zero.secret()
        zero.require([(.one, image), (.zero, .generator)], equals: [(z, .generator)])
        #expect(zero.images == nil)
        _ = empty.secret()
        #expect(empty.images == nil)
        for relation in [free, zero, empty] {
            let proof = SigmaProof(relation, flavor: .compact, tag: "t")
            #expect(!proof.isValid([UInt8](repeating: 0, count: proof.size)))
            #expect(throws: ProofError.malformed) { try proof.prove([x], using: &random) }
        }
        // A side that vanishes is seen by computing it, which a prover does not do in variable time.
        let proof = SigmaProof(vanishing, flavor: .compact, tag: "t")
        #expect(!proof.isValid(try proof.prove([x], using: &random)))
        #expect(throws: ProofError.malformed) {
            try LinearRelation<Point>(parsing: [255, 255, 255, 255])
        }
    }

    @Test func `the same inputs give the same proof, another statement another nonce`() throws {
        var first = SeededRandomness("stuck")
        var second = SeededRandomness("stuck")
        var third = SeededRandomness("stuck")
        let x = SecretScalar.random(using: &first)
        var relation = LinearRelation<Point>()
        let secret = relation.secret()
        relation.require(x.timesGenerator, equals: [(secret, .generator)])
        let one = SigmaProof(relation, label: "a", context: ProofContext(nonce: [1]))
        let two = SigmaProof(relation, label: "a", context: ProofContext(nonce: [2]))
        _ = second.bytes(32)
        _ = third.bytes(32)
        let proof = try one.prove([x], using: &first)
        #expect(try one.prove([x], using: &second) == proof)
        // A generator that repeats itself must not repeat the nonce: equal nonces would give x away.
        let other = try two.prove([x], using: &third)
        func split(_ proof: [UInt8]) throws -> (Scalar, Scalar) {
            (
                try Scalar(parsing: Array(proof[..<32])), try Scalar(parsing: Array(proof[32...]))
            )
        }
        let (c1, z1) = try split(proof)
        let (c2, z2) = try split(other)
        let guess = (z1 - z2) * (try #require((c1 - c2).inverse))
        #expect(guess != x.exposed)
    }
}
