package import TegataCrypto

/// One node's answer: β_i = k_iα and its proof, 98 bytes: node 1 ‖ β_i 33 ‖ π_i 64 (protocol.md 4.2).
package struct NodeAnswer: Hashable, Sendable {
    package static let size = 98

    /// Which node, 1…n.
    package let node: Int
    let value: Point
    let proof: [UInt8]

    init(node: Int, value: Point, proof: [UInt8]) {
        self.node = node
        self.value = value
        self.proof = proof
    }

    /// Reads 98 bytes.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    init(from reader: inout Reader) throws(ProofError) {
        let node: UInt8 = try reader.integer()
        self.node = Int(node)
        value = try reader.point()
        proof = try reader.take(64)
    }

    /// 98 bytes.
    package var encoded: [UInt8] { [UInt8(node)] + value.encoded + proof }
}

extension NodeShare {
    /// The node's answer to a session. It only ever multiplies attested points of its own edition, so it is no
    /// oracle for others.
    ///
    /// - Throws: `mismatch` when the token is for another edition or scope.
    package func answer(
        _ token: VerifiedToken, scope: Scope, using source: inout some Randomness
    ) throws(ProofError) -> NodeAnswer {
        guard scope.edition == edition else { throw .mismatch }
        try token.check(scope)
        let blinded = token.body.blinded
        let value = blinded.person.times(secret)
        let statement = Statement.evaluation(
            key: publicKey, blinded, value: value, token.evaluationContext(edition))
        return NodeAnswer(
            node: node, value: value, proof: try statement.prove([secret], using: &source))
    }
}

extension EditionKeys {
    /// β = Σλ_iβ_i = k·α, once every answer is proven under the published key of its node.
    ///
    /// One proof a node: adding proofs up before checking them falls to attacks on parallel sessions.
    ///
    /// - Throws: `thresholdNotMet` unless exactly t different nodes answered, `unknownKey`, `invalidProof`.
    package func combine(
        _ answers: [NodeAnswer], for token: VerifiedToken, edition: FixedBytes<32>
    ) throws(ProofError) -> Point {
        let nodes = answers.map(\.node)
        guard nodes.count == sharing.threshold, Set(nodes).count == nodes.count else {
            throw .thresholdNotMet
        }
        for answer in answers { try check(answer, for: token, edition: edition) }
        let parts = zip(answers, Sharing.lagrange(nodes)).compactMap { $0.value.times($1) }
        guard let combined = Point.sum(parts) else { throw .vanished }
        return combined
    }

    /// Nothing, when one answer is proven under the published key of its node.
    ///
    /// - Throws: `unknownKey`, `invalidProof`.
    package func check(
        _ answer: NodeAnswer, for token: VerifiedToken, edition: FixedBytes<32>
    ) throws(ProofError) {
        guard (1...sharing.nodes).contains(answer.node) else { throw .unknownKey }
        let statement = Statement.evaluation(
            key: nodeKeys[answer.node - 1], token.body.blinded, value: answer.value,
            token.evaluationContext(edition))
        guard statement.isValid(answer.proof) else { throw .invalidProof }
    }
}

extension VerifiedToken {
    fileprivate func evaluationContext(_ edition: FixedBytes<32>) -> ProofContext {
        ProofContext(
            edition: edition.array, purpose: Array("evaluate".utf8), expires: body.expires,
            subject: hash.array)
    }
}
