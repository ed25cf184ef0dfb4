package import TegataCrypto

/// An edition's public keys, all of which follow from the published pieces X_A (protocol.md §3).
package struct EditionKeys: Hashable, Sendable {
    package let sharing: Sharing
    /// X_A in the order of `sharing.holders`; none after a hand-over.
    package let pieces: [Point]
    /// K = ΣX_A: what every index of the edition is evaluated under.
    package let key: Point
    /// K_i = Σ f_A(i)·X_A for i = 1…n.
    package let nodeKeys: [Point]

    /// The keys that follow from `pieces`.
    ///
    /// - Throws: `malformed` for another number of pieces, `vanished` when a key is the identity.
    package init(sharing: Sharing, pieces: [Point]) throws(ProofError) {
        guard pieces.count == sharing.holders.count else { throw .malformed }
        guard let key = Point.sum(pieces) else { throw .vanished }
        var nodeKeys: [Point] = []
        for node in 1...sharing.nodes {
            let parts = sharing.pieces(of: node).compactMap {
                pieces[$0].times(sharing.weight(of: $0, for: node))
            }
            guard let nodeKey = Point.sum(parts) else { throw .vanished }
            nodeKeys.append(nodeKey)
        }
        self.sharing = sharing
        self.pieces = pieces
        self.key = key
        self.nodeKeys = nodeKeys
    }

    /// Keys that follow from a hand-over: nobody has pieces of them.
    init(sharing: Sharing, key: Point, nodeKeys: [Point]) {
        self.sharing = sharing
        pieces = []
        self.key = key
        self.nodeKeys = nodeKeys
    }

    /// The keys of nodes whose public halves are known: K follows from any t of them, and has to from all.
    ///
    /// - Throws: `malformed` for a threshold that cannot be, `mismatch` for keys that belong to no one K, `vanished`.
    package init(nodeKeys: [Point], threshold: Int) throws(ProofError) {
        guard let sharing = Sharing(nodes: nodeKeys.count, threshold: threshold) else {
            throw .malformed
        }
        // n points lie on one polynomial of degree t − 1 when every t in a row give the same value at 0.
        var found: Point?
        for first in 1...(sharing.nodes - threshold + 1) {
            let nodes = Array(first..<first + threshold)
            let parts = zip(nodes, Sharing.lagrange(nodes)).compactMap {
                nodeKeys[$0 - 1].times($1)
            }
            guard let key = Point.sum(parts) else { throw .vanished }
            guard found == nil || found == key else { throw .mismatch }
            found = key
        }
        guard let found else { throw .malformed }
        self.init(sharing: sharing, key: found, nodeKeys: nodeKeys)
    }

    /// The keys from what the nodes published, by node.
    ///
    /// - Throws: `unknownKey` unless every holder of every piece published it and all of them agree: a node that
    ///   could choose its piece alone could choose the edition's key.
    package init(
        sharing: Sharing, publications: [Int: [Int: Point]]
    ) throws(ProofError) {
        var pieces: [Point] = []
        for (piece, holders) in sharing.holders.enumerated() {
            let published = holders.map { publications[$0]?[piece] }
            guard let first = published[0], published.allSatisfy({ $0 == first }) else {
                throw .unknownKey
            }
            pieces.append(first)
        }
        try self.init(sharing: sharing, pieces: pieces)
    }

    /// n and t in a byte each, then every X_A in 33 bytes.
    package var encoded: [UInt8] {
        [UInt8(sharing.nodes), UInt8(sharing.threshold)] + pieces.flatMap(\.encoded)
    }

    /// Reads the written form, to its last byte.
    ///
    /// - Throws: `malformed`, or as the initialisers above.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let nodes: UInt8 = try reader.integer()
        let threshold: UInt8 = try reader.integer()
        guard let sharing = Sharing(nodes: Int(nodes), threshold: Int(threshold)) else {
            throw .malformed
        }
        var pieces: [Point] = []
        for _ in sharing.holders { pieces.append(try reader.point()) }
        try reader.finish()
        try self.init(sharing: sharing, pieces: pieces)
    }
}
