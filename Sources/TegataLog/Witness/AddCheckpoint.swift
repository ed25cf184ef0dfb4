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
        guard bytes.count <= SignedNote.maximumSize else { throw .limitExceeded }
        guard
            let blank = bytes.indices.dropFirst().first(where: {
                bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
            }), let text = String(validating: bytes[..<(blank - 1)], as: UTF8.self)
        else { throw .malformed }
        var lines = text[...].parts(at: 0x0a)[...]
        guard let first = lines.popFirst(), first.utf8.starts(with: "old ".utf8),
            let oldSize = UInt64(decimal: Substring(first.utf8.dropFirst(4)))
        else { throw .malformed }
        guard lines.count <= 63 else { throw .limitExceeded }
        var path = [TreeHash]()
        for line in lines {
            guard let hash = TreeHash(base64: line) else { throw .malformed }
            path.append(hash)
        }
        self.oldSize = oldSize
        self.path = path
        note = try SignedNote(parsing: Array(bytes[(blank + 1)...]))
    }

    var encoded: String {
        let lines = ["old \(oldSize)"] + path.map { $0.array.base64 }
        return lines.joined(separator: "\n") + "\n\n" + note.encoded
    }
}
