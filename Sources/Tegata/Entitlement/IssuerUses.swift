internal import TegataCrypto
public import TegataSDJWT

// Counting what shops took (Spec/entitlement.md).
extension Issuer {
    /// Settles a voucher, once. Without a number it is a use here and now: it gets the lowest that is left. With one it was made without a
    /// network, and the written rule says what it comes to.
    ///
    /// - Parameters:
    ///   - voucher: what `Holder.use` made.
    ///   - shop: who took it.
    ///   - terms: what was used.
    /// - Returns: the issuer's statement, for ``UseStatement``. The same voucher again gets the same statement.
    /// - Throws: `soldOut` when no use is left; `revoked`, `suspended`; `expired` after the grace, and for a voucher to be numbered that
    ///   is older than five minutes; and what is wrong with the voucher.
    public func count(
        _ voucher: String, from shop: String, under terms: EntitlementTerms
    ) async throws(Refusal) -> String {
        let now = clock()
        let plan = terms.entitlement
        // Within the grace of the last window that a voucher can be of.
        let voucher = try Voucher(
            parsing: voucher, for: shop, under: terms, from: profile, at: now,
            age: NumericDate.latest)
        let record: UInt64
        if let earlier = try await register.redemption(of: voucher.digest) {
            record = earlier
        } else {
            let age =
                voucher.number == nil
                ? voucher.time + VerifierPolicy.strict.maximumKeyBindingAge
                : plan.windows[voucher.window + 1] + plan.grace
            guard now < age else { throw .expired }
            let records = try await register.submit { state, batch throws(Refusal) in
                try state.count(voucher, under: terms, &batch) {
                    counting throws(Refusal) in
                    try self.memo(of: voucher, terms, counting, at: now)
                }
            }
            guard let first = records.first else { throw .unavailable }
            record = first
        }
        return try await statement(at: record)
    }

    /// Counts an anonymous use, once, for all shops of the terms: checks the proof, and uses its nullifier up (Spec/entitlement.md, "Anonymous").
    ///
    /// - Parameters:
    ///   - answer: what `Holder.use` made.
    ///   - question: the question that it answers, which names the shop. Whose it is shows by the proof, which is over its text.
    ///   - terms: what was used.
    /// - Returns: the issuer's statement, for ``UseStatement``. The same answer again gets the same statement.
    /// - Throws: `replayed` for a use that was counted with another answer; `notYetValid` and `expired` before its window and after the grace,
    ///   `issuerUntrusted` for a shop that the terms do not name, `typeMismatch` for other terms and other lists than the window's,
    ///   `limitExceeded` for a number that no use has, `holderBindingInvalid` for a proof that does not hold, `malformed`, `unavailable`.
    public func count(
        _ answer: String, to question: String, under terms: EntitlementTerms
    ) async throws(Refusal) -> String {
        let now = clock()
        let answer = try UseAnswer(parsing: answer)
        if let earlier = try await register.redemption(of: answer.digest) {
            return try await statement(at: earlier)
        }
        let question = try UseQuestion(answered: question, about: terms)
        let plan = terms.entitlement
        guard plan.windows[question.window] <= now else { throw .notYetValid }
        guard now < plan.windows[question.window + 1] + plan.grace else { throw .expired }
        // Lists that nobody was given are nobody's answer.
        guard let members = try await members(of: terms, window: question.window) else {
            throw .typeMismatch
        }
        let use = try answer.proven(question, terms, among: members.snapshot)
        let records = try await register.submit { state, batch throws(Refusal) in
            try state.count(use, under: terms, &batch) { () throws(Refusal) in
                try self.memo(of: use, answer, question, terms, at: now)
            }
        }
        guard let record = records.first else { throw .unavailable }
        return try await statement(at: record)
    }

    /// The statement on what was settled in this record.
    private func statement(at record: UInt64) async throws(Refusal) -> String {
        switch try await register.document(at: record).memo {
        case .redemption(let memo): return memo.statement
        case .anonymousUse(let memo): return memo.statement
        default: throw .unavailable
        }
    }

