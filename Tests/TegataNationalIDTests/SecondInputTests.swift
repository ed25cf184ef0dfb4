import Tegata
import TegataCrypto
import Testing

@testable import TegataNationalID

/// Who a signature certificate names, in one canonical writing, and what certificates are believed.
@Suite struct SecondInputTests {
    private static let key = Shared.rsaKey
    private static let jpki = JPKI(
        anchors: .test(Shared.rsa, signatures: [Shared.signatures]),
        revocation: .acceptNotChecked)

    private func person(
        _ name: String, _ marks: String? = nil, _ born: String = "419900102", _ sex: String = "2"
    ) throws -> NamedPerson {
        try NamedPerson(
            name: name,
            substitutes: marks ?? String(repeating: "0", count: name.unicodeScalars.count),
            birthDate: born, sex: sex)
    }

    @Test func `spaces, the era and the choice of a substitute make no other person`() throws {
        let anna = try person("佐藤　花子")
        #expect(anna.name == "佐藤花子" && anna.birthDate == "19900102" && anna.sex == "2")
        #expect(anna.input.count == 32)
        #expect(try person("佐藤 花子") == anna && person("佐藤花子") == anna)
        #expect(try person("佐藤　花子", nil, "319900102") == anna)
        let written = try person("佐藤　花X", "00001")
        #expect(written.name == "佐藤花〓" && written != anna)
        #expect(try person("佐藤　花Y", "00001") == written)
        #expect(try person("佐藤　花〓") == written)
        // Marks with and without the space, and marks of any number that mark nothing.
        #expect(try person("佐藤　花Y", "0001") == written)
        #expect(try person("佐藤　花子", "0000") == anna && person("佐藤　花子", "0") == anna)
        #expect(try person("佐藤　花子", nil, "419900102", "3").sex == "9")
        // What is unknown stays unknown, and each field is one.
        let others = [
            try person("佐藤　華子"), try person("佐藤　花子", nil, "419900100"),
            try person("佐藤　花子", nil, "419900102", "1"),
            try person("佐藤　花子", nil, "419900102", "9"), anna,
        ]
        #expect(Set(others.map(\.input)).count == others.count)
    }

    @Test(arguments: [
        ("", "", "419900102", "2"), ("　", "0", "419900102", "2"), ("花子", "1", "419900102", "2"),
        ("花子", "001", "419900102", "2"), ("花子", "0２", "419900102", "2"),
        ("花子", "0x", "419900102", "2"), ("花子", "00", "19900102", "2"),
        ("花子", "00", "4199001020", "2"), ("花子", "00", "619900102", "2"),
        ("花子", "00", "4１9900102", "2"), ("花子", "00", "", "2"), ("花子", "00", "419900102", "x"),
        ("花子", "00", "419900102", ""), ("花子", "00", "419900102", "22"),
        ("花子", "00", "419900102", "２"),
    ])
    func `a field of another form is refused`(
        _ name: String, _ marks: String, _ born: String, _ sex: String
    ) {
        #expect(throws: DERError.invalidValue) { try person(name, marks, born, sex) }
    }

    private func evidence(
        _ signing: SoftwareCard, _ challenge: [UInt8] = Shared.challenge
    ) async throws -> [UInt8] {
        let reader = CardInReader(
            Shared.rsa.card(key: Shared.otherRSAKey), pin: "1234", signing: (signing, "TEST0123"))
        return try #require(try await reader.secondEvidence(over: challenge))
    }

