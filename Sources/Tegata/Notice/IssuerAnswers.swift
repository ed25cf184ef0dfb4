internal import TegataCrypto
public import TegataSDJWT

// What becomes of a notice: answered, taken back, put right, and proven (Spec/notice.md).
extension Issuer {
    /// Records what a holder answers, once. The last step decides, together with everything else that changes the register: nothing
    /// after it can fail, and asking again gives the same receipt.
    ///
    /// - Parameters:
    ///   - answer: what `Holder.answer` made.
    ///   - snapshot: the lists that the programme counts in, where it reaches pseudonyms.
    /// - Returns: the receipt, for ``NoticeInbox/keep(receipt:for:from:)``.
    /// - Throws: `unauthorized` for a notice of somebody else, `holderBindingInvalid` for an answer by another key or card,
    ///   `expired`, `revoked`, `suspended`, `conflict` for the other word, `alreadyClaimed` for a second payment, `malformed`,
    ///   `unavailable`.
    public func settle(
        answer: String, among snapshot: MemberSnapshot? = nil
    ) async throws(Refusal) -> String {
        let now = clock()
        let said = try NoticeAnswer(parsing: answer)
        guard let told = try await register.notice(said.notice) else { throw .unauthorized }
        try await check(said, told, snapshot, at: now)
        var random = SystemRandomness()
        let salt: FixedBytes<32> = random.fixed()
        let receipt = try NoticeReceipt(
            issuer: id, time: now, notice: said.notice,
            answer: LoggedDocument.digest(of: answer), word: said.word
        ).signed(by: letters)
        let memo = ReceiptMemo(
            salt: salt, notice: said.notice, word: said.word, time: now, answer: answer,
            receipt: receipt)
        let records = try await register.submit { state, batch throws(Refusal) in
            try state.settle(memo, at: now, &batch)
        }
        let ours = LoggedDocument.entry(.receipt, told.edition, salt: salt, receipt).content
        if let decision = try await register.notice(said.notice)?.decision?.array, decision == ours
        {
            return receipt
        }
        guard let record = records.first,
            case .receipt(let earlier) = try await register.document(at: record).memo
        else { throw .unavailable }
        return earlier.receipt
    }

    /// Takes a notice back. What was answered, replaced or has lapsed is left as it is.
    ///
    /// - Returns: the withdrawal, for ``NoticeInbox/keep(withdrawal:from:)``; `nil` where nobody could confirm any more anyway.
    /// - Throws: `NoticeError`: `refused` with `conflict` for one that was confirmed or replaced, `unauthorized` for one that is not
    ///   ours, `unavailable`.
    public func withdraw(
        _ notice: NoticeID, because reason: BilingualText
    ) async throws(NoticeError) -> String? {
        try reason.check("reason", atMost: 1024, isMultiline: true)
        do throws(Refusal) {
            try await record(try withdrawal(of: notice, reason, replacedBy: nil), for: nil)
            return try await register.notice(notice)?.state == .withdrawn
                ? withdrawal(of: notice) : nil
        } catch {
            throw .refused(error)
        }
    }

    /// Gives another notice in the place of one that is open or has lapsed: both in one step, so there is never a moment with two or none.
    ///
    /// - Parameters:
    ///   - notice: the notice that was wrong.
    ///   - draft: the case as it should be, under a reference of its own.
    ///   - programme: the same programme, with whatever was wrong in its words put right.
    ///   - edition: whose cards.
    ///   - reason: what was wrong.
    /// - Returns: the new notice, and the withdrawal of the earlier one.
    /// - Throws: `NoticeError`: `refused` with `conflict` for one that was decided or another programme, and what `notify` throws.
    public func correct(
        _ notice: NoticeID, by draft: NoticeDraft, about programme: Programme,
        in edition: OpenEdition, because reason: BilingualText
    ) async throws(NoticeError) -> (notice: NoticeID, withdrawal: String) {
        try reason.check("reason", atMost: 1024, isMultiline: true)
        let writer = try writer(programme, edition)
        try writer.check(draft)
        var random = SystemRandomness()
        do throws(Refusal) {
            let signed = try writer.sign(draft, replacing: notice, using: &random)
            try await record(
                try withdrawal(of: notice, reason, replacedBy: signed.id), for: signed)
            guard let successor = try await register.notice(notice)?.successor else {
                throw .unavailable
            }
            return (successor, try await withdrawal(of: notice))
        } catch {
            throw .refused(error)
        }
    }

    /// What the holder keeps for years: notice, answer and receipt, or notice and withdrawal, each with the proof that it is in the
    /// log (for ``NoticeProof``).
    ///
    /// - Throws: `unauthorized` for a notice that is not ours, `notYetValid` for one that nothing was decided about,
    ///   `unavailable`.
    public func proof(of notice: NoticeID) async throws(Refusal) -> String {
        let (told, edition, first) = try await memo(of: notice)
        guard let decided = try await register.notice(notice)?.decided else { throw .notYetValid }
        let (decision, second) = try await register.document(at: decided)
        guard let opened = profile.editions.first(where: { $0.digest == edition }) else {
            throw .unavailable
        }
        return try NoticeProof.encode(
            of: id, edition: opened.edition.id, told, first, decision, second)
    }
}

extension Issuer {
    private func check(
        _ said: NoticeAnswer, _ told: NoticeLedger.Entry, _ snapshot: MemberSnapshot?,
        at now: Int64
    ) async throws(Refusal) {
        switch said.proof {
        case .key(let key, let audience, let time):
            guard audience.hasSameBytes(as: id) else { throw .unauthorized }
            guard told.serial > 0, [0] + key.thumbprintBytes.array == told.address.array,
                time <= now + 60, time >= told.time - 60
            else { throw .holderBindingInvalid }
        case .anonymous(let part, let proof):
            guard told.serial == 0 else { throw .holderBindingInvalid }
            guard let snapshot else { throw .unsupported }
            let notice = try Notice(
                parsing: try await memo(of: said.notice).memo.text, by: ring)
            guard let action = notice.action, action.snapshot == snapshot.root else {
                throw .typeMismatch
            }
            let statement = try NoticeAnswer.statement(
                said.word, on: said.notice, until: told.deadline, number: action.number,
                among: snapshot, part: part)
            guard try statement.nullifier(of: proof).bytes == told.address.array else {
                throw .holderBindingInvalid
            }
        }
    }

    private func withdrawal(
        of notice: NoticeID, _ reason: BilingualText, replacedBy successor: NoticeID?
    ) throws(Refusal) -> WithdrawalMemo {
        var random = SystemRandomness()
        let now = clock()
        let text = try NoticeWithdrawal(
            issuer: id, time: now, notice: notice, reason: reason, replacedBy: successor
        ).signed(by: letters)
        return WithdrawalMemo(
            salt: random.fixed(), notice: notice, successor: successor, time: now, text: text)
    }

    private func record(
        _ memo: WithdrawalMemo, for draft: NoticeDraft.Signed?
    ) async throws(Refusal) {
        try await register.submit { state, batch throws(Refusal) in
            try state.withdraw(memo, for: draft, at: memo.time, &batch)
        }
    }

    /// The withdrawal that is recorded.
    private func withdrawal(of notice: NoticeID) async throws(Refusal) -> String {
        guard let decided = try await register.notice(notice)?.decided,
            case .withdrawal(let memo) = try await register.document(at: decided).memo
        else { throw .unavailable }
        return memo.text
    }
}