    private func memo(
        of voucher: Voucher, _ terms: EntitlementTerms, _ counting: RegisterState.Counting,
        at now: Int64
    ) throws(Refusal) -> RedemptionMemo {
        var random = SystemRandomness()
        let statement = try UseStatement.sign(
            voucher.digest, of: voucher.shop, terms, window: voucher.window, counting, from: id,
            at: now, by: letters)
        return RedemptionMemo(
            salt: random.fixed(), terms: terms.digest, window: UInt32(voucher.window),
            serial: voucher.serial.number, number: UInt32(counting.number),
            outcome: counting.outcome, shop: SHA256.hash(Array(voucher.shop.utf8)), time: now,
            voucher: voucher.encoded, statement: statement)
    }

    private func memo(
        of use: AnonymousUse, _ answer: UseAnswer, _ question: UseQuestion,
        _ terms: EntitlementTerms, at now: Int64
    ) throws(Refusal) -> AnonymousUseMemo {
        guard let nullifier = FixedBytes<33>(use.nullifier.bytes) else { throw .malformed }
        var random = SystemRandomness()
        let statement = try UseStatement.sign(
            use.digest, of: use.shop, terms, window: use.window,
            RegisterState.Counting(number: use.number, outcome: .counted, first: nil),
            from: id, at: now, by: letters)
        return AnonymousUseMemo(
            salt: random.fixed(), terms: terms.digest, window: UInt32(use.window),
            number: UInt32(use.number), nullifier: nullifier,
            shop: SHA256.hash(Array(use.shop.utf8)), time: now, question: question.text,
            answer: answer.text, statement: statement)
    }
}

extension Register {
    /// The record of a voucher, or an answer, that was settled.
    func redemption(of voucher: FixedBytes<32>) async throws(Refusal) -> UInt64? {
        _ = try await current()
        return state.redemptions.record(of: voucher)
    }
}

/// The issuer's word on a voucher, checked.
public struct UseStatement: Sendable {
    static let type = "tegata-use+jwt"

    /// The digest of the voucher, or of the anonymous answer.
    public let voucher: FixedBytes<32>
    /// The shop that took it.
    public let shop: String
    /// Which window, from 0.
    public let window: Int
    /// Which of the card's uses.
    public let number: Int
    /// What it came to.
    public let outcome: UseOutcome
    /// When it was settled, seconds since 1970.
    public let time: Int64
    /// The voucher that was settled before under this number.
    public let first: FixedBytes<32>?

    static func sign(
        _ voucher: FixedBytes<32>, of shop: String, _ terms: EntitlementTerms, window: Int,
        _ counting: RegisterState.Counting, from issuer: String, at now: Int64,
        by signer: LetterSigner
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(now), "terms": .bytes(terms.digest.array),
            "voucher": .bytes(voucher.array), "shop": .string(shop),
            "window": .whole(Int64(window)), "number": .whole(Int64(counting.number)),
            "outcome": .string(counting.outcome.name),
        ]
        if let first = counting.first { payload.add("first", .bytes(first.array)) }
        return try signer.sign(.object(payload), type: type)
    }

    /// Reads the issuer's statement on what a shop handed in.
    ///
    /// - Parameters:
    ///   - text: the statement.
    ///   - given: the voucher, or the anonymous answer.
    ///   - terms: what was used.
    ///   - profile: the issuer.
    /// - Throws: `typeMismatch` for another kind of text or other terms, `issuerUntrusted`, `signatureInvalid`, `malformed`; `conflict` for a
    ///   statement on something else.
    public init(
        parsing text: String, for given: String, under terms: EntitlementTerms,
        from profile: IssuerProfile
    ) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: 16 * 1024)
        guard try payload.required("iss").text(atMost: 2048).hasSameBytes(as: profile.issuer),
            terms.issuer.hasSameBytes(as: profile.issuer)
        else { throw .issuerUntrusted }
        guard try payload.required("terms").fixedBytes() == terms.digest else {
            throw .typeMismatch
        }
        voucher = try payload.required("voucher").fixedBytes()
        guard voucher == LoggedDocument.digest(of: given) else { throw .conflict }
        shop = try payload.required("shop").text(atMost: 2048)
        window = Int(clamping: try payload.required("window").time())
        number = Int(clamping: try payload.required("number").time())
        time = Int64(clamping: try payload.required("iat").time())
        first = try payload["first"]?.fixedBytes()
        let name = try payload.required("outcome").text(atMost: 16)
        guard let outcome = UseOutcome.allCases.first(where: { $0.name.hasSameBytes(as: name) })
        else { throw .malformed }
        self.outcome = outcome
    }
}
