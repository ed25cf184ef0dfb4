import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import ServiceKit
import Tegata
import Testing

@testable import VerifierService
@testable import WalletService

/// Two cards are shown to be one child's at a running clinic: agreed to, once, and told to nobody else (Spec/linking.md).
@Suite(.serialized) struct LinkingTests {
    @Test func `a pupil and an insured person are one child, on both sides' pages`() async throws {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let list = String(buffer: try await screen.get("/links?lang=ja").body)
            #expect(list.contains("学校健診の費用を市が払うため") && list.contains("生徒証"))
            _ = try await screen.get("/links?lang=en")
            let (path, link) = try await town.ask("checkup", at: &screen)
            let waiting = String(buffer: try await screen.get(path).body)
            #expect(waiting.contains("class=\"qr\"") && waiting.contains(link))
            #expect(waiting.contains("pays for the school&#39;s &lt;health&gt; check"), "A124")
            #expect(waiting.contains("which one is not taken"))
            let wallet = try town.wallet("aiko")
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": link])
                #expect(asked.path.hasPrefix("/links/"))
                #expect(asked.text.contains("<code>\(town.clinic.base)</code>"))
                #expect(asked.text.contains("class: 3-B") && !asked.text.contains("Yu the Tester"))
                #expect(asked.text.contains("Members of it: <strong>2</strong>"))
                #expect(
                    asked.text.contains("name=\"agree\" value=\"yes\" required>"), "no mark yet")
                #expect(asked.text.contains("Aiko Test"))
                let japanese = String(buffer: try await browser.get(asked.path + "?lang=ja").body)
                #expect(japanese.contains("学校健診の費用を市が払うため"))
                #expect(japanese.contains("二枚が私のものだと知ることに同意します"))
                _ = try await browser.get(asked.path + "?lang=en")
                #expect(try wallet.history().isEmpty, "nothing is given by looking")
                let done = try await browser.follow(asked.path, Self.yes)
                #expect(done.text.contains("Linked."))
                let twice = try await browser.post(asked.path, Self.yes)
                #expect(twice.status == .conflict)
                let history = String(buffer: try await browser.get("/history").body)
                #expect(history.contains("pupils № 1: class") && !history.contains("insured"))
            }
            #expect(try wallet.history().map(\.outcome) == [.shown])
            let verdict = String(buffer: try await screen.get(path + "?lang=en").body)
            #expect(verdict.contains("Both cards are one person&#39;s"))
            #expect(verdict.contains("№ 1 / 50") && verdict.contains("3-B"))
            #expect(verdict.contains("One of 2") && verdict.contains("which one is not known"))
            #expect(verdict.contains("TEST"), "A127")
            for secret in ["Yu the Tester", "99-1234"] { #expect(!verdict.contains(secret)) }
            let japanese = String(buffer: try await screen.get(path + "?lang=ja").body)
            #expect(japanese.contains("二枚は、お一人のものです") && japanese.contains("2 人のうちのひとり"))
            let state = try await town.state(path, screen)
            #expect(state.contains("\"state\":\"linked\"") && state.contains("\"anonymity\":2"))
            #expect(!state.contains("99-1234") && !state.contains("nullifier"))
        }
    }

    @Test func `two cards that are shown are one child's`() async throws {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (path, link) = try await town.ask("both", at: &screen)
            let wallet = try town.wallet("ben")
            let review = try await wallet.review(link: link)
            #expect(review.crowd == nil && !review.isCrowdSmall && review.isAnswerable)
            try await wallet.link(review, with: "ben", agreed: true)
            let state = try await town.state(path, screen)
            #expect(state.contains("\"serial\":2") && !state.contains("hidden"))
            #expect(try wallet.history().last?.shown.map(\.claims) == [["class"], []])
        }
    }

    @Test(arguments: [
        [:], ["answer": "link"], ["agree": "yes"], ["answer": "decline", "agree": "yes"],
        ["answer": "link", "agree": "no"],
    ])
    func `without a yes nothing is sent, and the history says declined`(
        _ fields: [String: String]
    ) async throws {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (path, link) = try await town.ask("checkup", at: &screen)
            let wallet = try town.wallet("aiko")
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": link])
                let given = fields.merging(["card": "aiko", "few": "yes"]) { own, _ in own }
                let ended = try await browser.follow(asked.path, given)
                #expect(ended.text.contains("Not linked.") && !ended.text.contains("Linked."))
            }
            #expect(try wallet.history().map(\.outcome) == [.declined])
            #expect(try wallet.history().flatMap(\.shown).isEmpty)
            #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
            #expect(try await town.state(path, screen).contains("\"state\":\"waiting\""))
        }
    }

    @Test func `no is the default of the wallet itself, and a small crowd takes a yes of its own`()
        async throws
    {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (_, link) = try await town.ask("checkup", at: &screen)
            let wallet = try town.wallet("aiko")
            let review = try await wallet.review(link: link)
            #expect(review.crowd == 2 && review.isCrowdSmall)
            await #expect(throws: Refusal.unauthorized) {
                try await wallet.link(review, with: "aiko", agreed: false, ofAtLeast: 1)
            }
            await #expect(throws: Refusal.limitExceeded) {
                try await wallet.link(review, with: "aiko", agreed: true)
            }
            await #expect(throws: Refusal.nationalIDInvalid, "no such ID card") {
                try await wallet.link(review, with: "nobody", agreed: true, ofAtLeast: 1)
            }
            #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
            #expect(try wallet.history().map(\.outcome) == [.declined])
        }
    }

    @Test(arguments: ["checkup", "both"])
    func `another person's ID card links nothing, and the counter hears why`(_ plan: String)
        async throws
    {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (path, link) = try await town.ask(plan, at: &screen)
            let wallet = try town.wallet("aiko")
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": link])
                let refused = try await browser.follow(
                    asked.path, Self.yes.merging(["card": "ben"]) { $1 })
                #expect(refused.text.contains("national_id_invalid"))
                #expect(refused.text.contains("Use the ID card that the cards were received with"))
            }
            #expect(try wallet.history().map(\.outcome) == [.refused])
            let page = String(buffer: try await screen.get(path).body)
            #expect(page.contains("national_id_invalid") && page.contains("did not hold"))
            // The question stays open for the right one.
            let again = try await wallet.review(link: link)
            try await wallet.link(again, with: "aiko", agreed: true, ofAtLeast: 1)
            #expect(try await town.state(path, screen).contains("\"state\":\"linked\""))
        }
    }

    @Test func `somebody without such cards answers nothing`() async throws {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (_, link) = try await town.ask("checkup", at: &screen)
            let empty = try town.wallet("chie")
            let review = try await empty.review(link: link)
            #expect(!review.isAnswerable)
            await #expect(throws: Refusal.typeMismatch) {
                try await empty.link(review, with: "chie", agreed: true, ofAtLeast: 1)
            }
            // A member's wallet in a stranger's hand: the hidden card has to be the stranger's own.
            let wallet = try town.wallet("aiko")
            let own = try await wallet.review(link: link)
            await #expect(throws: Refusal.typeMismatch) {
                try await wallet.link(own, with: "chie", agreed: true, ofAtLeast: 1)
            }
            #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
            #expect(try wallet.history().isEmpty)
        }
    }

    static let yes = ["answer": "link", "agree": "yes", "few": "yes", "card": "aiko"]
}
