internal import Foundation
internal import Pages
internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// A question as the owner looks at it before anything leaves: who asks, what would be shown, what would not.
public struct RequestReview: Sendable {
    /// One card that would be shown.
    public struct Part: Sendable {
        /// The card.
        public let card: KeptCard
        /// The claims that the verifier would read: those asked for, and those that every showing of the card shows.
        public let shown: [String]
        /// The claims that stay hidden.
        public let hidden: [String]
    }

    let request: VerifiedRequest
    let choice: PresentationChoice?
    let holder: Holder?
    let isLoopback: Bool

    /// The verifier's whole identifier, as it was verified.
    public var verifier: String { request.verifier.text }
    /// Whether the verifier proved that name.
    public var isAuthenticated: Bool { request.isAuthenticated }
    /// The host that the answer goes to.
    public let host: String
    /// What would be shown; empty when no card here answers the question.
    public let parts: [Part]
    /// Other cards that would do as well.
    public let others: [KeptCard]
    /// Whether there is a card to answer with.
    public var isAnswerable: Bool { choice != nil }
}

extension WalletService {
    /// Looks at a question, and at who asks. Nothing is shown.
    ///
    /// - Parameters:
    ///   - link: the link that the verifier gave.
    ///   - preferred: the number of the card to show where several would do; the newest unless said.
    /// - Returns: the question, for its owner to look at.
    /// - Throws: what is wrong with the request, or with who signed it: `issuerUntrusted`, `signatureInvalid`, `malformed`,
    ///   `unsupported`, `expired`, …; `unavailable`.
    public func review(
        request link: String, preferring preferred: Int? = nil
    ) async throws -> RequestReview {
        let door = try RequestTrust(
            authorities: trust.authorities, dids: trust.dids,
            acceptsUnsigned: trust.acceptsUnsigned, acceptsLoopback: acceptsLoopback)
        let request: VerifiedRequest
        var isLoopback = acceptsLoopback
        switch try door.open(link) {
        case .request(let found): request = found
        case .reference(let reference):
            // Who is not trusted is not even asked what it wants (R5).
            if reference.client.prefix == .decentralizedIdentifier {
                guard
                    trust.dids.contains(where: {
                        $0.utf8.elementsEqual(reference.client.name.utf8)
                    })
                else { throw Refusal.issuerUntrusted }
            }
            isLoopback = try OutboundHTTP.Target(
                reference.address, acceptsLoopback: acceptsLoopback
            ).isLoopback
            request = try await fetch(reference, by: door, isLoopback)
        }
        return try choose(
            for: request, isLoopback,
            host: try OutboundHTTP.Target(request.responseURI, acceptsLoopback: isLoopback)
                .authority, preferring: preferred)
    }

    /// The same question with another card. Nobody is asked anything.
    ///
    /// - Parameters:
    ///   - review: the question.
    ///   - preferred: the number of the card to show where it will do.
    /// - Returns: the question, for its owner to look at again.
    /// - Throws: what is wrong with the folder, or `unsupported`.
    public func review(
        _ review: RequestReview, preferring preferred: Int
    ) throws -> RequestReview {
        try choose(
            for: review.request, review.isLoopback, host: review.host, preferring: preferred)
    }

    private func choose(
        for request: VerifiedRequest, _ isLoopback: Bool, host: String, preferring number: Int?
    ) throws -> RequestReview {
        let kept = try preferring(number)
        let (choice, holder) = try self.choice(for: request, among: kept) ?? (nil, nil)
        let parts = choice?.parts.compactMap { part in Self.part(part, among: kept) } ?? []
        let others = try kept.filter { card in
            try !parts.contains(where: { $0.card.number == card.number })
                && self.choice(for: request, among: [card]) != nil
        }
        return RequestReview(
            request: request, choice: choice, holder: holder, isLoopback: isLoopback, host: host,
            parts: parts, others: others)
    }

