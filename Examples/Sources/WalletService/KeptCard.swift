internal import Foundation
public import Pages
public import Tegata

/// A card in the folder, with what it takes to show it.
public struct KeptCard: Sendable {
    /// Its place in the list, from 1: for people, until the list changes.
    public let number: Int
    /// The card.
    public let card: Card
    /// Whose it is: cards that came from another wallet have keys of their own.
    public let holder: Holder
    /// Who issued it, as this wallet trusts it.
    public let profile: IssuerProfile

    /// What the edition is called.
    public func title(_ language: Language) -> String {
        language(edition?.edition.title ?? [:], or: card.edition.id)
    }

    /// The edition as it was announced.
    var edition: OpenEdition? {
        profile.editions.first { $0.edition.id.utf8.elementsEqual(card.edition.id.utf8) }
    }

    /// What the history says when the card was shown with nothing but what it always shows.
    var shownBare: ConsentRecord.Shown {
        ConsentRecord.Shown(
            card, claims: Set(card.claims.keys).subtracting(card.selectiveClaims).sorted())
    }

    /// Its picture.
    public func face(_ language: Language) -> CardFace {
        CardFace(
            title: title(language), issuer: card.issuer, serial: card.serial.number,
            limit: card.edition.limit.description, isTest: edition?.usesTestAnchors ?? true)
    }
}

extension Wallet {
    /// The cards, oldest first.
    var keptCards: [KeptCard] {
        cards.enumerated().compactMap { place, card in
            guard let holder = holder(of: card), let profile = issuer(of: card) else { return nil }
            return KeptCard(number: place + 1, card: card, holder: holder, profile: profile)
        }
    }
}
