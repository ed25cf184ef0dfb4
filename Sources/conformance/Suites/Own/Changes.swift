import Tegata
import TegataCrypto
import TegataProofs
import TegataSDJWT

/// Renewals and changes of nodes, read here step by step: the library does both beside its register.
let changeFunctions: [String: OwnFunction] = [
    "renewal": { input, _ in
        let (issuer, id) = (try input.issuer.string, try input.edition.string)
        let now = Int64(try input["time"].int)
        let token = try CompactJWS(
            parsing: try input.renewal.string, types: ["tegata-renewal+jwt"])
        let key = try VerifyingKey(parsing: try input.key.string)
        guard let payload = try? token.verified(by: key), payload["aud"]?.string == issuer,
            payload["edition"]?.string == id
        else { throw Refusal.unauthorized }
        guard let serial = payload["serial"]?.integer, let end = payload["exp"]?.integer,
            end <= now + 660
        else { throw Refusal.malformed }
        guard now < end else { throw Refusal.expired }
        let request = try input.request.string
        let signed = Array(
            request.utf8.prefix(upTo: request.lastIndex(of: ".") ?? request.endIndex))
        let hash = SHA256.hash(signed)
        guard try Base64URL.decode(payload["to"]?.string ?? "") == hash.array else {
            throw Refusal.unauthorized
        }
        let edition = Edition.digest(issuer: issuer, id: id)
        let commitment = try input.D.point
        do {
            _ = try PseudonymousPresentation.verify(
                try Base64URL.decode(payload["proof"]?.string ?? ""), commitment: commitment,
                attributes: [Scalar?](repeating: nil, count: try input.hidden.int),
                scope: PseudonymScope(
                    verifier: Array((issuer + "/tegata/renewal").utf8), edition: edition, epoch: 0),
                question: ProofContext(
                    edition: edition.array, audience: Array(issuer.utf8), nonce: hash.array,
                    purpose: Array("renew".utf8), expires: UInt64(end),
                    subject: SHA256.hash(commitment.encoded).array))
        } catch ProofError.malformed {
            throw Refusal.malformed
        } catch is ProofError {
            throw Refusal.holderBindingInvalid
        }
        return ["serial": .whole(serial), "to": .hex(hash), "expires": .whole(end)]
    },
    "node-change": { input, _ in
        let profile = try IssuerProfile(parsing: try input.profile.string)
        let token = try CompactJWS(parsing: try input.change.string, types: ["tegata-nodes+jwt"])
        guard let key = profile.keys.first(where: { $0.thumbprint == token.header.keyID }) else {
            throw Refusal.issuerUntrusted
        }
        let payload = try token.verified(by: key)
        let (plan, dealings) = try handedOver(payload)
        guard payload["iss"]?.string == profile.issuer,
            payload["edition"]?.string == (try input.edition.string),
            plan.edition == Edition.digest(issuer: profile.issuer, id: try input.edition.string),
            plan.round == (try input["round"].int), let time = payload["iat"]?.integer
        else { throw Refusal.malformed }
        let keys: EditionKeys
        do {
            keys = try EditionKeys(
                plan, dealings: dealings, from: try EditionKeys(parsing: try input.keys.hex))
        } catch is ProofError {
            throw Refusal.nationalIDInvalid
        }
        return [
            "round": .whole(plan.round), "from": .whole(time), "K_ed": .hex(keys.key),
            "K": .array(keys.nodeKeys.map { .hex($0) }),
        ]
    },
]

private func handedOver(_ payload: JSONObject) throws -> (HandOverPlan, [HandOverDealing]) {
    do {
        let plan = try HandOverPlan(parsing: Base64URL.decode(payload["plan"]?.string ?? ""))
        return (
            plan,
            try (payload["dealings"]?.array ?? []).map {
                try HandOverDealing(parsing: Base64URL.decode($0.string ?? ""), for: plan)
            }
        )
    } catch is ProofError {
        throw Refusal.malformed
    }
}
