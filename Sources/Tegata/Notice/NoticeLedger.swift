internal import TegataCrypto
internal import TegataSDJWT

/// What an issuer's records say about its notices: a value that follows from them alone.
struct NoticeLedger: Sendable {
    struct Entry: Sendable {
        /// The record of the notice.
        let record: UInt64
        let edition: EditionDigest
        let programme: FixedBytes<32>
        let content: FixedBytes<32>
        let payment: FixedBytes<32>
        let serial: UInt32
        let commitment: FixedBytes<33>
        let address: FixedBytes<33>
        let addressing: FixedBytes<32>
        let time: Int64
        let deadline: Int64
        /// As recorded: time passes without a record.
        var state = NoticeState.open
        /// The record of the receipt or the withdrawal.
        var decided: UInt64?
        /// What that record's entry holds.
        var decision: FixedBytes<32>?
        /// The notice in its place.
        var successor: NoticeID?

        /// What it is at a time.
        func state(at now: Int64) -> NoticeState { state.at(now, deadline: deadline) }
    }

    /// A card as notices are addressed to it: with the key that it is bound to.
    private struct CardAddress: Hashable {
        let edition: EditionDigest
        let serial: UInt32
        let address: FixedBytes<33>
    }

    struct Book: Sendable {
        /// How all of its notices are addressed.
        let addressing: FixedBytes<32>
        /// In the order of their records.
        var notices = [NoticeID]()
    }

    private(set) var entries = [NoticeID: Entry]()
    // In the order of their records.
    private var addressed = [CardAddress: [NoticeID]]()
    private(set) var programmes = [FixedBytes<32>: Book]()
    private var references = [FixedBytes<32>: NoticeID]()
    private var paid = Set<FixedBytes<32>>()
    /// The latest time in any record: a clock that was set back reopens nothing.
    private(set) var latest: Int64 = 0

    /// The time to decide by.
    func time(_ now: Int64) -> Int64 { max(now, latest) }

    /// The notice that was written for a case.
    func notice(for reference: FixedBytes<32>) -> (id: NoticeID, entry: Entry)? {
        guard let id = references[reference], let entry = entries[id] else { return nil }
        return (id, entry)
    }

    /// What a card was told while it was bound to this key, oldest first.
    func notices(
        to serial: UInt32, boundTo key: FixedBytes<32>, in edition: EditionDigest
    ) -> [NoticeID] {
        guard let address = FixedBytes<33>([0] + key.array) else { return [] }
        return addressed[CardAddress(edition: edition, serial: serial, address: address)] ?? []
    }

    /// Whether a payment was made.
    func isPaid(_ payment: FixedBytes<32>) -> Bool { paid.contains(payment) }

    // MARK: - Records

    /// - Throws: `malformed` for a record that cannot follow: whatever is in the journal, no case has two notices.
    mutating func enter(
        _ memo: NoticeMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        let id = LoggedDocument.digest(of: memo.text)
        guard
            LoggedDocument.entry(entry.kind, entry.edition, salt: memo.salt, digest: id) == entry,
            entry.kind == .notice, entries[id] == nil, references[memo.reference] == nil,
            programmes[memo.programme]?.addressing ?? memo.addressing == memo.addressing
        else { throw .malformed }
        entries[id] = Entry(
            record: record, edition: entry.edition, programme: memo.programme,
            content: memo.content, payment: memo.payment, serial: memo.serial,
            commitment: memo.commitment, address: memo.address, addressing: memo.addressing,
            time: memo.time, deadline: memo.deadline)
        if memo.serial > 0 {
            let card = CardAddress(
                edition: entry.edition, serial: memo.serial, address: memo.address)
            addressed[card, default: []].append(id)
        }
        references[memo.reference] = id
        programmes[memo.programme, default: Book(addressing: memo.addressing)].notices.append(id)
        latest = max(latest, memo.time)
    }

    /// - Throws: `malformed` for a second answer, or a second payment.
    mutating func settle(
        _ memo: ReceiptMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        guard
            LoggedDocument.entry(.receipt, entry.edition, salt: memo.salt, memo.receipt) == entry,
            let told = entries[memo.notice], told.edition == entry.edition, told.state == .open,
            memo.word == .refuse || paid.insert(told.payment).inserted
        else { throw .malformed }
        entries[memo.notice]?.state = memo.word.state
        entries[memo.notice]?.decided = record
        entries[memo.notice]?.decision = FixedBytes<32>(entry.content)
        latest = max(latest, memo.time)
    }

    /// - Throws: `malformed` for a notice that was decided, or a successor that is not there.
    mutating func withdraw(
        _ memo: WithdrawalMemo, _ entry: LogEntry, at record: UInt64
    ) throws(Refusal) {
        guard
            LoggedDocument.entry(.withdrawal, entry.edition, salt: memo.salt, memo.text) == entry,
            let told = entries[memo.notice], told.edition == entry.edition, told.state == .open,
            memo.successor.map({ entries[$0] != nil && $0 != memo.notice }) ?? true
        else { throw .malformed }
        entries[memo.notice]?.state = memo.successor == nil ? .withdrawn : .replaced
        entries[memo.notice]?.decided = record
        entries[memo.notice]?.decision = FixedBytes<32>(entry.content)
        entries[memo.notice]?.successor = memo.successor
        latest = max(latest, memo.time)
    }
}

// MARK: - Decisions

