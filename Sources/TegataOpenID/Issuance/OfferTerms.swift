public import TegataSDJWT

/// What protects an offer, whose link may be photographed or passed on (A73, A76).
public enum OfferProtection: Sendable {
    /// A code of digits that the person who made the offer reads in that session and types into the wallet.
    case transactionCode
    /// Only a wallet that proves this key gets credentials: the key that the national-ID proof of the session covers.
    case holder(VerifyingKey)
    /// Both of them.
    case transactionCodeAndHolder(VerifyingKey)
    /// Nothing but the link. Only for a link that never leaves the device of the session.
    case link

    var holder: VerifyingKey? {
        switch self {
        case .holder(let key), .transactionCodeAndHolder(let key): key
        case .transactionCode, .link: nil
        }
    }

    var hasTransactionCode: Bool {
        switch self {
        case .transactionCode, .transactionCodeAndHolder: true
        case .holder, .link: false
        }
    }
}

/// Which grants an offer opens.
public enum OfferGrants: Sendable {
    /// The pre-authorised code: whoever made the offer is known already.
    case preAuthorized
    /// The authorization code: the person shows on the page to be the one the offer was made for.
    case authorization
    /// Either. One of them redeems it.
    case both

    var isPreAuthorized: Bool { self != .authorization }
    var isAuthorization: Bool { self != .preAuthorized }
}

/// An offer that was made, for the session that made it.
public struct MadeOffer: Sendable {
    /// The offer.
    public let offer: CredentialOffer
    /// Names the offer to this server, for renewing its code or withdrawing it. Keep it in the session and show it to nobody.
    public let handle: String
    /// The link that carries the offer whole, `openid-credential-offer://?credential_offer=…`.
    public let link: String
    /// The link that says where the offer is, short enough for a QR code.
    public let referenceLink: String
    /// What to show in the session, beside the link and never in it; `nil` without one.
    public let transactionCode: String?
}

/// How far an offer has got.
public enum OfferProgress: Sendable {
    /// It waits for a wallet.
    case open
    /// There were too many wrong transaction codes: its owner may have the code renewed.
    case locked
    /// A wallet has redeemed it.
    case redeemed
    /// It was withdrawn, came too late, or its refresh token was copied.
    case ended
}

extension MadeOffer: CustomStringConvertible {
    /// The offer; no code.
    public var description: String { offer.description }
}
