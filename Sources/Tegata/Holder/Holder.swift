public import TegataCrypto
internal import TegataLog
internal import TegataProofs
public import TegataSDJWT

/// A wallet: asks for cards, keeps them, and shows of them what its owner wants to show.
///
/// It has no state besides its key: what a card needs is in the card.
public struct Holder: Sendable {
    let key: SigningKey
    let wallet: WalletSecret
    let clock: @Sendable () -> Int64

    /// A wallet whose cards are bound to a secp256k1 key (ES256K).
    public init(key: Secp256k1.PrivateKey) {
        self.init(
            key: .secp256k1(key), secret: key.exposedRawRepresentation,
            clock: { SystemClock.now })
    }

    /// A wallet whose cards are bound to a P-256 key (ES256).
    public init(key: P256.PrivateKey) {
        self.init(
            key: .p256(key), secret: key.rawRepresentation, clock: { SystemClock.now })
    }

    package init(key: SigningKey, secret: [UInt8], clock: @escaping @Sendable () -> Int64) {
        self.key = key
        wallet = WalletSecret(derivedFrom: secret)
        self.clock = clock
    }

    /// What cards are bound to.
    public var publicKey: VerifyingKey { key.verifyingKey }

    /// Asks for a card of an edition, proving with a national ID card to be a person who has none yet, without saying
    /// who (protocol.md 4.1 to 4.3).
    ///
    /// It is a conversation, so it waits: attestors, nodes and issuer are other people's machines.
    ///
    /// - Returns: the request, for `Issuer.issue`.
    /// - Throws: `Refusal`, or what the ID card throws (a wrong PIN, a card that was taken away).
    public func request(
        _ edition: OpenEdition, proving card: some IdentityCard
    ) async throws -> String {
        let draft = try await draft(edition)
        var random = SystemRandomness()
        let run = try await PersonSession.run(
            edition, proving: card, question: draft.question,
            blindedBy: wallet.session(salt: draft.salt, edition: edition.digest), now: draft.now,
            using: &random)
        let bytes = try binding { () throws(ProofError) in
            var source = wallet.source(
                salt: draft.salt, edition: edition.digest,
                index: try run.verified.index(unblindedBy: run.blinding).point.encoded)
            return try IssuanceRequest.make(
                run.session, verified: run.verified, blinding: run.blinding,
                question: draft.question, using: &source
            ).request.encoded
        }
        return try sign(draft, bytes, edition)
    }

    /// Asks for a card of an edition that asks nobody for an ID card.
    ///
    /// - Returns: the request, for `Issuer.issue`.
    /// - Throws: `nationalIDInvalid` when the edition does ask for one.
    public func request(_ edition: OpenEdition) async throws -> String {
        guard edition.edition.nationalID.isEmpty else { throw Refusal.nationalIDInvalid }
        let draft = try await draft(edition)
        let bytes = try binding { () throws(ProofError) in
            var source = wallet.source(
                salt: draft.salt, edition: edition.digest, index: [])
            return try VisitorRequest.make(question: draft.question, using: &source)
                .request.encoded
        }
        return try sign(draft, bytes, edition)
    }

    /// Checks what the issuer answered, and makes it this wallet's card.
    ///
    /// - Throws: what a verifier would throw about the card; `holderBindingInvalid` when it is bound to another key;
    ///   `conflict` when card, row and this wallet do not belong together; `logProofInvalid` when the card is not in the
    ///   issuer's log.
    public func accept(_ issued: String, from profile: IssuerProfile) throws(Refusal) -> Card {
        let issued = try IssuedCard(parsing: issued)
        let (_, verified, card) = try profile.check(issued, at: clock())
        guard try verified.holderKey() == publicKey else { throw .holderBindingInvalid }
        let held = try HeldSDJWT(verified)
        let announced = (try? profile.edition(card.edition.id))?.edition
        return Card(
            card, held, issued, opening: try opening(of: card, issued, announced, profile),
            predicateOnly: announced?.predicateOnlyClaims ?? [])
    }

    /// What opens the row's commitment, once row, card and log belong together.
    private func opening(
        of card: CheckedCard, _ issued: IssuedCard, _ announced: Edition?,
        _ profile: IssuerProfile
    ) throws(Refusal) -> CardOpening? {
        let edition = Edition.digest(issuer: profile.issuer, id: card.edition.id)
        let row: Row
        do {
            row = try Row(parsing: issued.row, issuer: profile.registerKey)
        } catch {
            throw error == .invalidSignature ? .signatureInvalid : .malformed
        }
        guard row.edition == edition, row.position == card.serial.number,
            row.commitment.encoded == card.commitment
        else { throw .conflict }
        try checkLog(row, card, issued, profile)
        guard let salt = issued.wallet, let delta = issued.opening else { return nil }
        // A visitor's row carries an index that the wallet did not see; a person's carries the one it derived from.
        let index = card.proofOfPerson == .none ? [] : row.index.encoded
        var source = wallet.source(salt: salt, edition: edition, index: index)
        // What a card commits to is its edition's to say; where that is not known, it has to be nothing.
        guard
            let attributes = try? announced?.attributes(of: { card.verified.claims[$0] }) ?? []
        else { throw .conflict }
        do {
            return try PendingCard(redrawingFrom: &source).complete(
                commitment: row.commitment, attributes: attributes, blinding: delta)
        } catch {
            throw error == .mismatch ? .conflict : .malformed
        }
    }

    /// That the row is in the issuer's log, and that the proof is one that a verifier can follow from the card (A103).
    private func checkLog(
        _ row: Row, _ card: CheckedCard, _ issued: IssuedCard, _ profile: IssuerProfile
    ) throws(Refusal) {
        let proof = try LogProof(ofCard: issued.proof)
        // Whoever gave the card also signed the log that it is in.
        let line = IssuerSignature(origin: profile.logKey.name, key: profile.registerKey)
        guard try ProofExtra(parsing: proof.extra).blind == row.blind(salt: issued.salt),
            line.isValid(on: proof.note)
        else { throw .logProofInvalid }
        try proof.verify(
            edition: row.edition, serial: card.serial, commitment: card.commitment,
            by: try profile.logPolicy())
    }

    /// What both kinds of request have in common.
    struct Draft {
        let now: Int64
        let nonce: String
        let expires: UInt64
        let salt: [UInt8]
        let question: ProofContext
    }

    func draft(_ edition: OpenEdition) async throws(Refusal) -> Draft {
        guard let ask = edition.nonce else { throw .unsupported }
        let now = clock()
        let nonce = try await ask()
        let expires = UInt64(clamping: now + CardRequest.lifetime)
        var random = SystemRandomness()
        return Draft(
            now: now, nonce: nonce, expires: expires, salt: random.bytes(16),
            question: CardRequest.question(
                edition: edition.digest, audience: edition.issuer, nonce: nonce,
                expires: expires, key: publicKey))
    }

    func sign(
        _ draft: Draft, _ binding: [UInt8], _ edition: OpenEdition, list: Int? = nil
    ) throws(Refusal) -> String {
        try CardRequest(
            audience: edition.issuer, edition: edition.edition.id, nonce: draft.nonce,
            expires: draft.expires, wallet: draft.salt, list: list, binding: binding,
            key: publicKey
        ).signed(by: key)
    }
}
