import TegataCrypto
import TegataLog
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// Trust bundles: who signs them, which one counts, and what their form is (Spec/trust-bundle.md).
@Suite struct TrustBundleTests {
    @Test func `a verifier elsewhere accepts cards of two cities, and of no third`() async throws {
        let world = try await TrustWorld()
        let rival = try await World(
            .p256(P256.PrivateKey()), at: "https://rival.example")
        let third = try await World(
            .secp256k1(Secp256k1.PrivateKey()), at: "https://third.example")
        var contents = try world.contents()
        contents.issuers.append(
            try TrustedIssuer(rival.issuer.profile, statuses: [rival.issuer.statusListURI()]))
        let bundle = try world.open(try await world.publish(contents))
        #expect(bundle.version == 1)
        #expect(bundle.contents.issuers.map(\.profile.issuer) == [World.club, rival.issuer.id])
        let (club, other) = (world.city, rival)
        let source = RecordingSource { uri in
            try await uri.hasPrefix(World.club)
                ? club.issuer.statusList() : other.issuer.statusList()
        }
        let door = world.door(bundle, source)
        for city in [club, other] {
            let challenge = try await door.challenge(asking: ["tier"])
            let membership = try await door.verify(try city.forgery().presentation(for: challenge))
            #expect(membership.issuer == city.issuer.id)
        }
        let challenge = try await door.challenge(asking: ["tier"])
        let stranger = try third.forgery().presentation(for: challenge)
        await #expect(throws: Refusal.issuerUntrusted) { try await door.verify(stranger) }
        #expect(source.calls.count == 2, "A110")
    }

    @Test func `a bundle, and what follows from it, is read as it was written`() async throws {
        let world = try await TrustWorld()
        let attestor = TrustedAttestor(
            "North", key: Secp256k1.PrivateKey().publicKey.xOnly, from: 5, until: 9)
        let witness = try NoteSigner(name: "witness.example", kind: .witness)
        let name = try #require(world.city.issuer.profile.keys.first).thumbprint
        let contents = TrustContents(
            issuers: [
                try TrustedIssuer(
                    world.city.issuer.profile,
                    terms: [KeyTerm(name, from: 1, until: 2, isWithdrawn: true)],
                    witnesses: [witness.key], quorum: 1, statuses: ["https://a.example/s"])
            ], attestors: [attestor])
        let bundle = try world.open(try await world.publish(contents))
        let issuer = try #require(bundle.contents.issuers.first)
        #expect(issuer.terms == [KeyTerm(name, from: 1, until: 2, isWithdrawn: true)])
        #expect(issuer.witnesses == [witness.key] && issuer.quorum == 1)
        #expect(issuer.statuses == ["https://a.example/s"])
        #expect(issuer.profile.editions.map(\.edition.id) == ["visitors"])
        #expect(bundle.contents.attestors == [attestor])
        let pin = try TrustPin(parsing: bundle.pin.encoded)
        #expect(pin.encoded == bundle.pin.encoded)
        #expect(pin.version == 1 && pin.digest == bundle.pin.digest)
    }

