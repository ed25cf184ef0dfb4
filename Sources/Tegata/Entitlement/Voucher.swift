internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A voucher that holds: the word of a genuine card's key that a shop may count a use. Only a shop, an issuer and
/// ``DoubleUse`` make one, each after checking it.
public struct Voucher: Sendable {
    /// The shop that it is for.
    public let shop: String
    /// Which card of the edition.
    public let serial: Serial
    /// Which window of the terms, from 0.
    public let window: Int
    /// The number that the wallet gave, where the shop had no network.
    public let number: Int?
    /// When it was made, seconds since 1970.
    public let time: Int64
    /// SHA-256 of what is signed of it.
    public let digest: FixedBytes<32>
    /// The text.
    public let encoded: String

    let nonce: String
    let commitment: [UInt8]

    /// Checks a voucher for `shop` that was made at most `age` seconds before `now`.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `issuerUntrusted`, `signatureInvalid`, `disclosureInvalid`, `typeMismatch` for another
    ///   card or other terms, `holderBindingMissing`, `holderBindingInvalid` for another shop or an old one; `expired` or
    ///   `notYetValid` for a card out of date when it was made, and for another window than its time's.
    init(
        parsing text: String, for shop: String, under terms: EntitlementTerms,
        from profile: IssuerProfile, at now: Int64, age: Int64
    ) throws(Refusal) {
        let policy = VerifierPolicy.strict
        guard terms.names(shop) else { throw .issuerUntrusted }
        let received = try ReceivedSDJWT(parsing: Array(text.utf8), policy.presentation)
        guard let claimed = received.claimedIssuer, claimed.hasSameBytes(as: profile.issuer),
            terms.issuer.hasSameBytes(as: profile.issuer)
        else { throw .issuerUntrusted }
        let verified = try received.verified(by: try profile.ring.key(for: received.header))
        let claims = try verified.credentialClaims()
        guard claims.type.hasSameBytes(as: profile.cardType) else { throw .typeMismatch }
        let card = try CheckedCard(received, verified, profile)
        guard card.edition.id.hasSameBytes(as: terms.edition) else { throw .typeMismatch }
        // Whose nonce it was is for whoever gave it to say.
        let binding = try verified.keyBinding(
            KeyBindingCheck(
                audience: shop, now: now, skew: policy.skew, maximumAge: age,
                isExpectedNonce: { _ in true }))
        try claims.checkTimes(at: binding.issuedAt, skew: policy.skew)
        guard let use = binding.payload["tegata"]?["use"],
            try use.required("terms").fixedBytes() == terms.digest,
            terms.entitlement.mode == .card
        else { throw .typeMismatch }
        window = Int(clamping: try use.required("window").time())
        guard try terms.entitlement.window(at: binding.issuedAt) == window else { throw .expired }
        let number = try use["number"].map { json throws(Refusal) in
            Int(clamping: try json.time())
        }
        if let number {
            guard terms.entitlement.offlineNumbers.contains(number) else { throw .limitExceeded }
        }
        self.shop = shop
        self.number = number
        serial = card.serial
        time = binding.issuedAt
        nonce = binding.nonce
        commitment = card.commitment
        digest = LoggedDocument.digest(of: text)
        encoded = text
    }
}

extension Voucher: CustomStringConvertible {
    /// Window and number; neither the card nor the shop.
    public var description: String {
        "window \(window), " + (number.map { "number \($0)" } ?? "to be numbered")
    }
}

/// Two vouchers of one card with one number: what anybody needs to see who has to answer for it, and no more than they say
/// (Spec/entitlement.md, "Who pays for a number used twice").
public struct DoubleUse: Sendable {
    /// Who bears the second one.
    public enum Bearer: Hashable, Sendable {
        /// The card gave two shops one number.
        case holder
        /// One shop took one number twice, though its own book had it.
        case shop
    }

    /// The voucher that was there first.
    public let first: Voucher
    /// The one that came after it.
    public let second: Voucher
    /// Who bears it.
    public var bearer: Bearer { first.shop.hasSameBytes(as: second.shop) ? .shop : .holder }

    /// Checks that two texts are such vouchers, whenever they were made.
    ///
    /// - Throws: what is wrong with a voucher; `conflict` for two that are the same, or about different uses.
    public init(
        _ first: (voucher: String, shop: String), _ second: (voucher: String, shop: String),
        under terms: EntitlementTerms, from profile: IssuerProfile
    ) throws(Refusal) {
        func read(_ one: (voucher: String, shop: String)) throws(Refusal) -> Voucher {
            try Voucher(
                parsing: one.voucher, for: one.shop, under: terms, from: profile,
                at: NumericDate.latest, age: NumericDate.latest)
        }
        self.first = try read(first)
        self.second = try read(second)
        guard self.first.digest != self.second.digest, self.first.number != nil,
            self.first.number == self.second.number, self.first.window == self.second.window,
            self.first.serial == self.second.serial
        else { throw .conflict }
    }
}
