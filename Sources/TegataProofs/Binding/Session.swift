package import TegataCrypto

/// A whole session as a holder shows it: the token and t node answers. 112 + 68·t_A + 98·t bytes.
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
        for _ in 0..<keys.sharing.threshold { answers.append(try NodeAnswer(from: &reader)) }
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
        attestors: AttestorSet, keys: EditionKeys, namingCutOff: Bool = false
    ) -> Int {
        Token.size(threshold: attestors.threshold, namingCutOff: namingCutOff)
            + NodeAnswer.size * keys.sharing.threshold
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
    /// β = k·α.
    package let evaluated: Point

    fileprivate init(token: VerifiedToken, edition: FixedBytes<32>, evaluated: Point) {
        self.token = token
        self.edition = edition
        self.evaluated = evaluated
    }

    /// L, for whoever blinded the person: the holder, or a kiosk in the holder's place.
    ///
    /// - Throws: `mismatch` when this is another session's blinding.
    package func index(unblindedBy blinding: Blinding) throws(ProofError) -> PersonIndex {
        guard token.body.blinded == blinding.blinded else { throw .mismatch }
        return PersonIndex(
            edition: edition, point: blinding.unblind(evaluated))
    }
}

/// L = k·P, the person's index in one edition, from a checked session. It is the same whenever the person comes
/// back, unrelated to any other edition's, and says nothing about who they are.
package struct PersonIndex: Hashable, Sendable {
    package let edition: FixedBytes<32>
    package let point: Point

    package init(edition: FixedBytes<32>, point: Point) {
        self.edition = edition
        self.point = point
    }
}
