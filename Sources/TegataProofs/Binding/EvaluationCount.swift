package import TegataCrypto

/// How often a node has evaluated an edition under one of its keys, signed with the share itself: 125 bytes.
///
///     edition 32 ‖ node 1 ‖ round 4 ‖ time 8 ‖ evaluations 8 ‖ late 8 ‖ proof 64
package struct EvaluationCount: Hashable, Sendable {
    package static let size = 125

    package let edition: FixedBytes<32>
    package let node: Int
    /// Which keys of the edition: 0 before any hand-over.
    package let round: UInt32
    /// When it was counted, seconds since 1970.
    package let time: UInt64
    /// All of them so far, and how many were for certificates after the cut-off.
    package let evaluations: UInt64
    package let late: UInt64
    private let proof: [UInt8]

    /// A count signed by the node's share.
    package init(
        by share: NodeShare, round: UInt32, time: UInt64, evaluations: UInt64, late: UInt64,
        using source: inout some Randomness
    ) throws(ProofError) {
        edition = share.edition
        node = share.node
        self.round = round
        self.time = time
        self.evaluations = evaluations
        self.late = late
        let body = Self.encode(edition, node, round, time, evaluations, late)
        proof = try Self.statement(share.publicKey, edition, time, body)
            .prove([share.secret], using: &source)
    }

    /// Reads 125 bytes, whoever signed them.
    ///
    /// - Throws: `malformed`, also for more late ones than all.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        edition = try reader.fixed()
        let node: UInt8 = try reader.integer()
        self.node = Int(node)
        round = try reader.integer()
        time = try reader.integer()
        evaluations = try reader.integer()
        late = try reader.integer()
        proof = try reader.take(64)
        try reader.finish()
        guard late <= evaluations else { throw .malformed }
    }

    /// 125 bytes.
    package var encoded: [UInt8] {
        Self.encode(edition, node, round, time, evaluations, late) + proof
    }

    /// Nothing, when the node with this number signed it under these keys.
    ///
    /// - Throws: `unknownKey`, `invalidProof`.
    package func check(by keys: EditionKeys) throws(ProofError) {
        guard (1...keys.sharing.nodes).contains(node) else { throw .unknownKey }
        let body = Self.encode(edition, node, round, time, evaluations, late)
        guard Self.statement(keys.nodeKeys[node - 1], edition, time, body).isValid(proof) else {
            throw .invalidProof
        }
    }

    private static func encode(
        _ edition: FixedBytes<32>, _ node: Int, _ round: UInt32, _ time: UInt64,
        _ evaluations: UInt64, _ late: UInt64
    ) -> [UInt8] {
        edition.array + [UInt8(node)] + bigEndian(round) + bigEndian(time)
            + bigEndian(evaluations) + bigEndian(late)
    }

    private static func statement(
        _ key: Point, _ edition: FixedBytes<32>, _ time: UInt64, _ body: [UInt8]
    ) -> SigmaProof<Point> {
        Statement.holding(
            key, label: "count",
            ProofContext(
                edition: edition.array, purpose: Array("count".utf8), expires: time,
                subject: BindingHash.tagged("count", body).array))
    }
}
