internal import Crypto
internal import Foundation
public import Tegata

/// One benefit of one card: what is counted down. It is bound to a membership that was verified, never to what a form says.
public struct CardBenefit: Sendable, Hashable {
    let digest: [UInt8]

    /// The benefit called `benefit` of card `serial` of an issuer's edition.
    public init(issuer: String, edition: String, serial: UInt32, benefit: String) {
        var hash = SHA256()
        // Each text with its length in front: two fields never run into each other.
        for text in ["tegata/benefit", issuer, edition, String(serial), benefit] {
            let bytes = Array(text.utf8)
            hash.update(data: withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { Array($0) })
            hash.update(data: bytes)
        }
        digest = Array(hash.finalize())
    }
}

/// What came of a redemption.
public enum Redemption: Sendable, Equatable {
    /// One was used now, and so many are left.
    case redeemed(left: Int)
    /// This very form was sent before: nothing was used now.
    case repeated(left: Int)
    /// None was left.
    case exhausted
}

/// Counts benefits down, each exactly once.
///
/// Someone who can rewrite this storage can give used benefits back, or use them up; they learn no name, and no card that they
/// could not guess: what is kept are hashes of issuer, edition, serial and benefit.
public protocol RedemptionStore: Sendable {
    /// How many of `benefit` were used.
    ///
    /// - Throws: `unavailable`.
    func used(_ benefit: CardBenefit) async throws(Refusal) -> Int

    /// Uses one of `count`: atomically, and once for each `key`, of any number of callers that bring it.
    ///
    /// - Throws: `conflict` for a key that was used for another benefit, `unavailable` when it could not be recorded, and then
    ///   nothing was used.
    func redeem(
        _ benefit: CardBenefit, of count: Int, under key: String
    ) async throws(Refusal) -> Redemption
}

/// Redemptions in a journal: `.inMemory()`, a `SQLiteJournal`. Several processes may share one; whatever the journal holds decides.
public actor RedemptionBook: RedemptionStore {
    private let journal: any Journal
    private var uses = [[UInt8]: Int]()
    /// Which benefit each key was used for.
    private var keys = [[UInt8]: [UInt8]]()
    private var tree = MerkleTree()
    private var head = JournalHead.empty
    private var queue = [Wish]()
    private var isWorking = false

    /// A book over `journal`, into which nothing else may write.
    public init(journal: some Journal) {
        self.journal = journal
    }

    /// A book for one process, forgotten with it.
    public static func inMemory() -> RedemptionBook { RedemptionBook(journal: InMemoryJournal()) }

    private struct Wish: Sendable {
        let benefit: [UInt8]
        let key: [UInt8]
        /// `nil` to look only.
        let count: Int?
        let finish: @Sendable (Result<(Redemption, used: Int), Refusal>) -> Void

        var entry: [UInt8] { benefit + key }
    }

    /// How many were used.
    public func used(_ benefit: CardBenefit) async throws(Refusal) -> Int {
        try await ask(benefit, of: nil, under: "").used
    }

    /// Uses one.
    public func redeem(
        _ benefit: CardBenefit, of count: Int, under key: String
    ) async throws(Refusal) -> Redemption {
        try await ask(benefit, of: count, under: key).0
    }

    private func ask(
        _ benefit: CardBenefit, of count: Int?, under key: String
    ) async throws(Refusal) -> (Redemption, used: Int) {
        let key = Array(SHA256.hash(data: Array(key.utf8)))
        let result: Result<(Redemption, used: Int), Refusal> = await withCheckedContinuation {
            continuation in
            queue.append(
                Wish(benefit: benefit.digest, key: key, count: count) {
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
        for _ in 0..<16 {
            do throws(JournalError) {
                try await follow()
                let plan = decide(wishes)
                if !plan.entries.isEmpty {
                    for entry in plan.entries { tree.append(TreeHash(leaf: entry)) }
                    let new = JournalHead(size: tree.size, root: tree.root, note: "")
                    try await journal.append(
                        plan.entries.map { JournalRecord(entry: $0, memo: []) }, to: head,
                        making: new)
                    head = new
                    plan.entries.forEach(learn)
                }
                for (wish, outcome) in zip(wishes, plan.outcomes) { wish.finish(outcome) }
                return
            } catch {
                // Somebody else was first, or nobody knows: what the journal holds decides, and our keys tell what is ours.
                guard (try? tree.truncate(to: head.size)) != nil, error.isWorthAnotherLook else {
                    break
                }
            }
        }
        for wish in wishes { wish.finish(.failure(.unavailable)) }
    }

    /// What becomes of each wish, one after the other, and what has to be written for it.
    private func decide(
        _ wishes: [Wish]
    ) -> (entries: [[UInt8]], outcomes: [Result<(Redemption, used: Int), Refusal>]) {
        var uses = [[UInt8]: Int]()
        var keys = [[UInt8]: [UInt8]]()
        var entries = [[UInt8]]()
        let outcomes = wishes.map { wish -> Result<(Redemption, used: Int), Refusal> in
            let used = uses[wish.benefit] ?? self.uses[wish.benefit] ?? 0
            guard let count = wish.count else { return .success((.exhausted, used)) }
            if let earlier = keys[wish.key] ?? self.keys[wish.key] {
                guard earlier == wish.benefit else { return .failure(.conflict) }
                return .success((.repeated(left: max(0, count - used)), used))
            }
            guard used < count else { return .success((.exhausted, used)) }
            uses[wish.benefit] = used + 1
            keys[wish.key] = wish.benefit
            entries.append(wish.entry)
            return .success((.redeemed(left: count - used - 1), used + 1))
        }
        return (entries, outcomes)
    }

    private func learn(_ entry: [UInt8]) {
        let benefit = Array(entry.prefix(32))
        uses[benefit, default: 0] += 1
        keys[Array(entry.suffix(32))] = benefit
    }

    /// Reads what the journal has that is not known here.
    private func follow() async throws(JournalError) {
        let newest = try await journal.head()
        guard newest.size >= head.size else {
            throw .damaged("the book has fewer redemptions than before: an old copy?")
        }
        while head.size < newest.size {
            let records = try await journal.records(
                from: head.size, atMost: min(10_000, Int(newest.size - head.size)))
            guard !records.isEmpty, records.allSatisfy({ $0.entry.count == 64 }) else {
                throw .damaged("redemptions are missing, or are none")
            }
            for record in records {
                tree.append(TreeHash(leaf: record.entry))
                learn(record.entry)
            }
            head = JournalHead(size: tree.size, root: tree.root, note: "")
        }
        guard head.isSame(as: newest) else {
            throw .damaged("the redemptions do not fit their root")
        }
    }
}

extension JournalError {
    fileprivate var isWorthAnotherLook: Bool {
        switch self {
        case .moved, .uncertain: true
        default: false
        }
    }
}
