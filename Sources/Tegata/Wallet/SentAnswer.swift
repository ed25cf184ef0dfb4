internal import TegataCrypto
internal import TegataSDJWT

/// An answer to a notice that is on its way: written down before it leaves, and the very same sent again until its receipt is
/// there (Spec/wallet.md).
public struct SentAnswer: Sendable, Equatable {
    /// What it answers.
    public let notice: NoticeID
    /// What it says.
    public let word: NoticeWord
    /// The text that is sent.
    public let text: String
    let place: CardPlace
    let issuer: String

    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `typeMismatch`, `signatureInvalid` for what is no answer;
    ///   `issuerUntrusted` for one to another issuer.
    init(_ text: String, to issuer: String, at place: CardPlace) throws(Refusal) {
        let answer = try NoticeAnswer(parsing: text)
        if case .key(_, let audience, _) = answer.proof {
            guard audience.hasSameBytes(as: issuer) else { throw .issuerUntrusted }
        }
        notice = answer.notice
        word = answer.word
        self.text = text
        self.place = place
        self.issuer = issuer
    }

    init(json: JSON) throws(Refusal) {
        try self.init(
            try json.required("answer").text(atMost: NoticeAnswer.maximumSize),
            to: try json.required("issuer").text(atMost: 2048), at: try CardPlace(json: json))
    }

    var json: JSON {
        .object(place.members(["issuer": .string(issuer), "answer": .string(text)]))
    }
}

extension Wallet {
    static let maximumAnswers = 1024

    /// The answers that are on their way, of this card or one before it under the same serial; oldest first.
    public func sentAnswers(of card: Card) -> [SentAnswer] {
        answers.filter { $0.place == CardPlace(card) }
    }

    /// The answer to a notice that is on its way.
    public func sentAnswer(to notice: NoticeID) -> SentAnswer? {
        answers.first { $0.notice == notice }
    }

    /// Writes an answer down, before it leaves. One that is on its way already stays: whether it arrived was never heard. It goes when its
    /// receipt is kept, or by ``forget(_:)``.
    ///
    /// - Returns: what is to be sent.
    /// - Throws: `conflict` for a notice whose receipt is there; `issuerUntrusted` without the issuer's profile, and for an answer to
    ///   another one; what reading it throws; `limitExceeded` beyond 1,024.
    public mutating func keep(answer: String, of card: Card) throws(Refusal) -> SentAnswer {
        let answer = try SentAnswer(answer, to: card.issuer, at: CardPlace(card))
        guard !receipts.contains(where: { $0.notice == answer.notice }) else { throw .conflict }
        try take(answer)
        return sentAnswer(to: answer.notice) ?? answer
    }

    /// Forgets an answer: the issuer has said that it is none, and another word may follow.
    public mutating func forget(_ answer: SentAnswer) {
        answers.removeAll { $0 == answer }
    }

    mutating func take(_ answer: SentAnswer) throws(Refusal) {
        guard profile(answer.issuer) != nil else { throw .issuerUntrusted }
        guard sentAnswer(to: answer.notice) == nil,
            !receipts.contains(where: { $0.notice == answer.notice })
        else { return }
        guard answers.count < Self.maximumAnswers else { throw .limitExceeded }
        answers.append(answer)
    }
}
