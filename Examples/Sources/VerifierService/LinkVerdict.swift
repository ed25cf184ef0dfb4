internal import Pages
internal import Tegata

/// What a counter learned about two cards: that they are one person's, and of each what was asked for.
struct LinkVerdict: Codable, Sendable {
    /// One of the two.
    enum Card: Codable, Sendable {
        case shown(Verdict)
        case hidden(Hidden)
    }

    /// A card of which only this is known.
    struct Hidden: Codable, Sendable {
        let issuer: String
        let edition: String
        /// Among how many it is one.
        let anonymity: Int
        let person: Verdict.Person
        let usesTestAnchors: Bool
    }

    let cards: [Card]

    init(_ linked: LinkedCards) { cards = [Card(linked.first), Card(linked.second)] }

    var usesTestAnchors: Bool {
        cards.contains { card in
            switch card {
            case .shown(let verdict): verdict.usesTestAnchors
            case .hidden(let hidden): hidden.usesTestAnchors
            }
        }
    }

    /// The verdict for machines.
    var json: JSON {
        [
            "state": "linked", "test": .bool(usesTestAnchors),
            "cards": .array(
                cards.map { card in
                    switch card {
                    case .shown(let verdict): verdict.json
                    case .hidden(let hidden):
                        [
                            "state": "hidden", "issuer": .string(hidden.issuer),
                            "edition": .string(hidden.edition),
                            "anonymity": .number(JSONNumber(Int64(hidden.anonymity))),
                            "person_proven": true, "test": .bool(hidden.usesTestAnchors),
                        ]
                    }
                }),
        ]
    }
}

extension LinkVerdict.Card {
    fileprivate init(_ card: LinkedCards.Card) {
        switch card {
        case .shown(let membership): self = .shown(Verdict(membership))
        case .hidden(let person):
            var isTest = false
            if case .proven(_, let test, _) = person.person { isTest = test }
            self = .hidden(
                LinkVerdict.Hidden(
                    issuer: person.issuer, edition: person.edition, anonymity: person.anonymity,
                    person: Verdict.Person(person.person), usesTestAnchors: isTest))
        }
    }
}
