internal import Foundation
internal import TegataLog

/// The tree of a log, recomputed from its entries on all cores.
enum AuditTree {
    private struct Part: Sendable {
        let tile: Tile
        let entries: [[UInt8]]
        let tree: MerkleTree
    }

    /// Reads `size` entries, and hands them on in order: the number of the first, the entries, and the tree up to and with
    /// them.
    static func read(
        upTo size: UInt64, from source: @escaping Auditor.Source,
        entries body: (UInt64, [[UInt8]], MerkleTree) throws(AuditFinding) -> Void
    ) async throws -> MerkleTree {
        var tree = MerkleTree()
        let width = ProcessInfo.processInfo.activeProcessorCount
        // A window of 32 files for each core: 8,192 entries are enough work to be worth a task.
        let window = UInt64(32 * width)
        var next: UInt64 = 0
        while next * 256 < size {
            let end = min(next + window, (size + 255) / 256)
            let parts = try await parts(next..<end, size, source, width)
            for part in parts {
                if part.entries.count == 256 {
                    try tree.append(contentsOf: part.tree)
                } else {
                    for index in 0..<part.tree.size {
                        if let leaf = part.tree.leaf(index) { tree.append(leaf) }
                    }
                }
                try body(256 * part.tile.index, part.entries, tree)
            }
            next = end
        }
        return tree
    }

    private static func parts(
        _ files: Range<UInt64>, _ size: UInt64, _ source: @escaping Auditor.Source, _ width: Int
    ) async throws -> [Part] {
        try await withThrowingTaskGroup(of: [Part].self) { group in
            let share = (files.count + width - 1) / width
            for start in stride(from: files.lowerBound, to: files.upperBound, by: share) {
                let range = start..<min(start + UInt64(share), files.upperBound)
                group.addTask {
                    var parts = [Part]()
                    for index in range {
                        let tile = Tile(
                            content: .entries, index: index,
                            width: Int(min(256, size - 256 * index)))
                        parts.append(try await part(tile, source))
                    }
                    return parts
                }
            }
            var all = [Part]()
            for try await parts in group { all += parts }
            return all.sorted { $0.tile.index < $1.tile.index }
        }
    }

    private static func part(_ tile: Tile, _ source: Auditor.Source) async throws -> Part {
        guard let bytes = try await source(tile.path) else {
            throw AuditFinding.missing(file: tile.path)
        }
        guard let bundle = try? EntryBundle(parsing: bytes, width: tile.width) else {
            throw AuditFinding.malformed(file: tile.path)
        }
        var tree = MerkleTree()
        for entry in bundle.entries { tree.append(TreeHash(leaf: entry)) }
        return Part(tile: tile, entries: bundle.entries, tree: tree)
    }

    /// The first leaf that differs from the tree's own files; `nil` when these do not tell.
    static func firstChange(_ tree: MerkleTree, _ source: Auditor.Source) async throws -> UInt64? {
        for tile in Tile.all(of: tree.size) where tile.content == .hashes(level: 0) {
            guard let stored = try await source(tile.path), let expected = tree.encoded(tile),
                stored.count == expected.count
            else { continue }
            if let byte = zip(stored, expected).enumerated().first(where: { $1.0 != $1.1 })?.offset
            {
                return 256 * tile.index + UInt64(byte / 32)
            }
        }
        return nil
    }
}
