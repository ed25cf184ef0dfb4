import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// An issuer with two editions, a holder with a card of each, and a door: all from seeds, at one moment.
struct RoleStory {
    static let now: Int64 = 1_800_000_000
    static let alice = SHA256.hash(Array("jpki-auth-rsa/v1 alice".utf8)).array
    static let bob = SHA256.hash(Array("jpki-auth-rsa/v1 bob".utf8)).array

    var random = SeededRandomness("roles")
    let issuer: Issuer
    let founders: OpenEdition
    let visitors: OpenEdition
    let attestorKey: Secp256k1.PrivateKey
    let holderKey: SigningKey
    let holderSecret: [UInt8]
    let kioskKey: Secp256k1.PrivateKey

    /// With `JWSAlgorithm.es256`, issuer and holder sign on P-256, and their texts differ each time.
    init(_ algorithm: JWSAlgorithm = .es256k) async throws {
        var random = SeededRandomness("roles")
        let keys = (0..<5).map { _ in Secp256k1.PrivateKey(.random(using: &random)) }
        (attestorKey, kioskKey) = (keys[0], keys[2])
        holderSecret = keys[1].exposedRawRepresentation
        holderKey = try Self.signingKey(keys[1], algorithm)
        var nodes = SeededRandomness("nodes")
        let services = try IdentityServices(
            attestors: [Attestor(key: attestorKey, accepting: NoEvidence())], threshold: 1,
            nodes: EvaluationNode.deal(
                nodes: 1, threshold: 1, trusting: [attestorKey.publicKey.xOnly.array],
                attestorThreshold: 1, using: &nodes), threshold: 1)
        issuer = Issuer(
            at: "https://club.example",
            keys: try IssuerKeys(
                card: try Self.signingKey(keys[3], algorithm), register: keys[4],
                log: Ed25519.PrivateKey(rawRepresentation: SHA256.hash(Array("log".utf8)).array)),
            identity: services, store: InMemoryStateStore(),
            clock: { Self.now })
        founders = try await issuer.open(
            Edition(
                "founders", limit: 500, title: ["en": "Founders", "ja": "創設会員"],
                benefits: ["library"]))
        visitors = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: [], cardLifetime: 86_400))
        self.random = random
    }

    var holder: Holder {
        Holder(
            key: holderKey, secret: holderSecret, clock: { Self.now })
    }

    /// The same 32 bytes as a key of either curve.
    private static func signingKey(
        _ key: Secp256k1.PrivateKey, _ algorithm: JWSAlgorithm
    ) throws -> SigningKey {
        guard algorithm == .es256 else { return .secp256k1(key) }
        return .p256(try P256.PrivateKey(rawRepresentation: key.exposedRawRepresentation))
    }

    /// Whether the attestors' token carries the flag of a test authority.
    static let flags: Token.Flags = []

    /// A session that answers `question`, for the person of this input.
    mutating func session(
        _ person: [UInt8], _ question: ProofContext, in edition: OpenEdition,
        blindedBy secret: SecretScalar? = nil
    ) throws -> (blinding: Blinding, session: Session, verified: VerifiedSession) {
        guard let identity = edition.identity else { throw Refusal.unsupported }
        var nodes = SeededRandomness("nodes")
        let share = try NodeSeeds.deal(.single, using: &nodes)[0].share(for: edition.digest)
        let scope = Scope(edition: edition.digest, answering: question)
        let blinding = Blinding(of: person, secret: secret ?? .random(using: &random))
        let expires = UInt64(Self.now + Attestor.sessionLifetime)
        let body = Token.Body(
            cardClass: 1, flags: Self.flags, scope: scope.commitment, expires: expires,
            blinded: blinding.blinded)
        let token = Token(
            body: body, signatures: [body.signature(by: attestorKey, using: &random)])
        let attested = try identity.attestors.verify(token, at: UInt64(Self.now))
        let answer = try share.answer(attested, scope: scope, using: &random)
        let session = Session(token: token, answers: [answer])
        let verified = try session.verify(
            attestors: identity.attestors, keys: identity.keys, scope: scope,
            at: UInt64(Self.now))
        return (blinding, session, verified)
    }
}

/// Accepts no ID card: the sessions of the vectors are made without asking the attestor.
private struct NoEvidence: EvidenceVerifier {
    var usesTestAnchors: Bool { false }

    func verify(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence {
        throw .nationalIDInvalid
    }
}

// MARK: - Requests and cards

extension RoleStory {
    /// A request for a card of `founders`, as its holder signs it, and its parts.
    struct Asked {
        let request: CardRequest
        let text: String
        let index: PersonIndex?
        let wallet: WalletCommitment
    }

    static let salt = Array(SHA256.hash(Array("wallet salt".utf8)).array.prefix(16))
    static let nonce = Base64URL.encode(SHA256.hash(Array("issuer's nonce".utf8)).array)

