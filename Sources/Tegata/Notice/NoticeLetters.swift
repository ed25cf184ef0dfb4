public import TegataCrypto
internal import TegataSDJWT

/// What an issuer says to an answer: that it is recorded (Spec/notice.md).
struct NoticeReceipt {
    static let type = "tegata-receipt+jwt"

    let issuer: String
    let time: Int64
    let notice: NoticeID
    /// What the answer is known by.
    let answer: FixedBytes<32>
    let word: NoticeWord

    func signed(by signer: LetterSigner) throws(Refusal) -> String {
        try signer.sign(
            [
                "iss": .string(issuer), "iat": .whole(time), "notice": .bytes(notice.array),
                "answer": .bytes(answer.array), "outcome": .string(word.name),
            ], type: Self.type)
    }

    init(
        issuer: String, time: Int64, notice: NoticeID, answer: FixedBytes<32>, word: NoticeWord
    ) {
        self.issuer = issuer
        self.time = time
        self.notice = notice
        self.answer = answer
        self.word = word
    }

    /// - Throws: what `SignedText.verify` throws; `malformed`; `issuerUntrusted` for another issuer's.
    init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: 4096)
        issuer = try payload.required("iss").text(atMost: 2048)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        time = Int64(clamping: try payload.required("iat").time())
        notice = try payload.required("notice").fixedBytes()
        answer = try payload.required("answer").fixedBytes()
        guard let word = NoticeWord(name: try payload.required("outcome").text(atMost: 16)) else {
            throw .malformed
        }
        self.word = word
    }
}

/// That a notice does not count any more. Only ``NoticeInbox`` and ``NoticeProof`` give one out.
public struct NoticeWithdrawal: Sendable {
    static let type = "tegata-withdrawal+jwt"

    /// The notice that it takes back.
    public let notice: NoticeID
    /// Why.
    public let reason: BilingualText
    /// When, seconds since 1970.
    public let time: Int64
    /// The notice in its place.
    public let replacedBy: NoticeID?
    let issuer: String

    func signed(by signer: LetterSigner) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(time), "notice": .bytes(notice.array),
            "reason": reason.json,
        ]
        if let replacedBy { payload.add("replaced_by", .bytes(replacedBy.array)) }
        return try signer.sign(.object(payload), type: Self.type)
    }

    init(
        issuer: String, time: Int64, notice: NoticeID, reason: BilingualText,
        replacedBy: NoticeID?
    ) {
        self.issuer = issuer
        self.time = time
        self.notice = notice
        self.reason = reason
        self.replacedBy = replacedBy
    }

    /// - Throws: what `SignedText.verify` throws; `malformed`; `issuerUntrusted` for another issuer's.
    init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: 16 * 1024)
        issuer = try payload.required("iss").text(atMost: 2048)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
        time = Int64(clamping: try payload.required("iat").time())
        notice = try payload.required("notice").fixedBytes()
        reason = try BilingualText(
            json: try payload.required("reason"), atMost: 1024, isMultiline: true)
        replacedBy = try payload["replaced_by"]?.fixedBytes()
    }
}

/// Signs many texts with one key, whose name is computed once.
struct LetterSigner: Sendable {
    private let key: SigningKey
    private let name: String

    init(_ key: SigningKey) {
        self.key = key
        name = key.verifyingKey.thumbprint
    }

    func sign(_ payload: JSON, type: String) throws(Refusal) -> String {
        String(
            decoding: try CompactJWS.sign(
                payload: payload.encoded, type: type, by: key, keyID: name),
            as: UTF8.self)
    }
}
