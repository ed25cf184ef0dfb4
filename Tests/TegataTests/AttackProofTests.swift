import Tegata
import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

/// Rows A132 to A134: what is stored and shown says nothing about a person, and a proof serves one question.
@Suite struct AttackProofTests {
    /// An answer whose extra proofs are moved or spoilt, under a good key binding of the same holder.
    private func moved(
        _ answer: String, to challenge: String, _ world: PersonWorld, issued: String,
        _ change: (inout JSON) -> Void = { _ in }
    ) throws -> String {
        let binding = try TokenForgery(String(answer.split(separator: "~").last ?? ""))
        var extra = try JSON(parsing: Array((binding.payload["tegata"] ?? "{}").utf8))
        change(&extra)
        let text = String(decoding: extra.encoded, as: UTF8.self)
        var forgery = try Forgery(issued, signer: world.issuerKey, holder: world.holderKey)
        forgery.bind = { $0["tegata"] = text }
        return try forgery.presentation(for: challenge)
    }

    @Test func `a proof of person moved to another question or door is refused (A133)`()
        async throws
    {
        let world = try await PersonWorld.shared.value
        let identity = DemoIdentity(.jpkiP384)
        let (card, issued) = try await world.card(identity)
        let door = world.door()
        let other = world.door(at: "https://other.example")
        let challenge = try await door.challenge(asking: [], personOf: world.founders)
        let answer = try await world.holder.present(
            card, revealing: [], to: challenge, proving: identity, in: world.founders)
        let again = try await door.challenge(asking: [], personOf: world.founders)
        let replayed = try moved(answer, to: again, world, issued: issued)
        await #expect(throws: Refusal.nationalIDInvalid) { try await door.verify(replayed) }
        let elsewhere = try await other.challenge(asking: [], personOf: world.founders)
        let relayed = try moved(answer, to: elsewhere, world, issued: issued)
        await #expect(throws: Refusal.nationalIDInvalid) { try await other.verify(relayed) }
        // Without the proof, with another person's, and with another card's row.
        let bare = try moved(answer, to: challenge, world, issued: issued) { $0 = [:] }
        await #expect(throws: Refusal.nationalIDInvalid) { try await door.verify(bare) }
        let friend = DemoIdentity(.jpkiP384)
        let friendHolder = Holder(
            key: world.holderKey, secret: [4, 5, 6], clock: { World.now })
        let (friendCard, _) = try await world.card(friend, for: friendHolder)
        let lent = try await world.holder.present(
            card, revealing: [], to: challenge, proving: friend, in: world.founders)
        await #expect(throws: Refusal.nationalIDInvalid) { try await door.verify(lent) }
        let friendly = try await world.holder.present(
            friendCard, revealing: [], to: challenge, proving: friend, in: world.founders)
        let swapped = try moved(friendly, to: challenge, world, issued: issued)
        await #expect(throws: Refusal.nationalIDInvalid) { try await door.verify(swapped) }
        let (_, serial) = (friendCard, card.serial)
        #expect(try await door.verify(answer).serial == serial)
    }

