internal import Foundation
public import Pages
internal import ServiceKit
internal import Tegata

/// An anonymous action, as the owner looks at it before anything is answered: who asks and why, what would be shown, among how many.
public struct ActionReview: Sendable {
    /// The card that would answer, and stay hidden.
    public let card: KeptCard
    /// Among how many cards it would be one.
    public let crowd: Int
    let request: AnonymousRequest
    let question: String
    let profile: VerifierProfile
    let members: MemberSnapshot
    let address: String
    let isLoopback: Bool

    /// Who asks: the address that the answer goes to, and nowhere else.
    public var verifier: String { request.verifier }
    /// What it is for, in the verifier's words.
    public func purpose(_ language: Language) -> String {
        language(request.action.purpose, or: "–")
    }

    /// What has to be shown of the card besides, in signs: `since ≤ 2026`.
    public var requirements: [String] { request.action.predicates.map(\.description) }
    /// Whether the card would stand among so few that the owner has to agree to that too.
    public var isCrowdSmall: Bool { crowd < WalletService.usualCrowd }
}

extension WalletService {
    /// Looks at an anonymous action, and at who asks. Nothing is answered, and nobody is asked whom the owner has not named before.
    ///
    /// - Parameter link: the address that the verifier gave, which ends with `/question`.
    /// - Returns: the action, for its owner to look at.
    /// - Throws: `issuerUntrusted` for a verifier that is not known here, and for one that is not at this address; `typeMismatch` without
    ///   a card of the edition; `signatureInvalid`, `malformed`, `expired`, `unavailable`.
    public func review(action link: String) async throws -> ActionReview {
        guard link.hasSuffix(Self.questionPath) else { throw Refusal.issuerUntrusted }
        let asked = try await question(at: link, under: "/anonymous/")
        let base = String(link.dropLast(Self.questionPath.count))
        let lists = try await lists(at: base + "/lists", asked.isLoopback)
        for card in try home.wallet().wallet.keptCards.reversed() {
            // Another issuer's lists are none of this card's.
            guard let members = try? MemberSnapshot(parsing: lists, from: card.profile),
                members.issuer == card.card.issuer, members.edition == card.card.edition.id
            else { continue }
            let request = try AnonymousRequest(
                parsing: asked.text, from: asked.profile, among: members)
            guard Self.now < request.expires, Self.now < request.action.closes else {
                throw Refusal.expired
            }
            return ActionReview(
                card: card, crowd: members.anonymity, request: request, question: asked.text,
                profile: asked.profile, members: members, address: base,
                isLoopback: asked.isLoopback)
        }
        throw Refusal.typeMismatch
    }

    /// Answers as one of the members, without saying which. That something was answered is in the history before it leaves.
    ///
    /// - Parameters:
    ///   - review: the action.
    ///   - crowd: among how many the card has to be at least.
    /// - Throws: what `Holder.answer` throws, `limitExceeded` for a smaller crowd among it; what the verifier says: `replayed` for a
    ///   card that has acted.
    public func act(
        _ review: ActionReview, ofAtLeast crowd: Int = WalletService.usualCrowd
    ) async throws {
        let answer = try review.card.holder.answer(
            review.question, with: review.card.card, from: review.profile, among: review.members,
            ofAtLeast: crowd)
        var record = ConsentRecord(
            at: Self.now, verifier: review.verifier, isAuthenticated: true, host: review.verifier,
            outcome: .sent)
        try home.change { [record] in try $0.record(record) }
        let reply = try await http.send(
            "POST", review.address + "/answer",
            fields: ["Content-Type": "application/json", "Accept": "application/json"],
            body: Array(answer.utf8), acceptsLoopback: review.isLoopback)
        record.outcome = reply.status == 200 ? .shown : .refused
        try home.change { [record] in try $0.record(record) }
        guard reply.status == 200 else { throw reply.reason }
    }

    private static let questionPath = "/question"
}
