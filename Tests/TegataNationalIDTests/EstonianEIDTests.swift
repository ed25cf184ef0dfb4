import Foundation
import Tegata
import TegataCrypto
import Testing

@testable import TegataNationalID

struct EstonianEIDTests {
    private static let origin = "https://attest.example"

    private func verifier(
        _ revocation: RevocationPolicy = .acceptNotChecked
    ) throws -> EstonianEID {
        try EstonianEID(
            anchors: .test(Shared.estonian), origin: Self.origin, revocation: revocation)
    }

    private func evidence(
        _ card: SoftwareCard, origin: String = origin
    ) async throws -> [UInt8] {
        try await CardInReader(card, pin: "1234", origin: origin).evidence(over: Shared.challenge)
    }

    @Test func `a card is accepted, and its person is the same after renewal`() async throws {
        let verifier = try verifier(.requireGood(from: Shared.estonian))
        let first = try await verifier.verify(
            evidence(Shared.estonian.card()), over: Shared.challenge, at: Shared.now)
        let renewed = Shared.estonian.card()
        let second = try await verifier.verify(
            evidence(renewed), over: Shared.challenge, at: Shared.now)
        #expect(first.personInput == second.personInput)
        let own = try await CardInReader(renewed, pin: "1234").personInput()
        #expect(first.personInput == own)
        let other = Shared.estonian.card(code: "49001010009")
        let another = try await CardInReader(other, pin: "1234").personInput()
        #expect(another != first.personInput)
        #expect(first.usesTestAnchors)
        #expect(first.revocation.state == .good)
    }

    @Test func `an answer for another origin or challenge is refused (A128)`() async throws {
        let card = Shared.estonian.card()
        let verifier = try verifier()
        let good = try await evidence(card)
        let foreign = try await evidence(card, origin: "https://evil.example")
        #expect(await Shared.outcome(verifier, good) == nil)
        #expect(await Shared.outcome(verifier, foreign) == .nationalIDInvalid)
        var challenge = Shared.challenge
        challenge[31] ^= 1
        #expect(
            await Shared.outcome(verifier, good, over: challenge) == .nationalIDInvalid)
    }

    @Test func `certificates outside the profile are refused (A126)`() async throws {
        let changes: [(inout CertificateTemplate) -> Void] = [
            { $0.notAfter = Shared.now - 1 },
            { $0.notBefore = Shared.now + 1 },
            { $0.change(.keyUsage) { $0.value = [3, 2, 6, 0xC0] } },
            { $0.change(.keyUsage) { $0.isCritical = false } },
            { $0.extensions.removeAll { $0.identifier == .extendedKeyUsage } },
            { $0.extensions.removeAll { $0.identifier == .certificatePolicies } },
            {
                $0.change(.certificatePolicies) {
                    $0.value = DER.sequence(
                        DER.sequence(
                            DER.identifier(ObjectIdentifier(1, 3, 6, 1, 4, 1, 10_015, 1, 3))))
                }
            },
            {
                $0.subject = CertificateName.encoded([(.serialNumberAttribute, "PNOEE-3800108571")])
            },
            {
                $0.subject = CertificateName.encoded([(.serialNumberAttribute, "PASEE-38001085718")]
                )
            },
            {
                $0.subject = CertificateName.encoded([
                    (.serialNumberAttribute, "PNOEE-38001085718"),
                    (.serialNumberAttribute, "PNOEE-49001010009"),
                ])
            },
            { $0.subject = CertificateName.encoded([(.commonName, "PNOEE-38001085718")]) },
        ]
        for (index, change) in changes.enumerated() {
            let card = Shared.estonian.card(key: .nist(NISTPrivateKey(.p384)), change: change)
            let outcome = await Shared.outcome(try verifier(), try await evidence(card))
            #expect(outcome == .nationalIDInvalid, "change \(index)")
        }
        let p256 = Shared.estonian.card(key: .nist(NISTPrivateKey(.p256)))
        #expect(throws: CardError.self) { try p256.signature(over: []) }
    }

    @Test func `every flipped byte and cut of evidence is refused`() async throws {
        let good = try await evidence(Shared.estonian.card())
        let verifier = try verifier()
        for index in good.indices {
            var flipped = good
            flipped[index] ^= 1
            #expect(await Shared.outcome(verifier, flipped) != nil)
            #expect(await Shared.outcome(verifier, Array(good[..<index])) == .malformed)
        }
    }

    @Test func `no authority, or one that is none, is refused`() {
        for anchors in [
            EstonianEID.Anchors.production([]), .production([[1, 2, 3]]), .test(Shared.rsa),
        ] {
            #expect(throws: Refusal.issuerUntrusted) {
                try EstonianEID(
                    anchors: anchors, origin: Self.origin, revocation: .acceptNotChecked)
            }
        }
    }

    @Test(.enabled(if: Shared.hasVectors, "third-party vectors are not here"))
    func `Web eID tokens of test cards`() throws {
        let data = try Data(contentsOf: Shared.vectors.appending(path: "web-eid/tokens.json"))
        let file = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let days = ISO8601DateFormatter()
        days.formatOptions = [.withFullDate]
        for test in try #require(file["cases"] as? [[String: Any]]) {
            let id = test["id"] as? String ?? ""
            let token = try #require(test["token"] as? [String: Any])
            func bytes(_ name: String) -> [UInt8] {
                Array(Data(base64Encoded: token[name] as? String ?? "") ?? Data())
            }
            let verifier = try WebEID(
                authorities: (test["trusted"] as? [String] ?? []).map {
                    try Shared.certificate("web-eid/\($0)")
                })
            let date = try #require(days.date(from: test["date"] as? String ?? ""))
            let algorithm = try #require(
                WebEID.Algorithm(rawValue: token["algorithm"] as? String ?? ""))
            let path = verifier.verify(
                certificate: bytes("unverifiedCertificate"), signature: bytes("signature"),
                algorithm: algorithm, origin: test["origin"] as? String ?? "",
                nonce: test["nonce"] as? String ?? "", at: Int64(date.timeIntervalSince1970))
            #expect((path != nil) == (test["expect"] as? String == "accept"), "\(id)")
            if let path, let subject = test["subject"] as? [String: Any],
                subject["country"] as? String == "EE"
            {
                #expect(EstonianEID.personalCode(in: path.leaf) == subject["idCode"] as? String)
            }
        }
    }

    @Test(.enabled(if: Shared.hasVectors, "third-party vectors are not here"))
    func `a test authority is none in production (A127)`() throws {
        let state = try Shared.certificate("web-eid/ESTEID2018.cer")
        func verifier(_ anchors: EstonianEID.Anchors) throws -> EstonianEID {
            try EstonianEID(
                anchors: anchors, origin: Self.origin, revocation: .acceptNotChecked)
        }
        #expect(try !verifier(.production([state])).usesTestAnchors)
        for name in ["TEST_of_ESTEID2018.cer", "TestESTEID2025.cer"] {
            let test = try Shared.certificate("web-eid/\(name)")
            #expect(throws: Refusal.issuerUntrusted) { try verifier(.production([state, test])) }
            #expect(try verifier(.test([test])).usesTestAnchors)
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try verifier(.production([Shared.estonian.root]))
        }
    }

    @Test func `Base64 of RFC 4648`() {
        let pairs = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in pairs { #expect(Base64.encode(Array(plain.utf8)) == text) }
    }
}
