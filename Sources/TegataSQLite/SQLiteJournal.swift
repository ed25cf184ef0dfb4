internal import TegataCrypto
public import TegataLog

extension Journal where Self == SQLiteJournal {
    /// A journal in one file on a local disk.
    public static func sqlite(at path: String) -> SQLiteJournal { SQLiteJournal(at: path) }
}

/// A journal in one SQLite file: full synchronisation, write-ahead log. Several processes of one machine may share it; on a
/// network's file system its locks are worth nothing.
///
/// The file holds what only the issuer may know, and is made readable by its owner alone.
public actor SQLiteJournal: Journal {
    /// Where the file is; SQLite keeps `-wal` and `-shm` beside it.
    public let path: String
    // A thread of its own: a disk that takes its time holds nobody else up.
    private let thread = JournalThread(label: "tegata.sqlite")
    private var open: Database?

    /// The executor that every call runs on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// The journal in this file, which is made with the first call when it is not there.
    public init(at path: String) {
        self.path = path
    }

    /// The head that was written last.
    public func head() throws(JournalError) -> JournalHead {
        let row = try database().statement("SELECT size, root, note FROM head")
        defer { row.reset() }
        guard let found = row.step() else { throw unavailable() }
        guard found, let size = UInt64(exactly: row.integer(0)), let root = TreeHash(row.bytes(1)),
            let note = String(validating: row.bytes(2), as: UTF8.self)
        else { throw .damaged("\(path) has no head") }
        return JournalHead(size: size, root: root, note: note)
    }

    /// At most `count` records from `start` on.
    public func records(
        from start: UInt64, atMost count: Int
    ) throws(JournalError) -> [JournalRecord] {
        guard let start = Int64(exactly: start), count > 0 else { return [] }
        let rows = try database().statement(
            "SELECT number, entry, memo FROM record WHERE number >= ? ORDER BY number LIMIT ?")
        defer { rows.reset() }
        rows.bind(start, at: 1)
        rows.bind(Int64(count), at: 2)
        var records = [JournalRecord]()
        while true {
            guard let found = rows.step() else { throw unavailable() }
            guard found else { return records }
            guard rows.integer(0) == start + Int64(records.count) else {
                throw .damaged("record \(start + Int64(records.count)) is missing")
            }
            records.append(JournalRecord(entry: rows.bytes(1), memo: rows.bytes(2)))
        }
    }

    /// Adds records behind the head `old`, in one transaction.
    public func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) throws(JournalError) {
        let database = try database()
        try database.execute("BEGIN IMMEDIATE")
        do {
            try write(records, old, new, database)
        } catch {
            try? database.execute("ROLLBACK")
            throw error
        }
        do {
            try database.execute("COMMIT")
        } catch {
            // What reached the disk is known only after the log was read again.
            try? database.execute("ROLLBACK")
            open = nil
            throw .uncertain("\(error)")
        }
    }

    private func write(
        _ records: [JournalRecord], _ old: JournalHead, _ new: JournalHead, _ database: Database
    ) throws(JournalError) {
        guard let oldSize = Int64(exactly: old.size), let newSize = Int64(exactly: new.size) else {
            throw .unavailable("more records than SQLite can number")
        }
        let head = try database.statement(
            "UPDATE head SET size = ?, root = ?, note = ? WHERE size = ? AND root = ?")
        defer { head.reset() }
        head.bind(newSize, at: 1)
        head.bind(new.root.array, at: 2)
        head.bind(Array(new.note.utf8), at: 3)
        head.bind(oldSize, at: 4)
        head.bind(old.root.array, at: 5)
        guard head.step() != nil else { throw unavailable() }
        guard database.changes == 1 else { throw .moved }
        for (offset, record) in records.enumerated() {
            let row = try database.statement("INSERT INTO record VALUES (?, ?, ?)")
            defer { row.reset() }
            row.bind(oldSize + Int64(offset), at: 1)
            row.bind(record.entry, at: 2)
            row.bind(record.memo, at: 3)
            guard row.step() != nil else { throw unavailable() }
        }
    }

    private func unavailable() -> JournalError {
        .unavailable("\(path): \(open?.reason ?? "not open")")
    }

    private func database() throws(JournalError) -> Database {
        if let open { return open }
        let database = try Database(
            durableAt: path,
            schema: """
                CREATE TABLE IF NOT EXISTS record (
                    number INTEGER PRIMARY KEY, entry BLOB NOT NULL, memo BLOB NOT NULL) STRICT;
                CREATE TABLE IF NOT EXISTS head (
                    id INTEGER PRIMARY KEY CHECK (id = 0), size INTEGER NOT NULL, root BLOB NOT NULL,
                    note BLOB NOT NULL) STRICT;
                INSERT OR IGNORE INTO head VALUES
                    (0, 0, x'\(Hex.encode(TreeHash.emptyTree.array))', x'');
                """)
        open = database
        return database
    }
}
