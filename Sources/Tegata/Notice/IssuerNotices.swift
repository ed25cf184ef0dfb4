internal import TegataCrypto
internal import TegataLog
public import TegataSDJWT

// Telling holders something that counts (Spec/notice.md).
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

    /// Every notice of a programme, in the order of their records.
    ///
    /// - Throws: `unavailable`.
    public func notices(
        of programme: String, in edition: OpenEdition
    ) async throws(Refusal) -> [NoticeStanding] {
        let ledger = try await register.current().notices
        let name = Programme.name(programme, in: edition.digest)
        return standings(of: ledger.programmes[name]?.notices ?? [], ledger)
    }

    /// What a card was told, oldest first: only while it was bound to the key that it has now, since another key may be another
    /// person's.
    ///
    /// - Throws: `unavailable`, also for a card that there is not.
    public func notices(
        toCard serial: UInt32, in edition: OpenEdition
    ) async throws(Refusal) -> [NoticeStanding] {
        let address = try await address(ofCard: serial, in: edition)
        guard case .card(let serial, let key) = address else { return [] }
        let ledger = try await register.current().notices
        return standings(
            of: ledger.notices(to: serial.number, boundTo: key, in: edition.digest), ledger)
    }

    private func standings(of notices: [NoticeID], _ ledger: NoticeLedger) -> [NoticeStanding] {
        let now = ledger.time(clock())
        return notices.compactMap { id in
            guard let told = ledger.entries[id] else { return nil }
            return NoticeStanding(
                id: id, serial: told.serial > 0 ? told.serial : nil, state: told.state(at: now))
        }
    }

    /// The text of a notice.
    ///
    /// - Throws: `unauthorized` for one that is not ours, `unavailable`.
    public func text(of notice: NoticeID) async throws(Refusal) -> String {
        try await memo(of: notice).memo.text
    }
}

extension Issuer {
    func writer(
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
        for draft in drafts { signed.append(try writer.sign(draft, using: &random)) }
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

    func memo(
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
}

/// A notice as its issuer has it: to which card, and what became of it.
public struct NoticeStanding: Hashable, Sendable {
    /// Which notice.
    public let id: NoticeID
    /// The card that was told; `nil` for a pseudonym.
    public let serial: UInt32?
    /// What became of it.
    public let state: NoticeState
}
