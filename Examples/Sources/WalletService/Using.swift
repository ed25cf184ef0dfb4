internal import Foundation
internal import ServiceKit
public import Tegata

/// A shop's wish to count one use, as the owner looks at it before anything is given.
public struct UseReview: Sendable {
    /// The card whose use it would be.
    public let card: KeptCard
    /// What would be used, as its issuer signed it.
    public let terms: EntitlementTerms
    /// Whether the shop has no network, and is given a number.
    public let isOffline: Bool
    /// The members among whom the card stands, where the shop is not to see which it is.
    let members: MemberSnapshot?
    /// How many uses of this window are known here, and how many there are at most.
    public let standing: UseStanding
    let shop: VerifierProfile
    let question: String
    let address: String
    let isLoopback: Bool

    /// The shop, known by the address that answered.
    public var shopName: String { shop.verifier }
    /// Among how many members the card stands; `nil` where the shop sees the card.
    public var crowd: Int? { members?.anonymity }
    /// Whether those are so few that the owner has to agree to that too.
    public var isCrowdSmall: Bool { crowd.map { $0 < WalletService.usualCrowd } ?? false }
}

/// What this wallet knows of a card's uses in the window of now. The issuer knows all of them, this wallet those that it made.
public struct UseStanding: Sendable {
    /// What is used.
    public let entitlement: Entitlement
    /// When the window ends; `nil` outside of all.
    public let end: Int64?
    /// How many were used from here.
    public let used: Int
    /// How many of those were numbers, given to shops without a network.
    public let given: Int

    /// How many are left at most.
    public var left: Int { max(0, entitlement.count - used) }
    /// How many are left for shops without a network.
    public var leftOffline: Int { max(0, entitlement.offline - given) }
}

/// What became of a use.
public enum UseEnding: Sendable {
    /// The shop took it, and says so.
    case taken(UseReceipt)
    /// The shop asks the issuer: the same voucher is to be sent again.
    case waiting(voucher: String, record: ConsentRecord)
}

extension WalletService {
    private struct Asked: Decodable {
        let question: String
        let terms: String
        let shop: String
        let offline: Bool
    }

