internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
public import TegataSDJWT

/// Asks a fresh question, and checks that the answer comes from the holder of a genuine, current card
/// (Spec/card.md, "Verifying a presentation").
public struct Verifier: Sendable {
    /// The identifier that answers are made for, compared byte for byte.
    public let id: String
    /// What this verifier insists on.
    public let policy: VerifierPolicy
    let issuers: [IssuerProfile]
    let kiosks: Set<FixedBytes<32>>
    let store: ChallengeStore
    let statuses: StatusCache
    /// From when on nobody is believed; `nil` for profiles without an end.
    let trustEnd: Int64?
    let clock: @Sendable () -> Int64

    /// A verifier that trusts one issuer.
    ///
    /// `kiosks` are the terminals whose word counts for people without a phone; `store` remembers what was asked.
    public init(
        at id: String, trusting issuer: IssuerProfile, kiosks: [Secp256k1.PublicKey] = [],
        policy: VerifierPolicy = .strict, store: some StateStore
    ) {
        self.init(
            at: id, trusting: [issuer], kiosks: kiosks, policy: policy, store: store)
    }

    /// A verifier that trusts several issuers, each for its own cards only.
    public init(
        at id: String, trusting issuers: [IssuerProfile], kiosks: [Secp256k1.PublicKey] = [],
        policy: VerifierPolicy = .strict, store: some StateStore
    ) {
        self.init(
            at: id, trusting: issuers, kiosks: kiosks, policy: policy, store: store,
            clock: { SystemClock.now })
    }

    /// A verifier that trusts whom a bundle names, within its terms and until its end. `statuses` brings status lists, kept ones in
    /// a ``StatusFolder`` where there is no network; it is asked for listed addresses only.
    public init(
        at id: String, trusting bundle: TrustBundle, statuses: some StatusSource,
        kiosks: [Secp256k1.PublicKey] = [], policy: VerifierPolicy = .strict,
        store: some StateStore
    ) {
        self.init(
            at: id, trusting: bundle, statuses: statuses, kiosks: kiosks, policy: policy,
            store: store, clock: { SystemClock.now })
    }

    package init(
        at id: String, trusting bundle: TrustBundle, statuses: some StatusSource,
        kiosks: [Secp256k1.PublicKey] = [], policy: VerifierPolicy = .strict,
        store: some StateStore, clock: @escaping @Sendable () -> Int64
    ) {
        self.init(
            at: id, trusting: bundle.profiles(statuses), until: bundle.expires, kiosks: kiosks,
            policy: policy, store: store, clock: clock)
    }

    package init(
        at id: String, trusting issuers: [IssuerProfile], until end: Int64? = nil,
        kiosks: [Secp256k1.PublicKey] = [], policy: VerifierPolicy = .strict,
        store: some StateStore, clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        trustEnd = end
        self.issuers = issuers
        self.kiosks = Set(kiosks.map(\.xOnly))
        self.policy = policy
        self.store = ChallengeStore(store, of: .verifier)
        self.clock = clock
        statuses = StatusCache()
    }

    /// The types of card that this verifier trusts, of some of its issuers or of all, for a query that asks for one of them.
    package func cardTypes(of wanted: [String]?) -> [String] {
        issuers.reduce(into: []) { types, issuer in
            guard wanted?.has(issuer.issuer) ?? true else { return }
            if !types.contains(where: issuer.cardType.hasSameBytes) {
                types.append(issuer.cardType)
            }
        }
    }

    /// A fresh question: which claims to show, and, where it matters, more.
    ///
    /// - Parameters:
    ///   - claims: the names of the claims to show.
    ///   - edition: the one edition that will do; `nil` for any of a trusted issuer.
    ///   - personOf: the edition whose card's person must also prove, with the ID card, that it was issued to them.
    ///   - pseudonymEpoch: the epoch within which a card is to be recognised; `nil` for no pseudonym.
    /// - Returns: the question, for `Holder.present` or `Kiosk.check`.
    /// - Throws: `unavailable` when the question cannot be remembered.
    public func challenge(
        asking claims: [String], edition: OpenEdition? = nil, personOf: OpenEdition? = nil,
        pseudonymEpoch: UInt64? = nil
    ) async throws(Refusal) -> String {
        var random = SystemRandomness()
        let now = clock()
        let question = Question(
            audience: id, nonce: Base64URL.encode(random.bytes(32)),
            expires: UInt64(clamping: now + policy.challengeLifetime), asked: claims,
            edition: (personOf ?? edition).map {
                EditionName(issuer: $0.issuer, id: $0.edition.id)
            },
            pseudonymEpoch: pseudonymEpoch,
            asksPerson: personOf != nil, asksLogProof: policy.requiresLogProof)
        let text = question.encoded
        try await store.remember(
            question.nonce, content: text, until: now + policy.challengeLifetime, now: now)
        return text
    }

    /// Checks an answer to one of this verifier's questions. The question is used up, and only by success.
    ///
    /// - Throws: the reason of the first check that fails.
    public func verify(_ answer: String) async throws(Refusal) -> Membership {
        try await verify(answer, isExpectedNonce: { _ in true })
    }

