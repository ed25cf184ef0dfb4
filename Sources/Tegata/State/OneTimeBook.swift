internal import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// What came of asking to use something that may be used a number of times.
public enum OneTimeUse: Sendable, Equatable {
    /// It was used now; so many uses there were before.
    case used(before: Int)
    /// This very key has used it before: nothing was used now. So many uses there are.
    case repeated(uses: Int)
    /// It may not be used again.
    case exhausted
}

/// Counts uses, each exactly once, for any number of callers, also of other processes on the same journal: whatever the journal
/// holds decides.
///
/// A use is recorded as two hashes, of what was used and of the key that it was used under (Spec/state.md). Someone who can
/// rewrite the storage can give uses back, or take them; they learn nothing that they could not guess.
public actor OneTimeBook {
    private let journal: any Journal
    private var uses = [FixedBytes<32>: Int]()
    /// What each key was used for.
    private var keys = [FixedBytes<32>: FixedBytes<32>]()
    private var tree = MerkleTree()
    private var head = JournalHead.empty
    private var queue = [Wish]()
    private var isWorking = false

    /// A book over `journal`: `.inMemory()`, a `SQLiteJournal`, a `PostgresJournal`. Nothing else may write there.
    public init(journal: some Journal) {
        self.journal = journal
    }

    /// A book for one process, forgotten with it.
    public static func inMemory() -> OneTimeBook { OneTimeBook(journal: InMemoryJournal()) }

    /// How many uses are known here, of everything.
    public var count: Int { keys.count }

    /// How often `subject` was used.
    ///
    /// - Throws: `unavailable`.
    public func uses(of subject: [UInt8]) async throws(Refusal) -> Int {
        switch try await ask(subject, of: nil, under: []) {
        case .used(let uses), .repeated(let uses): uses
        case .exhausted: 0
        }
    }

    /// Uses `subject` up once more, if it was used fewer than `limit` times; and once for each `key`, of any number of callers
    /// that bring it. The last step of a check: whoever returns from here with `used` has been counted.
    ///
    /// - Throws: `conflict` for a key that was used for something else, `unavailable` when it could not be recorded.
    public func use(
        _ subject: [UInt8], of limit: Int, under key: [UInt8]
    ) async throws(Refusal) -> OneTimeUse {
        try await ask(subject, of: limit, under: key)
    }

    private struct Wish: Sendable {
        let subject: FixedBytes<32>
        let key: FixedBytes<32>
        /// `nil` to look only.
        let limit: Int?
        let finish: @Sendable (Result<OneTimeUse, Refusal>) -> Void
    }

    private func ask(
        _ subject: [UInt8], of limit: Int?, under key: [UInt8]
    ) async throws(Refusal) -> OneTimeUse {
        let subject = taggedHash("TEGATA-V01/use", subject)
        let key = taggedHash("TEGATA-V01/use-key", key)
        let result: Result<OneTimeUse, Refusal> = await withCheckedContinuation { continuation in
            queue.append(
                Wish(subject: subject, key: key, limit: limit) {
                    continuation.resume(returning: $0)
                })
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
        return try result.get()
    }

    /// One batch at a time, each time with everything that waits.
    private func work() async {
        while !queue.isEmpty {
            let wishes = queue
            queue = []
            await fulfil(wishes)
        }
        isWorking = false
    }

    private func fulfil(_ wishes: [Wish]) async {
        // What we have tried to write: when it turns up in the journal after all, it was ours.
        var tried = Set<FixedBytes<32>>()
        for _ in 0..<16 {
            do throws(JournalError) {
                try await follow()
                let plan = decide(wishes, tried)
                if !plan.entries.isEmpty {
                    tried.formUnion(plan.entries.map(\.key))
                    try await write(plan.entries)
                }
                for (wish, outcome) in zip(wishes, plan.outcomes) { wish.finish(outcome) }
                return
            } catch {
                // The tree is changed in place: a copy would cost as much as everything that was ever used.
                if (try? tree.truncate(to: head.size)) == nil { break }
                switch error {
                // Somebody else was first, or nobody knows: what the journal holds decides.
                case .moved, .uncertain: continue
                case .unavailable, .damaged: break
                }
                break
            }
        }
        for wish in wishes { wish.finish(.failure(.unavailable)) }
    }

    private typealias Entry = (subject: FixedBytes<32>, key: FixedBytes<32>)

    private func write(_ entries: [Entry]) async throws(JournalError) {
        let records = entries.map {
            JournalRecord(entry: $0.subject.array + $0.key.array, memo: [])
        }
        for record in records { tree.append(TreeHash(leaf: record.entry)) }
        let new = JournalHead(size: tree.size, root: tree.root, note: "")
        try await journal.append(records, to: head, making: new)
        head = new
        entries.forEach(learn)
    }

    /// What becomes of each wish, one after the other, and what has to be written for it.
    private func decide(
        _ wishes: [Wish], _ tried: Set<FixedBytes<32>>
    ) -> (entries: [Entry], outcomes: [Result<OneTimeUse, Refusal>]) {
        var uses = [FixedBytes<32>: Int]()
        var keys = [FixedBytes<32>: FixedBytes<32>]()
        var entries = [Entry]()
        var ours = tried
        let outcomes = wishes.map { wish -> Result<OneTimeUse, Refusal> in
            let count = uses[wish.subject] ?? self.uses[wish.subject] ?? 0
            guard let limit = wish.limit else { return .success(.repeated(uses: count)) }
            if let earlier = keys[wish.key] ?? self.keys[wish.key] {
                guard earlier == wish.subject else { return .failure(.conflict) }
                let isOurs = keys[wish.key] == nil && ours.remove(wish.key) != nil
                return .success(isOurs ? .used(before: count - 1) : .repeated(uses: count))
            }
            guard count < limit else { return .success(.exhausted) }
            uses[wish.subject] = count + 1
            keys[wish.key] = wish.subject
            entries.append((wish.subject, wish.key))
            return .success(.used(before: count))
        }
        return (entries, outcomes)
    }

    private func learn(_ entry: Entry) {
        uses[entry.subject, default: 0] += 1
        keys[entry.key] = entry.subject
    }

    /// Reads what the journal has that is not known here.
    private func follow() async throws(JournalError) {
        let newest = try await journal.head()
        guard newest.size >= head.size else {
            throw .damaged("the book has fewer uses than before: an old copy?")
        }
        while head.size < newest.size {
            let records = try await journal.records(
                from: head.size, atMost: min(10_000, Int(newest.size - head.size)))
            guard !records.isEmpty else { throw .damaged("uses are missing") }
            for record in records {
                guard record.entry.count == 64,
                    let subject = FixedBytes<32>(Array(record.entry.prefix(32))),
                    let key = FixedBytes<32>(Array(record.entry.suffix(32)))
                else { throw .damaged("a record is no use") }
                tree.append(TreeHash(leaf: record.entry))
                learn((subject, key))
            }
            head = JournalHead(size: tree.size, root: tree.root, note: "")
        }
        guard head.isSame(as: newest) else { throw .damaged("the uses do not fit their root") }
    }
}
