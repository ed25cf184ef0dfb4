import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import Synchronization
import Tegata
import Testing

@testable import WalletService

/// Benefits are used at a shop: looked at, given once, and the shop's receipt kept.
struct UsingTests {
    /// The inn as a shop of the city's rides, with a network or without.
    final class Counter: Sendable {
        let terms: EntitlementTerms
        let shop: Shop
        let link: String
        private let profile: IssuerProfile
        private let asked = Mutex("")
        private let taken = Mutex<[String: String]>([:])
        let isOffline: Bool
        /// The lists that the inn has, where it is not to see which card it is.
        let lists: String?
        /// How often the shop still has to ask the issuer.
        let delays = Mutex(0)

        init(
            _ city: City, isOffline: Bool, mode: Entitlement.Mode = .card, named: String? = nil
        ) async throws {
            profile = city.issuer.profile
            terms = try EntitlementTerms(
                parsing: city.issuer.terms(
                    of: Entitlement(
                        "rides", title: BilingualText(ja: "乗車券", en: "Rides"), mode: mode,
                        count: 4, offline: mode == .card ? 2 : 0,
                        windows: [1_700_000_000, 4_000_000_000],
                        shops: [named ?? city.inn.base]), in: city.edition), from: profile)
            shop = Shop(
                at: named ?? city.inn.base, key: .p256(P256.PrivateKey()), trusting: profile,
                store: .inMemory(), book: .inMemory())
            self.isOffline = isOffline
            lists = mode == .card ? nil : try await city.issuer.lists(of: terms, window: 0)
            link = city.inn.base + "/tegata/uses/one"
            city.inn.answer { [self] ask in
                do {
                    if let lists, ask.path.hasSuffix("/lists") { return .text(lists) }
                    return .text(try await answer(ask.method, ask.body))
                } catch let refusal as Refusal {
                    return .text(#"{"error":"\#(refusal.rawValue)"}"#, 400)
                }
            }
        }

        private func answer(_ method: String, _ body: [UInt8]) async throws -> String {
            let members = try lists.map { try MemberSnapshot(parsing: $0, from: profile) }
            guard method == "POST" else {
                let question = try await shop.ask(
                    for: terms, isOffline: isOffline, among: members)
                asked.withLock { $0 = question }
                let reply: JSON = [
                    "question": .string(question),
                    "terms": .string(terms.encoded), "shop": .string(shop.profile.encoded),
                    "offline": .bool(isOffline),
                ]
                return "\(reply)"
            }
            let text = String(decoding: body, as: UTF8.self)
            if taken.withLock({ $0[text] }) == nil {
                let words = BilingualText(ja: "乗車1回", en: "One ride")
                let receipt: String
                if let members {
                    let use = try await shop.take(
                        text, to: asked.withLock(\.self), under: terms, among: members
                    ) { _ in }
                    receipt = try shop.receipt(for: use, under: terms, words)
                } else {
                    let voucher = try await shop.take(text, under: terms) { _ in }
                    receipt = try shop.receipt(for: voucher, under: terms, words)
                }
                taken.withLock { $0[text] = receipt }
            }
            let isWaiting = delays.withLock { left in
                left -= 1
                return left >= 0
            }
            let reply: JSON =
                isWaiting
                ? ["state": "waiting"]
                : ["state": "taken", "receipt": .string(taken.withLock { $0[text] ?? "" })]
            return "\(reply)"
        }
    }

