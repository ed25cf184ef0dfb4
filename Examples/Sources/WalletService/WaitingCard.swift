internal import Foundation
internal import Tegata

/// A card that was asked for and is not here yet: what opens the issuer's endpoints for it, kept so that neither a crash nor a day
/// of waiting loses it.
public struct WaitingCard: Codable, Sendable {
    /// Names it in this wallet.
    public let id: String
    /// Whom it comes from.
    public let issuer: String
    /// What it will be, a name in the issuer's metadata.
    public let configuration: String
    /// When to ask again, in seconds since 1970.
    public internal(set) var due: Int64
    /// How often the issuer said "later".
    public internal(set) var attempts: Int
    /// Which authorization server gave the tokens.
    let server: String
    /// The token endpoint's answer.
    var tokens: String
    /// What the issuer calls the request; `nil` before it was made.
    var transaction: String?
}

extension WaitingCard: CustomStringConvertible {
    /// Whose and for what; nothing of the tokens.
    public var description: String { "\(configuration) of \(issuer)" }
}

extension WalletHome {
    private static let ending = ".waiting"

    /// What is on its way.
    func waiting() throws -> [WaitingCard] {
        try names(endingIn: Self.ending).sorted().map {
            try read(WaitingCard.self, $0 + Self.ending)
        }
    }

    /// One of them.
    ///
    /// - Throws: `Refusal.malformed` when there is none of this name.
    func waiting(_ id: String) throws -> WaitingCard {
        guard let found = try waiting().first(where: { $0.id == id }) else {
            throw Refusal.malformed
        }
        return found
    }

    func keep(_ waiting: WaitingCard) throws {
        try locked { try write(waiting, waiting.id + Self.ending) }
    }

    func forget(_ waiting: WaitingCard) throws {
        try locked {
            if has(waiting.id + Self.ending) { try remove(waiting.id + Self.ending) }
        }
    }
}
