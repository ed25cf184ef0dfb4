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
        guard case .redemption(let memo) = try await register.document(at: record).memo else {
            throw .unavailable
        }
        return memo.statement
    }

    /// The vouchers that somebody has to answer for, each behind the one that was first: texts for ``DoubleUse``.
    ///
    /// - Throws: `unavailable`.
    public func disputes(
        under terms: EntitlementTerms
    ) async throws(Refusal) -> [(first: String, second: String)] {
        var texts = [(first: String, second: String)]()
        for dispute in try await register.current().redemptions.disputes(under: terms.digest) {
            guard
                case .redemption(let first) = try await register.document(at: dispute.first).memo,
                case .redemption(let second) = try await register.document(at: dispute.second)
                    .memo
            else { throw .unavailable }
            texts.append((first.voucher, second.voucher))
        }
        return texts
    }

    private func memo(
        of voucher: Voucher, _ terms: EntitlementTerms, _ counting: RegisterState.Counting,
        at now: Int64
    ) throws(Refusal) -> RedemptionMemo {
        var random = SystemRandomness()
        let statement = try UseStatement.sign(
            voucher, terms, counting, from: id, at: now, by: letters)
        return RedemptionMemo(
            salt: random.fixed(), terms: terms.digest, window: UInt32(voucher.window),
            serial: voucher.serial.number, number: UInt32(counting.number),
            outcome: counting.outcome, shop: SHA256.hash(Array(voucher.shop.utf8)), time: now,
            voucher: voucher.encoded, statement: statement)
    }
}

extension Register {
    /// The record of a settled voucher.
    func redemption(of voucher: FixedBytes<32>) async throws(Refusal) -> UInt64? {
        _ = try await current()
        return state.redemptions.record(of: voucher)
    }
}

/// The issuer's word on a voucher, checked.
public struct UseStatement: Sendable {
    static let type = "tegata-use+jwt"

    /// The voucher's digest.
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
        _ voucher: Voucher, _ terms: EntitlementTerms, _ counting: RegisterState.Counting,
        from issuer: String, at now: Int64, by signer: LetterSigner
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(now), "terms": .bytes(terms.digest.array),
            "voucher": .bytes(voucher.digest.array), "shop": .string(voucher.shop),
            "window": .whole(Int64(voucher.window)), "number": .whole(Int64(counting.number)),
            "outcome": .string(counting.outcome.name),
        ]
        if let first = counting.first { payload.add("first", .bytes(first.array)) }
        return try signer.sign(.object(payload), type: type)
    }

    /// Reads a statement of the issuer of these terms.
    ///
    /// - Throws: `typeMismatch` for another kind of text or other terms, `issuerUntrusted`, `signatureInvalid`, `malformed`.
    public init(
        parsing text: String, under terms: EntitlementTerms, from profile: IssuerProfile
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
