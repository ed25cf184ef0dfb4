package import TegataCrypto

/// A whole session as a holder shows it: the token and t node answers. 112 + 68·t_A + 98·t bytes, 33·(1 + t) more with a
/// second index.
package struct Session: Hashable, Sendable {
    package let token: Token
    package let answers: [NodeAnswer]

    /// Answers are sorted by node.
    package init(token: Token, answers: [NodeAnswer]) {
        self.token = token
        self.answers = answers.sorted { $0.node < $1.node }
    }

    /// Reads a session of the edition's one size.
    ///
    /// - Throws: `malformed`; `thresholdNotMet` when one attestor or node appears twice.
    package init(
        parsing bytes: [UInt8], attestors: AttestorSet, keys: EditionKeys
    ) throws(ProofError) {
        var reader = Reader(bytes)
        try self.init(from: &reader, attestors: attestors, keys: keys)
        try reader.finish()
    }

    init(
        from reader: inout Reader, attestors: AttestorSet, keys: EditionKeys
    ) throws(ProofError) {
        token = try Token(from: &reader, threshold: attestors.threshold)
        var answers: [NodeAnswer] = []
        for _ in 0..<keys.sharing.threshold {
            answers.append(
                try NodeAnswer(from: &reader, hasSecond: token.body.blinded.second != nil))
        }
        for (one, next) in zip(answers, answers.dropFirst()) {
            guard one.node != next.node else { throw .thresholdNotMet }
            guard one.node < next.node else { throw .malformed }
        }
        self.answers = answers
    }

    /// Token, then the answers by node.
    package var encoded: [UInt8] { token.encoded + answers.flatMap(\.encoded) }

    /// How many bytes a session of this edition has.
    package static func size(
        attestors: AttestorSet, keys: EditionKeys, namingCutOff: Bool = false,
        hasSecond: Bool = false
    ) -> Int {
        Token.size(
            threshold: attestors.threshold, namingCutOff: namingCutOff, hasSecond: hasSecond)
            + NodeAnswer.size(hasSecond: hasSecond) * keys.sharing.threshold
    }

    /// The session's result, once token, scope and every node's proof have been checked.
    ///
    /// - Throws: what the first failing check throws; `mismatch` for another edition or question.
    package func verify(
        attestors: AttestorSet, keys: EditionKeys, scope: Scope, at time: UInt64
    ) throws(ProofError) -> VerifiedSession {
        let verified = try attestors.verify(token, at: time)
        try verified.check(scope)
        let evaluated = try keys.combine(answers, for: verified, edition: scope.edition)
        return VerifiedSession(token: verified, edition: scope.edition, evaluated: evaluated)
    }
}

/// A session that has been checked: an attested, evaluated but still blinded person. Only `Session.verify` makes
/// one.
package struct VerifiedSession: Hashable, Sendable {
    package let token: VerifiedToken
    package let edition: FixedBytes<32>
    /// β = k·α, and β₂ = k·α₂ in a session with a second index.
    let points: PersonPoints
    /// β.
    package var evaluated: Point { points.person }
    /// β₂, in a session with a second index.
    package var secondEvaluated: Point? { points.second }

    fileprivate init(token: VerifiedToken, edition: FixedBytes<32>, evaluated: PersonPoints) {
        self.token = token
        self.edition = edition
        points = evaluated
    }

    /// L, for whoever blinded the person: the holder, or a kiosk in the holder's place.
    ///
    /// - Throws: `mismatch` when this is another session's blinding.
    package func index(unblindedBy blinding: Blinding) throws(ProofError) -> PersonIndex {
        guard token.body.blinded == blinding.blinded else { throw .mismatch }
        return PersonIndex(
            edition: edition, point: blinding.unblind(evaluated),
            second: secondEvaluated.map(blinding.unblind))
    }
}

/// L = k·P, the person's index in one edition, from a checked session. It is the same whenever the person comes
/// back, unrelated to any other edition's, and says nothing about who they are.
package struct PersonIndex: Hashable, Sendable {
    package let edition: FixedBytes<32>
    package let point: Point
    /// L₂ = k·P₂, who the person is by name, birth date and sex; `nil` where the session did not ask.
    package let second: Point?

    package init(edition: FixedBytes<32>, point: Point, second: Point? = nil) {
        self.edition = edition
        self.point = point
        self.second = second
    }

    init(edition: FixedBytes<32>, _ points: PersonPoints) {
        self.init(edition: edition, point: points.person, second: points.second)
    }

    var points: PersonPoints { PersonPoints(person: point, second: second) }
}
