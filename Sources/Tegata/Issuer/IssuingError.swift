public import TegataSDJWT

/// Why an edition was not opened or a card not issued. It speaks of our own side, so it may name our field; a reason that a stranger caused
/// comes as `refused`.
@nonexhaustive
public enum IssuingError: Error, Equatable {
    /// The request was refused for this reason.
    case refused(Refusal)
    /// The edition asks for a national ID card, and this issuer has no attestors and nodes: give it some with
    /// `identity:`, or open the edition with `nationalID: []`.
    case noIdentityServices(edition: String)
    /// A claim's name is empty or longer than 256 bytes.
    case claimName(name: String)
    /// A claim, or a member inside it, uses a name that the card or SD-JWT itself uses; give it another.
    case reservedClaim(name: String)
    /// A claim's value is nested deeper than verifiers read.
    case claimTooDeep(name: String)
    /// More than 1,024 claims: no verifier reads so many.
    case tooManyClaims
    /// Two claims have this name.
    case duplicateClaim(name: String)
    /// The edition commits to this claim, and it is missing, of another type, or too large: give it as the edition says.
    case committedClaim(name: String)
    /// Wallets show of this claim only what can be proven about it, and in the open everybody would see it: give it as `selective`.
    case predicateOnlyClaim(name: String)
    /// The claim could hold a 12-digit My Number, which must not be in a card. If it is something else, say so with
    /// `Claim.notAnIDNumber`.
    case looksLikeIDNumber(claim: String)
}
