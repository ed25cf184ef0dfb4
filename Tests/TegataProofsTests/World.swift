import TegataCrypto
import TestSupport

@testable import TegataProofs

/// A small world for the tests: attestors, nodes, one edition, and the steps of the protocol as one call each.
struct World {
    let edition = SHA256.hash(Array("edition e-kaga/2026".utf8))
    let now: UInt64 = 1_800_000_000
    let attestorKeys: [Secp256k1.PrivateKey]
    let attestors: AttestorSet
    let seeds: [NodeSeeds]
    let keys: EditionKeys
    let shares: [NodeShare]
    let issuer: Secp256k1.PrivateKey
    var random: SeededRandomness

    init(
        nodes: Int = 3, threshold: Int = 2, attestorThreshold: Int = 2, seed: String = "world"
    ) throws {
        var random = SeededRandomness(seed)
        attestorKeys = (0..<3).map { _ in Secp256k1.PrivateKey(.random(using: &random)) }
        issuer = Secp256k1.PrivateKey(.random(using: &random))
        guard let sharing = Sharing(nodes: nodes, threshold: threshold),
            let attestors = AttestorSet(
                Dictionary(
                    uniqueKeysWithValues: attestorKeys.enumerated().map {
                        ("attestor \($0)", [$1.publicKey.xOnly])
                    }), threshold: attestorThreshold)
        else { throw ProofError.malformed }
        self.attestors = attestors
        let edition = edition
        seeds = NodeSeeds.deal(sharing, using: &random)
        var publications: [Int: [Int: Point]] = [:]
        for node in seeds { publications[node.node] = try node.publication(for: edition) }
        keys = try EditionKeys(sharing: sharing, publications: publications)
        shares = try seeds.map { node throws(ProofError) in try node.share(for: edition) }
        self.random = random
    }

    /// A question as issuer or verifier would ask it.
    func question(_ nonce: String = "fresh", purpose: String = "issue") -> ProofContext {
        ProofContext(
            edition: edition.array, audience: Array("https://club.example".utf8),
            nonce: Array(nonce.utf8), purpose: Array(purpose.utf8), expires: now + 300)
    }

    /// 4.1: blinding, challenge, attestation by the first t_A attestors.
    mutating func attest(
        _ uid: [UInt8], _ question: ProofContext, second: [UInt8]? = nil
    ) throws -> (blinding: Blinding, token: Token) {
        let attested = try attestation(uid, question, second: second)
        return (attested.blinding, attested.token)
    }

    /// The same with what the holder sent to the attestors.
    mutating func attestation(
        _ uid: [UInt8], _ question: ProofContext, second: [UInt8]? = nil
    ) throws -> (blinding: Blinding, challenge: IDChallenge, proof: [UInt8], token: Token) {
        let blinding = Blinding(of: uid, second: second, using: &random)
        let scope = Scope(edition: edition, answering: question)
        let asked = attestorKeys.prefix(attestors.threshold).map {
            IDChallenge.Attestor(key: $0.publicKey.xOnly, nonce: random.fixed())
        }
        let challenge = IDChallenge(
            attestors: asked, blinded: blinding.blinded, scope: scope.commitment,
            purpose: "issue", expires: now + 300)
        let proof = try blinding.proof(for: challenge, using: &random)
        guard
            blinding.blinded.isBlinding(
                of: uid, second: second, proof: proof, challenge: challenge)
        else { throw ProofError.invalidProof }
        let body = Token.Body(
            cardClass: 1, flags: [.beforeCutOff], scope: scope.commitment, expires: now + 300,
            blinded: blinding.blinded)
        let signatures = attestorKeys.prefix(attestors.threshold).map {
            body.signature(by: $0, using: &random)
        }
        return (blinding, challenge, proof, Token(body: body, signatures: signatures))
    }

    /// 4.2: answers of these nodes, by default the first t.
    mutating func evaluate(
        _ token: Token, _ question: ProofContext, nodes: [Int]? = nil
    ) throws -> Session {
        let verified = try attestors.verify(token, at: now)
        let scope = Scope(edition: edition, answering: question)
        let chosen = nodes ?? Array(1...keys.sharing.threshold)
        let answers = try chosen.map {
            try shares[$0 - 1].answer(verified, scope: scope, using: &random)
        }
        return Session(token: token, answers: answers)
    }

    /// 4.1 and 4.2 together, checked.
    mutating func session(
        _ uid: [UInt8], _ question: ProofContext, nodes: [Int]? = nil, second: [UInt8]? = nil
    ) throws -> (blinding: Blinding, session: Session, verified: VerifiedSession) {
        let (blinding, token) = try attest(uid, question, second: second)
        let session = try evaluate(token, question, nodes: nodes)
        return (blinding, session, try verify(session, question))
    }

    func verify(_ session: Session, _ question: ProofContext) throws -> VerifiedSession {
        try session.verify(
            attestors: attestors, keys: keys,
            scope: Scope(edition: edition, answering: question), at: now)
    }

    /// A person's request for a card, as bytes, and what opens it later.
    mutating func request(
        _ uid: [UInt8], _ question: ProofContext
    ) throws -> (bytes: [UInt8], pending: PendingCard) {
        let (blinding, session, verified) = try session(uid, question)
        let (request, pending) = try IssuanceRequest.make(
            session, verified: verified, blinding: blinding, question: question, using: &random)
        return (request.encoded, pending)
    }

    /// The issuer's check of those bytes.
    func accept(_ bytes: [UInt8], _ question: ProofContext) throws -> VerifiedIssuanceRequest {
        try IssuanceRequest(parsing: bytes, attestors: attestors, keys: keys)
            .verify(
                attestors: attestors, keys: keys, edition: edition, question: question, at: now)
    }

    /// A card from beginning to end.
    mutating func card(
        _ uid: [UInt8], attributes: [Scalar]
    ) throws -> (opening: CardOpening, row: Row) {
        let question = question()
        let (bytes, pending) = try request(uid, question)
        let accepted = try accept(bytes, question)
        let (commitment, blinding) = try accepted.wallet.commit(to: attributes, using: &random)
        let row = Row(
            position: 7, index: accepted.index, commitment: commitment, epoch: 0,
            status: .active, signedBy: issuer, using: &random)
        let opening = try pending.complete(
            commitment: row.commitment, attributes: attributes, blinding: blinding)
        return (opening, row)
    }
}

let alice = Array("jpki-auth-rsa/v1 alice".utf8)
let bob = Array("jpki-auth-rsa/v1 bob".utf8)

/// An attribute scalar of a test card.
func attribute(_ name: String, _ value: String) -> Scalar {
    CardCommitment.attribute(Array(name.utf8), Array(value.utf8))
}
