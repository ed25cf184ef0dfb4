internal import TegataCrypto
public import TegataLog

/// What every journal must do, so that one more storage can prove itself: give it a way to open journals, and run it in
/// your tests.
public struct JournalKit: Sendable {
    private let open: @Sendable (String) async throws -> any Journal

    /// The kit for a storage. `opening` gives a new connection to the journal with this name: an empty one for a new name, the
    /// same storage for the same name.
    public init(opening: @escaping @Sendable (_ name: String) async throws -> any Journal) {
        open = opening
    }

    /// What a journal did that it must not.
    public struct Failure: Error, CustomStringConvertible {
        /// Which case.
        public let name: String
        /// What was seen.
        public let description: String
    }

    /// Runs all cases, each on a journal of its own.
    ///
    /// - Throws: the first `Failure`, or what the journal throws.
    public func run() async throws {
        try await runCases(cases)
    }

    private var cases: [(String, KitCheck)] {
        [
            ("empty", empty), ("as-written", asWritten), ("ranges", ranges), ("stale", stale),
            ("fork", fork), ("another-connection", anotherConnection), ("race", race),
            ("large-batch", largeBatch),
        ]
    }

    private func empty(_ name: String) async throws {
        let journal = try await open(name)
        try expect(try await journal.head() == .empty, "a new journal's head is not empty")
        let none = try await journal.records(from: 0, atMost: 10)
        try expect(none.isEmpty, "a new journal has records")
    }

    private func asWritten(_ name: String) async throws {
        let journal = try await open(name)
        let records = [
            JournalRecord(entry: Array(0...255), memo: []),
            JournalRecord(entry: [0], memo: Array((0...255).reversed())),
            JournalRecord(entry: [UInt8](repeating: 7, count: 0xffff), memo: [0, 0]),
            JournalRecord(entry: Array("第一号 '; --\u{0}".utf8), memo: Array("\\x00\\\\".utf8)),
        ]
        let head = try await append(records, to: journal, after: .empty)
        try expect(try await journal.head() == head, "the head is not the one written")
        let read = try await journal.records(from: 0, atMost: 100)
        try expect(read == records, "records are not those written")
    }

    private func ranges(_ name: String) async throws {
        let journal = try await open(name)
        let records = Self.records(0..<20)
        _ = try await append(records, to: journal, after: .empty)
        for (start, count) in [(0, 1), (0, 0), (5, 7), (19, 1), (19, 10), (20, 1), (1 << 40, 3)] {
            let read = try await journal.records(from: UInt64(start), atMost: count)
            let expected = records.dropFirst(start).prefix(count)
            try expect(read == Array(expected), "\(count) records from \(start) are others")
        }
    }

    private func stale(_ name: String) async throws {
        let journal = try await open(name)
        let first = try await append(Self.records(0..<3), to: journal, after: .empty)
        for old in [JournalHead.empty, Self.head(after: Self.records(0..<2))] {
            try await expectMoved(journal, old)
        }
        try expect(try await journal.head() == first, "a refused append moved the head")
        let read = try await journal.records(from: 0, atMost: 100)
        try expect(read.count == 3, "a refused append left records")
    }

    private func fork(_ name: String) async throws {
        let journal = try await open(name)
        _ = try await append(Self.records(0..<3), to: journal, after: .empty)
        // As many records, but others.
        try await expectMoved(journal, Self.head(after: Self.records(5..<8)))
    }

    private func anotherConnection(_ name: String) async throws {
        let first = try await open(name)
        let second = try await open(name)
        let one = try await append(Self.records(0..<2), to: first, after: .empty)
        try expect(try await second.head() == one, "another connection sees an older head")
        let two = try await append(Self.records(2..<5), to: second, after: one)
        try expect(try await first.head() == two, "the first connection sees an older head")
        try await expectMoved(first, one)
        let third = try await open(name)
        let read = try await third.records(from: 0, atMost: 9)
        try expect(read == Self.records(0..<5), "a third connection reads something else")
    }

    /// Many appenders at once: for each head exactly one is right.
    private func race(_ name: String) async throws {
        let rounds = 12
        let open = open
        let wins = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    let journal = try await open(name)
                    return try await Self.raced(journal, writer: writer, rounds: rounds)
                }
            }
            return try await group.reduce(0, +)
        }
        let journal = try await open(name)
        let head = try await journal.head()
        let read = try await journal.records(from: 0, atMost: 10_000)
        try expect(
            wins == 4 * rounds && Int(head.size) == wins && read.count == wins,
            "\(wins) appends were acknowledged, head \(head.size), records \(read.count)")
        try expect(head.isSame(as: Self.head(after: read)), "the head is not that of the records")
    }

    private static func raced(_ journal: any Journal, writer: Int, rounds: Int) async throws -> Int
    {
        var wins = 0
        while wins < rounds {
            let head = try await journal.head()
            let read = try await journal.records(from: 0, atMost: Int(head.size))
            let record = JournalRecord(entry: [UInt8(writer), UInt8(wins)], memo: [])
            let new = Self.head(after: read + [record])
            do {
                try await journal.append([record], to: head, making: new)
                wins += 1
            } catch JournalError.moved {
                continue
            } catch JournalError.uncertain {
                let now = try await journal.records(from: head.size, atMost: 1)
                if now == [record] { wins += 1 }
            }
        }
        return wins
    }

    private func largeBatch(_ name: String) async throws {
        let journal = try await open(name)
        let records = Self.records(0..<5_000)
        let head = try await append(records, to: journal, after: .empty)
        try expect(try await journal.head() == head, "the head is not the one written")
        let end = try await journal.records(from: 4_990, atMost: 100)
        try expect(end == Array(records.suffix(10)), "the last records are others")
    }

    // MARK: Parts

    private static func records(_ range: Range<Int>) -> [JournalRecord] {
        range.map {
            JournalRecord(entry: Array("entry \($0)".utf8), memo: Array("memo \($0)".utf8))
        }
    }

    private static func head(after records: [JournalRecord]) -> JournalHead {
        var tree = MerkleTree()
        for record in records { tree.append(TreeHash(leaf: record.entry)) }
        return JournalHead(size: tree.size, root: tree.root, note: "checkpoint \(tree.size)\n")
    }

    private func append(
        _ records: [JournalRecord], to journal: any Journal, after old: JournalHead
    ) async throws -> JournalHead {
        let before = try await journal.records(from: 0, atMost: Int(old.size))
        let new = Self.head(after: before + records)
        try await journal.append(records, to: old, making: new)
        return new
    }

    private func expectMoved(_ journal: any Journal, _ old: JournalHead) async throws {
        let record = JournalRecord(entry: [9], memo: [])
        do {
            let new = JournalHead(size: old.size + 1, root: TreeHash(leaf: [9]), note: "")
            try await journal.append([record], to: old, making: new)
        } catch JournalError.moved {
            return
        }
        throw Mismatch(what: "an append behind a head of \(old.size) records was taken")
    }
}

/// One case of a kit, on a storage with this name.
typealias KitCheck = @Sendable (String) async throws -> Void

private struct Mismatch: Error { let what: String }

/// Runs the cases of a kit, each on a storage of its own.
func runCases(_ cases: [(String, KitCheck)]) async throws {
    for (name, check) in cases {
        do {
            try await check(name)
        } catch let error as Mismatch {
            throw JournalKit.Failure(name: name, description: error.what)
        }
    }
}

func expect(_ isTrue: Bool, _ what: String) throws {
    guard isTrue else { throw Mismatch(what: what) }
}
