internal import TegataCrypto
internal import TegataSDJWT

/// A use that a shop took, with all that it takes to show so later: the voucher, the shop's receipt, the terms, and the shop's keys as
/// they were (Spec/wallet.md).
public struct TakenUse: Sendable {
    /// What was used.
    public let terms: EntitlementTerms
    /// The holder's word, as it was given.
    public let voucher: Voucher
    /// The shop's word that it took it.
    public let receipt: UseReceipt
    /// The receipt's text.
    public let encodedReceipt: String
    /// The shop, as it was believed.
    public let shop: VerifierProfile

    /// Checks that the texts are what they should be, whenever they were made.
    ///
    /// - Throws: what is wrong with voucher or receipt.
    init(
        _ voucher: String, _ receipt: String, under terms: EntitlementTerms,
        from shop: VerifierProfile, of profile: IssuerProfile
    ) throws(Refusal) {
        self.voucher = try Voucher(
            parsing: voucher, for: shop.verifier, under: terms, from: profile,
            at: NumericDate.latest, age: NumericDate.latest)
        self.receipt = try UseReceipt(
            parsing: receipt, for: voucher, under: terms, from: shop)
        guard self.receipt.window == self.voucher.window else { throw .conflict }
        encodedReceipt = receipt
        self.terms = terms
        self.shop = shop
    }

    init(json: JSON, among wallet: Wallet) throws(Refusal) {
        guard let profile = wallet.profile(try json.required("issuer").text(atMost: 2048)) else {
            throw .issuerUntrusted
        }
        let terms = try EntitlementTerms(
            parsing: try json.required("terms").text(atMost: EntitlementTerms.maximumSize),
            from: profile)
        try self.init(
            try json.required("voucher").text(atMost: 512 * 1024),
            try json.required("receipt").text(atMost: 16 * 1024),
            under: terms, from: try VerifierProfile(json: try json.required("shop")), of: profile)
    }

    var json: JSON {
        [
            "issuer": .string(terms.issuer), "terms": .string(terms.encoded), "shop": shop.json,
            "voucher": .string(voucher.encoded), "receipt": .string(encodedReceipt),
        ]
    }

    var place: CardPlace {
        CardPlace(edition: terms.editionDigest, serial: voucher.serial.number)
    }

    /// About as many bytes as it takes in a file.
    var size: Int {
        terms.encoded.utf8.count + shop.encoded.utf8.count + voucher.encoded.utf8.count
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
    ///   - voucher: what `Holder.use` made.
    ///   - terms: what was used.
    ///   - shop: who took it.
    /// - Throws: `issuerUntrusted` without the issuer's profile; what is wrong with voucher or receipt.
    public mutating func keep(
        receipt: String, for voucher: String, under terms: EntitlementTerms,
        from shop: VerifierProfile
    ) throws(Refusal) {
        guard let profile = profile(terms.issuer) else { throw .issuerUntrusted }
        take([try TakenUse(voucher, receipt, under: terms, from: shop, of: profile)])
    }

    mutating func take(_ uses: [TakenUse]) {
        var known = Set(vouchers.map(\.voucher.digest))
        vouchers += uses.filter { known.insert($0.voucher.digest).inserted }
        // Those of one second in the order of their digests, so that it does not matter which of two wallets reads the other's file.
        vouchers.sort { left, right in
            left.receipt.time == right.receipt.time
                ? left.voucher.digest.array.lexicographicallyPrecedes(right.voucher.digest.array)
                : left.receipt.time < right.receipt.time
        }
        var bytes = 0
        let newest = vouchers.reversed().prefix(Self.maximumVouchers).prefix { use in
            bytes += use.size
            return bytes <= Self.maximumVoucherBytes
        }
        vouchers = newest.reversed()
    }
}