    /// What answers the question, with cards of one key: the first key that has them.
    private func choice(
        for request: VerifiedRequest, among kept: [KeptCard]
    ) throws(Refusal) -> (PresentationChoice?, Holder?)? {
        var left = kept
        while let holder = left.first?.holder {
            let own = left.filter { $0.holder.publicKey == holder.publicKey }
            left.removeAll { $0.holder.publicKey == holder.publicKey }
            do {
                return (try holder.choose(for: request, among: own.map(\.card)), holder)
            } catch .typeMismatch {
                continue
            }
        }
        return nil
    }

    /// Shows what the owner agreed to.
    ///
    /// - Returns: where the verifier wants the browser of this device to go, if anywhere.
    /// - Throws: `typeMismatch` when no card answers the question; what the verifier says.
    public func show(_ review: RequestReview) async throws -> String? {
        guard let choice = review.choice, let holder = review.holder else {
            throw Refusal.typeMismatch
        }
        let shown = review.parts.map { ConsentRecord.Shown($0.card.card, claims: $0.shown) }
        return try await post(try holder.answer(choice), for: review, .shown, shown)
    }

    /// Tells the verifier that the owner said no, and nothing else.
    ///
    /// - Returns: where the verifier wants the browser of this device to go, if anywhere.
    /// - Throws: what the verifier says.
    public func decline(_ review: RequestReview) async throws -> String? {
        try await post(try holder().decline(review.request), for: review, .declined, [])
    }

    private func fetch(
        _ reference: RequestReference, by door: RequestTrust, _ isLoopback: Bool
    ) async throws(Refusal) -> VerifiedRequest {
        var fields = ["Accept": "application/oauth-authz-req+jwt"]
        var walletNonce: String?
        var body = [UInt8]()
        if reference.method == .post {
            let nonce = UUID().uuidString + UUID().uuidString
            walletNonce = nonce
            fields["Content-Type"] = "application/x-www-form-urlencoded"
            body = Array(reference.form(walletNonce: nonce).utf8)
        }
        let answer = try await http.send(
            reference.method == .post ? "POST" : "GET", reference.address, fields: fields,
            body: body, acceptsLoopback: isLoopback)
        guard answer.status == 200 else { throw answer.reason }
        guard let object = String(validating: answer.body, as: UTF8.self) else { throw .malformed }
        return try door.verify(object, from: reference, walletNonce: walletNonce)
    }

    private func preferring(_ number: Int?) throws -> [KeptCard] {
        let newest = Array(try cards().reversed())
        guard let number else { return newest }
        return newest.filter { $0.number == number } + newest.filter { $0.number != number }
    }

    private static func part(
        _ part: PresentationChoice.Part, among kept: [KeptCard]
    ) -> RequestReview.Part? {
        guard let found = kept.first(where: { $0.card.id == part.card.id }) else { return nil }
        let shown = part.card.claims.keys.filter { name in
            !part.card.selectiveClaims.contains(name) || part.claims.contains(name)
        }
        return RequestReview.Part(
            card: found, shown: shown.sorted(),
            hidden: part.card.selectiveClaims.subtracting(shown).sorted())
    }

    private func post(
        _ answer: WalletAnswer, for review: RequestReview, _ outcome: ConsentRecord.Outcome,
        _ shown: [ConsentRecord.Shown]
    ) async throws -> String? {
        var entry = ConsentRecord(
            at: Self.now, verifier: review.verifier, isAuthenticated: review.isAuthenticated,
            host: review.host, outcome: .sent, shown: shown)
        // Before it leaves: what was shown is in the history whatever happens next.
        try home.change { try $0.record(entry) }
        let reply = try await http.send(
            "POST", answer.address,
            fields: [
                "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
            ], body: Array(answer.body.utf8), acceptsLoopback: review.isLoopback)
        entry.outcome = reply.status == 200 ? outcome : .refused
        try home.change { try $0.record(entry) }
        guard reply.status == 200 else { throw reply.reason }
        guard
            let address = (try? JSONDecoder().decode(Reply.self, from: Data(reply.body)))?
                .redirect_uri
        else { return nil }
        // Somebody's page may be opened here, and none of this machine for somebody from elsewhere.
        return try? OutboundHTTP.Target(address, acceptsLoopback: review.isLoopback).text
    }

    private struct Reply: Decodable {
        let redirect_uri: String?
    }
}
