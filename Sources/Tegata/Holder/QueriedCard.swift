package import TegataSDJWT

// What protocols that carry cards in their own envelopes (TegataOpenID) need of a card and its holder.

extension Card {
    /// The card as the credential it is.
    package var credential: HeldSDJWT { held }
}

extension Holder {
    /// The algorithm of this holder's answers.
    package var algorithm: JWSAlgorithm { key.algorithm }

    /// The card with the claims at `paths` and no other hidden one, bound to this verifier and nonce.
    package func present(
        _ card: Card, revealing paths: [ClaimPath], audience: String, nonce: String
    ) throws(Refusal) -> String {
        String(
            decoding: try card.held.presentation(
                revealing: paths, by: key, audience: audience, nonce: nonce, at: clock()),
            as: UTF8.self)
    }
}
