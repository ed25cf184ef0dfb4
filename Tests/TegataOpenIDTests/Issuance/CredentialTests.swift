import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Rows A71 to A74, A78 and the requests around them: from tokens to cards.
struct CredentialTests {
    private let key = SigningKey.secp256k1(IssuanceDesk.key("holder"))
    private let other = SigningKey.p256(P256.PrivateKey())

    @Test func `a wallet gets a card that it accepts`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        for (key, id) in [(key, "founders")] {
            let answer = try await desk.send(desk.call(tokens, keys: [key], id: id))
            #expect(answer.status == 200 && answer.header("Cache-Control") == "no-store")
            let received = try desk.wallet().accept(
                status: answer.status, body: answer.body, id, keys: [key.verifyingKey],
                trusting: desk.server.cardIssuer)
            guard case .cards(let cards, let notification?) = received else {
                Issue.record("no cards")
                return
            }
            #expect(cards.count == 1)
            for _ in 0..<2 {
                let noted = try await desk.send(
                    desk.wallet().notificationCall(notification, .accepted, tokens))
                #expect(noted.status == 204 && noted.body.isEmpty)
            }
        }
        #expect(desk.reported == [.accepted, .accepted])
        let order = try #require(desk.orders.first)
        #expect(desk.orders.count == 1 && order.subject == IssuanceDesk.person)
        #expect(order.idempotencyKey.count == 32 && order.renewal == 0)
    }

    @Test func `A71: one nonce in two requests at once gives one card`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let nonce = try await desk.nonce()
        var calls = [OAuthCall]()
        for index in 0..<40 {
            let key = SigningKey.secp256k1(IssuanceDesk.key("\(index)"))
            calls.append(try await desk.call(tokens, keys: [key], nonce: nonce))
        }
        let answers = await withTaskGroup(of: OAuthAnswer?.self) { group in
            for call in calls { group.addTask { try? await desk.send(call) } }
            return await group.reduce(into: [OAuthAnswer?]()) { $0.append($1) }
        }
        #expect(answers.count { $0?.status == 200 } == 1)
        #expect(
            answers.allSatisfy {
                $0?.status == 200 || $0?.reason == .replayed || $0?.reason == .alreadyClaimed
            })
        #expect(desk.orders.count == 1)
    }

    @Test func `A71: a nonce that another grant used is used`() async throws {
        let desk = try IssuanceDesk()
        let nonce = try await desk.nonce()
        let first = try await desk.tokens()
        let second = try await desk.tokens()
        #expect(try await desk.send(desk.call(first, keys: [key], nonce: nonce)).status == 200)
        let answer = try await desk.send(desk.call(second, keys: [other], nonce: nonce))
        #expect(answer.error == "invalid_nonce" && answer.reason == .replayed)
        #expect(desk.orders.count == 1)
        #expect(try await desk.send(desk.call(second, keys: [other])).status == 200)
    }

    @Test func `one request, sent again, gets the same answer and asks the issuer once`()
        async throws
    {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        let first = try await desk.send(call)
        let again = try await desk.send(call)
        #expect(first.status == 200 && again.json == first.json && again.status == 200)
        // With a fresh nonce and the same key it is the same card; with another key it is refused.
        #expect(try await desk.send(desk.call(tokens, keys: [key])).json == first.json)
        let nonce = try await desk.nonce()
        let taken = try await desk.send(desk.call(tokens, keys: [other], nonce: nonce))
        #expect(taken.reason == .alreadyClaimed && taken.error == "credential_request_denied")
        // The refusal used nothing up.
        let third = try await desk.send(desk.call(tokens, keys: [key], nonce: nonce))
        #expect(third.json == first.json)
        #expect(desk.orders.count == 1)
    }

    @Test func `A71: one request sent many times at once asks the issuer once`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        let answers = await withTaskGroup(of: OAuthAnswer?.self) { group in
            for _ in 0..<40 { group.addTask { try? await desk.send(call) } }
            return await group.reduce(into: [OAuthAnswer?]()) { $0.append($1) }
        }
        let last = try await desk.send(call)
        #expect(last.status == 200 && desk.orders.count == 1)
        // Whoever came while the issuer was at work is told to come again.
        #expect(
            answers.allSatisfy { answer in
                answer?.status == 503 && answer?.header("Retry-After") != nil
                    || answer?.json == last.json
            })
    }

    @Test func `a refusal of the issuer is given once for a request, and another may succeed`()
        async throws
    {
        let desk = try IssuanceDesk()
        desk.willAnswer(.refuse(.soldOut))
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        for _ in 0..<2 {
            let answer = try await desk.send(call)
            #expect(answer.error == "credential_request_denied" && answer.reason == .soldOut)
            #expect(answer.json?["tegata_reason"] == "sold_out")
        }
        #expect(desk.orders.count == 1)
        #expect(try await desk.send(desk.call(tokens, keys: [key])).status == 200)
    }

    @Test func `an issuer that is away is asked again for the same order`() async throws {
        let desk = try IssuanceDesk()
        desk.willAnswer(.refuse(.unavailable), .tooMany)
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        let away = try await desk.send(call)
        #expect(away.status == 503 && away.reason == .unavailable)
        // More cards than keys are the issuer's mistake, and nobody gets them.
        #expect(try await desk.send(call).reason == .unavailable)
        #expect(try await desk.send(call).reason == .unavailable, "somebody may be working on it")
        desk.pass(61)
        #expect(try await desk.send(call).status == 200)
        #expect(desk.orders.count == 3)
        #expect(Set(desk.orders.map(\.idempotencyKey)).count == 1)
    }

    @Test func `A72: an access token elsewhere than in its header is refused`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let good = try await desk.call(tokens, keys: [key]).received
        for query in [
            "access_token=" + tokens.access, "a=b&access_token=x", "access%5Ftoken=x",
            "ACCESS_TOKEN=x", "access_token",
        ] {
            for headers in [good.authorization, []] {
                var request = good
                request.query = query
                request.authorization = headers
                let answer = try await desk.server.answer(request)
                #expect(answer.status == 400 && answer.reason == .unauthorized, "\(query)")
            }
        }
        for headers in [
            [], [tokens.access], ["Bearer"], ["Bearer "], ["Bearer  " + tokens.access],
            ["Bearer " + tokens.access + " "], ["Bearer " + tokens.access + "="],
            ["DPoP " + tokens.access], ["Basic " + tokens.access],
            good.authorization + ["Bearer x"],
            good.authorization + good.authorization, ["Bearer " + Ticket().text],
        ] {
            var request = good
            request.authorization = headers
            let answer = try await desk.server.answer(request)
            #expect(answer.status == 401, "\(headers.count)")
            #expect(answer.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
        }
        var form = good
        form.authorization = []
        form.contentType = "application/x-www-form-urlencoded"
        form.body = Array("access_token=\(tokens.access)".utf8)
        #expect(try await desk.server.answer(form).status == 401)
        #expect(desk.orders.isEmpty)
        var shouted = good
        shouted.authorization = ["BEARER " + tokens.access]
        #expect(try await desk.server.answer(shouted).status == 200)
    }

    @Test func `A72: other configurations and identifiers are refused`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let proofs = try await JSON(parsing: desk.call(tokens, keys: [key]).body)["proofs"] ?? nil
        let rows: [(JSON, String)] = [
            (["credential_configuration_id": "friends", "proofs": proofs], "insufficient_scope"),
            (
                ["credential_configuration_id": "unknown", "proofs": proofs],
                "unknown_credential_configuration"
            ),
            (
                ["credential_configuration_id": "Founders", "proofs": proofs],
                "unknown_credential_configuration"
            ),
            (
                ["credential_identifier": "founders", "proofs": proofs],
                "unknown_credential_identifier"
            ),
            (
                [
                    "credential_configuration_id": "founders", "credential_identifier": "founders",
                    "proofs": proofs,
                ], "invalid_credential_request"
            ),
            (["proofs": proofs], "invalid_credential_request"),
            (["credential_configuration_id": 1, "proofs": proofs], "invalid_credential_request"),
            (["format": "dc+sd-jwt", "proofs": proofs], "invalid_credential_request"),
            (
                [
                    "credential_configuration_id": "founders", "proofs": proofs,
                    "credential_response_encryption": ["enc": "A128GCM"],
                ], "invalid_encryption_parameters"
            ),
            (["credential_configuration_id": "founders"], "invalid_proof"),
            (
                ["credential_configuration_id": "founders", "proof": proofs],
                "invalid_credential_request"
            ),
        ]
        for (body, error) in rows {
            let answer = try await desk.post("credential", body, token: tokens.access)
            #expect(answer.error == error, "\(body.object?.members.map(\.name) ?? [])")
            #expect(answer.reason != nil)
        }
        #expect(desk.orders.isEmpty)
        // None of these used the nonce up.
        let answer = try await desk.post(
            "credential", ["credential_configuration_id": "founders", "proofs": proofs],
            token: tokens.access)
        #expect(answer.status == 200)
    }

    @Test func `an identifier is for its grant, and then the only name`() async throws {
        let desk = try IssuanceDesk()
        let first = try await identified(desk)
        let second = try await identified(desk)
        let call = try await desk.call(first, keys: [key])
        let body = try JSON(parsing: call.body)
        #expect(body["credential_identifier"] != nil)
        let foreign = try await desk.post("credential", body, token: second.access)
        #expect(foreign.error == "unknown_credential_identifier")
        let named = try await desk.post(
            "credential",
            ["credential_configuration_id": "founders", "proofs": body["proofs"] ?? nil],
            token: first.access)
        #expect(named.error == "invalid_credential_request")
        #expect(try await desk.send(call).status == 200)
    }

    private func identified(_ desk: IssuanceDesk) async throws -> IssuanceTokens {
        let made = try await desk.offer(["founders", "friends"], protectedBy: .link)
        let answer = try await desk.token([
            ("grant_type", AuthorizationServerMetadata.preAuthorizedGrant),
            ("pre-authorized_code", try #require(made.offer.preAuthorizedCode)),
            (
                "authorization_details",
                #"[{"type":"openid_credential","credential_configuration_id":"founders"}]"#
            ),
        ])
        return try IssuanceTokens(status: answer.status, body: answer.body)
    }

    @Test func `A73: an offer for one key gives no card to another`() async throws {
        let desk = try IssuanceDesk()
        for protection in [
            OfferProtection.holder(key.verifyingKey), .transactionCodeAndHolder(key.verifyingKey),
        ] {
            let tokens = try await desk.tokens(protectedBy: protection)
            let before = desk.orders.count
            for keys in [[other], [key, other], [other, key]] {
                let answer = try await desk.send(desk.call(tokens, keys: keys))
                #expect(answer.reason == .holderBindingInvalid)
            }
            #expect(desk.orders.count == before)
            #expect(try await desk.send(desk.call(tokens, keys: [key])).status == 200)
        }
    }

    @Test func `A74: keys are fixed at the request, and deferred delivery takes none`()
        async throws
    {
        let desk = try IssuanceDesk()
        desk.willAnswer(.later, .later)
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        let answer = try await desk.send(call)
        #expect(answer.status == 202 && answer.json?["interval"]?.integer == 60)
        #expect(try await desk.send(call).json == answer.json)
        let transaction = try #require(answer.json?["transaction_id"]?.string)
        let proofs = try await JSON(parsing: desk.call(tokens, keys: [other]).body)["proofs"] ?? nil
        let swapped = try await desk.post(
            "deferred_credential", ["transaction_id": .string(transaction), "proofs": proofs],
            token: tokens.access)
        #expect(swapped.reason == .malformed)
        #expect(try await desk.send(desk.call(tokens, keys: [other])).reason == .alreadyClaimed)
        let stranger = try await desk.tokens()
        let foreign = try await desk.send(desk.wallet().deferredCall(transaction, stranger))
        #expect(foreign.error == "invalid_transaction_id" && foreign.reason == .unauthorized)
        let waiting = try await desk.send(desk.wallet().deferredCall(transaction, tokens))
        #expect(waiting.status == 202 && waiting.json?["transaction_id"]?.string == transaction)
        let done = try await desk.send(desk.wallet().deferredCall(transaction, tokens))
        let received = try desk.wallet().accept(
            status: done.status, body: done.body, "founders", keys: [key.verifyingKey],
            trusting: desk.server.cardIssuer)
        guard case .cards(let cards, _) = received else {
            Issue.record("no cards")
            return
        }
        #expect(cards.count == 1 && desk.orders.allSatisfy { $0.holders == [key.verifyingKey] })
        #expect(Set(desk.orders.map(\.idempotencyKey)).count == 1)
        let again = try await desk.send(desk.wallet().deferredCall(transaction, tokens))
        #expect(again.error == "invalid_transaction_id")
        // Who lost that answer has it from the credential endpoint, and the issuer is not asked.
        let before = desk.orders.count
        #expect(try await desk.send(desk.call(tokens, keys: [key])).json == done.json)
        #expect(desk.orders.count == before)
    }

    @Test func `A74: a deferred order survives a refresh, and a refusal ends it`() async throws {
        let desk = try IssuanceDesk()
        desk.willAnswer(.later, .refuse(.soldOut))
        let tokens = try await desk.tokens()
        let answer = try await desk.send(desk.call(tokens, keys: [key]))
        let transaction = try #require(answer.json?["transaction_id"]?.string)
        let refreshed = try await desk.send(desk.wallet().refreshCall(tokens))
        let fresh = try IssuanceTokens(status: refreshed.status, body: refreshed.body)
        let refused = try await desk.send(desk.wallet().deferredCall(transaction, fresh))
        #expect(refused.error == "credential_request_denied" && refused.reason == .soldOut)
    }

    @Test func `A78: a batch has a limit, and is one order`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let keys = (0..<11).map { SigningKey.secp256k1(IssuanceDesk.key("batch \($0)")) }
        let nonce = try await desk.nonce()
        let call = try await desk.call(tokens, keys: Array(keys.prefix(10)), nonce: nonce)
        await #expect(throws: Refusal.limitExceeded) {
            _ = try await desk.call(tokens, keys: keys)
        }
        let body = try JSON(parsing: call.body)
        let proofs = try #require(body["proofs"]?["jwt"]?.array)
        for many in [proofs + [proofs[0]], Array(repeating: "x", count: 5000)] {
            let answer = try await desk.post(
                "credential",
                ["credential_configuration_id": "founders", "proofs": ["jwt": .array(many)]],
                token: tokens.access)
            #expect(answer.reason == .limitExceeded)
        }
        let twice = try await desk.post(
            "credential",
            [
                "credential_configuration_id": "founders",
                "proofs": ["jwt": [proofs[0], proofs[0]]],
            ], token: tokens.access)
        #expect(twice.error == "invalid_proof" && twice.reason == .malformed)
        let answer = try await desk.send(call)
        let received = try desk.wallet().accept(
            status: answer.status, body: answer.body, "founders", keys: keys.map(\.verifyingKey),
            trusting: desk.server.cardIssuer)
        guard case .cards(let cards, _) = received else {
            Issue.record("no cards")
            return
        }
        #expect(cards.count == 10 && desk.orders.count == 1)
        #expect(desk.orders[0].holders == keys.prefix(10).map(\.verifyingKey))
    }

    @Test func `notifications are for their grant, and known events`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let answer = try await desk.send(desk.call(tokens, keys: [key]))
        let id = JSON.string(try #require(answer.json?["notification_id"]?.string))
        let stranger = try await desk.tokens()
        let rows: [(JSON, String, String)] = [
            (
                ["notification_id": id, "event": "credential_accepted"], stranger.access,
                "invalid_notification_id"
            ),
            (
                ["notification_id": "x", "event": "credential_accepted"], tokens.access,
                "invalid_notification_id"
            ),
            (
                ["notification_id": id, "event": "Credential_accepted"], tokens.access,
                "invalid_notification_request"
            ),
            (["notification_id": id], tokens.access, "invalid_notification_request"),
            ([1], tokens.access, "invalid_notification_request"),
        ]
        for (body, token, error) in rows {
            #expect(try await desk.post("notification", body, token: token).error == error)
        }
        #expect(desk.reported.isEmpty)
    }

    @Test func `another process answers for the same store`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let call = try await desk.call(tokens, keys: [key])
        let answer = try await desk.server().answer(call.received)
        #expect(answer.status == 200)
        #expect(try await desk.send(call).json == answer.json)
        #expect(desk.orders.count == 1)
    }

    @Test func `what is stored opens nothing and shows no card`() async throws {
        let store = OpenStore()
        let desk = try IssuanceDesk(store: store)
        let made = try await desk.offer()
        let call = try desk.wallet().tokenCall(
            for: made.offer, transactionCode: made.transactionCode)
        let answer = try await desk.send(call)
        let tokens = try IssuanceTokens(status: answer.status, body: answer.body)
        let issued = try await desk.send(desk.call(tokens, keys: [key]))
        let card = try #require(issued.json?["credentials"]?[0]?["credential"]?.string)
        let secrets = [
            try #require(made.offer.preAuthorizedCode), made.handle, tokens.access,
            try #require(tokens.refresh), card, "\"\(made.transactionCode ?? "")\"",
        ]
        let kept = await store.texts
        #expect(kept.count > 5)
        for secret in secrets {
            #expect(!kept.contains { $0.contains(secret) })
        }
    }
}