    @Test func `two uses without a network, the receipts are kept, and the third is refused`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let counter = try await Counter(city, isOffline: true)
            for left in [2, 1] {
                let review = try await wallet.review(use: counter.link)
                #expect(review.shopName == city.inn.base && review.isOffline)
                #expect(review.standing.leftOffline == left && review.standing.left == left + 2)
                guard case .taken(let receipt) = try await wallet.use(review) else {
                    Issue.record("not taken")
                    return
                }
                #expect(receipt.text.en == "One ride" && receipt.shop == city.inn.base)
            }
            let third = try await wallet.review(use: counter.link)
            await #expect(throws: Refusal.soldOut) { try await wallet.use(third) }
            #expect(try wallet.history().map(\.outcome) == [.shown, .shown])
            #expect(try wallet.history().first?.shown.map(\.claims) == [["tier"]])
            #expect(try wallet.uses(of: card).count == 2)
            // Another process knows what was given.
            let again = try await city.wallet().review(use: counter.link)
            #expect(again.standing.left == 2 && again.standing.leftOffline == 0)
            // So does the phone after this one.
            let next = try city.wallet("next")
            let file = try wallet.export(under: "correct horse battery staple")
            #expect(try next.take(file, under: "correct horse battery staple").faults.isEmpty)
            #expect(
                try next.uses(of: next.card(1)).map(\.receipt.text.en) == ["One ride", "One ride"])
            #expect(try await next.review(use: counter.link).standing.leftOffline == 0)
            try wallet.delete(card)
            #expect(try wallet.uses(of: card).isEmpty)
        }
    }

    @Test func `on the pages a use is agreed to once, and sent again while the shop waits`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let counter = try await Counter(city, isOffline: false)
            counter.delays.withLock { $0 = 1 }
            try await browse(wallet) { browser in
                let query = counter.link.addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics)
                let led = try await browser.get("/open?tegata_use=" + (query ?? ""))
                #expect(String(buffer: led.body).contains("Another page led here"))
                #expect(city.inn.asked.isEmpty || !city.inn.asked.contains("GET /tegata/uses/one"))
                let asked = try await browser.follow("/open", ["link": counter.link])
                #expect(asked.text.contains("<code>\(city.inn.base)</code>"))
                #expect(asked.text.contains("Rides") && asked.text.contains("4 / 4"))
                #expect(
                    !city.inn.asked.contains("POST /tegata/uses/one"), "nothing is given by looking"
                )
                let refused = try await browser.post(asked.path, token: "x")
                #expect(refused.status == .forbidden)
                let waiting = try await browser.follow(asked.path)
                #expect(waiting.text.contains("asking the issuer"))
                let done = try await browser.follow(asked.path)
                #expect(done.text.contains("One was used") && done.text.contains("One ride"))
                let twice = try await browser.post(asked.path)
                #expect(twice.status == .conflict || twice.status == .seeOther)
                let used = try wallet.uses(of: wallet.card(1))
                #expect(used.count == 1 && used.first?.voucher?.number == nil)
                #expect(try await wallet.review(use: counter.link).standing.left == 3)
                #expect(try wallet.history().map(\.outcome) == [.shown])
                let kept = try await browser.post("/cards/1/benefits")
                let page = String(buffer: kept.body)
                #expect(page.contains("Receipts that are kept"))
                #expect(page.contains("Rides <code>\(city.inn.base)</code>"))
            }
        }
    }

    @Test func `as one of the members, few of whom the owner has to agree to`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let counter = try await Counter(city, isOffline: false, mode: .anonymous)
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": counter.link])
                #expect(asked.text.contains("not which one") && asked.text.contains("4 / 4"))
                #expect(!asked.text.contains("always shows"))
                let few = try await browser.follow(asked.path)
                #expect(few.text.contains("limit_exceeded"))
                #expect(!city.inn.asked.contains("POST /tegata/uses/one"))
                let again = try await browser.follow("/open", ["link": counter.link])
                let done = try await browser.follow(again.path, ["few": "yes"])
                #expect(done.text.contains("One was used") && done.text.contains("One ride"))
            }
            #expect(try wallet.history().map(\.outcome) == [.shown])
            #expect(try wallet.history().flatMap(\.shown).isEmpty, "no card was shown")
            let kept = try #require(try wallet.uses(of: card).first)
            #expect(kept.voucher == nil && kept.receipt.text.en == "One ride")
            #expect(try await wallet.review(use: counter.link).standing.left == 3)
            // A card that came after the lists of the window.
            let late = try city.wallet("late")
            try await city.member(late)
            let review = try await late.review(use: counter.link)
            await #expect(throws: Refusal.typeMismatch) {
                try await late.use(review, ofAtLeast: 1)
            }
            #expect(try late.history().isEmpty)
        }
    }

    @Test func `a shop is its address, and no other is believed`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let counter = try await Counter(city, isOffline: true, named: "https://taxi.example")
            await #expect(throws: Refusal.issuerUntrusted) {
                try await wallet.review(use: counter.link)
            }
            #expect(try wallet.history().isEmpty)
            await #expect(throws: Refusal.typeMismatch, "a wallet without such a card") {
                let counter = try await Counter(city, isOffline: true)
                _ = try await city.wallet("other").review(use: counter.link)
            }
        }
    }
}
