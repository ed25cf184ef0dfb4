import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import WalletService

/// A browser on the wallet's pages.
struct Browser {
    let client: any TestClientProtocol
    var cookie: String?
    /// The token that forms of this session carry, from the last page.
    var token = ""

    init(_ client: any TestClientProtocol) { self.client = client }

    mutating func get(_ path: String, _ more: HTTPFields = [:]) async throws -> TestResponse {
        var headers = more
        headers[.accept] = "text/html"
        if headers[.acceptLanguage] == nil { headers[.acceptLanguage] = "en" }
        if let cookie { headers[.cookie] = cookie }
        let response = try await client.executeRequest(
            uri: path, method: .get, headers: headers, body: nil)
        note(response)
        return response
    }

    mutating func post(
        _ path: String, _ fields: [String: String] = [:], token given: String? = nil
    ) async throws -> TestResponse {
        var headers: HTTPFields = [
            .accept: "text/html", .acceptLanguage: "en",
            .contentType: "application/x-www-form-urlencoded",
        ]
        if let cookie { headers[.cookie] = cookie }
        var all = fields
        all["form"] = given ?? token
        let safe = CharacterSet.alphanumerics
        let body = all.map { name, value in
            name + "=" + (value.addingPercentEncoding(withAllowedCharacters: safe) ?? "")
        }.joined(separator: "&")
        let response = try await client.executeRequest(
            uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
        note(response)
        return response
    }

    /// Posts a form with a file, as browsers do.
    mutating func upload(
        _ path: String, _ file: [UInt8], _ fields: [String: String]
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.accept: "text/html", .acceptLanguage: "en"]
        headers[.contentType] = "multipart/form-data; boundary=----browser"
        if let cookie { headers[.cookie] = cookie }
        var body = ByteBuffer()
        for (name, value) in fields.merging(["form": token], uniquingKeysWith: { own, _ in own }) {
            body.writeString(
                "------browser\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n")
            body.writeString(value + "\r\n")
        }
        body.writeString(
            "------browser\r\nContent-Disposition: form-data; name=\"file\"; filename=\"w.tegata\"\r\n"
        )
        body.writeString("Content-Type: application/octet-stream\r\n\r\n")
        body.writeBytes(file)
        body.writeString("\r\n------browser--\r\n")
        let response = try await client.executeRequest(
            uri: path, method: .post, headers: headers, body: body)
        note(response)
        return response
    }

    /// Posts a form and looks at the page it leads to.
    mutating func follow(
        _ path: String, _ fields: [String: String] = [:]
    ) async throws -> (path: String, text: String) {
        let response = try await post(path, fields)
        guard let location = response.headers[.location] else {
            return (path, String(buffer: response.body))
        }
        return (location, String(buffer: try await get(location).body))
    }

    private mutating func note(_ response: TestResponse) {
        if let set = response.headers[.setCookie], set.hasPrefix("tegata-session=") {
            cookie = String(set.prefix { $0 != ";" })
        }
        let page = String(buffer: response.body)
        if let found = page.firstMatch(of: #/name="form" value="([^"]+)"/#) {
            token = String(found.1)
        }
    }
}

/// Opens a wallet's pages in a browser.
func browse(
    _ wallet: WalletService, _ body: @escaping @Sendable (inout Browser) async throws -> Void
) async throws {
    let server = try wallet.server(WebServer.Settings(port: 0, isTest: false))
    let application = Application(router: server.router, logger: .quiet)
    try await application.test(.router) { client in
        var browser = Browser(client)
        _ = try await browser.get("/")
        try await body(&browser)
    }
}

