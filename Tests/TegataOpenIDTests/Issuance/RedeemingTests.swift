import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Rows A67 to A69, A72, A76, A77 and A125: from an offer to tokens.
struct RedeemingTests {
    @Test func `A67: of a hundred who redeem a code at once one gets a token`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        let code = try #require(made.offer.preAuthorizedCode)
        let answers = await withTaskGroup(of: OAuthAnswer?.self) { group in
            for _ in 0..<100 {
                group.addTask { try? await desk.redeem(code, made.transactionCode) }
            }
            return await group.reduce(into: [OAuthAnswer?]()) { $0.append($1) }
        }
        #expect(answers.count { $0?.status == 200 } == 1)
        #expect(answers.count { $0?.reason == .replayed } == 99)
        let later = try await desk.redeem(code, made.transactionCode)
        #expect(later.reason == .replayed && later.error == "invalid_grant")
    }

    @Test func `A68: a wrong transaction code leaves the offer usable`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        let code = try #require(made.offer.preAuthorizedCode)
        let right = try #require(made.transactionCode)
        #expect(right.utf8.count == 6 && right.utf8.allSatisfy { (0x30...0x39).contains($0) })
        for wrong in [wrongCode(right), right + "0", String(right.dropLast()), " " + right] {
            let answer = try await desk.redeem(code, wrong)
            #expect(answer.reason == .unauthorized && answer.error == "invalid_grant")
        }
        // Not a try at all: it is not counted.
        for _ in 0..<9 { #expect(try await desk.redeem(code).reason == .malformed) }
        #expect(try await desk.redeem(code, right).status == 200)
    }

    @Test func `A68: five wrong codes lock, and the owner has the code renewed`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        let code = try #require(made.offer.preAuthorizedCode)
        let right = try #require(made.transactionCode)
        let reasons = await withTaskGroup(of: Refusal?.self) { group in
            for _ in 0..<50 {
                group.addTask { try? await desk.redeem(code, wrongCode(right)).reason }
            }
            return await group.reduce(into: [Refusal?]()) { $0.append($1) }
        }
        #expect(reasons.count { $0 == .unauthorized } == 5)
        #expect(reasons.count { $0 == .limitExceeded } == 45)
        #expect(try await desk.redeem(code, right).reason == .limitExceeded)
        #expect(try await desk.server.progress(of: made.handle) == .locked)
        let link = made.referenceLink.split(separator: "%2F").last.map(String.init) ?? ""
        await #expect(throws: Refusal.unauthorized) {
            _ = try await desk.server.renewTransactionCode(of: link)
        }
        let renewed = try await desk.server.renewTransactionCode(of: made.handle)
        if renewed != right {
            #expect(try await desk.redeem(code, right).reason == .unauthorized)
        }
        #expect(try await desk.server.progress(of: made.handle) == .open)
        #expect(try await desk.redeem(code, renewed).status == 200)
        #expect(try await desk.server.progress(of: made.handle) == .redeemed)
        await #expect(throws: Refusal.replayed) {
            _ = try await desk.server.renewTransactionCode(of: made.handle)
        }
    }

    @Test func `A69: an offer is fetched as often as asked for, and redeemed once`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        guard case .reference(let url) = try CredentialOfferLink(parsing: made.referenceLink) else {
            Issue.record("no reference")
            return
        }
        for _ in 0..<3 {
            let answer = try await desk.send(OAuthCall("GET", url))
            #expect(answer.status == 200 && answer.header("Cache-Control") == "no-store")
            #expect(try CredentialOffer(parsing: answer.body) == made.offer)
        }
        #expect(try CredentialOfferLink(parsing: made.link) == .offer(made.offer))
        let code = try #require(made.offer.preAuthorizedCode)
        #expect(try await desk.redeem(code, made.transactionCode).status == 200)
        #expect(try await desk.send(OAuthCall("GET", url)).status == 404)
        #expect(try await desk.redeem(code, made.transactionCode).reason == .replayed)
    }

    @Test func `A76: codes, states and tokens have 256 bits, and none leads to another`()
        async throws
    {
        let desk = try IssuanceDesk()
        let made = try await desk.offer(by: .both)
        let tokens = try await desk.tokens()
        let code = try #require(made.offer.preAuthorizedCode)
        let texts = [
            code, made.offer.issuerState, made.handle, tokens.access, tokens.refresh,
        ].compactMap { $0 }
        #expect(texts.count == 5 && Set(texts).count == 5)
        #expect(texts.allSatisfy { (try? Base64URL.decode($0))?.count == 32 })
        for text in texts where text != code {
            #expect(try await desk.redeem(text, made.transactionCode).reason == .unauthorized)
        }
        for text in texts where text != tokens.access {
            #expect(
                try await desk.post("credential", [:], token: text).reason == .unauthorized)
        }
        for text in texts where text != tokens.refresh {
            let answer = try await desk.token([
                ("grant_type", "refresh_token"), ("refresh_token", text),
            ])
            #expect(answer.reason == .unauthorized)
        }
        #expect(try await desk.redeem(code, made.transactionCode).status == 200)
    }

    @Test(arguments: [nil, "wallet-a", "https://wallet.example/", "名前"])
    func `A77: a wallet of any client id redeems`(client: String?) async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        let wallet = try desk.wallet(client: client)
        let answer = try await desk.send(
            wallet.tokenCall(for: made.offer, transactionCode: made.transactionCode))
        let tokens = try IssuanceTokens(status: answer.status, body: answer.body)
        let call = try wallet.credentialCall(
            "founders", tokens, nonce: try await desk.nonce(),
            keys: [.secp256k1(IssuanceDesk.key("a"))])
        #expect(try await desk.send(call).status == 200)
    }

    @Test func `A125: an unknown code and a wrong transaction code get the same answer`()
        async throws
    {
        let desk = try IssuanceDesk()
        let made = try await desk.offer()
        let code = try #require(made.offer.preAuthorizedCode)
        let wrong = try await desk.redeem(code, wrongCode(try #require(made.transactionCode)))
        for unknown in [Ticket().text, "guess", code + "A", code.lowercased() + "!"] {
            let answer = try await desk.redeem(unknown, "123456")
            #expect(answer.status == wrong.status && answer.json == wrong.json)
            #expect(answer.headers == wrong.headers)
        }
    }

    @Test func `an offer ends, is withdrawn, and asks for a code only if it has one`()
        async throws
    {
        let desk = try IssuanceDesk()
        let old = try await desk.offer()
        desk.pass(601)
        let code = try #require(old.offer.preAuthorizedCode)
        #expect(try await desk.redeem(code, old.transactionCode).reason == .expired)
        #expect(try await desk.server.progress(of: old.handle) == .ended)
        await #expect(throws: Refusal.unauthorized) {
            _ = try await desk.server.progress(of: code)
        }
        let open = try await desk.offer(protectedBy: .link)
        #expect(open.transactionCode == nil && open.offer.transactionCode == nil)
        let openCode = try #require(open.offer.preAuthorizedCode)
        #expect(try await desk.redeem(openCode, "123456").reason == .malformed)
        try await desk.server.withdraw(open.handle)
        #expect(try await desk.redeem(openCode).reason == .replayed)
        await #expect(throws: Refusal.unsupported) { _ = try await desk.offer(["unknown"]) }
        await #expect(throws: Refusal.unsupported) { _ = try await desk.offer([]) }
    }

    @Test(arguments: [
        "", "grant_type", "grant_type=password&username=a", "grant_type=refresh_token",
        "grant_type=a&grant_type=a", "grant_type=%zz", "grant_type=%C3%28", "grant_type=a%00b",
        "grant_type=authorization_code&code=x",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code",
    ])
    func `a token request that is none is refused`(body: String) async throws {
        let desk = try IssuanceDesk()
        let answer = try await desk.server.answer(
            OAuthRequest(
                method: "POST", path: "/members/token",
                contentType: "application/x-www-form-urlencoded", body: Array(body.utf8)))
        #expect(answer.status == 400 && answer.header("Cache-Control") == "no-store")
        #expect(answer.reason == .malformed || answer.reason == .unsupported)
    }

    @Test func `a refresh token is used once, and twice ends the grant`() async throws {
        let desk = try IssuanceDesk()
        let first = try await desk.tokens()
        desk.pass(700)
        let stale = try await desk.post("credential", [:], token: first.access)
        #expect(stale.reason == .expired && stale.status == 401)
        let answer = try await desk.send(desk.wallet().refreshCall(first))
        let second = try IssuanceTokens(status: answer.status, body: answer.body)
        #expect(second.access != first.access && second.refresh != first.refresh)
        let card = try await desk.send(
            desk.call(second, keys: [.secp256k1(IssuanceDesk.key("a"))]))
        #expect(card.status == 200 && desk.orders.map(\.renewal) == [1])
        #expect(try await desk.post("credential", [:], token: first.access).status == 401)
        #expect(try await desk.send(desk.wallet().refreshCall(first)).reason == .replayed)
        // Nobody can tell who copied it, so neither goes on.
        #expect(try await desk.send(desk.wallet().refreshCall(second)).reason == .replayed)
        #expect(try await desk.post("credential", [:], token: second.access).status == 401)
    }

    @Test func `of many who refresh at once one gets tokens, and they work`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let call = try desk.wallet().refreshCall(tokens)
        let first = try await desk.send(call)
        #expect(first.status == 200)
        let fresh = try IssuanceTokens(status: first.status, body: first.body)
        let next = try desk.wallet().refreshCall(fresh)
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { (try? await desk.send(next).status) ?? 0 } }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(answers.count { $0 == 200 } == 1)
    }
}

/// Another code of the same form.
func wrongCode(_ code: String) -> String {
    (code.hasPrefix("1") ? "2" : "1") + code.dropFirst()
}
