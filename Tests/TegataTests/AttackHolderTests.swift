import Tegata
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Rows A50 to A58, A62, A63 and A66: whose card it is, and for which question it is shown.
@Suite struct AttackHolderTests {
    static let missing: [Attack] = [
        Attack("A50: no key binding", .holderBindingMissing) {
            $0.finish = { String($0[...($0.lastIndex(of: "~") ?? $0.startIndex)]) }
        },
        Attack("A50: no key binding, no disclosures", .holderBindingMissing) {
            $0.disclosures = []
            $0.finish = { String($0[...($0.lastIndex(of: "~") ?? $0.startIndex)]) }
        },
        Attack("A51: another key", .holderBindingInvalid) {
            $0.holder = .secp256k1(Secp256k1.PrivateKey())
        },
        Attack("A51: the issuer's key", .holderBindingInvalid) { $0.holder = $0.signer },
        Attack("A51: a key of the other curve", .unsupported) {
            $0.holder = .p256(P256.PrivateKey())
            $0.bindingHeader["alg"] = "\"ES256\""
        },
    ]

    /// Changes of the key binding's payload; `nil` leaves the member out.
    static let payloads: [(row: String, name: String, values: [String?])] = [
        (
            "A53", "nonce",
            [
                nil, #""""#, #""wrong""#, "1", "null", "[]", "{}", "true", #"["x"]"#,
                #""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#,
            ]
        ),
        (
            "A53, A58", "aud",
            [
                nil, #""""#, #""https://door.example/""#, #""https://DOOR.example""#, "null", "1",
                #"["https://door.example"]"#, #""https://other.example""#,
                #""https://club.example""#, #""https://door.example ""#,
                #""https://door.example:443""#,
            ]
        ),
        (
            "A54", "sd_hash",
            [
                nil, #""""#, "null", "1", "[]", #""AAAA""#,
                #""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#,
            ]
        ),
        (
            "A55, A117", "iat",
            [
                nil, "\(World.now + 86_400)", "\(World.now - 86_400)", "\(World.now + 61)",
                "\(World.now - 361)", #""\#(World.now)""#, "\(World.now).5", "\(World.now).0",
                "1.795392e9", "true", "null", "-1", "1e400", "[]", "9223372036854775807",
                "99999999999999999999999", "-0", "0",
            ]
        ),
        ("A55", "exp", ["\(World.now - 60)", "0", #""x""#, "null", "1e400", "-5"]),
        ("A55", "nbf", ["\(World.now + 61)", #""x""#, "null", "1e400"]),
    ]

    static let bindings: [Attack] =
        payloads.flatMap { row, name, values in
            values.map { value in
                Attack("\(row): \(name) \(value ?? "left out")", .holderBindingInvalid) {
                    $0.bind = { $0[name] = value }
                }
            }
        } + [
            Attack("A53: nonce with a space", .holderBindingInvalid) {
                $0.bind = { $0["nonce"] = ($0["nonce"] ?? "").dropLast() + " \"" }
            },
            Attack("A53: nonce cut", .holderBindingInvalid) {
                $0.bind = { $0["nonce"] = ($0["nonce"] ?? "").dropLast(2) + "\"" }
            },
            Attack("A54: sd_hash of the card without its disclosures", .holderBindingInvalid) {
                let card = $0
                let bare = always(try card.card).prefix { $0 != "~" } + "~"
                $0.bind = {
                    $0["sd_hash"] =
                        "\"" + Base64URL.encode(SHA256.hash(Array(bare.utf8)).array) + "\""
                }
            },
            Attack("A54: sd_hash with padding", .holderBindingInvalid) {
                $0.bind = { $0["sd_hash"] = ($0["sd_hash"] ?? "").dropLast() + "=\"" }
            },
            Attack("A55 control: its own end ahead, unknown members", nil) {
                $0.bind = {
                    $0["exp"] = "\(World.now + 5)"
                    $0["nbf"] = "\(World.now)"
                    $0["x"] = "{}"
                }
            },
            Attack("A56 control: a holder's clock 60 s ahead", nil) {
                $0.bind = { $0["iat"] = "\(World.now + 60)" }
            },
            Attack("A56 control: 300 s and 60 s old", nil) {
                $0.bind = { $0["iat"] = "\(World.now - 360)" }
            },
        ]

    /// What may happen to the parts on the way: the card first, its disclosures, the key binding last.
    static let rearranged: [Attack] = {
        let changes: [(String, @Sendable (inout [String], String) -> Void)] = [
            ("added", { parts, extra in parts.insert(extra, at: 1) }),
            ("added last", { parts, extra in parts.insert(extra, at: parts.count - 1) }),
            ("removed", { parts, _ in parts.remove(at: 1) }),
            ("removed from all", { parts, _ in parts.removeSubrange(1..<parts.count - 1) }),
            ("reordered", { parts, _ in parts.swapAt(1, 2) }),
            ("replaced", { parts, extra in parts[1] = extra }),
        ]
        return changes.map { name, change in
            Attack("A54: a disclosure \(name) after binding", .holderBindingInvalid) {
                let extra = $0.disclosures.removeLast()
                $0.finish = { text in
                    var parts = text.split(separator: "~").map(String.init)
                    change(&parts, extra)
                    return parts.joined(separator: "~")
                }
            }
        }
    }()

    static let confirmations: [Attack] =
        [
            nil, "{}", #"{"kid":"k"}"#, #"{"jku":"http://169.254.169.254/","kid":"k"}"#,
            #"{"x5t#S256":"AA"}"#, #"{"jwe":"AA"}"#, #"{"JWK":{}}"#, #"{"":{}}"#,
        ].map { value in
            Attack("A57: cnf \(value ?? "left out")", .holderBindingInvalid) {
                $0.payload["cnf"] = value
            }
        } + [
            Attack("A57: two methods", .holderBindingInvalid) {
                $0.payload["cnf"] = ($0.payload["cnf"] ?? "").dropLast() + #","kid":"k"}"#
            },
            Attack("A57: two methods, the other first", .holderBindingInvalid) {
                $0.payload["cnf"] = #"{"kid":"k","# + ($0.payload["cnf"] ?? "").dropFirst()
            },
            Attack("A57: cnf is a list", .malformed) { $0.payload["cnf"] = "[]" },
            Attack("A57: cnf is a text", .malformed) { $0.payload["cnf"] = #""k""# },
        ]

    static let times: [Attack] =
        ["iat", "nbf", "exp"].flatMap { name in
            [
                #""\#(World.now)""#, "true", "null", "\(World.now).5", "1e400", "-1e400", "-1",
                "1e9", "NaN", "[]", "{}", "-0", "253402300800", "99999999999999999999", "01",
                "+1", ".5", "0x10", "1_000",
            ].map { (value: String) in
                Attack("A117: \(name) \(value)", .malformed) { $0.payload[name] = value }
            }
        } + [
            Attack("expired", .expired) { $0.payload["exp"] = "\(World.now - 60)" },
            Attack("expired long ago", .expired) { $0.payload["exp"] = "0" },
            Attack("not yet valid", .notYetValid) { $0.payload["nbf"] = "\(World.now + 61)" },
            Attack("issued in the future", .notYetValid) {
                $0.payload["iat"] = "\(World.now + 61)"
            },
            Attack("A56 control: within the skew", nil) {
                $0.payload["exp"] = "\(World.now - 59)"
                $0.payload["nbf"] = "\(World.now + 60)"
                $0.payload["iat"] = "\(World.now + 60)"
            },
        ]

    @Test(arguments: missing + bindings)
    func `the holder answers this question, now, to this door (A50, A51, A53 to A56)`(
        _ attack: Attack
    ) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: rearranged + confirmations)
    func `what was bound stays as it was, to the one key (A54, A57)`(
        _ attack: Attack
    ) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: times)
    func `times are whole seconds and hold (A56, A117)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test func `one of fifty answers at once is taken (A52)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let answer = try world.forgery().presentation(
            for: try await door.challenge(asking: ["tier"]))
        let outcomes = await withTaskGroup(of: Refusal?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do throws(Refusal) {
                        _ = try await door.verify(answer)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.count { $0 == .replayed } == 49)
        await #expect(throws: Refusal.replayed) { try await door.verify(answer) }
    }

    @Test func `a nonce of other letters that Swift holds for the same (A53)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        var challenge = ""
        var nonce = ""
        while !nonce.contains("K") {
            challenge = try await door.challenge(asking: ["tier"])
            nonce = try JSON(parsing: Array(challenge.utf8))["nonce"]?.string ?? ""
        }
        let kelvin = nonce.replacing("K", with: "\u{212A}")
        #expect(kelvin == nonce && !kelvin.hasSameBytes(as: nonce))
        let spoilt = try world.forgery().presentation(audience: World.doorID, nonce: kelvin)
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(spoilt) }
        let answer = try world.forgery().presentation(for: challenge)
        #expect(try await door.verify(answer).isHolderProven)
    }

    @Test(arguments: [-30, 30] as [Int64])
    func `a door's clock may differ by half a minute (A56)`(ahead: Int64) async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses(), ahead: ahead)
        let challenge = try await door.challenge(asking: ["tier"])
        let answer = try world.holder.present(world.card, revealing: [], to: challenge)
        #expect(try await door.verify(answer).isHolderProven)
    }

    @Test func `an answer for another door, or for an old question (A58)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let other = try world.door(world.statuses(), at: "https://other.example")
        let elsewhere = try world.holder.present(
            world.card, revealing: [], to: try await other.challenge(asking: ["tier"]))
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(elsewhere) }
        #expect(try await other.verify(elsewhere).isHolderProven)
        // The same name, but another memory.
        let twin = try world.door(world.statuses())
        let challenge = try await twin.challenge(asking: ["tier"])
        let relayed = try world.holder.present(world.card, revealing: [], to: challenge)
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(relayed) }
        #expect(try await twin.verify(relayed).isHolderProven)
    }

    @Test func `an answer to one open question does not count for another (A52, A58)`() async throws
    {
        let world = try await World.secp256k1.value
        var policy = VerifierPolicy.strict
        policy.requiresHolderBinding = false
        for policy in [.strict, policy] {
            let door = try world.door(world.statuses(), policy: policy)
            let first = try await door.challenge(asking: ["tier"])
            let second = try await door.challenge(asking: ["tier"])
            let answer = try world.holder.present(world.card, revealing: [], to: first)
            await #expect(throws: Refusal.holderBindingInvalid) {
                try await door.verify(answer, to: second)
            }
            // The card alone answers no question, whatever the policy says of cards alone.
            var bare = try world.forgery()
            bare.finish = { String($0[...($0.lastIndex(of: "~") ?? $0.startIndex)]) }
            let card = try bare.presentation(for: first)
            await #expect(throws: Refusal.holderBindingMissing) {
                try await door.verify(card, to: first)
            }
            #expect(try await door.verify(answer, to: first).isHolderProven)
            await #expect(throws: Refusal.replayed) { try await door.verify(answer, to: first) }
        }
    }

    @Test func `what was not asked for is dropped (A62)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let challenge = try await door.challenge(asking: ["tier"])
        let answer = try world.holder.present(
            world.card, revealing: ["name", "ward", "birth_year"], to: challenge)
        let membership = try await door.verify(answer)
        #expect(membership.claims == ["tier": "gold"])
        #expect(!"\(membership)".contains("Yu") && !"\(membership)".contains("1990"))
    }

    @Test func `a changed payload is refused, however it comes in (A63)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try world.forgery()
        let changed = forgery.payload.text.replacing("gold", with: "diamond")
        forgery.rewrite = { $0[1] = Base64URL.encode(Array(changed.utf8)) }
        let text = try forgery.presentation(for: challenge)
        await #expect(throws: Refusal.signatureInvalid) { try await door.verify(text) }
        // Nothing decoded is believed: parsed JSON, a stored card, an answer of the issuer.
        let decoded = try JSON(parsing: Array(challenge.utf8)).description
        await #expect(throws: Refusal.malformed) { try await door.verify(decoded) }
        let stored = world.card.exposedEncoding
        await #expect(throws: Refusal.malformed) { try await door.verify(stored) }
        let card = try world.forgery().card
        let spoilt = stored.replacing(card, with: try forgery.card)
        #expect(spoilt != stored)
        #expect(throws: Refusal.signatureInvalid) {
            try world.holder.accept(spoilt, from: world.issuer.profile)
        }
        #expect(try world.holder.accept(stored, from: world.issuer.profile).serial.number == 1)
    }

    @Test func `a copied card is authentic and proves no holder (A66)`() async throws {
        let world = try await World.secp256k1.value
        let copy = try world.forgery().card
        let strict = try world.door(world.statuses())
        await #expect(throws: Refusal.holderBindingMissing) { try await strict.verify(copy) }
        var policy = VerifierPolicy.strict
        policy.requiresHolderBinding = false
        let poster = try world.door(world.statuses(), policy: policy)
        let membership = try await poster.verify(copy)
        #expect(!membership.isHolderProven && membership.person == .notAsked)
        // An answer of yesterday, shown as a copy, is not taken for a holder either.
        let stale = try world.forgery().presentation(audience: World.doorID, nonce: "old")
        await #expect(throws: Refusal.holderBindingInvalid) { try await poster.verify(stale) }
        var spoilt = try world.forgery()
        spoilt.payload["exp"] = "\(World.now - 100)"
        let expired = try spoilt.card
        await #expect(throws: Refusal.expired) { try await poster.verify(expired) }
    }
}
