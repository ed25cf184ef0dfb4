import Synchronization
import TegataLog

/// A journal whose next calls fail as told.
final class FailingJournal: Journal {
    enum Fault: Sendable {
        /// Nothing is written.
        case refuses(JournalError)
        /// It is written, and the answer is lost.
        case losesAnswer
    }

    private let journal: InMemoryJournal
    private let faults = Mutex<[Fault]>([])
    private let changed = Mutex<[UInt64: JournalRecord]>([:])

    init(_ journal: InMemoryJournal = InMemoryJournal()) { self.journal = journal }

    func fail(_ next: Fault..., times: Int = 1) {
        faults.withLock { list in for _ in 0..<times { list += next } }
    }

    /// Shows another record than the one that was written.
    func change(_ index: UInt64, to record: JournalRecord) {
        changed.withLock { $0[index] = record }
    }

    func head() async throws(JournalError) -> JournalHead { await journal.head() }

    func records(
        from start: UInt64, atMost count: Int
    ) async throws(JournalError) -> [JournalRecord] {
        var records = await journal.records(from: start, atMost: count)
        for (index, record) in changed.withLock({ $0 })
        where index >= start && index < start + UInt64(records.count) {
            records[Int(index - start)] = record
        }
        return records
    }

    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) async throws(JournalError) {
        switch faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case .refuses(let error): throw error
        case .losesAnswer:
            try await journal.append(records, to: old, making: new)
            throw .uncertain("the answer was lost")
        case nil: try await journal.append(records, to: old, making: new)
        }
    }
}

/// A journal that can be replaced by an older copy of itself.
actor RestorableJournal: Journal {
    private var journal = InMemoryJournal()

    func head() async throws(JournalError) -> JournalHead { await journal.head() }

    func records(
        from start: UInt64, atMost count: Int
    ) async throws(JournalError) -> [JournalRecord] {
        await journal.records(from: start, atMost: count)
    }

    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) async throws(JournalError) {
        try await journal.append(records, to: old, making: new)
    }

    func copy() async throws -> InMemoryJournal {
        let copy = InMemoryJournal()
        let head = await journal.head()
        let records = await journal.records(from: 0, atMost: Int(head.size))
        try await copy.append(records, to: .empty, making: head)
        return copy
    }

    func restore(_ copy: InMemoryJournal) { journal = copy }
}
