import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// The authorization code grant: pushed requests, the page, PKCE; and row A73 where the page knows who is there.
struct AuthorizationTests {
    private let redirect = "https://wallet.example/cb"

    /// Pushes a wallet's request and opens the page.
    private func open(
        _ desk: IssuanceDesk, offer: CredentialOffer? = nil
    ) async throws -> (WalletAuthorization, PendingAuthorization) {
        let request = try WalletAuthorization(
            desk.wallet(client: "wallet"), ["founders"], offer: offer, redirect: redirect)
        let pushed = try await desk.send(request.push)
        #expect(pushed.status == 201)
        let page = try request.page(status: pushed.status, body: pushed.body)
        return (request, try await desk.server.authorization(for: page.received).get())
    }

    @Test func `a wallet without an offer gets a card by the page`() async throws {
        let desk = try IssuanceDesk()
        let (request, pending) = try await open(desk)
        #expect(pending.client == "wallet" && pending.configurations == ["founders"])
        #expect(pending.destination == "https://wallet.example" && !pending.isForOffer)
        let back = try await desk.server.approve(pending, for: [9])
        #expect(back.status == 302)
        let call = try request.tokenCall(returning: try #require(back.header("Location")))
        let answer = try await desk.send(call)
        let tokens = try IssuanceTokens(status: answer.status, body: answer.body)
        let key = SigningKey.p256(P256.PrivateKey())
        #expect(try await desk.send(desk.call(tokens, keys: [key])).status == 200)
        #expect(desk.orders.map(\.subject) == [[9]])
        #expect(try await desk.send(call).reason == .replayed)
        #expect(try await desk.server.approve(pending, for: [9]).reason == .replayed)
    }

    @Test func `A73: an offer slipped to another person is not approved`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer(by: .both)
        let (request, pending) = try await open(desk, offer: made.offer)
        #expect(pending.isForOffer)
        for stranger in [[], [1], IssuanceDesk.person + [0], Array(IssuanceDesk.person.dropLast())]
        {
            let answer = try await desk.server.approve(pending, for: stranger)
            #expect(answer.status == 403 && answer.reason == .unauthorized)
            #expect(answer.header("Location") == nil)
        }
        let back = try await desk.server.approve(pending, for: IssuanceDesk.person)
        let call = try request.tokenCall(returning: try #require(back.header("Location")))
        #expect(try await desk.send(call).status == 200)
        // One offer, one redemption, whichever grant.
        let code = try #require(made.offer.preAuthorizedCode)
        #expect(try await desk.redeem(code, made.transactionCode).reason == .replayed)
    }

    @Test func `A73: an offer redeemed by its code is approved for nobody`() async throws {
        let desk = try IssuanceDesk()
        let made = try await desk.offer(by: .both)
        let (_, pending) = try await open(desk, offer: made.offer)
        let code = try #require(made.offer.preAuthorizedCode)
        #expect(try await desk.redeem(code, made.transactionCode).status == 200)
        let answer = try await desk.server.approve(pending, for: IssuanceDesk.person)
        #expect(answer.reason == .replayed)
    }

    @Test func `of many approvals at once one sends a code, and of many exchanges one gets tokens`()
        async throws
    {
        let desk = try IssuanceDesk()
        let (request, pending) = try await open(desk)
        let server = try desk.server
        let backs = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask { await server.approve(pending, for: [1]).header("Location") }
            }
            return await group.reduce(into: [String]()) { if let url = $1 { $0.append(url) } }
        }
        #expect(backs.count == 1)
        let call = try request.tokenCall(returning: try #require(backs.first))
        let answers = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { (try? await desk.send(call).status) ?? 0 } }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(answers.count { $0 == 200 } == 1)
    }

    @Test func `a person who does not agree sends the wallet away`() async throws {
        let desk = try IssuanceDesk()
        let (request, pending) = try await open(desk)
        let back = try await desk.server.deny(pending)
        let url = try #require(back.header("Location"))
        #expect(url.hasPrefix(redirect + "?error=access_denied") && back.status == 302)
        #expect(throws: Refusal.unauthorized) { try request.tokenCall(returning: url) }
        #expect(try await desk.server.approve(pending, for: [1]).reason == .replayed)
    }

    @Test func `a code is for its verifier, client and redirect, and ends`() async throws {
        let desk = try IssuanceDesk()
        let (request, pending) = try await open(desk)
        let back = try await desk.server.approve(pending, for: [1])
        let call = try request.tokenCall(returning: try #require(back.header("Location")))
        let good = try FormFields(parsing: call.body)
        for (name, value) in [
            ("code_verifier", Ticket().text), ("code_verifier", "short"),
            ("code_verifier", good["code_verifier"].map { $0 + "=" }),
            ("client_id", "other"), ("client_id", nil), ("redirect_uri", nil),
            ("redirect_uri", redirect + "/"), ("code", Ticket().text),
        ] as [(String, String?)] {
            var fields = [(String, String)]()
            for field in good.fields where field.name != name {
                fields.append((field.name, field.value))
            }
            if let value { fields.append((name, value)) }
            let answer = try await desk.token(fields)
            #expect(answer.error == "invalid_grant" && answer.reason == .unauthorized, "\(name)")
        }
        desk.pass(61)
        #expect(try await desk.send(call).reason == .expired)
    }

    @Test func `a wallet trusts no answer but its own`() async throws {
        let desk = try IssuanceDesk()
        let (request, pending) = try await open(desk)
        let back = try await desk.server.approve(pending, for: [1])
        let url = try #require(back.header("Location"))
        let fields = try FormFields(parsing: Array(url.dropFirst(redirect.count + 1).utf8))
        func changed(_ name: String, _ value: String?) -> String {
            var other = FormFields()
            for field in fields.fields where field.name != name {
                other.add(field.name, field.value)
            }
            other.add(name, value)
            return redirect + "?" + other.encoded
        }
        for (name, value, reason) in [
            ("state", "x", .conflict), ("state", nil, .conflict),
            ("iss", "https://evil.example", .issuerUntrusted), ("iss", nil, .issuerUntrusted),
            ("code", nil, .malformed),
        ] as [(String, String?, Refusal)] {
            #expect(throws: reason) { try request.tokenCall(returning: changed(name, value)) }
        }
        #expect(throws: Refusal.malformed) {
            try request.tokenCall(returning: "https://evil.example/?" + fields.encoded)
        }
    }

    @Test(arguments: [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", nil, "invalid_request"), ("client_id", nil, "invalid_request"),
        ("code_challenge", nil, "invalid_request"), ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", nil, "invalid_request"),
        ("redirect_uri", nil, "invalid_request"),
        ("redirect_uri", "http://wallet.example/cb", "invalid_request"),
        ("redirect_uri", "https://wallet.example/cb#x", "invalid_request"),
        ("redirect_uri", "javascript:alert(1)", "invalid_request"),
        ("redirect_uri", "data:text/html,x", "invalid_request"),
        ("redirect_uri", "https://w.example/\r\nSet-Cookie: a", "invalid_request"),
        ("redirect_uri", "JavaScript:alert(1)", "invalid_request"),
        ("redirect_uri", "/cb", "invalid_request"),
        ("redirect_uri", "https:///x", "invalid_request"),
        ("redirect_uri", "https://user@host/", "invalid_request"),
        ("request", "x.y.z", "invalid_request"), ("request_uri", "urn:x", "invalid_request"),
        ("issuer_state", "unknown", "invalid_request"),
        ("authorization_details", nil, "invalid_scope"),
        ("authorization_details", "{}", "invalid_request"),
        ("authorization_details", "[]", "invalid_request"),
        ("authorization_details", #"[{"type":"x"}]"#, "invalid_authorization_details"),
        (
            "authorization_details",
            #"[{"type":"openid_credential","credential_configuration_id":"unknown"}]"#,
            "invalid_authorization_details"
        ),
    ])
    func `a pushed request that could be misused is refused`(
        name: String, value: String?, error: String
    ) async throws {
        let desk = try IssuanceDesk()
        let request = try WalletAuthorization(
            desk.wallet(client: "wallet"), ["founders"], redirect: redirect)
        var fields = FormFields()
        for field in try FormFields(parsing: request.push.body).fields where field.name != name {
            fields.add(field.name, field.value)
        }
        fields.add(name, value)
        let answer = try await desk.send(.form(IssuanceDesk.club + "/par", fields))
        #expect(answer.error == error && answer.status == 400)
    }

    @Test(arguments: [
        "https://wallet.example/cb?x=1", "com.example.wallet:/cb", "eudi-wallet://cb",
        "http://127.0.0.1:8080/cb", "http://[::1]/cb",
    ])
    func `a wallet's own address is answered`(redirect: String) async throws {
        let desk = try IssuanceDesk()
        let request = try WalletAuthorization(
            desk.wallet(client: "wallet"), ["founders"], redirect: redirect)
        let pushed = try await desk.send(request.push)
        let page = try request.page(status: pushed.status, body: pushed.body)
        let pending = try await desk.server.authorization(for: page.received).get()
        let back = try await desk.server.approve(pending, for: [1])
        let url = try #require(back.header("Location"))
        #expect(url.hasPrefix(redirect) && url.count { $0 == "?" } == 1)
    }

    @Test func `the page opens only for what was pushed, by whoever pushed it`() async throws {
        let desk = try IssuanceDesk()
        let request = try WalletAuthorization(
            desk.wallet(client: "wallet"), ["founders"], redirect: redirect)
        let pushed = try await desk.send(request.push)
        let page = try request.page(status: pushed.status, body: pushed.body).received
        let queries: [(String, Refusal)] = [
            ("", .unsupported), ("client_id=wallet", .unsupported),
            (
                "client_id=wallet&response_type=code&redirect_uri=https%3A%2F%2Fevil.example",
                .unsupported
            ),
            (page.query.replacing("wallet", with: "other"), .expired),
            (String(page.query.dropLast()), .expired), (page.query + "&client_id=a", .malformed),
        ]
        for (query, reason) in queries {
            var changed = page
            changed.query = query
            guard case .failure(let refused) = try await desk.server.authorization(for: changed)
            else {
                Issue.record("a page for \(query)")
                continue
            }
            #expect(refused.answer.reason == reason && refused.answer.header("Location") == nil)
        }
        desk.pass(601)
        guard case .failure(let late) = try await desk.server.authorization(for: page) else {
            Issue.record("a page too late")
            return
        }
        #expect(late.answer.reason == .expired)
    }

    @Test func `scopes name configurations`() async throws {
        let desk = try IssuanceDesk()
        let request = try WalletAuthorization(
            desk.wallet(client: "wallet"), ["founders"], redirect: redirect)
        var fields = FormFields()
        for field in try FormFields(parsing: request.push.body).fields
        where field.name != "authorization_details" { fields.add(field.name, field.value) }
        fields.add("scope", "openid founders friends")
        let pushed = try await desk.send(.form(IssuanceDesk.club + "/par", fields))
        let page = try request.page(status: pushed.status, body: pushed.body)
        let pending = try await desk.server.authorization(for: page.received).get()
        #expect(pending.configurations == ["founders", "friends"])
        let back = try await desk.server.approve(pending, for: [1])
        let call = try request.tokenCall(returning: try #require(back.header("Location")))
        let answer = try await desk.send(call)
        #expect(answer.status == 200 && answer.json?["authorization_details"] == nil)
    }
}
