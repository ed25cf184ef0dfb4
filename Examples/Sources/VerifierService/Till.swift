internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

/// Where entitlements are used: this verifier as a shop of issuers' terms. Terms and profiles are kept, so that a shop that starts
/// without a network goes on with what it knew.
struct Till: Sendable {
    /// What is used, at this shop.
    struct Offer: Sendable {
        let plan: PlannedEntitlement
        let shop: Shop
        let terms: EntitlementTerms
        let profile: IssuerProfile
        /// Whether the issuer answered just now.
        let isOnline: Bool

        /// Whether the shop sees one of the members, and not which.
        var isAnonymous: Bool { terms.entitlement.mode == .anonymous }
    }

    /// What is known of an entitlement without a network.
    private struct Known: Codable, Equatable {
        let terms: String
        let profile: String
    }

    let address: String
    let key: P256.PrivateKey
    let issuers: TrustedIssuers
    let store: any StateStore
    let vouchers: VoucherBook
    private let book: NullifierStore

    init(
        at address: String, key: P256.PrivateKey, _ issuers: TrustedIssuers,
        _ store: any StateStore, book: NullifierStore
    ) {
        self.address = address
        self.key = key
        self.issuers = issuers
        self.store = store
        self.book = book
        vouchers = VoucherBook(store: store)
    }

    /// The terms as their issuer has them now, or as they were known.
    ///
    /// - Throws: `unavailable` when they were never known, `unsupported` when the issuer has none of this name.
    func offer(_ plan: PlannedEntitlement) async throws(Refusal) -> Offer {
        let key = Array("terms/\(plan.id)".utf8)
        if let (known, profile) = try await ask(plan) {
            try await store.change(key, until: .max) { (kept: Known?) throws(Refusal) in
                kept == known ? nil : known
            }
            return try offer(plan, known, profile, isOnline: true)
        }
        return try await kept(plan, nil)
    }

    /// The entitlement with these very terms. Nobody is asked.
    ///
    /// - Throws: `unavailable` when its issuer is not known here.
    func known(_ plan: PlannedEntitlement, _ terms: String) async throws(Refusal) -> Offer {
        for profile in await issuers.profiles
        where (try? EntitlementTerms(parsing: terms, from: profile)) != nil {
            let known = Known(terms: terms, profile: profile.encoded)
            return try offer(plan, known, profile, isOnline: false)
        }
        return try await kept(plan, terms)
    }

    private func kept(_ plan: PlannedEntitlement, _ terms: String?) async throws(Refusal) -> Offer {
        let key = Array("terms/\(plan.id)".utf8)
        guard let known = try await store.value(Known.self, of: key),
            terms == nil || terms == known.terms
        else { throw .unavailable }
        let profile = try IssuerProfile(parsing: known.profile)
        // Whom the operator does not name any more is not believed for having been written down.
        guard await issuers.isNamed(profile.issuer) else { throw .issuerUntrusted }
        return try offer(plan, known, profile, isOnline: false)
    }

    private func offer(
        _ plan: PlannedEntitlement, _ known: Known, _ profile: IssuerProfile, isOnline: Bool
    ) throws(Refusal) -> Offer {
        Offer(
            plan: plan,
            shop: Shop(
                at: address, key: .p256(key), trusting: profile, store: store, book: book),
            terms: try EntitlementTerms(parsing: known.terms, from: profile), profile: profile,
            isOnline: isOnline)
    }

    /// The members among whom a window is used; `nil` where the shop sees cards.
    ///
    /// - Throws: `unavailable` without a network: nobody could say whether a name was used.
    func crowd(_ offer: Offer, window: Int) async throws(Refusal) -> WindowCrowd? {
        guard offer.isAnonymous else { return nil }
        return try await issuers.members(of: offer.terms, window, offer.profile)
    }

    /// - Returns: `nil` when the issuer does not answer.
    private func ask(
        _ plan: PlannedEntitlement
    ) async throws(Refusal) -> (known: Known, profile: IssuerProfile)? {
        guard
            let (edition, profile) = try? await issuers.edition(plan.edition, of: plan.issuer),
            let text = try? await issuers.terms(of: edition),
            let list = try? JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))
        else { return nil }
        for text in list["terms"] ?? [] {
            guard let terms = try? EntitlementTerms(parsing: text, from: profile) else { continue }
            if terms.entitlement.id == plan.terms {
                return (Known(terms: text, profile: profile.encoded), profile)
            }
        }
        throw .unsupported
    }

    /// Hands a voucher in, and notes what came of it.
    ///
    /// - Returns: what it came to; `nil` while it waits.
    /// - Throws: `unavailable` when it could not be noted.
    func settle(_ id: String) async throws(Refusal) -> KeptVoucher? {
        guard let kept = try await vouchers.find(id) else { return nil }
        guard kept.outcome == nil else { return kept }
        do throws(Refusal) {
            guard let profile = await issuers.profiles.first(where: { $0.issuer == kept.issuer })
            else { throw .unavailable }
            let terms = try EntitlementTerms(parsing: kept.terms, from: profile)
            var handedIn: JSONObject = [
                "edition": .string(terms.edition), "terms": .string(terms.entitlement.id),
            ]
            if let question = kept.question {
                handedIn.add("question", .string(question))
                handedIn.add("answer", .string(kept.voucher))
            } else {
                handedIn.add("shop", .string(address))
                handedIn.add("voucher", .string(kept.voucher))
            }
            let statement = try UseStatement(
                parsing: try await issuers.count("\(JSON.object(handedIn))", by: kept.issuer),
                for: kept.voucher, under: terms, from: profile)
            let outcome: KeptVoucher.Outcome =
                switch statement.outcome {
                case .counted: .counted
                case .charged: .charged
                case .refused: .refused
                }
            try await vouchers.settle(id, as: outcome, outcome == .refused ? .replayed : nil)
        } catch {
            switch error {
            // Nobody answered, or too many ask: another time.
            case .unavailable, .limitExceeded, .unsupported, .statusUnknown: return nil
            default: try await vouchers.settle(id, as: .refused, error)
            }
        }
        return try await vouchers.find(id)
    }

    /// Hands in what waits. An issuer that does not answer once is not asked again in this round.
    ///
    /// - Returns: how many still wait.
    /// - Throws: `unavailable`.
    func settleAll() async throws(Refusal) -> Int {
        var left = 0
        var silent = Set<String>()
        for id in try await vouchers.index().pending {
            guard let issuer = try await vouchers.find(id)?.issuer else { continue }
            if !silent.contains(issuer), try await settle(id)?.outcome != nil { continue }
            silent.insert(issuer)
            left += 1
        }
        return left
    }
}
