internal import TegataCrypto
public import TegataLog

extension Journal where Self == PostgresJournal {
    /// A journal in a PostgreSQL database.
    public static func postgres(_ connection: String, named name: String) -> PostgresJournal {
        PostgresJournal(connection, named: name)
    }
}

/// A journal in a PostgreSQL database, for any number of front processes. It asks for tables, transactions and a conditional update,
/// and nothing that a distributed database with PostgreSQL's protocol lacks.
///
/// Run the database with a synchronous standby, or a fail-over may lose what was answered; the register notices and stops. Its
/// users can read what only the issuer may know: give the database to the issuer alone.
public actor PostgresJournal: Journal {
    private let info: String
    private let name: String
    private let thread = JournalThread(label: "tegata.postgres")
    private var open: Connection?

    /// The executor that every call runs on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// The journal with this name; the tables are made when they are not there.
    ///
    /// - Parameters:
    ///   - connection: libpq's keywords and values, `host=db1,db2 user=club dbname=club`. Of several hosts the one that takes
    ///     writes is used.
    ///   - name: which log of the database.
    public init(_ connection: String, named name: String) {
        info = connection
        self.name = name
    }

    /// The head that was written last, read on the primary.
    public func head() throws(JournalError) -> JournalHead {
        let rows = try run(
            "SELECT size, root, note FROM tegata_head WHERE log = $1", .text(name))
        guard rows.count == 1, let size = UInt64(exactly: rows.integer(0, 0)),
            let root = TreeHash(rows.bytes(0, 1)),
            let note = String(validating: rows.bytes(0, 2), as: UTF8.self)
        else { throw .damaged("\(name) has no head") }
        return JournalHead(size: size, root: root, note: note)
    }

    /// At most `count` records from `start` on.
    public func records(
        from start: UInt64, atMost count: Int
    ) throws(JournalError) -> [JournalRecord] {
        guard let start = Int64(exactly: start), count > 0 else { return [] }
        let rows = try run(
            """
            SELECT number, entry, memo FROM tegata_record
            WHERE log = $1 AND number >= $2 ORDER BY number LIMIT $3
            """, .text(name), .integer(start), .integer(Int64(count)))
        var records = [JournalRecord]()
        for row in 0..<rows.count {
            guard rows.integer(row, 0) == start + Int64(row) else {
                throw .damaged("record \(start + Int64(row)) is missing")
            }
            records.append(JournalRecord(entry: rows.bytes(row, 1), memo: rows.bytes(row, 2)))
        }
        return records
    }

    /// Adds records behind the head `old`, in one transaction.
    public func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) throws(JournalError) {
        guard let oldSize = Int64(exactly: old.size), let newSize = Int64(exactly: new.size) else {
            throw .unavailable("more records than a bigint can number")
        }
        try run("BEGIN")
        do throws(JournalError) {
            let head = try run(
                """
                UPDATE tegata_head SET size = $1, root = $2, note = $3
                WHERE log = $4 AND size = $5 AND root = $6
                """, .integer(newSize), .blob(new.root.array), .blob(Array(new.note.utf8)),
                .text(name), .integer(oldSize), .blob(old.root.array))
            guard head.changed == 1 else { throw .moved }
            try run(
                """
                INSERT INTO tegata_record
                SELECT $1, $2 + place - 1, entry, memo
                FROM unnest($3, $4) WITH ORDINALITY AS new (entry, memo, place)
                """, .text(name), .integer(oldSize), .blobs(records.map(\.entry)),
                .blobs(records.map(\.memo)))
        } catch {
            _ = try? run("ROLLBACK")
            throw error
        }
        do {
            try run("COMMIT")
        } catch {
            // The server may have done it and not been able to say so.
            open = nil
            throw .uncertain("\(error)")
        }
    }

    @discardableResult
    private func run(_ sql: String, _ values: Value...) throws(JournalError) -> Rows {
        let connection = try connection()
        do {
            return try connection.run(sql, values)
        } catch {
            if !connection.isUsable { open = nil }
            throw error
        }
    }

    private func connection() throws(JournalError) -> Connection {
        if let open { return open }
        let connection = try Connection(info)
        // Two processes may come here at once; whoever is second finds everything there, at the latest with its next try.
        try connection.run(
            """
            CREATE TABLE IF NOT EXISTS tegata_head (
                log text PRIMARY KEY, size bigint NOT NULL, root bytea NOT NULL, note bytea NOT NULL)
            """, [])
        try connection.run(
            """
            CREATE TABLE IF NOT EXISTS tegata_record (
                log text, number bigint, entry bytea NOT NULL, memo bytea NOT NULL,
                PRIMARY KEY (log, number))
            """, [])
        try connection.run(
            "INSERT INTO tegata_head VALUES ($1, 0, $2, '') ON CONFLICT DO NOTHING",
            [.text(name), .blob(TreeHash.emptyTree.array)])
        open = connection
        return connection
    }
}
