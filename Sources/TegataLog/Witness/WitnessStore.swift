internal import TegataCrypto

/// The largest tree of a log that a witness has signed.
public struct Seen: Hashable, Sendable {
    /// How many leaves.
    public let size: UInt64
    /// Their root.
    public let root: TreeHash

    /// The tree without leaves, where every log begins.
    public static let nothing = Seen(size: 0, root: .emptyTree)

    /// A tree of this size and root.
    public init(size: UInt64, root: TreeHash) {
        self.size = size
        self.root = root
    }

    init(_ checkpoint: Checkpoint) {
        self.init(size: checkpoint.size, root: checkpoint.root)
    }
}

/// Why a witness does not sign.
@nonexhaustive
public enum WitnessRefusal: Error, Equatable {
    /// It has seen another size than the log believes.
    case conflict(UInt64)
    /// The new tree does not extend the one it has seen.
    case proofInvalid
    /// What it has seen cannot be kept.
    case unavailable
}

/// Where a witness keeps what it has seen of each log.
///
/// Someone who can rewrite this storage makes the witness forget, and then it signs two views of a log; they cannot make it sign
/// what its logs did not.
public protocol WitnessStore: Sendable {
    /// Replaces what was seen of the log with this origin by `new`, if `check` accepts the old value: check and replacement are one
    /// atomic step for each log, durable before it returns.
    ///
    /// - Throws: what `check` throws, with nothing changed; `unavailable`.
    func advance(
        _ origin: String, to new: Seen,
        ifAccepted check: @Sendable (Seen) throws(WitnessRefusal) -> Void
    ) async throws(WitnessRefusal)
}

/// What a witness has seen, for one process, forgotten with it: for tests. A witness that forgets is none.
public actor InMemoryWitnessStore: WitnessStore {
    private var seen = [String: Seen]()

    /// A store that has seen nothing.
    public init() {}

    /// Replaces what was seen.
    public func advance(
        _ origin: String, to new: Seen,
        ifAccepted check: @Sendable (Seen) throws(WitnessRefusal) -> Void
    ) throws(WitnessRefusal) {
        try check(seen[origin] ?? .nothing)
        seen[origin] = new
    }
}

/// What a witness has seen, one file for each log. A directory belongs to one process.
public actor FileWitnessStore: WitnessStore {
    private let directory: LogDirectory

    /// A store in this directory.
    public init(in directory: LogDirectory) {
        self.directory = directory
    }

    /// Replaces what was seen.
    public func advance(
        _ origin: String, to new: Seen,
        ifAccepted check: @Sendable (Seen) throws(WitnessRefusal) -> Void
    ) throws(WitnessRefusal) {
        // A hash, because an origin may hold what a file's name may not.
        let name = "\(TreeHash(leaf: Array(origin.utf8)))"
        try check(try seen(in: name))
        do {
            try directory.write(
                Array("\(new.size)\n\(Base64.encode(new.root.array))\n".utf8), to: name)
        } catch {
            throw .unavailable
        }
    }

    private func seen(in name: String) throws(WitnessRefusal) -> Seen {
        do {
            guard let bytes = try directory.read(name) else { return .nothing }
            let lines = String(decoding: bytes, as: UTF8.self)[...].parts(at: 0x0a)
            // A file that cannot be read is no log that nobody has seen.
            guard lines.count == 3, lines[2].isEmpty, let size = UInt64(decimal: lines[0]),
                let root = TreeHash(base64: lines[1])
            else { throw LogError.malformed }
            return Seen(size: size, root: root)
        } catch {
            throw .unavailable
        }
    }
}
