internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// Asks whether two cards, of whomever, are one person's, and checks the answer (Spec/linking.md).
public struct LinkVerifier: Sendable {
    /// What a wallet has to know to answer: publish it on this verifier's own site.
    public let profile: VerifierProfile
    private let verifier: Verifier
    private let key: SigningKey?
    private let store: ChallengeStore

    /// A verifier that signs its questions with `key`. Whom it trusts, and what it insists on, is `verifier`'s.
    public init(_ verifier: Verifier, key: SigningKey) {
        guard let ring = KeyRing([key.verifyingKey]) else {
            preconditionFailure("one key is a ring")
        }
        self.init(verifier, VerifierProfile(verifier: verifier.id, ring: ring), key)
    }

    /// One that checks answers to questions that `profile` signed, and asks none: for vectors.
    package init(_ verifier: Verifier, asking profile: VerifierProfile) {
        self.init(verifier, profile, nil)
    }

    private init(_ verifier: Verifier, _ profile: VerifierProfile, _ key: SigningKey?) {
        self.verifier = verifier
        self.profile = profile
        self.key = key
        store = verifier.store.of(.link)
    }

    /// A fresh question, signed, for `LinkRequest`.
    ///
    /// - Throws: `unavailable` when it cannot be remembered.
    public func challenge(for link: Link) async throws(Refusal) -> String {
        guard let key else { throw .unsupported }
        var random = SystemRandomness()
        let (nonce, now) = (Base64URL.encode(random.bytes(32)), verifier.clock())
        let expires = now + verifier.policy.challengeLifetime
        let text = try LinkRequest.sign(
            link, by: verifier.id, nonce: nonce, at: now, expires: expires,
            withLogProof: verifier.policy.requiresLogProof, key)
        try await store.remember(nonce, content: text, until: expires, now: now)
        return text
    }

    /// Checks an answer to one of this verifier's questions about `link`. The question is used up, and only by success.
    ///
    /// - Throws: the reason of the first check that fails; `nationalIDInvalid` for cards of two persons, `holderBindingInvalid` for
    ///   an answer to another question, `replayed`.
    public func verify(
        _ answer: String, for link: Link
    ) async throws(Refusal) -> LinkedCards {
        let now = verifier.clock()
        try TrustBundle.check(end: verifier.trustEnd, at: now, skew: verifier.policy.skew)
        let message = try JSON.message(answer, limit: Self.limit)
        let nonce = try message.required("nonce").text(atMost: 512)
        let cards = try message.required("cards").elements(atMost: 2)
        guard cards.count == 2 else { throw .malformed }
        guard let text = try await store.content(of: nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let request = try LinkRequest(parsing: text, from: profile)
        guard request.asks(link) else { throw .holderBindingInvalid }
        guard now < request.expires else { throw .expired }
        let first = try await check(cards[0], link.first, request, at: now)
        let second = try await check(cards[1], link.second, request, at: now)
        try binding { () throws(ProofError) in
            try OnePerson.check([first.token, second.token])
        }
        try await store.consume(nonce, now: now)
        return LinkedCards(first: first.card, second: second.card, purpose: link.purpose)
    }

    /// The same for one question in particular: what was answered in another conversation does not count in this one.
    ///
    /// - Throws: as `verify(_:for:)`.
    public func verify(
        _ answer: String, to question: String, for link: Link
    ) async throws(Refusal) -> LinkedCards {
        let asked = try LinkRequest(parsing: question, from: profile)
        let nonce = try JSON.message(answer, limit: Self.limit).required("nonce").text(atMost: 512)
        guard nonce.hasSameBytes(as: asked.nonce) else { throw .holderBindingInvalid }
        return try await verify(answer, for: link)
    }

    /// Most bytes of an answer.
    private static let limit = 256 * 1024

    private func check(
        _ answer: JSON, _ asked: Link.Asked, _ request: LinkRequest, at now: Int64
    ) async throws(Refusal) -> (card: LinkedCards.Card, token: VerifiedToken) {
        switch asked {
        case .shown(let edition, let claims):
            let text = try answer.required("card").text(atMost: 128 * 1024)
            return try await check(text, edition, claims, request, at: now)
        case .hidden(let snapshot):
            guard let part = try answer.required("part").integer else { throw .malformed }
            let profile = try issuer(of: snapshot.announced)
            let (person, token) = try snapshot.person(
                try answer.required("proof").bytes(), part: Int(clamping: part),
                request.context(snapshot.announced.digest),
                by: try profile.attestors(of: snapshot.announced, at: now), at: now)
            return (.hidden(person), token)
        }
    }

    private func check(
        _ text: String, _ edition: OpenEdition, _ claims: [String], _ request: LinkRequest,
        at now: Int64
    ) async throws(Refusal) -> (card: LinkedCards.Card, token: VerifiedToken) {
        let card = try verifier.checkCard(text, at: now)
        let policy = verifier.policy
        let keyBinding = try card.verified.keyBinding(
            KeyBindingCheck(
                audience: verifier.id, now: now, skew: policy.skew,
                maximumAge: policy.maximumKeyBindingAge,
                isExpectedNonce: request.nonce.hasSameBytes))
        guard card.profile.issuer.hasSameBytes(as: edition.issuer),
            card.edition.id.hasSameBytes(as: edition.edition.id)
        else { throw .typeMismatch }
        let shown = try card.answer(to: claims)
        try verifier.checkLog(of: card, keyBinding)
        let statusTime = try await verifier.checkStatus(of: card, at: now)
        let owner = try verifier.checkOwner(
            card, keyBinding, request.context(edition.digest, shownBy: keyBinding.holder), at: now)
        let membership = card.membership(
            claims: shown, isHolderProven: true,
            person: try edition.personCheck(owner.token.body), pseudonym: nil,
            statusTime: statusTime)
        return (.shown(membership), owner.token)
    }

    /// - Throws: `issuerUntrusted`.
    private func issuer(of edition: OpenEdition) throws(Refusal) -> IssuerProfile {
        guard
            let profile = verifier.issuers.first(where: {
                $0.issuer.hasSameBytes(as: edition.issuer)
            })
        else { throw .issuerUntrusted }
        return profile
    }
}

/// Two cards that are one person's. Only a verifier makes one.
public struct LinkedCards: Sendable {
    /// What was shown of one of them.
    public enum Card: Sendable {
        /// The card.
        case shown(Membership)
        /// That the person has one.
        case hidden(AnonymousPerson)
    }

    /// The first that was asked for.
    public let first: Card
    /// The second.
    public let second: Card
    /// What the person has agreed to.
    public let purpose: [String: String]
}
