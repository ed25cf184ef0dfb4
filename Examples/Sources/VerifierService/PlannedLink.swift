public import Pages

/// Two cards of which a counter may ask whether they are one person's (Spec/linking.md).
public struct PlannedLink: Sendable {
    /// One of the two cards.
    public struct Card: Sendable {
        /// Whose.
        public let issuer: String
        /// The edition's id.
        public let edition: String
        /// The claims to show, and never more; `nil` where the card stays hidden among all of its edition.
        public let claims: [String]?

        /// A card that is shown, with these claims.
        public static func shown(
            _ edition: String, of issuer: String, claims: [String] = []
        ) -> Card {
            Card(issuer: issuer, edition: edition, claims: claims)
        }

        /// A card that stays hidden among all of its edition.
        public static func hidden(_ edition: String, of issuer: String) -> Card {
            Card(issuer: issuer, edition: edition, claims: nil)
        }
    }

    /// Its name in forms, `a-z 0-9 -`.
    public let id: String
    /// What people read.
    public let title: Message
    /// What it is for: what the person reads, here and in the wallet, before agreeing.
    public let purpose: Message
    /// The first card.
    public let first: Card
    /// The second, of another edition.
    public let second: Card

    /// A question.
    public init(
        _ id: String, _ title: Message, for purpose: Message, _ first: Card, _ second: Card
    ) {
        self.id = id
        self.title = title
        self.purpose = purpose
        self.first = first
        self.second = second
    }

    var cards: [Card] { [first, second] }
}
