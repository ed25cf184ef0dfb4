internal import Synchronization
internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
public import TegataSDJWT

// Making it public that a person is behind each card, without saying which (Spec/settlement.md).
extension Issuer {
    /// Takes a session before anybody knows what card it will be for: it waits until a list is frozen, and the card is asked for
    /// from there.
    ///
    /// - Parameter deposit: what `Holder.deposit` made.
    /// - Throws: as `issue(to:claims:)` for a request that does not hold.
    public func take(deposit: String) async throws(Refusal) {
        let now = clock()
        let deposit = try DepositMessage(parsing: deposit)
        guard let opened = try await current(deposit.edition), let parameters = opened.identity
        else {
            throw .typeMismatch
        }
        // From a list a holder proves one index; the second one would be the holder's word.
        guard !opened.edition.asksSecondIndex else { throw .unsupported }
        try checkTimes(expires: deposit.expires, opened.edition, at: now)
        guard let asked = try await store.content(of: deposit.nonce, now: now),
            asked.hasSameBytes(as: deposit.edition)
        else { throw .unauthorized }
        let question = deposit.question(to: opened)
        let session = try parameters.rounds.check(at: now) { keys throws(ProofError) in
            let session = try Session(
                parsing: deposit.session, attestors: parameters.attestors, keys: keys)
            _ = try session.verify(
                attestors: parameters.attestors, keys: keys,
                scope: Scope(edition: opened.digest, answering: question),
                at: UInt64(clamping: now))
            return session
        }
        try opened.check(session.token.body, forCard: true)
        guard !opened.isLate(session.token.body) else { throw .nationalIDInvalid }
        try await store.consume(deposit.nonce, now: now)
        let attested = AttestedSession(session, answering: question, in: opened.digest)
        let entry = LogEntry(
            kind: .deposit, edition: opened.digest, content: attested.name.array)
        let sealed = seal.seal(attested, in: opened.digest)
        try await register.submit { _, _ in .one(entry, .deposit(sealed)) }
    }

    /// Freezes the sessions that wait into a list, at most 4,096 of them, and publishes it in the log. Holders settle in it, and
    /// auditors check it.
    ///
    /// - Parameters:
    ///   - edition: whose sessions.
    ///   - minimum: how many sessions it takes. Fewer hide nobody: holders ask for 64 by themselves.
    /// - Returns: the number of the list, from 0.
    /// - Throws: `notYetValid` while fewer wait, `unsupported` for an edition that asks for no person, `conflict` when another
    ///   process was faster, `unavailable`.
    @discardableResult
    public func freezeSessions(
        of edition: OpenEdition, atLeast minimum: Int = 64
    ) async throws(Refusal) -> Int {
        guard edition.identity != nil else { throw .unsupported }
        let edition = try await current(edition.edition.id) ?? edition
        let earlier = try await frozenLists(of: edition)
        let digest = edition.digest
        let state = try await register.current().book(digest).sessions
        let number = state.frozen
        guard earlier.lists.count == number else { throw .conflict }
        var waiting = [UInt64]()
        var sessions = [Point: AttestedSession]()
        var size: Int?
        for record in state.waiting.prefix(4096) {
            let session = try seal.open(try await register.sealedSession(at: record), in: digest)
            // A list holds sessions of one size: those from before a change of the nodes' threshold come first.
            guard size == nil || size == session.encoded.count else { break }
            size = session.encoded.count
            waiting.append(record)
            let base = try session.verify(in: edition).token.body.blinded.base
            // One R twice is one session: a wallet that blinds two sessions alike hides in neither.
            if !earlier.seen.contains(base) { sessions[base] = session }
        }
        guard sessions.count >= max(1, minimum) else { throw .notYetValid }
        let sorted = sessions.sorted { $0.key.encoded.lexicographicallyPrecedes($1.key.encoded) }
        let parts = SessionPart.split(sorted.map(\.value.encoded), list: number)
        let used = waiting
        try await register.submit { state, batch throws(Refusal) in
            guard batch.entries.isEmpty else { return .wait }
            let now = try state.book(digest).sessions
            guard now.frozen == number, now.waiting.starts(with: used) else { throw .conflict }
            return .done(
                parts.map { part in
                    .new(
                        LogEntry(kind: .sessions, edition: digest, content: part.content),
                        .sessions(used: part.isLast ? UInt32(used.count) : 0))
                })
        }
        return number
    }

