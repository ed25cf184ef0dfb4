import Foundation
import Pages
import Tegata
import Testing
import WalletService

/// An edition that is drawn, on the pages: people enter, the operator holds the draw, everybody sees the result.
@Suite struct DrawTests {
    private func wallet() throws -> WalletService {
        let path =
            FileManager.default.temporaryDirectory.path + "/tegata-wallet-\(UUID().uuidString)"
        return try WalletService(home: WalletHome(path), acceptsLoopback: true)
    }

    /// Enters the draw as a test person, with a wallet that waits for its card.
    private func enter(
        _ browser: Browser, _ wallet: WalletService, as person: String
    ) async throws -> (waiting: String, answer: Browser.Answer) {
        _ = try await browser.post("/editions/drawn/claim", [:], from: "/editions/drawn")
        let page = try await browser.get("/editions/drawn/claim").text
        let link = try #require(page.firstMatch(of: /href="(openid-credential-offer:[^"]*)"/)).1
        let code = try #require(page.firstMatch(of: /class="big">([0-9]{6})</)).1
        let deliveries = try await wallet.receive(
            try await wallet.review(offer: String(link)), code: String(code))
        guard case .later(let waiting)? = deliveries.first else { throw Refusal.conflict }
        let proven = try await browser.post(
            "/editions/drawn/prove", ["person": person], from: "/editions/drawn/claim")
        return (waiting.id, proven)
    }

    @Test func `people enter, one is drawn, and everybody sees it`() async throws {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        let opened = try await office.post(
            "/operator/open",
            [
                "id": "drawn", "limit": "1", "next": "1", "draw_minutes": "1",
                "draw_randomness": "the closing value of a share index",
            ], from: "/operator")
        #expect(opened.status == 303)
        let browsers = [Browser(site.address), Browser(site.address)]
        let wallets = [try wallet(), try wallet()]
        let shown = try await browsers[0].get("/editions/drawn?lang=en").text
        #expect(shown.contains("Enter the draw") && shown.contains("the closing value"))
        var waiting = [String]()
        for (place, person) in ["ben", "chie"].enumerated() {
            let entered = try await enter(browsers[place], wallets[place], as: person)
            #expect(entered.answer.status == 303, "\(person): \(entered.answer.reason ?? "")")
            waiting.append(entered.waiting)
            let page = try await browsers[place].get("/editions/drawn/claim?lang=en").text
            #expect(page.contains("You have entered") && page.contains("&quot;proof&quot;"))
            guard case .later = try await wallets[place].resume(waiting[place]) else {
                throw Refusal.conflict
            }
        }
        // The same person does not enter twice.
        let twice = try await enter(Browser(site.address), try wallet(), as: "ben")
        #expect(twice.answer.reason == "already_claimed")
        #expect(try await office.get("/operator?lang=en").text.contains("<strong>2</strong>"))
        let early = try await office.post(
            "/operator/drawn/draw", ["outcome": "38123"], from: "/operator")
        #expect(early.reason == "not_yet_valid")
        let stranger = try await Browser(site.address).post(
            "/operator/drawn/draw", ["outcome": "38123"], from: "/operator")
        #expect(stranger.reason == "unauthorized")

        // Entries close after a minute; the operator tries until they have.
        var held = early
        for _ in 0..<180 where held.reason == "not_yet_valid" {
            try await Task.sleep(for: .seconds(1))
            held = try await office.post(
                "/operator/drawn/draw", ["outcome": "38123"], from: "/operator")
        }
        #expect(held.status == 303)
        // Of two entrants, another outcome brings another order half the time.
        var reasons = Set<String?>()
        for outcome in 0..<40 where !reasons.contains("conflict") {
            let other = try await office.post(
                "/operator/drawn/draw", ["outcome": "\(outcome)"], from: "/operator")
            reasons.insert(other.reason)
        }
        #expect(reasons.contains("conflict"))
        var winners = 0
        for place in 0..<2 {
            let page = try await browsers[place].get("/editions/drawn/claim?lang=en").text
            if page.contains("№ 1") {
                winners += 1
                guard case .card(let card) = try await wallets[place].resume(waiting[place]) else {
                    throw Refusal.conflict
                }
                #expect(card.card.serial.number == 1)
            } else {
                #expect(page.contains("sold_out"))
                await #expect(throws: Refusal.soldOut) {
                    _ = try await wallets[place].resume(waiting[place])
                }
            }
        }
        #expect(winners == 1)
    }
}
