internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// A holder's word on a notice, as it travels (Spec/notice.md).
struct NoticeAnswer {
    static let type = "tegata-notice-answer+jwt"
    static let maximumSize = 64 * 1024

    enum Proof {
        /// The key that signed it, and what it says besides.
        case key(VerifyingKey, audience: String, time: Int64)
        /// The anonymous proof, of a card in this part of the snapshot.
        case anonymous(part: Int, proof: [UInt8])
    }

    let notice: NoticeID
    let word: NoticeWord
    let proof: Proof

    /// Reads an answer. One by key has been signed by the key it brings; whose that is remains to be seen.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `typeMismatch`, `signatureInvalid`.
    init(parsing text: String) throws(Refusal) {
        guard text.utf8.count <= Self.maximumSize else { throw .limitExceeded }
        if text.utf8.first == UInt8(ascii: "{") {
            let message = try JSON.message(text, limit: Self.maximumSize)
            guard let part = try message.required("part").integer.flatMap(Int.init(exactly:)) else {
                throw .malformed
            }
            proof = .anonymous(part: part, proof: try message.required("proof").bytes())
            (notice, word) = try Self.word(message)
            return
        }
        let token = try CompactJWS(parsing: text, types: [Self.type], limit: 4096)
        let key = try token.selfAssertedKey()
        let payload = JSON.object(try token.verified(by: key))
        proof = .key(
            key, audience: try payload.required("aud").text(atMost: 2048),
            time: Int64(clamping: try payload.required("iat").time()))
        (notice, word) = try Self.word(payload)
    }

    /// Reads an answer with the issuer's receipt for it.
    ///
    /// - Throws: what is wrong with either; `conflict` for a receipt over another answer or another word.
    init(
        parsing text: String, receipted receipt: String, from profile: IssuerProfile
    ) throws(Refusal) {
        let receipt = try NoticeReceipt(parsing: receipt, from: profile)
        try self.init(parsing: text)
        guard receipt.notice == notice, receipt.word == word,
            receipt.answer == LoggedDocument.digest(of: text)
        else { throw .conflict }
    }

    private static func word(_ json: JSON) throws(Refusal) -> (NoticeID, NoticeWord) {
        let notice: NoticeID = try json.required("notice").fixedBytes()
        guard let word = NoticeWord(name: try json.required("answer").text(atMost: 16)) else {
            throw .malformed
        }
        return (notice, word)
    }

    /// The statement that an anonymous answer proves.
    ///
    /// - Throws: `malformed` for a part that there is not.
    static func statement(
        _ word: NoticeWord, on notice: NoticeID, until deadline: Int64, number: UInt64,
        among snapshot: MemberSnapshot, part: Int
    ) throws(Refusal) -> AnonymousQuestion {
        guard snapshot.cards.sets.indices.contains(part) else { throw .malformed }
        let (edition, issuer) = (snapshot.announced, Array(snapshot.issuer.utf8))
        return try binding { () throws(ProofError) in
            try AnonymousQuestion(
                snapshot.cards.sets[part],
                attributes: [Scalar?](repeating: nil, count: edition.edition.committed.count),
                predicates: [],
                scope: PseudonymScope(verifier: issuer, edition: edition.digest, epoch: number),
                context: ProofContext(
                    edition: edition.digest.array, audience: issuer, nonce: notice.array,
                    purpose: Array("notice-\(word.name)".utf8),
                    expires: UInt64(clamping: deadline), subject: notice.array))
        }
    }
}

extension Holder {
    /// Answers a notice with the key of the card that it is for. Answering again says the same again: the receipt
    /// is the first one's.
    ///
    /// - Parameters:
    ///   - word: yes or no.
    ///   - notice: what the inbox has checked and the person has read.
    /// - Returns: text for `Issuer.settle(answer:among:)`.
    /// - Throws: `typeMismatch` for a notice that is not for this key's card, `expired` past its deadline.
    public func answer(_ word: NoticeWord, to notice: Notice) throws(Refusal) -> String {
        guard case .card(_, let thumbprint) = notice.address,
            thumbprint == publicKey.thumbprintBytes
        else { throw .typeMismatch }
        let now = clock()
        guard now < notice.deadline else { throw .expired }
        let payload: JSON = [
            "aud": .string(notice.issuer), "notice": .bytes(notice.id.array),
            "answer": .string(word.name), "iat": .whole(now),
        ]
        return String(
            decoding: try CompactJWS.sign(
                payload: payload.encoded, type: NoticeAnswer.type, by: key, embedding: publicKey),
            as: UTF8.self)
    }

    /// Answers a notice to a pseudonym, as one of the snapshot's members and no one of them in particular.
    ///
    /// - Parameters:
    ///   - word: yes or no.
    ///   - notice: what the inbox has checked and the person has read.
    ///   - card: the card whose pseudonym it is.
    ///   - snapshot: the lists that the programme counts in.
    ///   - crowd: among how many cards the holder wants to be at least.
    /// - Returns: text for `Issuer.settle(answer:among:)`.
    /// - Throws: `typeMismatch` for another card or snapshot, `limitExceeded` for a smaller crowd, `expired`.
    public func answer(
        _ word: NoticeWord, to notice: Notice, with card: Card, among snapshot: MemberSnapshot,
        ofAtLeast crowd: Int = 20
    ) throws(Refusal) -> String {
        let now = clock()
        guard now < notice.deadline else { throw .expired }
        guard let action = notice.action, action.snapshot == snapshot.root,
            card.noticeName(number: action.number) == notice.address,
            let opening = card.opening, let commitment = opening.commitment
        else { throw .typeMismatch }
        guard snapshot.anonymity >= crowd else { throw .limitExceeded }
        let part = snapshot.cards.part(of: commitment)
        let statement = try NoticeAnswer.statement(
            word, on: notice.id, until: notice.deadline, number: action.number, among: snapshot,
            part: part)
        let proof = try statement.proof(with: opening)
        return JSON.object([
            "notice": .bytes(notice.id.array), "answer": .string(word.name),
            "part": .whole(Int64(part)), "proof": .bytes(proof),
        ]).text
    }
}

extension Card {
    /// The name that this card has in the issuer's action with this number; `nil` for a card without a wallet.
    func noticeName(number: UInt64) -> NoticeAddress? {
        guard let opening else { return nil }
        let scope = PseudonymScope(
            verifier: Array(issuer.utf8), edition: Edition.digest(issuer: issuer, id: edition.id),
            epoch: number)
        return .pseudonym(Pseudonym(bytes: opening.pseudonym(in: scope).encoded))
    }
}
