internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// Something that every member may do once, without saying which member: a vote, a night's discount. It is tied to one
/// frozen snapshot, so that a card issued or replaced later gives nobody a second turn (Spec/anonymous.md).
public struct AnonymousAction: Sendable {
    /// Who may act: every card in it, once.
    public let snapshot: MemberSnapshot
    /// The verifier's number for this action: another number is another turn.
    public let number: UInt64
    /// The first second in which an answer counts.
    public let opens: Int64
    /// The first second in which none counts any more.
    public let closes: Int64
    /// What every member has to show besides.
    public let predicates: [ClaimPredicate]
    /// What it is for, per language tag (`ja`, `en`): what the member reads before answering.
    public let purpose: [String: String]

    /// Plans an action.
    ///
    /// - Throws: `notYetValid` for a snapshot signed after the action opens, `expired` when it closes before it opens,
    ///   `unauthorized` for a predicate-only claim without a purpose, `typeMismatch` for a predicate on a claim that the edition does not commit to in that way, `limitExceeded` for
    ///   more than 8 predicates or 64 bits together, or too long a text.
    public init(
        _ snapshot: MemberSnapshot, number: UInt64, opens: Int64, closes: Int64,
        requiring predicates: [ClaimPredicate] = [], purpose: [String: String] = [:]
    ) throws(Refusal) {
        guard snapshot.time <= opens else { throw .notYetValid }
        guard opens < closes else { throw .expired }
        guard purpose.count <= 32, purpose.allSatisfy({ $0.value.utf8.count <= 4096 }),
            number < 1 << 53
        else { throw .limitExceeded }
        self.snapshot = snapshot
        self.number = number
        self.opens = opens
        self.closes = closes
        self.predicates = predicates
        self.purpose = purpose
        let edition = snapshot.announced.edition
        _ = try predicates.statement(in: edition)
        // What is kept back from everybody else is asked about for a reason, in words.
        guard
            !predicates.concernPredicateOnly(in: edition)
                || purpose.contains(where: { $0.value.contains { !$0.isWhitespace } })
        else { throw .unauthorized }
    }

    /// The statement for one part of the snapshot.
    func statement(
        _ part: Int, verifier: String, nonce: String, expires: UInt64, question: [UInt8]
    ) throws(Refusal) -> AnonymousQuestion {
        guard snapshot.cards.sets.indices.contains(part) else { throw .malformed }
        let edition = snapshot.announced
        let (attributes, predicates) = try predicates.statement(in: edition.edition)
        return try binding { () throws(ProofError) in
            try AnonymousQuestion(
                snapshot.cards.sets[part],
                attributes: attributes, predicates: predicates,
                scope: PseudonymScope(
                    verifier: Array(verifier.utf8), edition: edition.digest, epoch: number),
                context: ProofContext(
                    edition: edition.digest.array, audience: Array(verifier.utf8),
                    nonce: Array(nonce.utf8), purpose: Array("anonymous".utf8),
                    expires: expires, subject: SHA256.hash(question).array))
        }
    }
}

/// A question to an anonymous member, signed by whoever asks (Spec/anonymous.md).
struct SignedQuestion {
    static let type = "tegata-question+jwt"

    let verifier: String
    let nonce: String
    let expires: Int64
    let action: AnonymousAction
    /// The text as it was signed: what an answer is bound to.
    let text: String

    static func sign(
        _ action: AnonymousAction, by verifier: String, nonce: String, at now: Int64,
        expires: Int64, _ key: SigningKey
    ) throws(Refusal) -> String {
        var purpose = JSONObject()
        for (language, text) in action.purpose.sorted(by: { $0.key < $1.key }) {
            purpose.add(language, .string(text))
        }
        return try SignedText.sign(
            [
                "iss": .string(verifier), "iat": .whole(now), "exp": .whole(expires),
                "nonce": .string(nonce), "issuer": .string(action.snapshot.issuer),
                "edition": .string(action.snapshot.edition),
                "number": .whole(Int64(action.number)), "opens": .whole(action.opens),
                "closes": .whole(action.closes), "snapshot": .bytes(action.snapshot.root.array),
                "requires": .array(action.predicates.map(\.json)), "purpose": .object(purpose),
            ], type: type, by: key)
    }

    /// Reads a question about `snapshot`.
    ///
    /// - Throws: what `SignedText.verify` throws; `issuerUntrusted` when another verifier's scope is asked for,
    ///   `typeMismatch` for another edition or snapshot, and what `AnonymousAction` throws.
    init(
        parsing text: String, from profile: VerifierProfile, about snapshot: MemberSnapshot
    ) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: profile.ring)
        verifier = try payload.required("iss").text(atMost: 2048)
        // The scope is the verifier's own, and nobody else may ask for it.
        guard verifier.hasSameBytes(as: profile.verifier) else { throw .issuerUntrusted }
        nonce = try payload.required("nonce").text(atMost: 512)
        let times = try ["exp", "opens", "closes", "number"].map { name throws(Refusal) in
            Int64(clamping: try payload.required(name).time())
        }
        expires = times[0]
        try snapshot.check(payload)
        var predicates = [ClaimPredicate]()
        for entry in try payload.required("requires").elements(atMost: 8) {
            predicates.append(try ClaimPredicate(json: entry))
        }
        var purpose = [String: String]()
        guard let texts = try payload.required("purpose").object, texts.count <= 32 else {
            throw .malformed
        }
        for member in texts.members { purpose[member.name] = try member.value.text(atMost: 4096) }
        action = try AnonymousAction(
            snapshot, number: UInt64(times[3]), opens: times[1], closes: times[2],
            requiring: predicates, purpose: purpose)
        self.text = text
    }

    /// The statement that an answer from one part of the snapshot proves.
    func statement(_ part: Int) throws(Refusal) -> AnonymousQuestion {
        try action.statement(
            part, verifier: verifier, nonce: nonce, expires: UInt64(clamping: expires),
            question: Array(text.utf8))
    }
}
