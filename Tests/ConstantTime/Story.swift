import TegataCrypto
import TegataProofs

/// The binding protocol from seeds to pseudonym (protocol.md §4), with two of three nodes and one attestor.
///
/// Whatever one role sends to another is public from then on, and only that.
struct Story {
    private let edition = SHA256.hash([1])
    private let now: UInt64 = 1_800_000_000
    private var random = SystemRandomness()

    mutating func run() throws {
        // The edition's keys, an attestor's and the issuer's.
        guard let sharing = Sharing(nodes: 3, threshold: 2) else { throw ProofError.malformed }
        let nodes = NodeSeeds.deal(sharing, using: &random)
        var publications: [Int: [Int: Point]] = [:]
        for node in nodes { publications[node.node] = try node.publication(for: edition) }
        let keys = try EditionKeys(sharing: sharing, publications: publications)
        let attestor = Secp256k1.PrivateKey()
        let issuer = Secp256k1.PrivateKey()
        guard
            let attestors = AttestorSet(
                ["attestor": [attestor.publicKey.xOnly]], threshold: 1)
        else { throw ProofError.malformed }
        let question = ProofContext(
            edition: edition.array, audience: [1], nonce: [2], purpose: [3], expires: now + 300)

        // 4.1: the holder blinds, the attestor signs.
        let scope = Scope(edition: edition, answering: question)
        let blinding = Blinding(of: [4], using: &random)
        let blinded = try BlindedPerson(
            base: Point(parsing: published(blinding.blinded.base.encoded)),
            person: Point(parsing: published(blinding.blinded.person.encoded)))
        let challenge = IDChallenge(
            attestors: [.init(key: attestor.publicKey.xOnly, nonce: SHA256.hash([5]))],
            blinded: blinded, scope: scope.commitment, purpose: "issue",
            expires: now + 300)
        let blindingProof = published(try blinding.proof(for: challenge, using: &random))
        guard blinded.isBlinding(of: [4], proof: blindingProof, challenge: challenge)
        else { throw ProofError.invalidProof }
        // 4.2: the nodes evaluate.
        let session = try evaluate(blinded, scope, attestor, attestors, nodes)
        // They say how often, and hand the key over to others.
        guard
            let plan = HandOverPlan(
                edition: edition, issuer: SHA256.hash([9]), round: 1, threshold: 2,
                recipients: (6...8).compactMap { Point.generator.times(Scalar($0)) })
        else { throw ProofError.malformed }
        for node in nodes.prefix(2) {
            let share = try node.share(for: edition)
            use(published(try share.deal(plan, using: &random).encoded))
            use(
                published(
                    try EvaluationCount(
                        by: share, round: 0, time: now, evaluations: 1, late: 0, using: &random
                    ).encoded))
        }
        let verified = try session.verify(
            attestors: attestors, keys: keys, scope: scope, at: now)

        // 4.3: the holder unblinds and asks, the issuer commits, the holder opens.
        let (request, pending) = try IssuanceRequest.make(
            session, verified: verified, blinding: blinding, question: question, using: &random)
        let accepted = try IssuanceRequest(
            parsing: published(request.encoded), attestors: attestors, keys: keys
        ).verify(
            attestors: attestors, keys: keys, edition: edition, question: question, at: now)
        let hidden = SecretScalar.random().exposed
        let (commitment, delta) = try accepted.wallet.commit(to: [hidden], using: &random)
        use(
            Row(
                position: 1, index: accepted.index, commitment: commitment, epoch: 0,
                status: .active, signedBy: issuer, using: &random))
        let opening = try pending.complete(
            commitment: commitment, attributes: [hidden], blinding: delta)
        let (visitor, _) = try VisitorRequest.make(question: question, using: &random)

        // 4.4: the holder shows a pseudonym, and on another day the person.
        let pseudonym = try PseudonymousPresentation.make(
            opening, revealing: [],
            scope: PseudonymScope(verifier: [6], edition: edition, epoch: 1), question: question,
            using: &random)
        let identity = try IdentityAnswer.make(
            session, verified: verified, blinding: blinding, question: question, using: &random)
        use((visitor, pseudonym, identity))
        try link(blinding, challenge, question)
        try named(nodes, keys, attestor, attestors, question)
        try lists(blinding, verified, session, question, keys: keys)
    }

    /// Spec/linking.md: another edition's session behind the same blinding, up to where it differs from the first.
    private mutating func link(
        _ blinding: Blinding, _ first: IDChallenge, _ question: ProofContext
    ) throws {
        let other = SHA256.hash([7])
        let again = Blinding(of: [4], secret: blinding.secret)
        let blinded = try BlindedPerson(
            base: Point(parsing: published(again.blinded.base.encoded)),
            person: Point(parsing: published(again.blinded.person.encoded)))
        let challenge = IDChallenge(
            attestors: first.attestors, blinded: blinded,
            scope: Scope(edition: other, answering: question).commitment, purpose: "link",
            expires: now + 300)
        let proof = published(try again.proof(for: challenge, using: &random))
        guard blinded == first.blinded,
            blinded.isBlinding(of: [4], proof: proof, challenge: challenge)
        else { throw ProofError.invalidProof }
    }