    /// Looks at what a shop wants to count. Nothing is given.
    ///
    /// - Throws: `issuerUntrusted` for a profile of another address, `typeMismatch` when no card here has the uses; `unavailable`.
    public func review(use link: String) async throws -> UseReview {
        let isLoopback = try OutboundHTTP.Target(link, acceptsLoopback: acceptsLoopback).isLoopback
        let answer = try await http.send(
            "GET", link, fields: ["Accept": "application/json"], acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard let asked = try? JSONDecoder().decode(Asked.self, from: Data(answer.body)) else {
            throw Refusal.malformed
        }
        let shop = try VerifierProfile(parsing: asked.shop)
        // The address that answered is the shop's name: its keys are believed for no other.
        guard let end = link.firstRange(of: "/tegata/uses/")?.lowerBound,
            link[..<end].utf8.elementsEqual(shop.verifier.utf8)
        else { throw Refusal.issuerUntrusted }
        let kept = try home.wallet().wallet
        for card in kept.keptCards.reversed() {
            guard let terms = try? EntitlementTerms(parsing: asked.terms, from: card.profile),
                terms.edition == card.card.edition.id
            else { continue }
            var members: MemberSnapshot?
            if terms.entitlement.mode == .anonymous {
                members = try MemberSnapshot(
                    parsing: try await lists(at: link + "/lists", isLoopback), from: card.profile)
            }
            return UseReview(
                card: card, terms: terms, isOffline: asked.offline, members: members,
                standing: try standing(of: terms, card, kept), shop: shop,
                question: asked.question, address: link, isLoopback: isLoopback)
        }
        throw Refusal.typeMismatch
    }

    /// Gives the shop one use. What is given is written down before it leaves.
    ///
    /// - Parameters:
    ///   - review: what would be used.
    ///   - crowd: among how many members the card has to be at least, where the shop is not to see which it is.
    /// - Returns: what the shop made of it.
    /// - Throws: what `Holder.use` throws, `soldOut` and `limitExceeded` among it; what the shop says.
    public func use(
        _ review: UseReview, ofAtLeast crowd: Int = WalletService.usualCrowd
    ) async throws -> UseEnding {
        let card = review.card
        let record = ConsentRecord(
            at: Self.now, verifier: review.shopName, isAuthenticated: true, host: review.shopName,
            outcome: .sent,
            shown: review.members == nil ? [card.shownBare] : [])
        let voucher = try home.change { wallet in
            var uses = wallet.uses(of: card.card)
            let voucher =
                if let members = review.members {
                    try card.holder.use(
                        review.question, of: review.terms, with: card.card, from: review.shop,
                        among: members, in: &uses, ofAtLeast: crowd)
                } else {
                    try card.holder.use(
                        review.question, of: review.terms, with: card.card, from: review.shop,
                        in: &uses)
                }
            try wallet.keep(uses, of: card.card)
            try wallet.record(record)
            return voucher
        }
        return try await send(voucher, record, review)
    }

    /// Sends a voucher, or the same one again.
    func send(
        _ voucher: String, _ record: ConsentRecord, _ review: UseReview
    ) async throws -> UseEnding {
        struct Reply: Decodable {
            let receipt: String?
        }
        var record = record
        let answer = try await http.send(
            "POST", review.address, fields: ["Content-Type": "text/plain"],
            body: Array(voucher.utf8), acceptsLoopback: review.isLoopback)
        guard answer.status == 200 else {
            if answer.status < 500 {
                record.outcome = .refused
                try home.change { try $0.record(record) }
            }
            throw answer.reason
        }
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(answer.body)) else {
            throw Refusal.malformed
        }
        guard let text = reply.receipt else { return .waiting(voucher: voucher, record: record) }
        let receipt = try UseReceipt(
            parsing: text, for: voucher, under: review.terms, from: review.shop)
        record.outcome = .shown
        try home.change { wallet in
            try wallet.record(record)
            try wallet.keep(
                receipt: text, for: voucher, of: review.card.card, under: review.terms,
                from: review.shop)
        }
        return .taken(receipt)
    }

    /// What shops took with a card, or with one before it under the same serial; oldest first.
    public func uses(of card: KeptCard) throws -> [TakenUse] {
        try home.wallet().wallet.takenUses(of: card.card)
    }

    /// What a card has so many times, asked of its issuer.
    ///
    /// - Throws: `unavailable`, what is wrong with the terms.
    public func entitlements(of card: KeptCard) async throws -> [UseStanding] {
        let isLoopback = try OutboundHTTP.Target(
            card.card.issuer, acceptsLoopback: acceptsLoopback
        ).isLoopback
        let answer = try await http.send(
            "GET", card.card.issuer + "/tegata/terms/\(card.card.edition.id)",
            acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard
            let list = try? JSONDecoder().decode([String: [String]].self, from: Data(answer.body))
        else { throw Refusal.malformed }
        let kept = try home.wallet().wallet
        return try (list["terms"] ?? []).map { text in
            try standing(
                of: EntitlementTerms(parsing: text, from: card.profile), card, kept)
        }
    }

    private func standing(
        of terms: EntitlementTerms, _ card: KeptCard, _ wallet: Wallet
    ) throws -> UseStanding {
        let plan = terms.entitlement
        guard let window = try? plan.window(at: Self.now) else {
            return UseStanding(entitlement: plan, end: nil, used: 0, given: 0)
        }
        let counted = wallet.takenUses(of: card.card).count { use in
            // What has a number of this wallet's is among those that it gave.
            use.terms.entitlement.id == plan.id && use.receipt.window == window
                && use.voucher.map { $0.number == nil } ?? false
        }
        let given = wallet.uses(of: card.card).count(of: terms, window: window)
        return UseStanding(
            entitlement: plan, end: plan.windows[window + 1], used: counted + given, given: given)
    }
}
