internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata

extension WalletService {
    /// Among how many a hidden card stands at least, unless its owner says otherwise.
    public static let usualCrowd = 20

    /// Looks at a question whether two cards are one person's, and at who asks. Nothing is sent, and nobody is asked whom the owner
    /// has not named before.
    ///
    /// - Parameter link: the address that the verifier gave.
    /// - Returns: the question, for its owner to look at.
    /// - Throws: `issuerUntrusted` for a verifier that is not known here, and for one that is not at this address; `signatureInvalid`,
    ///   `malformed`, `expired`, `unavailable`.
    public func review(link: String) async throws -> LinkReview {
        let asked = try await question(at: link, under: Self.linkPath)
        let request = try LinkRequest(parsing: asked.text, from: asked.profile)
        guard Self.now < request.expires else { throw Refusal.expired }
        return LinkReview(
            request: request, address: link, isLoopback: asked.isLoopback,
            parts: try await parts(of: request, at: link, asked.isLoopback),
            identities: identity?.reader.choices ?? [], hasReader: identity != nil)
    }

    /// Answers that both cards are this person's, when the owner has agreed to this very question. Without a yes nothing is sent, and
    /// the history says so.
    ///
    /// - Parameters:
    ///   - review: the question.
    ///   - choice: the ID card, where there are several.
    ///   - isAgreed: whether the owner said yes.
    ///   - crowd: among how many a hidden card has to be at least.
    /// - Throws: `unauthorized` without agreement, `typeMismatch` for cards that are not here or are none of this person's,
    ///   `limitExceeded` for a smaller crowd, `nationalIDInvalid`; what the verifier says.
    public func link(
        _ review: LinkReview, with choice: String?, agreed isAgreed: Bool,
        ofAtLeast crowd: Int = WalletService.usualCrowd
    ) async throws {
        guard isAgreed else {
            try decline(review)
            throw Refusal.unauthorized
        }
        guard let identity else { throw Refusal.unsupported }
        guard review.isAnswerable, let holder = try Self.holder(of: review) else {
            throw Refusal.typeMismatch
        }
        let card = try await identity.reader.card(choice)
        let cards = try review.parts.map { try Self.linked($0, through: identity, crowd) }
        let answer: String
        do {
            answer = try await holder.answer(
                review.request, linking: cards[0], with: cards[1], proving: card, agreed: true)
        } catch {
            // What a card answers is its own error; to people it is one thing.
            throw error as? Refusal ?? .nationalIDInvalid
        }
        try await send(answer, for: review)
    }

    /// Notes that the owner said no. Nobody is told.
    public func decline(_ review: LinkReview) throws {
        let record = Self.record(review, .declined, [])
        try home.change { try $0.record(record) }
    }

    private static let linkPath = "/tegata/links/"

    private static func record(
        _ review: LinkReview, _ outcome: ConsentRecord.Outcome, _ shown: [ConsentRecord.Shown]
    ) -> ConsentRecord {
        ConsentRecord(
            at: now, verifier: review.verifier, isAuthenticated: true, host: review.verifier,
            outcome: outcome, shown: shown)
    }

    private func send(_ answer: String, for review: LinkReview) async throws {
        var record = Self.record(review, .sent, review.shown)
        // Before it leaves: what was shown is in the history whatever happens next.
        try home.change { [record] in try $0.record(record) }
        let reply = try await http.send(
            "POST", review.address,
            fields: ["Content-Type": "application/json", "Accept": "application/json"],
            body: Array(answer.utf8), acceptsLoopback: review.isLoopback)
        record.outcome = reply.status == 200 ? .shown : .refused
        try home.change { [record] in try $0.record(record) }
        guard reply.status == 200 else { throw reply.reason }
    }

    /// Whose key answers: that of the cards that are shown.
    private static func holder(of review: LinkReview) throws -> Holder? {
        var any: Holder?
        for part in review.parts {
            switch part {
            case .shown(let card, _, _): return card.holder
            case .hidden(let card, _): any = card.holder
            case .missing: return nil
            }
        }
        return any
    }

    private static func linked(
        _ part: LinkReview.Part, through identity: IdentityAccess, _ crowd: Int
    ) throws(Refusal) -> LinkedCard {
        switch part {
        case .shown(let card, let claims, _):
            guard let edition = card.edition else { throw .typeMismatch }
            return .shown(
                card.card, revealing: claims.filter(card.card.selectiveClaims.contains),
                in: try identity.reach(edition))
        case .hidden(let card, let members):
            guard let edition = card.edition else { throw .typeMismatch }
            return .hidden(in: try identity.reach(edition), among: members, ofAtLeast: crowd)
        case .missing: throw .typeMismatch
        }
    }
}

// Which cards a question is about.
extension WalletService {
    private func parts(
        of request: LinkRequest, at address: String, _ isLoopback: Bool
    ) async throws -> [LinkReview.Part] {
        let kept = Array(try home.wallet().wallet.keptCards.reversed())
        let asked = [request.first, request.second]
        let chosen = Self.choose(asked.map { one in kept.filter { $0.answers(one) } }, asked)
        var parts = [LinkReview.Part]()
        for (place, one) in asked.enumerated() {
            guard let card = chosen[place] else {
                parts.append(.missing(issuer: one.issuer, edition: one.edition))
                continue
            }
            guard let claims = one.claims else {
                let lists = try await lists(at: "\(address)/lists/\(place)", isLoopback)
                parts.append(
                    .hidden(card, among: try MemberSnapshot(parsing: lists, from: card.profile)))
                continue
            }
            let held = card.card
            let shown = held.claims.keys.filter { name in
                !held.selectiveClaims.contains(name) || claims.contains(name)
            }
            parts.append(
                .shown(
                    card, claims: shown.sorted(),
                    hidden: held.selectiveClaims.subtracting(shown).sorted()))
        }
        return parts
    }

    /// A card for each: two that are shown are answered for by one key.
    private static func choose(
        _ found: [[KeptCard]], _ asked: [LinkRequest.Asked]
    ) -> [KeptCard?] {
        guard asked.allSatisfy({ $0.claims != nil }) else { return found.map(\.first) }
        for first in found[0] {
            let second = found[1].first { $0.holder.publicKey == first.holder.publicKey }
            if let second { return [first, second] }
        }
        return found[0].isEmpty ? [nil, found[1].first] : [found[0].first, nil]
    }

    /// The lists that a hidden card is among. That they are the question's is checked before anything is answered.
    func lists(at address: String, _ isLoopback: Bool) async throws -> String {
        // Lists are larger than everything else.
        let answer = try await OutboundHTTP(limit: 1 << 26, seconds: 60).send(
            "GET", address, acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard let text = String(validating: answer.body, as: UTF8.self) else {
            throw Refusal.malformed
        }
        return text
    }
}

extension KeptCard {
    /// Whether this is a card that is asked for, with all that it would have to show.
    fileprivate func answers(_ asked: LinkRequest.Asked) -> Bool {
        card.issuer.utf8.elementsEqual(asked.issuer.utf8)
            && card.edition.id.utf8.elementsEqual(asked.edition.utf8)
            && (asked.claims ?? []).allSatisfy { card.claims[$0] != nil }
    }
}
