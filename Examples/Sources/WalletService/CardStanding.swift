public import Pages
internal import ServiceKit
public import Tegata

/// Whether a card is in force, as its issuer says now.
public enum CardStanding: Sendable {
    /// What the issuer's list says, signed at this time (seconds since 1970).
    case known(CardStatus, Int64)
    /// The card has no status: it is good until it ends.
    case none
    /// It could not be found out, for this reason.
    case unknown(Refusal)

    /// In words.
    public var words: Message {
        switch self {
        case .known(.valid, _): .inForce
        case .known(.suspended, _), .unknown(.suspended): Refusal.suspended.whatHappened
        case .known(.revoked, _), .unknown(.revoked): Refusal.revoked.whatHappened
        case .none: .withoutStatus
        case .unknown: Refusal.statusUnknown.whatHappened
        }
    }

    /// For programs: `valid`, `suspended`, `revoked`, `none`, or the reason.
    public var code: String {
        switch self {
        case .known(.valid, _): "valid"
        case .known(.suspended, _): "suspended"
        case .known(.revoked, _): "revoked"
        case .none: "none"
        case .unknown(let reason): reason.rawValue
        }
    }
}

extension WalletService {
    /// Asks a card's issuer, at its own address and nowhere else, whether the card is in force.
    public func standing(of card: KeptCard) async -> CardStanding {
        do throws(Refusal) {
            let held = card.card
            let isLoopback = acceptsLoopback && held.issuer.hasPrefix("http://")
            let statuses = IssuerStatuses(
                issuer: held.issuer, fetcher: Fetcher(fromLoopback: isLoopback))
            let profile = try IssuerProfile(parsing: card.profile.encoded, statuses: statuses)
            guard let found = try await card.holder.status(of: held, from: profile) else {
                return .none
            }
            return .known(found.status, found.time)
        } catch {
            return .unknown(error)
        }
    }
}
