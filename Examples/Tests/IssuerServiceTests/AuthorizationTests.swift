import Foundation
import Pages
import Tegata
import TegataOpenID
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The authorization code flow, from the pushed request to the card: a wallet of its own, a person in a browser.
@Suite struct AuthorizationTests {
    private static let redirect = "https://wallet.example/back"

    /// A wallet that asks on its own, and how it asks the issuer.
    private struct Wallet {
        let key = SigningKey.p256(Tegata.P256.PrivateKey())
        let issuance: IssuanceWallet
        let authorization: WalletAuthorization
        let site: Site
        let browser: Browser

        init(_ site: Site, for edition: String) async throws {
            self.site = site
            let asking = Browser(site.address)
            browser = asking
            let issuer = try IssuerIdentifier(site.address, allowingLoopback: true)
            func document(_ name: String) async throws -> [UInt8] {
                Array(
                    try await asking.get(
                        issuer.wellKnown(name), accepting: "application/json"
                    ).text.utf8)
            }
            let issuing = try CredentialIssuerMetadata(
                parsing: await document("openid-credential-issuer"), of: issuer)
            let authorizing = try AuthorizationServerMetadata(
                parsing: await document("oauth-authorization-server"), of: issuer)
            let wallet = try IssuanceWallet(
                issuing, authorizing, client: "Wallet <b>\u{202E}evil</b>")
            issuance = wallet
            authorization = try WalletAuthorization(
                wallet, [edition], redirect: AuthorizationTests.redirect)
        }

        func send(_ call: OAuthCall) async throws -> (status: Int, body: [UInt8]) {
            var request = URLRequest(url: try #require(URL(string: call.url)))
            request.httpMethod = call.method
            request.httpBody = call.body.isEmpty ? nil : Data(call.body)
            request.setValue(call.authorization, forHTTPHeaderField: "Authorization")
            request.setValue(call.contentType, forHTTPHeaderField: "Content-Type")
            let (data, response) = try await URLSession.shared.data(for: request)
            return ((response as? HTTPURLResponse)?.statusCode ?? 0, [UInt8](data))
        }

        /// Asks for the card with the tokens that the code was good for.
        func ask(
            _ tokens: IssuanceTokens, for edition: String
        ) async throws -> (status: Int, body: [UInt8]) {
            let fresh = try await send(try issuance.nonceCall())
            let nonce = try issuance.nonce(status: fresh.status, body: fresh.body)
            return try await send(
                try issuance.credentialCall(edition, tokens, nonce: nonce, keys: [key]))
        }

        /// The page that the browser is sent to.
        func page() async throws -> String {
            let (status, body) = try await send(authorization.push)
            return try authorization.page(status: status, body: body).url
        }
    }

    /// Where a page leads back to the wallet.
    private static func back(in page: String) throws -> String {
        let link = try #require(page.firstMatch(of: /href="(https:\/\/wallet\.example[^"]*)"/))
        return String(link.1).replacing("&amp;", with: "&")
    }

    @Test func `a wallet asks, the person agrees, shows the ID card, and the wallet has the card`()
        async throws
    {
        let site = try await Site.shared.value
        let wallet = try await Wallet(site, for: "founders")
        let person = Browser(site.address)
        let page = try await wallet.page()
        let shown = try await person.get(page, language: "en")
        #expect(shown.status == 200 && shown.text.contains("https://wallet.example"))
        #expect(shown.text.contains("&lt;b&gt;") && !shown.text.contains("\u{202E}"), "A45, A124")
        let query = try #require(page.split(separator: "?", maxSplits: 1).last.map(String.init))
        let agreed = try await person.post(
            "/authorize", ["query": query, "answer": "approve"], from: page)
        #expect(agreed.headers["location"] == "/editions/founders/claim")
        let way = try await person.get("/editions/founders/claim?lang=en")
        let back = try Self.back(in: way.text)
        #expect(way.headers["refresh"] == "3")
        // A pushed request is agreed to once.
        let again = try await Browser(site.address).get(page)
        #expect(again.status >= 400 && again.reason != nil)

        let (status, body) = try await wallet.send(
            try wallet.authorization.tokenCall(returning: back))
        let tokens = try IssuanceTokens(status: status, body: body)
        let asked = try await wallet.ask(tokens, for: "founders")
        #expect(asked.status == 202, "later, until the ID card was shown")
        let ready = try await person.get("/editions/founders/claim?lang=en")
        #expect(ready.text.contains("Your wallet is connected"))
        let proven = try await person.post(
            "/editions/founders/prove", ["person": "dai"], from: "/editions/founders/claim")
        #expect(proven.status == 303)
        let waiting = try JSONSerialization.jsonObject(with: Data(asked.body)) as? [String: Any]
        let transaction = try #require(waiting?["transaction_id"] as? String)
        let got = try await wallet.send(
            try wallet.issuance.deferredCall(transaction, tokens))
        #expect(got.status == 200)
        #expect(String(decoding: got.body, as: UTF8.self).contains("\"credential\""))
    }

    @Test func `who does not agree gives no card, and nobody agrees for another (A73)`()
        async throws
    {
        let site = try await Site.shared.value
        let wallet = try await Wallet(site, for: "founders")
        let page = try await wallet.page()
        let query = try #require(page.split(separator: "?", maxSplits: 1).last.map(String.init))
        let person = Browser(site.address)
        // Another site's form, without the session's token.
        let forged = try await person.post(
            "/authorize", form: ["query": query, "answer": "approve", "form": "x"])
        #expect(forged.status == 403)
        let declined = try await person.post(
            "/authorize", ["query": query, "answer": "deny"], from: page)
        #expect(declined.text.contains("error=access_denied"))
        let refused = try Self.back(in: declined.text)
        #expect(throws: Refusal.unauthorized) {
            try wallet.authorization.tokenCall(returning: refused)
        }
        for wrong in ["", "client_id=a", "client_id=a&request_uri=b", "request_uri=" + query] {
            let answer = try await person.get("/authorize?" + wrong)
            #expect(answer.status >= 400 && answer.status < 500, "\(wrong)")
        }
    }
}
