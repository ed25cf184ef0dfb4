import Tegata
import TegataCrypto
import TegataSDJWT

/// Cards with one signature algorithm: made, shown, verified.
enum CardSteps {
    static func all() async throws -> [Step] {
        let club = try await Club(
            signing: .secp256k1(Secp256k1.PrivateKey()),
            holder: Holder(key: Secp256k1.PrivateKey()))
        let european = try await Club(
            signing: .p256(P256.PrivateKey()), holder: Holder(key: P256.PrivateKey()))
        return try await [
            issue(.secp256k1(Secp256k1.PrivateKey()), .sign),
            issue(.p256(P256.PrivateKey()), .signP256),
            present(club, .sign, "ES256K"), present(european, .signP256, "ES256"),
            check(club, .verify, "ES256K"), check(european, .verifyP256, "ES256"),
            verify(club, .verify, "ES256K"), verify(european, .verifyP256, "ES256"), status(),
        ]
    }

    /// Salts, disclosures, digests and the signature, for the claims that an `Issuer` writes.
    private static func issue(_ key: SigningKey, _ raw: RawOperation) throws -> Step {
        let claims = cardClaims(for: key.verifyingKey)
        let keyID = key.verifyingKey.thumbprint
        var random = SystemRandomness()
        let card = try SDJWTIssuing.issue(claims, keyID: keyID, by: key, using: &random)
        return .repeating(
            "issue, ten hidden claims, \(key.algorithm.rawValue)", Floor([raw: 1]),
            bytes: card.count
        ) {
            var random = SystemRandomness()
            _ = try SDJWTIssuing.issue(claims, keyID: keyID, by: key, using: &random)
        }
    }

    private static func cardClaims(for key: VerifyingKey) -> [IssuedClaim] {
        let open: JSONObject = [
            "iss": "https://club.example", "iat": 1_795_392_000, "exp": 1_858_464_000,
            "vct": "https://club.example/tegata/membership", "cnf": ["jwk": .object(key.jwk)],
            "edition": ["id": "founders", "limit": 500], "serial": 7, "benefits": ["library"],
            "commitment": "A0RfQ1r7qhWSzPHoKj0lV6Yc8x3e9TnGd2bUoJm5kLwE", "proof_of_person": "test",
            "status": [
                "status_list": ["idx": 90_211, "uri": "https://club.example/tegata/status"]
            ],
        ]
        return open.members.map { .open($0.name, $0.value) }
            + City.claims.items.map { .selective($0.name, $0.claim.value) }
    }

    private static func present(
        _ club: Club, _ raw: RawOperation, _ name: String
    ) async throws -> Step {
        let card = try await club.card()
        let challenge = try await club.door().challenge(asking: City.asked)
        let answer = try club.holder.present(card, revealing: City.asked, to: challenge)
        return .repeating(
            "present, three of ten claims, \(name)", Floor([raw: 1]), bytes: answer.utf8.count
        ) {
            _ = try club.holder.present(card, revealing: City.asked, to: challenge)
        }
    }

    /// The card alone: what other libraries verify, and what is compared with them.
    private static func check(
        _ club: Club, _ raw: RawOperation, _ name: String
    ) async throws -> Step {
        let nonce = "Zm9yLXRlZ2F0YS1iZW5jaC0wMDE"
        let challenge: JSON = [
            "aud": "https://door.example", "nonce": .string(nonce), "exp": 4_102_444_800,
            "ask": .array(City.asked.map(JSON.string)),
        ]
        let text = Array(
            try club.holder.present(
                try await club.card(), revealing: City.asked, to: "\(challenge)"
            ).utf8)
        let profile = club.issuer.profile
        let door = CardCheck(
            issuer: profile.issuer, type: profile.cardType, issuerKey: profile.keys[0],
            audience: "https://door.example", nonce: nonce)
        return .repeating("verify a card, \(name)", Floor([raw: 2]), bytes: text.count) {
            let claims = try door.verify(text, at: SystemClock.now).claims
            guard claims["tier"]?.string == "gold" else { throw Refusal.typeMismatch }
        }
    }

    /// Everything a door checks, with its question, the status, and the nonce used up.
    private static func verify(
        _ club: Club, _ raw: RawOperation, _ name: String
    ) async throws -> Step {
        let card = try await club.card()
        let door = club.door()
        let answer = {
            try club.holder.present(
                card, revealing: City.asked,
                to: try await door.challenge(asking: City.asked))
        }
        return .consuming(
            "verify at a door, \(name)", Floor([raw: 2]), bytes: try await answer().utf8.count,
            from: answer
        ) { answer in
            guard try await door.verify(answer).claims.count == City.asked.count else {
                throw Refusal.typeMismatch
            }
        }
    }

    /// A fetched list of 100,000 cards: signature, decompression, one look. A door does this once in minutes.
    private static func status() throws -> Step {
        let key = SigningKey.secp256k1(Secp256k1.PrivateKey())
        let uri = "https://club.example/tegata/status"
        guard var list = StatusList(bits: 2, count: 100_000) else { throw Refusal.malformed }
        for index in stride(from: 0, to: 100_000, by: 97) { list.set(index, to: .invalid) }
        let token = try StatusListToken.sign(
            list, uri: uri, issuedAt: 1_795_392_000, expiresAt: nil, timeToLive: 300, by: key)
        let verifying = key.verifyingKey
        return .repeating(
            "status list of 100,000 cards, fetched", Floor([.verify: 1]), bytes: token.count
        ) {
            let list = try StatusListToken(parsing: token, from: uri, by: verifying)
            try list.status(at: 90_211, now: 1_795_392_060, maximumAge: 86_400).requireValid()
        }
    }
}
