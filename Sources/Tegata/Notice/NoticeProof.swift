internal import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// What a holder keeps of a notice for years, checked: what was said, what became of it, and that both are in the issuer's log. It
/// takes no network and nobody's goodwill, only the issuer's profile of that time (Spec/notice.md).
public struct NoticeProof: Sendable {
    static let maximumSize = 512 * 1024

    /// What was said.
    public let notice: Notice
    /// What became of it: confirmed, refused, withdrawn or replaced.
    public let state: NoticeState
    /// When, by the issuer's clock, seconds since 1970.
    public let time: Int64
    /// Whether the holder's own word was checked. One given under a pseudonym needs the snapshot for that; without it
    /// receipt and log stand for it.
    public let isHolderProven: Bool
    /// The withdrawal of one that was taken back.
    public let withdrawal: NoticeWithdrawal?

    /// Checks a document that `Issuer.proof(of:)` made.
    ///
    /// - Parameters:
    ///   - document: the document.
    ///   - profile: the issuer with the keys that it had then.
    ///   - snapshot: the lists that a notice to a pseudonym counted in, where the holder's word is to be checked too.
    ///   - witnesses: who may vouch for the log.
    ///   - quorum: how many of them must have signed.
    /// - Throws: `malformed`, `limitExceeded`; `issuerUntrusted`, `signatureInvalid`, `typeMismatch` for texts that are not
    ///   this issuer's; `conflict` for texts that do not belong together; `holderBindingInvalid` for another's answer;
    ///   `logProofInvalid`.
    public init(
        parsing document: String, from profile: IssuerProfile,
        among snapshot: MemberSnapshot? = nil, witnesses: [NoteKey] = [], quorum: Int = 0
    ) throws(Refusal) {
        let json = try JSON.message(document, limit: Self.maximumSize)
        let text = try json.required("notice").text(atMost: Notice.maximumSize)
        notice = try Notice(parsing: text, from: profile)
        guard try json.required("issuer").text(atMost: 2048).hasSameBytes(as: notice.issuer)
        else { throw .issuerUntrusted }
        guard try json.required("edition").text(atMost: 64).hasSameBytes(as: notice.edition) else {
            throw .conflict
        }
        let proofs = try json.required("proofs").elements(atMost: 2)
        guard proofs.count == 2 else { throw .malformed }
        let policy = try profile.logPolicy(witnesses: witnesses, quorum: quorum)
        let edition = Edition.digest(issuer: notice.issuer, id: notice.edition)
        func check(_ number: Int, _ kind: LogEntry.Kind, _ text: String) throws(Refusal) -> UInt64 {
            try LoggedDocument.check(
                try proofs[number].text(atMost: 64 * 1024), kind, edition, text, by: policy)
        }
        let told = try check(0, .notice, text)
        let later: UInt64
        if let taken = json["withdrawal"] {
            guard json["answer"] == nil, json["receipt"] == nil else { throw .malformed }
            let text = try taken.text(atMost: 16 * 1024)
            let withdrawal = try NoticeWithdrawal(parsing: text, from: profile)
            guard withdrawal.notice == notice.id else { throw .conflict }
            later = try check(1, .withdrawal, text)
            state = withdrawal.replacedBy == nil ? .withdrawn : .replaced
            time = withdrawal.time
            isHolderProven = false
            self.withdrawal = withdrawal
        } else {
            let answer = try json.required("answer").text(atMost: NoticeAnswer.maximumSize)
            let text = try json.required("receipt").text(atMost: 4096)
            let receipt = try NoticeReceipt(parsing: text, from: profile)
            let said = try NoticeAnswer(parsing: answer)
            guard receipt.notice == notice.id, said.notice == notice.id,
                said.word == receipt.word, receipt.answer == LoggedDocument.digest(of: answer)
            else { throw .conflict }
            isHolderProven = try Self.isByHolder(said, of: notice, snapshot)
            later = try check(1, .receipt, text)
            state = receipt.word.state
            time = receipt.time
            withdrawal = nil
        }
        // A correction writes its notice before the withdrawal of the earlier one; nothing is decided before it is said.
        guard later > told else { throw .conflict }
    }

    /// Whether the answer was seen to be the holder's.
    ///
    /// - Throws: `holderBindingInvalid` for another's.
    private static func isByHolder(
        _ said: NoticeAnswer, of notice: Notice, _ snapshot: MemberSnapshot?
    ) throws(Refusal) -> Bool {
        switch (said.proof, notice.address) {
        case (.key(let key, let audience, _), .card(_, let thumbprint)):
            guard key.thumbprintBytes == thumbprint, audience.hasSameBytes(as: notice.issuer) else {
                throw .holderBindingInvalid
            }
            return true
        case (.anonymous(let part, let proof), .pseudonym(let name)):
            guard let action = notice.action else { throw .malformed }
            guard let snapshot else { return false }
            guard snapshot.root == action.snapshot else { throw .typeMismatch }
            let statement = try NoticeAnswer.statement(
                said.word, on: notice.id, until: notice.deadline, number: action.number,
                among: snapshot, part: part)
            guard try statement.nullifier(of: proof) == name else { throw .holderBindingInvalid }
            return true
        default: throw .holderBindingInvalid
        }
    }

    /// The document of these records.
    static func encode(
        of issuer: String, edition: String, _ told: NoticeMemo, _ first: LogProof,
        _ decision: RegisterMemo, _ second: LogProof
    ) throws(Refusal) -> String {
        var object: JSONObject = [
            "issuer": .string(issuer), "edition": .string(edition), "notice": .string(told.text),
        ]
        let last: String
        switch decision {
        case .receipt(let memo):
            object.add("answer", .string(memo.answer))
            object.add("receipt", .string(memo.receipt))
            last = LoggedDocument.proof(second, .receipt, salt: memo.salt)
        case .withdrawal(let memo):
            object.add("withdrawal", .string(memo.text))
            last = LoggedDocument.proof(second, .withdrawal, salt: memo.salt)
        default: throw .unavailable
        }
        object.add(
            "proofs",
            [.string(LoggedDocument.proof(first, .notice, salt: told.salt)), .string(last)])
        return JSON.object(object).text
    }
}

extension NoticeProof: CustomStringConvertible {
    /// What became of it.
    public var description: String { "\(notice.title.en): \(state) at \(time)" }
}
