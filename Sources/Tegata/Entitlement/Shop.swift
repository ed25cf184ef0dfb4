public import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A place where entitlements are used: an inn, a taxi (Spec/entitlement.md).
public struct Shop: Sendable {
    /// The identifier that terms name and vouchers are made for.
    public let id: String
    let key: SigningKey
    let profileOfIssuer: IssuerProfile
    let store: ChallengeStore
    let book: NullifierStore
    let clock: @Sendable () -> Int64

    /// A shop that signs its questions and receipts with `key`.
    ///
    /// - Parameters:
    ///   - id: the identifier.
    ///   - key: signs questions and receipts.
    ///   - issuer: whose cards and terms it takes.
    ///   - store: remembers what was asked.
    ///   - book: which numbers it took without a network. Whoever can rewrite it has the shop take a number twice, and pay for it.
    public init(
        at id: String, key: SigningKey, trusting issuer: IssuerProfile,
        store: some StateStore, book: NullifierStore
    ) {
        self.init(
            at: id, key: key, trusting: issuer, store: store, book: book,
            clock: { SystemClock.now })
    }

    package init(
        at id: String, key: SigningKey, trusting issuer: IssuerProfile,
        store: some StateStore, book: NullifierStore,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        self.key = key
        profileOfIssuer = issuer
        self.store = ChallengeStore(store, of: .shop)
        self.book = book
        self.clock = clock
    }

    /// What a wallet has to know to be asked by this shop: publish it on its own site.
    public var profile: VerifierProfile {
        guard let ring = KeyRing([key.verifyingKey]) else {
            preconditionFailure("one key is a ring")
        }
        return VerifierProfile(verifier: id, ring: ring)
    }

    /// A fresh question for one use, signed.
    ///
    /// - Parameters:
    ///   - terms: what is to be used.
    ///   - isOffline: whether the issuer cannot be asked now.
    ///   - snapshot: among whose cards an anonymous one answers.
    /// - Returns: text for `Holder.use`.
    /// - Throws: `issuerUntrusted` for terms that do not name this shop, `typeMismatch` for the other mode; `unsupported` where the
    ///   terms allow nothing offline; `notYetValid`, `expired`, `unavailable`.
    public func ask(
        for terms: EntitlementTerms, isOffline: Bool = false, among snapshot: MemberSnapshot? = nil
    ) async throws(Refusal) -> String {
        guard terms.names(id) else { throw .issuerUntrusted }
        guard (snapshot != nil) == (terms.entitlement.mode == .anonymous) else {
            throw .typeMismatch
        }
        guard !isOffline || terms.entitlement.offline > 0 else { throw .unsupported }
        var random = SystemRandomness()
        let (nonce, now) = (Base64URL.encode(random.bytes(32)), clock())
        let expires = now + AnonymousVerifier.questionLifetime
        let text = try UseQuestion.sign(
            terms, window: try terms.entitlement.window(at: now), isOffline: isOffline,
            snapshot: snapshot, by: id, nonce: nonce, at: now, expires: expires, key)
        try await store.remember(nonce, content: text, until: expires, now: now)
        return text
    }

    /// Takes a voucher: checks it, and uses its question up. One with a number is written into the shop's book, last; one without is good
    /// once the issuer has counted it.
    ///
    /// - Parameters:
    ///   - voucher: what `Holder.use` made.
    ///   - asked: the question that it has to answer, where several are open; any of them unless said.
    ///   - terms: what is used.
    ///   - keep: keeps the text for settling, durably. It runs before the number is used up: what the shop said yes to is never
    ///     lost, and what it kept without saying yes it may settle all the same.
    /// - Returns: the voucher, for the shop's receipt and `Issuer.count(_:from:under:)`.
    /// - Throws: what is wrong with the voucher; `holderBindingInvalid` for a question that is none of ours, `replayed` for one that
    ///   was answered and for a number that was taken, `unavailable`.
    public func take(
        _ voucher: String, to asked: String? = nil, under terms: EntitlementTerms,
        keeping keep: (String) async throws -> Void
    ) async throws -> Voucher {
        let now = clock()
        let voucher = try Voucher(
            parsing: voucher, for: id, under: terms, from: profileOfIssuer, at: now,
            age: VerifierPolicy.strict.maximumKeyBindingAge)
        let question = try await question(voucher.nonce, about: terms, at: now)
        guard asked.map(question.text.hasSameBytes) ?? true else {
            throw Refusal.holderBindingInvalid
        }
        guard question.window == voucher.window, question.isOffline == (voucher.number != nil)
        else { throw Refusal.typeMismatch }
        try await keep(voucher.encoded)
        try await store.consume(voucher.nonce, now: now)
        if let number = voucher.number {
            try await book.use(
                bigEndian(voucher.serial.number) + bigEndian(UInt32(number)),
                in: taggedHash(
                    "TEGATA-V01/shop", lengthPrefixed(id), terms.digest.array,
                    bigEndian(UInt32(voucher.window))))
        }
        return voucher
    }

    /// Takes an anonymous use. Question and nullifier are used up, and only by success.
    ///
    /// - Parameters:
    ///   - answer: what `Holder.use` made.
    ///   - terms: what is used.
    ///   - snapshot: the lists among whose cards the answer is.
    ///   - counted: which nullifiers were used, shared by all shops of the terms.
    /// - Returns: what the shop learns of it.
    /// - Throws: `replayed` for a use that was counted, `limitExceeded` for a number that no use has, `holderBindingInvalid` for a proof
    ///   that does not hold or a question that is none of ours, `typeMismatch`, `malformed`, `notYetValid`, `expired`, `unavailable`.
    public func verify(
        _ answer: String, under terms: EntitlementTerms, among snapshot: MemberSnapshot,
        countingIn counted: NullifierStore
    ) async throws(Refusal) -> AnonymousUse {
        let now = clock()
        let message = try JSON.message(answer, limit: 64 * 1024)
        let nonce = try message.required("nonce").text(atMost: 512)
        let number = Int(clamping: try message.required("number").time())
        let part = Int(clamping: try message.required("part").time())
        let proof = try message.required("proof").bytes()
        let question = try await question(nonce, about: terms, at: now)
        let nullifier = try question.statement(terms, number: number, among: snapshot, part: part)
            .nullifier(of: proof)
        try await store.consume(nonce, now: now)
        // Last, and decisive: nothing after it can fail.
        try await counted.use(nullifier.bytes, in: terms.nullifierScope)
        return AnonymousUse(
            window: question.window, number: number, nullifier: nullifier,
            anonymity: snapshot.cards.sets[part].points.count,
            digest: LoggedDocument.digest(of: answer))
    }

    private func question(
        _ nonce: String, about terms: EntitlementTerms, at now: Int64
    ) async throws(Refusal) -> UseQuestion {
        guard let text = try await store.content(of: nonce, now: now) else {
            throw .holderBindingInvalid
        }
        let question = try UseQuestion(parsing: text, from: profile, about: terms)
        try question.check(terms, at: now)
        return question
    }
}

/// What a shop learns of an anonymous use. Only a shop makes one.
public struct AnonymousUse: Sendable {
    /// Which window, from 0.
    public let window: Int
    /// Which of the card's uses; drawn at random, so it counts nothing.
    public let number: Int
    /// The name of this one use.
    public let nullifier: Pseudonym
    /// Among how many cards the holder's is one.
    public let anonymity: Int
    /// What the answer is known by.
    public let digest: FixedBytes<32>
}
