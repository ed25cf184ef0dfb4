internal import TegataCrypto
package import TegataLog
internal import TegataProofs
package import TegataSDJWT

/// What exists of an issuer's cards, and the one routine by which anything comes to exist (Spec/register.md).
///
/// Its storage is a journal whose entries are the public log. What the records mean is in memory and follows from them alone.
package actor Register {
    private let journal: any Journal
    private let signer: NoteSigner
    private let directory: LogDirectory?
    private let witnesses: Witnesses
    /// Adds the issuer's own signature to a checkpoint.
    private let countersign: @Sendable (SignedNote) -> SignedNote

    private(set) var state = RegisterState()
    private var tree = MerkleTree()
    private var head = JournalHead.empty
    /// The newest head that was ever seen or written: nothing older is believed.
    private var anchor = JournalHead.empty
    /// How much of the log is published, and its checkpoint with all signatures.
    private var published: UInt64 = 0
    private var shown: SignedNote?
    /// What each witness has seen, as far as we know.
    private var seen: [UInt64]
    private var isLoaded = false
    private var lastRead = ContinuousClock.now
    private var queue = [Job]()
    private var isWorking = false
    /// Why the register last stopped; `nil` while it works.
    package private(set) var fault: RegisterFault?

    /// A register over `journal`, whose checkpoints `signer` signs, published in `directory`.
    package init(
        journal: any Journal, signer: NoteSigner, directory: LogDirectory? = nil,
        witnesses: Witnesses = .none,
        countersigning countersign: @escaping @Sendable (SignedNote) -> SignedNote = { $0 }
    ) {
        self.countersign = countersign
        self.journal = journal
        self.signer = signer
        self.directory = directory
        self.witnesses = witnesses
        seen = witnesses.connections.map { _ in 0 }
    }

    /// Something that is to be appended, or found out not to be.
    struct Job: Sendable {
        let decide: @Sendable (RegisterState, inout Batch) throws(Refusal) -> Decision
        let finish: @Sendable (Result<[UInt64], Refusal>) -> Void
    }

    enum Decision {
        /// What came of it, piece by piece.
        case done([Outcome])
        /// It depends on what this batch will have written.
        case wait

        /// There is nothing to write.
        static var found: Decision { .done([]) }
        /// There is one record to write.
        static func one(_ entry: LogEntry, _ memo: RegisterMemo) -> Decision {
            .done([.new(entry, memo)])
        }
    }

    enum Outcome {
        /// The record exists.
        case found(UInt64)
        /// It is to be written.
        case new(LogEntry, RegisterMemo)
    }

    /// What is about to be written, as far as it bears on what comes after it in the same batch.
    struct Batch {
        var entries = [LogEntry]()
        var memos = [RegisterMemo]()
        var cards = [EditionDigest: Int]()
        var persons = Set<FixedBytes<33>>()
        var keys = Set<FixedBytes<32>>()
        var indexes = Set<UInt32>()
        /// Whether it changes what claims are decided by, so that no claim may follow.
        var isChange = false

        /// The number that the record has or will have.
        mutating func add(_ outcome: Outcome, after size: UInt64) -> UInt64 {
            switch outcome {
            case .found(let record): return record
            case .new(let entry, let memo):
                entries.append(entry)
                memos.append(memo)
                return size + UInt64(entries.count - 1)
            }
        }
    }

    // MARK: Reading

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

    /// The state and the head that it follows from.
    func snapshot() async throws(Refusal) -> (state: RegisterState, head: JournalHead) {
        _ = try await current()
        return (state, head)
    }

    /// A card's record with the log proof for its entry under the newest checkpoint; `extra` is the caller's to add.
    func card(at record: UInt64) async throws(Refusal) -> (
        kind: LogEntry.Kind, memo: CardMemo, proof: LogProof
    ) {
        _ = try await current()
        let stored = try await records(record..<record + 1)[0]
        guard let entry = try? LogEntry(parsing: stored.entry),
            case .card(let memo)? = try? RegisterMemo(
                parsing: stored.memo, beside: stored.entry, kind: entry.kind)
        else {
            fault = .damaged(record: record)
            throw .unavailable
        }
        return (entry.kind, memo, try proof(at: record))
    }

    /// What an entrant asked, by the record of the entry, with the log proof for it.
    func entrant(
        at record: UInt64
    ) async throws(Refusal) -> (memo: EntrantMemo, proof: LogProof) {
        _ = try await current()
        let stored = try await records(record..<record + 1)[0]
        guard
            case .entrant(let memo)? = try? RegisterMemo(
                parsing: stored.memo, beside: stored.entry, kind: .entrant)
        else {
            fault = .damaged(record: record)
            throw .unavailable
        }
        return (memo, try proof(at: record))
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
        let proof = try await card(at: record).proof
        return (try await records(record..<record + 1)[0].entry, proof)
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

    private func records(_ range: Range<UInt64>) async throws(Refusal) -> [JournalRecord] {
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

    // MARK: Writing

    /// Makes an announcement the edition's first entry; where it has one already, that one stands.
    ///
    /// - Throws: `limitExceeded` for an announcement that is no entry any more, `unavailable`.
    package func open(
        _ edition: EditionDigest, _ announcement: String, limit: Limit, isDrawn: Bool = false
    ) async throws(Refusal) {
        let entry = LogEntry.signed(.open, edition, announcement)
        guard entry.encoded.count <= 0xffff else { throw .limitExceeded }
        try await submit { state, batch in
            if state.books[edition] != nil { return .found }
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            return .one(entry, isDrawn ? .drawn(limit) : .limit(limit))
        }
    }

    /// Gives a claim its place and keeps its row: the one-per-person check, the serial, the status index and the row are
    /// one atomic step, and the last one that can fail. `making` runs inside it, so a card that cannot be made takes no
    /// serial; it may run again when another process was faster.
    ///
    /// - Returns: the number of the record.
    /// - Throws: `soldOut`, `alreadyClaimed`, `conflict` for a used key with another content, `unavailable`, and
    ///   whatever `making` throws.
    package func allocate(
        _ claim: RegisterClaim,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        // A retry needs no place in the queue. A refusal needs a look at the journal, which serves everybody who waits:
        // another process may just have answered this very claim (A90, A94).
        do throws(Refusal) {
            if let found = try await current().verdict(on: claim) { return found }
        } catch {
            try await submit { _, _ in .found }
            if let found = try state.verdict(on: claim) { return found }
        }
        return try await allocate([claim]) { _, place throws(Refusal) in try making(place) }[0]
    }

    /// Gives all of these claims their places, or none (A81).
    ///
    /// - Returns: the numbers of their records, in order.
    /// - Throws: what `allocate` throws for the first claim that has no place.
    package func allocate(
        _ claims: [RegisterClaim],
        making: @escaping @Sendable (Int, RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> [UInt64] {
        try await submit { state, batch throws(Refusal) in
            try state.decide(claims, &batch, making: making)
        }
    }

    /// Keeps a place until a time, under the name that a token has.
    ///
    /// - Throws: `soldOut`, `unavailable`.
    package func hold(
        _ token: [UInt8], in edition: EditionDigest, until time: Int64, at now: Int64
    ) async throws(Refusal) {
        try await releaseEnded(in: edition, at: now)
        try await submit { state, batch throws(Refusal) in
            try state.hold(RegisterState.name(of: token), in: edition, until: time, &batch)
        }
    }

    /// Gives a kept place up. Twice is once.
    ///
    /// - Throws: `unavailable`.
    package func release(_ token: [UInt8], in edition: EditionDigest) async throws(Refusal) {
        try await submit { state, batch throws(Refusal) in
            try state.release([RegisterState.name(of: token)], in: edition, &batch)
        }
    }

    /// Makes a card of a kept place.
    ///
    /// - Returns: the number of the card's record.
    /// - Throws: `expired` for a hold that has ended or was given up, and what `allocate` throws.
    package func confirm(
        _ token: [UInt8], by claim: RegisterClaim, at now: Int64,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        let records = try await submit { state, batch throws(Refusal) in
            try state.confirm(
                RegisterState.name(of: token), by: claim, at: now, &batch, making: making)
        }
        guard let card = records.last else { throw .unavailable }
        return card
    }

    /// Gives up the places whose time has come, so that others find them.
    package func releaseEnded(
        in edition: EditionDigest, at now: Int64
    ) async throws(Refusal) {
        let ended = try await current().ended(in: edition, at: now)
        guard !ended.isEmpty else { return }
        try await submit { state, batch throws(Refusal) in
            try state.release(ended, in: edition, &batch)
        }
    }

    /// Waits for its turn, and for the batch to be durable and public.
    @discardableResult
    func submit(
        _ decide: @escaping @Sendable (RegisterState, inout Batch) throws(Refusal) -> Decision
    ) async throws(Refusal) -> [UInt64] {
        let result = await withCheckedContinuation { continuation in
            queue.append(Job(decide: decide) { continuation.resume(returning: $0) })
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
        return try result.get()
    }

    /// The sequencer: one at a time, each time with everything that waits.
    private func work() async {
        var failures = 0
        while !queue.isEmpty {
            do {
                try await step()
                failures = 0
            } catch {
                failures += 1
                // Somebody was faster, or nobody knows: read and decide again, a few times (A93).
                if failures < 5, error.isWorthAnotherTry { continue }
                fault = error.fault
                for job in queue { job.finish(.failure(.unavailable)) }
                queue = []
            }
        }
        isWorking = false
    }

    /// How many records one transaction may write.
    private static let batchSize = 1024

    /// Decides what waits, after one look at the journal, and writes what is asked for. When it throws, everything that was
    /// not answered waits again.
    private func step() async throws(StepError) {
        try await read()
        fault = nil
        let jobs = queue
        queue = []
        var batch = Batch()
        var waiting = [(job: Job, records: [UInt64])]()
        var deferred = [Job]()
        for job in jobs {
            guard batch.entries.count < Self.batchSize else {
                deferred.append(job)
                continue
            }
            do throws(Refusal) {
                switch try job.decide(state, &batch) {
                case .wait: deferred.append(job)
                case .done(let outcomes):
                    let before = batch.entries.count
                    let records = outcomes.map { batch.add($0, after: head.size) }
                    if batch.entries.count > before {
                        waiting.append((job, records))
                    } else {
                        job.finish(.success(records))
                    }
                }
            } catch {
                job.finish(.failure(error))
            }
        }
        queue = deferred
        guard !batch.entries.isEmpty else { return }
        do {
            try await write(batch)
            try await publish()
        } catch {
            queue = waiting.map(\.job) + queue
            throw error
        }
        for (job, records) in waiting { job.finish(.success(records)) }
    }

    private func write(_ batch: Batch) async throws(StepError) {
        var records = [JournalRecord]()
        for (entry, memo) in zip(batch.entries, batch.memos) {
            let bytes = entry.encoded
            records.append(JournalRecord(entry: bytes, memo: memo.encoded(beside: bytes)))
            tree.append(TreeHash(leaf: bytes))
        }
        do throws(JournalError) {
            let new = try sign()
            try await journal.append(records, to: head, making: new)
            head = new
            anchor = new
            lastRead = .now
        } catch {
            // The tree is as long as the head says, whatever was about to be written.
            try? tree.truncate(to: head.size)
            throw StepError(error)
        }
        for (entry, memo) in zip(batch.entries, batch.memos) {
            do {
                try state.apply(entry, memo)
            } catch {
                preconditionFailure("what was decided follows from what was there")
            }
        }
    }

    private func sign() throws(JournalError) -> JournalHead {
        do {
            let checkpoint = try Checkpoint(
                origin: signer.key.name, size: tree.size, root: tree.root)
            let note = countersign(try checkpoint.signed(by: signer))
            // A signature is checked before anyone sees it: hardware has given wrong ones (A139).
            _ = try Checkpoint(parsing: note, by: try LogPolicy(log: signer.key))
            return JournalHead(size: tree.size, root: tree.root, note: note.encoded)
        } catch {
            throw .unavailable("the checkpoint cannot be signed")
        }
    }

    // MARK: Following the journal

    /// Takes in what the journal has beyond what is known, and checks that it continues it.
    private func read() async throws(StepError) {
        // The published checkpoint before the head, so that it cannot be the newer of the two by chance.
        let note = isLoaded ? nil : try publishedNote()
        do {
            let newest = try await newestHead()
            try await take(upTo: newest)
            if !isLoaded { try await compare(with: note) }
            head = newest
            anchor = newest
            isLoaded = true
            lastRead = .now
        } catch {
            // Nothing of it is believed: what was read is read again once the operator has looked.
            if case .fault(let fault) = error, fault.isAboutContent { forget() }
            throw error
        }
        try await publish()
    }

    private func newestHead() async throws(StepError) -> JournalHead {
        let newest: JournalHead
        do {
            newest = try await journal.head()
        } catch {
            throw StepError(error)
        }
        guard newest.size >= anchor.size else {
            throw .fault(.rolledBack(stored: newest.size, published: anchor.size))
        }
        guard newest.size > anchor.size || newest.root == anchor.root else {
            throw .fault(.forked(size: anchor.size))
        }
        return newest
    }

    private func take(upTo newest: JournalHead) async throws(StepError) {
        while tree.size < newest.size {
            let start = tree.size
            let records: [JournalRecord]
            do {
                records = try await journal.records(
                    from: start, atMost: Int(min(4096, newest.size - start)))
            } catch {
                throw StepError(error)
            }
            guard !records.isEmpty else { throw .fault(.damaged(record: start)) }
            for record in records {
                do {
                    let entry = try LogEntry(parsing: record.entry)
                    try state.apply(
                        entry,
                        try RegisterMemo(
                            parsing: record.memo, beside: record.entry, kind: entry.kind))
                } catch {
                    throw .fault(.damaged(record: tree.size))
                }
                tree.append(TreeHash(leaf: record.entry))
            }
        }
        // A signature is looked at once.
        guard tree.root == newest.root,
            newest.size == 0 || newest.note == head.note || isOurs(newest)
        else { throw .fault(.headInvalid) }
        guard (try? tree.root(at: anchor.size)) == anchor.root else {
            throw .fault(.forked(size: anchor.size))
        }
    }

    private func isOurs(_ head: JournalHead) -> Bool {
        guard let note = try? SignedNote(parsing: Array(head.note.utf8)),
            let checkpoint = checkpoint(in: note)
        else { return false }
        return checkpoint.size == head.size && checkpoint.root == head.root
    }

    private func checkpoint(in note: SignedNote) -> Checkpoint? {
        guard let policy = try? LogPolicy(log: signer.key) else { return nil }
        return try? Checkpoint(parsing: note, by: policy)
    }

    private func forget() {
        state = RegisterState()
        tree = MerkleTree()
        head = .empty
        shown = nil
        isLoaded = false
    }

    // MARK: Publishing

    private func publishedNote() throws(StepError) -> SignedNote? {
        do {
            return try directory?.checkpoint()
        } catch {
            throw .fault(.publication("the published checkpoint cannot be read"))
        }
    }

    /// Whether what was published is the beginning of what is stored, and the files are whole.
    private func compare(with note: SignedNote?) async throws(StepError) {
        guard let directory, let note else { return published = 0 }
        guard let checkpoint = checkpoint(in: note) else {
            throw .fault(.publication("the published checkpoint is not this log's"))
        }
        guard checkpoint.size <= tree.size else {
            throw .fault(.rolledBack(stored: tree.size, published: checkpoint.size))
        }
        guard (try? tree.root(at: checkpoint.size)) == checkpoint.root else {
            throw .fault(.forked(size: checkpoint.size))
        }
        do {
            let missing = try directory.missing(from: tree, at: checkpoint.size)
            try await directory.write(missing, of: tree) { range throws(LogError) in
                try await self.entries(range)
            }
        } catch .damaged(let name) {
            throw .fault(.publication("\(name) is damaged"))
        } catch {
            throw .fault(.publication("the log's files cannot be read or written"))
        }
        published = checkpoint.size
    }

    /// Makes everything that is committed public, once enough witnesses have seen it.
    private func publish() async throws(StepError) {
        guard head.size > 0, shown == nil || published < head.size else { return }
        guard var note = try? SignedNote(parsing: Array(head.note.utf8)) else {
            throw .fault(.headInvalid)
        }
        var signed = 0
        for (number, witness) in witnesses.connections.enumerated() {
            var size = seen[number]
            if let more = await witness.cosign(note, of: tree, at: head.size, seen: &size) {
                note = more
                signed += 1
            }
            seen[number] = size
        }
        guard signed >= witnesses.quorum else {
            throw .fault(.witnesses(signed: signed, needed: witnesses.quorum))
        }
        do {
            try await directory?.publish(tree, from: published, note: note.encoded) {
                range throws(LogError) in
                try await self.entries(range)
            }
        } catch {
            throw .fault(.publication("the log's files cannot be written"))
        }
        published = head.size
        shown = note
    }

    private func entries(_ range: Range<UInt64>) async throws(LogError) -> [[UInt8]] {
        do {
            return try await records(range).map(\.entry)
        } catch {
            throw .unavailable
        }
    }
}

/// Why a step of the sequencer ended early.
enum StepError: Error {
    /// Somebody else has appended, or nobody knows whether we have.
    case again(RegisterFault)
    case fault(RegisterFault)

    init(_ error: JournalError) {
        self =
            switch error {
            case .moved: .again(.storage("other processes were faster five times"))
            case .uncertain(let reason): .again(.storage(reason))
            case .unavailable(let reason), .damaged(let reason): .fault(.storage(reason))
            }
    }

    var fault: RegisterFault {
        switch self {
        case .again(let fault), .fault(let fault): fault
        }
    }

    var isWorthAnotherTry: Bool { if case .again = self { true } else { false } }
}

extension RegisterFault {
    /// Whether it is what was read that is wrong, not that it could not be read.
    fileprivate var isAboutContent: Bool {
        switch self {
        case .storage, .publication, .witnesses: false
        case .damaged, .headInvalid, .rolledBack, .forked: true
        }
    }
}
