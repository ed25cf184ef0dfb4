/// Shows that a tree only grew: its first `oldSize` leaves are those of the earlier tree (RFC 6962 §2.1.2).
public struct ConsistencyProof: Hashable, Sendable {
    /// How many leaves the earlier tree had.
    public let oldSize: UInt64
    /// How many the later one has.
    public let newSize: UInt64
    /// The nodes that both roots are computed from, 32 bytes each; at most 64.
    public let path: [TreeHash]

    /// A proof as received; nothing is checked before `verify`.
    public init(oldSize: UInt64, newSize: UInt64, path: [TreeHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.path = path
    }

    /// Checks that the tree with `newRoot` extends the one with `oldRoot` (RFC 9162 §2.1.4.2).
    ///
    /// - Throws: `outOfRange` for a tree that shrank and for an earlier tree without leaves, which every tree extends
    ///   and no proof can say anything about; `proofInvalid`.
    public func verify(oldRoot: TreeHash, newRoot: TreeHash) throws(LogError) {
        guard oldSize > 0, oldSize <= newSize else { throw .outOfRange }
        guard oldSize < newSize else {
            guard path.isEmpty, oldRoot == newRoot else { throw .proofInvalid }
            return
        }
        var node = oldSize - 1
        var last = newSize - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var rest = path[...]
        // An earlier tree of a power of two is a node of the later one, and the proof leaves it out.
        let isWhole = oldSize & (oldSize - 1) == 0
        guard let start = isWhole ? oldRoot : rest.popFirst() else { throw .proofInvalid }
        var old = start
        var new = start
        for sibling in rest {
            guard last > 0 else { throw .proofInvalid }
            if node & 1 == 1 || node == last {
                old = TreeHash(above: sibling, old)
                new = TreeHash(above: sibling, new)
                while node & 1 == 0, node > 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = TreeHash(above: new, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0, old == oldRoot, new == newRoot else { throw .proofInvalid }
    }
}
