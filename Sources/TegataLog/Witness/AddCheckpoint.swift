internal import TegataCrypto

/// What a log asks of a witness: to sign a checkpoint that extends the one it saw before (C2SP tlog-witness, add-checkpoint).
///
///     old 17
///     <base64 hash>
///     …
///
///     <checkpoint>
struct AddCheckpoint {
    let oldSize: UInt64
    /// The consistency proof; at most 63 hashes.
    let path: [TreeHash]
    let note: SignedNote

    init(oldSize: UInt64, path: [TreeHash], note: SignedNote) {
        self.oldSize = oldSize
        self.path = path
        self.note = note
    }

    /// - Throws: `malformed`, `limitExceeded`.
    init(parsing bytes: [UInt8]) throws(LogError) {
        var (lines, note) = try SignedNote.headed(bytes)
        guard let first = lines.popFirst(), first.utf8.starts(with: "old ".utf8),
            let oldSize = UInt64(decimal: Substring(first.utf8.dropFirst(4)))
        else { throw .malformed }
        path = try SignedNote.path(lines)
        self.oldSize = oldSize
        self.note = note
    }

    var encoded: String {
        let lines = ["old \(oldSize)"] + path.map { Base64.encode($0.array) }
        return lines.joined(separator: "\n") + "\n\n" + note.encoded
    }
}
