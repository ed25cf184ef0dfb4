import Tegata
import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT

/// What attestors and nodes are asked, and the evidence of ID cards.
let serviceFunctions: [String: OwnFunction] = [
    "publish": { input, _ in
        let node = EvaluationNode(seeds: try input.nodeSeeds, attestors: try input.attestorSet)
        return ["message": .string(try await node.publish(try input.edition.fixed()))]
    },
    "evaluate": evaluate,
    "evidence": { input, _ in
        let found = try await evidenceVerifier(input).verify(
            try input.evidence.hex, over: try input.challenge.hex,
            at: Int64(try input["time"].int))
        return [
            "class": .string(found.cardClass.name), "person_input": .hex(found.personInput),
            "not_before": .whole(found.notBefore),
            "revocation": .string(found.revocation.state.rawValue),
            "test_anchors": .bool(found.usesTestAnchors),
        ]
    },
    "attest": attest,
    "second-input": { input, _ in
        guard
            let person = try? NamedPerson(
                name: try input.name.string, substitutes: try input.substitutes.string,
                birthDate: try input.birth_date.string, sex: try input.sex.string)
        else { throw Refusal.nationalIDInvalid }
        return [
            "name": .string(person.name), "birth_date": .string(person.birthDate),
            "second_input": .hex(person.input),
        ]
    },
    "second-evidence": { input, _ in
        let roots = input.roots.members.map { (CardClass($0.name), $0.value) }
        let verifier = JPKI(
            anchors: .test(try roots.map { ($0, try $1.hex) }), revocation: .acceptNotChecked)
        let found = try await verifier.verifySecond(
            try input.evidence.hex, over: try input.challenge.hex,
            at: Int64(try input["time"].int))
        return ["second_input": .hex(found.personInput)]
    },
]

/// The answer's proof is fresh each time; it has to hold, and then β is the input's.
private func evaluate(_ input: Vector, _ output: Vector) async throws -> [String: Vector] {
    let now = Int64(try input["time"].int)
    let attestors = try input.attestorSet
    let node = EvaluationNode(
        seeds: try input.nodeSeeds, attestors: attestors, clock: { now })
    let request = try input.request.string
    let answer = try JSON(parsing: Array(try await node.evaluate(request).utf8))
    let token = try JSON(parsing: Array(request.utf8))["token"]?.string ?? ""
    let verified = try attestors.verify(
        Token(parsing: Base64URL.decode(token), threshold: attestors.threshold),
        at: UInt64(now))
    let beta = try EditionKeys(parsing: try input.keys.hex).combine(
        [NodeAnswer(parsing: Base64URL.decode(answer["answer"]?.string ?? ""))], for: verified,
        edition: try input.edition.fixed())
    return ["beta": .hex(beta.person)]
}

/// An attestor with the key of the input, that gave its nonce, or did not.
private func attest(_ input: Vector, _ output: Vector) async throws -> [String: Vector] {
    let now = Int64(try input["time"].int)
    let store = InMemoryStateStore()
    let nonces = ChallengeStore(store, of: .attestor)
    if !input.nonce.isNull {
        let nonce = try input.nonce.string
        try await nonces.remember(nonce, content: "", until: now + 600, now: now)
        if !input.used.isNull { try await nonces.consume(nonce, now: now) }
    }
    let key = try Secp256k1.PrivateKey(rawRepresentation: try input.key.hex)
    let attestor = Attestor(
        key: key, accepting: try jpki(input, .acceptNotChecked), store: store, clock: { now })
    let answer = try JSON(
        parsing: Array(try await attestor.attest(try input.request.string).utf8))
    let parts = try ["body", "signature"].map { try Base64URL.decode(answer[$0]?.string ?? "") }
    guard let attestors = AttestorSet(["attestor": [key.publicKey.xOnly]], threshold: 1) else {
        throw ProofError.malformed
    }
    let token = try Token(parsing: parts[0] + parts[1], threshold: 1)
    _ = try attestors.verify(token, at: UInt64(now))
    return ["body": .hex(parts[0])]
}

private func evidenceVerifier(_ input: Vector) throws -> any EvidenceVerifier {
    let source = input.source
    let policy: RevocationPolicy =
        source.isNull
        ? .acceptNotChecked
        : .requireGood(
            from: OneAnswer(
                state: Revocation.State(rawValue: try source.state.string),
                time: Int64(try source["time"].int)))
    guard input["class"] != .string(CardClass.estonian.name) else {
        return try EstonianEID(
            anchors: .test([try input.roots[CardClass.estonian.name].hex]),
            origin: try input.origin.string, revocation: policy)
    }
    return try jpki(input, policy)
}

private func jpki(_ input: Vector, _ policy: RevocationPolicy) throws -> JPKI {
    let classes: [CardClass] = [.jpkiRSA, .jpkiP384]
    return JPKI(
        anchors: .test(try classes.map { ($0, try input.roots[$0.name].hex) }),
        revocation: policy)
}

/// A source of revocation with one answer for everybody, or none.
private struct OneAnswer: RevocationSource {
    let state: Revocation.State?
    let time: Int64

    func revocation(
        ofSerialNumber serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws -> Revocation {
        guard let state else { throw Refusal.unavailable }
        return Revocation(state, source: "vectors", time: self.time)
    }
}
