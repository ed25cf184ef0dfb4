import Tegata
import TegataCrypto
import TegataProofs
import TegataSDJWT

/// From the wallet's secret to the answer to a question.
let cardFunctions: [String: OwnFunction] = [
    "wallet-secrets": walletSecrets,
    "card-request": cardRequest,
    "accept": { input, _ in
        let card = try holder(input).accept(
            try input.issued.string, from: try IssuerProfile(parsing: try input.profile.string))
        return [
            "edition": .string(card.edition.id), "limit": vector(card.edition.limit),
            "serial": .whole(card.serial.number),
            "benefits": .array(card.benefits.map { .string($0) }),
            "claims": try vector(card.claims),
            "selective": .array(card.selectiveClaims.sorted().map { .string($0) }),
        ]
    },
    "present": { input, _ in
        let holder = try holder(input)
        let card = try holder.accept(
            try input.issued.string, from: try IssuerProfile(parsing: try input.profile.string))
        let answer = try holder.present(
            card, revealing: try input.revealing.strings, to: try input.challenge.string)
        return ["presentation": .string(answer)]
    },
]

func vector(_ claims: [String: JSON]) throws -> Vector {
    .object(try claims.mapValues { try Vector(parsing: $0.encoded, name: "a claim") })
}

private func holder(_ input: Vector) throws -> Holder {
    let key = try input.key.hex
    let now = Int64(try input["time"].int)
    let signing: SigningKey =
        input.curve == "P-256"
        ? .p256(try P256.PrivateKey(rawRepresentation: key))
        : .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: key))
    return Holder(key: signing, secret: key, clock: { now })
}

/// s and r as `Spec/card.md` derives them; the library keeps them to itself.
private func walletSecrets(_ input: Vector, _ output: Vector) throws -> [String: Vector] {
    let wallet = HMAC.authenticationCode(
        for: Array("TEGATA-V01/wallet".utf8), key: try input.key.hex)
    let message =
        try Array("TEGATA-V01/card".utf8) + input.salt.hex + input.edition.hex + input.L.hex
    let card = HMAC.authenticationCode(for: message, key: wallet)
    let secrets = try (1...2).map { block in
        try SecretScalar(parsing: HMAC.authenticationCode(for: [UInt8(block)], key: card))
    }
    return ["s": .hex(secrets[0].exposed), "r": .hex(secrets[1].exposed)]
}

/// A fresh issuer of the same name reads the request: its keys are others, what it checks is the same.
private func cardRequest(_ input: Vector, _ output: Vector) async throws -> [String: Vector] {
    let profile = try IssuerProfile(parsing: try input.profile.string)
    let now = Int64(try input["time"].int)
    let store = InMemoryStateStore()
    let nonces = ChallengeStore(store, of: .issuer)
    let keys = IssuerKeys.generate()
    let silent = Silent(key: try input.attestor.hex, piece: try input.X.hex)
    let issuer = Issuer(
        at: profile.issuer, keys: keys,
        identity: try IdentityServices(
            attestors: [silent], threshold: 1, nodes: [silent], threshold: 1),
        store: store, clock: { now })
    for opened in profile.editions { _ = try await issuer.open(opened.edition) }
    if !input.nonce.isNull {
        try await nonces.remember(
            try input.nonce.string, content: try input.nonce_for.string, until: now + 600,
            now: now)
    }
    let answer = try JSON(
        parsing: Array(try await issuer.issue(to: try input.request.string).utf8))
    let row = try Row(
        parsing: Base64URL.decode(answer["row"]?.string ?? ""),
        issuer: keys.register.publicKey.xOnly)
    return ["serial": .whole(row.position), "L": .hex(row.index)]
}

/// Attestor and node by what they published: nobody asks them anything here.
private struct Silent: AttestorService, EvaluationService {
    let key: [UInt8]
    let piece: [UInt8]
    var usesTestAnchors: Bool { false }
    var node: Int { 1 }

    func challenge() async throws(Refusal) -> String { throw .unavailable }
    func attest(_ request: String) async throws(Refusal) -> String { throw .unavailable }
    func evaluate(_ request: String) async throws(Refusal) -> String { throw .unavailable }
    func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        "{\"pieces\":[{\"piece\":0,\"point\":\"\(Base64URL.encode(piece))\"}]}"
    }
}
