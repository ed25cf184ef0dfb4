import Foundation
import Tegata
import TegataOpenID
import Testing

/// The snippets of the page about issuing: they run here, and the page shows exactly these lines.
@Suite struct IssuanceArticleTests {
    @Test func `the page's snippets run`() async throws {
        let club = Issuer(at: "https://club.example", keys: .generate())
        let edition = try await club.open(Edition("founders", limit: 500, nationalID: []))
        @Sendable func issue(_ request: String) async -> IssuedCredential? {
            guard let text = try? await club.issue(to: request),
                let card = try? Self.card(in: text)
            else { return nil }
            return IssuedCredential(card, companion: text)
        }
        let secret = Secp256k1.PrivateKey()
        let key = SigningKey.secp256k1(secret)
        let member = Holder(key: secret)
        let request = try await member.request(edition)
        // snippet
        let server = IssuanceServer(
            at: try IssuerIdentifier("https://club.example"), keys: club.profile.keys,
            offering: [
                CredentialConfiguration.Named(
                    id: "founders",
                    configuration: CredentialConfiguration(
                        vct: club.profile.cardType,
                        display: [DisplayText("創設会員", locale: "ja")]))
            ], store: .inMemory()
        ) { order throws(Refusal) in
            guard let issued = await issue(String(decoding: order.subject, as: UTF8.self)) else {
                throw .soldOut
            }
            return .issued([issued])
        }
        // end
        // snippet
        let offer = try await server.offer(
            ["founders"], for: Array(request.utf8), protectedBy: .holder(member.publicKey))
        // end
        // snippet
        let wallet = try IssuanceWallet(server.metadata, server.authorizationServer)
        let answer = await server.answer(try wallet.tokenCall(for: offer.offer).received)
        let tokens = try IssuanceTokens(status: answer.status, body: answer.body)
        let fresh = await server.answer(try wallet.nonceCall().received)
        let nonce = try wallet.nonce(status: fresh.status, body: fresh.body)
        let call = try wallet.credentialCall("founders", tokens, nonce: nonce, keys: [key])
        let brought = await server.answer(call.received)
        let received = try wallet.accept(
            status: brought.status, body: brought.body, "founders", keys: [member.publicKey],
            trusting: server.cardIssuer)
        // end
        guard case .cards(let cards, _) = received, let text = cards.first?.companion else {
            Issue.record("no card")
            return
        }
        #expect(try member.accept(text, from: club.profile).serial.number == 1)
    }

    private static func card(in text: String) throws -> String? {
        try JSONDecoder().decode([String: String].self, from: Data(text.utf8))["card"]
    }

    @Test func `the page shows the lines that run`() throws {
        let tests = URL(filePath: #filePath)
        var run: [String] = []
        var isInside = false
        for line in try lines(of: tests) {
            if line == "        // snippet" || line == "        // end" {
                isInside = line.hasSuffix("snippet")
            } else if isInside {
                run.append(String(line.dropFirst(8)))
            }
        }
        let root = (0..<4).reduce(tests) { url, _ in url.deletingLastPathComponent() }
        var shown: [String] = []
        isInside = false
        let page = root.appending(path: "Sources/TegataOpenID/TegataOpenID.docc/Issuance.md")
        for line in try lines(of: page) {
            if line == "```swift" || line == "```" {
                isInside = line == "```swift"
            } else if isInside {
                shown.append(line)
            }
        }
        #expect(run.count > 20 && shown == run)
    }

    private func lines(of url: URL) throws -> [String] {
        try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
    }
}
