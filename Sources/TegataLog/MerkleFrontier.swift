/// The right edge of a growing tree: its root in a few hundred bytes, however many leaves there are. It proves nothing about a
/// leaf; whoever needs proofs keeps a `MerkleTree`.
public struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves there are.
    public private(set) var size: UInt64 = 0
    /// The roots of the whole subtrees that the tree consists of, the largest first: one for each bit of `size`.
    public private(set) var peaks: [TreeHash] = []

    /// The edge of a tree without leaves.
    public init() {}

    /// The edge of a tree that was left before.
    ///
    /// - Throws: `outOfRange` for another number of peaks than a tree of this size has.
    public init(size: UInt64, peaks: [TreeHash]) throws(LogError) {
        guard peaks.count == size.nonzeroBitCount else { throw .outOfRange }
        self.size = size
        self.peaks = peaks
    }

    /// Adds a leaf at the end.
    public mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        for _ in 0..<(~size).trailingZeroBitCount {
            hash = TreeHash(above: peaks.removeLast(), hash)
        }
        peaks.append(hash)
        size += 1
    }

    /// The root of all leaves.
    public var root: TreeHash {
        guard let last = peaks.last else { return .emptyTree }
        return peaks.dropLast().reversed().reduce(last) { TreeHash(above: $1, $0) }
    }
}
