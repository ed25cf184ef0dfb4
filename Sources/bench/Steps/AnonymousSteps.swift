import TegataCrypto
import TegataProofs
import TestSupport

/// Showing to be one of 500 cards without saying which, beside the multiplications of libsecp256k1 that the protocol
/// counts (protocol.md 4.6 and 4.8): the prover's in constant time, the verifier's by `tweak_mul`.
enum AnonymousSteps {
    /// Cards in the edition.
    static let count = 500
    private static let batch = 100

    static func all() async throws -> [Step] {
        let club = try Club()
        guard let adult = Predicate(1, .atLeast(18, bits: 8)) else { return [] }
        return try [
            prove(club, [], "prove to be one of 500", secret: 1_617),
            verify(club, [], "verify one of 500 (target 0.5)", times: 576),
            prove(club, [adult], "prove one of 500, age of 8 bits", secret: 1_659),
            verify(club, [adult], "verify one of 500, age of 8 bits", times: 636),
            verifyMany(club), settleMany(), sessions(),
        ]
    }

    /// The edition's cards, and the holder of one.
    private struct Club {
        let set: AnonymitySet
        let opening: CardOpening
        let edition: FixedBytes<32>

        init() throws {
            var random = SeededRandomness("bench")
            let attributes = [
                CardCommitment.attribute(Array("class".utf8), Array("resident".utf8)),
                Predicate.scalar(31),
            ]
            opening = try CardOpening(
                exposedSecrets: random.bytes(64), attributes: attributes)
            var points = (0..<count).map { _ in
                SecretScalar.random(using: &random).timesGenerator
            }
            guard let mine = opening.commitment else { throw ProofError.vanished }
            points[321] = mine
            set = try AnonymitySet(points)
            edition = random.fixed()
        }

        func question(_ predicates: [Predicate], nonce: Int = 0) throws -> AnonymousQuestion {
            try AnonymousQuestion(
                set, attributes: [nil, nil], predicates: predicates,
                scope: PseudonymScope(
                    verifier: Array("https://door.example".utf8), edition: edition, epoch: 1),
                context: ProofContext(
                    edition: edition.array, nonce: bigEndian(UInt64(nonce)), expires: 1))
        }
    }

    private static func prove(
        _ club: Club, _ predicates: [Predicate], _ name: String, secret: Int
    ) throws -> Step {
        let question = try club.question(predicates)
        return .repeating(name, Floor([.secretTimes: secret]), bytes: question.size) {
            var random = SystemRandomness()
            _ = try question.answer(club.opening, using: &random)
        }
    }

    private static func verify(
        _ club: Club, _ predicates: [Predicate], _ name: String, times: Int
    ) throws -> Step {
        let question = try club.question(predicates)
        var random = SystemRandomness()
        let answer = try question.answer(club.opening, using: &random)
        return .repeating(name, Floor([.times: times]), bytes: answer.count) {
            _ = try question.verify(answer)
        }
    }

    private static func verifyMany(_ club: Club) throws -> Step {
        var random = SystemRandomness()
        let answers = try (0..<batch).map { index in
            let question = try club.question([], nonce: index)
            return (
                question: question, answer: try question.answer(club.opening, using: &random)
            )
        }
        return .repeating(
            "verify 100 proofs, one of 500, together",
            Floor([.times: count + 64 * batch]), bytes: batch * answers[0].answer.count
        ) {
            _ = try AnonymousQuestion.verify(answers)
        }
    }

