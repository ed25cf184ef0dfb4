internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// Lets every member of an edition act once, and learns "one of the 500" and what was asked, never which one
/// (Spec/anonymous.md).
public struct AnonymousVerifier: Sendable {
    /// The identifier that questions are asked in and nullifiers belong to.
    public let id: String
    let key: SigningKey
    let store: ChallengeStore
    private let nullifiers: NullifierStore
    let clock: @Sendable () -> Int64

    /// A verifier that signs its questions with `key`. `store` remembers what was asked, `nullifiers` who has acted.
    public init(
        at id: String, key: SigningKey, store: some StateStore, nullifiers: NullifierStore
    ) {
        self.init(
            at: id, key: key, store: store, nullifiers: nullifiers,
            clock: { SystemClock.now })
    }

    package init(
        at id: String, key: SigningKey, store: some StateStore, nullifiers: NullifierStore,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        self.key = key
        self.store = ChallengeStore(store, of: .hall)
        self.nullifiers = nullifiers
        self.clock = clock
    }

    /// What a wallet has to know to answer: publish it on this verifier's own site.
    public var profile: VerifierProfile {
        guard let ring = KeyRing([key.verifyingKey]) else {
            preconditionFailure("one key is a ring")
        }
        return VerifierProfile(verifier: id, ring: ring)
    }

    /// Seconds that a question lives.
    static let questionLifetime: Int64 = 300

    /// A fresh question about `action`, signed, for `Holder.answer`.
    ///
    /// - Throws: `notYetValid` before the action opens, `expired` once it has closed, `unavailable`.
    public func challenge(for action: AnonymousAction) async throws(Refusal) -> String {
        try action.checkOpen(at: clock())
        return try await ask { nonce, now, expires throws(Refusal) in
            try SignedQuestion.sign(
                action, by: id, nonce: nonce, at: now, expires: min(expires, action.closes), key)
        }
    }

    /// Signs a question under a fresh nonce, and remembers it.
    func ask(
        _ sign: (_ nonce: String, _ now: Int64, _ expires: Int64)
            throws(Refusal) -> String
    ) async throws(Refusal) -> String {
        var random = SystemRandomness()
        let (nonce, now) = (Base64URL.encode(random.bytes(32)), clock())
        let expires = now + Self.questionLifetime
        let text = try sign(nonce, now, expires)
        try await store.remember(nonce, content: text, until: expires, now: now)
        return text
    }

    /// Checks an answer to one of this verifier's questions about `action`. Nonce and nullifier are used up, and only by
    /// success: of two answers with one card, one is accepted.
    ///
    /// - Throws: `replayed` for a card that has acted and for an answer that was given, `holderBindingInvalid` for a
    ///   proof that does not hold or belongs to another question, `malformed`, `notYetValid`, `expired`, `unavailable`.
    public func verify(
        _ answer: String, for action: AnonymousAction
    ) async throws(Refusal) -> AnonymousMembership {
        let now = clock()
        try action.checkOpen(at: now)
        let message = try JSON.message(answer, limit: 64 * 1024)
        let nonce = try message.required("nonce").text(atMost: 512)
        guard let part = try message.required("part").integer else { throw .malformed }
        let proof = try message.required("proof").bytes()
        guard let text = try await store.content(of: nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let question = try SignedQuestion(parsing: text, from: profile, about: action.snapshot)
        // What was asked then is what is proven now: a question of a milder action of the same number is another one.
        guard question.action.isSame(as: action), now < question.expires else {
            throw .holderBindingInvalid
        }
        let statement = try question.statement(Int(clamping: part))
        let nullifier = try statement.nullifier(of: proof)
        try await store.consume(nonce, now: now)
        // Last, and decisive: nothing after it can fail.
        try await nullifiers.use(nullifier.bytes, in: action.scope(of: id))
        return AnonymousMembership(
            issuer: action.snapshot.issuer, edition: action.snapshot.edition,
            anonymity: statement.set.points.count, predicates: action.predicates,
            nullifier: nullifier)
    }
}

/// What an anonymous member has shown. Only a verifier makes one.
public struct AnonymousMembership: Sendable {
    /// Whose edition it is.
    public let issuer: String
    /// The edition's id.
    public let edition: String
    /// Among how many cards the member's is one.
    public let anonymity: Int
    /// What holds of the member besides.
    public let predicates: [ClaimPredicate]
    /// The card's name in this action, and nowhere else.
    public let nullifier: Pseudonym
}

extension AnonymousAction {
    /// Whether both ask the same; the snapshot is compared where the question is read, and the purpose is words.
    func isSame(as other: AnonymousAction) -> Bool {
        number == other.number && opens == other.opens && closes == other.closes
            && predicates == other.predicates
    }

    func checkOpen(at now: Int64) throws(Refusal) {
        guard now >= opens else { throw .notYetValid }
        guard now < closes else { throw .expired }
    }

    /// Where a nullifier may be used once: verifier, edition and number.
    func scope(of verifier: String) -> FixedBytes<32> {
        taggedHash(
            "TEGATA-V01/action", lengthPrefixed(verifier), snapshot.announced.digest.array,
            bigEndian(number))
    }
}
