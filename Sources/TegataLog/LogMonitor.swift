/// Follows a live log, and raises an alarm when it is not one log: both sides are kept as evidence, each signed by the log
/// itself (A100).
public actor LogMonitor {
    private let reader: LogReader
    private let policy: LogPolicy
    private let evidence: LogDirectory
    private var tree = MerkleTree()
    private var last: (checkpoint: Checkpoint, note: SignedNote)?
    private var isLoaded = false

    /// A monitor that keeps the newest checkpoint, and evidence, in a directory of its own.
    public init(_ reader: LogReader, by policy: LogPolicy, keeping evidence: LogDirectory) {
        self.reader = reader
        self.policy = policy
        self.evidence = evidence
    }

    /// Why a log is not to be believed any more.
    public struct Alarm: Error, Hashable, CustomStringConvertible {
        /// What was seen.
        public enum Kind: String, Sendable {
            /// Two checkpoints of one size have different roots.
            case forked
            /// The log has become smaller.
            case shrank
            /// The entries do not lead from the older checkpoint to the newer one.
            case rewritten
        }

        /// What was seen.
        public let kind: Kind
        /// The files with both signed checkpoints, below the monitor's directory.
        public let files: [String]

        /// A sentence for people.
        public var description: String {
            let what =
                switch kind {
                case .forked: "the log has two histories"
                case .shrank: "the log has become smaller"
                case .rewritten: "the log's past was changed"
                }
            return "\(what); both signed checkpoints are in \(files.joined(separator: " and "))"
        }
    }

    /// Whoever looks at the entries that a monitor follows: some of them, in order, with the number of the first and the tree up to
    /// and with them. They may come again, and number 0 begins anew: a monitor reads the whole log after a start.
    public typealias Watch =
        @Sendable (_ start: UInt64, _ entries: ArraySlice<[UInt8]>, _ tree: MerkleTree) -> Void

    /// Looks at the log once.
    ///
    /// - Parameter watch: is shown the entries that are new, before it is known that they lead to the checkpoint.
    /// - Returns: the newest checkpoint, and whether it is new.
    /// - Throws: `Alarm`; `LogError` when checkpoint or files cannot be had or read, and what the source throws.
    public func poll(
        watching watch: Watch = { _, _, _ in }
    ) async throws -> (checkpoint: Checkpoint, isNew: Bool) {
        try load()
        let (newest, note) = try await reader.checkpoint(by: policy)
        guard let last else {
            try await follow(newest, note, watch)
            return (newest, true)
        }
        if newest.size < last.checkpoint.size { throw try alarm(.shrank, last.note, note) }
        if newest.size == last.checkpoint.size {
            guard newest.root == last.checkpoint.root else {
                throw try alarm(.forked, last.note, note)
            }
            if tree.size == newest.size { return (newest, false) }
        }
        try await follow(newest, note, watch)
        return (newest, newest.size > last.checkpoint.size)
    }

    private func load() throws {
        guard !isLoaded else { return }
        if let bytes = try evidence.read("last") {
            let note = try SignedNote(parsing: bytes)
            last = (try Checkpoint(parsing: note, by: policy), note)
        }
        isLoaded = true
    }

    private func follow(
        _ newest: Checkpoint, _ note: SignedNote, _ watch: Watch
    ) async throws {
        var grown = tree
        try await reader.extend(&grown, to: newest.size, entries: watch)
        if grown.root != newest.root {
            // On top of what is known it does not lead there; what do the files say by themselves?
            grown = MerkleTree()
            try await reader.extend(&grown, to: newest.size, entries: watch)
            // Files that do not fit their checkpoint are no fork: only two signed statements that exclude each other are.
            guard grown.root == newest.root else { throw LogError.proofInvalid }
        }
        if let last, try grown.root(at: last.checkpoint.size) != last.checkpoint.root {
            throw try alarm(.rewritten, last.note, note)
        }
        try evidence.write(Array(note.encoded.utf8), to: "last")
        tree = grown
        last = (newest, note)
    }

    private func alarm(
        _ kind: Alarm.Kind, _ old: SignedNote, _ new: SignedNote
    ) throws -> Alarm {
        let files = try [old, new].map { note in
            let name = "evidence-\(TreeHash(leaf: Array(note.encoded.utf8)))"
            try evidence.write(Array(note.encoded.utf8), to: name)
            return name
        }
        return Alarm(kind: kind, files: files)
    }
}
