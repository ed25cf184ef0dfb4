import Foundation
import Tegata
import TegataNationalID
import TegataOpenID
import Testing

@testable import VerifierService

/// The counter against a live server, an issuer over HTTP and a wallet made of the library's functions.
@Suite struct CounterTests {
    private let wallet = Browser(VerifierWorld.innAddress, accept: "application/json")

    private func browser() -> Browser { Browser(VerifierWorld.innAddress) }

    @Test
    func `a card is shown from another device, and only what was asked is seen (A45, A62, A124)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("tier", by: inn)
        let page = try await inn.get(path)
        #expect(page.text.contains("class=\"qr\""))
        #expect(page.text.contains("openid4vp://?client_id="))
        #expect(page.text.contains(world.service.id))
        let answer = try await world.answer(VerifierWorld.link(path, inn), with: 0)
        #expect(try await wallet.post(answer.address, body: answer.body).text == "{}")
        let verdict = try await inn.get(path + "?lang=en")
        #expect(verdict.text.contains("A member"))
        #expect(verdict.text.contains("№ 1 / 500"))
        #expect(verdict.text.contains("taxi, onsen"))
        #expect(verdict.text.contains("TEST"))
        // Markup and direction of texts are shown as what they are, beside the verified issuer.
        #expect(verdict.text.contains("&lt;script&gt;gold&lt;/script&gt;"))
        #expect(verdict.text.contains("&lt;b&gt;Foun[U+202E]ders&lt;/b&gt;"))
        #expect(verdict.text.contains("<code>\(VerifierWorld.cityAddress)</code>"))
        #expect(!verdict.text.contains("<script>") && !verdict.text.contains("\u{202E}"))
        #expect(!verdict.text.contains("Yu the Tester"))
        let japanese = try await inn.get(path + "?lang=ja")
        #expect(japanese.text.contains("会員です"))
        let json = try await inn.get(path, accept: "application/json")
        #expect(json.value("serial") == "1")
        #expect(json.text.contains("\"claims\":{\"tier\":"))
        #expect(!json.text.contains("Yu the Tester") && !json.text.contains("since"))
    }

    @Test func `a result is for the session that started, whoever asks how often (A60)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await world.verified("tier", by: inn, with: 0)
        for stranger in [browser(), wallet] {
            _ = try await stranger.get("/")
            #expect(try await stranger.get(path).status == 403)
            let id = path.dropFirst("/visit/".count)
            #expect(
                try await stranger.get(
                    "/openid4vp/done?transaction=\(id)&response_code=\(freshName())"
                )
                .status == 403)
        }
        for _ in 0..<100 {
            #expect(
                try await wallet.get("/visit/\(freshName())").text == #"{"error":"unauthorized"}"#)
        }
        #expect(try await inn.get(path).status == 200)
    }

    @Test func `on the same device the result needs session and code (A59)`() async throws {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("tier", "same", by: inn)
        let answer = try await world.answer(VerifierWorld.link(path, inn), with: 0)
        let reply = try await wallet.post(answer.address, body: answer.body)
        let address = try #require(reply.value("redirect_uri"))
        #expect(address.hasPrefix(VerifierWorld.innAddress + "/openid4vp/done?"))
        // The one who started it has no code; the one who answered has another session.
        let waiting = try await inn.get(path)
        #expect(!waiting.text.contains("№"))
        let victim = browser()
        _ = try await victim.get("/")
        #expect(try await victim.get(address).status == 403)
        let wrong = address.prefix { $0 != "&" } + "&response_code=" + freshName()
        #expect(try await inn.get(String(wrong)).status == 403)
        let done = try await inn.get(address)
        #expect(done.status == 303 && done.location == path)
        #expect(try await inn.get(path).text.contains("№ 1 / 500"))
        #expect(try await inn.get(address).status == 403)
    }

    @Test func `answers to unknown, answered and cancelled transactions are conflicts (A61)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("tier", by: inn)
        let answer = try await world.answer(VerifierWorld.link(path, inn), with: 1)
        let unknown = "state=\(freshName())&vp_token=%7B%7D"
        #expect(try await wallet.post(answer.address, body: unknown).value("error") == "conflict")
        let token = try #require(try await inn.get(path).field("form"))
        #expect(try await inn.post(path + "/cancel", ["form": token]).location == "/")
        #expect(
            try await wallet.post(answer.address, body: answer.body).value("error") == "conflict")
        let second = try await VerifierWorld.start("tier", by: inn)
        let again = try await world.answer(VerifierWorld.link(second, inn), with: 1)
        #expect(try await wallet.post(again.address, body: again.body).status == 200)
        let repeated = try await wallet.post(again.address, body: again.body)
        #expect(repeated.value("error") == "conflict" && repeated.status == 409)
    }

    @Test
    func
        `an answer in the open is refused, the counter sees why, and another one may follow (A64)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("tier", by: inn)
        let answer = try await world.answer(VerifierWorld.link(path, inn), with: 1)
        let id = String(path.dropFirst("/visit/".count))
        let open = Browser.form(["state": id, "vp_token": #"{"card":["secret-of-somebody~"]}"#])
        let refused = try await wallet.post(answer.address, body: open)
        #expect(refused.text == #"{"error":"malformed"}"#)
        #expect(try await inn.get(path).text.contains("<code>malformed</code>"))
        #expect(try await wallet.post(answer.address, body: answer.body).status == 200)
        #expect(try await inn.get(path).text.contains("№ 2 / 500"))
    }

    @Test func `a request is fetched twice, and by POST with the wallet's nonce (A65)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("tier", by: inn)
        let address = path.replacing("/visit/", with: "/openid4vp/request/")
        for _ in 0..<2 { #expect(try await wallet.get(address).status == 200) }
        let posted = try await wallet.post(address, ["wallet_nonce": "nonce-of-a-wallet"])
        #expect(posted.status == 200)
        let payload = try #require(posted.text.split(separator: ".").dropFirst().first)
        let base64 = String(payload).replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)
        let claims = String(decoding: try #require(Data(base64Encoded: padded)), as: UTF8.self)
        #expect(claims.contains("\"wallet_nonce\":\"nonce-of-a-wallet\""))
        #expect(
            try await world.answer(VerifierWorld.link(path, inn), with: 1).body.isEmpty == false)
        #expect(
            try await wallet.get("/openid4vp/request/\(freshName())").value("error") == "conflict")
    }

    @Test func `forms of other sites start nothing (A124)`() async throws {
        _ = try await VerifierWorld.shared.value
        let inn = browser()
        let token = try #require(try await inn.get("/").field("form"))
        let other = browser()
        let foreign = try #require(try await other.get("/").field("form"))
        for path in ["/start", "/redeem", "/kiosk", "/visit/\(freshName())/cancel"] {
            let fields = ["check": "tier", "flow": "cross"]
            #expect(try await inn.post(path, fields).status == 403)
            #expect(
                try await inn.post(path, fields.merging(["form": foreign]) { $1 }).status == 403)
            #expect(
                try await inn.post(
                    path, fields.merging(["form": token]) { $1 },
                    headers: ["Sec-Fetch-Site": "cross-site"]
                ).status == 403)
        }
        #expect(
            try await inn.post("/start", ["form": token, "check": "tier", "flow": "cross"]).status
                == 303)
    }

    @Test func `the person proves, with the ID card, that the card is theirs`() async throws {
        let world = try await VerifierWorld.shared.value
        let inn = browser()
        let path = try await VerifierWorld.start("person", by: inn)
        let link = try await VerifierWorld.link(path, inn)
        let question = try await wallet.get(link).text
        let owner = world.members[2]
        let place = link.replacing("/question", with: "/answer")
        let lent = try await owner.holder.present(
            owner.card, revealing: ["tier"], to: question, proving: world.members[1].identity,
            in: world.founders)
        #expect(try await wallet.post(place, body: lent).value("error") == "national_id_invalid")
        let answer = try await owner.holder.present(
            owner.card, revealing: ["tier"], to: question, proving: owner.identity,
            in: world.founders)
        #expect(try await wallet.post(place, body: answer).text == "{}")
        #expect(try await wallet.post(place, body: answer).value("error") == "conflict")
        let verdict = try await inn.get(path, accept: "application/json")
        #expect(verdict.value("serial") == "3")
        #expect(verdict.text.contains("\"person_proven\":true"))
    }

    @Test
    func `cards of issuers that nobody named are refused, and their flood asks nobody (A47, R5)`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let impostor = Issuer(
            at: VerifierWorld.cityAddress, keys: .generate(),
            identity: .embedded(accepting: .testCards))
        let edition = try await impostor.open(Edition("founders", limit: 500, nationalID: []))
        let holder = Holder(key: TegataCrypto.P256.PrivateKey())
        let card = try holder.accept(
            try await impostor.issue(
                to: try await holder.request(edition), claims: ["tier": .selective("gold")]),
            from: impostor.profile)
        let inn = browser()
        let path = try await VerifierWorld.start("tier", by: inn)
        let request = try await world.request(VerifierWorld.link(path, inn))
        let answer = try holder.answer(holder.choose(for: request, among: [card]))
        let before = world.profileReads.value
        for _ in 0..<50 {
            let refused = try await wallet.post(answer.address, body: answer.body)
            #expect(refused.value("error") == "issuer_untrusted")
        }
        // Once a minute, however many come; a few verifiers of other tests start meanwhile, and read it once each.
        #expect(world.profileReads.value - before < 10)
        #expect(try await inn.get(path).text.contains("<code>issuer_untrusted</code>"))
    }
}
