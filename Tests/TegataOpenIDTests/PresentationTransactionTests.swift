import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// A verifier's transactions, from the browser that starts one to the browser that collects what was learned.
struct PresentationTransactionTests {
    @Test(arguments: [true, false], [ResponseMode.directPost, .directPostJWT])
    func `a card is shown on another device`(_ es256: Bool, _ mode: ResponseMode) async throws {
        let world = try await PresentationWorld(es256: es256)
        let door = try world.door(mode)
        let started = try await door.start(.crossDevice, asking: ["tier", "name"])
        let (transaction, session) = (started.transaction, started.session)
        #expect(try await door.state(of: transaction, session: session) == .waiting)
        let request = try await world.fetch(started, from: door)
        #expect(request.isAuthenticated)
        #expect(request.verifier.text == "x509_san_dns:door.example")
        #expect(request.isEncrypted == (mode == .directPostJWT))
        #expect(try await door.state(of: transaction, session: session) == .requested)
        #expect(try await door.result(of: transaction, session: session) == nil)
        let choice = try world.holder.choose(for: request, among: [world.card])
        #expect(choice.parts.map(\.claims) == [["tier", "name"]])
        let answer = try world.holder.answer(choice)
        #expect(answer.address == "https://door.example/answer")
        #expect(answer.body.contains("Yamanaka") == false)
        #expect(try await door.answer(answer.body) == "{}")
        #expect(try await door.state(of: transaction, session: session) == .answered)
        let result = try #require(try await door.result(of: transaction, session: session))
        #expect(result.edition == "visitors")
        #expect(result.serial.number == 1)
        #expect(result.limit == .cards(500))
        // A62: the card is in the store and in the result without what was not asked for.
        #expect(result.claims == ["tier": "gold", "name": "Yu"])
        #expect(try await door.state(of: transaction, session: session) == .finished)
    }