extension CredentialTests {
    @Test func `what a stranger sends is not written down, and secrets are in no description`()
        async throws
    {
        let store = OpenStore()
        let desk = try IssuanceDesk(store: store)
        let made = try await desk.offer()
        let tokens = try await desk.tokens()
        let before = await store.texts.count
        _ = try await desk.nonce()
        _ = try await desk.redeem(Ticket().text, "123456")
        _ = try await desk.token([("grant_type", "refresh_token"), ("refresh_token", "x")])
        _ = try await desk.send(OAuthCall("GET", IssuanceDesk.club + "/offers/" + Ticket().text))
        _ = try await desk.post("credential", [:], token: Ticket().text)
        _ = try await desk.post("credential", ["proofs": 1], token: tokens.access)
        let spoilt = try await desk.call(tokens, keys: [key], nonce: Ticket().text)
        #expect(try await desk.send(spoilt).reason == .holderBindingInvalid)
        #expect(await store.texts.count == before)
        let code = try #require(made.offer.preAuthorizedCode)
        let call = try desk.wallet().tokenCall(
            for: made.offer, transactionCode: made.transactionCode)
        let answer = try await desk.send(call)
        let shown = [
            "\(made)", "\(made.offer)", "\(try CredentialOfferLink(parsing: made.link))",
            "\(try CredentialOfferLink(parsing: made.referenceLink))", "\(call)",
            "\(call.received)", "\(answer)", "\(tokens)",
        ].joined()
        for secret in [code, made.handle, try #require(made.transactionCode), tokens.access] {
            #expect(!shown.contains(secret))
        }
        #expect(!shown.contains(answer.json?["access_token"]?.string ?? "?"))
    }
}

/// A store that can be looked into.
actor OpenStore: StateStore {
    private let inner = InMemoryStateStore()
    private(set) var texts = [String]()

    func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]? {
        await inner.value(of: key, now: now)
    }

    func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        texts.append(String(decoding: key, as: UTF8.self))
        texts.append(String(decoding: new ?? [], as: UTF8.self))
        return try await inner.replace(key, old, with: new, until: expiry, now: now)
    }
}
