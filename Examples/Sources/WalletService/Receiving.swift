internal import Foundation
public import Pages
internal import ServiceKit
public import Tegata
internal import TegataOpenID

/// An offer as its owner looks at it before anything is redeemed.
public struct OfferReview: Sendable {
    let offer: CredentialOffer
    let documents: IssuerDocuments

    /// The issuer, as it was verified: shown beside every name that it gives itself (A45).
    public var issuer: String { offer.issuer.text }
    /// What has to be typed in: how many characters, where the issuer says so.
    public var codeLength: Int? { offer.transactionCode?.length }
    /// Whether a code has to be typed in.
    public var needsCode: Bool { offer.transactionCode != nil }
    /// Whether the code is digits.
    public var isCodeNumeric: Bool { offer.transactionCode?.characters == .numeric }
    /// What the issuer says about the code.
    public var codeExplanation: String? { offer.transactionCode?.explanation?.cut(to: 300) }

    /// What the issuer calls itself.
    public func issuerName(_ language: Language) -> String? {
        DisplayText.best(documents.metadata.display, for: language.rawValue)?.name?.cut(to: 80)
    }

    /// What is offered.
    public func titles(_ language: Language) -> [String] {
        offer.configurations.map { id in
            let display = documents.metadata.configuration(id)?.display ?? []
            let edition = edition(id)?.edition
            let name = DisplayText.best(display, for: language.rawValue)?.name
            return language(edition?.title ?? [:], or: name ?? id).cut(to: 80)
        }
    }

    /// The editions offered that the issuer has announced.
    public var editions: [OpenEdition] { offer.configurations.compactMap(edition) }

    private func edition(_ id: String) -> OpenEdition? {
        documents.profile.editions.first { $0.edition.id.utf8.elementsEqual(id.utf8) }
    }
}

/// What became of a card that was asked for.
public enum Delivery: Sendable {
    /// It is here.
    case card(KeptCard)
    /// The issuer needs time.
    case later(WaitingCard)
}

extension WalletService {
    /// Looks at an offer, by value or by reference, and at who makes it. Nothing is redeemed.
    ///
    /// - Throws: what is wrong with the link, the offer or what the issuer publishes; `unsupported` for an offer of other
    ///   formats or without a pre-authorised code; `unavailable`.
    public func review(offer link: String) async throws(Refusal) -> OfferReview {
        let offer: CredentialOffer
        switch try CredentialOfferLink(parsing: link, allowingLoopback: acceptsLoopback) {
        case .offer(let found): offer = found
        case .reference(let address):
            let isLoopback = try OutboundHTTP.Target(address, acceptsLoopback: acceptsLoopback)
                .isLoopback
            let answer = try await http.send(
                "GET", address, fields: ["Accept": "application/json"],
                acceptsLoopback: isLoopback)
            guard answer.status == 200 else {
                throw answer.status >= 500 ? .unavailable : .expired
            }
            // An offer from elsewhere does not lead to this machine.
            offer = try CredentialOffer(parsing: answer.body, allowingLoopback: isLoopback)
        }
        guard offer.preAuthorizedCode != nil else { throw .unsupported }
        let documents = try await IssuerDocuments(
            of: offer.issuer, server: offer.authorizationServer, by: http)
        for id in offer.configurations {
            guard documents.metadata.configuration(id)?.isSupported == true else {
                throw .unsupported
            }
        }
        return OfferReview(offer: offer, documents: documents)
    }

    /// Redeems an offer.
    ///
    /// - Parameters:
    ///   - review: the offer, as its owner saw it.
    ///   - code: what the owner typed in.
    /// - Returns: what came of each card that was offered.
    /// - Throws: `unauthorized` for a wrong code, after which the offer is as it was; what else the issuer says.
    public func receive(_ review: OfferReview, code: String? = nil) async throws -> [Delivery] {
        let documents = review.documents
        let call = try documents.wallet.tokenCall(for: review.offer, transactionCode: code)
        let answer = try await send(call, documents)
        _ = try IssuanceTokens(status: answer.status, body: answer.body)
        // From here on the offer is spent, so what opens the endpoints is kept before it is used.
        let waiting = review.offer.configurations.map { id in
            WaitingCard(
                id: UUID().uuidString.lowercased(), issuer: review.issuer, configuration: id,
                due: Self.now, attempts: 0, server: documents.server.issuer.text,
                tokens: String(decoding: answer.body, as: UTF8.self))
        }
        for one in waiting { try home.keep(one) }
        var deliveries = [Delivery]()
        for one in waiting {
            do {
                deliveries.append(try await ask(one, documents))
            } catch Refusal.unavailable {
                // The offer is redeemed and the card is owed: it is asked for again as any card that takes time.
                deliveries.append(.later(one))
            }
        }
        return deliveries
    }

