import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata
@testable import TegataNationalID

/// Evidence of test ID cards, and a request to an attestor: `national-id.json`. RSA keys and P-384 signatures are of
/// chance, so the file is kept and its cases are verified.
func nationalIDVectors() async throws -> VectorFile {
    let states = States()
    var file = VectorFile(
        "national-id",
        "Evidence of national ID cards: Spec/national-id.md. All authorities are test authorities, all persons made "
            + "up. Keys and signatures are of chance: verified, not regenerated.",
        given: [
            "roots": .object(states.roots), "challenge": .hex(states.challenge),
            "time": .whole(RoleStory.now), "origin": "https://attest.example",
        ])
    for authority in [states.rsa, states.p384, states.estonian] {
        try await addEvidence(states, authority, &file)
    }
    try await addCertificates(states, &file)
    try await addRevocations(states, &file)
    try await addAttestations(states, &file)
    return file
}

/// Test authorities, and a card of each.
private struct States {
    let rsa = TestAuthority(for: .jpkiRSA)
    let p384 = TestAuthority(for: .jpkiP384)
    let estonian = TestAuthority(for: .estonian)
    let key = SoftwareCard.Key.rsa(RSA.PrivateKey())
    let challenge = SHA256.hash(Array("challenge".utf8)).array

    var roots: JSONObject {
        var roots = JSONObject()
        for authority in [rsa, p384, estonian] {
            roots.add(authority.cardClass.name, .hex(authority.root))
        }
        return roots
    }

    func reader(_ card: SoftwareCard) -> CardInReader {
        CardInReader(card, pin: "1234", origin: "https://attest.example")
    }

    func card(_ authority: TestAuthority) -> SoftwareCard {
        authority.cardClass == .jpkiRSA ? authority.card(key: key) : authority.card()
    }
}

private func addEvidence(
    _ states: States, _ authority: TestAuthority, _ file: inout VectorFile
) async throws {
    let reader = states.reader(states.card(authority))
    let name = authority.cardClass.name
    let bytes = try await reader.evidence(over: states.challenge)
    let evidence = try CardEvidence(parsing: bytes)
    file.add(
        "evidence", name, ["evidence": .hex(bytes), "class": .string(name)],
        output: [
            "class": .string(name), "person_input": .hex(try await reader.personInput()),
            "not_before": .whole(TestAuthority.firstDay), "revocation": "not_checked",
            "test_anchors": true,
        ])
    func changed(
        _ cardClass: CardClass? = nil, signature: [UInt8]? = nil, fixed: [UInt8]? = nil
    ) -> [UInt8] {
        CardEvidence(
            cardClass: cardClass ?? evidence.cardClass, certificate: evidence.certificate,
            signature: signature ?? evidence.signature,
            fixedSignature: fixed ?? evidence.fixedSignature
        ).encoded
    }
    let isRSA = authority.cardClass == .jpkiRSA
    let other: CardClass = isRSA ? .jpkiP384 : .jpkiRSA
    let certificate = 2 + name.utf8.count + 2
    var hostile: [(String, JSONObject, String)] = [
        (
            "another challenge", ["challenge": .hex(Wrong.flip(states.challenge, 0))],
            "national_id_invalid"
        ),
        ("a challenge of 31 bytes", ["challenge": .hex(states.challenge.dropLast())], "malformed"),
        (
            "a changed signature",
            ["evidence": .hex(changed(signature: Wrong.flip(evidence.signature, 40)))],
            "national_id_invalid"
        ),
        (
            "a signature one byte short",
            ["evidence": .hex(changed(signature: evidence.signature.dropLast()))],
            "national_id_invalid"
        ),
        (
            "a changed certificate", ["evidence": .hex(Wrong.flip(bytes, certificate + 60))],
            "national_id_invalid"
        ),
        ("another class", ["evidence": .hex(changed(other))], "national_id_invalid"),
        (
            "before the certificate", ["time": .whole(TestAuthority.firstDay - 1)],
            "national_id_invalid"
        ),
        (
            "after the certificate", ["time": .whole(TestAuthority.lastDay + 1)],
            "national_id_invalid"
        ),
        ("another version", ["evidence": .hex(Wrong.flip(bytes, 0))], "malformed"),
        ("a trailing byte", ["evidence": .hex(bytes + [0])], "malformed"),
        ("one byte short", ["evidence": .hex(bytes.dropLast())], "malformed"),
        ("no byte", ["evidence": ""], "malformed"),
        (
            "a class with a space", ["evidence": .hex(Wrong.put([0x20], into: bytes, at: 2))],
            "malformed"
        ),
        ("no signature", ["evidence": .hex(changed(signature: []))], "malformed"),
        (
            "a fixed signature",
            ["evidence": .hex(changed(fixed: isRSA ? evidence.signature : [1]))],
            "national_id_invalid"
        ),
    ]
    if isRSA {
        hostile.append(
            ("no fixed signature", ["evidence": .hex(changed(fixed: []))], "national_id_invalid"))
    }
    if authority.cardClass == .estonian {
        hostile.append(
            (
                "asked at another origin", ["origin": "https://attest.example.org"],
                "national_id_invalid"
            ))
    }
    for (comment, change, reason) in hostile {
        let input: JSONObject = ["evidence": .hex(bytes), "class": .string(name)]
        file.add("evidence", "\(name): \(comment)", input.with(change), expect: reason)
    }
}

