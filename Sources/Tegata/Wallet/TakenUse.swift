internal import TegataCrypto
internal import TegataSDJWT

/// A use that a shop took, with all that it takes to show so later: what the shop was given, the shop's receipt, the terms, and the shop's
/// keys as they were (Spec/wallet.md).
public struct TakenUse: Sendable {
    /// What was used.
    public let terms: EntitlementTerms
    /// Which card of the edition it was.
    public let serial: Serial
    /// The holder's word, where the shop saw the card; `nil` for an anonymous use.
    public let voucher: Voucher?
    /// What the shop was given, as it was: the voucher's text, or the answer.
    public let given: String
    /// The shop's word that it took it.
    public let receipt: UseReceipt
    /// The receipt's text.
    public let encodedReceipt: String
    /// The shop, as it was believed.
    public let shop: VerifierProfile
    /// What it is known by: the digest of what was given.
    let digest: FixedBytes<32>

    /// Checks that the texts are what they should be, whenever they were made. Of an anonymous use nothing but `serial` says whose it was.
    ///
    /// - Throws: what is wrong with voucher or receipt; `conflict` for another card's voucher.
    init(
        _ given: String, _ receipt: String, serial: Serial, under terms: EntitlementTerms,
        from shop: VerifierProfile, of profile: IssuerProfile
    ) throws(Refusal) {
        switch terms.entitlement.mode {
        case .card:
            let voucher = try Voucher(
                parsing: given, for: shop.verifier, under: terms, from: profile,
                at: NumericDate.latest, age: NumericDate.latest)
            guard voucher.serial == serial else { throw .conflict }
            self.voucher = voucher
            digest = voucher.digest
        case .anonymous:
            digest = try UseAnswer(parsing: given).digest
            voucher = nil
        }
        self.receipt = try UseReceipt(parsing: receipt, for: given, under: terms, from: shop)
        if let voucher, voucher.window != self.receipt.window { throw .conflict }
        self.serial = serial
        self.given = given
        encodedReceipt = receipt
        self.terms = terms
        self.shop = shop
    }

    init(json: JSON, among wallet: Wallet) throws(Refusal) {
        guard let profile = wallet.profile(try json.required("issuer").text(atMost: 2048)) else {
            throw .issuerUntrusted
        }
        guard let number = try json.required("serial").integer.flatMap(UInt32.init(exactly:)),
            let serial = Serial(number, within: .unlimited)
        else { throw .malformed }
        try self.init(
            try json.required("use").text(atMost: 512 * 1024),
            try json.required("receipt").text(atMost: 16 * 1024), serial: serial,
            under: try EntitlementTerms(
                parsing: try json.required("terms").text(atMost: EntitlementTerms.maximumSize),
                from: profile), from: try VerifierProfile(json: try json.required("shop")),
            of: profile)
    }

    var json: JSON {
        [
            "issuer": .string(terms.issuer), "terms": .string(terms.encoded), "shop": shop.json,
            "serial": .whole(Int64(serial.number)), "use": .string(given),
            "receipt": .string(encodedReceipt),
        ]
    }

    var place: CardPlace {
        CardPlace(edition: terms.editionDigest, serial: serial.number)
    }

    /// About as many bytes as it takes in a file.
    var size: Int {
        terms.encoded.utf8.count + shop.encoded.utf8.count + given.utf8.count
            + encodedReceipt.utf8.count
    }
}

extension Wallet {
    static let maximumVouchers = 1024
    /// Terms may be large: together they leave room for everything else in a file.
    static let maximumVoucherBytes = 4 << 20

    /// What shops took with a card, or with one before it under the same serial; oldest first.
    public func takenUses(of card: Card) -> [TakenUse] {
        vouchers.filter { $0.place == CardPlace(card) }
    }

    /// Keeps what a shop took, with its receipt. Beyond 1,024, or 4 MiB of them, the oldest go.
    ///
    /// - Parameters:
    ///   - receipt: the shop's.
    ///   - given: what `Holder.use` made, a voucher or an anonymous answer.
    ///   - card: the card whose use it was.
    ///   - terms: what was used.
    ///   - shop: who took it.
    /// - Throws: `issuerUntrusted` without the issuer's profile, `typeMismatch` for a card that does not have the uses, `conflict` for another
    ///   card's voucher; what is wrong with voucher or receipt.
    public mutating func keep(
        receipt: String, for given: String, of card: Card, under terms: EntitlementTerms,
        from shop: VerifierProfile
    ) throws(Refusal) {
        guard let profile = profile(terms.issuer) else { throw .issuerUntrusted }
        guard terms.isFor(card) else { throw .typeMismatch }
        take([
            try TakenUse(
                given, receipt, serial: card.serial, under: terms, from: shop, of: profile)
        ])
    }

    mutating func take(_ uses: [TakenUse]) {
        vouchers.take(uses, atMost: Self.maximumVouchers, bytes: Self.maximumVoucherBytes)
    }
}

extension TakenUse: Keepsake {
    var name: FixedBytes<32> { digest }
    var moment: Int64 { receipt.time }
}
