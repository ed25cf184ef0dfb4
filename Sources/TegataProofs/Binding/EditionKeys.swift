package import TegataCrypto

/// An edition's public keys: what its announcement carries and every node's answer is checked against
/// (protocol.md §3).
package struct EditionKeys: Hashable, Sendable {
    package let sharing: Sharing
    /// K: what every index of the edition is evaluated under.
    package let key: Point
    /// K_1…K_n, the keys of the nodes' shares.
    package let nodeKeys: [Point]

    /// The keys that follow from the pieces X_A, in the order of `sharing.holders`: K = ΣX_A and
    /// K_i = Σ f_A(i)·X_A.
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
        self.key = key
        self.nodeKeys = nodeKeys
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

    /// Keys as an announcement gives them.
    ///
    /// - Throws: `malformed` for another number of keys, `unknownKey` unless they are shares of one key: otherwise
    ///   another quorum would give the same person another index, and with it a second card.
    package init(sharing: Sharing, key: Point, nodeKeys: [Point]) throws(ProofError) {
        guard nodeKeys.count == sharing.nodes else { throw .malformed }
        let quorum = Array(1...sharing.threshold)
        let expected = [key] + nodeKeys[sharing.threshold...]
        let places = [0] + (1...sharing.nodes).dropFirst(sharing.threshold)
        for (place, key) in zip(places, expected) {
            let weights = Sharing.lagrange(quorum, at: place)
            let parts = zip(nodeKeys, weights).compactMap { $0.times($1) }
            guard Point.sum(parts) == key else { throw .unknownKey }
        }
        self.sharing = sharing
        self.key = key
        self.nodeKeys = nodeKeys
    }

    /// n and t in a byte each, then K and K_1…K_n in 33 bytes each.
    package var encoded: [UInt8] {
        [UInt8(sharing.nodes), UInt8(sharing.threshold)] + key.encoded
            + nodeKeys.flatMap(\.encoded)
    }

    /// Reads the written form, to its last byte.
    ///
    /// - Throws: `malformed`, or `unknownKey` as above.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let nodes: UInt8 = try reader.integer()
        let threshold: UInt8 = try reader.integer()
        guard let sharing = Sharing(nodes: Int(nodes), threshold: Int(threshold)) else {
            throw .malformed
        }
        let key = try reader.point()
        var nodeKeys: [Point] = []
        for _ in 0..<sharing.nodes { nodeKeys.append(try reader.point()) }
        try reader.finish()
        try self.init(sharing: sharing, key: key, nodeKeys: nodeKeys)
    }
}