private func addCertificates(_ states: States, _ file: inout VectorFile) async throws {
    func policy(_ identifier: ObjectIdentifier) -> [UInt8] {
        DER.sequence(DER.sequence(DER.identifier(identifier)))
    }
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
    let changes: [(String, (inout CertificateTemplate) -> Void)] = [
        ("ended a second ago", { $0.notAfter = RoleStory.now - 1 }),
        ("begins in a second", { $0.notBefore = RoleStory.now + 1 }),
        ("no key usage", { $0.extensions.removeAll { $0.identifier == .keyUsage } }),
        ("key usage of signature certificates", set(.keyUsage, [3, 2, 6, 0xC0])),
        ("no purpose", { $0.extensions.removeAll { $0.identifier == .extendedKeyUsage } }),
        ("the production policy", set(.certificatePolicies, policy(JPKIProfile.productionPolicy))),
        (
            "the test policy of signature certificates",
            set(.certificatePolicies, policy(JPKIProfile.testSignaturePolicy))
        ),
        (
            "an authority's certificate",
            {
                $0.extensions.append(
                    .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)))
            }
        ),
        (
            "an unknown critical extension",
            { $0.extensions.append(.init(ObjectIdentifier(1, 2, 3), critical: true, DER.null)) }
        ),
        ("an extension twice", { $0.extensions.append($0.extensions[0]) }),
        ("serial number 0", { $0.serialNumber = [0] }),
    ]
    for (comment, change) in changes {
        let card = states.p384.card(key: .nist(NISTPrivateKey(.p384)), change: change)
        let evidence = try await states.reader(card).evidence(over: states.challenge)
        file.add(
            "evidence", "certificate: \(comment)", ["evidence": .hex(evidence)],
            expect: "national_id_invalid")
    }
    let lookAlike = TestAuthority(
        for: .jpkiP384, role: .userAuthentication, generation: 2026, named: states.p384.name)
    let signatures = TestAuthority(for: .jpkiP384, role: .signature, generation: 2026)
    for (comment, authority) in [
        ("of another authority with the same name", lookAlike),
        ("of an authority for signatures", signatures),
    ] {
        let evidence = try await states.reader(authority.card()).evidence(over: states.challenge)
        file.add(
            "evidence", "certificate: \(comment)", ["evidence": .hex(evidence)],
            expect: "national_id_invalid")
    }
}

