internal import Foundation

/// Reads a published log from wherever its files are, and recomputes its tree on all cores.
public struct LogReader: Sendable {
    /// Brings a file by its name below the log's address; `nil` when there is none.
    public typealias Source = @Sendable (_ name: String) async throws -> [UInt8]?

    private let source: Source

    /// A reader of the files that `source` brings.
    public init(_ source: @escaping Source) {
        self.source = source
    }

    /// A reader of a directory on this machine.
    public init(_ directory: LogDirectory) {
        source = { name in try directory.read(name) }
    }

    /// The checkpoint, signed as `policy` asks.
    ///
    /// - Returns: what it says, and the note.
    /// - Throws: `missing`, what `Checkpoint.init(parsing:by:)` throws, and what the source throws.
    public func checkpoint(
        by policy: LogPolicy
    ) async throws -> (checkpoint: Checkpoint, note: SignedNote) {
        guard let bytes = try await source("checkpoint") else {
            throw LogError.missing("checkpoint")
        }
        let note = try SignedNote(parsing: bytes)
        return (try Checkpoint(parsing: note, by: policy), note)
    }

    /// Extends `tree` with the entries up to `size`, and hands them on in order: the number of the first, the entries, and the
    /// tree up to and with them.
    ///
    /// - Throws: `missing` and `damaged` with the file's name, what `body` throws, and what the source throws.
    public func extend(
        _ tree: inout MerkleTree, to size: UInt64,
        entries body: (UInt64, ArraySlice<[UInt8]>, MerkleTree) throws -> Void
    ) async throws {
        let width = ProcessInfo.processInfo.activeProcessorCount
        // A window of 32 files for each core: 8,192 entries are enough work to be worth a task.
        let window = UInt64(32 * width)
        while tree.size < size {
            let first = tree.size / 256
            let end = min(first + window, (size + 255) / 256)
            for part in try await parts(first..<end, size, width) {
                // The first file may begin with entries that are known.
                let start = tree.size
                let new = part.entries[Int(start - 256 * part.tile.index)...]
                if new.count == 256 {
                    try tree.append(contentsOf: part.tree)
                } else {
                    for index in new.indices {
                        if let leaf = part.tree.leaf(UInt64(index)) { tree.append(leaf) }
                    }
                }
                try body(start, new, tree)
            }
        }
    }

    private struct Part: Sendable {
        let tile: Tile
        let entries: [[UInt8]]
        let tree: MerkleTree
    }

    private func parts(
        _ files: Range<UInt64>, _ size: UInt64, _ width: Int
    ) async throws -> [Part] {
        try await withThrowingTaskGroup(of: [Part].self) { group in
            let share = UInt64((files.count + width - 1) / width)
            for start in stride(from: files.lowerBound, to: files.upperBound, by: Int(share)) {
                group.addTask {
                    var parts = [Part]()
                    for index in start..<min(start + share, files.upperBound) {
                        let width = Int(min(256, size - 256 * index))
                        parts.append(
                            try await part(Tile(content: .entries, index: index, width: width)))
                    }
                    return parts
                }
            }
            var all = [Part]()
            for try await parts in group { all += parts }
            return all.sorted { $0.tile.index < $1.tile.index }
        }
    }

    private func part(_ tile: Tile) async throws -> Part {
        guard let bytes = try await source(tile.path) else { throw LogError.missing(tile.path) }
        guard let bundle = try? EntryBundle(parsing: bytes, width: tile.width) else {
            throw LogError.damaged(tile.path)
        }
        var tree = MerkleTree()
        for entry in bundle.entries { tree.append(TreeHash(leaf: entry)) }
        return Part(tile: tile, entries: bundle.entries, tree: tree)
    }

    /// The first leaf that differs from the tree's own files of hashes; `nil` when these do not tell.
    ///
    /// - Throws: what the source throws.
    public func firstChange(from tree: MerkleTree) async throws -> UInt64? {
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
