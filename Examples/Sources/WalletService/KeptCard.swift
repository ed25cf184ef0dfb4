internal import Foundation
public import Pages
public import Tegata

/// A card in the folder, read again by `Holder.accept` each time: what was changed on the disk is no card any more.
public struct KeptCard: Sendable {
    /// The wallet's own number for it.
    public let number: Int
    /// The card, or why it is none: `expired`, or what else `Holder.accept` says.
    public let card: Result<Card, Refusal>
    /// Who issued it, as it was when the card came.
    public let profile: IssuerProfile?

    /// What the edition is called.
    public func title(_ language: Language) -> String {
        guard let card = try? card.get() else { return language(.unreadableCard) }
        return language(edition?.edition.title ?? [:], or: card.edition.id)
    }

    /// The edition as it was announced.
    var edition: OpenEdition? {
        guard let card = try? card.get() else { return nil }
        return profile?.editions.first { $0.edition.id.utf8.elementsEqual(card.edition.id.utf8) }
    }

    /// Its picture; `nil` for a card that is none.
    public func face(_ language: Language) -> CardFace? {
        guard let card = try? card.get() else { return nil }
        return CardFace(
            title: title(language), issuer: card.issuer, serial: card.serial.number,
            limit: card.edition.limit.description, isTest: edition?.usesTestAnchors ?? true)
    }
}

/// What is written of a card: its encoding, and the profile that it is read again with.
private struct CardFile: Codable {
    let card: String
    let profile: String
}

extension WalletHome {
    private static let ending = ".card"

    /// The cards, oldest first.
    func cards(of holder: Holder) throws -> [KeptCard] {
        try numbers().map { try card($0, of: holder) }
    }

    /// The card with this number.
    ///
    /// - Throws: `Refusal.malformed` when there is none.
    func card(_ number: Int, of holder: Holder) throws -> KeptCard {
        guard has("\(number)\(Self.ending)") else { throw Refusal.malformed }
        let file = try read(CardFile.self, "\(number)\(Self.ending)")
        do throws(Refusal) {
            let profile = try IssuerProfile(parsing: file.profile)
            do throws(Refusal) {
                let card = try holder.accept(file.card, from: profile)
                return KeptCard(number: number, card: .success(card), profile: profile)
            } catch {
                return KeptCard(number: number, card: .failure(error), profile: profile)
            }
        } catch {
            return KeptCard(number: number, card: .failure(error), profile: nil)
        }
    }

    /// Keeps a card; one that is here already keeps its number.
    func keep(_ card: Card, profile: String) throws -> Int {
        try locked {
            let numbers = try numbers()
            let encoding = card.exposedEncoding
            for number in numbers
            where try read(CardFile.self, "\(number)\(Self.ending)").card == encoding {
                return number
            }
            guard numbers.count < 4096 else { throw Refusal.limitExceeded }
            let number = (numbers.last ?? 0) + 1
            try write(CardFile(card: encoding, profile: profile), "\(number)\(Self.ending)")
            return number
        }
    }

    /// Deletes a card. The issuer may give it again, or not.
    ///
    /// - Throws: `Refusal.malformed` when there is none with this number.
    func delete(_ number: Int) throws {
        try locked {
            guard has("\(number)\(Self.ending)") else { throw Refusal.malformed }
            try remove("\(number)\(Self.ending)")
        }
    }

    private func numbers() throws -> [Int] {
        try names(endingIn: Self.ending).compactMap { Int($0) }.sorted()
    }
}
