/// An append-only tree in memory: hashes only, about 64 bytes a leaf (RFC 6962 §2.1).
public struct MerkleTree: Sendable {
    // Level k holds the roots of all whole subtrees of 2^k leaves, from the left. None of them ever changes.
    private var levels: [[TreeHash]] = [[]]

    /// A tree without leaves.
    public init() {}

    /// How many leaves there are.
    public var size: UInt64 { UInt64(levels[0].count) }

    /// Adds a leaf at the end.
    public mutating func append(_ leaf: TreeHash) {
        append(leaf, at: 0)
    }

    private mutating func append(_ node: TreeHash, at start: Int) {
        var hash = node
        var level = start
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            let count = levels[level].count
            guard count & 1 == 0 else { return }
            hash = TreeHash(above: levels[level][count - 2], hash)
            level += 1
        }
    }

    /// Adds the leaves of a whole subtree, whose hashes are there already: work that threads can share.
    ///
    /// - Throws: `outOfRange` unless its size is a power of two and divides this tree's.
    public mutating func append(contentsOf subtree: MerkleTree) throws(LogError) {
        let count = subtree.size
        guard count > 0, count & (count - 1) == 0, size % count == 0 else { throw .outOfRange }
        let top = count.trailingZeroBitCount
        while levels.count < top { levels.append([]) }
        for level in 0..<top { levels[level] += subtree.levels[level] }
        append(subtree.levels[top][0], at: top)
    }

    /// Takes the last leaves away again, so that `size` remain.
    ///
    /// - Throws: `outOfRange` for a tree that is smaller already.
    public mutating func truncate(to size: UInt64) throws(LogError) {
        guard size <= self.size else { throw .outOfRange }
        for level in levels.indices {
            levels[level].removeLast(levels[level].count - Int(size >> UInt64(level)))
        }
    }

    /// The root of all leaves.
    public var root: TreeHash { hash(of: 0..<size) }

    /// The root that the tree had when it had `size` leaves.
    ///
    /// - Throws: `outOfRange`.
    public func root(at size: UInt64) throws(LogError) -> TreeHash {
        guard size <= self.size else { throw .outOfRange }
        return hash(of: 0..<size)
    }

    /// Proves that the leaf at `index` is in the tree of the first `size` leaves.
    ///
    /// - Throws: `outOfRange`.
    public func inclusionProof(
        of index: UInt64, at size: UInt64
    ) throws(LogError) -> InclusionProof {
        guard index < size, size <= self.size else { throw .outOfRange }
        var range = 0..<size
        var path = [TreeHash]()
        while range.count > 1 {
            let (left, right) = halves(range)
            let isLeft = index < right.lowerBound
            path.append(hash(of: isLeft ? right : left))
            range = isLeft ? left : right
        }
        return InclusionProof(index: index, size: size, path: path.reversed())
    }

    /// Proves that the tree of the first `newSize` leaves extends the one of the first `oldSize`.
    ///
    /// - Throws: `outOfRange`, also for an `oldSize` of 0.
    public func consistencyProof(
        from oldSize: UInt64, to newSize: UInt64
    ) throws(LogError) -> ConsistencyProof {
        guard oldSize > 0, oldSize <= newSize, newSize <= size else { throw .outOfRange }
        var range = 0..<newSize
        var path = [TreeHash]()
        // Down to the subtree that ends where the earlier tree ended.
        while range.upperBound != oldSize {
            let (left, right) = halves(range)
            let isLeft = oldSize <= right.lowerBound
            path.append(hash(of: isLeft ? right : left))
            range = isLeft ? left : right
        }
        // From 0 on that subtree is the earlier tree itself, whose root is known.
        if range.lowerBound > 0 { path.append(hash(of: range)) }
        return ConsistencyProof(oldSize: oldSize, newSize: newSize, path: path.reversed())
    }

    /// The hash of the leaf at `index`; `nil` beyond the end.
    public func leaf(_ index: UInt64) -> TreeHash? {
        index < size ? levels[0][Int(index)] : nil
    }

    /// The roots of all whole subtrees of 2^level leaves; `nil` when there is none.
    func hashes(of level: Int) -> [TreeHash]? {
        levels.indices.contains(level) ? levels[level] : nil
    }

    /// The left half is the largest power of two below the size.
    private func halves(_ range: Range<UInt64>) -> (left: Range<UInt64>, right: Range<UInt64>) {
        let count = range.upperBound - range.lowerBound
        let left: UInt64 = 1 << (63 - UInt64((count - 1).leadingZeroBitCount))
        let middle = range.lowerBound + left
        return (range.lowerBound..<middle, middle..<range.upperBound)
    }

    private func hash(of range: Range<UInt64>) -> TreeHash {
        let count = range.upperBound - range.lowerBound
        guard count > 0 else { return .emptyTree }
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return levels[level][Int(range.lowerBound >> UInt64(level))]
        }
        let (left, right) = halves(range)
        return TreeHash(above: hash(of: left), hash(of: right))
    }
}
