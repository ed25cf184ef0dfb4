import Tegata
import TegataCrypto
import Testing

@testable import TegataNationalID

struct JPKITests {
    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `today's card and the next one are accepted (A135)`(cardClass: CardClass) async throws {
        let card = Shared.authority(cardClass).card(key: Shared.key(cardClass))
        let reader = CardInReader(card, pin: "1234")
        let evidence = try await reader.evidence(over: Shared.challenge)
        let result = try await Shared.jpki.verify(
            evidence, over: Shared.challenge, at: Shared.now)
        #expect(result.cardClass == cardClass)
        let own = try await reader.personInput()
        #expect(result.personInput == own)
        #expect(result.personInput.count == 32)
        #expect(result.usesTestAnchors)
        #expect(result.notBefore == TestAuthority.firstDay)
        #expect(result.revocation == Revocation(.notChecked, source: "", time: Shared.now))
    }

    @Test func `the same card is the same person each time, another card is another`() async throws
    {
        let first = CardInReader(Shared.rsa.card(key: Shared.rsaKey), pin: "1234")
        let second = CardInReader(Shared.rsa.card(key: Shared.otherRSAKey), pin: "1234")
        let input = try await first.personInput()
        let again = try await first.personInput()
        #expect(again == input)
        let other = try await second.personInput()
        #expect(other != input)
    }

    @Test func `a renewed certificate is another person input, as documented (A136)`() async throws
    {
        let before = CardInReader(Shared.rsa.card(key: Shared.rsaKey), pin: "1234")
        let after = CardInReader(Shared.rsa.card(key: Shared.rsaKey), pin: "1234")
        let old = try await before.personInput()
        let new = try await after.personInput()
        #expect(old != new)
    }

