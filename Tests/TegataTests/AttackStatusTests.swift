import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A104 to A109: lists that cannot be believed.
@Suite struct AttackStatusTests {
    static let lists: [StatusAttack] =
        [
            StatusAttack("control", nil) { _ in },
            StatusAttack("A107 control: no exp, but young", nil) { $0.payload["exp"] = nil },
            StatusAttack("A56 control: signed 30 s ahead", nil) {
                $0.payload["iat"] = "\(World.now + 30)"
            },
            StatusAttack("control: other statuses are not ours", nil) {
                $0.fill(bits: 2, [0xF3, 0x55])
            },
            StatusAttack("A104: 20 MiB of zeros", .limitExceeded) {
                $0.fill(bits: 8, [UInt8](repeating: 0, count: 20 << 20))
            },
            StatusAttack("A104: 16 MiB and one byte", .limitExceeded) {
                $0.fill(bits: 8, [UInt8](repeating: 0, count: 16 << 20 + 1))
            },
            StatusAttack("A104: a text longer than any list", .limitExceeded) {
                $0.finish = { _ in String(repeating: "A", count: 17 << 20) }
            },
            StatusAttack("A106: signed by a stranger", .statusUnknown) {
                $0.signer = .secp256k1(Secp256k1.PrivateKey())
            },
            StatusAttack("A106: signed by a stranger who says so", .statusUnknown) {
                $0.signer = .secp256k1(Secp256k1.PrivateKey())
                $0.header["kid"] = "\"\($0.signer.verifyingKey.thumbprint)\""
            },
            StatusAttack("A106: signed on the other curve", .statusUnknown) {
                $0.signer = .p256(P256.PrivateKey())
                $0.header["alg"] = "\"ES256\""
                $0.header["kid"] = nil
            },
            StatusAttack("A106: a stranger's key in jwk", .statusUnknown) {
                $0.signer = .secp256k1(Secp256k1.PrivateKey())
                $0.header["kid"] = nil
                $0.header["jwk"] = String(
                    decoding: JSON.object($0.signer.verifyingKey.jwk).encoded, as: UTF8.self)
            },
            StatusAttack("A106: no sub", .malformed) { $0.payload["sub"] = nil },
            StatusAttack("A107: two days old", .statusUnknown) {
                $0.payload["iat"] = "\(World.now - 172_800)"
                $0.payload["exp"] = "\(World.now + 172_800)"
            },
            StatusAttack("A107: two days old, no exp", .statusUnknown) {
                $0.payload["iat"] = "\(World.now - 172_800)"
                $0.payload["exp"] = nil
            },
            StatusAttack("A107: past its end", .statusUnknown) {
                $0.payload["exp"] = "\(World.now - 60)"
            },
            StatusAttack("A107: of tomorrow", .statusUnknown) {
                $0.payload["iat"] = "\(World.now + 86_400)"
            },
            StatusAttack("A107: no iat", .malformed) { $0.payload["iat"] = nil },
            StatusAttack("A109: revoked", .revoked) { $0.fill(bits: 2, [0x04]) },
            StatusAttack("A109: suspended", .suspended) { $0.fill(bits: 2, [0x08]) },
            StatusAttack("A109: an unknown value", .statusUnknown) { $0.fill(bits: 2, [0x0C]) },
            StatusAttack("A109: an unknown value of eight bits", .statusUnknown) {
                $0.fill(bits: 8, [0, 0x0B])
            },
            StatusAttack("A109: one bit, set", .revoked) { $0.fill(bits: 1, [0x02]) },
            StatusAttack("A109: four bits, two", .suspended) { $0.fill(bits: 4, [0x20]) },
            StatusAttack("A105: a list too short", .statusUnknown) {
                $0.payload["status_list"] =
                    #"{"bits":2,"lst":"\#(Base64URL.encode(Zlib.deflate([])))"}"#
            },
            StatusAttack("A109: no list", .malformed) { $0.payload["status_list"] = nil },
            StatusAttack("A109: lst is no zlib", .malformed) {
                $0.payload["status_list"] = #"{"bits":2,"lst":"AAAA"}"#
            },
            StatusAttack("A12: lst with padding", .malformed) {
                $0.payload["status_list"] = $0.payload["status_list"]?.replacing(
                    "\"}", with: "=\"}")
            },
            StatusAttack("A01: alg none", .unsupported) {
                $0.header["alg"] = "\"none\""
                $0.finish = { $0[...($0.lastIndex(of: ".") ?? $0.startIndex)] + "" }
            },
            StatusAttack("A02: HS256", .unsupported) { $0.header["alg"] = "\"HS256\"" },
            StatusAttack("A07: crit", .unsupported) { $0.header["crit"] = "[\"x\"]" },
            StatusAttack("A32: sub twice", .malformed) { $0.payload.add("sub", "\"x\"") },
            StatusAttack("A32: bits twice", .malformed) {
                $0.payload["status_list"] = #"{"bits":2,"lst":"eNoDAAAAAAE","bits":1}"#
            },
            StatusAttack("A108: an error page", .malformed) {
                $0.finish = { _ in "<html>500</html>" }
            },
            StatusAttack("A108: nothing", .malformed) { $0.finish = { _ in "" } },
            StatusAttack("A108: cut", .statusUnknown) { $0.finish = { String($0.dropLast(4)) } },
            StatusAttack("A112: a ttl of nothing", .malformed) { $0.payload["ttl"] = "0" },
        ]
        + ["3", "0", "16", "-1", "1.5", #""2""#, "null", "2.0", "true", "9223372036854775808"].map {
            (bits: String) in
            StatusAttack("A109: bits \(bits)", .malformed) {
                $0.payload["status_list"] =
                    #"{"bits":\#(bits),"lst":"\#(Base64URL.encode(Zlib.deflate([0, 0])))"}"#
            }
        }
        + [
            "https://club.example/tegata/status/", "https://CLUB.example/tegata/status", "",
            "https://club.example:443/tegata/status", "https://club.example/tegata/status?x",
        ].map { (subject: String) in
            StatusAttack("A106: sub \(subject)", .statusUnknown) {
                $0.payload["sub"] = "\"\(subject)\""
            }
        }
        + ["JWT", "dc+sd-jwt", "STATUSLIST+JWT", "statuslist+jwt ", "statuslist+cwt", ""].map {
            (type: String) in
            StatusAttack("A106: typ \(type)", .statusUnknown) { $0.header["typ"] = "\"\(type)\"" }
        }
        + [#""1""#, "true", "1.5", "1e400", "-1", "null"].flatMap { (time: String) in
            ["iat", "exp", "ttl"].map { (name: String) in
                StatusAttack("A117: \(name) \(time)", .malformed) { $0.payload[name] = time }
            }
        }

