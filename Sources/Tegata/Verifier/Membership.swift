internal import TegataCrypto
public import TegataSDJWT

/// What a verifier knows after a card has been shown and everything about it has been checked. Only a verifier makes
/// one, and nothing in it changes afterwards.
public struct Membership: Sendable {
    /// Whose card it is, exactly as trusted.
    public let issuer: String
    /// Which edition.
    public let edition: EditionReference
    /// Which card of the edition.
    public let serial: Serial
    /// What the card is good for, in the issuer's words.
    public let benefits: [String]
    /// The claims that were asked for; anything else that was shown has been dropped.
    public let claims: [String: JSON]
    /// What stood behind the card when it was issued.
    public let proofOfPerson: ProofOfPerson
    /// Whether the holder's key answered this verifier's question just now.
    public let isHolderProven: Bool
    /// Whether the person proved, just now, that the card was issued to them.
    public let person: PersonCheck
    /// The card's pseudonym with this verifier, when it was asked for.
    public let pseudonym: Pseudonym?
    /// When the status was signed, seconds since 1970; `nil` for a card without a status.
    public let statusTime: Int64?

    /// Whether certificates of a test authority were accepted anywhere behind this result.
    public var usesTestAnchors: Bool {
        if case .proven(_, let test, _) = person, test { return true }
        return proofOfPerson == .test
    }
}

/// An edition as a card names it.
public struct EditionReference: Hashable, Sendable {
    /// The name in the issuer's words.
    public let id: String
    /// The limit when the card was issued.
    public let limit: Limit
}

/// What stood behind a card when it was issued.
public enum ProofOfPerson: String, Sendable {
    /// Nobody was asked for an ID card.
    case none
    /// A national ID card.
    case nationalID = "national-id"
    /// An ID card of a test authority: no real person.
    case test
}

/// Whether the person in front of the verifier is the one the card was issued to.
public enum PersonCheck: Hashable, Sendable {
    /// It was not asked.
    case notAsked
    /// A national-ID proof was made for this question by the person the card was issued to. `revocation` is what the
    /// attestors knew about the ID card's certificate: most may not ask, and "not checked" is not "good".
    case proven(TrustProfile, usesTestAnchors: Bool, revocation: Revocation.State)
}

extension PersonCheck: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .notAsked: "not asked"
        case .proven(let trust, let test, let revocation):
            "the person this card was issued to, trust profile \(trust), revocation "
                + (revocation == .good ? "good" : "not checked") + (test ? ", TEST ID CARDS" : "")
        }
    }
}

/// A card's name with one verifier, for one edition and epoch, 33 bytes. Two verifiers cannot match theirs.
public struct Pseudonym: Hashable, Sendable, CustomStringConvertible {
    /// The 33 bytes.
    public let bytes: [UInt8]

    /// Hexadecimal.
    public var description: String { Hex.encode(bytes) }
}

extension Membership: CustomStringConvertible {
    /// A line for people; the claims shown are in it, so keep it out of logs.
    public var description: String {
        let shown = claims.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        let list = shown.isEmpty ? "" : ", " + shown.joined(separator: ", ")
        return "\(edition.id) № \(serial) of \(edition.limit)\(list)"
    }
}