    @Test func `on the same device the wallet sends the browser back with a fresh code (A59)`()
        async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.sameDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        let reply = try await door.answer(world.body(for: request))
        let (transaction, code) = try PresentationWorld.completion(reply)
        #expect(transaction == started.transaction)
        let stranger = Ticket().text
        // The one who started it and lured another into answering has the session and not the code; the one who answered
        // has the code and not the session.
        for (session, code) in [
            (started.session, nil), (started.session, ""), (started.session, stranger),
            (started.session, code + "A"), (stranger, code), ("", code), (transaction, code),
            (code, code), (started.session, started.transaction),
        ] as [(String, String?)] {
            await #expect(throws: Refusal.unauthorized) {
                try await door.result(of: transaction, session: session, responseCode: code)
            }
        }
        let result = try await door.result(
            of: transaction, session: started.session, responseCode: code)
        #expect(result?.claims == ["tier": "gold"])
        // A60: an old transaction, and an old code.
        await #expect(throws: Refusal.unauthorized) {
            try await door.result(of: transaction, session: started.session, responseCode: code)
        }
    }

    @Test func `a code of one transaction opens no other of the same session (A59, A60)`()
        async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door()
        let first = try await door.start(.sameDevice, asking: ["tier"])
        let second = try await door.start(.sameDevice, asking: ["tier"], session: first.session)
        #expect(second.session == first.session)
        var codes = [String]()
        for started in [first, second] {
            let request = try await world.fetch(started, from: door)
            let reply = try await door.answer(world.body(for: request))
            codes.append(try PresentationWorld.completion(reply).code)
        }
        await #expect(throws: Refusal.unauthorized) {
            try await door.result(
                of: first.transaction, session: first.session, responseCode: codes[1])
        }
        #expect(
            try await door.result(
                of: first.transaction, session: first.session, responseCode: codes[0]) != nil)
        await #expect(throws: Refusal.unauthorized) {
            try await door.start(.sameDevice, asking: [], session: "guess")
        }
    }

    @Test func `guessed, foreign and old names are unauthorised, whatever is asked (A60)`()
        async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        #expect(Ticket(received: started.transaction) != nil)
        let others = ["", "1", started.session, Ticket().text, started.transaction.lowercased()]
        for name in others + (0..<200).map({ _ in Ticket().text }) {
            await #expect(throws: Refusal.unauthorized) {
                try await door.result(of: name, session: started.session)
            }
            await #expect(throws: Refusal.unauthorized) {
                try await door.state(of: name, session: started.session)
            }
            await #expect(throws: Refusal.unauthorized) {
                try await door.cancel(name, session: started.session)
            }
        }
        for session in ["", "1", started.transaction, Ticket().text] {
            await #expect(throws: Refusal.unauthorized) {
                try await door.result(of: started.transaction, session: session)
            }
            await #expect(throws: Refusal.unauthorized) {
                try await door.cancel(started.transaction, session: session)
            }
        }
        #expect(try await door.state(of: started.transaction, session: started.session) == .waiting)
    }

    @Test func `an answer to a transaction that is unknown or over is refused (A61)`() async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door(.directPost)
        func begun() async throws -> (StartedPresentation, String) {
            let started = try await door.start(.crossDevice, asking: ["tier"])
            return (started, try await world.body(for: world.fetch(started, from: door)))
        }
        // Unknown.
        let (known, body) = try await begun()
        for name in [Ticket().text, "x", known.session] {
            let changed = body.replacing("state=" + known.transaction, with: "state=" + name)
            await #expect(throws: Refusal.conflict) { try await door.answer(changed) }
        }
        // Not asked yet.
        let waiting = try await door.start(.crossDevice, asking: ["tier"])
        let early = body.replacing(known.transaction, with: waiting.transaction)
        await #expect(throws: Refusal.conflict) { try await door.answer(early) }
        // Answered, then finished.
        #expect(try await door.answer(body) == "{}")
        await #expect(throws: Refusal.conflict) { try await door.answer(body) }
        _ = try await door.result(of: known.transaction, session: known.session)
        await #expect(throws: Refusal.conflict) { try await door.answer(body) }
        await #expect(throws: Refusal.conflict) { try await door.request(of: known.transaction) }
        await #expect(throws: Refusal.conflict) {
            try await door.cancel(known.transaction, session: known.session)
        }
        // Cancelled.
        let (cancelled, late) = try await begun()
        try await door.cancel(cancelled.transaction, session: cancelled.session)
        await #expect(throws: Refusal.conflict) { try await door.answer(late) }
        await #expect(throws: Refusal.conflict) {
            try await door.result(of: cancelled.transaction, session: cancelled.session)
        }
        await #expect(throws: Refusal.conflict) {
            try await door.request(of: cancelled.transaction)
        }
        // Expired, and after a while unknown.
        let (expired, stale) = try await begun()
        world.clock.advance(301)
        await #expect(throws: Refusal.expired) { try await door.answer(stale) }
        await #expect(throws: Refusal.expired) { try await door.request(of: expired.transaction) }
        await #expect(throws: Refusal.expired) {
            try await door.result(of: expired.transaction, session: expired.session)
        }
        #expect(try await door.state(of: expired.transaction, session: expired.session) == .expired)
        world.clock.advance(10_000)
        await #expect(throws: Refusal.conflict) { try await door.answer(stale) }
    }

    @Test func `a result that nobody collects is gone (A60)`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        _ = try await door.answer(world.body(for: world.fetch(started, from: door)))
        world.clock.advance(121)
        await #expect(throws: Refusal.expired) {
            try await door.result(of: started.transaction, session: started.session)
        }
    }

    @Test func `of fifty answers at once one counts, and one collects (A52, A61)`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        let bodies = try (0..<50).map { _ in try world.body(for: request) }
        let outcomes = await withTaskGroup(of: Refusal?.self) { group in
            for body in bodies {
                group.addTask {
                    do throws(Refusal) {
                        _ = try await door.answer(body)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [Refusal?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.allSatisfy { [nil, .replayed, .conflict].contains($0) })
        let collected = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    (try? await door.result(of: started.transaction, session: started.session))
                        .flatMap { $0 } != nil
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(collected == 1)
    }

    @Test func `a request is fetched twice, and by POST (A65)`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let first = try await world.fetch(started, from: door)
        let second = try await world.fetch(started, from: door)
        #expect(first.request.nonce == second.request.nonce)
        #expect(try await door.answer(world.body(for: first)) == "{}")

        let posted = try await door.start(.crossDevice, asking: ["tier"], postsNonce: true)
        #expect(posted.link.contains("request_uri_method=post"))
        let request = try await world.fetch(posted, from: door)
        #expect(request.request.walletNonce != nil)
        #expect(try await door.answer(world.body(for: request)) == "{}")
        for body in ["wallet_nonce=", "wallet_nonce", "wallet_nonce=a&wallet_nonce=b", "%zz=1"] {
            await #expect(throws: Refusal.malformed) {
                try await door.request(of: posted.transaction, body: body)
            }
        }
    }

    @Test func `an answer in the open where an encrypted one was asked for is malformed (A64)`()
        async throws
    {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        let card = try world.holder.present(
            world.card, revealing: ["tier"], audience: request.verifier.text,
            nonce: request.request.nonce)
        var open = PresentationForm()
        let token = JSON.object(["card": [.string(card)]])
        open.add("vp_token", String(decoding: token.encoded, as: UTF8.self))
        open.add("state", started.transaction)
        await #expect(throws: Refusal.malformed) { try await door.answer(open.encoded) }
        // Both at once, and none.
        let honest = try world.body(for: request)
        for body in [
            honest + "&" + open.encoded, honest + "&error=access_denied",
            "state=" + started.transaction,
            "", "response=", "response=a.b.c", honest.replacing("response=", with: "Response="),
        ] {
            await #expect(throws: Refusal.malformed) { try await door.answer(body) }
        }
        // Encrypted to another key under our key's name; with another state inside; without one it is fine.
        let key = try #require(request.request.metadata?.keys.first)
        let wrong = EncryptionKey(P256.PrivateKey().publicKey, keyID: key.keyID)
        for (to, claims, reason) in [
            (wrong, ["vp_token": token], .malformed),
            (key, ["vp_token": token, "state": "x"], .conflict),
            (key, ["vp_token": [.string(card)]], .malformed), (key, [:], .malformed),
            (key, ["vp_token": ["card": .string(card)]], .malformed),
            (key, ["vp_token": ["card": []]], .malformed),
            (key, ["vp_token": ["card": [1]]], .malformed),
            (key, ["vp_token": ["card": [[:]]]], .typeMismatch),
            // {"version": "1.0"} in CBOR, as a device response begins.
            (key, ["vp_token": ["card": ["oWd2ZXJzaW9uYzEuMA"]]], .typeMismatch),
            (key, ["vp_token": [:]], .typeMismatch),
            (key, ["vp_token": ["Card": [.string(card)]]], .typeMismatch),
            (key, ["vp_token": ["card": [.string(card), .string(card)]]], .malformed),
        ] as [(EncryptionKey, JSON, Refusal)] {
            let sealed = try CompactJWE.seal(claims.encoded, to: to, with: .a128GCM)
            await #expect(throws: reason) { try await door.answer("response=" + sealed) }
        }
        #expect(
            try await door.state(of: started.transaction, session: started.session) == .requested)
        // S4: all that changed nothing, and the honest answer still counts.
        #expect(try await door.answer(honest) == "{}")

        // The other way round.
        let plain = try world.door(.directPost)
        let second = try await plain.start(.crossDevice, asking: ["tier"])
        _ = try await world.fetch(second, from: plain)
        let sealed = try CompactJWE.seal(
            JSON.object(["vp_token": token]).encoded,
            to: EncryptionKey(P256.PrivateKey().publicKey, keyID: second.transaction),
            with: .a128GCM)
        await #expect(throws: Refusal.malformed) { try await plain.answer("response=" + sealed) }
    }

    @Test func `more than was asked for is neither stored nor returned (A62)`() async throws {
        let world = try await PresentationWorld()
        let store = InMemoryStateStore.inMemory()
        let door = try world.door(try world.sanClient(), .directPost, store: store)
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        let all = try world.holder.present(
            world.card, revealing: ["tier", "name", "ward"], audience: request.verifier.text,
            nonce: request.request.nonce)
        var form = PresentationForm()
        let token = JSON.object(["card": [.string(all)], "more": [.string(all)], "other": 1])
        form.add("vp_token", String(decoding: token.encoded, as: UTF8.self))
        form.add("state", started.transaction)
        #expect(try await door.answer(form.encoded) == "{}")
        let ticket = try #require(Ticket(received: started.transaction))
        let kept = try #require(await store.value(of: ticket.key, now: PresentationWorld.start))
        let text = String(decoding: kept, as: UTF8.self)
        #expect(text.contains("gold"))
        #expect(
            !text.contains("Yamanaka") && !text.contains("\"Yu\"") && !text.contains("\"name\"")
                && !text.contains("~"))
        let result = try await door.result(of: started.transaction, session: started.session)
        #expect(result?.claims == ["tier": "gold"])
        // What was learned leaves the store with it.
        let rest = try #require(await store.value(of: ticket.key, now: PresentationWorld.start))
        #expect(!String(decoding: rest, as: UTF8.self).contains("gold"))
    }

    @Test func `a wallet that says no ends the transaction`() async throws {
        let world = try await PresentationWorld()
        let door = try world.door()
        let started = try await door.start(.crossDevice, asking: ["tier"])
        let request = try await world.fetch(started, from: door)
        #expect(try await door.answer(world.holder.decline(request).body) == "{}")
        #expect(
            try await door.state(of: started.transaction, session: started.session) == .cancelled)
        let late = try world.body(for: request)
        await #expect(throws: Refusal.conflict) { try await door.answer(late) }
    }

    @Test func `verifiers with a hash, a DID or nothing at all ask too`() async throws {
        for es256 in [true, false] {
            let world = try await PresentationWorld(es256: es256)
            let clock = world.clock
            let key: SigningKey = es256 ? .p256(.init()) : .secp256k1(.init())
            let did = try PresentationClient.did(key)
            let clients = [
                try PresentationClient.x509Hash(certificates: world.chain, key: world.doorKey), did,
                try .unsigned(answeredAt: "https://door.example/answer"),
            ]
            let trust = try RequestTrust(
                authorities: [world.authority.root], dids: [did.identifier.name],
                acceptsUnsigned: true, clock: { clock.now })
            for client in clients {
                let door = try world.door(client)
                let started = try await door.start(.crossDevice, asking: ["tier"])
                let request = try await world.fetch(started, from: door, trust)
                #expect(request.isAuthenticated == (client.identifier.prefix != .redirectURI))
                #expect(try await door.answer(world.body(for: request)) == "{}")
                let result = try await door.result(
                    of: started.transaction, session: started.session)
                #expect(result?.serial.number == 1)
            }
        }
    }

    @Test func `a server that is set up wrongly does not start`() async throws {
        let world = try await PresentationWorld()
        let client = try world.sanClient()
        let other = P256.PrivateKey()
        #expect(throws: Refusal.issuerUntrusted) {
            try PresentationClient.x509SANDNS("door.example", certificates: world.chain, key: other)
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try PresentationClient.x509SANDNS(
                "evil.example", certificates: world.chain, key: world.doorKey)
        }
        #expect(throws: Refusal.malformed) {
            try PresentationClient.x509Hash(certificates: [], key: world.doorKey)
        }
        func transactions(_ id: String, _ policy: VerifierPolicy = .strict) throws {
            _ = try PresentationTransactions(
                client: client,
                verifier: Verifier(
                    at: id, trusting: [world.issuer.profile], policy: policy, store: .inMemory()),
                endpoints: PresentationEndpoints(
                    request: "https://door.example/r", response: "https://door.example/a",
                    completion: "https://door.example/d"), store: .inMemory())
        }
        try transactions(client.id)
        #expect(throws: Refusal.conflict) { try transactions("https://door.example") }
        var policy = VerifierPolicy.strict
        policy.requiresHolderBinding = false
        #expect(throws: Refusal.unsupported) { try transactions(client.id, policy) }
        policy = .strict
        policy.requiresLogProof = true
        #expect(throws: Refusal.unsupported) { try transactions(client.id, policy) }
        for address in [
            "http://door.example/r", "https://10.0.0.1/r", "https://door.example/r/", "r",
        ] {
            #expect(throws: Refusal.malformed) {
                try PresentationEndpoints(
                    request: address, response: "https://door.example/a",
                    completion: "https://door.example/d")
            }
        }
    }
}
