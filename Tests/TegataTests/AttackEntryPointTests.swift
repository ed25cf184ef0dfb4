import Foundation
import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT
import Testing

/// Every way into the roles takes text from strangers. Whatever comes in, a refusal comes out: no trap, and nothing
/// is accepted that differs from what was sent.
@Suite struct AttackEntryPointTests {
    /// About `count` spoilt forms of a text: single bytes changed, cut, longer, and nothing like it.
    static func spoilt(_ text: String, count: Int) -> [String] {
        let bytes = Array(text.utf8)
        let step = max(1, bytes.count / count)
        var all = [String]()
        for index in stride(from: 0, to: bytes.count, by: step) {
            var flipped = bytes
            flipped[index] ^= UInt8(1 << (index % 7))
            all.append(String(decoding: flipped, as: UTF8.self))
        }
        for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 20)) {
            all.append(String(decoding: bytes[..<length], as: UTF8.self))
        }
        all += [text + "x", text + "\u{0}", text + "}", "x" + text, "\u{FEFF}" + text, text + text]
        return all + nonsense
    }

    /// Texts that are nothing of ours.
    static let nonsense: [String] =
        [
            "", " ", "\u{0}", "~", "..", ".", "...", "a.b.c", "a.b.c~", "eyJ9.e30.~", "null",
            "true",
            "1", "\"x\"", "[]", "{}", "{\"\":\"\"}", "[{}]", "\u{FEFF}{}", "🂡", "e30.e30.e30",
            "e30.e30.e30~e30~e30.e30.e30", String(repeating: "~", count: 5_000),
            String(repeating: ".", count: 5_000), String(repeating: "[", count: 60_000),
            String(repeating: "{\"a\":", count: 12_000), String(repeating: "A", count: 300_000),
            "{\"a\":\"" + String(repeating: "\\u0041", count: 9_000) + "\"}",
            "[" + String(repeating: "1e9,", count: 15_000) + "1]",
        ]

    /// Each member of a JSON object in turn replaced by values of every type, or left out.
    static func retyped(_ text: String) throws -> [String] {
        let members = Members(try JSON(parsing: Array(text.utf8)).object ?? [:])
        return members.list.flatMap { member in
            ([
                nil, "null", "true", "0", "-1", "1.5", "1e400", "18446744073709551616", "\"\"",
                "\"x\"", "\"====\"", "[]", "{}", "[[]]",
                "\"\(String(repeating: "A", count: 3_000))\"",
                String(repeating: "[", count: 40),
            ] as [String?]).map { value in
                var changed = members
                changed[member.name] = value
                return changed.text
            }
        }
    }

    /// Runs `step` on each text; all must be refused.
    private func refuse(
        _ texts: [String], _ step: (String) async throws -> Void
    ) async {
        for text in texts {
            let reason = await refusal { try await step(text) }
            #expect(reason != nil, "accepted: \(text.prefix(200))")
        }
    }

    @Test func `Verifier.verify`() async throws {
        let world = try await World.secp256k1.value
        let source = world.statuses()
        let door = try world.door(source)
        let challenge = try await door.challenge(asking: ["tier", "name"])
        let answer = try world.holder.present(world.card, revealing: ["name"], to: challenge)
        await refuse(Self.spoilt(answer, count: 700)) { _ = try await door.verify($0) }
        #expect(source.calls.isEmpty)
        #expect(try await door.verify(answer).claims.count == 2)
    }

    @Test func `Holder.accept`() async throws {
        let world = try await World.secp256k1.value
        let profile = world.issuer.profile
        let texts = Self.spoilt(world.issued, count: 500) + (try Self.retyped(world.issued))
        await refuse(texts) { _ = try world.holder.accept($0, from: profile) }
        // A card that is already bound is no issuer's answer (A33).
        let bound = try world.forgery().presentation(audience: World.doorID, nonce: "n")
        let card = try world.forgery().card
        #expect(throws: Refusal.malformed) {
            try world.holder.accept(
                world.issued.replacing(card, with: bound), from: profile)
        }
    }

    @Test func `deep JSON needs no deep stack (A116)`() async throws {
        let world = try await World.secp256k1.value
        let profile = world.issuer.profile
        var deep = try world.forgery()
        let genuine = try deep.card
        deep.payload["x"] =
            String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        let accepted = world.issued.replacing(genuine, with: try deep.card)
        deep.payload["x"] = String(repeating: "[", count: 100_000)
        let refused = try deep.card
        // A thread of 256 KiB, as small as a server may give.
        let outcome: (Refusal?, Refusal?, Refusal?) = await withCheckedContinuation { done in
            let thread = Thread {
                func reason(_ text: String) -> Refusal? {
                    do throws(Refusal) {
                        _ = try world.holder.accept(text, from: profile)
                        return nil
                    } catch {
                        return error
                    }
                }
                done.resume(
                    returning: (
                        reason(accepted), reason(world.issued.replacing(genuine, with: refused)),
                        reason(String(repeating: "{\"a\":[", count: 50_000))
                    ))
            }
            thread.stackSize = 256 * 1024
            thread.start()
        }
        #expect(outcome.0 == nil)
        #expect(outcome.1 == .limitExceeded)
        #expect(outcome.2 == .limitExceeded)
    }

    @Test func `OpenEdition and IssuerProfile`() async throws {
        let world = try await PersonWorld.shared.value
        let profile = world.issuer.profile
        await refuse(Self.spoilt(world.founders.encoded, count: 300)) {
            _ = try OpenEdition(parsing: $0, from: profile)
        }
        // A profile is taken on trust, so a changed one may be read; it is never anything but read or refused.
        for text in Self.spoilt(profile.encoded, count: 200) + (try Self.retyped(profile.encoded)) {
            _ = await refusal { try IssuerProfile(parsing: text) }
        }
        await refuse(Self.nonsense) { _ = try IssuerProfile(parsing: $0) }
        // Under the issuer's own signature, every member of every type.
        var announcement = try TokenForgery(world.founders.encoded)
        for inner in ["edition", "attestors"] {
            let genuine = announcement.payload
            for text in try Self.retyped(genuine[inner] ?? "{}") {
                announcement.payload[inner] = text
                let signed = try announcement.signed(by: world.issuerKey)
                _ = await refusal { try OpenEdition(parsing: signed, from: profile) }
            }
            announcement.payload = genuine
        }
        for limit in ["-1", "1.5", "4294967296", "\"Unlimited\"", "null", "true", "1e3", "[]"] {
            announcement.payload["edition"] = (announcement.payload["edition"] ?? "").replacing(
                "\"limit\":500", with: "\"limit\":\(limit)")
            let signed = try announcement.signed(by: world.issuerKey)
            #expect(throws: Refusal.malformed) { try OpenEdition(parsing: signed, from: profile) }
            announcement = try TokenForgery(world.founders.encoded)
        }
    }

    @Test func `Attestor.attest`() async throws {
        let attestor = Attestor(
            key: World.privateKey("a"), accepting: .testCards, store: .inMemory(),
            clock: { World.now })
        let request = try await attestRequest(to: attestor)
        let texts = Self.spoilt(request, count: 250) + (try Self.retyped(request))
        await refuse(texts) { _ = try await attestor.attest($0) }
        // Nothing was used up on the way.
        _ = try await attestor.attest(request)
    }

    @Test func `EvaluationNode.evaluate`() async throws {
        let world = try await PersonWorld.shared.value
        _ = try await world.holder.request(world.founders, proving: DemoIdentity(.jpkiP384))
        let request = try #require(world.nodeTap.requests.last)
        let texts = Self.spoilt(request, count: 300) + (try Self.retyped(request))
        await refuse(texts) { _ = try await world.node.evaluate($0) }
        _ = try await world.node.evaluate(request)
    }

    @Test func `Issuer.issue`() async throws {
        let world = try await PersonWorld()
        let request = try await world.holder.request(
            world.founders, proving: DemoIdentity(.jpkiP384))
        await refuse(Self.spoilt(request, count: 250)) { _ = try await world.issuer.issue(to: $0) }
        // Under the holder's own signature, each byte of the proof, and members of every type.
        let forgery = try TokenForgery(request)
        let proof = try Base64URL.decode(
            String(forgery.payload["binding"]?.dropFirst().dropLast() ?? ""))
        var texts = try Self.retyped(forgery.payload.text)
        for index in stride(from: 0, to: proof.count, by: 7) {
            var flipped = proof
            flipped[index] ^= UInt8(1 << (index % 8))
            var changed = forgery.payload
            changed["binding"] = "\"\(Base64URL.encode(flipped))\""
            texts.append(changed.text)
        }
        let header = forgery.header.text
        let signed = try texts.map { try Forgery.sign(header, $0, by: world.holderKey) }
        for text in signed where text.split(separator: ".")[1] != request.split(separator: ".")[1] {
            let reason = await refusal { try await world.issuer.issue(to: text) }
            #expect(reason != nil, "accepted: \(text.prefix(80))")
        }
        #expect(try await world.issuedCount() == 0)
        _ = try await world.issuer.issue(to: request)
        #expect(try await world.issuedCount() == 1)
    }

    @Test func `Holder.present`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let challenge = try await door.challenge(asking: ["tier"], edition: world.visitors)
        // A challenge is not signed: another one may be answered, and then only that one. Nothing traps.
        for text in Self.spoilt(challenge, count: 300) + (try Self.retyped(challenge)) {
            let answer: String
            do throws(Refusal) {
                answer = try world.holder.present(world.card, revealing: ["tier"], to: text)
            } catch {
                continue
            }
            let question = try JSON(parsing: Array(text.utf8))
            let binding = try TokenForgery(String(answer.split(separator: "~").last ?? ""))
            let said = try JSON(parsing: Array(binding.payload.text.utf8))
            #expect(said["nonce"] == question["nonce"] && said["aud"] == question["aud"])
        }
        await refuse(Self.nonsense) {
            _ = try world.holder.present(world.card, revealing: [], to: $0)
        }
    }

    @Test func `Kiosk.check and Verifier.verify(kiosk:)`() async throws {
        let world = try await PersonWorld()
        let kiosk = Kiosk(
            at: "https://station.example", key: World.privateKey("kiosk"), clock: { World.now })
        let identity = DemoIdentity(.jpkiP384)
        _ = try await world.issuer.issue(
            to: try await kiosk.request(world.founders, proving: identity))
        let lists = try await world.issuer.publicLists(of: world.founders)
        let profile = world.issuer.profile
        let door = world.door(kiosks: [kiosk.publicKey])
        let challenge = try await door.challenge(asking: [], personOf: world.founders)
        await refuse(Self.spoilt(lists, count: 60)) {
            _ = try await kiosk.check(
                challenge, world.founders, lists: $0, from: profile, proving: identity)
        }
        for text in try Self.retyped(challenge) + Self.nonsense {
            _ = await refusal {
                try await kiosk.check(
                    text, world.founders, lists: lists, from: profile, proving: identity)
            }
        }
        let statement = try await kiosk.check(
            challenge, world.founders, lists: lists, from: profile, proving: identity)
        await refuse(Self.spoilt(statement, count: 300) + (try Self.retyped(statement))) {
            _ = try await door.verify(kiosk: $0)
        }
        let other = world.door()
        await #expect(throws: Refusal.issuerUntrusted) { try await other.verify(kiosk: statement) }
        _ = try await door.verify(kiosk: statement)
        await #expect(throws: Refusal.replayed) { try await door.verify(kiosk: statement) }
        // A kiosk's word about one question is none about another, and a holder's answer is none of a kiosk's.
        let next = try await door.challenge(asking: [], personOf: world.founders)
        let nonce = try JSON(parsing: Array(next.utf8))["nonce"]?.string ?? ""
        var moved = Members(try JSON(parsing: Array(statement.utf8)).object ?? [:])
        moved["nonce"] = "\"\(nonce)\""
        let text = moved.text
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(kiosk: text) }
    }

    @Test func `a signed list of two mebibytes can be read by a kiosk`() async throws {
        let world = try await PersonWorld()
        let kiosk = Kiosk(
            at: "https://station.example", key: World.privateKey("kiosk"), clock: { World.now })
        let lists = try TokenForgery(try await world.issuer.publicLists(of: world.founders))
        var large = lists
        large.payload["padding"] = "\"\(String(repeating: "A", count: 2 << 20))\""
        let text = try large.signed(by: world.issuerKey)
        let door = world.door(kiosks: [kiosk.publicKey])
        let challenge = try await door.challenge(asking: [], personOf: world.founders)
        let statement = try await kiosk.check(
            challenge, world.founders, lists: text, from: world.issuer.profile,
            proving: DemoIdentity(.jpkiP384))
        await #expect(throws: Refusal.unauthorized) { try await door.verify(kiosk: statement) }
    }
}
