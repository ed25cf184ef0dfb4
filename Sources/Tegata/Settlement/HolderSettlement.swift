internal import TegataCrypto
public import TegataLog
internal import TegataProofs
public import TegataSDJWT

extension Holder {
    /// Hands a session in before the card is asked for, so that nobody, attestor and issuer together included, can tell later whose
    /// card came from it. The ID card is needed now, and not again.
    ///
    /// - Returns: what to send, and what to keep until a list with it is frozen.
    /// - Throws: `Refusal`, or what the ID card throws; `unsupported` for an edition with a second index, whose cards are asked for
    ///   directly.
    public func deposit(
        for edition: OpenEdition, proving card: some IdentityCard
    ) async throws -> Deposit {
        guard let ask = edition.nonce, !edition.edition.asksSecondIndex else {
            throw Refusal.unsupported
        }
        let now = clock()
        let nonce = try await ask()
        let expires = UInt64(clamping: now + CardRequest.lifetime)
        var random = SystemRandomness()
        let salt = random.bytes(16)
        let run = try await PersonSession.run(
            edition, proving: card,
            question: DepositMessage.question(edition, nonce: nonce, expires: expires),
            blindedBy: wallet.session(salt: salt, edition: edition.digest), now: now,
            using: &random)
        let message = DepositMessage(
            edition: edition.edition.id, nonce: nonce, expires: expires,
            session: run.session.encoded
        ).encoded
        return Deposit(
            issuer: edition.issuer, edition: edition.edition.id, message: message, salt: salt)
    }

    /// Asks for a card from a deposited session, once the list with it is frozen. The request shows no session.
    ///
    /// - Parameters:
    ///   - edition: the edition of the deposit.
    ///   - deposit: what `deposit(for:proving:)` returned.
    ///   - sessions: the list, as `Issuer.sessions(of:list:)` gave it.
    ///   - profile: whom the wallet believes the issuer to be.
    ///   - crowd: among how many sessions the person wants to be at least.
    ///   - witnesses: who must have seen the log with the list, and `quorum` how many of them: a list that only this wallet is
    ///     shown hides it from nobody.
    ///   - quorum: how many of the witnesses; none is the log's key alone.
    /// - Returns: the request, for `Issuer.issue`.
    /// - Throws: `notYetValid` when the session is not in this list, `limitExceeded` for a smaller crowd, what is wrong with the
    ///   list, `typeMismatch` for another edition.
    public func request(
        _ edition: OpenEdition, from deposit: Deposit, in sessions: String,
        profile: IssuerProfile, ofAtLeast crowd: Int = 64, witnesses: [NoteKey] = [],
        quorum: Int = 0
    ) async throws -> String {
        guard deposit.issuer.hasSameBytes(as: edition.issuer),
            deposit.edition.hasSameBytes(as: edition.edition.id)
        else { throw Refusal.typeMismatch }
        let policy = try profile.logPolicy(witnesses: witnesses, quorum: quorum)
        let (number, list) = try listed(sessions, edition, policy, crowd)
        let secret = wallet.session(salt: deposit.salt, edition: edition.digest)
        let draft = try await draft(edition)
        let index = try mine(secret, in: list)
        let bytes = try binding { () throws(ProofError) in
            var source = wallet.source(
                salt: draft.salt, edition: edition.digest, index: index.point.encoded)
            return try BatchRequest.make(
                index, secret, in: list, question: draft.question, using: &source
            ).request.encoded
        }
        return try sign(draft, bytes, edition, list: number)
    }

