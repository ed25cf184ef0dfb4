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
    ///
    /// - Throws: `unauthorized` for the value of a predicate-only claim that is not among the `insisted` ones.
    package func present(
        _ card: Card, revealing paths: [ClaimPath], exposing insisted: Set<String> = [],
        audience: String, nonce: String
    ) throws(Refusal) -> String {
        try card.presentation(
            revealing: paths, exposing: insisted, by: key, audience: audience, nonce: nonce,
            at: clock())
    }
}