    @Test
    func
        `a proof made at a kiosk serves no other key, and none made at a door asks for a card (A129, A133)`()
        async throws
    {
        let world = try await PersonWorld()
        let identity = DemoIdentity(.jpkiP384)
        let kiosk = Kiosk(
            at: "https://station.example", key: World.privateKey("kiosk"), clock: { World.now })
        let genuine = try await kiosk.request(world.founders, proving: identity)
        var taken = try TokenForgery(genuine)
        taken.header["jwk"] = String(
            decoding: JSON.object(world.holderKey.verifyingKey.jwk).encoded, as: UTF8.self)
        let stolen = try taken.signed(by: world.holderKey)
        await #expect(throws: IssuingError.refused(.nationalIDInvalid)) {
            _ = try await world.issuer.issue(to: stolen)
        }
        // With a wallet's salt added it would be a card, if the proof said anything about a wallet.
        taken.payload["wallet"] = "\"AAAAAAAAAAAAAAAAAAAAAA\""
        let walleted = try taken.signed(by: .secp256k1(World.privateKey("kiosk")))
        let reason = await refusal { try await world.issuer.issue(to: walleted) }
        #expect(reason != nil)
        // A proof that a door asked for, wrapped as a request.
        let (card, _) = try await world.card(DemoIdentity(.jpkiP384))
        let door = world.door()
        let answer = try await world.holder.present(
            card, revealing: [], to: try await door.challenge(asking: [], personOf: world.founders),
            proving: identity, in: world.founders)
        let binding = try TokenForgery(String(answer.split(separator: "~").last ?? ""))
        let extra = try JSON(parsing: Array((binding.payload["tegata"] ?? "{}").utf8))
        var wrapped = try TokenForgery(genuine)
        wrapped.header["jwk"] = taken.header["jwk"]
        wrapped.payload["binding"] = "\"\(extra["person"]?["proof"]?.string ?? "")\""
        let text = try wrapped.signed(by: world.holderKey)
        await #expect(throws: IssuingError.refused(.nationalIDInvalid)) {
            _ = try await world.issuer.issue(to: text)
        }
        #expect(try await world.issuedCount() == 1)
        _ = try await world.issuer.issue(to: genuine)
        #expect(try await world.issuedCount() == 2)
    }

    @Test func `every changed byte of a proof of person and its row is refused (A133)`()
        async throws
    {
        let world = try await PersonWorld.shared.value
        let identity = DemoIdentity(.jpkiP384)
        let (card, issued) = try await world.card(identity)
        let door = world.door()
        let challenge = try await door.challenge(asking: [], personOf: world.founders)
        let answer = try await world.holder.present(
            card, revealing: [], to: challenge, proving: identity, in: world.founders)
        let allowed: Set<Refusal> = [.nationalIDInvalid, .malformed, .expired]
        for name in ["row", "proof"] {
            let binding = try TokenForgery(String(answer.split(separator: "~").last ?? ""))
            let extra = try JSON(parsing: Array((binding.payload["tegata"] ?? "{}").utf8))
            let bytes = try Base64URL.decode(extra["person"]?[name]?.string ?? "")
            var variants = stride(from: 0, to: bytes.count, by: 11).map { index in
                var flipped = bytes
                flipped[index] ^= UInt8(1 << (index % 8))
                return flipped
            }
            variants += [[], Array(bytes.dropLast()), bytes + [0], [0] + bytes]
            for variant in variants {
                let other = name == "row" ? "proof" : "row"
                let text = try moved(answer, to: challenge, world, issued: issued) {
                    $0 = [
                        "person": .object([
                            name: .string(Base64URL.encode(variant)),
                            other: $0["person"]?[other] ?? .null,
                        ])
                    ]
                }
                let reason = await refusal { try await door.verify(text) }
                #expect(reason.map(allowed.contains) == true, "\(name)")
            }
        }
        #expect(try await door.verify(answer).isHolderProven)
    }

    @Test func `a pseudonym's proof serves its question, epoch and door only (A133)`() async throws
    {
        let world = try await PersonWorld.shared.value
        let (card, issued) = try await world.card(DemoIdentity(.jpkiP384))
        let door = world.door()
        let challenge = try await door.challenge(asking: [], pseudonymEpoch: 1)
        let answer = try world.holder.present(card, revealing: [], to: challenge)
        let other = world.door(at: "https://other.example")
        for (verifier, question) in [
            (door, try await door.challenge(asking: [], pseudonymEpoch: 1)),
            (door, try await door.challenge(asking: [], pseudonymEpoch: 2)),
            (other, try await other.challenge(asking: [], pseudonymEpoch: 1)),
        ] {
            let text = try moved(answer, to: question, world, issued: issued)
            await #expect(throws: Refusal.holderBindingInvalid) { try await verifier.verify(text) }
        }
        let binding = try TokenForgery(String(answer.split(separator: "~").last ?? ""))
        let extra = try JSON(parsing: Array((binding.payload["tegata"] ?? "{}").utf8))
        let bytes = try Base64URL.decode(extra["pseudonym"]?.string ?? "")
        for index in stride(from: 0, to: bytes.count, by: 4) {
            var flipped = bytes
            flipped[index] ^= UInt8(1 << (index % 8))
            let text = try moved(answer, to: challenge, world, issued: issued) {
                $0 = ["pseudonym": .string(Base64URL.encode(flipped))]
            }
            await #expect(throws: Refusal.holderBindingInvalid) { try await door.verify(text) }
        }
        #expect(try await door.verify(answer).pseudonym != nil)
    }

    /// Everything that is stored, published or shown about a member.
    private func artefacts(
        _ world: PersonWorld, _ identity: some IdentityCard
    ) async throws -> [String] {
        let request = try await world.holder.request(world.founders, proving: identity)
        let issued = try await world.issuer.issue(to: request, claims: ["tier": "gold"])
        let card = try world.holder.accept(issued, from: world.issuer.profile)
        let door = world.door()
        let answer = try await world.holder.present(
            card, revealing: [],
            to: try await door.challenge(
                asking: [], personOf: world.founders, pseudonymEpoch: 1), proving: identity,
            in: world.founders)
        let membership = try await door.verify(answer)
        return [
            request, issued, answer, "\(membership)", "\(membership.person)",
            try await world.issuer.publicLists(of: world.founders),
            try await world.issuer.statusList(), world.issuer.profile.encoded,
            world.founders.encoded, "\(card)", "\(world.issuerKey)",
        ] + world.nodeTap.requests
    }

    /// The bytes of a text and of every base64url text in it, at any depth.
    private func unfolded(_ text: String) -> [[UInt8]] {
        var found = [Array(text.utf8)]
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for piece in text.utf8.split(whereSeparator: { !alphabet.contains($0) })
        where piece.count >= 16 {
            guard let bytes = try? Base64URL.decode(String(decoding: piece, as: UTF8.self)) else {
                continue
            }
            found.append(bytes)
            if bytes.allSatisfy({ $0 < 0x80 }) {
                found += unfolded(String(decoding: bytes, as: UTF8.self))
            }
        }
        return found
    }

    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `nothing stored or shown follows from certificate or serial number (A132, A134)`(
        cardClass: CardClass
    ) async throws {
        let world = try await PersonWorld()
        let identity = DemoIdentity(cardClass)
        let haystack = try await artefacts(world, identity).flatMap(unfolded)
        let certificate = try Certificate(parsing: identity.card.certificate)
        let serial = certificate.serialNumber
        let number = serial.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let input = try await identity.personInput()
        let secrets: [[UInt8]] = [
            serial, Array(String(number).utf8), Array(Hex.encode(serial).utf8),
            identity.card.certificate, Array(certificate.subject), Array(certificate.publicKeyInfo),
            Array(certificate.issuer) + serial, serial + Array(certificate.issuer), input,
            [UInt8](repeating: 0, count: 4) + serial,
            Array("\(number)".reversed().map(String.init).joined().utf8),
        ]
        var needles = [
            identity.card.certificate, Array(certificate.subject), Array(certificate.publicKeyInfo),
            input, Array(Base64URL.encode(input).utf8), Array(Hex.encode(input).utf8),
            Generators.person(input).encoded,
        ]
        let name = try DistinguishedName(parsing: certificate.subject)
        if let common = name.only(ObjectIdentifier(2, 5, 4, 3)) {
            needles.append(Array(common.utf8))
        }
        for secret in secrets {
            let hashes =
                [HashFunction.sha256, .sha384, .sha512].map { $0.hash(secret) } + [
                    SHAKE128.hash(secret, count: 32), SHA256.hash(SHA256.hash(secret).array).array,
                ]
            // Twenty bytes are enough to recognise a hash that was cut.
            for hash in hashes {
                needles += [Array(hash.prefix(16)), Array(Hex.encode(Array(hash.prefix(16))).utf8)]
            }
        }
        for needle in needles {
            let shown = haystack.contains { $0.firstRange(of: needle) != nil }
            #expect(!shown, "\(Hex.encode(Array(needle.prefix(16))))")
        }
        // The search does find what is there.
        #expect(haystack.contains { $0.firstRange(of: Array("founders".utf8)) != nil })
        #expect(haystack.contains { $0.firstRange(of: Array("commitment".utf8)) != nil })
    }

    @Test func `the same person has unrelated values in two editions (A132)`() async throws {
        let world = try await PersonWorld()
        let identity = DemoIdentity(.jpkiP384)
        let others = try await world.issuer.open(
            Edition("others", limit: 5, nationalID: [.jpkiP384]))
        var persons = [[UInt8]]()
        for edition in [world.founders, others] {
            let request = try await world.holder.request(edition, proving: identity)
            _ = try await world.issuer.issue(to: request)
            let lists = try TokenForgery(try await world.issuer.publicLists(of: edition))
            persons.append(
                try Base64URL.decode(String(lists.payload["persons"]?.dropFirst().dropLast() ?? ""))
            )
        }
        #expect(persons.allSatisfy { $0.count == 33 })
        #expect(persons[0] != persons[1])
    }
}

/// The reason that `step` is refused for; `nil` when it is not. Anything but a refusal is a failure of the test.
func refusal<Value>(_ step: () async throws -> Value) async -> Refusal? {
    do {
        _ = try await step()
        return nil
    } catch let refusal as Refusal {
        return refusal
    } catch Tegata.IssuingError.refused(let refusal) {
        return refusal
    } catch {
        Issue.record("neither accepted nor refused: \(error)")
        return nil
    }
}