    /// What an audit does for a sold-out edition: every card's proof that a person of the frozen sessions is behind it.
    private static func settleMany() throws -> Step {
        var random = SeededRandomness("settled")
        let edition: FixedBytes<32> = random.fixed()
        let people = try (0..<512).map { try enrol($0, edition, using: &random) }
        let list = try SessionList(edition: edition, people.map(\.session))
        let context = ProofContext(edition: edition.array, purpose: Array("settle".utf8))
        // One proof, 500 times: checking does not get cheaper by that.
        let index = try people[7].session.index(unblindedBy: people[7].blinding)
        let proof = try BatchProof.settle(
            index, people[7].blinding.secret, in: list, context: context, using: &random)
        return .repeating(
            "verify 500 settled cards of 512 sessions",
            Floor([.times: 1_024 + 64 * count]), bytes: count * proof.count
        ) {
            try BatchProof.verify(
                [(index: PersonIndex, proof: [UInt8])](repeating: (index, proof), count: count),
                in: list,
                context: context)
        }
    }

    /// The other half of that audit: that attestors signed each session and nodes evaluated it, 2 of 3 and 3 of 5.
    private static func sessions() throws -> Step {
        var random = SeededRandomness("sessions")
        let edition: FixedBytes<32> = random.fixed()
        let signers = (0..<3).map { _ in Secp256k1.PrivateKey(.random(using: &random)) }
        let names = signers.map { ("\($0.publicKey)", [$0.publicKey.xOnly]) }
        guard let sharing = Sharing(nodes: 5, threshold: 3),
            let attestors = AttestorSet(
                Dictionary(names, uniquingKeysWith: { one, _ in one }), threshold: 2)
        else { throw ProofError.unknownKey }
        let nodes = NodeSeeds.deal(sharing, using: &random)
        let published = try nodes.map { ($0.node, try $0.publication(for: edition)) }
        let keys = try EditionKeys(
            sharing: sharing, publications: Dictionary(uniqueKeysWithValues: published))
        let scope = Scope(edition: edition, answering: ProofContext())
        let body = Token.Body(
            cardClass: 1, flags: [], scope: scope.commitment, expires: 2,
            blinded: Blinding(of: [1], using: &random).blinded)
        let token = Token(
            body: body,
            signatures: signers[..<2].map { body.signature(by: $0, using: &random) })
        let verified = try attestors.verify(token, at: 1)
        let answers = try nodes[..<3].map {
            try $0.share(for: edition).answer(verified, scope: scope, using: &random)
        }
        let session = Session(token: token, answers: answers)
        return .repeating(
            "check 512 sessions, 2 of 3, 3 of 5",
            Floor([.schnorrVerify: 2 * 512, .times: 15 * 512]),
            bytes: 512 * (32 + session.encoded.count)
        ) {
            for _ in 0..<512 {
                _ = try session.verify(attestors: attestors, keys: keys, scope: scope, at: 1)
            }
        }
    }

    /// A person's checked session, with one attestor and one node.
    private static func enrol(
        _ number: Int, _ edition: FixedBytes<32>, using random: inout SeededRandomness
    ) throws -> (blinding: Blinding, session: VerifiedSession) {
        var services = SeededRandomness("one attestor, one node")
        let attestor = Secp256k1.PrivateKey(.random(using: &services))
        let seeds = NodeSeeds.deal(.single, using: &services)[0]
        let keys = try EditionKeys(
            sharing: .single, publications: [1: seeds.publication(for: edition)])
        guard
            let attestors = AttestorSet(["one": [attestor.publicKey.xOnly]], threshold: 1)
        else { throw ProofError.unknownKey }
        let scope = Scope(edition: edition, answering: ProofContext())
        let blinding = Blinding(of: Array("person \(number)".utf8), using: &random)
        let body = Token.Body(
            cardClass: 1, flags: [], scope: scope.commitment, expires: 2,
            blinded: blinding.blinded)
        let token = Token(body: body, signatures: [body.signature(by: attestor, using: &random)])
        let answer = try seeds.share(for: edition).answer(
            try attestors.verify(token, at: 1), scope: scope, using: &random)
        return (
            blinding,
            try Session(token: token, answers: [answer]).verify(
                attestors: attestors, keys: keys, scope: scope, at: 1)
        )
    }
}
