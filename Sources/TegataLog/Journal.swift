/// Where a log's operator keeps its entries, and beside each what only the operator knows.
///
/// One verb decides: `append` writes records and the head that they make in one step, and only if the head is still the
/// one that the caller built on. So two processes cannot both continue one log, whatever they believe about each other.
///
/// Someone who can rewrite this storage can shorten the log or swap its end; they cannot sign a checkpoint, and whoever has
/// seen a later one notices.
public protocol Journal: Sendable {
    /// The head that was written last, read where it is written: never from a copy that may lag behind.
    ///
    /// - Throws: `unavailable`, `damaged`.
    func head() async throws(JournalError) -> JournalHead

    /// At most `count` records from `start` on, in order; fewer at the end.
    ///
    /// - Throws: `unavailable`, `damaged`.
    func records(
        from start: UInt64, atMost count: Int
    ) async throws(JournalError) -> [JournalRecord]

    /// Adds records behind the head `old` and makes `new` the head, both or neither, and durably before it returns.
    ///
    /// - Throws: `moved` when the head is no longer `old`; `uncertain` when nobody knows whether it was written;
    ///   `unavailable` when it was not.
    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) async throws(JournalError)
}

/// An entry of a log, with what only its operator keeps.
public struct JournalRecord: Hashable, Sendable {
    /// What anyone may read: the leaf of the tree is its hash. At most 65,535 bytes.
    public let entry: [UInt8]
    /// What the operator keeps beside it.
    public let memo: [UInt8]

    /// A record of these bytes.
    public init(entry: [UInt8], memo: [UInt8]) {
        self.entry = entry
        self.memo = memo
    }
}

/// How far a log has come.
public struct JournalHead: Hashable, Sendable {
    /// How many records there are.
    public let size: UInt64
    /// The root of their entries.
    public let root: TreeHash
    /// The checkpoint that says so, signed by the log; empty for a log without entries.
    public let note: String

    /// A head of these parts.
    public init(size: UInt64, root: TreeHash, note: String) {
        self.size = size
        self.root = root
        self.note = note
    }

    /// The head of a journal without records.
    public static let empty = JournalHead(size: 0, root: .emptyTree, note: "")

    /// Whether two heads mean the same records; cosignatures may differ.
    public func isSame(as other: JournalHead) -> Bool {
        size == other.size && root == other.root
    }
}

/// Why a journal did not do what it was asked.
@nonexhaustive
public enum JournalError: Error, Equatable {
    /// The head is another one: somebody else has appended, or an older copy has come back.
    case moved
    /// Nothing was written, and nothing can be for now.
    case unavailable(String)
    /// Whether it was written is not known; read the head again before anything else.
    case uncertain(String)
    /// The journal does not fit together.
    case damaged(String)
}