    @Test func `no byte of a bundle can be another, missing or more (A99)`() async throws {
        let world = try await TrustWorld()
        let text = Array(try await world.publish().utf8)
        let pin = try world.signer.pin()
        for place in text.indices {
            var changed = text
            changed[place] ^= 1
            let spoilt = String(decoding: changed, as: UTF8.self)
            #expect(throws: Refusal.self, "byte \(place)") {
                try pin.open(spoilt, at: TrustWorld.now)
            }
        }
        for length in 0..<text.count {
            let cut = String(decoding: text[..<length], as: UTF8.self)
            #expect(throws: Refusal.self, "\(length) bytes") {
                try pin.open(cut, at: TrustWorld.now)
            }
        }
        let whole = String(decoding: text, as: UTF8.self)
        for spoilt in [" " + whole, "\n" + whole, whole + "\n", whole + "x", whole + whole] {
            #expect(throws: Refusal.self) { try pin.open(spoilt, at: TrustWorld.now) }
        }
        #expect(throws: Never.self) { try pin.open(whole, at: TrustWorld.now) }
        let long = String(repeating: "a", count: TrustBundle.maximumSize + 1)
        #expect(throws: Refusal.limitExceeded) { try pin.open(long, at: TrustWorld.now) }
    }

    @Test func `an older version is refused, a second one of the same number too (A100)`()
        async throws
    {
        let world = try await TrustWorld()
        let first = try await world.publish()
        let second = try await world.publish()
        let pin = try world.open(second).pin
        #expect(throws: Refusal.replayed) { try world.open(first, by: pin) }
        #expect(try world.open(second, by: pin).version == 2)
        let other = try world.spoilt(second, version: 2) {
            $0["exp"] = "\(TrustWorld.now + 86_399)"
        }
        #expect(throws: Refusal.conflict) { try world.open(other, by: pin) }
        #expect(throws: Never.self) { try world.open(other) }
        // A pin that came back from a file knows as much.
        let kept = try TrustPin(parsing: pin.encoded)
        #expect(throws: Refusal.replayed) { try world.open(first, by: kept) }
        let third = try await world.publish()
        #expect(try world.open(third, by: kept).version == 3)
    }

    @Test func `the signer's key is changed by a bundle, and the old one is worth nothing then`()
        async throws
    {
        let world = try await TrustWorld()
        let next = SigningKey.p256(P256.PrivateKey())
        let first = try await world.signer.publish(
            try world.contents(), until: TrustWorld.now + 86_400, nextKeys: [next.verifyingKey],
            in: world.directory)
        let pin = try world.open(first).pin
        #expect(pin.keys == [next.verifyingKey])
        let old = try await world.publish()
        #expect(throws: Refusal.issuerUntrusted) { try world.open(old, by: pin) }
        // What was accepted stays so, at the next start too, although its key has gone.
        #expect(try world.open(first, by: pin).version == 1)
        let heir = try TrustWorld.signer(next, world.log)
        let third = try await heir.publish(
            try world.contents(), until: TrustWorld.now + 86_400, in: world.directory)
        #expect(try world.open(third, by: pin).version == 3)
        // Who has missed the first does not know the new key.
        #expect(throws: Refusal.self) { try world.open(third) }
    }

    @Test func `a bundle that is not in the log counts for nothing (A96, A99, A103)`()
        async throws
    {
        let world = try await TrustWorld()
        let text = try await world.publish()
        let second = try await world.publish()
        let token = String(text.prefix { $0 != "\n" })
        let proof = String(second.drop { $0 != "\n" })
        #expect(throws: Refusal.logProofInvalid) { try world.open(token + proof) }
        #expect(throws: Refusal.logProofInvalid) { try world.open(token + "\n") }
        #expect(throws: Refusal.malformed) { try world.open(token) }
        // Its number is its place.
        let elsewhere = try world.logged(token, version: 1)
        #expect(throws: Never.self) { try world.open(elsewhere) }
        let moved = try world.spoilt(text, version: 2) { _ in }
        #expect(throws: Refusal.logProofInvalid) { try world.open(moved) }
        // The signing key alone makes no bundle.
        let thief = try TrustWorld.signer(world.key, Ed25519.PrivateKey())
        let forged = try await thief.publish(
            try world.contents(), until: TrustWorld.now + 86_400,
            in: LogDirectory(at: world.directory.path + "/thief"))
        #expect(throws: Refusal.logProofInvalid) { try world.open(forged) }
    }

    @Test func `witnesses of the pin must have seen the log`() async throws {
        let world = try await TrustWorld()
        let witness = try NoteSigner(name: "witness.example", kind: .witness)
        let pin = try world.signer.pin(witnesses: [witness.key], quorum: 1)
        let text = try await world.publish()
        #expect(throws: Refusal.logProofInvalid) { try world.open(text, by: pin) }
        let token = String(text.prefix { $0 != "\n" })
        let seen = try world.logged(token, witness: witness)
        let bundle = try world.open(seen, by: pin)
        #expect(bundle.pin.log.quorum == 1)
        #expect(throws: Refusal.malformed) { try world.signer.pin(witnesses: [], quorum: 1) }
    }

    @Test
    func `nothing is published before the witnesses have seen it, and what was begun is finished`()
        async throws
    {
        let world = try await TrustWorld()
        let name = "trust.example/tegata-trust"
        let signer = try NoteSigner(name: "witness.example", kind: .witness)
        let logKey = try NoteSigner(name: name, kind: .log, key: world.log).key
        let witness = try Witness(signer, of: [logKey], store: InMemoryWitnessStore())
        let honest = WitnessConnection(signer.key, witness) { UInt64(TrustWorld.now) }
        // The answer is lost once: the witness has seen what was never published.
        let lost = WitnessConnection(signer.key) { body in
            _ = await witness.addCheckpoint(Array(body.utf8), at: UInt64(TrustWorld.now))
            throw Refusal.unavailable
        }
        let end = TrustWorld.now + 86_400
        let contents = try world.contents()
        await #expect(throws: Refusal.unavailable) {
            try await world.signer.publish(
                contents, until: end, in: world.directory, witnesses: Witnesses([lost]))
        }
        #expect(try world.directory.checkpoint() == nil)
        #expect(try world.directory.read("trust") == nil)
        let second = try await world.signer.publish(
            TrustContents(), until: end, in: world.directory, witnesses: Witnesses([honest]))
        let pin = try world.signer.pin(witnesses: [signer.key], quorum: 1)
        let first = String(
            decoding: try #require(try world.directory.read("trust-1")), as: UTF8.self)
        let begun = try world.open(first, by: pin)
        #expect(begun.version == 1 && begun.contents.issuers.count == 1)
        let next = try world.open(second, by: begun.pin)
        #expect(next.version == 2 && next.contents.issuers.isEmpty)
    }

    @Test(
        arguments: [
            ("iat", "1795392060", nil), ("iat", "1795392061", Refusal.notYetValid),
            ("exp", "1795391941", nil), ("exp", "1795391940", .malformed),
            ("exp", "1827014400", nil), ("exp", "1827014401", .malformed),
            ("exp", "1795392000", .malformed), ("exp", "-1", .malformed),
            ("exp", "1e9", .malformed),
            ("exp", nil, .malformed), ("iat", nil, .malformed), ("iat", "\"1\"", .malformed),
            ("version", "0", .malformed), ("version", "4294967296", .malformed),
            ("version", "1.0", .malformed), ("version", nil, .malformed),
            ("iss", "\"https://trust.example/\"", .issuerUntrusted), ("iss", nil, .malformed),
            ("jwks", "{\"keys\":[]}", .issuerUntrusted), ("jwks", nil, .malformed),
            ("issuers", "{}", .malformed), ("issuers", nil, .malformed),
            ("credentials", nil, .malformed), ("attestors", nil, .malformed),
            ("attestors", "[1]", .malformed), ("crit", "[]", .unsupported),
            ("requires", "true", .unsupported),
            ("attestors", "[{\"name\":\"a\",\"key\":\"AAAA\",\"from\":0}]", .malformed),
            ("attestors", "[{\"name\":\"a\",\"from\":0}]", .malformed),
            ("attestors", "[{\"name\":\"a\",\"max\":0}]", .unsupported),
            (
                "credentials",
                "[{\"issuer\":\"a\",\"types\":[],\"authorities\":[],\"statuses\":[]}]", .malformed
            ),
            (
                "credentials",
                "[{\"issuer\":\"a\",\"types\":[],\"authorities\":[\"AAAA\"],\"statuses\":[]}]",
                .malformed
            ),
        ] as [(String, String?, Refusal?)])
    func `every member is there and in its form (A27, A32, A117)`(
        _ name: String, _ value: String?, _ reason: Refusal?
    ) async throws {
        let world = try await TrustWorld()
        let text = try world.spoilt(try await world.publish()) { payload in
            // An end in the past needs a beginning before it.
            if name == "exp", value?.hasPrefix("17953919") == true { payload["iat"] = "1795391940" }
            payload[name] = value
        }
        guard let reason else {
            #expect(throws: Never.self) { try world.open(text) }
            return
        }
        #expect(throws: reason) { try world.open(text) }
    }

    @Test func `what an issuer's entry says is whole and said once`() async throws {
        let world = try await TrustWorld()
        let text = try await world.publish()
        func open(_ change: (inout Members) throws -> Void) throws -> TrustBundle {
            try world.open(
                try world.spoilt(text) { payload in
                    let issuers = try JSON(parsing: Array((payload["issuers"] ?? "").utf8))
                    var issuer = Members(issuers.array?.first?.object ?? [:])
                    try change(&issuer)
                    payload["issuers"] = "[" + issuer.text + "]"
                })
        }
        #expect(throws: Never.self) { try open { _ in } }
        let twice = try world.spoilt(text) { payload in
            let one = (payload["issuers"] ?? "").dropFirst().dropLast()
            payload["issuers"] = "[\(one),\(one)]"
        }
        let long = String(repeating: "\"https://a.example\",", count: 65).dropLast()
        #expect(throws: Refusal.malformed) { try world.open(twice) }
        let kid = try #require(world.city.issuer.profile.keys.first).thumbprint
        let rows: [(String, String?, Refusal)] = [
            ("keys", "[]", .malformed), ("keys", "[{\"kid\":\"other\",\"from\":0}]", .malformed),
            ("keys", "[{\"kid\":\"\(kid)\"}]", .malformed),
            ("keys", "[{\"kid\":\"\(kid)\",\"from\":5,\"until\":4}]", .malformed),
            ("keys", "[{\"kid\":\"\(kid)\",\"from\":5,\"withdrawn\":1}]", .malformed),
            ("keys", "[{\"kid\":\"\(kid)\",\"from\":5,\"use\":1}]", .unsupported),
            (
                "keys", "[{\"kid\":\"\(kid)\",\"from\":0},{\"kid\":\"\(kid)\",\"from\":0}]",
                .malformed
            ),
            ("log", nil, .malformed), ("log", "{\"witnesses\":[],\"quorum\":1}", .malformed),
            ("log", "{\"witnesses\":[\"x\"],\"quorum\":0}", .malformed),
            ("statuses", nil, .malformed), ("statuses", "[\(long)]", .limitExceeded),
            ("profile", "{}", .malformed), ("limit", "1", .unsupported),
        ]
        for (name, value, reason) in rows {
            #expect(throws: reason, "\(name): \(value ?? "–")") { try open { $0[name] = value } }
        }
    }

    @Test func `another kind of token, or another's, is no bundle (A14)`() async throws {
        let world = try await TrustWorld()
        let announcement = try world.logged(world.city.visitors.encoded)
        #expect(throws: Refusal.typeMismatch) { try world.open(announcement) }
        let other = try await TrustWorld(world.city)
        let text = try await other.publish()
        #expect(throws: Refusal.issuerUntrusted) { try world.open(text) }
        // A bundle is no announcement and no status list either.
        let bundle = String(try await world.publish().prefix { $0 != "\n" })
        #expect(throws: Refusal.typeMismatch) {
            try OpenEdition(parsing: bundle, from: world.city.issuer.profile)
        }
    }

    @Test(arguments: [
        "{}", "[]", "", "{\"signer\":\"a\"}",
    ]) func `a pin that is not whole is no pin`(_ text: String) {
        #expect(throws: Refusal.malformed) { try TrustPin(parsing: text) }
    }

    @Test func `a pin's members are in their form`() async throws {
        let world = try await TrustWorld()
        let pin = try world.open(try await world.publish()).pin
        let rows: [(String, String?, Refusal)] = [
            ("version", "0", .malformed), ("digest", nil, .malformed), ("quorum", "1", .malformed),
            ("version", "-1", .malformed), ("log", "\"x\"", .malformed),
            ("more", "1", .unsupported),
        ]
        for (name, value, reason) in rows {
            var members = Members(try JSON(parsing: Array(pin.encoded.utf8)).object ?? [:])
            members[name] = value
            let text = members.text
            #expect(throws: reason, "\(name)") { try TrustPin(parsing: text) }
        }
    }

    @Test func `a signer publishes nothing that its verifiers would refuse`() async throws {
        let world = try await TrustWorld()
        let late = TrustWorld.now + 367 * 86_400
        let contents = try world.contents()
        await #expect(throws: Refusal.malformed) {
            try await world.signer.publish(contents, until: late, in: world.directory)
        }
        #expect(try world.directory.checkpoint() == nil)
        _ = try await world.publish()
        // Somebody else's log is not gone on with.
        let stranger = try TrustWorld.signer(world.key, Ed25519.PrivateKey())
        await #expect(throws: Refusal.logProofInvalid) {
            try await stranger.publish(
                contents, until: TrustWorld.now + 1000, in: world.directory)
        }
        #expect(try world.open(try await world.publish()).version == 2)
    }
}