    /// The attestor signs, and two of the nodes answer.
    private mutating func evaluate(
        _ blinded: BlindedPerson, _ scope: Scope, _ attestor: Secp256k1.PrivateKey,
        _ attestors: AttestorSet, _ nodes: [NodeSeeds]
    ) throws -> Session {
        let body = Token.Body(
            cardClass: 1, flags: [], scope: scope.commitment, expires: now + 300,
            blinded: blinded)
        let token = Token(
            body: body, signatures: [body.signature(by: attestor, using: &random)])
        let attested = try attestors.verify(token, at: now)
        var answers: [NodeAnswer] = []
        for node in nodes.prefix(2) {
            let answer = try node.share(for: edition)
                .answer(attested, scope: scope, using: &random)
            answers.append(try NodeAnswer(parsing: published(answer.encoded)))
        }
        return Session(token: token, answers: answers)
    }

    /// The same session and request where a person is known by name, birth date and sex too: a second index.
    private mutating func named(
        _ nodes: [NodeSeeds], _ keys: EditionKeys, _ attestor: Secp256k1.PrivateKey,
        _ attestors: AttestorSet, _ question: ProofContext
    ) throws {
        let scope = Scope(edition: edition, answering: question)
        let blinding = Blinding(of: [4], second: [10], using: &random)
        let blinded = try BlindedPerson(
            base: Point(parsing: published(blinding.blinded.base.encoded)),
            person: Point(parsing: published(blinding.blinded.person.encoded)),
            second: blinding.blinded.second.map { try Point(parsing: published($0.encoded)) })
        let challenge = IDChallenge(
            attestors: [], blinded: blinded, scope: scope.commitment, purpose: "issue",
            expires: now + 300)
        let proof = published(try blinding.proof(for: challenge, using: &random))
        guard blinded.isBlinding(of: [4], second: [10], proof: proof, challenge: challenge)
        else { throw ProofError.invalidProof }
        let session = try evaluate(blinded, scope, attestor, attestors, nodes)
        let verified = try session.verify(
            attestors: attestors, keys: keys, scope: scope, at: now)
        let (request, _) = try IssuanceRequest.make(
            session, verified: verified, blinding: blinding, question: question, using: &random)
        let identity = try IdentityAnswer.make(
            session, verified: verified, blinding: blinding, question: question, using: &random)
        use((published(request.encoded), identity))
    }

    /// 4.3b, 4.6 to 4.8: provers who hide where they are in a list, and what their card commits to.
    private mutating func lists(
        _ blinding: Blinding, _ verified: VerifiedSession, _ session: Session,
        _ question: ProofContext, keys: EditionKeys
    ) throws {
        let secret = UInt64(random.bytes(1)[0])
        let card = try CardOpening(
            exposedSecrets: random.bytes(64),
            attributes: [Scalar(secret + 1), Scalar(secret & 1 + 1)])
        guard let mine = card.commitment,
            let adult = Predicate(0, .atLeast(0, bits: 9)),
            let young = Predicate(0, .atMost(300, bits: 9)),
            let known = Predicate(1, .oneOf([Scalar(1), Scalar(2), Scalar(3)]))
        else { throw ProofError.vanished }
        var cards = (0..<9).map { _ in SecretScalar.random(using: &random).timesGenerator }
        cards[5] = try Point(parsing: published(mine.encoded))
        let asked = try AnonymousQuestion(
            AnonymitySet(cards), attributes: [nil, nil], predicates: [adult, young, known],
            scope: PseudonymScope(verifier: [6], edition: edition, epoch: 2), context: question)
        let member = try asked.answer(card, using: &random)
        // The same where the position is marked as a secret too.
        let hidden = try asked.answer(
            card, mine, at: SecretPosition(UInt16(secret & 7)), using: &random)

        let index = try verified.index(unblindedBy: blinding)
        cards[3] = try Point(parsing: published(index.point.encoded))
        let person = try AnonymousIdentity.make(
            session, verified: verified, blinding: blinding, among: AnonymitySet(cards),
            question: question, using: &random)
        let list = try SessionList(edition: edition, [verified])
        let settled = try BatchProof.settle(
            index, blinding.secret, in: list, context: question, using: &random)
        let batch = try BatchRequest.make(
            index, blinding.secret, in: list, question: question, using: &random)
        use((member, hidden, person, settled, batch))
    }
}
