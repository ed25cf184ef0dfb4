internal import TegataCrypto
package import TegataLog
package import TegataSDJWT

// What others may know of the register.
extension Register {
    /// The state, with what other processes have written until a moment ago.
    ///
    /// - Throws: `unavailable`; `fault` says why.
    func current() async throws(Refusal) -> RegisterState {
        let isOld = !isWorking && lastRead.duration(to: .now) > .seconds(1)
        if !isLoaded || fault != nil || isOld {
            try await submit { _, _ in .found }
        }
        return state
    }

    /// The state, with what other processes have written until now: one look serves everybody who waits for it.
    ///
    /// - Throws: `unavailable`; `fault` says why.
    func newest() async throws(Refusal) -> RegisterState {
        try await submit { _, _ in .found }
        return state
    }

    /// Reads what is new, and signs what is there, though nobody asks for it.
    ///
    /// - Throws: `unavailable`; `fault` says why.
    func refresh() async throws(Refusal) {
        _ = try await newest()
        do {
            _ = try sign()
        } catch {
            fault = StepError(error).fault
            throw .unavailable
        }
    }

    /// Reads every record and every published file again, and compares them.
    ///
    /// - Throws: `unavailable` when something is not what it was; `fault` names it.
    func check() async throws(Refusal) {
        isSuspect = true
        try await submit { _, _ in .found }
    }

    /// The state and the head that it follows from.
    func snapshot() async throws(Refusal) -> (state: RegisterState, head: JournalHead) {
        _ = try await current()
        return (state, head)
    }

    /// A card's record with the log proof for its entry under the newest checkpoint; `extra` is the caller's to add.
    func card(at record: UInt64) async throws(Refusal) -> (
        kind: LogEntry.Kind, memo: CardMemo, proof: LogProof
    ) {
        let (kind, memo) = try await memo(at: record)
        guard case .card(let card) = memo else { throw damaged(record) }
        return (kind, card, try proof(at: record))
    }

    /// The sealed session of a card or a deposit.
    func sealedSession(at record: UInt64) async throws(Refusal) -> [UInt8] {
        switch try await memo(at: record).memo {
        case .card(let memo): return memo.session
        case .deposit(let session): return session
        default: throw damaged(record)
        }
    }

    /// A record's memo, with the log proof for its entry.
    func document(at record: UInt64) async throws(Refusal) -> (memo: RegisterMemo, proof: LogProof)
    {
        (try await memo(at: record).memo, try proof(at: record))
    }

    /// What an entrant asked, by the record of the entry, with the log proof for it.
    func entrant(
        at record: UInt64
    ) async throws(Refusal) -> (memo: EntrantMemo, proof: LogProof) {
        guard case .entrant(let entrant) = try await memo(at: record).memo else {
            throw damaged(record)
        }
        return (entrant, try proof(at: record))
    }

    /// What only this issuer keeps beside an entry.
    private func memo(
        at record: UInt64
    ) async throws(Refusal) -> (kind: LogEntry.Kind, memo: RegisterMemo) {
        _ = try await current()
        let stored = try await records(record..<record + 1)[0]
        guard let entry = try? LogEntry(parsing: stored.entry),
            let memo = try? RegisterMemo(
                parsing: stored.memo, beside: stored.entry, kind: entry.kind)
        else { throw damaged(record) }
        return (entry.kind, memo)
    }

    /// A record that is not what was written stops the register until it is repaired.
    private func damaged(_ record: UInt64) -> Refusal {
        fault = .damaged(record: record)
        return .unavailable
    }

    private func proof(at record: UInt64) throws(Refusal) -> LogProof {
        guard let note = shown,
            let path = try? tree.inclusionProof(of: record, at: published).path
        else { throw .unavailable }
        return LogProof(index: record, path: path, note: note)
    }

    /// An entry, and the proof that it is in the log.
    package func proof(
        of record: UInt64
    ) async throws(Refusal) -> (entry: [UInt8], proof: LogProof) {
        _ = try await current()
        return (try await records(record..<record + 1)[0].entry, try proof(at: record))
    }

    /// The serials that exist, in order.
    package func serials(of edition: EditionDigest) async throws(Refusal) -> [UInt32] {
        let cards = try await current().book(edition).cards
        return cards.indices.filter { cards[$0] != nil }.map { UInt32($0 + 1) }
    }

    /// The newest checkpoint; `nil` before the first entry.
    package func checkpoint() async throws(Refusal) -> String? {
        _ = try await current()
        return shown?.encoded
    }

    /// The bytes of a file of the public log; `nil` for one that there is not.
    func bytes(of tile: Tile) async throws(Refusal) -> [UInt8]? {
        _ = try await current()
        switch tile.content {
        case .hashes(let level):
            let end = (256 * tile.index + UInt64(tile.width)) << (8 * UInt64(level))
            return end <= head.size ? tree.encoded(tile) : nil
        case .entries:
            let start = 256 * tile.index
            guard start + UInt64(tile.width) <= head.size else { return nil }
            let entries = try await records(start..<start + UInt64(tile.width)).map(\.entry)
            return try? EntryBundle(entries).encoded
        }
    }

    func records(_ range: Range<UInt64>) async throws(Refusal) -> [JournalRecord] {
        do {
            let found = try await journal.records(from: range.lowerBound, atMost: range.count)
            guard found.count == range.count else {
                throw JournalError.damaged("record \(range.lowerBound) is missing")
            }
            return found
        } catch {
            throw .unavailable
        }
    }
}
