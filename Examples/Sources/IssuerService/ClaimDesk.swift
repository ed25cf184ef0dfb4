internal import ServiceKit
internal import Foundation
internal import Pages
internal import Tegata
internal import TegataOpenID

/// How far a claim has got: the wallet is bound first, then the person shows the ID card, whose signature covers the wallet's key
/// (A73, A129).
struct ClaimRecord: Codable, Sendable {
    enum Phase: Codable, Sendable {
        /// The offer waits for a wallet.
        case offered
        /// The person let a wallet ask, and goes back to it there.
        case approved(back: String)
        /// A wallet with this key, a JWK, has asked: now the person.
        case asked(holder: String)
        /// The person has entered a draw; this proves it.
        case entered(request: String, receipt: String)
        /// The card is there; the wallet fetches it.
        case issued(answer: String, serial: UInt32)
        /// It ended with this reason.
        case refused(String)
    }

    let edition: String
    /// The subject of the offer.
    let subject: [UInt8]
    /// Names the offer to the OpenID server.
    let handle: String
    let link: String
    let code: String
    var phase: Phase
    /// What the office has to do with it, if anything.
    var appeal: Appeal?
}

/// The claims that are under way: one for each browser session and edition.
struct ClaimDesk: Sendable {
    let desk: Desk

    static let lifetime: Int64 = 3_600

    /// The session's claim of an edition.
    func claim(_ edition: String, in session: BrowserSession) async throws(Refusal) -> ClaimRecord?
    {
        try await read(key(edition, session))
    }

    /// Starts a claim, or goes on with the one there is while it can still end well.
    func start(_ edition: String, in session: BrowserSession) async throws(Refusal) {
        let opened = try await desk.edition(edition)
        let key = key(edition, session)
        let earlier = try await desk.store.value(of: key, now: now)
        if let earlier, let record = decode(earlier), case .asked = record.phase { return }
        if let earlier, let record = decode(earlier), case .issued = record.phase { return }
        if let earlier, let record = decode(earlier), case .entered = record.phase { return }
        if let limit = try await desk.issuer.standing(of: opened).freeLimit, limit == 0 {
            throw .soldOut
        }
        // What finds the claim again when its order comes.
        let subject = BrowserSession().key
        let made = try await desk.openIDServer().offer([edition], for: subject)
        let record = ClaimRecord(
            edition: edition, subject: subject, handle: made.handle, link: made.referenceLink,
            code: made.transactionCode ?? "", phase: .offered)
        try await keep(record, in: session, isNew: true)
    }

    /// Answers a wallet's order: later, until the person has shown the ID card.
    func fill(_ order: CredentialOrder) async throws(Refusal) -> CredentialOutcome {
        guard let holder = order.holders.first, order.holders.count == 1 else {
            throw .limitExceeded
        }
        guard let key = try await desk.store.value(of: order.subject, now: now),
            let stored = try await desk.store.value(of: key, now: now), var record = decode(stored),
            record.subject == order.subject
        else { throw .expired }
        switch record.phase {
        case .offered, .approved:
            record.phase = .asked(holder: holder.encoded)
            guard
                try await desk.store.replace(
                    key, stored, with: encode(record), until: now + Self.lifetime, now: now)
            else { throw .unavailable }
            return .later(after: 3)
        case .asked(let earlier):
            guard earlier == holder.encoded else { throw .unauthorized }
            return .later(after: 3)
        case .entered(let request, _):
            record.phase = try await drawn(record, request)
            if case .entered = record.phase { return .later(after: 3) }
            _ = try await desk.store.replace(
                key, stored, with: encode(record),
                until: now + (await lifetime(of: record.edition)),
                now: now)
            guard case .issued(let answer, _) = record.phase,
                let card = IssuedAnswer(answer)?.card
            else { throw .soldOut }
            return .issued([IssuedCredential(card, companion: answer)])
        case .issued(let answer, _):
            guard let card = IssuedAnswer(answer)?.card else { throw .unavailable }
            return .issued([IssuedCredential(card, companion: answer)])
        case .refused(let reason): throw Refusal(rawValue: reason) ?? .unavailable
        }
    }

