internal import TegataCrypto
public import TegataSDJWT

/// A shop's own word that it took a use, checked: what a guest keeps of a night (Spec/entitlement.md).
public struct UseReceipt: Sendable {
    static let type = "tegata-use-receipt+jwt"

    /// The shop.
    public let shop: String
    /// When, seconds since 1970.
    public let time: Int64
    /// Which window, from 0.
    public let window: Int
    /// What was taken.
    public let text: BilingualText

    /// Reads a shop's receipt for what this wallet sent.
    ///
    /// - Parameters:
    ///   - receipt: the receipt.
    ///   - use: the voucher or the answer that was sent.
    ///   - terms: what was used.
    ///   - profile: the shop, as trusted.
    /// - Throws: `typeMismatch` for another kind of text or other terms, `issuerUntrusted`, `signatureInvalid`, `malformed`;
    ///   `conflict` for another use.
    public init(
        parsing receipt: String, for use: String, under terms: EntitlementTerms,
        from profile: VerifierProfile
    ) throws(Refusal) {
        let payload = try SignedText.verify(
            receipt, type: Self.type, by: profile.ring, limit: 16 * 1024)
        shop = try payload.required("iss").text(atMost: 2048)
        guard shop.hasSameBytes(as: profile.verifier) else { throw .issuerUntrusted }
        guard try payload.required("terms").fixedBytes() == terms.digest else {
            throw .typeMismatch
        }
        guard try payload.required("use").fixedBytes() == LoggedDocument.digest(of: use) else {
            throw .conflict
        }
        time = Int64(clamping: try payload.required("iat").time())
        window = Int(clamping: try payload.required("window").time())
        text = try BilingualText(
            json: try payload.required("text"), atMost: 1024, isMultiline: true)
    }
}

extension Shop {
    /// Signs a receipt for a voucher that was taken.
    ///
    /// - Throws: `NoticeError` for words that cannot be.
    public func receipt(
        for voucher: Voucher, under terms: EntitlementTerms, _ text: BilingualText
    ) throws(NoticeError) -> String {
        try receipt(voucher.digest, window: voucher.window, terms, text)
    }

    /// Signs a receipt for an anonymous use.
    ///
    /// - Throws: `NoticeError` for words that cannot be.
    public func receipt(
        for use: AnonymousUse, under terms: EntitlementTerms, _ text: BilingualText
    ) throws(NoticeError) -> String {
        try receipt(use.digest, window: use.window, terms, text)
    }

    private func receipt(
        _ use: FixedBytes<32>, window: Int, _ terms: EntitlementTerms, _ text: BilingualText
    ) throws(NoticeError) -> String {
        try text.check("text", atMost: 1024, isMultiline: true)
        let receipt: JSON = [
            "iss": .string(id), "iat": .whole(clock()), "terms": .bytes(terms.digest.array),
            "window": .whole(Int64(window)), "use": .bytes(use.array), "text": text.json,
        ]
        do {
            return try SignedText.sign(receipt, type: UseReceipt.type, by: key)
        } catch {
            throw .refused(error)
        }
    }
}