private func addRevocations(_ states: States, _ file: inout VectorFile) async throws {
    let reader = states.reader(states.card(states.p384))
    let evidence = try await reader.evidence(over: states.challenge)
    let now = RoleStory.now
    let cases: [(String, String, Int64, String)] = [
        ("good", "good", now, "ok"), ("good, two days ago", "good", now - 172_800, "ok"),
        ("good, longer ago", "good", now - 172_801, "unavailable"),
        ("good, in two minutes", "good", now + 120, "unavailable"),
        ("revoked", "revoked", now, "national_id_invalid"),
        ("not checked, where it must be", "not_checked", now, "unavailable"),
        ("no answer", "none", now, "unavailable"),
    ]
    for (comment, state, time, expect) in cases {
        file.add(
            "evidence", "revocation: \(comment)",
            [
                "evidence": .hex(evidence),
                "source": ["state": .string(state), "time": .whole(time)],
            ], expect: expect, output: expect == "ok" ? ["revocation": "good"] : [:])
    }
}

private func addAttestations(_ states: States, _ file: inout VectorFile) async throws {
    var random = SeededRandomness("attestation")
    let reader = states.reader(states.card(states.rsa))
    let key = Secp256k1.PrivateKey(.random(using: &random))
    let nonce: FixedBytes<32> = random.fixed()
    let blinding = Blinding(of: try await reader.personInput(), using: &random)
    func challenge(
        _ scope: String = "scope", expires: Int64 = RoleStory.now + Attestor.sessionLifetime
    ) -> IDChallenge {
        IDChallenge(
            attestors: [.init(key: key.publicKey.xOnly, nonce: nonce)],
            blinded: blinding.blinded, scope: SHA256.hash(Array(scope.utf8)), purpose: "issue",
            expires: UInt64(expires))
    }
    let asked = challenge()
    let proof = try blinding.proof(for: asked, using: &random)
    let evidence = try await reader.evidence(over: asked.hash.array)
    let request = AttestRequest(
        challenge: asked, cardClass: .jpkiRSA, proof: proof, evidence: evidence)
    let body = Token.Body(
        cardClass: 1, flags: [.testAnchors], scope: asked.scope, expires: asked.expires,
        blinded: asked.blinded)
    let input: JSONObject = [
        "request": .string(request.encoded), "key": .hex(key.exposedRawRepresentation),
        "nonce": .string(Base64URL.encode(nonce.array)),
    ]
    file.add("attest", "a person's session", input, output: ["body": .hex(body.encoded)])
    func changed(
        _ challenge: IDChallenge? = nil, cardClass: CardClass = .jpkiRSA,
        proof other: [UInt8]? = nil,
        evidence another: [UInt8]? = nil
    ) -> JSONObject {
        let request = AttestRequest(
            challenge: challenge ?? asked, cardClass: cardClass, proof: other ?? proof,
            evidence: another ?? evidence)
        return input.with(["request": .string(request.encoded)])
    }
    let stranger = states.reader(states.rsa.card(key: .rsa(RSA.PrivateKey())))
    let theirs = try await stranger.evidence(over: asked.hash.array)
    let late = challenge(expires: RoleStory.now + 661)
    let lateProof = try blinding.proof(for: late, using: &random)
    let lateEvidence = try await reader.evidence(over: late.hash.array)
    let hostile: [(String, JSONObject, String)] = [
        ("a nonce that was not given", input.with(["nonce": .null]), "national_id_invalid"),
        ("a nonce used before", input.with(["used": true]), "replayed"),
        (
            "asks another attestor",
            input.with(["key": .hex(Secp256k1.PrivateKey.fixed(1).exposedRawRepresentation)]),
            "national_id_invalid"
        ),
        ("another person's ID card", changed(evidence: theirs), "national_id_invalid"),
        ("another scope", changed(challenge("another")), "national_id_invalid"),
        ("another class", changed(cardClass: .jpkiP384), "national_id_invalid"),
        ("a changed proof", changed(proof: Wrong.flip(proof, 63)), "national_id_invalid"),
        ("evidence with a trailing byte", changed(evidence: evidence + [0]), "malformed"),
        ("at its end", input.with(["time": .whole(RoleStory.now + 600)]), "expired"),
        (
            "a longer session than attestors allow",
            changed(late, proof: lateProof, evidence: lateEvidence), "malformed"
        ),
        ("no JSON", input.with(["request": "request"]), "malformed"),
        ("an empty object", input.with(["request": "{}"]), "malformed"),
    ]
    for (comment, input, reason) in hostile {
        file.add("attest", comment, input, expect: reason)
    }
}
