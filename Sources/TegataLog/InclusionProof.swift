/// Shows that a leaf is at one place of a tree (RFC 6962 §2.1.1, called audit path there).
public struct InclusionProof: Hashable, Sendable {
    /// The place of the leaf, counted from 0.
    public let index: UInt64
    /// How many leaves the tree has.
    public let size: UInt64
    /// The sibling on each level from the leaf up, 32 bytes each; at most 64.
    public let path: [TreeHash]

    /// A proof as received; nothing is checked before `verify`.
    public init(index: UInt64, size: UInt64, path: [TreeHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Checks that `leaf` is at `index` of the tree with this `size` and `root` (RFC 9162 §2.1.3.2). Compute `leaf` from
    /// the entry at hand, never take it from whoever brings the proof (A96).
    ///
    /// - Throws: `outOfRange` when the index is not below the size, `proofInvalid`.
    public func verify(_ leaf: TreeHash, root: TreeHash) throws(LogError) {
        guard index < size else { throw .outOfRange }
        var node = index
        var last = size - 1
        var hash = leaf
        for sibling in path {
            guard last > 0 else { throw .proofInvalid }
            if node & 1 == 1 || node == last {
                hash = TreeHash(above: sibling, hash)
                while node & 1 == 0, node > 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = TreeHash(above: hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0, hash == root else { throw .proofInvalid }
    }
}
