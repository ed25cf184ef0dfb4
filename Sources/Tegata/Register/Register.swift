internal import TegataCrypto
package import TegataLog
internal import TegataSDJWT

/// What exists of an issuer's cards, and the one routine by which anything comes to exist (Spec/register.md).
///
/// Its storage is a journal whose entries are the public log. What the records mean is in memory and follows from them alone.
package actor Register {
    let journal: any Journal
    let signer: NoteSigner
    let directory: LogDirectory?
    let witnesses: Witnesses
    /// The name of the site where this register works; only a register that was relocated needs one.
    let site: String?
    /// Adds the issuer's own signature to a checkpoint.
    let countersign: @Sendable (SignedNote) -> SignedNote

    var state = RegisterState()
    var tree = MerkleTree()
    var head = JournalHead.empty
    /// The newest head that was ever seen or written: nothing older is believed.
    var anchor = JournalHead.empty
    /// How much of the log is published, and its checkpoint with all signatures.
    var published: UInt64 = 0
    var shown: SignedNote?
    /// What each witness has seen, as far as we know.
    var seen: [UInt64]
    var isLoaded = false
    /// Whether everything is to be read and checked again.
    var isSuspect = false
    var lastRead = ContinuousClock.now
    var queue = [Job]()
    var isWorking = false
    /// Why the register last stopped; `nil` while it works.
    package var fault: RegisterFault?

    /// A register over `journal`, whose checkpoints `signer` signs, published in `directory`.
    package init(
        journal: any Journal, signer: NoteSigner, directory: LogDirectory? = nil,
        witnesses: Witnesses = .none, site: String? = nil,
        countersigning countersign: @escaping @Sendable (SignedNote) -> SignedNote = { $0 }
    ) {
        self.countersign = countersign
        self.site = site
        self.journal = journal
        self.signer = signer
        self.directory = directory
        self.witnesses = witnesses
        seen = witnesses.connections.map { _ in 0 }
    }

    /// Something that is to be appended, or found out not to be.
    struct Job: Sendable {
        /// Whether this is how a site takes the register over: the one thing that another site than the register's may write.
        var isArrival = false
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
        /// How programmes that begin in this batch are addressed.
        var addressings = [FixedBytes<32>: FixedBytes<32>]()
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

    /// Waits for its turn, and for the batch to be durable and public.
    @discardableResult
    func submit(
        arriving isArrival: Bool = false,
        _ decide: @escaping @Sendable (RegisterState, inout Batch) throws(Refusal) -> Decision
    ) async throws(Refusal) -> [UInt64] {
        let result = await withCheckedContinuation { continuation in
            queue.append(
                Job(isArrival: isArrival, decide: decide) { continuation.resume(returning: $0) })
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
        return try result.get()
    }

    /// The sequencer: one at a time, each time with everything that waits.
    private func work() async {
        var (failures, losses) = (0, 0)
        while !queue.isEmpty {
            do {
                try await step(of: max(1, Self.batchSize >> (2 * losses)))
                (failures, losses) = (0, max(0, losses - 1))
            } catch {
                // Somebody was faster: read and decide again, and fewer at a time, so that it is our turn sooner. Or nobody
                // knows: again, a few times (A93).
                if case .overtaken = error {
                    losses += 1
                    if losses < 64 { continue }
                }
                failures += 1
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
    private func step(of batchSize: Int) async throws(StepError) {
        if isSuspect {
            isSuspect = false
            forget()
        }
        try await read()
        fault = nil
        fence()
        let jobs = queue
        queue = []
        var batch = Batch()
        var waiting = [(job: Job, records: [UInt64])]()
        var deferred = [Job]()
        for job in jobs {
            guard batch.entries.count < batchSize else {
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

    /// Refuses whatever waits at a site that the log does not name, reading too: what this site would sign may be old.
    private func fence() {
        guard state.site?.name != site else { return }
        fault = .elsewhere(state.site?.name)
        for job in queue where !job.isArrival { job.finish(.failure(.unavailable)) }
        queue.removeAll { !$0.isArrival }
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

    func sign() throws(JournalError) -> JournalHead {
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
}

/// Why a step of the sequencer ended early.
enum StepError: Error {
    /// Somebody else has appended.
    case overtaken
    /// Nobody knows whether we have appended.
    case again(RegisterFault)
    case fault(RegisterFault)

    init(_ error: JournalError) {
        self =
            switch error {
            case .moved: .overtaken
            case .uncertain(let reason): .again(.storage(reason))
            case .unavailable(let reason), .damaged(let reason): .fault(.storage(reason))
            }
    }

    var fault: RegisterFault {
        switch self {
        case .overtaken: .storage("other processes were faster every time")
        case .again(let fault), .fault(let fault): fault
        }
    }

    var isWorthAnotherTry: Bool { if case .again = self { true } else { false } }
}
