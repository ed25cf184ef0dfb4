import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// Attestors, nodes and holders that do not keep to the protocol.
@Suite struct HostileRoleTests {
    @Test func `another person's blinding is refused by the attestor`() throws {
        var world = try World(nodes: 1, threshold: 1)
        let blinding = Blinding(of: alice, using: &world.random)
        func challenge(
            _ blinded: BlindedPerson, purpose: String = "issue", expires: UInt64 = 1,
            nonce: FixedBytes<32>? = nil
        ) -> IDChallenge {
            IDChallenge(
                attestors: [
                    IDChallenge.Attestor(
                        key: world.attestorKeys[0].publicKey.xOnly, nonce: nonce ?? world.edition)
                ], blinded: blinded, scope: world.edition, purpose: purpose, expires: expires)
        }
        let asked = challenge(blinding.blinded)
        var random = world.random
        let proof = try blinding.proof(for: asked, using: &random)
        let blinded = blinding.blinded
        #expect(blinded.isBlinding(of: alice, proof: proof, challenge: asked))
        #expect(!blinded.isBlinding(of: bob, proof: proof, challenge: asked))
        #expect(!blinded.isBlinding(of: alice + [0], proof: proof, challenge: asked))
        let other = Blinding(of: alice, using: &random)
        #expect(!other.blinded.isBlinding(of: alice, proof: proof, challenge: asked))
        #expect(throws: ProofError.mismatch) { try other.proof(for: asked, using: &random) }
        for changed in [
            challenge(blinded, purpose: "check"), challenge(blinded, expires: 2),
            challenge(blinded, nonce: SHA256.hash([1])),
        ] {
            #expect(changed.hash != asked.hash)
            #expect(!blinded.isBlinding(of: alice, proof: proof, challenge: changed))
        }
    }

    @Test func `an index that the holder chose is refused`() throws {
        var world = try World()
        let question = world.question()
        let (blinding, session, verified) = try world.session(alice, question)
        let (bytes, pending) = try world.request(alice, question)
        _ = (bytes, pending)
        // Unblinded with another ρ': L' has nothing to do with k·P, and R gives it away.
        let wrong = SecretScalar.random(using: &world.random)
        let chosen = verified.evaluated.times(wrong.inverse)
        let commitment = Generators.cardSecret.times(wrong)
        let statement = Statement.issuance(
            base: blinding.blinded.base, evaluated: verified.points,
            index: PersonPoints(person: chosen),
            commitment: commitment, question.about(verified.token.hash.array))
        for rho in [wrong, blinding.secret] {
            let proof = try statement.prove([rho, wrong, wrong], using: &world.random)
            let request = session.encoded + chosen.encoded + commitment.encoded + proof
            #expect(throws: ProofError.invalidProof) { try world.accept(request, question) }
        }
    }

