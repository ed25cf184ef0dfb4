public import Tegata
internal import TegataLog

extension StateStore where Self == SQLiteStateStore {
    /// A store in one file on a local disk.
    public static func sqlite(at path: String) -> SQLiteStateStore { SQLiteStateStore(at: path) }
}

/// What a server remembers between requests, in one SQLite file that outlives it: full synchronisation, write-ahead log. Several
/// processes of one machine may share it; on a network's file system its locks are worth nothing.
///
/// The file is made readable by its owner alone. It is another file than a `SQLiteJournal`'s.
public struct SQLiteStateStore: StateStore {
    private let store: TableStateStore

    /// The store in this file, which is made with the first call when it is not there, for about `capacity` values.
    public init(at path: String, capacity: Int = 1_000_000) {
        store = TableStateStore(label: "tegata.sqlite.state", capacity: capacity) {
            () throws(JournalError) -> any StateTable in
            try SQLiteStateTable(at: path)
        }
    }

    /// What is kept under `key` now.
    ///
    /// - Throws: `unavailable`.
    public func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]? {
        try await store.value(of: key, now: now)
    }

    /// Swaps the value under `key`, if it is still `old`; on the disk before it returns.
    ///
    /// - Throws: `unavailable`, and then nobody knows whether it was kept; `limitExceeded`.
    public func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        try await store.replace(key, old, with: new, until: expiry, now: now)
    }
}

/// The table in a file.
private final class SQLiteStateTable: StateTable {
    private let path: String
    private let database: Database

    init(at path: String) throws(JournalError) {
        self.path = path
        database = try Database(
            durableAt: path,
            schema: """
                CREATE TABLE IF NOT EXISTS state (
                    key BLOB PRIMARY KEY, value BLOB NOT NULL, expiry INTEGER NOT NULL,
                    mark BLOB NOT NULL) STRICT, WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS state_expiry ON state (expiry);
                """)
    }

    func begin() throws(JournalError) { try database.execute("BEGIN IMMEDIATE") }

    func commit() throws(JournalError) {
        do {
            try database.execute("COMMIT")
        } catch {
            throw .uncertain("\(error)")
        }
    }

    func rollback() { try? database.execute("ROLLBACK") }

    func value(of key: [UInt8], now: Int64) throws(JournalError) -> [UInt8]? {
        try one("SELECT value FROM state WHERE key = ? AND expiry >= ?", .blob(key), .integer(now))
    }

    func mark(of key: [UInt8]) throws(JournalError) -> [UInt8]? {
        try one("SELECT mark FROM state WHERE key = ?", .blob(key))
    }

    func insert(_ row: StateRow, now: Int64) throws(JournalError) -> Bool {
        try change(
            """
            INSERT INTO state VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE
            SET value = excluded.value, expiry = excluded.expiry, mark = excluded.mark
            WHERE state.expiry < ?
            """, .blob(row.key), .blob(row.value), .integer(row.expiry), .blob(row.mark),
            .integer(now)) == 1
    }

    func update(_ row: StateRow, from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
        try change(
            """
            UPDATE state SET value = ?, expiry = ?, mark = ?
            WHERE key = ? AND value = ? AND expiry >= ?
            """, .blob(row.value), .integer(row.expiry), .blob(row.mark), .blob(row.key),
            .blob(old), .integer(now)) == 1
    }

    func delete(_ key: [UInt8], from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
        try change(
            "DELETE FROM state WHERE key = ? AND value = ? AND expiry >= ?", .blob(key),
            .blob(old), .integer(now)) == 1
    }

    func count() throws(JournalError) -> Int {
        let row = try start("SELECT count(*) FROM state")
        defer { row.reset() }
        guard row.step() == true else { throw unavailable() }
        return Int(row.integer(0))
    }

    func clean(now: Int64, atMost count: Int) throws(JournalError) -> Int {
        try change(
            "DELETE FROM state WHERE key IN (SELECT key FROM state WHERE expiry < ? LIMIT ?)",
            .integer(now), .integer(Int64(count)))
    }

    private enum Value {
        case integer(Int64)
        case blob([UInt8])
    }

    private func start(_ sql: String, _ values: Value...) throws(JournalError) -> Statement {
        try start(sql, values)
    }

    private func start(_ sql: String, _ values: [Value]) throws(JournalError) -> Statement {
        let statement = try database.statement(sql)
        for (index, value) in values.enumerated() {
            switch value {
            case .integer(let number): statement.bind(number, at: Int32(index + 1))
            case .blob(let bytes): statement.bind(bytes, at: Int32(index + 1))
            }
        }
        return statement
    }

    private func one(_ sql: String, _ values: Value...) throws(JournalError) -> [UInt8]? {
        let row = try start(sql, values)
        defer { row.reset() }
        guard let found = row.step() else { throw unavailable() }
        return found ? row.bytes(0) : nil
    }

    private func change(_ sql: String, _ values: Value...) throws(JournalError) -> Int {
        let statement = try start(sql, values)
        defer { statement.reset() }
        guard statement.step() != nil else { throw unavailable() }
        return database.changes
    }

    private func unavailable() -> JournalError { .unavailable("\(path): \(database.reason)") }
}
