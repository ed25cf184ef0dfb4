import Tegata
import TegataCrypto
import TegataSDJWT

/// Answers to a verifier's question.
let presentationFunctions: [String: OwnFunction] = [
    "verify": { input, _ in
        let membership = try await verifier(input).verify(try input.answer.string)
        return [
            "issuer": .string(membership.issuer), "edition": .string(membership.edition.id),
            "limit": vector(membership.edition.limit),
            "serial": .whole(membership.serial.number),
            "benefits": .array(membership.benefits.map { .string($0) }),
            "claims": try vector(membership.claims),
            "proof_of_person": .string(membership.proofOfPerson.rawValue),
            "holder": .bool(membership.isHolderProven), "person": person(membership.person),
            "pseudonym": membership.pseudonym.map { .hex($0.bytes) } ?? .null,
        ]
    },
    "verify-kiosk": { input, _ in
        let found = try await verifier(input).verify(kiosk: try input.answer.string)
        return [
            "edition": .string(found.edition.id), "limit": vector(found.edition.limit),
            "person": person(found.person),
        ]
    },
]

private func person(_ check: PersonCheck) -> Vector {
    switch check {
    case .notAsked: "not asked"
    case .proven: "proven"
    }
}

/// A verifier that asked the challenge of the input, and was answered before if the input says so.
private func verifier(_ input: Vector) async throws -> Verifier {
    let now = Int64(try input["time"].int)
    let status = try input.status.isNull ? nil : input.status.string
    let profile = try IssuerProfile(
        parsing: try input.profile.string, statuses: OneList(text: status))
    let store = InMemoryStateStore()
    let nonces = ChallengeStore(store, of: .verifier)
    if !input.challenge.isNull {
        let challenge = try input.challenge.string
        let object = try JSON(parsing: Array(challenge.utf8))
        guard let nonce = object["nonce"]?.string else { throw VectorError(what: "no nonce") }
        try await nonces.remember(nonce, content: challenge, until: now + 300, now: now)
        if try !input.used.isNull && input.used.bool { try await nonces.consume(nonce, now: now) }
    }
    var policy = VerifierPolicy.strict
    if !input.requires_holder_binding.isNull {
        policy.requiresHolderBinding = try input.requires_holder_binding.bool
    }
    return Verifier(
        at: try input.verifier.string, trusting: [profile],
        kiosks: try input.kiosks.list.map {
            try Secp256k1.PublicKey(compressedRepresentation: try $0.hex)
        }, policy: policy, store: store, clock: { now })
}

/// The status list of the input at every address.
private struct OneList: StatusSource {
    let text: String?

    func statusList(at uri: String) async throws -> String {
        guard let text else { throw Refusal.statusUnknown }
        return text
    }
}