    /// Checks an answer to `challenge`, one of this verifier's questions, and to no other: for conversations that run side
    /// by side, where an answer to one must not count in another.
    ///
    /// - Throws: as ``verify(_:)``; `holderBindingMissing` whatever the policy says, because only the holder's key answers
    ///   a question; `holderBindingInvalid` for an answer to another question.
    public func verify(
        _ answer: String, to challenge: String
    ) async throws(Refusal) -> Membership {
        let nonce = try Question(parsing: challenge).nonce
        let membership = try await verify(answer, isExpectedNonce: nonce.hasSameBytes)
        guard membership.isHolderProven else { throw .holderBindingMissing }
        return membership
    }

    /// Uses up the nonce of `challenge` for an answer that was checked elsewhere: atomically, and the last step of it.
    ///
    /// - Throws: `replayed`, `expired`, `unavailable`.
    package func consume(_ challenge: String) async throws(Refusal) {
        try await store.consume(try Question(parsing: challenge).nonce, now: clock())
    }

    private func verify(
        _ answer: String, isExpectedNonce: @escaping (String) -> Bool
    ) async throws(Refusal) -> Membership {
        let now = clock()
        try TrustBundle.check(end: trustEnd, at: now, skew: policy.skew)
        let card = try checkCard(answer, at: now)
        guard policy.requiresHolderBinding || card.received.hasKeyBinding else {
            return try await authenticate(card, at: now)
        }
        // Whether a nonce is one of ours is the store's to say, two lines below.
        let binding = try card.verified.keyBinding(
            KeyBindingCheck(
                audience: id, now: now, skew: policy.skew,
                maximumAge: policy.maximumKeyBindingAge, isExpectedNonce: isExpectedNonce))
        guard let text = try await store.content(of: binding.nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let question = try Question(parsing: text)
        if let edition = question.edition {
            guard edition.names(card.edition.id, of: card.profile.issuer) else {
                throw .typeMismatch
            }
        }
        let claims = try card.answer(to: question.asked)
        try checkLog(of: card, binding)
        let statusTime = try await checkStatus(of: card, at: now)
        let pseudonym = try checkPseudonym(question, card, binding)
        let person = try checkPerson(question, card, binding, at: now)
        try await store.consume(binding.nonce, now: now)
        return card.membership(
            claims: claims, isHolderProven: true, person: person, pseudonym: pseudonym,
            statusTime: statusTime)
    }

    /// That the card is in its issuer's log, as witnesses saw it (A103).
    func checkLog(
        of card: CheckedCard, _ binding: VerifiedKeyBinding
    ) throws(Refusal) {
        guard policy.requiresLogProof else { return }
        guard let text = binding.payload["tegata"]?["log"]?.string else { throw .logProofInvalid }
        let proof = try LogProof(ofCard: text)
        var asked = [(policy.witnesses, policy.witnessQuorum)]
        // A bundle may ask for more than this verifier does, and never for less.
        if let terms = card.profile.terms { asked.append((terms.witnesses, terms.quorum)) }
        for (witnesses, quorum) in asked {
            try proof.verify(
                edition: Edition.digest(issuer: card.profile.issuer, id: card.edition.id),
                serial: card.serial, commitment: card.commitment,
                by: try card.profile.logPolicy(witnesses: witnesses, quorum: quorum))
        }
    }

    /// A card without a holder: authentic, and no more than that (A66).
    private func authenticate(_ card: CheckedCard, at now: Int64) async throws(Refusal)
        -> Membership
    {
        let statusTime = try await checkStatus(of: card, at: now)
        return card.membership(
            claims: card.shownClaims, isHolderProven: false, person: .notAsked, pseudonym: nil,
            statusTime: statusTime)
    }

    /// Steps 1 to 4: form, issuer, disclosures, type and times.
    func checkCard(_ text: String, at now: Int64) throws(Refusal) -> CheckedCard {
        let received = try ReceivedSDJWT(parsing: Array(text.utf8), policy.presentation)
        guard received.hasKeyBinding || !policy.requiresHolderBinding else {
            throw .holderBindingMissing
        }
        guard let claimed = received.claimedIssuer else { throw .malformed }
        guard let issuer = issuers.first(where: { $0.issuer.hasSameBytes(as: claimed) })
        else { throw .issuerUntrusted }
        let key = try issuer.ring.key(for: received.header)
        let verified = try received.verified(by: key)
        let claims = try verified.credentialClaims()
        guard claims.type.hasSameBytes(as: issuer.cardType) else { throw .typeMismatch }
        try claims.checkTimes(at: now, skew: policy.skew)
        guard issuer.ring.counts(key, at: claims.issuedAt) else { throw .issuerUntrusted }
        let card = try CheckedCard(received, verified, issuer)
        guard !policy.requiresProofOfPerson || card.proofOfPerson != .none else {
            throw .nationalIDInvalid
        }
        // Without an answer to a question there is nowhere a log proof could be.
        guard received.hasKeyBinding || !policy.requiresLogProof else { throw .logProofInvalid }
        return card
    }
}
