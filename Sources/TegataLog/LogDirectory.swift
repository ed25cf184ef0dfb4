#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A log as files below a directory, for any static web server: `checkpoint` and `tile/…` (C2SP tlog-tiles).
///
/// A reader never sees a checkpoint whose tiles are missing: files are written under another name, synchronised, renamed,
/// and the checkpoint comes last.
public struct LogDirectory: Sendable {
    /// Where the files are.
    public let path: String

    /// The directory at `path`; it is made when something is published.
    public init(at path: String) {
        self.path = path
    }

    /// The published checkpoint; `nil` when there is none yet.
    ///
    /// - Throws: `unavailable` when the file cannot be read, `malformed` when it is no note.
    public func checkpoint() throws(LogError) -> SignedNote? {
        guard let bytes = try read("checkpoint") else { return nil }
        return try SignedNote(parsing: bytes)
    }

    /// The bytes of a tile; `nil` when there is no such file.
    ///
    /// - Throws: `unavailable`.
    public func bytes(of tile: Tile) throws(LogError) -> [UInt8]? {
        try read(tile.path)
    }

    /// Publishes what a tree has beyond `oldSize`, then its checkpoint. `entries` gives the entries of a range. A directory
    /// has one writer at a time.
    ///
    /// - Throws: `unavailable` with nothing public changed but files that no checkpoint speaks of yet.
    public func publish(
        _ tree: MerkleTree, from oldSize: UInt64, note: String,
        entries: (Range<UInt64>) async throws(LogError) -> [[UInt8]]
    ) async throws(LogError) {
        let tiles = Array(Tile.all(of: tree.size, after: oldSize))
        try await write(tiles, of: tree, entries: entries)
        try write(Array(note.utf8), to: "checkpoint")
        for tile in tiles where tile.width == 256 { removeParts(of: tile) }
    }

    /// Writes some of a tree's files.
    ///
    /// - Throws: `unavailable`.
    public func write(
        _ tiles: [Tile], of tree: MerkleTree,
        entries: (Range<UInt64>) async throws(LogError) -> [[UInt8]]
    ) async throws(LogError) {
        for tile in tiles {
            if let bytes = tree.encoded(tile) {
                try write(bytes, to: tile.path)
            } else {
                let start = 256 * tile.index
                let bundle = try EntryBundle(try await entries(start..<start + UInt64(tile.width)))
                try write(bundle.encoded, to: tile.path)
            }
        }
    }

    /// Compares every file of the first `size` leaves with the tree.
    ///
    /// - Returns: the files that are not there.
    /// - Throws: `damaged` naming the first file, and in one of entries the entry, that differs by so much as a bit (A101);
    ///   `unavailable`.
    public func missing(from tree: MerkleTree, at size: UInt64) throws(LogError) -> [Tile] {
        var missing = [Tile]()
        for tile in Tile.all(of: size) {
            guard let bytes = try bytes(of: tile) else {
                missing.append(tile)
                continue
            }
            if let expected = tree.encoded(tile) {
                guard bytes == expected else { throw .damaged(tile.path) }
                continue
            }
            guard let bundle = try? EntryBundle(parsing: bytes, width: tile.width) else {
                throw .damaged(tile.path)
            }
            for (offset, entry) in bundle.entries.enumerated() {
                let index = 256 * tile.index + UInt64(offset)
                guard tree.leaf(index) == TreeHash(leaf: entry) else {
                    throw .damaged("\(tile.path), entry \(index)")
                }
            }
        }
        return missing
    }

    /// Removes the shorter files that a full one replaces. It matters to nobody whether they are gone.
    private func removeParts(of tile: Tile) {
        let folder = "\(path)/\(tile.path).p"
        guard unsafe rmdir(folder) != 0, errno != ENOENT else { return }
        for width in 1..<256 { _ = unsafe unlink("\(folder)/\(width)") }
        _ = unsafe rmdir(folder)
    }

    /// The bytes of a file below the directory; `nil` when there is none.
    ///
    /// - Throws: `unavailable`.
    public func read(_ name: String) throws(LogError) -> [UInt8]? {
        let descriptor = unsafe open(path + "/" + name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .unavailable }
            return nil
        }
        defer { close(descriptor) }
        var bytes = [UInt8]()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe posixRead(descriptor, $0.baseAddress, $0.count)
            }
            guard count >= 0 else { throw .unavailable }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Puts a file into the directory, whole or not at all.
    ///
    /// - Throws: `unavailable`.
    public func write(_ bytes: [UInt8], to name: String) throws(LogError) {
        let target = path + "/" + name
        let folder = String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)])
        try makeFolder(folder)
        // A name of its own: of two that write one file, each writes it whole.
        var generator = SystemRandomNumberGenerator()
        let temporary = "\(target).\(String(generator.next(), radix: 36)).new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unavailable }
        var isWritten = true
        var rest = bytes[...]
        while isWritten, !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe posixWrite(descriptor, $0.baseAddress, $0.count)
            }
            isWritten = count > 0
            if isWritten { rest = rest.dropFirst(count) }
        }
        isWritten = isWritten && fsync(descriptor) == 0
        isWritten = close(descriptor) == 0 && isWritten
        guard isWritten, unsafe rename(temporary, target) == 0 else {
            _ = unsafe unlink(temporary)
            throw .unavailable
        }
        try synchronise(folder)
    }

    /// A renamed file is durable once its folder is.
    private func synchronise(_ folder: String) throws(LogError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable }
    }

    private func makeFolder(_ folder: String) throws(LogError) {
        if unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex
        else { throw .unavailable }
        let above = String(folder[..<slash])
        try makeFolder(above)
        guard unsafe mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw .unavailable }
        try synchronise(above)
    }
}

// The two calls that have our methods' names.
private func posixRead(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
) -> Int {
    unsafe read(descriptor, buffer, count)
}

private func posixWrite(
    _ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int
) -> Int {
    unsafe write(descriptor, buffer, count)
}
