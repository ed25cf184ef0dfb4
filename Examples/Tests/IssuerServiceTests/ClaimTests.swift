import Foundation
import Pages
import Tegata
import Testing
import WalletService

/// Claims from the first click to the card, with a wallet of its own process' folder.
@Suite struct ClaimTests {
    @Test
    func `a person gets one card, and the same number again on another phone (A73, A80, A82)`()
        async throws
    {
        let site = try await Site.shared.value
        let (browser, first) = (Browser(site.address), try wallet())
        let waiting = try await ask(browser, first, for: "founders")
        #expect(try await prove(browser, "aiko", for: "founders").status == 303)
        guard case .card(let kept) = try await first.resume(waiting) else {
            throw Refusal.conflict
        }
        let card = kept.card
        #expect(card.edition.id == "founders" && card.claims["tier"] == "gold")
        #expect(
            try await browser.get("/editions/founders/claim").text.contains("№ \(card.serial)"))
        // The same person in another browser, with another wallet.
        let (other, second) = (Browser(site.address), try wallet())
        let again = try await ask(other, second, for: "founders")
        #expect(try await prove(other, "aiko", for: "founders").reason == "already_claimed")
        #expect(try await prove(other, "aiko", for: "founders", replacing: true).status == 303)
        guard case .card(let replaced) = try await second.resume(again) else {
            throw Refusal.conflict
        }
        #expect(replaced.card.serial == card.serial)
        // Somebody who has no card has none to replace.
        let (third, fourth) = (Browser(site.address), try wallet())
        _ = try await ask(third, fourth, for: "founders")
        #expect(
            try await prove(third, "ben", for: "founders", replacing: true).reason == "unauthorized"
        )
        // Nobody is anybody.
        #expect(try await prove(third, "nobody", for: "founders").reason == "national_id_invalid")
    }

    @Test func `a claim is given up, and the wallet that was bound to it gets nothing`()
        async throws
    {
        let site = try await Site.shared.value
        let (browser, first) = (Browser(site.address), try wallet())
        let waiting = try await ask(browser, first, for: "founders")
        let left = try await browser.post(
            "/editions/founders/leave", [:], from: "/editions/founders/claim")
        #expect(left.headers["location"] == "/editions/founders")
        await #expect(throws: Refusal.expired) { _ = try await first.resume(waiting) }
        let late = try await browser.post(
            "/editions/founders/prove", ["person": "chie"], from: "/editions/founders")
        #expect(late.reason == "expired")
        // Another browser cannot give up what is not its own.
        let (mine, second) = (Browser(site.address), try wallet())
        let other = try await ask(mine, second, for: "founders")
        _ = try await browser.post(
            "/editions/founders/leave", [:], from: "/editions/founders")
        guard case .later = try await second.resume(other) else { throw Refusal.conflict }
    }

    @Test func `when the last place is gone, the page and the wallet are told (A79)`() async throws
    {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        _ = try await office.post(
            "/operator/open", ["id": "single", "limit": "1", "next": "1"], from: "/operator")
        let (one, two) = (Browser(site.address), Browser(site.address))
        let (first, second) = (try wallet(), try wallet())
        let (mine, theirs) = (
            try await ask(one, first, for: "single"), try await ask(two, second, for: "single")
        )
        #expect(try await prove(one, "ben", for: "single").status == 303)
        #expect(try await prove(two, "chie", for: "single").reason == "sold_out")
        guard case .card = try await first.resume(mine) else { throw Refusal.conflict }
        await #expect(throws: Refusal.soldOut) { _ = try await second.resume(theirs) }
        let late = try await Browser(site.address).post(
            "/editions/single/claim", [:], from: "/editions/single")
        #expect(late.reason == "sold_out")
        #expect(
            try await Browser(site.address).get("/editions/single?lang=en").text.contains(
                "Sold out"))
    }
}
