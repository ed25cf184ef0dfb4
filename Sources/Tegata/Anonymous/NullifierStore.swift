package import TegataCrypto
public import TegataLog
package import TegataSDJWT

/// Which nullifiers were used: each once, for exactly one of any number of callers, also of other processes on the
/// same journal.
///
/// A nullifier is recorded as a hash, so the journal names nobody and says nothing about cards. Someone who can rewrite
/// the storage can let a card act a second time; they learn nothing from it.
public actor NullifierStore {
    private let journal: any Journal
    private var used = Set<FixedBytes<32>>()
    private var tree = MerkleTree()
    private var head = JournalHead.empty
    private var isRead = false
    private var queue = [Use]()
    private var isWorking = false

    /// A store over `journal`: `.inMemory()`, a `SQLiteJournal`, a `PostgresJournal`. Nothing else may write there.
    public init(journal: some Journal) {
        self.journal = journal
    }

    /// A store for one process, forgotten with it.
    public static func inMemory() -> NullifierStore {
        NullifierStore(journal: InMemoryJournal())
    }

    /// How many were used.
    public var count: Int { used.count }

    private struct Use: Sendable {
        let entry: FixedBytes<32>
        /// Tells our record from another process's, when nobody knows whether ours was written.
        let mark: [UInt8]
        let finish: @Sendable (Result<Void, Refusal>) -> Void
    }

    /// Uses `nullifier` up in `scope`. The last step of a check: whoever returns from here has been accepted.
    ///
    /// - Throws: `replayed` for everybody else, `unavailable` when it could not be recorded.
    package func use(_ nullifier: [UInt8], in scope: FixedBytes<32>) async throws(Refusal) {
        var random = SystemRandomness()
        let entry = taggedHash("TEGATA-V01/nullifier", scope.array + nullifier)
        let mark = random.bytes(16)
        let result: Result<Void, Refusal> = await withCheckedContinuation { continuation in
            queue.append(Use(entry: entry, mark: mark) { continuation.resume(returning: $0) })
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
        try result.get()
    }

    /// One at a time, each time with everything that waits.
    private func work() async {
        while !queue.isEmpty {
            let uses = queue
            queue = []
            await record(uses)
        }
        isWorking = false
    }

    private func record(_ uses: [Use]) async {
        var waiting = uses
        for _ in 0..<16 where !waiting.isEmpty {
            do throws(JournalError) {
                if !isRead { try await follow(&waiting) }
                waiting = refuseUsed(waiting)
                guard !waiting.isEmpty else { return }
                for use in waiting { tree.append(TreeHash(leaf: use.entry.array)) }
                let new = JournalHead(size: tree.size, root: tree.root, note: "")
                try await journal.append(
                    waiting.map { JournalRecord(entry: $0.entry.array, memo: $0.mark) }, to: head,
                    making: new)
                head = new
                for use in waiting {
                    used.insert(use.entry)
                    use.finish(.success(()))
                }
                return
            } catch {
                // The tree is changed in place: a copy would cost as much as everything that was ever used.
                if (try? tree.truncate(to: head.size)) == nil { tree = MerkleTree() }
                isRead = false
                switch error {
                // Somebody else was first, or nobody knows: what the journal holds decides.
                case .moved, .uncertain: continue
                case .unavailable, .damaged:
                    for use in waiting { use.finish(.failure(.unavailable)) }
                    return
                }
            }
        }
        for use in waiting { use.finish(.failure(.unavailable)) }
    }

    /// Refuses those that are used, and all but the first of those that are the same.
    private func refuseUsed(_ uses: [Use]) -> [Use] {
        var seen = Set<FixedBytes<32>>()
        return uses.filter { use in
            guard !used.contains(use.entry), seen.insert(use.entry).inserted else {
                use.finish(.failure(.replayed))
                return false
            }
            return true
        }
    }

    /// Reads what the journal has that is not known here; `waiting` loses those that turn out to be recorded already.
    private func follow(_ waiting: inout [Use]) async throws(JournalError) {
        let newest = try await journal.head()
        guard newest.size >= tree.size else {
            throw .damaged("the store has fewer nullifiers than before: an old copy?")
        }
        while tree.size < newest.size {
            let records = try await journal.records(
                from: tree.size, atMost: min(10_000, Int(newest.size - tree.size)))
            guard !records.isEmpty else { throw .damaged("nullifiers are missing") }
            for record in records {
                guard let entry = FixedBytes<32>(record.entry) else {
                    throw .damaged("a record is no nullifier")
                }
                tree.append(TreeHash(leaf: record.entry))
                used.insert(entry)
                if let index = waiting.firstIndex(where: { $0.mark == record.memo }) {
                    waiting.remove(at: index).finish(.success(()))
                }
            }
        }
        guard tree.root == newest.root else {
            throw .damaged("the nullifiers do not fit their root")
        }
        head = newest
        isRead = true
    }
}
