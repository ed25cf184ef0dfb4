internal import TegataCrypto
internal import TegataSDJWT

extension Holder {
    /// Gives a card back: text for `Issuer.takeBack`, good for ten minutes.
    public func release(_ card: Card) throws(Refusal) -> String {
        try Release.sign(card, to: nil, by: key, at: clock())
    }

    /// Passes a card on to whoever made `request`, and to nobody else: text for `Issuer.transfer`, good for ten minutes.
    public func release(_ card: Card, to request: String) throws(Refusal) -> String {
        try Release.sign(
            card, to: SHA256.hash(CardRequest.signedPart(of: request)), by: key, at: clock())
    }
}