    /// Asks for a card of `founders` as `person`.
    mutating func ask(person: [UInt8] = Self.alice) throws -> Asked {
        let holder = holder
        let expires = UInt64(Self.now + CardRequest.lifetime)
        let question = CardRequest.question(
            edition: founders.digest, audience: issuer.id, nonce: Self.nonce, expires: expires,
            key: holder.publicKey)
        let run = try session(person, question, in: founders)
        let index = try run.verified.index(unblindedBy: run.blinding)
        var source = holder.wallet.source(
            salt: Self.salt, edition: founders.digest, index: index.point.encoded)
        let made = try IssuanceRequest.make(
            run.session, verified: run.verified, blinding: run.blinding, question: question,
            using: &source
        ).request
        guard let identity = founders.identity else { throw Refusal.unsupported }
        let checked = try made.verify(
            attestors: identity.attestors, keys: identity.keys, edition: founders.digest,
            question: question, at: UInt64(Self.now))
        return try asked(made.encoded, founders, expires, index, checked.wallet)
    }

    /// Asks for a card of `visitors`.
    func askAsVisitor() throws -> Asked {
        let expires = UInt64(Self.now + CardRequest.lifetime)
        let question = CardRequest.question(
            edition: visitors.digest, audience: issuer.id, nonce: Self.nonce, expires: expires,
            key: holder.publicKey)
        var source = holder.wallet.source(salt: Self.salt, edition: visitors.digest, index: [])
        let made = try VisitorRequest.make(question: question, using: &source).request
        return try asked(
            made.encoded, visitors, expires, nil, try made.verify(question: question))
    }

    /// Asks for a card of `founders` without a wallet, as a kiosk does.
    mutating func askAtKiosk() throws -> String {
        let key = SigningKey.secp256k1(kioskKey)
        let expires = UInt64(Self.now + CardRequest.lifetime)
        let question = CardRequest.question(
            edition: founders.digest, audience: issuer.id, nonce: Self.nonce, expires: expires,
            key: key.verifyingKey)
        let run = try session(Self.alice, question, in: founders)
        let answer = try IdentityAnswer.make(
            run.session, verified: run.verified, blinding: run.blinding, question: question,
            using: &random)
        return try CardRequest(
            audience: issuer.id, edition: founders.edition.id, nonce: Self.nonce,
            expires: expires, wallet: nil, binding: answer, key: key.verifyingKey
        ).signed(by: key)
    }

    private func asked(
        _ binding: [UInt8], _ edition: OpenEdition, _ expires: UInt64, _ index: PersonIndex?,
        _ wallet: WalletCommitment
    ) throws -> Asked {
        let request = CardRequest(
            audience: issuer.id, edition: edition.edition.id, nonce: Self.nonce,
            expires: expires, wallet: Self.salt, binding: binding, key: holder.publicKey)
        return Asked(
            request: request, text: try request.signed(by: holder.key), index: index, wallet: wallet
        )
    }

    /// The issuer's answer: serial 7, status index 5, the only entry of its log.
    mutating func issue(_ asked: Asked, claims: Claims = Self.claims) throws -> IssuedCard {
        let edition = asked.index == nil ? visitors : founders
        let (commitment, delta) = try asked.wallet.commit(to: [], using: &random)
        guard let serial = Serial(7, within: edition.edition.limit) else { throw Refusal.soldOut }
        let index =
            asked.index
            ?? .withoutPerson(edition: edition.digest, salt: random.fixed())
        let row = Row(
            position: 7, index: index, commitment: commitment, epoch: 0, status: .active,
            signedBy: issuer.keys.register, using: &random)
        let card = try issuer.card(
            for: asked.request.key, commitment, edition.proofOfPerson, edition.edition, claims,
            RegisterPlace(
                serial: serial, statusIndex: 5, limit: edition.edition.limit), at: Self.now,
            using: &random)
        let salt: FixedBytes<32> = random.fixed()
        return IssuedCard(
            card: card, row: row.encoded, opening: delta, wallet: Self.salt, salt: salt,
            proof: try proof(of: row, salt).encoded)
    }

    /// The proof of a row in a log of nothing else.
    func proof(
        of row: Row, _ salt: FixedBytes<32>, kind: LogEntry.Kind = .card, signer: NoteSigner? = nil
    ) throws -> LogProof {
        let signer = signer ?? issuer.logSigner
        let entry = LogEntry.leaf(kind, row.edition, row.leaf(salt: salt)).encoded
        let line = IssuerSignature(
            origin: signer.key.name, key: issuer.keys.register.publicKey.xOnly)
        let note = line.sign(
            try Checkpoint(origin: signer.key.name, size: 1, root: TreeHash(leaf: entry))
                .signed(by: signer), by: issuer.keys.register, auxiliary: salt)
        let extra = ProofExtra(kind: kind, epoch: row.epoch, blind: row.blind(salt: salt))
        return LogProof(index: 0, path: [], extra: extra.encoded, note: note)
    }

    static let claims: Claims = [
        "tier": "gold", "since": 2024, "name": .selective("優 Yu"), "year": .selective("1990"),
    ]
}
