import TegataSDJWT

/// What a `Verifier` checks of any card, a Tegata card or not: issuer, disclosures, type, times, holder.
struct CardCheck {
    let issuer: String
    let type: String
    let issuerKey: VerifyingKey
    let audience: String
    let nonce: String
    /// Seconds that a presentation stays fresh.
    var maximumAge: Int64 = 300

    func verify(_ text: [UInt8], at now: Int64) throws(Refusal) -> VerifiedSDJWT {
        let received = try ReceivedSDJWT(parsing: text, .credential)
        guard received.hasKeyBinding else { throw .holderBindingMissing }
        guard received.claimedIssuer?.hasSameBytes(as: issuer) == true else {
            throw .issuerUntrusted
        }
        let verified = try received.verified(by: issuerKey)
        let claims = try verified.credentialClaims()
        guard claims.type.hasSameBytes(as: type) else { throw .typeMismatch }
        try claims.checkTimes(at: now)
        _ = try verified.keyBinding(
            KeyBindingCheck(audience: audience, nonce: nonce, now: now, maximumAge: maximumAge))
        return verified
    }
}