    @Test func `the person input of an RSA card cannot be computed from the certificate (A132)`()
        async throws
    {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let certificate = try Certificate(parsing: card.certificate)
        let input = try await CardInReader(card, pin: "1234").personInput()
        #expect(input != PersonInput.certificate(.jpkiRSA, certificate))
        #expect(
            input != PersonInput.repeating(.jpkiRSA, certificate, fixedSignature: []))
    }

    @Test func `expired and not yet valid certificates are refused (A126)`() async throws {
        let late = Shared.rsa.card(key: Shared.rsaKey) { $0.notAfter = Shared.now - 1 }
        let early = Shared.rsa.card(key: Shared.rsaKey) { $0.notBefore = Shared.now + 1 }
        for card in [late, early] {
            #expect(await outcome(card) == .nationalIDInvalid)
        }
        let lastSecond = Shared.rsa.card(key: Shared.rsaKey) { $0.notAfter = Shared.now }
        #expect(await outcome(lastSecond) == nil)
    }

    @Test func `certificates with another use, purpose or policy are refused (A126)`() async throws
    {
        let changes: [(inout CertificateTemplate) -> Void] = [
            { $0.extensions.removeAll { $0.identifier == .keyUsage } },
            { $0.change(.keyUsage) { $0.isCritical = false } },
            { $0.change(.keyUsage) { $0.value = [3, 2, 3, 8] } },
            { $0.change(.keyUsage) { $0.value = [3, 2, 6, 0xC0] } },
            { $0.extensions.removeAll { $0.identifier == .extendedKeyUsage } },
            {
                $0.change(.extendedKeyUsage) { $0.value = DER.sequence(DER.identifier(.anyPolicy)) }
            },
            { $0.extensions.removeAll { $0.identifier == .certificatePolicies } },
            { $0.change(.certificatePolicies) { $0.isCritical = false } },
            {
                $0.change(.certificatePolicies) {
                    $0.value = policies(JPKIProfile.productionPolicy)
                }
            },
            {
                $0.change(.certificatePolicies) {
                    $0.value = policies(JPKIProfile.testSignaturePolicy)
                }
            },
            { $0.change(.certificatePolicies) { $0.value = policies(.anyPolicy) } },
            { $0.extensions.removeAll { $0.identifier == .authorityKeyIdentifier } },
            { $0.change(.authorityKeyIdentifier) { $0.value[4] ^= 1 } },
            {
                $0.extensions.append(
                    .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)))
            },
            { $0.extensions.append(.init(ObjectIdentifier(1, 2, 3), critical: true, DER.null)) },
            { $0.extensions.append($0.extensions[0]) },
            { $0.serialNumber = [0] },
            { $0.issuer[$0.issuer.count - 1] ^= 1 },
        ]
        for (index, change) in changes.enumerated() {
            let card = Shared.rsa.card(key: Shared.rsaKey, change: change)
            #expect(await outcome(card) == .nationalIDInvalid, "change \(index)")
        }
    }

    @Test func `a look-alike authority with the same name is refused (A127)`() async throws {
        let lookAlike = TestAuthority(
            for: .jpkiP384, role: .userAuthentication, generation: 2026, named: Shared.p384.name)
        let card = lookAlike.card(key: .nist(NISTPrivateKey(.p384)))
        #expect(lookAlike.name == Shared.p384.name)
        #expect(await outcome(card) == .nationalIDInvalid)
    }

    @Test func `the authority of signature certificates is none for authentication (A127)`()
        async throws
    {
        let card = Shared.signatures.card(key: Shared.rsaKey)
        #expect(await outcome(card) == .nationalIDInvalid)
        // Even where someone pins its root by mistake, its certificates lack policy, purpose and use.
        let mistaken = JPKI(anchors: .test(Shared.signatures), revocation: .acceptNotChecked)
        let evidence = try await CardInReader(card, pin: "1234").evidence(over: Shared.challenge)
        #expect(await Shared.outcome(mistaken, evidence) == .nationalIDInvalid)
    }

    @Test(.enabled(if: Shared.hasVectors, "third-party vectors are not here"))
    func `in production a test card is refused, and only pinned roots are taken (A127)`()
        async throws
    {
        let roots = try ["auth_ca_2015.pem", "auth_ca_2019.pem", "auth_ca_2023.pem"].map {
            try Shared.certificate("jpki/\($0)")
        }
        let anchors = try JPKI.Anchors.production(roots)
        #expect(!anchors.usesTestAnchors)
        #expect(anchors.trusted.map(\.anchor.name).last == "JPKI user authentication 2023")
        let production = JPKI(anchors: anchors, revocation: .acceptNotChecked)
        #expect(!production.usesTestAnchors)
        for cardClass in [CardClass.jpkiRSA, .jpkiP384] {
            let card = Shared.authority(cardClass).card(key: Shared.key(cardClass))
            let evidence = try await CardInReader(card, pin: "1234").evidence(
                over: Shared.challenge)
            #expect(await Shared.outcome(production, evidence) == .nationalIDInvalid)
        }
        for stranger in [
            try Shared.certificate("jpki/sign_ca_2023.pem"),
            try Shared.certificate("jpki/sign_ca_2015.pem"), Shared.rsa.root, [], [0x30, 0],
            roots[0] + [0],
        ] {
            #expect(throws: Refusal.issuerUntrusted) {
                try JPKI.Anchors.production([roots[0], stranger])
            }
        }
        #expect(throws: Refusal.issuerUntrusted) { try JPKI.Anchors.production([]) }
    }

    @Test(.enabled(if: Shared.hasVectors, "third-party vectors are not here"))
    func `a signature certificate of someone else's making is no proof`() async throws {
        for name in ["jpki/dummy_sign_cert.pem", "jpki/myna-fixtures/sign_cert.der"] {
            let certificate = try Shared.certificate(name)
            #expect(throws: Never.self) { try Certificate(parsing: certificate) }
            let evidence = CardEvidence(
                cardClass: .jpkiRSA, certificate: certificate,
                signature: [UInt8](repeating: 1, count: 256),
                fixedSignature: [UInt8](repeating: 1, count: 256))
            #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == .nationalIDInvalid)
        }
    }

    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `a recorded answer is worth nothing for another challenge (A128, A129)`(
        cardClass: CardClass
    ) async throws {
        let card = Shared.authority(cardClass).card(key: Shared.key(cardClass))
        let evidence = try await CardInReader(card, pin: "1234").evidence(over: Shared.challenge)
        for index in 0..<32 {
            var other = Shared.challenge
            other[index] ^= 1
            #expect(await Shared.outcome(Shared.jpki, evidence, over: other) == .nationalIDInvalid)
        }
        #expect(await Shared.outcome(Shared.jpki, evidence, over: []) == .malformed)
    }

    @Test func `revoked is refused, unreachable is unavailable, and never silently valid (A130)`()
        async throws
    {
        let authority = TestAuthority(for: .jpkiP384)
        let anchors = JPKI.Anchors.test(authority)
        let card = authority.card()
        let evidence = try await CardInReader(card, pin: "1234").evidence(over: Shared.challenge)
        let asking = JPKI(anchors: anchors, revocation: .requireGood(from: authority))
        let good = try await asking.verify(evidence, over: Shared.challenge, at: Shared.now)
        #expect(good.revocation.state == .good)
        #expect(good.revocation.source == "test authority")
        authority.revoke(card)
        #expect(await Shared.outcome(asking, evidence) == .nationalIDInvalid)

        let answers: [(Revocation?, Refusal?)] = [
            (nil, .unavailable),
            (Revocation(.notChecked, source: "x", time: Shared.now), .unavailable),
            (Revocation(.revoked, source: "x", time: Shared.now), .nationalIDInvalid),
            (Revocation(.good, source: "x", time: Shared.now), nil),
            (Revocation(.good, source: "x", time: Shared.now - 172_801), .unavailable),
            (Revocation(.good, source: "x", time: Shared.now + 61), .unavailable),
            (Revocation(.good, source: "x", time: .min), .unavailable),
        ]
        for (answer, expected) in answers {
            let verifier = JPKI(
                anchors: anchors, revocation: .requireGood(from: FixedSource(answer: answer)))
            #expect(await Shared.outcome(verifier, evidence) == expected)
        }
        let foreign = JPKI(anchors: anchors, revocation: .requireGood(from: Shared.rsa))
        #expect(await Shared.outcome(foreign, evidence) == .unavailable)
    }

    @Test func `a revocation source is asked only about cards that have proven themselves`()
        async throws
    {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        var evidence = try await CardInReader(card, pin: "1234").evidence(over: Shared.challenge)
        evidence[evidence.count - 1] ^= 1
        let silent = JPKI(
            anchors: .test(Shared.rsa), revocation: .requireGood(from: FixedSource(answer: nil)))
        #expect(await Shared.outcome(silent, evidence) == .nationalIDInvalid)
    }

    @Test func `weak RSA keys are refused (A131)`() async throws {
        guard case .rsa(let good) = Shared.rsaKey else { return }
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let parsed = try CardEvidence(
            parsing: await CardInReader(card, pin: "1234").evidence(over: Shared.challenge))
        let small = Array(good.publicKey.modulus.prefix(127)) + [1]
        let keys: [[UInt8]] = [
            weakKey(modulus: small, exponent: [1, 0, 1]),
            weakKey(modulus: good.publicKey.modulus, exponent: [1]),
            weakKey(modulus: good.publicKey.modulus, exponent: [3]),
        ]
        for key in keys {
            let certificate = try reissued(card.certificate, publicKeyInfo: key)
            let evidence = CardEvidence(
                cardClass: .jpkiRSA, certificate: certificate, signature: parsed.signature,
                fixedSignature: parsed.fixedSignature)
            #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == .nationalIDInvalid)
        }
        let same = try reissued(
            card.certificate,
            publicKeyInfo: VerificationKey.rsa(good.publicKey).subjectPublicKeyInfo)
        let evidence = CardEvidence(
            cardClass: .jpkiRSA, certificate: same, signature: parsed.signature,
            fixedSignature: parsed.fixedSignature)
        #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == nil)
    }

    @Test func `the card signs any DigestInfo, the verifier takes one (A131)`() async throws {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let parsed = try CardEvidence(
            parsing: await CardInReader(card, pin: "1234").evidence(over: Shared.challenge))
        try card.verify(pin: "1234")
        let message = SignedMessage.challenge(Shared.challenge, for: .jpkiRSA)
        let info = RSA.digestInfo(SHA256.hash(message).array, .sha256)
        let withoutNull: [UInt8] = [0x30, 47, 0x30, 11] + info[4..<15] + info[17...]
        let others = [
            info + [0], withoutNull, Array(info.suffix(32)), Shared.challenge,
            RSA.digestInfo(Shared.challenge, .sha256),
            RSA.digestInfo(HashFunction.sha384.hash(message), .sha384),
            info + [UInt8](repeating: 0, count: 150),
        ]
        for other in others {
            let evidence = CardEvidence(
                cardClass: .jpkiRSA, certificate: parsed.certificate,
                signature: try card.signature(over: other), fixedSignature: parsed.fixedSignature)
            #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == .nationalIDInvalid)
        }
    }

    @Test func `the two signatures cannot stand in for each other, nor be left out`() async throws {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let good = try CardEvidence(
            parsing: await CardInReader(card, pin: "1234").evidence(over: Shared.challenge))
        let pairs = [
            (good.fixedSignature, good.signature), (good.signature, good.signature),
            (good.fixedSignature, good.fixedSignature), (good.signature, []),
        ]
        for (signature, fixed) in pairs {
            let evidence = CardEvidence(
                cardClass: .jpkiRSA, certificate: good.certificate, signature: signature,
                fixedSignature: fixed)
            #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == .nationalIDInvalid)
        }
        let next = Shared.p384.card()
        let ecdsa = try CardEvidence(
            parsing: await CardInReader(next, pin: "1234").evidence(over: Shared.challenge))
        let padded = CardEvidence(
            cardClass: .jpkiP384, certificate: ecdsa.certificate, signature: ecdsa.signature,
            fixedSignature: ecdsa.signature)
        #expect(await Shared.outcome(Shared.jpki, padded.encoded) == .nationalIDInvalid)
    }

    @Test func `evidence under another class's name is refused`() async throws {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let good = try CardEvidence(
            parsing: await CardInReader(card, pin: "1234").evidence(over: Shared.challenge))
        for name in ["jpki-auth-p384/v1", "eid-ee/v1", "jpki-auth-rsa/v2", "x"] {
            let evidence = CardEvidence(
                cardClass: CardClass(name), certificate: good.certificate,
                signature: good.signature, fixedSignature: good.fixedSignature)
            #expect(await Shared.outcome(Shared.jpki, evidence.encoded) == .nationalIDInvalid)
        }
    }

    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `every flipped byte, cut and addition of evidence is refused`(
        cardClass: CardClass
    ) async throws {
        let card = Shared.authority(cardClass).card(key: Shared.key(cardClass))
        let evidence = try await CardInReader(card, pin: "1234").evidence(over: Shared.challenge)
        #expect(try CardEvidence(parsing: evidence).encoded == evidence)
        for index in evidence.indices {
            var flipped = evidence
            flipped[index] ^= UInt8(1 << (index % 8))
            #expect(await Shared.outcome(Shared.jpki, flipped) != nil)
            #expect(await Shared.outcome(Shared.jpki, Array(evidence[..<index])) == .malformed)
        }
        #expect(await Shared.outcome(Shared.jpki, evidence + [0]) == .malformed)
        #expect(await Shared.outcome(Shared.jpki, [0] + evidence) == .malformed)
    }

    // MARK: helpers

    private func outcome(_ card: SoftwareCard) async -> Refusal? {
        guard
            let evidence = try? await CardInReader(card, pin: "1234").evidence(
                over: Shared.challenge)
        else { return .malformed }
        return await Shared.outcome(Shared.jpki, evidence)
    }

    private func weakKey(modulus: [UInt8], exponent: [UInt8]) -> [UInt8] {
        DER.sequence(
            DER.sequence(DER.identifier(ObjectIdentifier(1, 2, 840, 113549, 1, 1, 1)), DER.null),
            DER.bits(DER.sequence(DER.integer(modulus), DER.integer(exponent))))
    }

    /// The same certificate with another key, signed anew by the authority.
    private func reissued(_ certificate: [UInt8], publicKeyInfo: [UInt8]) throws -> [UInt8] {
        var outer = try DERReader(certificate.span)
        var parts = try outer.sequence()
        let signed = try parts.element()
        let old = Array(try Certificate(parsing: certificate).publicKeyInfo)
        var content = Array(certificate[signed.content])
        let start = try #require(content.firstRange(of: old))
        content.replaceSubrange(start, with: publicKeyInfo)
        let message = DER.sequence(content)
        guard case .rsa(let key) = Shared.rsa.signer else { return [] }
        let info = RSA.digestInfo(SHA256.hash(message).array, .sha256)
        let signature = try #require(key.signature(ofDigestInfo: info))
        return DER.sequence(message, Shared.rsa.signer.algorithm, DER.bits(signature))
    }
}

private func policies(_ identifier: ObjectIdentifier) -> [UInt8] {
    DER.sequence(DER.sequence(DER.identifier(identifier)))
}

extension CertificateTemplate {
    mutating func change(_ identifier: ObjectIdentifier, _ body: (inout Extension) -> Void) {
        for index in extensions.indices where extensions[index].identifier == identifier {
            body(&extensions[index])
        }
    }
}

struct FixedSource: RevocationSource {
    let answer: Revocation?

    func revocation(
        ofSerialNumber serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws -> Revocation {
        guard let answer else { throw Refusal.unavailable }
        return answer
    }
}
