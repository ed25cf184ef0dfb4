internal import TegataCrypto
public import TegataSDJWT

extension Holder {
    /// Asks whether a card of this wallet is in force, as a verifier would. The list is fetched whole: nobody learns which card of it is
    /// looked at.
    ///
    /// - Parameters:
    ///   - card: the card.
    ///   - profile: its issuer's, with a source of status lists.
    /// - Returns: the status, and when its list was signed; `nil` for a card that has none.
    /// - Throws: `statusUnknown` for everything that keeps it from being known, `issuerUntrusted` for another issuer's profile,
    ///   `malformed`, `limitExceeded`.
    public func status(
        of card: Card, from profile: IssuerProfile
    ) async throws(Refusal) -> (status: CardStatus, time: Int64)? {
        guard profile.issuer.hasSameBytes(as: card.issuer) else { throw .issuerUntrusted }
        guard let reference = card.status else { return nil }
        guard let source = profile.statuses,
            let text = try? await source.statusList(at: reference.uri)
        else { throw .statusUnknown }
        let list = try StatusListToken(text, of: reference.uri, by: profile.ring)
        let policy = VerifierPolicy.strict
        let found = try list.status(
            at: reference.index, now: clock(), maximumAge: policy.maximumStatusAge,
            skew: policy.skew)
        switch found {
        case .valid: return (.valid, list.issuedAt)
        case .suspended: return (.suspended, list.issuedAt)
        case .invalid: return (.revoked, list.issuedAt)
        case .other: throw .statusUnknown
        }
    }
}
