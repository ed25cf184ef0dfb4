package import TegataCrypto

// What a node keeps, beyond one edition: seeds that move on, shares that stay for as long as their edition lives.
extension NodeSeeds {
    /// The seeds of the next epoch, from which nobody can compute these: SHAKE256("tegata/ratchet/v1" ‖ seed, 32 bytes). All
    /// holders of a piece move on together; an edition opened earlier keeps its share (protocol.md §3).
    package func ratcheted() -> NodeSeeds {
        let next = seedsByPiece.mapValues {
            SHAKE256.secret(
                prefix: Array("tegata/ratchet/v1".utf8), [$0], suffix: [], count: 32)
        }
        guard let moved = NodeSeeds(sharing: sharing, node: node, seeds: next) else {
            preconditionFailure("the pieces are the same")
        }
        return moved
    }

    /// n ‖ t ‖ node, a byte each, then the seed of each piece in order, 32 bytes: for sealing, and nothing else.
    package var exposedBytes: [UInt8] {
        [UInt8(sharing.nodes), UInt8(sharing.threshold), UInt8(node)]
            + seedsByPiece.sorted { $0.key < $1.key }.flatMap { $0.value.exposedBytes }
    }

    /// What `exposedBytes` wrote.
    ///
    /// - Throws: `malformed`.
    package init(exposedBytes bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        let nodes: UInt8 = try reader.integer()
        let threshold: UInt8 = try reader.integer()
        let node: UInt8 = try reader.integer()
        guard let sharing = Sharing(nodes: Int(nodes), threshold: Int(threshold)),
            node >= 1, node <= nodes
        else { throw .malformed }
        var seeds: [Int: SecretBytes] = [:]
        for piece in sharing.pieces(of: Int(node)) {
            let seed = try reader.take(32)
            seeds[piece] = SecretBytes(copying: seed.span)
        }
        try reader.finish()
        guard let read = NodeSeeds(sharing: sharing, node: Int(node), seeds: seeds) else {
            throw .malformed
        }
        self = read
    }
}

extension NodeShare {
    /// k_i, 32 bytes: for sealing, and nothing else.
    package var exposedBytes: [UInt8] { secret.bytes.exposedBytes }

    /// What `exposedBytes` wrote, for `node` and `edition`.
    ///
    /// - Throws: `malformed`.
    package init(
        exposedBytes bytes: [UInt8], node: Int, edition: FixedBytes<32>
    ) throws(ProofError) {
        guard let secret = try? SecretScalar(parsing: bytes) else { throw .malformed }
        self.init(node: node, edition: edition, secret: secret)
    }
}