    /// The person shows the ID card: the proof covers the wallet's key, and the card is issued.
    func prove(
        _ edition: String, in session: BrowserSession, person: String?, replacing: Bool
    ) async throws {
        let key = key(edition, session)
        guard let stored = try await desk.store.value(of: key, now: now),
            var record = decode(stored)
        else { throw Refusal.expired }
        if case .issued = record.phase { return }
        guard case .asked(let holder) = record.phase else { throw Refusal.notYetValid }
        let opened = try await desk.edition(edition)
        let wallet = try VerifyingKey(parsing: holder)
        let answer: String
        do {
            if replacing || opened.edition.draw != nil {
                let request = try await desk.counter.request(
                    opened, proving: try await desk.reader.card(person), for: wallet)
                if !replacing, let phase = try await entered(request, opened) {
                    record.phase = phase
                    try await keep(record, in: session)
                    return
                }
                let claims = try await desk.extras.extra(of: edition).cardClaims
                answer =
                    replacing
                    ? try await desk.issuer.reissue(to: request, claims: claims)
                    : try await desk.issuer.issue(to: request, claims: claims)
            } else {
                answer = try await card(record, of: person, for: wallet, opened)
            }
        } catch Refusal.nationalIDInvalid {
            if try await mayAppeal(record, opened, at: key, stored: stored) { return }
            throw Refusal.nationalIDInvalid
        } catch IssuingError.refused(.soldOut) {
            // The wallet need not go on asking.
            record.phase = .refused(Refusal.soldOut.rawValue)
            _ = try await desk.store.replace(
                key, stored, with: encode(record), until: now + Self.lifetime, now: now)
            throw Refusal.soldOut
        }
        await desk.cardsChanged()
        guard let serial = IssuedAnswer(answer)?.serial else { throw Refusal.unavailable }
        record.phase = .issued(answer: answer, serial: serial)
        // Whoever else pressed the button issued the same person's card, or was refused.
        _ = try await desk.store.replace(
            key, stored, with: encode(record), until: now + Self.lifetime, now: now)
    }

    /// Makes another transaction code, after too many wrong ones (A68).
    func renewCode(_ edition: String, in session: BrowserSession) async throws(Refusal) {
        let key = key(edition, session)
        guard let stored = try await desk.store.value(of: key, now: now),
            let record = decode(stored)
        else { throw .expired }
        let code = try await desk.openIDServer().renewTransactionCode(of: record.handle)
        let renewed = ClaimRecord(
            edition: edition, subject: record.subject, handle: record.handle, link: record.link,
            code: code, phase: record.phase)
        _ = try await desk.store.replace(
            key, stored, with: encode(renewed), until: now + Self.lifetime, now: now)
    }

    /// Gives a claim up, so that it can be started again: with another wallet, or by somebody else in the same browser. A card that was
    /// issued and a draw that was entered stay.
    func leave(_ edition: String, in session: BrowserSession) async throws(Refusal) {
        let key = key(edition, session)
        guard let stored = try await desk.store.value(of: key, now: now),
            let record = decode(stored)
        else { return }
        switch record.phase {
        case .issued, .entered: throw .conflict
        case .offered, .approved, .asked, .refused: break
        }
        // The wallet that asks next finds nothing: its order has expired.
        guard try await desk.store.replace(key, stored, with: nil, until: now, now: now) else {
            throw .conflict
        }
    }

    /// Keeps a session's claim, in place of the one there is; a new one is found again by its subject too.
    func keep(
        _ record: ClaimRecord, in session: BrowserSession, isNew: Bool = false
    ) async throws(Refusal) {
        let key = key(record.edition, session)
        let end = now + (await lifetime(of: record.edition))
        let earlier = try await desk.store.value(of: key, now: now)
        guard
            try await desk.store.replace(
                key, earlier, with: encode(record), until: end, now: now)
        else { throw .conflict }
        guard isNew else { return }
        guard
            try await desk.store.replace(
                record.subject, nil, with: key, until: end, now: now)
        else { throw .conflict }
    }

    /// An hour; for a draw a week beyond its entries.
    private func lifetime(of edition: String) async -> Int64 {
        guard let draw = (try? await desk.edition(edition))?.edition.draw else {
            return Self.lifetime
        }
        return max(Self.lifetime, draw.closes - now + 7 * 86_400)
    }

    /// The number of the card in an answer of ours.
    static func serial(of answer: String) -> UInt32? { IssuedAnswer(answer)?.serial }

    var now: Int64 { Now.seconds }

    private func key(_ edition: String, _ session: BrowserSession) -> [UInt8] {
        session.key + Array(edition.utf8)
    }

    private func read(_ key: [UInt8]) async throws(Refusal) -> ClaimRecord? {
        try await desk.store.value(of: key, now: now).flatMap(decode)
    }

    func decode(_ bytes: [UInt8]) -> ClaimRecord? {
        try? JSONDecoder().decode(ClaimRecord.self, from: Data(bytes))
    }

    func encode(_ record: ClaimRecord) -> [UInt8] {
        (try? [UInt8](JSONEncoder().encode(record))) ?? []
    }
}

/// What the issuer answered, as far as its own pages look into it: it is of a moment ago and our own.
private struct IssuedAnswer: Decodable {
    private struct Payload: Decodable { let serial: UInt32 }

    let card: String

    init?(_ text: String) {
        guard let decoded = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
            return nil
        }
        self = decoded
    }

    var serial: UInt32? { CompactText(card)?.read(Payload.self)?.serial }
}

extension EditionStanding {
    /// How many more cards there can be; `nil` for an edition without a limit.
    var freeLimit: Int? {
        guard case .cards(let count) = limit else { return nil }
        return max(0, Int(count) - given)
    }
}
