public import Tegata
internal import TegataNationalID

/// What reads national ID cards at a counter: a reader with a PIN pad, or, in a demo, a few people made up for it. Another reader is
/// another type with these two verbs.
public protocol CardReader: Sendable {
    /// The people who can be chosen where nobody holds a real card; empty for a reader with a slot.
    var people: [TestPerson] { get }
    /// The card in the reader; `person` is one of `people`, where there are any.
    ///
    /// - Throws: `unavailable` while there is none, `malformed` for a person there is not.
    func card(of person: String?) async throws(Refusal) -> any IdentityCard
}

/// Somebody who does not exist, with a test ID card.
public struct TestPerson: Sendable {
    /// What forms call them.
    public let id: String
    /// A name for people to read.
    public let name: (japanese: String, english: String)
}

/// A few test people with software cards of a test authority, made when the process starts: after a restart they are others.
public struct TestReader: CardReader {
    public let people: [TestPerson]
    private let cards: [String: DemoIdentity]

    /// Four people, one of them with the next generation's card.
    public init() {
        let names = [
            ("aoi", "葵（試験）", "Aoi (test)"), ("haru", "陽（試験）", "Haru (test)"),
            ("ren", "蓮（試験）", "Ren (test)"), ("mio", "澪（試験・次期カード）", "Mio (test, next card)"),
        ]
        people = names.map { TestPerson(id: $0.0, name: ($0.1, $0.2)) }
        cards = Dictionary(
            uniqueKeysWithValues: names.map {
                ($0.0, $0.0 == "mio" ? DemoIdentity(.jpkiP384) : DemoIdentity())
            })
    }

    public func card(of person: String?) async throws(Refusal) -> any IdentityCard {
        guard let person, let card = cards[person] else { throw .malformed }
        return card
    }
}
