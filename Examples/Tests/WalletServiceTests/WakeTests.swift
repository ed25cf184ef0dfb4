import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Synchronization
import Tegata
import Testing

@testable import WalletService

/// Being woken when there is mail: asked for on a page that works without scripts as far as it can.
struct WakeTests {
    /// The city as an issuer that wakes browsers.
    final class Office: Sendable {
        private let city: City
        private let door: Verifier
        private let heard = Mutex([String]())
        var asked: [String] { heard.withLock { $0 } }
        let refusal = Mutex<Refusal?>(nil)
        static let key = Data([4] + [UInt8](repeating: 9, count: 64)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")

        init(_ city: City) {
            self.city = city
            door = Verifier(
                at: city.live.base + "/tegata/notices/push", trusting: city.issuer.profile,
                store: .inMemory())
            city.live.answer { [self] ask in
                do {
                    return try await answer(ask.method, ask.path, ask.body)
                } catch let refusal as Refusal {
                    return .text(#"{"error":"\#(refusal.rawValue)"}"#, 400)
                }
            }
        }

        private func answer(
            _ method: String, _ path: String, _ body: [UInt8]
        ) async throws -> Live.Reply {
            struct Asked: Decodable { let shown: String }
            switch (method, path) {
            case ("GET", "/tegata/notices/push"): return .text(#"{"key":"\#(Self.key)"}"#)
            case ("POST", "/tegata/notices/push/challenge"):
                return .text(try await door.challenge(asking: []))
            case ("POST", "/tegata/notices/push"), ("POST", "/tegata/notices/push/remove"):
                if let refusal = refusal.withLock({ $0 }) { throw refusal }
                guard let wish = try? JSONDecoder().decode(Asked.self, from: Data(body)) else {
                    throw Refusal.malformed
                }
                _ = try await door.verify(wish.shown)
                heard.withLock { $0.append(String(decoding: body, as: UTF8.self)) }
                return .text("{}")
            default: return .missing
            }
        }
    }

    private let fields = [
        "endpoint": "https://push.example/one", "p256dh": "BAAA", "auth": "AAAA",
    ]

    @Test func `the page says that it does not work before a script says that it does`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            try await browse(wallet) { browser in
                let link = String(buffer: try await browser.get("/cards/1").body)
                #expect(link.contains(#"href="/cards/1/wake""#))
                let response = try await browser.get("/cards/1/wake")
                let page = String(buffer: response.body)
                #expect(page.contains(#"<p id="wake-cannot" role="note">This does not work"#))
                #expect(page.contains(#"id="wake" hidden"#) && page.contains(Office.key))
                #expect(page.contains("/wake/\(card.card.id)/"))
                // Nothing of a script stands in the page, and nothing but ours runs.
                #expect(page.contains(#"<script src="/wake.js"></script>"#))
                #expect(page.matches(of: /<script/).count == 1)
                let policy = try #require(HTTPField.Name("Content-Security-Policy"))
                #expect(response.headers[policy]?.contains("script-src 'self';") == true)
                let script = try await browser.get("/wake.js")
                #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
                let worker = String(buffer: try await browser.get("/wake-worker.js?lang=ja").body)
                #expect(worker.contains("\"お知らせが届きました\"") && worker.contains(#""lang":"ja""#))
                #expect(office.asked.isEmpty, "nothing is asked for by looking")
            }
        }
    }

    @Test func `a browser is registered by showing the card, and taken away again`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let office = Office(city)
            try await browse(wallet) { browser in
                _ = try await browser.get("/cards/1/wake")
                var form = fields
                form["card"] = card.card.id
                let stranger = try await browser.post("/cards/1/wake", form, token: "x")
                #expect(stranger.status == .forbidden)
                form["card"] = "another"
                let other = try await browser.post("/cards/1/wake", form)
                #expect(other.status == .conflict && office.asked.isEmpty)
                form["card"] = card.card.id
                let done = try await browser.post("/cards/1/wake", form)
                #expect(String(buffer: done.body).contains("This browser will tell you"))
                #expect(office.asked.first?.contains("push.example") == true)
                let ended = try await browser.post(
                    "/cards/1/wake/end", ["card": card.card.id])
                #expect(String(buffer: ended.body).contains("Nobody is told any more"))
                #expect(office.asked.last?.contains("endpoint") == false)
                // What the issuer says is said here.
                office.refusal.withLock { $0 = .issuerUntrusted }
                let refused = try await browser.post("/cards/1/wake", form)
                #expect(refused.status == .badRequest)
                #expect(String(buffer: refused.body).contains("issuer_untrusted"))
                // A notification leads to the card's mail, and fetches nothing by itself.
                let woken = try await browser.get("/wake/\(card.card.id)/mail")
                #expect(String(buffer: woken.body).contains(#"action="/cards/1/mail""#))
                #expect(try await browser.get("/wake/nobody/mail").status == .gone)
                let home = String(buffer: try await browser.get("/").body)
                #expect(home.contains("data-cards=\"\(card.card.id)\""))
            }
            #expect(!city.live.asked.contains("POST /tegata/notices"))
            // Each time the card was shown, and to whom, is the owner's to read.
            let history = try wallet.history()
            #expect(history.map(\.outcome) == [.shown, .shown, .refused])
            #expect(
                history.allSatisfy {
                    $0.verifier == city.live.base + "/tegata/notices/push" && $0.shown.count == 1
                })
        }
    }

    @Test func `an issuer that wakes nobody is said to`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            city.live.answer { _ in .missing }
            try await browse(wallet) { browser in
                let page = try await browser.get("/cards/1/wake")
                #expect(String(buffer: page.body).contains("sends no signals"))
            }
        }
    }
}
