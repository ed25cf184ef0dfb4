internal import TegataCrypto

/// Shows, offline and in one text, that an entry is in a log: its place, the path to the root, and the signed
/// checkpoint with that root (C2SP tlog-proof).
public struct LogProof: Hashable, Sendable {
    static let header = "c2sp.org/tlog-proof@v1"
    /// At most this many bytes of extra data are read.
    public static let maximumExtra = 1 << 10

    /// The place of the entry, counted from 0.
    public let index: UInt64
    /// The sibling on each level from the leaf up; at most 63.
    public let path: [TreeHash]
    /// What the application put beside it; nothing in the proof vouches for it.
    public let extra: [UInt8]
    /// The checkpoint with its signatures.
    public let note: SignedNote

    /// A proof of these parts; nothing is checked before `verify`.
    public init(index: UInt64, path: [TreeHash], extra: [UInt8] = [], note: SignedNote) {
        self.index = index
        self.path = path
        self.extra = extra
        self.note = note
    }

    /// Reads a proof as received.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        var (lines, note) = try SignedNote.headed(bytes)
        guard lines.popFirst() == Self.header[...] else { throw .malformed }
        extra = try Self.extra(of: &lines)
        guard let place = lines.popFirst(), place.utf8.starts(with: "index ".utf8),
            let index = UInt64(decimal: Substring(place.utf8.dropFirst(6)))
        else { throw .malformed }
        self.index = index
        path = try SignedNote.path(lines)
        self.note = note
    }

    private static func extra(of lines: inout ArraySlice<Substring>) throws(LogError) -> [UInt8] {
        guard let line = lines.first, line.utf8.starts(with: "extra ".utf8) else { return [] }
        lines.removeFirst()
        guard let bytes = Base64.decode(Array(line.utf8.dropFirst(6)).span), !bytes.isEmpty else {
            throw .malformed
        }
        guard bytes.count <= maximumExtra else { throw .limitExceeded }
        return bytes
    }

    /// The proof as it travels.
    public var encoded: String {
        var lines = [Self.header]
        if !extra.isEmpty { lines.append("extra " + Base64.encode(extra)) }
        lines.append("index \(index)")
        lines += path.map { Base64.encode($0.array) }
        return lines.joined(separator: "\n") + "\n\n" + note.encoded
    }

    /// Checks that `entry`, recomputed by the caller from what it was shown, is in the log of `policy` (A96, A103).
    ///
    /// - Returns: the checkpoint that the entry is under.
    /// - Throws: what `Checkpoint.init(parsing:by:)` throws; `outOfRange`, `proofInvalid`.
    @discardableResult
    public func verify(_ entry: [UInt8], by policy: LogPolicy) throws(LogError) -> Checkpoint {
        let checkpoint = try Checkpoint(parsing: note, by: policy)
        try InclusionProof(index: index, size: checkpoint.size, path: path)
            .verify(TreeHash(leaf: entry), root: checkpoint.root)
        return checkpoint
    }
}