extension RegisterState {
    /// Writes notices, each once for its reference.
    ///
    /// - Throws: `conflict` for a reference that has another notice, and for a programme that is addressed in another way;
    ///   `unauthorized` for a card that is not there.
    func enter(
        _ drafts: [NoticeDraft.Signed], in edition: EditionDigest, _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard !batch.isChange else { return .wait }
        var wider = batch
        var outcomes = [Register.Outcome]()
        for draft in drafts {
            if let (_, told) = notices.notice(for: draft.reference) {
                guard told.content == draft.content else { throw .conflict }
                outcomes.append(.found(told.record))
                continue
            }
            guard wider.keys.insert(draft.reference).inserted else {
                guard batch.entries.isEmpty else { return .wait }
                throw .conflict
            }
            outcomes.append(try new(draft, in: edition, &wider))
        }
        batch = wider
        return .done(outcomes)
    }

    /// The record of a notice that was not there.
    private func new(
        _ draft: NoticeDraft.Signed, in edition: EditionDigest, _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Outcome {
        let earlier = notices.programmes[draft.programme]?.addressing
        let waiting = batch.addressings[draft.programme]
        guard (earlier ?? waiting ?? draft.addressing) == draft.addressing else { throw .conflict }
        batch.addressings[draft.programme] = draft.addressing
        var claimant = draft.address.bytes
        var commitment = FixedBytes<33>()
        var serial: UInt32 = 0
        if case .card(let number, _) = draft.address {
            guard let card = try? card(number.number, of: edition) else { throw .unauthorized }
            (claimant, commitment, serial) = (card.person.array, card.commitment, number.number)
        }
        let memo = NoticeMemo(
            salt: draft.salt, reference: draft.reference, content: draft.content,
            programme: draft.programme, addressing: draft.addressing,
            payment: taggedHash("TEGATA-V01/payment", draft.programme.array, claimant),
            serial: serial, commitment: commitment,
            address: FixedBytes<33>(draft.address.bytes) ?? FixedBytes<33>(), time: draft.time,
            deadline: draft.deadline, replaces: draft.replaces, text: draft.text)
        return .new(
            LoggedDocument.entry(.notice, edition, salt: draft.salt, digest: draft.id),
            .notice(memo))
    }

    /// Records an answer with its receipt, once; where there is one, it stands.
    ///
    /// - Throws: what the state, the card and the payment throw.
    func settle(
        _ memo: ReceiptMemo, at now: Int64, _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard let told = notices.entries[memo.notice] else { throw .unauthorized }
        guard batch.isFree(for: memo.notice), batch.isFree(for: told.payment) else { return .wait }
        let now = notices.time(now)
        guard try told.state(at: now).after(memo.word.event) != told.state else {
            return told.decided.map { .done([.found($0)]) } ?? .found
        }
        if told.serial > 0 {
            try checkInForce(told.serial, of: told.edition, told.commitment.array)
        }
        guard memo.word == .refuse || !notices.isPaid(told.payment) else { throw .alreadyClaimed }
        batch.keys.insert(memo.notice)
        batch.keys.insert(told.payment)
        return .one(
            LoggedDocument.entry(.receipt, told.edition, salt: memo.salt, memo.receipt),
            .receipt(memo))
    }

    /// That the card with this serial is in force, and still the one with this commitment.
    ///
    /// - Throws: `revoked`, also for a card that was replaced since; `suspended`.
    func checkInForce(
        _ serial: UInt32, of edition: EditionDigest, _ commitment: [UInt8]
    ) throws(Refusal) {
        guard let card = try? card(serial, of: edition), card.commitment.array == commitment else {
            throw .revoked
        }
        switch card.status {
        case .valid: return
        case .suspended: throw .suspended
        case .revoked: throw .revoked
        }
    }

    /// Takes a notice back, or replaces it by another in the same step.
    ///
    /// - Throws: what the state throws, and what a new notice does.
    func withdraw(
        _ memo: WithdrawalMemo, for draft: NoticeDraft.Signed?, at now: Int64,
        _ batch: inout Register.Batch
    ) throws(Refusal) -> Register.Decision {
        guard let told = notices.entries[memo.notice] else { throw .unauthorized }
        guard batch.isFree(for: memo.notice) else { return .wait }
        // A correction that was made before the answer was lost is found.
        if let draft, let (id, made) = notices.notice(for: draft.reference) {
            guard made.content == draft.content, told.successor == id else { throw .conflict }
            return .done([.found(made.record)])
        }
        let state = told.state(at: notices.time(now))
        guard try state.after(draft == nil ? .withdraw : .correct) != state else {
            return .found
        }
        var outcomes = [Register.Outcome]()
        if let draft {
            guard told.programme == draft.programme else { throw .conflict }
            guard batch.entries.isEmpty else { return .wait }
            outcomes.append(try new(draft, in: told.edition, &batch))
            batch.keys.insert(draft.reference)
        }
        batch.keys.insert(memo.notice)
        outcomes.append(
            .new(
                LoggedDocument.entry(.withdrawal, told.edition, salt: memo.salt, memo.text),
                .withdrawal(memo)))
        return .done(outcomes)
    }
}

extension Register.Batch {
    /// Whether nothing in the batch bears on what has this name.
    func isFree(for name: FixedBytes<32>) -> Bool { !isChange && !keys.contains(name) }
}
