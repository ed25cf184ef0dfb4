import Foundation
import Tegata
import Testing
import WalletService

/// An edition that takes only ID cards from before a day, on the pages: refusal, a number for the office, an exception that everybody counts.
@Suite struct AppealTests {
    @Test func `a newer ID card gets a number to tell, and a card once the office has allowed it`()
        async throws
    {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        // All test ID cards are of 2020.
        for day in ["2019-02-30", "yesterday"] {
            let wrong = try await office.post(
                "/operator/open", ["id": "early", "limit": "9", "next": "1", "cut_off": day],
                from: "/operator")
            #expect(wrong.reason == "malformed", "\(day)")
        }
        let opened = try await office.post(
            "/operator/open", ["id": "early", "limit": "9", "next": "1", "cut_off": "2019-04-01"],
            from: "/operator")
        #expect(opened.status == 303)
        #expect(
            try await Browser(site.address).get("/editions/early").text.contains("2019-04-01"))

        let (browser, first) = (Browser(site.address), try wallet())
        let waiting = try await ask(browser, first, for: "early")
        for _ in 0..<2 {
            #expect(try await prove(browser, "ben", for: "early").status == 303)
        }
        let page = try await browser.get("/editions/early/claim?lang=en").text
        #expect(page.contains("national_id_invalid") && page.contains("tell the office"))
        let number = try #require(page.firstMatch(of: /class="big">([0-9]{4}-[0-9]{4})</)).1
        guard case .later = try await first.resume(waiting) else { throw Refusal.conflict }

        func grant(_ number: String, by browser: Browser) async throws -> Browser.Answer {
            try await browser.post(
                "/operator/early/appeal",
                ["number": number, "because": "stolen, report seen"], from: "/operator")
        }
        #expect(try await grant(String(number), by: browser).reason == "unauthorized")
        #expect(try await grant("0000-000", by: office).reason == "expired")
        #expect(try await grant(" " + number + " ", by: office).status == 303)
        #expect(try await grant(String(number), by: office).reason == "expired", "once")
        #expect(
            try await browser.get("/editions/early/claim?lang=en").text.contains("lets your claim"))
        #expect(try await prove(browser, "ben", for: "early").status == 303)
        guard case .card(let kept) = try await first.resume(waiting) else {
            throw Refusal.conflict
        }
        #expect(kept.card.serial.number == 1)
        // For this claim and nobody else's.
        let (other, second) = (Browser(site.address), try wallet())
        _ = try await ask(other, second, for: "early")
        #expect(try await prove(other, "chie", for: "early").status == 303)
        #expect(
            try await other.get("/editions/early/claim").text.contains("national_id_invalid"))
        // Live, and for the operator alone.
        let live = try await office.get("/operator/early/watch")
        #expect(live.text.contains("1 / 9") && live.headers["refresh"] == "2")
        #expect(!(try await other.get("/operator/early/watch").text.contains("1 / 9")))
    }
}
