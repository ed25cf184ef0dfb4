import TegataCrypto
import TegataLog
import TegataSDJWT
import Testing

@testable import Tegata

/// So many times in a window, and each time once (Spec/entitlement.md).
@Suite struct EntitlementTests {
    @Test func `a ride is taken, counted and receipted by taxi and city`() async throws {
        let world = try await EntitlementWorld()
        let taxi = world.shop()
        var uses = EntitlementUses()
        let text = try await world.voucher(at: taxi, in: &uses)
        let voucher = try await taxi.take(text, under: world.terms) { _ in }
        #expect(voucher.serial.number == 1 && voucher.window == 0 && voucher.number == nil)
        let statement = try await world.count(text, from: taxi)
        #expect(statement.outcome == .counted && statement.number == 0 && statement.first == nil)
        #expect(statement.voucher == voucher.digest && statement.shop == taxi.id)
        let receipt = try taxi.receipt(
            for: voucher, under: world.terms, BilingualText(ja: "乗車1回", en: "One ride"))
        let kept = try UseReceipt(
            parsing: receipt, for: text, under: world.terms, from: taxi.profile)
        #expect(kept.text.en == "One ride" && kept.shop == taxi.id && kept.window == 0)
        #expect("\(voucher)" == "window 0, to be numbered")
        // Asked again after a lost answer: the same statement, and no second ride (A86).
        #expect(try await world.count(text, from: taxi).number == 0)
        #expect(try await world.city.entries(.redemption) == 1)
    }

    @Test func `fifty at once are exactly what is left`() async throws {
        let world = try await EntitlementWorld()
        let (taxi, inn) = (world.shop(), world.shop(EntitlementWorld.innID))
        var uses = EntitlementUses()
        var vouchers = [(String, Shop)]()
        for number in 0..<50 {
            let shop = number % 2 == 0 ? taxi : inn
            vouchers.append((try await world.voucher(at: shop, in: &uses), shop))
        }
        let other = try await world.city.another()
        let numbers = await withTaskGroup(of: Int?.self) { group in
            for (place, (voucher, shop)) in vouchers.enumerated() {
                let issuer = place % 3 == 0 ? other : world.city.issuer
                group.addTask {
                    do {
                        return try await world.count(voucher, from: shop, by: issuer).number
                    } catch {
                        #expect(error as? Refusal == .soldOut)
                        return nil
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        // Two of the ten are for shops without a network.
        #expect(numbers.sorted() == Array(0..<8))
        #expect(try await world.city.entries(.redemption) == 8)
    }

    @Test func `the next window has all uses again, and another card has its own`() async throws {
        let world = try await EntitlementWorld(2, count: 1, offline: 0)
        let taxi = world.shop()
        var uses = EntitlementUses()
        _ = try await world.count(try await world.voucher(at: taxi, in: &uses), from: taxi)
        let second = try await world.voucher(at: taxi, in: &uses)
        await #expect(throws: Refusal.soldOut) { try await world.count(second, from: taxi) }
        _ = try await world.count(try await world.voucher(1, at: taxi, in: &uses), from: taxi)
        world.city.time.now = EntitlementWorld.windows[1]
        let next = try await world.count(try await world.voucher(at: taxi, in: &uses), from: taxi)
        #expect(next.window == 1 && next.number == 0)
        world.city.time.now = EntitlementWorld.windows[2]
        await #expect(throws: Refusal.expired) { try await taxi.ask(for: world.terms) }
        world.city.time.now = EntitlementWorld.windows[0] - 1
        await #expect(throws: Refusal.notYetValid) { try await taxi.ask(for: world.terms) }
    }

    @Test func `a shop without a network takes a number, and settles it later`() async throws {
        let world = try await EntitlementWorld()
        let taxi = world.shop()
        var uses = EntitlementUses()
        var texts = [String]()
        for _ in 0..<2 {
            let text = try await world.voucher(at: taxi, isOffline: true, in: &uses)
            _ = try await taxi.take(text, under: world.terms) { texts.append($0) }
        }
        #expect(uses.count(of: world.terms, window: 0) == 2)
        // The third has no number: what a shop risks is bounded.
        await #expect(throws: Refusal.soldOut) {
            try await world.voucher(at: taxi, isOffline: true, in: &uses)
        }
        let kept = try EntitlementUses(parsing: uses.encoded)
        #expect(kept.encoded == uses.encoded && kept.count(of: world.terms, window: 0) == 2)
        // Six days after the window it is settled all the same; the card may be gone by then.
        world.city.time.now = EntitlementWorld.windows[1] + 600_000
        try await world.city.issuer.setStatus(.revoked, of: 1, in: world.city.edition)
        var numbers = Set<Int>()
        for text in texts {
            let statement = try await world.count(text, from: taxi)
            #expect(statement.outcome == .counted && statement.window == 0)
            numbers.insert(statement.number)
        }
        #expect(numbers == [8, 9])
        world.city.time.now = EntitlementWorld.windows[1] + world.terms.entitlement.grace
        #expect(try await world.count(texts[0], from: taxi).outcome == .counted)
    }

    @Test func `a lost phone keeps the count`() async throws {
        let people = try await PersonWorld()
        let issuer = people.issuer
        let (card, _) = try await people.card(people.identity)
        let plan = try Entitlement(
            "night", title: NoticeWorld.reason, count: 1, windows: EntitlementWorld.windows,
            shops: [EntitlementWorld.innID])
        let terms = try EntitlementTerms(
            parsing: issuer.terms(of: plan, in: people.founders), from: issuer.profile)
        let inn = Shop(
            at: EntitlementWorld.innID, key: .secp256k1(World.privateKey("inn")),
            trusting: issuer.profile, store: .inMemory(), book: .inMemory(),
            clock: { World.now })
        var uses = EntitlementUses()
        let voucher = try people.holder.use(
            try await inn.ask(for: terms), of: terms, with: card, from: inn.profile, in: &uses)
        _ = try await issuer.count(voucher, from: inn.id, under: terms)
        let phone = Holder(
            key: .secp256k1(World.privateKey("new phone")), secret: [8], clock: { World.now })
        let request = try await phone.request(people.founders, proving: people.identity)
        let again = try phone.accept(
            try await issuer.reissue(to: request), from: issuer.profile)
        var fresh = EntitlementUses()
        let second = try phone.use(
            try await inn.ask(for: terms), of: terms, with: again, from: inn.profile, in: &fresh)
        await #expect(throws: Refusal.soldOut) {
            try await issuer.count(second, from: inn.id, under: terms)
        }
        // The card before is dead where the issuer is asked.
        let old = try people.holder.use(
            try await inn.ask(for: terms), of: terms, with: card, from: inn.profile, in: &uses)
        await #expect(throws: Refusal.revoked) {
            try await issuer.count(old, from: inn.id, under: terms)
        }
    }
}
