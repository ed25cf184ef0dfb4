package import TegataCrypto

/// One node's long-lived secrets: a 32-byte seed for each piece it holds. Every edition's key follows from them
/// without a ceremony (protocol.md §3).
package struct NodeSeeds: Sendable {
    package let sharing: Sharing
    /// Which node this is, 1…n.
    package let node: Int
    private let seeds: [Int: SecretBytes]

    var seedsByPiece: [Int: SecretBytes] { seeds }

    /// The seeds of `node`, by piece; `nil` unless they are exactly its pieces, 32 bytes each.
    package init?(sharing: Sharing, node: Int, seeds: [Int: SecretBytes]) {
        guard Set(seeds.keys) == Set(sharing.pieces(of: node)), !seeds.isEmpty,
            seeds.values.allSatisfy({ $0.count == 32 })
        else { return nil }
        self.sharing = sharing
        self.node = node
        self.seeds = seeds
    }

    /// Fresh seeds for all nodes, in order. Whoever calls this has seen every seed: with more than one operator,
    /// the holders of each piece agree on its seed among themselves instead.
    package static func deal(
        _ sharing: Sharing, using source: inout some Randomness
    ) -> [NodeSeeds] {
        let seeds = sharing.holders.map { _ in SecretBytes(copying: source.bytes(32).span) }
        return (1...sharing.nodes).compactMap { node in
            let mine = sharing.pieces(of: node).map { ($0, seeds[$0]) }
            return NodeSeeds(
                sharing: sharing, node: node, seeds: Dictionary(uniqueKeysWithValues: mine))
        }
    }

    /// X_A = x_A·G for every piece A of this node: what it publishes when the edition opens.
    ///
    /// - Throws: `vanished` with probability 2^-128.
    package func publication(
        for edition: FixedBytes<32>
    ) throws(ProofError) -> [Int: Point] {
        var published: [Int: Point] = [:]
        for piece in seeds.keys {
            published[piece] = try scalar(piece, edition).timesGenerator
        }
        return published
    }

    /// k_i = Σ x_A·f_A(i): this node's share of the edition's key.
    ///
    /// - Throws: `vanished` with probability 2^-128.
    package func share(for edition: FixedBytes<32>) throws(ProofError) -> NodeShare {
        var share: SecretScalar?
        for piece in seeds.keys.sorted() {
            guard
                let part = try scalar(piece, edition)
                    .times(sharing.weight(of: piece, for: node))
            else { throw .vanished }
            if let sum = share {
                guard let next = sum + part else { throw .vanished }
                share = next
            } else {
                share = part
            }
        }
        guard let share else { throw .vanished }
        return NodeShare(node: node, edition: edition, secret: share)
    }

    /// x_A = F(seed, edition): 48 bytes of SHAKE256, big-endian modulo q.
    private func scalar(
        _ piece: Int, _ edition: FixedBytes<32>
    ) throws(ProofError) -> SecretScalar {
        guard let seed = seeds[piece] else { throw .unknownKey }
        let wide = SHAKE256.secret(
            prefix: Array("tegata/prss/v1".utf8), [seed], suffix: edition.array, count: 48)
        guard let scalar = SecretScalar(reducingBigEndian: wide) else { throw .vanished }
        return scalar
    }
}

/// k_i, one node's share of one edition's key. Erased when the edition closes.
package struct NodeShare: Sendable {
    /// Which node, 1…n.
    package let node: Int
    package let edition: FixedBytes<32>
    let secret: SecretScalar
    /// K_i = k_iG.
    package let publicKey: Point

    init(node: Int, edition: FixedBytes<32>, secret: SecretScalar) {
        self.node = node
        self.edition = edition
        self.secret = secret
        publicKey = secret.timesGenerator
    }
}
