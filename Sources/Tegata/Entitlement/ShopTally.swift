internal import TegataCrypto
public import TegataSDJWT

/// What an issuer owes a shop for one window: what was counted and what was charged (Spec/entitlement.md).
public struct ShopTally: Hashable, Sendable {
    /// The shop, as the terms name it.
    public let shop: String
    /// Which window, from 0.
    public let window: Int
    /// Uses of cards, and of anonymous members.
    public let counted: Int
    /// Numbers that another shop had settled before: this one is paid too.
    public let charged: Int
    /// Numbers that this shop had settled before: it is not paid twice.
    public let refused: Int
}

extension Issuer {
    /// How many uses each shop has handed in, for every window in which there are any: by window, then in the order of the terms.
    ///
    /// - Throws: `unavailable`.
    public func tally(under terms: EntitlementTerms) async throws(Refusal) -> [ShopTally] {
        let ledger = try await register.current().redemptions
        let shops = terms.entitlement.shops.map { ($0, SHA256.hash(Array($0.utf8))) }
        var tallies = [ShopTally]()
        for window in 0..<terms.entitlement.windows.count - 1 {
            for (shop, name) in shops {
                let counts = ledger.tally(of: name, in: UInt32(window), under: terms.digest)
                guard !counts.isEmpty else { continue }
                tallies.append(
                    ShopTally(
                        shop: shop, window: window, counted: counts[.counted] ?? 0,
                        charged: counts[.charged] ?? 0, refused: counts[.refused] ?? 0))
            }
        }
        return tallies
    }

    /// The vouchers that somebody has to answer for, each behind the one that was first, with the shops that took them: what
    /// ``DoubleUse`` checks.
    ///
    /// - Throws: `unavailable`.
    public func disputes(
        under terms: EntitlementTerms
    ) async throws(Refusal) -> [(
        first: (voucher: String, shop: String), second: (voucher: String, shop: String)
    )] {
        var shops = [FixedBytes<32>: String]()
        for shop in terms.entitlement.shops { shops[SHA256.hash(Array(shop.utf8))] = shop }
        func read(_ record: UInt64) async throws(Refusal) -> (voucher: String, shop: String) {
            guard case .redemption(let memo) = try await register.document(at: record).memo,
                let shop = shops[memo.shop]
            else { throw .unavailable }
            return (memo.voucher, shop)
        }
        var disputes = [
            (first: (voucher: String, shop: String), second: (voucher: String, shop: String))
        ]()
        for dispute in try await register.current().redemptions.disputes(under: terms.digest) {
            let first = try await read(dispute.first)
            let second = try await read(dispute.second)
            disputes.append((first, second))
        }
        return disputes
    }
}
