import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A16 and A38 to A49: which issuer, which key, which kind of card.
@Suite struct AttackTrustTests {
    static let types: [Attack] =
        [
            "https://club.example/tegata/other", "https://club.example/tegata/membership/",
            "https://club.example/tegata/Membership", "HTTPS://club.example/tegata/membership",
            "https://club.example/tegata/membership#x",
            "https://club.example:443/tegata/membership",
            "https://club.example//tegata/membership", "tegata/membership", "",
            "https://club.example/tegata/membership\\u0000",
            "https://evil.example/tegata/membership",
        ].map { type in
            Attack("A38: vct \(type)", .typeMismatch) { $0.payload["vct"] = "\"\(type)\"" }
        } + [
            Attack("A38: no vct", .typeMismatch) {
                $0.payload["vct"] = nil
                $0.payload["_sd"] = nil
                $0.disclosures = []
            },
            Attack("A38: vct is a list", .malformed) { $0.payload["vct"] = #"["a"]"# },
            Attack("A43: type metadata that extends itself is never fetched", nil) {
                $0.payload["extends"] = $0.payload["vct"]
                $0.payload["vct#integrity"] = "\"sha256-AAAA\""
            },
            Attack("A44: a picture with script is a text to us", nil) {
                $0.payload["art"] = #""<svg onload='x()'><image href='http://10.0.0.1/'/></svg>""#
            },
        ]

    static let issuers: [Attack] =
        [
            "https://club.example/", "https://CLUB.example", "https://club.example:443",
            "https://club%2Eexample", "https://xn--club-.example", "http://club.example",
            "https://club.example.", " https://club.example", "https://club.example ",
            "https://club.example/../", "https://clu\u{0431}.example",
            "https://club.example\\u0000",
            "https:\u{2215}\u{2215}club.example", "https://club.example@evil.example",
            "https://ｃｌｕｂ.example", "", "https://evil.example",
        ].map { issuer in
            Attack("A46: iss \(issuer)", .issuerUntrusted) { $0.payload["iss"] = "\"\(issuer)\"" }
        }
        + [#"["https://club.example"]"#, "1", "null", #"{"id":"https://club.example"}"#].map {
            (issuer: String) in
            Attack("A46: iss \(issuer)", .malformed) { $0.payload["iss"] = issuer }
        } + [
            Attack("A46: iss spelt with escapes is the same", nil) {
                $0.payload["iss"] = #""https:\/\/club\u002eexample""#
            }
        ]

    static let chains: [Attack] = [
        ("a self-signed leaf", #"["MIIBAA=="]"#), ("a chain", #"["MIIBAA==","MIIBAA=="]"#),
        ("nothing", "[]"), ("no list", "1"),
    ].map { name, chain in
        Attack("A40, A41: x5c with \(name), signed by its own key", .issuerUntrusted) {
            $0.signer = .secp256k1(Secp256k1.PrivateKey())
            $0.header["x5c"] = chain
            $0.header["kid"] = nil
        }
    }

    @Test(arguments: types + issuers + chains)
    func `issuer and type are compared byte for byte (A38, A40, A41, A43, A44, A46)`(
        _ attack: Attack
    ) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test func `a key speaks for its own issuer only (A39)`() async throws {
        let club = try await World.secp256k1.value
        let rival = try await World(
            .secp256k1(Secp256k1.PrivateKey()), at: "https://rival.example")
        let source = club.statuses()
        let door = Verifier(
            at: World.doorID, trusting: [try club.profile(source), try rival.profile(source)],
            store: .inMemory(), clock: { World.now })
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try club.forgery()
        forgery.signer = rival.issuerKey
        forgery.header["kid"] = "\"\(rival.issuerKey.verifyingKey.thumbprint)\""
        let named = try forgery.presentation(for: challenge)
        await #expect(throws: Refusal.issuerUntrusted) { try await door.verify(named) }
        forgery.header["kid"] = nil
        let unnamed = try forgery.presentation(for: challenge)
        await #expect(throws: Refusal.signatureInvalid) { try await door.verify(unnamed) }
        #expect(source.calls.isEmpty)
        let membership = try await door.verify(try club.forgery().presentation(for: challenge))
        #expect(membership.issuer == World.club)
    }

    @Test func `a claim cannot pass for the verified issuer (A45)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let challenge = try await door.challenge(asking: ["issuer", "display"])
        var forgery = try world.forgery()
        forgery.payload["issuer"] = "\"\u{202E}elpmaxe.evil//:sptth\""
        forgery.payload["display"] = "\"<b>The \u{200B}Bank</b>\""
        let membership = try await door.verify(forgery.presentation(for: challenge))
        #expect(membership.issuer == World.club)
        #expect(membership.claims["issuer"] == "\u{202E}elpmaxe.evil//:sptth")
        #expect(throws: EditionError.text) {
            try Edition("e", limit: 1, title: ["en": String(repeating: "x", count: 10_000)])
        }
    }

    @Test func `a flood of unknown key names reaches nobody (A47)`() async throws {
        let world = try await World.secp256k1.value
        let source = world.statuses()
        let door = try world.door(source)
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try world.forgery()
        for number in 0..<500 {
            forgery.header["kid"] = "\"k\(number)\""
            let text = try forgery.presentation(for: challenge)
            await #expect(throws: Refusal.issuerUntrusted) { try await door.verify(text) }
        }
        #expect(source.calls.isEmpty)
    }

    @Test func `old and new cards count after a change of keys, a withdrawn key's do not (A48)`()
        async throws
    {
        let before = try await World.secp256k1.value
        let newKey = SigningKey.p256(P256.PrivateKey())
        let issuer = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: newKey, register: World.privateKey("register"), log: World.logKey,
                earlier: [before.issuerKey.verifyingKey]),
            identity: nil, store: .inMemory(),
            clock: { World.now })
        let edition = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: []))
        let answer = try await issuer.issue(
            to: try await before.holder.request(edition), claims: ["tier": "gold"])
        let profile = issuer.profile
        #expect(try IssuerProfile(parsing: profile.encoded).keys == profile.keys)
        let card = try before.holder.accept(answer, from: profile)
        func show(_ card: Card, trusting profile: IssuerProfile) async throws -> Membership {
            let door = Verifier(
                at: World.doorID, trusting: [profile], store: .inMemory(), clock: { World.now })
            return try await door.verify(
                try before.holder.present(
                    card, revealing: [], to: try await door.challenge(asking: ["tier"])))
        }
        #expect(try await show(before.card, trusting: profile).claims["tier"] == "gold")
        #expect(try await show(card, trusting: profile).claims["tier"] == "gold")
        let withdrawn = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: newKey, register: World.privateKey("register"), log: World.logKey),
            identity: nil, store: .inMemory(),
            clock: { World.now }
        ).profile
        #expect(try await show(card, trusting: withdrawn).claims["tier"] == "gold")
        await #expect(throws: Refusal.issuerUntrusted) {
            _ = try await show(before.card, trusting: withdrawn)
        }
    }

    @Test func `keys change while the issuer runs, and a withdrawn key's editions go on (A48)`()
        async throws
    {
        let before = try await World.secp256k1.value
        let log = InMemoryJournal()
        let old = SigningKey.secp256k1(Secp256k1.PrivateKey())
        let new = SigningKey.p256(P256.PrivateKey())
        func keys(
            _ card: SigningKey, earlier: [SigningKey] = [], withdrawn: [SigningKey] = [],
            register: String = "register"
        ) -> IssuerKeys {
            IssuerKeys(
                card: card, register: World.privateKey(register), log: World.logKey,
                earlier: earlier.map(\.verifyingKey), withdrawn: withdrawn.map(\.verifyingKey))
        }
        let issuer = Issuer(
            at: World.club, keys: keys(old), log: log, identity: nil, store: .inMemory(),
            clock: { World.now })
        let edition = try await issuer.open(
            Edition("visitors", limit: .unlimited, nationalID: []))
        func card() async throws -> Card {
            try before.holder.accept(
                try await issuer.issue(to: try await before.holder.request(edition)),
                from: issuer.profile)
        }
        func show(_ card: Card) async throws {
            let profile = try IssuerProfile(
                parsing: issuer.profile.encoded, statuses: issuer.profile.statuses)
            let door = Verifier(
                at: World.doorID, trusting: [profile], store: .inMemory(), clock: { World.now })
            _ = try await door.verify(
                try before.holder.present(
                    card, revealing: [], to: try await door.challenge(asking: [])))
        }
        let first = try await card()
        // What others could no longer read, and what is another register, is no change of keys.
        for wrong in [
            keys(new), keys(new, earlier: [new, old]), keys(new, earlier: [old], register: "x"),
            keys(new, earlier: [old], withdrawn: [old]),
        ] {
            #expect(throws: Refusal.conflict) { try issuer.rotate(to: wrong) }
            #expect(issuer.publicKey == old.verifyingKey)
        }
        try issuer.rotate(to: keys(new, earlier: [old]))
        let second = try await card()
        try await show(first)
        try await show(second)
        #expect(issuer.profile.keys == [new.verifyingKey, old.verifyingKey])
        try issuer.rotate(to: keys(new, withdrawn: [old]))
        await #expect(throws: Refusal.issuerUntrusted) { try await show(first) }
        try await show(second)
        #expect(issuer.profile.withdrawn == [old.verifyingKey])
        // A restart finds the edition that the withdrawn key announced, and gives cards of it.
        let restarted = Issuer(
            at: World.club, keys: keys(new, withdrawn: [old]), log: log, identity: nil,
            store: .inMemory(), clock: { World.now })
        #expect(try await restarted.reopen().map(\.edition.id) == ["visitors"])
        let forgotten = Issuer(
            at: World.club, keys: keys(new), log: log, identity: nil, store: .inMemory(),
            clock: { World.now })
        await #expect(throws: Refusal.issuerUntrusted) { _ = try await forgotten.reopen() }
    }

    @Test func `an answer of another kind than asked (A49)`() async throws {
        let world = try await World.secp256k1.value
        let rival = try await World(
            .secp256k1(Secp256k1.PrivateKey()), at: "https://rival.example")
        let other = try await world.issuer.open(
            Edition("others", limit: .unlimited, nationalID: []))
        let source = world.statuses()
        let door = Verifier(
            at: World.doorID, trusting: [try world.profile(source), rival.issuer.profile],
            store: .inMemory(), clock: { World.now })
        let forgery = try world.forgery()
        // Another edition, the same name of another issuer, a claim that is not there, one that is the card's own.
        for challenge in [
            try await door.challenge(asking: ["tier"], edition: other),
            try await door.challenge(asking: ["tier"], edition: rival.visitors),
            try await door.challenge(asking: ["colour"]),
            try await door.challenge(asking: ["serial"]), try await door.challenge(asking: ["iss"]),
        ] {
            let text = try forgery.presentation(for: challenge)
            await #expect(throws: Refusal.typeMismatch) { try await door.verify(text) }
            #expect(throws: Refusal.typeMismatch) {
                try world.holder.present(world.card, revealing: [], to: challenge)
            }
        }
        #expect(source.calls.isEmpty)
        let right = try await door.challenge(asking: ["tier"], edition: world.visitors)
        #expect(try await door.verify(forgery.presentation(for: right)).isHolderProven)
    }

    @Test func `a key set that can be read in two ways is not read (A16, A17)`() async throws {
        let world = try await World.secp256k1.value
        let text = world.issuer.profile.encoded
        let key = String(
            decoding: JSON.object(world.issuerKey.verifyingKey.jwk).encoded, as: UTF8.self)
        let other = String(
            decoding: JSON.object(world.holderKey.verifyingKey.jwk).encoded, as: UTF8.self)
        func named(_ key: String) -> String { key.dropLast() + #","kid":"k"}"# }
        let sets: [(String, Refusal)] = [
            ("\(key),\(key)", .issuerUntrusted), ("", .issuerUntrusted),
            ("\(named(key)),\(named(other))", .issuerUntrusted),
            (#"\#(key),{"kty":"oct","k":"AAAA"}"#, .issuerUntrusted),
            ("\(key),\(other.dropLast()),\"d\":\"AAAA\"}", .malformed),
            (#"\#(key),{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, .malformed),
            ("\(key),1", .malformed),
        ]
        for (set, reason) in sets {
            let profile = text.replacing("[\(key)]", with: "[\(set)]")
            #expect(throws: reason, "\(set)") { try IssuerProfile(parsing: profile) }
        }
        #expect(throws: Never.self) {
            try IssuerProfile(parsing: text.replacing("[\(key)]", with: "[\(key),\(other)]"))
        }
    }

    @Test func `genuine tokens of other kinds are no cards, and a card is none of them (A14)`()
        async throws
    {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let jwt = String(try world.forgery().card.prefix { $0 != "~" })
        let binding =
            try world.forgery().presentation(audience: "a", nonce: "n")
            .split(separator: "~").last ?? ""
        let request = try await world.holder.request(world.visitors)
        for token in [
            world.visitors.encoded, try await world.issuer.statusList(),
            try await world.issuer.publicLists(of: world.visitors), request, String(binding),
        ] {
            for text in [token + "~", token + "~" + binding] {
                await #expect(throws: Refusal.typeMismatch) { try await door.verify(text) }
            }
            if token != request {
                await #expect(throws: IssuingError.refused(.typeMismatch)) {
                    _ = try await world.issuer.issue(to: token)
                }
            }
            if token != world.visitors.encoded {
                #expect(throws: Refusal.typeMismatch) {
                    try OpenEdition(parsing: token, from: world.issuer.profile)
                }
            }
        }
        await #expect(throws: IssuingError.refused(.typeMismatch)) {
            _ = try await world.issuer.issue(to: jwt)
        }
        #expect(throws: Refusal.typeMismatch) {
            try OpenEdition(parsing: jwt, from: world.issuer.profile)
        }
        #expect(throws: Never.self) {
            try OpenEdition(parsing: world.visitors.encoded, from: world.issuer.profile)
        }
    }
}
