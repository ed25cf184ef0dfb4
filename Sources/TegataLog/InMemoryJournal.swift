extension Journal where Self == InMemoryJournal {
    /// A journal for one process, forgotten with it.
    public static func inMemory() -> InMemoryJournal { InMemoryJournal() }
}

/// The one-process journal.
public actor InMemoryJournal: Journal {
    private var records = [JournalRecord]()
    private var current = JournalHead.empty

    /// A journal without records.
    public init() {}

    /// The head that was written last.
    public func head() -> JournalHead { current }

    /// At most `count` records from `start` on.
    public func records(from start: UInt64, atMost count: Int) -> [JournalRecord] {
        guard start < records.count, count > 0 else { return [] }
        return Array(records[Int(start)...].prefix(count))
    }

    /// Adds records behind the head `old`.
    public func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) throws(JournalError) {
        guard current.isSame(as: old) else { throw .moved }
        self.records += records
        current = new
    }
}
