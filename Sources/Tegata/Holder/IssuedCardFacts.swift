package import TegataCrypto
package import TegataSDJWT

/// What an issued card says, once its issuer's signature was checked: for services that give something with a card.
package struct IssuedCardFacts: Sendable {
    /// The edition's digest, 32 bytes.
    package let edition: [UInt8]
    /// The card's number.
    package let serial: UInt32
    let holder: VerifyingKey

    /// The holder's key, when it is of secp256k1.
    package var secp256k1Key: Secp256k1.PublicKey? {
        if case .secp256k1(let key) = holder.material { key } else { nil }
    }
}

extension IssuerProfile {
    /// Checks what `Issuer.issue` answered, and says what the card says.
    ///
    /// - Throws: as `Holder.accept`, for a card of any holder.
    package func check(issued text: String) throws(Refusal) -> IssuedCardFacts {
        let (_, verified, card) = try check(IssuedCard(parsing: text), at: SystemClock.now)
        return IssuedCardFacts(
            edition: Edition.digest(issuer: issuer, id: card.edition.id).array,
            serial: card.serial.number, holder: try verified.holderKey())
    }

    /// That an issued card is this issuer's, of its type and in force.
    func check(
        _ issued: IssuedCard, at now: Int64
    ) throws(Refusal) -> (ReceivedSDJWT, VerifiedSDJWT, CheckedCard) {
        let received = try ReceivedSDJWT(parsing: Array(issued.card.utf8), .credential)
        guard let claimed = received.claimedIssuer else { throw .malformed }
        guard claimed.hasSameBytes(as: issuer) else { throw .issuerUntrusted }
        let verified = try received.verified(by: try ring.key(for: received.header))
        let claims = try verified.credentialClaims()
        guard claims.type.hasSameBytes(as: cardType) else { throw .typeMismatch }
        try claims.checkTimes(at: now)
        return (received, verified, try CheckedCard(received, verified, self))
    }
}
