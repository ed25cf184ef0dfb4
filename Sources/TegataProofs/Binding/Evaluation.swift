package import TegataCrypto

/// One node's answer: β_i = k_iα and its proof, 98 bytes: node 1 ‖ β_i 33 ‖ π_i 64 (protocol.md 4.2). With a second index
/// β₂_i = k_iα₂ follows β_i, and the one proof is about both: 131 bytes.
package struct NodeAnswer: Hashable, Sendable {
    /// How many bytes an answer has.
    package static func size(hasSecond: Bool = false) -> Int { hasSecond ? 131 : 98 }

    /// Which node, 1…n.
    package let node: Int
    let value: PersonPoints
    let proof: [UInt8]

    init(node: Int, value: PersonPoints, proof: [UInt8]) {
        self.node = node
        self.value = value
        self.proof = proof
    }

    /// Reads 98 or 131 bytes.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        try self.init(from: &reader, hasSecond: bytes.count == Self.size(hasSecond: true))
        try reader.finish()
    }

    init(from reader: inout Reader, hasSecond: Bool) throws(ProofError) {
        let node: UInt8 = try reader.integer()
        self.node = Int(node)
        value = PersonPoints(
            person: try reader.point(), second: hasSecond ? try reader.point() : nil)
        proof = try reader.take(64)
    }

    /// 98 or 131 bytes.
    package var encoded: [UInt8] {
        [UInt8(node)] + value.person.encoded + (value.second?.encoded ?? []) + proof
    }
}

/// A point that stands for a person, and in a session with a second index another one for their name, birth date and sex: β and
/// β₂, or L and L₂.
package struct PersonPoints: Hashable, Sendable {
    package let person: Point
    package let second: Point?

    init(person: Point, second: Point? = nil) {
        self.person = person
        self.second = second
    }

    /// L, behind L₂ where it is there: what stands after L is where it always was.
    var indexEncoded: [UInt8] { (second?.encoded ?? []) + person.encoded }

    init(indexFrom reader: inout Reader, hasSecond: Bool) throws(ProofError) {
        second = hasSecond ? try reader.point() : nil
        person = try reader.point()
    }
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
        let value = PersonPoints(
            person: blinded.person.times(secret), second: blinded.second?.times(secret))
        let statement = Statement.evaluation(
            key: publicKey, blinded, value: value, token.evaluationContext(edition))
        return NodeAnswer(
            node: node, value: value, proof: try statement.prove([secret], using: &source))
    }
}

extension EditionKeys {
    /// β = Σλ_iβ_i = k·α, and β₂ alike, once every answer is proven under the published key of its node.
    ///
    /// One proof a node: adding proofs up before checking them falls to attacks on parallel sessions.
    ///
    /// - Throws: `thresholdNotMet` unless exactly t different nodes answered, `unknownKey`, `invalidProof`.
    package func combine(
        _ answers: [NodeAnswer], for token: VerifiedToken, edition: FixedBytes<32>
    ) throws(ProofError) -> PersonPoints {
        let nodes = answers.map(\.node)
        guard nodes.count == sharing.threshold, Set(nodes).count == nodes.count else {
            throw .thresholdNotMet
        }
        for answer in answers { try check(answer, for: token, edition: edition) }
        let weights = Sharing.lagrange(nodes)
        func sum(_ values: [Point]) throws(ProofError) -> Point {
            let parts = zip(values, weights).compactMap { $0.times($1) }
            guard let combined = Point.sum(parts) else { throw .vanished }
            return combined
        }
        let seconds = answers.compactMap(\.value.second)
        return PersonPoints(
            person: try sum(answers.map(\.value.person)),
            second: seconds.isEmpty ? nil : try sum(seconds))
    }

    /// Nothing, when one answer is proven under the published key of its node.
    ///
    /// - Throws: `unknownKey`, `invalidProof`.
    package func check(
        _ answer: NodeAnswer, for token: VerifiedToken, edition: FixedBytes<32>
    ) throws(ProofError) {
        guard (1...sharing.nodes).contains(answer.node) else { throw .unknownKey }
        guard (answer.value.second == nil) == (token.body.blinded.second == nil) else {
            throw .malformed
        }
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
