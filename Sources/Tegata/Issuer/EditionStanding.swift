public import TegataSDJWT

/// How an edition stands: what its operator watches, and the number of cards that everyone may see.
public struct EditionStanding: Sendable {
    /// The limit in force.
    public let limit: Limit
    /// The cards that exist, by serial; a serial that was returned and not given again is not among them.
    public let cards: [UInt32: CardStatus]
    /// The serials that have a settled person behind them, as a number only.
    public let settled: Int
    /// How many identity checks wait to be frozen into a list.
    public let waitingSessions: Int
    /// How many entered, where cards are drawn.
    public let entrants: Int

    /// How many cards exist, in force or not.
    public var given: Int { cards.count }
}

extension Issuer {
    /// How an edition stands now.
    ///
    /// - Throws: `unavailable`.
    public func standing(of edition: OpenEdition) async throws(Refusal) -> EditionStanding {
        let book = try await register.current().book(edition.digest)
        var cards = [UInt32: CardStatus]()
        for (place, card) in book.cards.enumerated() {
            if let card { cards[UInt32(place + 1)] = card.status }
        }
        return EditionStanding(
            limit: book.limit, cards: cards, settled: book.sessions.settled.count,
            waitingSessions: book.sessions.waiting.count, entrants: book.draw?.entrants.count ?? 0)
    }

    /// The newest checkpoint of the log, as text; `nil` before the first entry.
    ///
    /// - Throws: `unavailable`.
    public func checkpoint() async throws(Refusal) -> String? { try await register.checkpoint() }
}
