public import Pages
public import Tegata

/// A question whether two cards are one person's, as the owner looks at it before anything leaves: who asks and why, what of each
/// card would be known, and what would not (Spec/linking.md).
public struct LinkReview: Sendable {
    /// What becomes of one of the two cards.
    public enum Part: Sendable {
        /// It would be shown: the verifier reads `claims`, and none of `hidden`.
        case shown(KeptCard, claims: [String], hidden: [String])
        /// It stays hidden among all cards of its edition.
        case hidden(KeptCard, among: MemberSnapshot)
        /// It is not here.
        case missing(issuer: String, edition: String)
    }

    let request: LinkRequest
    let address: String
    let isLoopback: Bool
    /// The two cards, in the order of the question.
    public let parts: [Part]
    /// The ID cards to choose from; empty for a reader into which one is put.
    public let identities: [(id: String, name: Message)]
    /// Whether there is a reader for an ID card.
    public let hasReader: Bool

    /// Who asks: the address that the answer goes to, and nowhere else.
    public var verifier: String { request.verifier }

    /// What it is for, in the verifier's words.
    public func purpose(_ language: Language) -> String {
        language(request.purpose, or: request.purpose.values.first ?? "")
    }

    /// The smallest crowd that a hidden card would be among; `nil` when both are shown.
    public var crowd: Int? {
        parts.compactMap { part in
            if case .hidden(_, let members) = part { members.anonymity } else { nil }
        }.min()
    }

    /// Whether a hidden card would stand among so few that the owner has to agree to that too.
    public var isCrowdSmall: Bool { crowd.map { $0 < WalletService.usualCrowd } ?? false }

    /// Whether both cards are here, and a reader.
    public var isAnswerable: Bool {
        hasReader
            && parts.allSatisfy { part in if case .missing = part { false } else { true } }
    }

    /// What the history says was shown: nothing of a hidden card.
    var shown: [ConsentRecord.Shown] {
        parts.compactMap { part in
            guard case .shown(let card, let claims, _) = part else { return nil }
            return ConsentRecord.Shown(card.card, claims: claims)
        }
    }
}
