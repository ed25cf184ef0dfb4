internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

extension Issuer {
    /// Signs the card for one place: an SD-JWT VC (Spec/card.md). No `L` in it, nor anything else that follows from a
    /// person.
    func card(
        for holder: VerifyingKey, _ commitment: Point, _ proof: ProofOfPerson, _ edition: Edition,
        _ claims: Claims, _ place: RegisterPlace, at now: Int64,
        using random: inout some Randomness
    ) throws(Refusal) -> String {
        var issued: [IssuedClaim] = [
            .open("iss", .string(id)), .open("iat", .whole(now)),
            .open("exp", .whole(now + edition.cardLifetime)), .open("vct", .string(cardType)),
            .open("cnf", ["jwk": .object(holder.jwk)]),
            .open("edition", ["id": .string(edition.id), "limit": place.limit.json]),
            .open("serial", .whole(Int64(place.serial.number))),
        ]
        if !edition.benefits.isEmpty {
            issued.append(.open("benefits", .array(edition.benefits.map(JSON.string))))
        }
        issued += [
            .open("commitment", .bytes(commitment.encoded)),
            .open("proof_of_person", .string(proof.rawValue)),
            .open(
                "status",
                StatusReference(
                    index: place.statusIndex % StatusIndexes.listSize,
                    uri: statusListURI(place.statusIndex / StatusIndexes.listSize)
                ).claim),
        ]
        issued += claims.items.map { $0.claim.issued(as: $0.name) }
        let key = keys.card
        do {
            return String(
                decoding: try SDJWTIssuing.issue(
                    issued, keyID: key.verifyingKey.thumbprint, by: key, using: &random),
                as: UTF8.self)
        } catch {
            // `Claims.check` has refused every name and depth that could fail here.
            throw error == .noSignature ? .unavailable : .malformed
        }
    }
}
