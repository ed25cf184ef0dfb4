import TegataCrypto
import TegataSDJWT
import Testing

@testable import Tegata

/// Taxi rides for the cards of a city: ten in each of two windows, two of them at taxis without a network.
struct EntitlementWorld: Sendable {
    let city: NoticeWorld
    let terms: EntitlementTerms

    static let taxiID = "https://taxi.example"
    static let innID = "https://inn.example"
    static let windows = [World.now - 1000, World.now + 100_000, World.now + 200_000]

    init(
        _ cards: Int = 1, mode: Entitlement.Mode = .card, count: Int = 10, offline: Int? = nil
    ) async throws {
        city = try await NoticeWorld(cards)
        let plan = try Entitlement(
            "taxi", title: BilingualText(ja: "タクシー券", en: "Taxi rides"), mode: mode,
            count: count, offline: offline ?? (mode == .card ? 2 : 0), windows: Self.windows,
            shops: [Self.taxiID, Self.innID])
        terms = try EntitlementTerms(
            parsing: city.issuer.terms(of: plan, in: city.edition), from: city.issuer.profile)
    }

    func shop(
        _ id: String = taxiID, key: String? = nil, book: NullifierStore = .inMemory()
    ) -> Shop {
        let time = city.time
        return Shop(
            at: id, key: .secp256k1(World.privateKey(key ?? id)), trusting: city.issuer.profile,
            store: .inMemory(), book: book, clock: { time.now })
    }

    /// A voucher of a card for a shop.
    func voucher(
        _ index: Int = 0, at shop: Shop, isOffline: Bool = false, in uses: inout EntitlementUses
    ) async throws -> String {
        let question = try await shop.ask(for: terms, isOffline: isOffline)
        return try city.holders[index].use(
            question, of: terms, with: city.cards[index], from: shop.profile, in: &uses)
    }

    /// What the issuer says to a voucher.
    func count(
        _ voucher: String, from shop: Shop, by issuer: Issuer? = nil
    ) async throws -> UseStatement {
        try UseStatement(
            parsing: try await (issuer ?? city.issuer).count(voucher, from: shop.id, under: terms),
            for: voucher, under: terms, from: city.issuer.profile)
    }

    /// The lists of a window, as the issuer gives them to everybody.
    func snapshot(_ window: Int = 0) async throws -> MemberSnapshot {
        try MemberSnapshot(
            parsing: try await city.issuer.lists(of: terms, window: window),
            from: city.issuer.profile)
    }

    /// An anonymous answer of a card to a shop, with the question.
    func answer(
        _ index: Int = 0, at shop: Shop, among snapshot: MemberSnapshot,
        in uses: inout EntitlementUses
    ) async throws -> (question: String, answer: String) {
        let question = try await shop.ask(for: terms, among: snapshot)
        return (
            question,
            try city.holders[index].use(
                question, of: terms, with: city.cards[index], from: shop.profile, among: snapshot,
                in: &uses, ofAtLeast: city.cards.count)
        )
    }

    /// What the issuer says to an anonymous answer.
    func count(
        _ asked: (question: String, answer: String), by issuer: Issuer? = nil
    ) async throws -> UseStatement {
        try UseStatement(
            parsing: try await (issuer ?? city.issuer).count(
                asked.answer, to: asked.question, under: terms), for: asked.answer, under: terms,
            from: city.issuer.profile)
    }
}