    @Test func `a request answers one question, in one edition`() throws {
        var world = try World()
        let question = world.question()
        let (bytes, _) = try world.request(alice, question)
        for other in HostileMessageTests.contexts(question) {
            #expect(throws: ProofError.mismatch) { try world.accept(bytes, other) }
        }
        let elsewhere = SHA256.hash([1])
        #expect(throws: ProofError.mismatch) {
            try IssuanceRequest(
                parsing: bytes, attestors: world.attestors, keys: world.keys
            ).verify(
                attestors: world.attestors, keys: world.keys, edition: elsewhere,
                question: question, at: world.now)
        }
    }

    @Test func `a proof moved to another session of the same person is refused`() throws {
        var world = try World()
        let question = world.question()
        let (first, _) = try world.request(alice, question)
        let (second, _) = try world.request(alice, question)
        let size = Session.size(attestors: world.attestors, keys: world.keys)
        #expect(throws: ProofError.invalidProof) {
            try world.accept(Array(first[..<size] + second[size...]), question)
        }
    }

    @Test func `tokens need enough different attestors that are known`() throws {
        var world = try World()
        let question = world.question()
        let (_, token) = try world.attest(alice, question)
        let body = token.body
        let signatures = world.attestorKeys.map { body.signature(by: $0, using: &world.random) }
        let stranger = Secp256k1.PrivateKey(.random(using: &world.random))
        let (attestors, now) = (world.attestors, world.now)
        _ = try attestors.verify(
            Token(body: body, signatures: [signatures[1], signatures[2]]), at: now)
        let unknown = body.signature(by: stranger, using: &world.random)
        let cases: [([Token.AttestorSignature], ProofError)] = [
            ([], .thresholdNotMet), ([signatures[0]], .thresholdNotMet),
            (signatures, .thresholdNotMet),
            ([signatures[0], signatures[0]], .thresholdNotMet),
            ([signatures[0], unknown], .unknownKey),
            (
                [
                    signatures[0],
                    Token.AttestorSignature(keyID: signatures[1].keyID, bytes: unknown.bytes),
                ], .invalidSignature
            ),
        ]
        for (signatures, reason) in cases {
            #expect(throws: reason) {
                try attestors.verify(Token(body: body, signatures: signatures), at: now)
            }
        }
        #expect(throws: ProofError.expired) { try attestors.verify(token, at: body.expires) }
        // One attestor with two keys is one attestor.
        let set = try #require(
            AttestorSet(
                [
                    "one": world.attestorKeys.prefix(2).map(\.publicKey.xOnly),
                    "two": [world.attestorKeys[2].publicKey.xOnly],
                ], threshold: 2))
        #expect(throws: ProofError.thresholdNotMet) {
            try set.verify(
                Token(body: body, signatures: Array(signatures.prefix(2))), at: now)
        }
        #expect(throws: ProofError.thresholdNotMet) {
            try Token(
                parsing: body.encoded + signatures[0].encoded + signatures[0].encoded,
                threshold: 2)
        }
        let sorted = Token(body: body, signatures: signatures).signatures
        #expect(throws: ProofError.malformed) {
            try Token(
                parsing: body.encoded + sorted[1].encoded + sorted[0].encoded, threshold: 2)
        }
    }

    @Test func `a set of attestors that accepts everything cannot be made`() throws {
        let key = Secp256k1.PrivateKey().publicKey.xOnly
        #expect(AttestorSet([:], threshold: 0) == nil)
        #expect(AttestorSet([:], threshold: 1) == nil)
        #expect(AttestorSet(["a": [key]], threshold: 0) == nil)
        #expect(AttestorSet(["a": [key]], threshold: 2) == nil)
        #expect(AttestorSet(["a": []], threshold: 1) == nil)
        #expect(AttestorSet(["a": [key], "b": [key]], threshold: 1) == nil)
        for (nodes, threshold) in [(0, 0), (3, 0), (3, 4), (10, 2), (-1, 1)] {
            #expect(Sharing(nodes: nodes, threshold: threshold) == nil)
        }
    }

    @Test func `nodes answer for their edition and are held to their key`() throws {
        var world = try World(nodes: 5, threshold: 3)
        let question = world.question()
        let (_, token) = try world.attest(alice, question)
        let verified = try world.attestors.verify(token, at: world.now)
        let scope = Scope(edition: world.edition, answering: question)
        let answers = try world.shares.map {
            try $0.answer(verified, scope: scope, using: &world.random)
        }
        let (keys, edition) = (world.keys, world.edition)
        _ = try keys.combine([answers[0], answers[2], answers[4]], for: verified, edition: edition)
        var cases: [([NodeAnswer], ProofError)] = [
            ([answers[0], answers[2]], .thresholdNotMet),
            (answers, .thresholdNotMet),
            ([answers[0], answers[0], answers[2]], .thresholdNotMet),
        ]
        for wrong in [0, 2, 6, 255] {
            let moved = NodeAnswer(node: wrong, value: answers[0].value, proof: answers[0].proof)
            cases.append(
                ([moved, answers[2], answers[4]], wrong == 2 ? .invalidProof : .unknownKey))
        }
        let other = NodeAnswer(
            node: 1, value: answers[1].value, proof: answers[0].proof)
        cases.append(([other, answers[2], answers[4]], .invalidProof))
        for (answers, reason) in cases {
            #expect(throws: reason) {
                try keys.combine(answers, for: verified, edition: edition)
            }
        }
        let elsewhere = try world.seeds[0].share(for: SHA256.hash([1]))
        #expect(throws: ProofError.mismatch) {
            try elsewhere.answer(verified, scope: scope, using: &world.random)
        }
        #expect(throws: ProofError.mismatch) {
            try world.shares[0].answer(
                verified, scope: Scope(edition: edition, salt: edition), using: &world.random)
        }
        #expect(throws: ProofError.invalidProof) {
            try keys.combine(
                [answers[0], answers[2], answers[4]], for: verified, edition: SHA256.hash([1]))
        }
    }

    @Test func `fewer nodes than the threshold do not reach the key`() throws {
        let world = try World(nodes: 5, threshold: 3)
        let pair = zip(world.keys.nodeKeys.prefix(2), Sharing.lagrange([1, 2]))
        #expect(Point.sum(pair.compactMap { $0.times($1) }) != world.keys.key)
        let three = zip(world.keys.nodeKeys.prefix(3), Sharing.lagrange([1, 2, 3]))
        #expect(Point.sum(three.compactMap { $0.times($1) }) == world.keys.key)
    }

    @Test func `holders of one seed who disagree stop the edition`() throws {
        let world = try World(nodes: 3, threshold: 2)
        var publications: [Int: [Int: Point]] = [:]
        for node in world.seeds {
            publications[node.node] = try node.publication(for: world.edition)
        }
        let sharing = world.keys.sharing
        #expect(try EditionKeys(sharing: sharing, publications: publications) == world.keys)
        #expect(try EditionKeys(parsing: world.keys.encoded) == world.keys)
        var lying = publications
        lying[1]?[0] = .generator
        var silent = publications
        silent[2] = nil
        for wrong in [lying, silent, [:]] {
            #expect(throws: ProofError.unknownKey) {
                try EditionKeys(sharing: sharing, publications: wrong)
            }
        }
        let encoded = world.keys.encoded
        let malformed: [[UInt8]] = [
            [], [3, 2], encoded + [0], Array(encoded.dropLast()), [3, 4] + encoded.dropFirst(2),
        ]
        for wrong in malformed {
            #expect(throws: ProofError.malformed) { try EditionKeys(parsing: wrong) }
        }
    }

    @Test func `a wallet refuses a card that it cannot open`() throws {
        var world = try World(nodes: 1, threshold: 1, attestorThreshold: 1)
        let question = world.question()
        let (bytes, pending) = try world.request(alice, question)
        let accepted = try world.accept(bytes, question)
        let attributes = [attribute("tier", "gold")]
        let (commitment, delta) = try accepted.wallet.commit(to: attributes, using: &world.random)
        _ = try pending.complete(commitment: commitment, attributes: attributes, blinding: delta)
        #expect(throws: ProofError.mismatch) {
            try pending.complete(
                commitment: commitment, attributes: [attribute("tier", "silver")],
                blinding: delta)
        }
        #expect(throws: ProofError.mismatch) {
            try pending.complete(
                commitment: .generator, attributes: attributes, blinding: delta)
        }
        for wrong in [[], [UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32)] {
            #expect(throws: ProofError.malformed) {
                try pending.complete(
                    commitment: commitment, attributes: attributes, blinding: wrong)
            }
        }
        let many = [Scalar](repeating: .one, count: Generators.maximumAttributes + 1)
        #expect(throws: ProofError.malformed) {
            try accepted.wallet.commit(to: many, using: &world.random)
        }
    }
}
