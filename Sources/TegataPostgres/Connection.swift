internal import CPostgres
internal import TegataCrypto
internal import TegataLog

/// A connection to a PostgreSQL server's primary. Used by one caller at a time.
@safe final class Connection {
    private let connection: OpaquePointer

    /// Connects. Among several hosts only one that takes writes will do: a standby may lag behind (A90).
    ///
    /// - Throws: `unavailable`.
    init(_ info: String) throws(JournalError) {
        // Later words of a connection string win over earlier ones, so these go first, and the last one cannot be changed.
        let full =
            "connect_timeout=5 tcp_user_timeout=10000 \(info) target_session_attrs=read-write"
        guard let pointer = unsafe PQconnectdb(full) else { throw .unavailable("out of memory") }
        unsafe connection = pointer
        guard unsafe PQstatus(pointer) == CONNECTION_OK else { throw .unavailable(reason) }
        // A commit is one when it is on this server's disk, and on a synchronous standby's where there is one.
        try run("SET synchronous_commit = on")
        try run("SET client_min_messages = warning")
        try run("SET statement_timeout = '20s'")
        try run("SET idle_in_transaction_session_timeout = '30s'")
    }

    deinit { unsafe PQfinish(connection) }

    /// Whether it can still be used.
    var isUsable: Bool { unsafe PQstatus(connection) == CONNECTION_OK }

    /// Why the last call failed, on one line.
    var reason: String {
        unsafe String(cString: PQerrorMessage(connection))
            .split(separator: "\n").joined(separator: " ")
    }

    /// Runs one statement.
    ///
    /// - Throws: `unavailable` with the server's words; `uncertain` for a failure that another try may not meet: a deadlock,
    ///   a serialisation failure, a lock that took too long, none of which wrote anything.
    @discardableResult
    func run(_ sql: String, _ values: [Value] = []) throws(JournalError) -> Rows {
        let bytes = values.map(\.bytes)
        let result = unsafe withPointers(to: bytes) { pointers, lengths in
            unsafe PQexecParams(
                connection, sql, Int32(values.count), values.map(\.type), pointers, lengths,
                [Int32](repeating: 1, count: values.count), 1)
        }
        guard let result = unsafe result else { throw .unavailable(reason) }
        let rows = unsafe Rows(owning: result)
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return rows
        default:
            let state = unsafe PQresultErrorField(result, 67).map { unsafe String(cString: $0) }
            if ["40001", "40P01", "55P03"].contains(state) { throw .uncertain(reason) }
            throw .unavailable(reason)
        }
    }

    private func withPointers(
        to values: [[UInt8]],
        _ body: ([UnsafePointer<CChar>?], [Int32]) -> OpaquePointer?
    ) -> OpaquePointer? {
        // One buffer for all, so that every pointer lives as long as the call.
        let all = Array(values.joined()) + [0]
        return unsafe all.withUnsafeBytes { buffer in
            var pointers = unsafe [UnsafePointer<CChar>?]()
            var offset = 0
            for value in values {
                unsafe pointers.append(
                    buffer.baseAddress.map {
                        unsafe ($0 + offset).assumingMemoryBound(to: CChar.self)
                    })
                offset += value.count
            }
            return unsafe body(pointers, values.map { Int32($0.count) })
        }
    }
}

/// What a statement answered; all values are binary.
@safe final class Rows {
    private let result: OpaquePointer

    fileprivate init(owning result: OpaquePointer) {
        unsafe self.result = result
    }

    deinit { unsafe PQclear(result) }

    var count: Int { Int(unsafe PQntuples(result)) }

    /// How many rows the statement changed.
    var changed: Int { unsafe Int(String(cString: PQcmdTuples(result))) ?? 0 }

    func bytes(_ row: Int, _ column: Int32) -> [UInt8] {
        let start = unsafe PQgetvalue(result, Int32(row), column)
        let count = Int(unsafe PQgetlength(result, Int32(row), column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func integer(_ row: Int, _ column: Int32) -> Int64 {
        bytes(row, column).reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// A value of a statement, in PostgreSQL's binary form.
struct Value {
    let type: Oid
    let bytes: [UInt8]

    static func text(_ text: String) -> Value { Value(type: 25, bytes: Array(text.utf8)) }

    static func blob(_ bytes: [UInt8]) -> Value { Value(type: 17, bytes: bytes) }

    static func integer(_ value: Int64) -> Value {
        Value(type: 20, bytes: bigEndian(UInt64(bitPattern: value)))
    }

    /// An array of byte strings: one dimension, no NULL, counted from 1.
    static func blobs(_ list: [[UInt8]]) -> Value {
        var bytes = [UInt8]()
        for field: UInt32 in [1, 0, 17, UInt32(list.count), 1] { bytes += bigEndian(field) }
        for blob in list { bytes += bigEndian(UInt32(blob.count)) + blob }
        return Value(type: 1001, bytes: bytes)
    }
}
