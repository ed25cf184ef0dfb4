import TegataLog

/// A log for other implementations to read: entries of every short length, grown in uneven steps.
enum WrittenLog {
    /// Writes it and prints the key that signed it.
    static func write(_ size: Int, to path: String) async throws {
        let signer = try NoteSigner(name: "tegata.example/log", kind: .log)
        let directory = LogDirectory(at: path)
        let entries = (0..<size).map { Array("\($0)".utf8.prefix($0 % 5)) }
        var tree = MerkleTree()
        var step = 1
        while tree.size < size {
            let old = tree.size
            for entry in entries[Int(old)...].prefix(step) { tree.append(TreeHash(leaf: entry)) }
            let note = try Checkpoint(
                origin: signer.key.name, size: tree.size, root: tree.root
            ).signed(by: signer)
            try await directory.publish(tree, from: old, note: note.encoded) {
                range throws(LogError) in
                Array(entries[Int(range.lowerBound)..<Int(range.upperBound)])
            }
            step = step * 3 % 257 + 1
        }
        print(signer.key.encoded)
    }
}