    /// The genuine card at index 1 of a list that the attack controls.
    @Test(arguments: lists)
    func `a list that cannot be believed makes no card valid (A104 to A109)`(
        _ attack: StatusAttack
    ) async throws {
        let world = try await World.secp256k1.value
        var list = ListForgery(world)
        attack.change(&list)
        let text = try list.text
        let source = RecordingSource { _ in text }
        let door = try world.door(source)
        var forgery = try world.forgery()
        forgery.payload["status"] = #"{"status_list":{"idx":1,"uri":"\#(ListForgery.uri)"}}"#
        let challenge = try await door.challenge(asking: ["tier"])
        let answer = try forgery.presentation(for: challenge)
        if let reason = attack.reason {
            await #expect(throws: reason, "\(attack.name)") { try await door.verify(answer) }
            // Nothing was used up: without the bad list the answer is good.
            forgery.payload["status"] = nil
            let other = try forgery.presentation(for: challenge)
            #expect(try await door.verify(other).statusTime == nil)
        } else {
            #expect(try await door.verify(answer).statusTime != nil)
        }
        #expect(source.calls == [ListForgery.uri])
    }

    @Test func `an unreachable list is unknown, a fresh copy serves for its time (A108)`()
        async throws
    {
        let world = try await World.secp256k1.value
        let list = try ListForgery(world).text
        let isUp = Mutex(false)
        let source = RecordingSource { _ in
            guard isUp.withLock({ $0 }) else { throw Refusal.unavailable }
            return list
        }
        let clock = Mutex(World.now)
        let door = Verifier(
            at: World.doorID, trusting: [try world.profile(source)], store: .inMemory(),
            clock: { clock.withLock { $0 } })
        func show() async throws -> Membership {
            let now = clock.withLock { $0 }
            var forgery = try world.forgery()
            forgery.payload["status"] = #"{"status_list":{"idx":1,"uri":"\#(ListForgery.uri)"}}"#
            forgery.bind = { $0["iat"] = "\(now)" }
            return try await door.verify(
                forgery.presentation(for: try await door.challenge(asking: [])))
        }
        await #expect(throws: Refusal.statusUnknown) { _ = try await show() }
        isUp.withLock { $0 = true }
        #expect(try await show().statusTime == World.now)
        isUp.withLock { $0 = false }
        clock.withLock { $0 += 299 }
        #expect(try await show().statusTime == World.now)
        #expect(source.calls.count == 2)
        clock.withLock { $0 += 1 }
        await #expect(throws: Refusal.statusUnknown) { _ = try await show() }
    }

    @Test func `another trusted issuer's list, kept from before, does not serve (A106)`()
        async throws
    {
        let world = try await World.secp256k1.value
        let rival = try await World(
            .secp256k1(Secp256k1.PrivateKey()), at: "https://rival.example")
        var list = ListForgery(rival)
        list.header["kid"] = "\"\(rival.issuerKey.verifyingKey.thumbprint)\""
        let text = try list.text
        let source = RecordingSource { _ in text }
        let door = Verifier(
            at: World.doorID, trusting: [try world.profile(source), try rival.profile(source)],
            store: .inMemory(), clock: { World.now })
        let status = #"{"status_list":{"idx":1,"uri":"\#(ListForgery.uri)"}}"#
        var own = try rival.forgery()
        own.payload["status"] = status
        let good = try own.presentation(for: try await door.challenge(asking: []))
        #expect(try await door.verify(good).issuer == "https://rival.example")
        var foreign = try world.forgery()
        foreign.payload["status"] = status
        let bad = try foreign.presentation(for: try await door.challenge(asking: []))
        await #expect(throws: Refusal.statusUnknown) { try await door.verify(bad) }
    }
}
