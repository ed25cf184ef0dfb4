internal import TegataCrypto

/// Up to 256 neighbouring hashes of a tree, or up to 256 entries, as one file that a static web server can serve
/// (C2SP tlog-tiles).
public struct Tile: Hashable, Sendable {
    /// What the file holds.
    public enum Content: Hashable, Sendable {
        /// Hashes of level 8 × this number, 32 bytes each; 0 … 7.
        case hashes(level: Int)
        /// The entries themselves, each behind its length.
        case entries
    }

    /// What the file holds.
    public let content: Content
    /// Which file of its kind, counted from 0.
    public let index: UInt64
    /// How many hashes or entries it has, 1 … 256; below 256 it is the last one, and a longer one will follow.
    public let width: Int

    /// The file of this content, place and width.
    public init(content: Content, index: UInt64, width: Int) {
        self.content = content
        self.index = index
        self.width = width
    }

    /// The files that a tree of `size` leaves consists of, the entries first, then the hashes from the leaves up; without
    /// those that a tree of `oldSize` leaves had already.
    public static func all(of size: UInt64, after oldSize: UInt64 = 0) -> some Sequence<Tile> {
        let contents = [Content.entries] + (0..<8).map { Content.hashes(level: $0) }
        return contents.lazy.flatMap { content in
            let shift =
                switch content {
                case .entries: UInt64(0)
                case .hashes(let level): 8 * UInt64(level)
                }
            let (old, new) = (oldSize >> shift, size >> shift)
            let files = new / 256 + (new % 256 == 0 ? 0 : 1)
            return ((old < new ? old / 256 : files)..<files).lazy.map { index in
                Tile(content: content, index: index, width: Int(min(256, new - 256 * index)))
            }
        }
    }

    /// Where the file lies below the log's address: `tile/0/x001/x234/067.p/8`.
    public var path: String {
        var digits = String(index)
        digits = String(repeating: "0", count: (3 - digits.count % 3) % 3) + digits
        var groups = [String]()
        while !digits.isEmpty {
            groups.append(String(digits.prefix(3)))
            digits.removeFirst(3)
        }
        let name = groups.dropLast().map { "x\($0)/" }.joined() + (groups.last ?? "")
        let folder =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        return "tile/\(folder)/\(name)" + (width < 256 ? ".p/\(width)" : "")
    }
}

extension MerkleTree {
    /// The bytes of a file of hashes, 32 for each; `nil` when this tree has not grown so far, or for entries.
    public func encoded(_ tile: Tile) -> [UInt8]? {
        guard case .hashes(let level) = tile.content, let hashes = hashes(of: 8 * level),
            let start = Int(exactly: tile.index).flatMap({
                let product = $0.multipliedReportingOverflow(by: 256)
                return product.overflow ? nil : product.partialValue
            }), start <= hashes.count, hashes.count - start >= tile.width
        else { return nil }
        // Not by a key path: Swift 6.3.1 crashes on one into a type with a number as its argument.
        return hashes[start..<start + tile.width].flatMap { $0.array }
    }
}

/// The entries of one file, each behind its length, two bytes big-endian (C2SP tlog-tiles, entry bundles).
public struct EntryBundle: Hashable, Sendable {
    /// 1 … 256 entries of at most 65,535 bytes.
    public let entries: [[UInt8]]

    /// A bundle of these entries.
    ///
    /// - Throws: `limitExceeded` for more or longer ones, `malformed` for none.
    public init(_ entries: [[UInt8]]) throws(LogError) {
        guard !entries.isEmpty else { throw .malformed }
        guard entries.count <= 256, entries.allSatisfy({ $0.count <= 0xffff }) else {
            throw .limitExceeded
        }
        self.entries = entries
    }

    /// Reads exactly `width` entries.
    ///
    /// - Throws: `malformed` for bytes missing or left over, `limitExceeded` for more than 256.
    public init(parsing bytes: [UInt8], width: Int) throws(LogError) {
        guard width <= 256 else { throw .limitExceeded }
        var entries = [[UInt8]]()
        entries.reserveCapacity(width)
        var position = 0
        while entries.count < width {
            guard bytes.count - position >= 2 else { throw .malformed }
            let count = Int(bytes[position]) << 8 | Int(bytes[position + 1])
            position += 2
            guard bytes.count - position >= count else { throw .malformed }
            entries.append(Array(bytes[position..<position + count]))
            position += count
        }
        guard position == bytes.count else { throw .malformed }
        try self.init(entries)
    }

    /// The file's bytes.
    public var encoded: [UInt8] {
        entries.flatMap { bigEndian(UInt16($0.count)) + $0 }
    }
}
