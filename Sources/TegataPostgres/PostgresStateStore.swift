public import Tegata
internal import TegataLog

extension StateStore where Self == PostgresStateStore {
    /// A store in a PostgreSQL database.
    public static func postgres(_ connection: String, named name: String) -> PostgresStateStore {
        PostgresStateStore(connection, named: name)
    }
}

/// What servers remember between requests, in a PostgreSQL database: any number of front processes share it, and a conversation
/// begun at one goes on at another.
///
/// It asks for tables, transactions and conditional updates. Seal it (`StateStore.sealed(under:)`), and the database's
/// users read nothing in it.
public struct PostgresStateStore: StateStore {
    private let store: TableStateStore

    /// The store with this name; the table is made when it is not there.
    ///
    /// - Parameters:
    ///   - connection: libpq's keywords and values, as for `PostgresJournal`.
    ///   - name: which store of the database.
    ///   - capacity: about how many values it takes.
    public init(_ connection: String, named name: String, capacity: Int = 1_000_000) {
        store = TableStateStore(label: "tegata.postgres.state", capacity: capacity) {
            () throws(JournalError) -> any StateTable in
            try PostgresStateTable(connection, named: name)
        }
    }

    /// What is kept under `key` now, read on the primary.
    ///
    /// - Throws: `unavailable`.
    public func value(of key: [UInt8], now: Int64) async throws(Refusal) -> [UInt8]? {
        try await store.value(of: key, now: now)
    }

    /// Swaps the value under `key`, if it is still `old`; committed before it returns.
    ///
    /// - Throws: `unavailable`, and then nobody knows whether it was kept; `limitExceeded`.
    public func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) async throws(Refusal) -> Bool {
        try await store.replace(key, old, with: new, until: expiry, now: now)
    }
}

/// The table in a database, over one connection.
private final class PostgresStateTable: StateTable {
    private let connection: Connection
    private let name: Value

    init(_ info: String, named name: String) throws(JournalError) {
        self.name = .text(name)
        connection = try Connection(info)
        // Two processes may come here at once; whoever is second finds everything there, at the latest with its next try.
        try connection.run(
            """
            CREATE TABLE IF NOT EXISTS tegata_state (
                store text, key bytea, value bytea NOT NULL, expiry bigint NOT NULL,
                mark bytea NOT NULL, PRIMARY KEY (store, key))
            """)
        try connection.run(
            "CREATE INDEX IF NOT EXISTS tegata_state_expiry ON tegata_state (store, expiry)")
    }

    func begin() throws(JournalError) { try connection.run("BEGIN") }

    func commit() throws(JournalError) {
        do {
            try connection.run("COMMIT")
        } catch {
            // The server may have done it and not been able to say so.
            throw .uncertain("\(error)")
        }
    }

    func rollback() { _ = try? connection.run("ROLLBACK") }

    func value(of key: [UInt8], now: Int64) throws(JournalError) -> [UInt8]? {
        try one(
            "SELECT value FROM tegata_state WHERE store = $1 AND key = $2 AND expiry >= $3",
            [name, .blob(key), .integer(now)])
    }

    func mark(of key: [UInt8]) throws(JournalError) -> [UInt8]? {
        try one(
            "SELECT mark FROM tegata_state WHERE store = $1 AND key = $2", [name, .blob(key)])
    }

    func insert(_ row: StateRow, now: Int64) throws(JournalError) -> Bool {
        try connection.run(
            """
            INSERT INTO tegata_state VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (store, key) DO UPDATE
            SET value = excluded.value, expiry = excluded.expiry, mark = excluded.mark
            WHERE tegata_state.expiry < $6
            """,
            [
                name, .blob(row.key), .blob(row.value), .integer(row.expiry), .blob(row.mark),
                .integer(now),
            ]
        ).changed == 1
    }

    func update(_ row: StateRow, from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
        try connection.run(
            """
            UPDATE tegata_state SET value = $1, expiry = $2, mark = $3
            WHERE store = $4 AND key = $5 AND value = $6 AND expiry >= $7
            """,
            [
                .blob(row.value), .integer(row.expiry), .blob(row.mark), name, .blob(row.key),
                .blob(old), .integer(now),
            ]
        ).changed == 1
    }

    func delete(_ key: [UInt8], from old: [UInt8], now: Int64) throws(JournalError) -> Bool {
        try connection.run(
            """
            DELETE FROM tegata_state WHERE store = $1 AND key = $2 AND value = $3 AND expiry >= $4
            """, [name, .blob(key), .blob(old), .integer(now)]
        ).changed == 1
    }

    func count() throws(JournalError) -> Int {
        let rows = try connection.run("SELECT count(*) FROM tegata_state WHERE store = $1", [name])
        guard rows.count == 1 else { throw .unavailable("nothing was counted") }
        return Int(rows.integer(0, 0))
    }

    func clean(now: Int64, atMost count: Int) throws(JournalError) -> Int {
        // What another process is about to write, or to clean, is left to it.
        try connection.run(
            """
            DELETE FROM tegata_state WHERE store = $1 AND key IN (
                SELECT key FROM tegata_state WHERE store = $1 AND expiry < $2
                LIMIT $3 FOR UPDATE SKIP LOCKED)
            """, [name, .integer(now), .integer(Int64(count))]
        ).changed
    }

    private func one(_ sql: String, _ values: [Value]) throws(JournalError) -> [UInt8]? {
        let rows = try connection.run(sql, values)
        return rows.count == 1 ? rows.bytes(0, 0) : nil
    }
}