    private func outcome(_ evidence: [UInt8], _ verifier: JPKI = jpki) async -> Refusal? {
        do throws(Refusal) {
            _ = try await verifier.verifySecond(evidence, over: Shared.challenge, at: Shared.now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `card and attestor derive the same input, and two cards of one person too`()
        async throws
    {
        let card = Shared.signatures.signatureCard(
            of: "架空　花子", born: "419900102", sex: "2", key: Self.key)
        let other = Shared.signatures.signatureCard(
            of: "架空 花子", born: "419900102", sex: "2", key: Shared.otherRSAKey)
        var inputs = Set<[UInt8]>()
        for card in [card, other] {
            let reader = CardInReader(
                Shared.rsa.card(key: Shared.otherRSAKey), pin: "1234", signing: (card, "TEST0123"))
            let input = try #require(try await reader.secondInput())
            let found = try await Self.jpki.verifySecond(
                try await evidence(card), over: Shared.challenge, at: Shared.now)
            #expect(found.personInput == input && found.cardClass == .jpkiSignature)
            #expect(found.usesTestAnchors)
            inputs.insert(input)
        }
        #expect(inputs == [try person("架空花子").input])
    }

    @Test func `one role's certificate is never taken for the other's (A127)`() async throws {
        let card = Shared.signatures.signatureCard(
            of: "架空", born: "419900102", sex: "2", key: Self.key)
        let signed = try await evidence(card)
        #expect(await outcome(signed) == nil)
        #expect(await Shared.outcome(Self.jpki, signed) == .nationalIDInvalid)
        let user = try await CardInReader(Shared.rsa.card(key: Self.key), pin: "1234")
            .evidence(over: Shared.challenge)
        #expect(await Shared.outcome(Self.jpki, user) == nil)
        #expect(await outcome(user) == .nationalIDInvalid)
        // Anchors of the wrong role, and none at all.
        let mixed = JPKI(
            anchors: .test(Shared.signatures, signatures: [Shared.rsa]),
            revocation: .acceptNotChecked)
        #expect(await outcome(signed, mixed) == .nationalIDInvalid)
        #expect(await outcome(signed, Shared.jpki) == .unsupported)
        #expect(throws: Refusal.issuerUntrusted) {
            try JPKI.Anchors.production([Shared.rsa.root], signatures: [Shared.signatures.root])
        }
    }

    @Test func `a signature certificate of another profile is refused`() async throws {
        func set(
            _ identifier: ObjectIdentifier, _ value: [UInt8]
        ) -> (inout CertificateTemplate) -> Void {
            { template in
                for index in template.extensions.indices
                where template.extensions[index].identifier == identifier {
                    template.extensions[index].value = value
                }
            }
        }
        func names(_ names: [(ObjectIdentifier, String)]) -> (inout CertificateTemplate) -> Void {
            set(.subjectAlternativeName, CertificateName.otherNames(names))
        }
        let good: [(ObjectIdentifier, String)] = [
            (.jpkiName, "架空"), (.jpkiNameSubstitutes, "00"), (.jpkiBirthDate, "419900102"),
            (.jpkiSex, "2"),
        ]
        let changes: [(Comment, Refusal?, (inout CertificateTemplate) -> Void)] = [
            ("the four names alone (control)", nil, names(good)),
            (
                "key usage of user authentication", .nationalIDInvalid,
                set(.keyUsage, [3, 2, 7, 0x80])
            ),
            (
                "the policy of user authentication", .nationalIDInvalid,
                set(
                    .certificatePolicies,
                    DER.sequence(DER.sequence(DER.identifier(JPKIProfile.testPolicy))))
            ),
            (
                "the production policy", .nationalIDInvalid,
                set(
                    .certificatePolicies,
                    DER.sequence(DER.sequence(DER.identifier(JPKIProfile.signaturePolicy))))
            ),
            ("ended", .nationalIDInvalid, { $0.notAfter = Shared.now - 1 }),
            ("no sex", .nationalIDInvalid, names(Array(good.dropLast()))),
            ("a name twice", .nationalIDInvalid, names(good + [good[0]])),
            ("no names", .nationalIDInvalid, { $0.extensions.removeLast() }),
            (
                "flags of another length", .nationalIDInvalid,
                names([good[0], (.jpkiNameSubstitutes, "1"), good[2], good[3]])
            ),
            (
                "a name that is no text", .nationalIDInvalid,
                set(
                    .subjectAlternativeName,
                    DER.sequence(
                        DER.element(
                            DERTag.contextConstructed(0), DER.identifier(.jpkiName),
                            DER.element(DERTag.contextConstructed(0), DER.integer([1])))))
            ),
        ]
        for (name, expected, change) in changes {
            let card = Shared.signatures.signatureCard(
                of: "架空", born: "419900102", sex: "2", key: Self.key, change: change)
            let reason = await outcome(try await evidence(card))
            #expect(reason == expected, name)
        }
    }

    @Test func `a password locks after five tries, and is asked before the certificate is read`()
        async throws
    {
        let card = Shared.signatures.signatureCard(
            of: "架空", born: "419900102", sex: "2", key: Self.key)
        let reader = CardInReader(
            Shared.rsa.card(key: Shared.otherRSAKey), pin: "1234", signing: (card, "WRONG"))
        #expect(card.triesLeft == 5)
        for left in [4, 3, 2, 1, 0] {
            await #expect(throws: left == 0 ? CardError.locked : .wrongPIN) {
                _ = try await reader.secondInput()
            }
            #expect(card.triesLeft == left)
        }
        #expect(
            try await CardInReader(Shared.rsa.card(key: Self.key), pin: "1234").secondInput() == nil
        )
    }
}