    /// Asks again for a card that is on its way.
    ///
    /// - Throws: what the issuer says. After a refusal that is final the card is not waited for any more.
    public func resume(_ id: String) async throws -> Delivery {
        let waiting = try home.waiting(id)
        let issuer = try IssuerIdentifier(waiting.issuer, allowingLoopback: acceptsLoopback)
        let documents = try await IssuerDocuments(of: issuer, server: waiting.server, by: http)
        return try await ask(waiting, documents)
    }

    /// Waits no more for a card.
    public func giveUp(_ id: String) throws { try home.forget(try home.waiting(id)) }

    private func ask(
        _ waiting: WaitingCard, _ documents: IssuerDocuments
    ) async throws -> Delivery {
        do {
            do {
                return try await step(waiting, documents)
            } catch Refusal.expired {
                // A card that takes longer than a token lives.
                return try await step(try await refreshed(waiting, documents), documents)
            } catch Refusal.unauthorized where waiting.transaction != nil {
                // The issuer answered and the answer was lost: who asks as at first gets it again.
                var again = waiting
                again.transaction = nil
                return try await step(again, documents)
            }
        } catch let refusal as Refusal {
            if Self.isFinal(refusal) { try home.forget(waiting) }
            throw refusal
        }
    }

    private func step(
        _ waiting: WaitingCard, _ documents: IssuerDocuments
    ) async throws -> Delivery {
        let wallet = try documents.wallet
        let tokens = try IssuanceTokens(status: 200, body: Array(waiting.tokens.utf8))
        let call: OAuthCall
        if let transaction = waiting.transaction {
            call = try wallet.deferredCall(transaction, tokens)
        } else {
            let fresh = try await send(try wallet.nonceCall(), documents)
            let nonce = try wallet.nonce(status: fresh.status, body: fresh.body)
            call = try wallet.credentialCall(
                waiting.configuration, tokens, nonce: nonce, keys: [.secp256k1(try home.key())])
        }
        let answer = try await send(call, documents)
        let received = try wallet.accept(
            status: answer.status, body: answer.body, waiting.configuration,
            keys: [try publicKey()], trusting: documents.cardIssuer)
        switch received {
        case .later(let transaction, let seconds):
            var next = waiting
            next.transaction = transaction
            next.due = Self.now + Int64(seconds)
            next.attempts += 1
            try home.keep(next)
            return .later(next)
        case .cards(let cards, let notification):
            // Without Tegata's companion a card could be shown and not checked: it is none for this wallet.
            guard cards.count == 1, let companion = cards[0].companion else {
                throw Refusal.unsupported
            }
            let holder = try holder()
            let card = try holder.accept(companion, from: documents.profile)
            let kept = try home.change { wallet in
                try wallet.keep(card, of: holder, from: documents.profile)
                return wallet.keptCards.first { $0.card.id == card.id }
            }
            try home.forget(waiting)
            if let notification {
                // The card is here whether the issuer hears of it or not.
                _ = try? await send(
                    wallet.notificationCall(notification, .accepted, tokens), documents)
            }
            guard let kept else { throw Refusal.unavailable }
            return .card(kept)
        }
    }

    private func refreshed(
        _ waiting: WaitingCard, _ documents: IssuerDocuments
    ) async throws -> WaitingCard {
        let old = try IssuanceTokens(status: 200, body: Array(waiting.tokens.utf8))
        guard old.refresh != nil else { throw Refusal.expired }
        let answer = try await send(try documents.wallet.refreshCall(old), documents)
        _ = try IssuanceTokens(status: answer.status, body: answer.body)
        var next = waiting
        next.tokens = String(decoding: answer.body, as: UTF8.self)
        try home.keep(next)
        return next
    }

    private func send(
        _ call: OAuthCall, _ documents: IssuerDocuments
    ) async throws(Refusal) -> OutboundHTTP.Answer {
        var fields = ["Accept": "application/json"]
        fields["Authorization"] = call.authorization
        fields["Content-Type"] = call.contentType
        return try await http.send(
            call.method, call.url, fields: fields, body: call.body,
            acceptsLoopback: OutboundHTTP.Target(
                documents.metadata.issuer.text, acceptsLoopback: acceptsLoopback
            ).isLoopback)
    }

    /// Whether asking again is of no use.
    private static func isFinal(_ refusal: Refusal) -> Bool {
        switch refusal {
        case .soldOut, .alreadyClaimed, .unauthorized, .expired, .holderBindingInvalid,
            .nationalIDInvalid, .revoked, .conflict:
            true
        default: false
        }
    }
}
