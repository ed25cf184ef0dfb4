public import Tegata
public import TegataNationalID

/// How a counter or kiosk reads ID cards: a reader beside it, or cards made of software for demonstrations.
public protocol CardReader: Sendable {
    /// Whether its cards are test cards, which every page of the kiosk then says (A127).
    var isTest: Bool { get }
    /// The cards that can be chosen from, with an id for forms; empty for a reader into which one is put.
    var choices: [(id: String, name: Message)] { get }

    /// The card in the reader, or the one that was chosen.
    ///
    /// - Throws: `nationalIDInvalid` when there is none.
    func card(_ choice: String?) async throws(Refusal) -> any IdentityCard
}

/// Made-up persons with test cards, by name. An issuer in the same process that accepts `.testCards` knows them.
public struct TestCards: CardReader {
    private let persons: [(id: String, name: Message, card: DemoIdentity)]

    /// These persons.
    public init(_ persons: [(id: String, name: Message, card: DemoIdentity)]) {
        self.persons = persons
    }

    /// They are.
    public var isTest: Bool { true }

    /// Everyone.
    public var choices: [(id: String, name: Message)] { persons.map { ($0.id, $0.name) } }

    /// The card of the person who was chosen.
    public func card(_ choice: String?) async throws(Refusal) -> any IdentityCard {
        guard let person = persons.first(where: { $0.id == choice }) else {
            throw .nationalIDInvalid
        }
        return person.card
    }

    /// Four persons with cards of their own. What they were called in another process, they are not here.
    public static func strangers() -> TestCards {
        TestCards([
            ("aiko", Message("試験 愛子", "Aiko Test"), DemoIdentity(.jpkiP384)),
            ("ben", Message("試験 勉", "Ben Test"), DemoIdentity(.jpkiP384)),
            ("chie", Message("試験 千恵", "Chie Test"), DemoIdentity(.jpkiP384)),
            ("dai", Message("試験 大（現行カード）", "Dai Test (today's card)"), DemoIdentity(.jpkiRSA)),
        ])
    }
}
