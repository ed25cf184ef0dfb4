internal import TegataCrypto
internal import TegataLog
public import TegataSDJWT

// Telling holders something that counts, and settling what they answer (Spec/notice.md).
extension Issuer {
    /// Where a card's holder is told: the card, with the key that it is bound to now.
    ///
    /// - Throws: `unavailable` for a card that is not there, `unauthorized` for one without a phone.
    public func address(
        ofCard serial: UInt32, in edition: OpenEdition
    ) async throws(Refusal) -> NoticeAddress {
        let record = try await register.current().card(serial, of: edition.digest).record
        let memo = try await register.card(at: record).memo
        guard let serial = Serial(serial, within: .unlimited) else { throw .unavailable }
        return .card(serial: serial, key: try holderKey(of: memo).thumbprintBytes)
    }

    /// Signs and records a notice for each case, each once: a batch that was interrupted is given again, and finds what is
    /// there. Signing uses every core; whatever is reported as done is durable and in the log.
    ///
    /// - Parameters:
    ///   - drafts: the cases, each with a reference of its own.
    ///   - programme: what they have in common.
    ///   - edition: whose cards.
    ///   - progress: called after each part of the batch.
    /// - Returns: the notices' ids, in the order of the drafts.
    /// - Throws: `NoticeError`: for a case that cannot be told before anything is written; `refused` with `conflict` for a reference
    ///   that was used for something else and for a programme that is addressed in another way, with `unavailable`. Parts that are
    ///   done stay done.
    @discardableResult
    public func notify(
        _ drafts: [NoticeDraft], about programme: Programme, in edition: OpenEdition,
        progress: (@Sendable (NoticeProgress) -> Void)? = nil
    ) async throws(NoticeError) -> [NoticeID] {
        let writer = try writer(programme, edition)
        var references = Set<[UInt8]>()
        for draft in drafts {
            try writer.check(draft)
            guard references.insert(Array(draft.reference.utf8)).inserted else {
                throw .reference(draft.reference)
            }
        }
        let parts = stride(from: 0, to: drafts.count, by: 512).map {
            drafts[$0..<min($0 + 512, drafts.count)]
        }
        let digest = edition.digest
        let outcome = await inParallel(parts) { part -> Result<[NoticeID], Refusal> in
            do throws(Refusal) {
                return .success(try await self.enter(part, writer, in: digest))
            } catch {
                return .failure(error)
            }
        } progress: { done in
            progress?(NoticeProgress(done: min(512 * done, drafts.count), total: drafts.count))
        }
        switch outcome {
        case .success(let ids): return ids.flatMap { $0 }
        case .failure(.unauthorized): throw await missing(drafts, in: digest)
        case .failure(let error): throw .refused(error)
        }
    }

    /// Brings the notices of a programme that are open to their holders, in the order of their records.
    ///
    /// Each is brought at least once, and counts once: wallets know what they have seen. Keep `next` of what comes back, and go on
    /// from there after a restart; those that failed are brought again by starting from 0.
    ///
    /// - Throws: `unavailable`.
    public func deliver(
        _ programme: String, in edition: OpenEdition, through transport: some NoticeTransport,
        from start: Int = 0, progress: (@Sendable (NoticeProgress) -> Void)? = nil
    ) async throws(Refusal) -> NoticeDelivery {
        let name = Programme.name(programme, in: edition.digest)
        let ids = try await register.current().notices.programmes[name]?.notices ?? []
        var (delivered, failed, next) = (0, [NoticeID](), max(0, start))
        while next < ids.count {
            let end = min(next + 64, ids.count)
            let waiting = try await openTexts(ids[next..<end])
            let lost = await withTaskGroup(of: NoticeID?.self) { group in
                for (id, text, address) in waiting {
                    group.addTask {
                        (try? await transport.deliver(text, to: address)) == nil ? id : nil
                    }
                }
                return await group.reduce(into: [NoticeID]()) { $0 += $1.map { [$0] } ?? [] }
            }
            delivered += waiting.count - lost.count
            failed += lost
            next = end
            progress?(NoticeProgress(done: next, total: ids.count))
        }
        return NoticeDelivery(delivered: delivered, failed: failed, next: next)
    }

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
        let receipt = NoticeReceipt(
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
            try await record(withdrawal(of: notice, reason, replacedBy: nil), for: nil)
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
        let signed = writer.sign(draft, replacing: notice, using: &random)
        do throws(Refusal) {
            try await record(
                withdrawal(of: notice, reason, replacedBy: signed.id), for: signed)
            guard let successor = try await register.notice(notice)?.successor else {
                throw .unavailable
            }
            return (successor, try await withdrawal(of: notice))
        } catch {
            throw .refused(error)
        }
    }

    /// Where a notice stands now; `nil` for one that is not ours.
    ///
    /// - Throws: `unavailable`.
    public func state(of notice: NoticeID) async throws(Refusal) -> NoticeState? {
        let latest = try await register.noticeTime(clock())
        return try await register.notice(notice)?.state(at: latest)
    }

