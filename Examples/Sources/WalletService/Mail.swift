internal import Foundation
internal import ServiceKit
public import Tegata

/// What an issuer has told a card, as far as it may be shown: everything in it has been checked.
public struct Mail: Sendable {
    /// The card.
    public let card: KeptCard
    /// What waits for an answer, oldest first.
    public var notices: [Notice]
    /// How many texts were not what they should be, and are not shown.
    public let refused: Int
    /// The words that are on their way, by notice: whether they arrived was never heard.
    public var sent: [NoticeID: NoticeWord]
    /// How many receipts of this issuer's are kept.
    public internal(set) var receipts: Int
    /// When it was fetched.
    let time: Int64
}

extension WalletService {
    /// Fetches what a card's holder was told. The issuer learns that this card asked; nobody else does.
    ///
    /// - Throws: what the issuer says; `unavailable`.
    public func mail(for card: KeptCard) async throws -> Mail {
        struct Reply: Decodable {
            let mail: [String]
        }
        let text = try await tell(card, Self.noticeDoor, try await show(card, at: Self.noticeDoor))
        guard let reply = try? JSONDecoder().decode(Reply.self, from: Data(text.utf8)) else {
            throw Refusal.malformed
        }
        return try read(reply.mail, card)
    }

    /// Waits for what the issuer tells a card: once with what there is, and again with all of it when something comes.
    ///
    /// - Parameters:
    ///   - card: the card.
    ///   - isEnough: looks at it, and says whether to stop waiting.
    /// - Throws: what the issuer says; `unavailable`.
    public func follow(_ card: KeptCard, until isEnough: (Mail) -> Bool) async throws {
        while !Task.isCancelled {
            let answer = try await show(card, at: Self.noticeDoor)
            let (events, continuation) = AsyncStream.makeStream(of: String.self)
            let reader = EventReader { continuation.yield($0) }
            let asking = Task {
                defer { continuation.finish() }
                return try await ask(
                    card, Self.noticeDoor, answer, accepting: "text/event-stream",
                    hearing: { reader.take($0) })
            }
            var texts = [String]()
            for await text in events {
                texts.append(text)
                if isEnough(try read(texts, card)) { return }
            }
            _ = try await asking.value
        }
    }

    static var noticeDoor: String { "/tegata/notices" }

    /// Shows the card to one of the issuer's own doors.
    func show(_ card: KeptCard, at door: String) async throws -> String {
        struct Question: Decodable {
            let aud: String
        }
        let challenge = try await tell(card, door + "/challenge", "")
        // Its own, and none of another door's that it might hand on.
        guard
            let question = try? JSONDecoder().decode(Question.self, from: Data(challenge.utf8)),
            question.aud.utf8.elementsEqual((card.card.issuer + door).utf8)
        else { throw Refusal.issuerUntrusted }
        return try card.holder.present(card.card, revealing: [], to: challenge)
    }

    private func read(_ texts: [String], _ card: KeptCard) throws -> Mail {
        var (notices, refused, receipts) = ([Notice](), 0, 0)
        var sent = [NoticeID: NoticeWord]()
        try home.change { wallet in
            receipts = wallet.receipts(of: card.card).count
            for answer in wallet.sentAnswers(of: card.card) { sent[answer.notice] = answer.word }
            var inbox = wallet.inbox(of: card.card.issuer)
            for text in texts.prefix(1024) {
                if (try? inbox.keep(withdrawal: text, from: card.profile)) != nil { continue }
                do throws(Refusal) {
                    notices.append(
                        try inbox.receive(
                            text, for: card.card, of: card.holder, from: card.profile))
                } catch {
                    switch error {
                    // Answered, taken back, over, or to a key before this one.
                    case .replayed, .revoked, .expired, .typeMismatch: break
                    default: refused += 1
                    }
                }
            }
            notices.removeAll { inbox.state(of: $0.id) != .open }
            try wallet.keep(inbox)
        }
        return Mail(
            card: card, notices: notices, refused: refused, sent: sent, receipts: receipts,
            time: Self.now)
    }

    /// Says yes or no, once. What is on its way already is sent again as it was, whatever the word is now.
    ///
    /// - Returns: what the issuer recorded, by its receipt, which is kept.
    /// - Throws: what the issuer says; `unavailable`.
    public func answer(
        _ word: NoticeWord, to notice: Notice, of card: KeptCard
    ) async throws -> NoticeWord {
        let answer = try home.change { wallet in
            // What is sent is written down before it leaves.
            try wallet.sentAnswer(to: notice.id)
                ?? wallet.keep(answer: card.holder.answer(word, to: notice), of: card.card)
        }
        let receipt: String
        do {
            receipt = try await tell(card, Self.noticeDoor + "/answers", answer.text)
        } catch let refusal as Refusal {
            // It was heard, and is none: another word may follow.
            if refusal != .unavailable && refusal != .limitExceeded {
                try home.change { $0.forget(answer) }
            }
            throw refusal
        }
        return try home.change { wallet in
            var inbox = wallet.inbox(of: card.card.issuer)
            let recorded = try inbox.keep(receipt: receipt, for: answer.text, from: card.profile)
            try wallet.keep(inbox)
            try wallet.keep(receipt: receipt, for: answer.text, of: card.card)
            return recorded
        }
    }

    func tell(_ card: KeptCard, _ path: String, _ body: String) async throws -> String {
        let answer = try await ask(card, path, body)
        guard let text = String(validating: answer.body, as: UTF8.self) else {
            throw Refusal.malformed
        }
        return text
    }

    private func ask(
        _ card: KeptCard, _ path: String, _ body: String, accepting type: String? = nil,
        hearing hear: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> OutboundHTTP.Answer {
        let issuer = card.card.issuer
        let isLoopback = try OutboundHTTP.Target(issuer, acceptsLoopback: acceptsLoopback)
            .isLoopback
        var fields = ["Content-Type": "text/plain"]
        fields["Accept"] = type
        let answer = try await OutboundHTTP(limit: 8 << 20, seconds: hear == nil ? 15 : 90).send(
            "POST", issuer + path, fields: fields, body: Array(body.utf8),
            acceptsLoopback: isLoopback, hearing: hear)
        guard answer.status == 200 else { throw answer.reason }
        return answer
    }
}