struct PageTests {
    @Test func `an offer is opened, received with its code, looked at and deleted`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let made = try await city.offer(to: wallet, .transactionCode)
            let code = try #require(made.transactionCode)
            try await browse(wallet) { browser in
                let offer = try await browser.follow("/open", ["link": " \(made.link)\n"])
                #expect(offer.path.hasPrefix("/offers/"))
                #expect(offer.text.contains("<code>\(city.live.base)</code>"), "A45")
                #expect(offer.text.contains("Club [U+202E]elpmaxe.yti[U+200B]c"), "A45")
                #expect(!offer.text.contains("\u{202E}") && !offer.text.contains("\u{200B}"))
                let wrong = try await browser.follow(
                    offer.path, ["code": code == "000000" ? "000001" : "000000"])
                #expect(wrong.path == offer.path && wrong.text.contains("unauthorized"))
                let card = try await browser.follow(
                    offer.path, ["code": code.prefix(3) + " " + code.suffix(3)])
                #expect(card.path == "/cards/1" && card.text.contains("only when you agree"))
                let home = String(buffer: try await browser.get("/").body)
                #expect(home.contains("№ 1 / 500") && home.contains("<svg class=\"card\""))
                let japanese = try await browser.get("/?lang=ja")
                #expect(String(buffer: japanese.body).contains("訪問者"))
                let picture = try await browser.get("/cards/1/card.svg")
                #expect(picture.headers[.contentType] == "image/svg+xml; charset=utf-8")
                let question = String(
                    buffer: try await browser.get("/cards/1/delete?lang=en").body)
                #expect(question.contains("This cannot be undone"))
                #expect(try wallet.cards().count == 1, "a question deletes nothing")
                let stale = try await browser.post(
                    "/cards/1/delete", ["card": String(repeating: "A", count: 43)])
                #expect(stale.status == .conflict, "the list has changed since")
                let deleted = try await browser.follow(
                    "/cards/1/delete", ["card": try wallet.card(1).card.id])
                #expect(try deleted.path == "/" && wallet.cards().isEmpty)
                let missing = try await browser.get("/cards/1")
                #expect(missing.status == .badRequest)
            }
        }
    }

    @Test func `a card on its way is waited for on a page that looks again`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let made = try await city.offer(to: wallet)
            city.delays.withLock { $0 = 1 }
            try await browse(wallet) { browser in
                let offer = try await browser.follow("/open", ["link": made.referenceLink])
                let received = try await browser.post(offer.path)
                let path = try #require(received.headers[.location])
                #expect(path.hasPrefix("/waiting/"))
                var waiting = try #require(try wallet.waiting().first)
                waiting.due = WalletService.now + 30
                try wallet.home.keep(waiting)
                let page = try await browser.get(path)
                #expect(HTTPField.Name("Refresh").flatMap { page.headers[$0] } != nil)
                #expect(String(buffer: page.body).contains("<progress"))
                waiting.due = 0
                try wallet.home.keep(waiting)
                let end = try await browser.get(path)
                #expect(end.headers[.location] == "/cards/1")
            }
        }
    }

    @Test func `a question says what is shown and what is not, and one answer leaves`() async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.sameDevice, asking: ["name"])
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": started.link])
                #expect(asked.path.hasPrefix("/requests/"))
                #expect(asked.text.contains("decentralized_identifier:\(city.did)"))
                #expect(
                    asked.text.contains("name: Yu the Tester") && asked.text.contains("tier: gold"))
                #expect(!asked.text.contains("Yamanaka") && asked.text.contains("<li>ward</li>"))
                #expect(!city.inn.asked.contains("POST /answer"))
                let ended = try await browser.follow(asked.path, ["answer": "show"])
                #expect(ended.text.contains("Shown."))
                #expect(ended.text.contains("\(city.inn.base)/done?transaction="))
                let twice = try await browser.post(asked.path, ["answer": "show"])
                #expect(twice.status == .conflict)
                #expect(city.inn.asked.filter { $0 == "POST /answer" }.count == 1)
                let history = String(buffer: try await browser.get("/history").body)
                #expect(history.contains("visitors № 1: name, tier"))
            }
        }
    }

    @Test func `a stranger's question, or one that was changed, is refused in words that fit`()
        async throws
    {
        try await City.run { city in
            let started = try await city.door.start(.crossDevice, asking: ["name"])
            try await browse(try city.wallet(trustingInn: false)) { browser in
                let refused = try await browser.follow("/open", ["link": started.link])
                #expect(refused.text.contains("does not trust who asks"))
                #expect(refused.text.contains("issuer_untrusted"))
            }
            city.tampering.withLock { $0 = { $0.dropLast(4) + "AAAA" } }
            try await browse(try city.wallet()) { browser in
                let refused = try await browser.follow("/open", ["link": started.link])
                #expect(refused.text.contains("Nothing was sent"))
                #expect(refused.text.contains("signature_invalid"))
                let nonsense = try await browser.follow("/open", ["link": "<script>"])
                #expect(nonsense.text.contains("malformed"))
                #expect(!nonsense.text.contains("<script>"))
            }
            #expect(!city.inn.asked.contains("POST /answer"))
        }
    }

    @Test func `another card is used instead`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": started.link])
                #expect(asked.text.contains("value=\"card-1\""))
                let other = try await browser.follow(asked.path, ["answer": "card-1"])
                #expect(other.text.contains("value=\"card-2\""))
                _ = try await browser.follow(asked.path, ["answer": "show"])
                #expect(try wallet.history().flatMap(\.shown).map(\.serial) == [1])
            }
        }
    }

    @Test func `a question is declined`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["name"])
            try await browse(wallet) { browser in
                let asked = try await browser.follow("/open", ["link": started.link])
                let ended = try await browser.follow(asked.path, ["answer": "decline"])
                #expect(ended.text.contains("Declined."))
                #expect(try wallet.history().map(\.outcome) == [.declined])
            }
        }
    }

    @Test
    func `other sites' forms and other sessions are refused (A124)`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let started = try await city.door.start(.crossDevice, asking: ["name"])
            try await browse(wallet) { browser in
                for token in ["", "x", String(browser.token.reversed())] {
                    let open = try await browser.post(
                        "/open", ["link": started.link], token: token)
                    #expect(open.status == .forbidden)
                    let delete = try await browser.post("/cards/1/delete", token: token)
                    #expect(delete.status == .forbidden)
                }
                #expect(try city.inn.asked.isEmpty && wallet.cards().count == 1)
                let asked = try await browser.follow("/open", ["link": started.link])
                var other = Browser(browser.client)
                _ = try await other.get("/")
                let page = try await other.get(asked.path)
                #expect(page.status == .gone, "another session's question")
                let answer = try await other.post(asked.path, ["answer": "show"])
                #expect(answer.status == .gone)
                // What other sites link to is shown first, and fetched by nobody.
                city.inn.forget()
                let query = started.link.split(separator: "?")[1]
                let led = try await browser.get("/open?" + query)
                #expect(led.status == .ok && city.inn.asked.isEmpty)
                #expect(String(buffer: led.body).contains("Another page led here"))
                let bad = try await browser.get("/open?client_id=a&credential_offer=b")
                #expect(bad.status == .badRequest)
            }
        }
    }

    @Test func `a stranger's name that leads to this machine reads no page`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let server = try wallet.server(WebServer.Settings(port: 0, isTest: false))
            try await Live.serve(server.router) { port in
                func status(_ path: String, _ host: String) async throws -> Int {
                    try await OutboundHTTP().send(
                        "GET", "http://127.0.0.1:\(port)" + path, fields: ["Host": host],
                        acceptsLoopback: true
                    ).status
                }
                for host in ["127.0.0.1:\(port)", "localhost", "LOCALHOST:\(port)"] {
                    let status = try await status("/", host)
                    #expect(status == 200, "\(host)")
                }
                for host in [
                    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80",
                    "127.0.0.2",
                ] {
                    for path in ["/", "/history", "/cards/1", "/open?client_id=x"] {
                        let status = try await status(path, host)
                        #expect(status == 403, "\(host)\(path)")
                    }
                }
            }
        }
    }

    @Test func `no address that others can reach is listened on`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            for host in ["0.0.0.0", "::", "192.168.0.2", "wallet.example", "127.0.0.1.example", ""]
            {
                #expect(throws: Refusal.unsupported) {
                    _ = try wallet.server(
                        WebServer.Settings(host: host, port: 7402, isTest: false))
                }
            }
        }
    }
}
