import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Presentations that are wrong in one way, posted to a transaction (A49, A50 to A55, A58).
struct PresentationAttackTests {
    /// A presentation in the making: the card, and what its key binding will say.
    struct Draft: Sendable {
        var card: String
        var header: JSONObject
        var binding: [(String, JSON)]
        var key: SigningKey
        var finish: @Sendable (String) -> String = { $0 }

        subscript(_ name: String) -> JSON? {
            get { binding.first { $0.0 == name }?.1 }
            set {
                binding.removeAll { $0.0 == name }
                if let newValue { binding.append((name, newValue)) }
            }
        }

        var text: String {
            get throws {
                var payload = JSONObject()
                for (name, value) in binding { payload.add(name, value) }
                let signed =
                    Base64URL.encode(JSON.object(header).encoded) + "."
                    + Base64URL.encode(JSON.object(payload).encoded)
                let signature = Base64URL.encode(try key.signature(for: signed.utf8.span).array)
                return finish(card + signed + "." + signature)
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal?
        let change: @Sendable (inout Draft) -> Void
        var testDescription: String { name }

        init(
            _ name: String, _ reason: Refusal?, _ change: @escaping @Sendable (inout Draft) -> Void
        ) {
            self.name = name
            self.reason = reason
            self.change = change
        }
    }

    static let rows: [Row] = [
        Row("as it is", nil) { _ in },
        Row("A50, A66 a copied card: no key binding", .holderBindingMissing) { draft in
            let card = draft.card
            draft.finish = { _ in card }
        },
        Row("A50 no key binding and no last tilde", .malformed) { draft in
            let card = draft.card
            draft.finish = { _ in String(card.dropLast()) }
        },
        Row("A51 another holder's key", .holderBindingInvalid) { $0.key = .p256(.init()) },
        Row("A51 a key in its own header", .holderBindingInvalid) {
            let key = SigningKey.p256(.init())
            $0.key = key
            $0.header.add("jwk", .object(key.verifyingKey.jwk))
        },
        Row("A01 alg none", .unsupported) { $0.header = ["alg": "none", "typ": "kb+jwt"] },
        Row("A14 typ of another token", .typeMismatch) {
            $0.header = ["alg": "ES256", "typ": "JWT"]
        },
        Row("A53 another nonce", .holderBindingInvalid) { $0["nonce"] = .string(Ticket().text) },
        Row("A53 no nonce", .holderBindingInvalid) { $0["nonce"] = nil },
        Row("A53 an empty nonce", .holderBindingInvalid) { $0["nonce"] = "" },
        Row("A53 a number as nonce", .holderBindingInvalid) { $0["nonce"] = 1 },
        Row("A53 a list of nonces", .holderBindingInvalid) { $0["nonce"] = [$0["nonce"] ?? nil] },
        Row("A53 no audience", .holderBindingInvalid) { $0["aud"] = nil },
        Row("A53 a list of audiences", .holderBindingInvalid) { $0["aud"] = [$0["aud"] ?? nil] },
        Row("A53 the audience without its prefix", .holderBindingInvalid) {
            $0["aud"] = "door.example"
        },
        Row("A53 the address as audience", .holderBindingInvalid) {
            $0["aud"] = "https://door.example/answer"
        },
        Row("A53 the origin as audience", .holderBindingInvalid) {
            $0["aud"] = "origin:https://door.example"
        },
        Row("A53 the audience in another case", .holderBindingInvalid) {
            $0["aud"] = "x509_san_dns:Door.example"
        },
        Row("A58 made for another verifier", .holderBindingInvalid) {
            $0["aud"] = "x509_san_dns:evil.example"
        },
        Row("A54 no hash", .holderBindingInvalid) { $0["sd_hash"] = nil },
        Row("A54 another hash", .holderBindingInvalid) {
            $0["sd_hash"] = .string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
        },
        Row("A54 a disclosure taken away", .holderBindingInvalid) {
            $0.finish = { text in
                var parts = text.split(separator: "~")
                parts.remove(at: 1)
                return parts.joined(separator: "~")
            }
        },
        Row("A55 a day old", .holderBindingInvalid) {
            $0["iat"] = .number(JSONNumber(PresentationWorld.start - 86_400))
        },
        Row("A55 a day ahead", .holderBindingInvalid) {
            $0["iat"] = .number(JSONNumber(PresentationWorld.start + 86_400))
        },
        Row("A55 no time", .holderBindingInvalid) { $0["iat"] = nil },
        Row("A56 30 s ahead", nil) {
            $0["iat"] = .number(JSONNumber(PresentationWorld.start + 30))
        },
        Row("A49 not a card", .malformed) { $0.finish = { _ in "e30.e30.AA" } },
        Row("A49 an empty text", .malformed) { $0.finish = { _ in "" } },
    ]

    private func draft(
        _ world: PresentationWorld, _ request: VerifiedRequest, revealing: [ClaimPath] = ["name"]
    ) -> Draft {
        let card = world.card.credential.revealing(revealing)
        return Draft(
            card: String(decoding: card, as: UTF8.self), header: ["alg": "ES256", "typ": "kb+jwt"],
            binding: [
                ("iat", .number(JSONNumber(PresentationWorld.start))),
                ("aud", .string(request.verifier.text)), ("nonce", .string(request.request.nonce)),
                ("sd_hash", .string(Base64URL.encode(SHA256.hash(card).array))),
            ], key: world.holderKey)
    }

    @Test(arguments: rows) func `a presentation that is wrong in one way changes nothing`(
        _ row: Row
    ) async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["name"])
        let request = try await world.fetch(started, from: door)
        var draft = draft(world, request)
        row.change(&draft)
        let body = try world.body([draft.text], for: request)
        guard let reason = row.reason else {
            #expect(try await door.answer(body) == "{}")
            return
        }
        await #expect(throws: reason) { try await door.answer(body) }
        #expect(
            try await door.state(of: started.transaction, session: started.session) == .requested)
        #expect(try await door.answer(world.body(for: request)) == "{}")
    }

    @Test func `an answer to one transaction does not count in another (A52, A59)`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door(.directPost)
        let (victim, attacker) = (
            try await door.start(.crossDevice, asking: ["tier"]),
            try await door.start(.crossDevice, asking: ["tier"])
        )
        let body = try await world.body(for: world.fetch(victim, from: door))
        _ = try await world.fetch(attacker, from: door)
        let moved = body.replacing(victim.transaction, with: attacker.transaction)
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.answer(moved) }
        #expect(try await door.answer(body) == "{}")
        #expect(try await door.result(of: attacker.transaction, session: attacker.session) == nil)
    }

    @Test func `a request relayed by another verifier gets an answer for that one alone (A58)`()
        async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door(.directPost)
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        // The relay has a certificate of its own and puts the door's nonce into its own request.
        let key = P256.PrivateKey()
        let relay = try PresentationClient.x509SANDNS(
            "relay.example", certificates: [world.authority.leaf(["relay.example"], for: key)],
            key: key)
        let asked = AuthorizationRequest(
            client: relay.identifier, responseMode: .directPost,
            responseURI: "https://relay.example/answer", nonce: request.request.nonce,
            state: started.transaction, query: request.query, metadata: nil, walletNonce: nil)
        let object = try relay.sign(
            asked, issuedAt: PresentationWorld.start, expiry: PresentationWorld.start + 300)
        let trust = try world.trust()
        let link = "openid4vp://?client_id=x509_san_dns%3Arelay.example&request=" + object
        guard case .request(let relayed) = try trust.open(link) else {
            Issue.record("the request was in the link")
            return
        }
        let body = try world.body(for: relayed)
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.answer(body) }
    }

    @Test func `another edition, and a claim that was kept back, do not answer (A38, A49)`()
        async throws
    {
        let world = try await PresentationWorld()
        let other = try await world.issuer.open(Edition("others", limit: 5, nationalID: []))
        let door = try world.door(.directPost)
        let elsewhere = try await door.start(.crossDevice, asking: ["tier"], edition: other)
        let body = try await world.body(for: world.fetch(elsewhere, from: door))
        await #expect(throws: Refusal.typeMismatch) { try await door.answer(body) }
        let started = try await door.start(.crossDevice, asking: ["name"])
        let request = try await world.fetch(started, from: door)
        let silent = draft(world, request, revealing: [])
        let kept = try world.body([silent.text], for: request)
        await #expect(throws: Refusal.typeMismatch) { try await door.answer(kept) }
    }

    @Test func `a revoked card is refused over OpenID too`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        try await world.issuer.setStatus(.revoked, of: 1, in: world.edition)
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let body = try await world.body(for: world.fetch(started, from: door))
        await #expect(throws: Refusal.revoked) { try await door.answer(body) }
    }

    @Test func `a wallet shows nothing when it cannot answer`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["name", "missing"])
        let request = try await world.fetch(started, from: door)
        #expect(throws: Refusal.typeMismatch) {
            try world.holder.choose(for: request, among: [world.card])
        }
        #expect(throws: Refusal.typeMismatch) { try world.holder.choose(for: request, among: []) }
    }

    @Test func `no hostile bytes bring a transaction down (S1)`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door(.directPost)
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        let body = Array(try world.body(for: request).utf8)
        for index in stride(from: 0, to: body.count, by: 7) {
            var changed = body
            changed[index] ^= 1
            await #expect(throws: Refusal.self, "byte \(index)") {
                try await door.answer(String(decoding: changed, as: UTF8.self))
            }
        }
        for text in [
            String(repeating: "a", count: 2 << 20),
            "vp_token=" + String(repeating: "%5B", count: 100_000) + "&state="
                + started.transaction,
        ] {
            await #expect(throws: Refusal.limitExceeded) { try await door.answer(text) }
        }
        #expect(try await door.answer(String(decoding: body, as: UTF8.self)) == "{}")
    }
}
