import Tegata
import TegataLog

/// That register, log and files are one: rows = leaves = serials, each proved.
enum Ledger {
    static func check(
        _ register: Register, _ desk: Desk, _ directory: LogDirectory
    ) async throws {
        let policy = try LogPolicy(log: desk.signer.key)
        var tree = MerkleTree()
        let reader = LogReader(directory)
        let (checkpoint, note) = try await reader.checkpoint(by: policy)
        var cards = 0
        try await reader.extend(&tree, to: checkpoint.size) { _, entries, _ in
            for entry in entries where entry.first == 2 { cards += 1 }
        }
        try expect(tree.root == checkpoint.root, "the files do not give the checkpoint's root")
        try expect(
            try directory.missing(from: tree, at: tree.size).isEmpty, "files are missing")
        try expect(note.encoded == (try await register.checkpoint()), "another checkpoint")
        let serials = try await register.serials(of: desk.edition)
        try expect(
            serials == Array(1...UInt32(Desk.limit)) && cards == Desk.limit,
            "serials \(serials), \(cards) leaves")
        for record in 1...UInt64(Desk.limit) {
            let (entry, proof) = try await register.proof(of: record)
            try proof.verify(entry, by: policy)
        }
    }
}
