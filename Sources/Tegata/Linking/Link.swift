internal import TegataCrypto
internal import TegataProofs

/// What a verifier wants to know of two cards: that they are one person's (Spec/linking.md).
public struct Link: Sendable {
    /// One of the two cards.
    public enum Asked: Sendable {
        /// A card of this edition, with these claims: the verifier learns which card it is.
        case shown(OpenEdition, asking: [String])
        /// Some card of this snapshot: the verifier learns that there is one.
        case hidden(MemberSnapshot)
    }

    /// The first card.
    public let first: Asked
    /// The second.
    public let second: Asked
    /// What it is for, per language tag (`ja`, `en`): what the person reads before agreeing.
    public let purpose: [String: String]

    /// Plans a question.
    ///
    /// - Throws: `unsupported` for an edition that asks nobody for an ID card, `malformed` for one edition twice and without a purpose,
    ///   `limitExceeded` for too much of anything.
    public init(
        _ first: Asked, _ second: Asked, purpose: [String: String]
    ) throws(Refusal) {
        self.first = first
        self.second = second
        self.purpose = purpose
        guard first.edition.identity != nil, second.edition.identity != nil else {
            throw .unsupported
        }
        try Self.check(purpose)
        guard first.edition.digest != second.edition.digest else { throw .malformed }
        for asked in [first, second] {
            if case .shown(_, let claims) = asked, claims.count > 256 { throw .limitExceeded }
        }
    }

    /// - Throws: `malformed` for no words, `limitExceeded` for too many.
    static func check(_ purpose: [String: String]) throws(Refusal) {
        guard purpose.count <= 32, purpose.allSatisfy({ $0.value.utf8.count <= 4096 }) else {
            throw .limitExceeded
        }
        guard purpose.contains(where: { $0.value.contains { !$0.isWhitespace } }) else {
            throw .malformed
        }
    }
}

extension Link.Asked {
    var edition: OpenEdition {
        switch self {
        case .shown(let edition, _): edition
        case .hidden(let snapshot): snapshot.announced
        }
    }

    /// What the signed question says of it.
    var named: LinkRequest.Asked {
        switch self {
        case .shown(let edition, let claims):
            LinkRequest.Asked(
                issuer: edition.issuer, edition: edition.edition.id, claims: claims, snapshot: nil)
        case .hidden(let snapshot):
            LinkRequest.Asked(
                issuer: snapshot.issuer, edition: snapshot.edition, claims: nil,
                snapshot: snapshot.root.array)
        }
    }
}