    /// A frozen list with the log proofs of its parts, for wallets.
    ///
    /// - Parameters:
    ///   - edition: whose list.
    ///   - list: its number, as `freezeSessions` returned it; there are as many as `frozenCount` says.
    /// - Returns: text for `Holder.settle` and `Holder.request(_:from:in:profile:ofAtLeast:)`.
    /// - Throws: `notYetValid` for one that is not frozen, `unavailable`.
    public func sessions(of edition: OpenEdition, list: Int) async throws(Refusal) -> String {
        var parts = [JSON]()
        for record in try await register.current().book(edition.digest).sessions.parts {
            let (entry, proof) = try await register.proof(of: record)
            let part = try SessionPart(parsing: try LogEntry(parsing: entry).content)
            guard part.list == list else { continue }
            parts.append(["entry": .bytes(entry), "proof": .string(proof.encoded)])
        }
        guard !parts.isEmpty else { throw .notYetValid }
        return JSON.object([
            "edition": .string(edition.edition.id), "list": .whole(Int64(list)),
            "parts": .array(parts),
        ]).text
    }

    /// How many lists of the edition are frozen.
    ///
    /// - Throws: `unavailable`.
    public func frozenCount(of edition: OpenEdition) async throws(Refusal) -> Int {
        try await register.current().book(edition.digest).sessions.frozen
    }

    /// Publishes the proof that the person behind an index is one of a list's. Twice is once.
    ///
    /// - Parameter settlement: what `Holder.settle` made. It says nothing about who sent it.
    /// - Throws: `typeMismatch` for an edition that is not open here, `unauthorized` for an index without a card, `notYetValid`
    ///   for a list that is not frozen, `nationalIDInvalid` when the proof does not hold, `malformed`, `unavailable`.
    public func settle(_ settlement: String) async throws(Refusal) {
        let (id, settled) = try SettledIndex.read(settlement)
        guard let opened = edition(id), opened.identity != nil else { throw .typeMismatch }
        let digest = opened.digest
        let state = try await register.current()
        guard state.hasCard(settled.person, in: digest) else { throw .unauthorized }
        guard try !state.book(digest).sessions.settled.contains(settled.person) else { return }
        guard let list = try await frozenLists(of: opened).list(settled.list) else {
            throw .notYetValid
        }
        let pair = try settled.pair(in: digest)
        try binding { () throws(ProofError) in
            try BatchProof.verify([pair], in: list, context: SettledIndex.context(of: opened))
        }
        try await register.submit { state, batch throws(Refusal) in
            guard try !state.book(digest).sessions.settled.contains(settled.person) else {
                return .found
            }
            // The card may have been returned since, or be about to be; the same index may be in this batch.
            guard !batch.isChange, !batch.persons.contains(settled.person) else { return .wait }
            guard state.hasCard(settled.person, in: digest) else { throw .unauthorized }
            batch.persons.insert(settled.person)
            return .one(
                LogEntry(kind: .settled, edition: digest, content: settled.content), .settled)
        }
    }

    /// The edition's lists as the log has them, read once and kept.
    func frozenLists(of edition: OpenEdition) async throws(Refusal) -> FrozenLists {
        let parts = try await register.current().book(edition.digest).sessions.parts
        let edition = try await current(edition.edition.id) ?? edition
        var known = frozen.withLock { $0[edition.digest] } ?? FrozenLists(of: edition)
        known.edition = edition
        for record in parts.dropFirst(known.parts) {
            let entry = try await register.proof(of: record).entry
            try known.take(try LogEntry(parsing: entry).content)
        }
        let newest = known
        frozen.withLock { kept in
            if newest.parts > kept[edition.digest]?.parts ?? 0 { kept[edition.digest] = newest }
        }
        return newest
    }
}
