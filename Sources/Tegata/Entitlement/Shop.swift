internal import TegataCrypto
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

    /// Takes the answer of an anonymous member: checks it, and uses its question up. It is good once the issuer has counted it.
    ///
    /// - Parameters:
    ///   - answer: what `Holder.use` made.
    ///   - asked: the question that it has to answer.
    ///   - terms: what is used.
    ///   - snapshot: the issuer's lists of the window, among whose cards the answer is.
    ///   - keep: keeps the text for counting, durably, before the question is used up: an answer that was taken is handed in.
    /// - Returns: what the shop learns, for its receipt; question and answer are for `Issuer.count(_:to:under:)`.
    /// - Throws: `limitExceeded` for a number that no use has, `holderBindingInvalid` for a proof that does not hold or a question that is
    ///   none of ours, `replayed` for one that was answered; `typeMismatch`, `malformed`, `notYetValid`, `expired`, `unavailable`.
    public func take(
        _ answer: String, to asked: String, under terms: EntitlementTerms,
        among snapshot: MemberSnapshot, keeping keep: (String) async throws -> Void
    ) async throws -> AnonymousUse {
        let now = clock()
        let answer = try UseAnswer(parsing: answer)
        let question = try await question(answer.nonce, about: terms, at: now)
        guard question.text.hasSameBytes(as: asked) else { throw Refusal.holderBindingInvalid }
        let use = try answer.proven(question, terms, among: snapshot)
        try await keep(answer.text)
        try await store.consume(answer.nonce, now: now)
        return use
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