    /// Proves, for everyone to check, that a person is behind the card's index, without saying which session was theirs. Send the
    /// answer some hours later, over a connection that is not known to be this person's.
    ///
    /// - Parameters:
    ///   - card: a card that this wallet asked for with an ID card.
    ///   - sessions: the list, as `Issuer.sessions(of:list:)` gave it.
    ///   - profile: whom the wallet believes the card's issuer to be.
    ///   - crowd: among how many sessions the person wants to be at least.
    ///   - witnesses: who must have seen the log with the list, and `quorum` how many of them: a list that only this wallet is
    ///     shown hides it from nobody.
    ///   - quorum: how many of the witnesses; none is the log's key alone.
    /// - Returns: what goes to `Issuer.settle`.
    /// - Throws: `notYetValid` when the card's session is not in this list, `typeMismatch` for a card that was asked for at a
    ///   counter, `limitExceeded` for a smaller crowd, what is wrong with the list.
    public func settle(
        _ card: Card, in sessions: String, from profile: IssuerProfile, ofAtLeast crowd: Int = 64,
        witnesses: [NoteKey] = [], quorum: Int = 0
    ) throws(Refusal) -> String {
        guard card.issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        guard let salt = card.walletSalt else { throw .typeMismatch }
        let edition = try profile.edition(card.edition.id)
        let policy = try profile.logPolicy(witnesses: witnesses, quorum: quorum)
        return try settle(edition, salt: salt, sessions, policy, crowd)
    }

    /// The same for a card that was asked for from a deposit.
    ///
    /// - Throws: as for a card.
    public func settle(
        _ deposit: Deposit, in sessions: String, from profile: IssuerProfile,
        ofAtLeast crowd: Int = 64, witnesses: [NoteKey] = [], quorum: Int = 0
    ) throws(Refusal) -> String {
        guard deposit.issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        let edition = try profile.edition(deposit.edition)
        let policy = try profile.logPolicy(witnesses: witnesses, quorum: quorum)
        return try settle(edition, salt: deposit.salt, sessions, policy, crowd)
    }

    private func settle(
        _ edition: OpenEdition, salt: [UInt8], _ sessions: String, _ policy: LogPolicy,
        _ crowd: Int
    ) throws(Refusal) -> String {
        let (number, list) = try listed(sessions, edition, policy, crowd)
        let secret = wallet.session(salt: salt, edition: edition.digest)
        let index = try mine(secret, in: list)
        guard let person = index.encoded else { throw .unavailable }
        let proof = try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try BatchProof.settle(
                index, secret, in: list, context: SettledIndex.context(of: edition),
                using: &random)
        }
        return SettledIndex(list: number, person: person, proof: proof)
            .message(edition: edition.edition.id)
    }

    private func mine(
        _ secret: SecretScalar, in list: SessionList
    ) throws(Refusal) -> PersonIndex {
        do {
            return try list.index(of: secret)
        } catch {
            throw .notYetValid
        }
    }

    /// The list, once its parts are seen to be in the log: one that was made for this wallet alone would hide it from nobody.
    private func listed(
        _ text: String, _ edition: OpenEdition, _ policy: LogPolicy, _ crowd: Int
    ) throws(Refusal) -> (number: Int, list: SessionList) {
        let message = try JSON.message(text, limit: 8 << 20)
        guard let number = try message.required("list").integer.flatMap(UInt16.init(exactly:)),
            try message.required("edition").text(atMost: 64).hasSameBytes(as: edition.edition.id)
        else { throw .typeMismatch }
        var lists = FrozenLists(of: edition, from: Int(number))
        for part in try message.required("parts").elements(atMost: 4096) {
            let bytes = try part.required("entry").bytes()
            let proof = try LogProof(ofCard: try part.required("proof").text(atMost: 64 * 1024))
            do {
                try proof.verify(bytes, by: policy)
            } catch {
                throw .logProofInvalid
            }
            let entry = try LogEntry(parsing: bytes)
            guard entry.kind == .sessions, entry.edition == edition.digest else {
                throw .typeMismatch
            }
            try lists.take(entry.content)
        }
        guard let list = lists.list(Int(number)), lists.lists.count == 1, lists.isWhole else {
            throw .malformed
        }
        guard list.count >= crowd else { throw .limitExceeded }
        return (Int(number), list)
    }
}