    /// How many notices of a programme stand where.
    ///
    /// - Throws: `unavailable`.
    public func tally(
        of programme: String, in edition: OpenEdition
    ) async throws(Refusal) -> [NoticeState: Int] {
        let ledger = try await register.current().notices
        let name = Programme.name(programme, in: edition.digest)
        let now = ledger.time(clock())
        return (ledger.programmes[name]?.notices ?? []).reduce(into: [:]) { counts, id in
            if let state = ledger.entries[id]?.state(at: now) { counts[state, default: 0] += 1 }
        }
    }

    /// The text of a notice.
    ///
    /// - Throws: `unauthorized` for one that is not ours, `unavailable`.
    public func text(of notice: NoticeID) async throws(Refusal) -> String {
        try await memo(of: notice).memo.text
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
    private func writer(
        _ programme: Programme, _ edition: OpenEdition
    ) throws(NoticeError) -> NoticeWriter {
        let now = clock()
        guard programme.deadline > now else { throw .deadline }
        if case .pseudonyms(_, let snapshot) = programme.addressing {
            guard snapshot.announced.digest == edition.digest else {
                throw .refused(.typeMismatch)
            }
        }
        return NoticeWriter(programme, of: id, edition: edition, by: keys.card, at: now)
    }

    private func enter(
        _ drafts: ArraySlice<NoticeDraft>, _ writer: NoticeWriter, in edition: EditionDigest
    ) async throws(Refusal) -> [NoticeID] {
        var random = SystemRandomness()
        var signed = [NoticeDraft.Signed]()
        signed.reserveCapacity(drafts.count)
        for draft in drafts { signed.append(writer.sign(draft, using: &random)) }
        return try await register.enter(signed, in: edition)
    }

    /// Which case has no card.
    private func missing(
        _ drafts: [NoticeDraft], in edition: EditionDigest
    ) async -> NoticeError {
        guard let state = try? await register.current() else { return .refused(.unavailable) }
        for draft in drafts {
            if case .card(let serial, _) = draft.address,
                (try? state.card(serial.number, of: edition)) == nil
            {
                return .noSuchCard(reference: draft.reference)
            }
        }
        return .refused(.unauthorized)
    }

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

    private func memo(
        of notice: NoticeID
    ) async throws(Refusal) -> (memo: NoticeMemo, edition: EditionDigest, proof: LogProof) {
        guard let told = try await register.notice(notice) else { throw .unauthorized }
        guard case (.notice(let memo), let proof) = try await register.document(at: told.record)
        else { throw .unavailable }
        return (memo, told.edition, proof)
    }

    private func openTexts(
        _ ids: ArraySlice<NoticeID>
    ) async throws(Refusal) -> [(NoticeID, String, NoticeAddress)] {
        var texts = [(NoticeID, String, NoticeAddress)]()
        for id in ids where try await state(of: id) == .open {
            let memo = try await memo(of: id).memo
            let address: NoticeAddress =
                if let serial = Serial(memo.serial, within: .unlimited),
                    let key = FixedBytes<32>(memo.address.array.dropFirst())
                {
                    .card(serial: serial, key: key)
                } else {
                    .pseudonym(Pseudonym(bytes: memo.address.array))
                }
            texts.append((id, memo.text, address))
        }
        return texts
    }

    private func withdrawal(
        of notice: NoticeID, _ reason: BilingualText, replacedBy successor: NoticeID?
    ) -> WithdrawalMemo {
        var random = SystemRandomness()
        let now = clock()
        let text = NoticeWithdrawal(
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

extension Register {
    /// A notice as it is recorded; `nil` for one that is not.
    func notice(_ id: NoticeID) async throws(Refusal) -> NoticeLedger.Entry? {
        _ = try await current()
        return state.notices.entries[id]
    }

    /// The time that notices are judged by.
    func noticeTime(_ now: Int64) async throws(Refusal) -> Int64 {
        _ = try await current()
        return state.notices.time(now)
    }

    /// Records notices, and answers the ids of those that stand for their references.
    func enter(
        _ drafts: [NoticeDraft.Signed], in edition: EditionDigest
    ) async throws(Refusal) -> [NoticeID] {
        try await submit { state, batch throws(Refusal) in
            try state.enter(drafts, in: edition, &batch)
        }
        return drafts.compactMap { state.notices.notice(for: $0.reference)?.id }
    }
}

/// Works on parts side by side, no more of them at a time than keep every core and the journal busy, and stops at the first failure.
private func inParallel<Part: Sendable, Value: Sendable>(
    _ parts: [Part], _ work: @escaping @Sendable (Part) async -> Result<Value, Refusal>,
    progress: (Int) -> Void
) async -> Result<[Value], Refusal> {
    await withTaskGroup(of: (Int, Result<Value, Refusal>).self) { group in
        var (next, done) = (0, 0)
        var values = [Value?](repeating: nil, count: parts.count)
        var failure: Refusal?
        func start() {
            guard next < parts.count, failure == nil else { return }
            let number = next
            next += 1
            group.addTask { (number, await work(parts[number])) }
        }
        for _ in 0..<8 { start() }
        while let (number, result) = await group.next() {
            switch result {
            case .success(let value):
                values[number] = value
                done += 1
                progress(done)
            case .failure(let error): failure = failure ?? error
            }
            start()
        }
        if let failure { return .failure(failure) }
        return .success(values.compactMap { $0 })
    }
}
