internal import CSQLite
internal import TegataLog

/// A connection to one database file, and the statements prepared on it. Used by one caller at a time.
@safe final class Database {
    private let connection: OpaquePointer
    private var statements = [String: Statement]()

    /// Opens the file, and makes it when it is not there.
    ///
    /// - Throws: `unavailable`.
    init(at path: String) throws(JournalError) {
        var pointer: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX
        let result = unsafe sqlite3_open_v2(path, &pointer, flags, nil)
        guard let pointer = unsafe pointer else { throw .unavailable("out of memory") }
        guard result == SQLITE_OK else {
            let reason = unsafe String(cString: sqlite3_errmsg(pointer))
            unsafe sqlite3_close_v2(pointer)
            throw .unavailable("\(path): \(reason)")
        }
        unsafe connection = pointer
        unsafe sqlite3_extended_result_codes(pointer, 1)
        unsafe sqlite3_busy_timeout(pointer, 10_000)
    }

    /// Opens a file of ours for its owner alone, so that what was committed is on the disk, and makes what `schema` says where
    /// there is nothing yet.
    ///
    /// - Throws: `unavailable`; `damaged` for a file of a later version.
    convenience init(durableAt path: String, schema: String) throws(JournalError) {
        // Of two processes that begin a write-ahead log in one new file, SQLite turns one away at once, whatever its patience. SQLite
        // would also make it readable for everyone; its other files get the rights of the first.
        try makePrivateFile(at: path) { temporary throws(JournalError) in
            let new = try Database(at: temporary)
            try new.prepare(schema, at: path)
            // A close that fails says nothing: what is in the log beside the file has to be in the file before that gets its name.
            try new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try self.init(at: path)
        try prepare(schema, at: path)
        // After a commit whose end nobody saw, what the log holds must be on the disk before it is believed.
        try execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func prepare(_ schema: String, at path: String) throws(JournalError) {
        try execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA fullfsync = ON;
            """)
        let version = try statement("PRAGMA user_version")
        guard version.step() == true else { throw .unavailable(reason) }
        let found = version.integer(0)
        version.reset()
        switch found {
        case 0:
            // Two processes may come here at once; the second finds everything there.
            try execute("BEGIN IMMEDIATE;\n\(schema)\nPRAGMA user_version = 1;\nCOMMIT;")
        case 1: return
        default: throw .damaged("\(path) was written by a later version (\(found))")
        }
    }

    deinit {
        statements = [:]
        unsafe sqlite3_close_v2(connection)
    }

    /// Why the last call failed.
    var reason: String { unsafe String(cString: sqlite3_errmsg(connection)) }

    /// How many rows the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(connection)) }

    /// Runs statements that answer nothing.
    ///
    /// - Throws: `unavailable`.
    func execute(_ sql: String) throws(JournalError) {
        guard unsafe sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
            throw .unavailable(reason)
        }
    }

    /// The statement, prepared once, without values.
    ///
    /// - Throws: `unavailable`.
    func statement(_ sql: String) throws(JournalError) -> Statement {
        if let statement = statements[sql] {
            statement.reset()
            return statement
        }
        var pointer: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(connection, sql, -1, &pointer, nil) == SQLITE_OK,
            let pointer = unsafe pointer
        else { throw .unavailable(reason) }
        let statement = unsafe Statement(owning: pointer)
        statements[sql] = statement
        return statement
    }
}

/// A prepared statement.
@safe final class Statement {
    private let pointer: OpaquePointer

    fileprivate init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe sqlite3_finalize(pointer) }

    /// Ends a run, so that the next one may begin and no read transaction stays open.
    func reset() {
        unsafe sqlite3_reset(pointer)
        unsafe sqlite3_clear_bindings(pointer)
    }

    func bind(_ value: Int64, at index: Int32) {
        unsafe sqlite3_bind_int64(pointer, index, value)
    }

    /// The bytes are copied: `-1` says so.
    func bind(_ bytes: [UInt8], at index: Int32) {
        let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        unsafe bytes.withUnsafeBytes { buffer in
            // A blob without bytes is not NULL.
            let start = unsafe buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            unsafe sqlite3_bind_blob64(pointer, index, start, UInt64(buffer.count), copied)
        }
    }

    /// Runs to the next row.
    ///
    /// - Returns: whether there is one; `nil` for a failure.
    func step() -> Bool? {
        switch unsafe sqlite3_step(pointer) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        default: nil
        }
    }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }

    func bytes(_ column: Int32) -> [UInt8] {
        let start = unsafe sqlite3_column_blob(pointer, column)
        let count = unsafe Int(sqlite3_column_bytes(pointer, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
