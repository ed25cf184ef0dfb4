import Synchronization
import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT
import Testing

/// Rows A126 to A131, A135 and A136, through holder, attestor, node and issuer.
@Suite struct AttackPersonTests {
    private static let authority = TestAuthority(for: .jpkiP384)
    private static let jpki = JPKI(
        anchors: .test(authority), revocation: .requireGood(from: authority))
    private static let key = SoftwareCard.Key.nist(NISTPrivateKey(.p384))

    static let certificates: [(String, @Sendable (inout CertificateTemplate) -> Void)] = [
        ("expired", { $0.notAfter = World.now - 1 }),
        ("not yet valid", { $0.notBefore = World.now + 1 }),
        ("without key usage", { $0.extensions.removeAll { $0.identifier == .keyUsage } }),
        (
            "for key agreement",
            { template in
                for index in template.extensions.indices
                where template.extensions[index].identifier == .keyUsage {
                    template.extensions[index].value = [3, 2, 3, 8]
                }
            }
        ),
        ("without policy", { $0.extensions.removeAll { $0.identifier == .certificatePolicies } }),
        (
            "an authority itself",
            {
                $0.extensions.append(
                    .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)))
            }
        ),
        (
            "with an unknown critical extension",
            { $0.extensions.append(.init(ObjectIdentifier(1, 2, 3), critical: true, DER.null)) }
        ),
    ]

    @Test func `a certificate that does not hold makes no card (A126)`() async throws {
        let world = try await PersonWorld(accepting: Self.jpki)
        for (name, change) in Self.certificates {
            let card = Self.authority.card(key: Self.key, change: change)
            await #expect(throws: Refusal.nationalIDInvalid, "\(name)") {
                try await world.holder.request(
                    world.founders, proving: CardInReader(card, pin: "1234"))
            }
        }
        #expect(try await world.issuedCount() == 0)
        let good = Self.authority.card(key: Self.key)
        #expect(try await world.card(CardInReader(good, pin: "1234")).card.serial.number == 1)
    }

    @Test func `look-alikes and other authorities make no card (A127)`() async throws {
        let world = try await PersonWorld(accepting: Self.jpki)
        let other = TestAuthority(for: .jpkiP384)
        for card in [other.card(key: Self.key), DemoIdentity(.jpkiP384).card] {
            await #expect(throws: Refusal.nationalIDInvalid) {
                try await world.holder.request(
                    world.founders, proving: CardInReader(card, pin: "1234"))
            }
        }
        // A genuine certificate of the wrong authority, with the right one's signature of another card.
        let good = Self.authority.card(key: Self.key)
        let mixed = SpoiltCard(CardInReader(good, pin: "1234")) { evidence, _ in
            let parsed = try CardEvidence(parsing: evidence)
            return CardEvidence(
                cardClass: parsed.cardClass, certificate: other.card(key: Self.key).certificate,
                signature: parsed.signature
            ).encoded
        }
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await world.holder.request(world.founders, proving: mixed)
        }
    }

    @Test func `test cards show in every result and never pass for real ones (A127)`() async throws
    {
        let world = try await PersonWorld.shared.value
        #expect(world.founders.usesTestAnchors)
        let disguised = try await PersonWorld(hidesTestAnchors: true)
        #expect(!disguised.founders.usesTestAnchors)
        let request = try await disguised.holder.request(
            disguised.founders, proving: DemoIdentity(.jpkiP384))
        await #expect(throws: IssuingError.refused(.nationalIDInvalid)) {
            _ = try await disguised.issuer.issue(to: request)
        }
        #expect(try await disguised.issuedCount() == 0)
    }

    @Test func `an attestation is given once, for our question only (A128)`() async throws {
        let store = InMemoryStateStore()
        let clock = Mutex(World.now)
        let attestor = Attestor(
            key: World.privateKey("a"), accepting: .testCards, store: store,
            clock: { clock.withLock { $0 } })
        let request = try await attestRequest(to: attestor)
        let other = Attestor(
            key: World.privateKey("a"), accepting: .testCards, store: .inMemory(),
            clock: { World.now })
        await #expect(throws: Refusal.nationalIDInvalid) { try await other.attest(request) }
        let stranger = Attestor(
            key: World.privateKey("b"), accepting: .testCards, store: store, clock: { World.now })
        await #expect(throws: Refusal.nationalIDInvalid) { try await stranger.attest(request) }
        clock.withLock { $0 = World.now + 600 }
        await #expect(throws: Refusal.expired) { try await attestor.attest(request) }
        clock.withLock { $0 = World.now }
        _ = try await attestor.attest(request)
        await #expect(throws: Refusal.replayed) { try await attestor.attest(request) }
        clock.withLock { $0 = World.now + 601 }
        await #expect(throws: Refusal.replayed) { try await attestor.attest(request) }
    }

    @Test(arguments: [-50, -30, 30, 50] as [Int64])
    func `a holder's clock may differ by half a minute and more (A56)`(ahead: Int64) async throws {
        let world = try await PersonWorld(ahead: ahead)
        #expect(try await world.card(DemoIdentity(.jpkiP384)).card.serial.number == 1)
    }

    @Test func `a session with another person's evidence is refused (A129)`() async throws {
        let attestor = Attestor(
            key: World.privateKey("a"), accepting: .testCards, store: .inMemory(),
            clock: { World.now })
        let mine = try await attestRequest(to: attestor)
        let theirs = try await attestRequest(to: attestor)
        let parsed = try JSON(parsing: Array(theirs.utf8))
        for names in [
            ["evidence"], ["proof"], ["scope"], ["base"], ["person"], ["evidence", "proof"],
            ["person", "base"], ["evidence", "person", "base"], ["attestors"],
            ["attestors", "evidence"], ["evidence", "proof", "base", "person"],
        ] {
            var members = Members(try JSON(parsing: Array(mine.utf8)).object ?? [:])
            for name in names {
                members[name] = parsed[name].map { String(decoding: $0.encoded, as: UTF8.self) }
            }
            let mixed = members.text
            await #expect(throws: Refusal.nationalIDInvalid, "\(names)") {
                try await attestor.attest(mixed)
            }
        }
        // Both are still good: nothing was used up.
        _ = try await attestor.attest(mine)
        _ = try await attestor.attest(theirs)
    }

    @Test func `a proof for one key, club, edition or question serves no other (A129, A133)`()
        async throws
    {
        let world = try await PersonWorld()
        let identity = DemoIdentity(.jpkiP384)
        let genuine = try await world.holder.request(world.founders, proving: identity)
        let before = try await world.issuedCount()
        func refused(
            _ reason: Refusal, by key: SigningKey? = nil, at issuer: Issuer? = nil,
            _ change: (inout TokenForgery) -> Void
        ) async throws {
            let key = key ?? world.holderKey
            var forgery = try TokenForgery(genuine)
            forgery.header["jwk"] =
                String(decoding: JSON.object(key.verifyingKey.jwk).encoded, as: UTF8.self)
            change(&forgery)
            let text = try forgery.signed(by: key)
            await #expect(throws: IssuingError.refused(reason)) {
                _ = try await (issuer ?? world.issuer).issue(to: text)
            }
        }
        // Another holder's key around the same proof.
        try await refused(.nationalIDInvalid, by: .secp256k1(Secp256k1.PrivateKey())) { _ in }
        // Another question.
        let nonce = try await world.issuer.nonce(for: "founders")
        try await refused(.nationalIDInvalid) { $0.payload["nonce"] = "\"\(nonce)\"" }
        try await refused(.nationalIDInvalid) { $0.payload["exp"] = "\(World.now + 599)" }
        // Another edition, and another club with the same attestors, nodes and name of edition.
        _ = try await world.issuer.open(Edition("others", limit: 5, nationalID: [.jpkiP384]))
        let otherNonce = try await world.issuer.nonce(for: "others")
        try await refused(.nationalIDInvalid) {
            $0.payload["edition"] = "\"others\""
            $0.payload["nonce"] = "\"\(otherNonce)\""
        }
        let rival = try await PersonWorld(at: "https://rival.example", services: world)
        let rivalNonce = try await rival.issuer.nonce(for: "founders")
        try await refused(.nationalIDInvalid, at: rival.issuer) {
            $0.payload["aud"] = "\"https://rival.example\""
            $0.payload["nonce"] = "\"\(rivalNonce)\""
        }
        // The person's part of another session.
        let other = try TokenForgery(
            try await world.holder.request(world.founders, proving: DemoIdentity(.jpkiP384)))
        try await refused(.nationalIDInvalid) { $0.payload["binding"] = other.payload["binding"] }
        #expect(try await world.issuedCount() == before)
        #expect(try await rival.issuedCount() == 0)
        let issued = try await world.issuer.issue(to: genuine)
        #expect(try world.holder.accept(issued, from: world.issuer.profile).claims.isEmpty)
        // With s negated it is the same request, and gets the same card (A10).
        var segments = genuine.split(separator: ".").map(String.init)
        segments[2] = negatingS(segments[2], .es256k)
        #expect(try await world.issuer.issue(to: segments.joined(separator: ".")) == issued)
    }

    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `today's card and the next one serve for issue and at the door (A135)`(
        cardClass: CardClass
    ) async throws {
        let world = try await PersonWorld.shared.value
        let identity = DemoIdentity(cardClass)
        let card = try await world.card(identity).card
        let door = world.door()
        let answer = try await world.holder.present(
            card, revealing: [], to: try await door.challenge(asking: [], personOf: world.founders),
            proving: identity, in: world.founders)
        let membership = try await door.verify(answer)
        #expect(membership.serial == card.serial)
        #expect(membership.usesTestAnchors)
        let trust = try #require(world.founders.trust)
        #expect(
            membership.person == .proven(trust, usesTestAnchors: true, revocation: .good))
    }

    @Test func `an RSA signature with anything around the digest is none (A131)`() async throws {
        let world = try await PersonWorld()
        let identity = DemoIdentity(.jpkiRSA)
        let card = identity.card
        let before = try await world.issuedCount()
        let changes: [@Sendable (CardEvidence) throws -> ([UInt8], [UInt8])] = [
            { ($0.signature + [0], $0.fixedSignature) },
            { ([0] + $0.signature, $0.fixedSignature) },
            { (Array($0.signature.dropLast()), $0.fixedSignature) },
            { ([UInt8](repeating: 0, count: 256), $0.fixedSignature) },
            { ([UInt8](repeating: 0xFF, count: 256), $0.fixedSignature) },
            { ([UInt8](repeating: 0, count: 255) + [1], $0.fixedSignature) },
            { ($0.fixedSignature, $0.signature) }, { ($0.signature, []) },
            { ($0.signature, $0.signature) }, { ($0.fixedSignature, $0.fixedSignature) },
            { ($0.signature, [UInt8](repeating: 0, count: 256)) },
            { [card] in (try card.signature(over: [1, 2, 3]), $0.fixedSignature) },
            { [card] in
                (
                    try card.signature(
                        over: RSA.digestInfo([UInt8](repeating: 0, count: 32), .sha256) + [0]),
                    $0.fixedSignature
                )
            },
        ]
        for (index, change) in changes.enumerated() {
            let spoilt = SpoiltCard(identity) { evidence, _ in
                let parsed = try CardEvidence(parsing: evidence)
                let (signature, fixed) = try change(parsed)
                return CardEvidence(
                    cardClass: parsed.cardClass, certificate: parsed.certificate,
                    signature: signature, fixedSignature: fixed
                ).encoded
            }
            await #expect(throws: Refusal.nationalIDInvalid, "change \(index)") {
                try await world.holder.request(world.founders, proving: spoilt)
            }
        }
        #expect(try await world.issuedCount() == before)
    }

    @Test func `a renewed certificate is another person to an edition, as documented (A136)`()
        async throws
    {
        let world = try await PersonWorld(accepting: Self.jpki)
        let first = CardInReader(Self.authority.card(key: Self.key), pin: "1234")
        let renewed = CardInReader(Self.authority.card(key: Self.key), pin: "1234")
        #expect(try await world.card(first).card.serial.number == 1)
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            _ = try await world.card(first)
        }
        // Spec/national-id.md says so; a person's index follows the certificate, not the person.
        #expect(try await world.card(renewed).card.serial.number == 2)
    }

    @Test func `a revoked certificate is refused, a silent source is no consent (A130)`()
        async throws
    {
        let card = Self.authority.card(key: .nist(NISTPrivateKey(.p384)))
        let world = try await PersonWorld(accepting: Self.jpki)
        Self.authority.revoke(card)
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await world.holder.request(
                world.founders, proving: CardInReader(card, pin: "1234"))
        }
        let silent = try await PersonWorld(
            accepting: JPKI(
                anchors: .test(Self.authority),
                revocation: .requireGood(from: TestAuthority(for: .jpkiP384))))
        await #expect(throws: Refusal.unavailable) {
            try await silent.holder.request(
                silent.founders,
                proving: CardInReader(Self.authority.card(key: Self.key), pin: "1234"))
        }
    }
}
