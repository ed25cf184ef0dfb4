import TegataOpenID
import TegataSDJWT

/// Messages of OpenID4VCI: proofs of keys, offers, and where an issuer's documents are.
let issuanceFunctions: [String: OwnFunction] = [
    "key-proof": { input, _ in
        let proof = try KeyProof(
            parsing: try input.proof.string,
            audience: try IssuerIdentifier(try input.issuer.string),
            now: Int64(try input["time"].int))
        return ["holder": .string(proof.key.thumbprint), "nonce": .string(proof.nonce)]
    },
    "offer-link": { input, _ in
        switch try CredentialOfferLink(parsing: try input.link.string) {
        case .reference(let url): return ["reference": .string(url)]
        case .offer(let offer):
            return [
                "issuer": .string(offer.issuer.text),
                "configurations": .array(offer.configurations.map(Vector.string)),
                "code": offer.preAuthorizedCode.map(Vector.string) ?? .null,
                "asks_transaction_code": .bool(offer.transactionCode != nil),
                "issuer_state": offer.issuerState.map(Vector.string) ?? .null,
            ]
        }
    },
    "well-known": { input, _ in
        let issuer = try IssuerIdentifier(try input.issuer.string)
        return ["address": .string(issuer.wellKnown(try input.document.string))]
    },
]
