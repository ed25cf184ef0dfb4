package import TegataCrypto

/// The checked sessions of an edition, frozen into a list in which every later batch proof hides: (R_j, β_j), at most
/// 4,096 (protocol.md 4.3b and decision 5).
package struct SessionList: Hashable, Sendable {
    package let edition: FixedBytes<32>
    /// R_j.
    let bases: [Point]
    /// β_j.
    let evaluated: [Point]
    /// TH("session-list", edition 32 ‖ count 4 ‖ (R 33 ‖ β 33) each).
    package let root: FixedBytes<32>
    let digits: Int

    /// The list of these sessions, in their order.
    ///
    /// - Throws: `malformed` for none or too many, `mismatch` when one belongs to another edition.
    package init(
        edition: FixedBytes<32>, _ sessions: [VerifiedSession]
    ) throws(ProofError) {
        guard sessions.allSatisfy({ $0.edition == edition }) else { throw .mismatch }
        try self.init(
            edition: edition,
            sessions.map { ($0.token.body.blinded.base, $0.evaluated) })
    }

    /// The list of these R_j and β_j, in their order, which whoever calls this has taken from checked sessions.
    ///
    /// - Throws: `malformed` for none or too many.
    package init(
        edition: FixedBytes<32>, _ sessions: [(base: Point, evaluated: Point)]
    ) throws(ProofError) {
        guard let digits = OneOfMany.digits(for: sessions.count) else { throw .malformed }
        self.edition = edition
        self.digits = digits
        bases = sessions.map(\.base)
        evaluated = sessions.map(\.evaluated)
        root = BindingHash.tagged(
            "session-list", edition.array, bigEndian(UInt32(sessions.count)),
            sessions.flatMap { $0.base.encoded + $0.evaluated.encoded })
    }

    /// L of the session with this ρ, which only its wallet knows.
    ///
    /// - Throws: `mismatch` when it is not in the list.
    package func index(of secret: SecretScalar) throws(ProofError) -> PersonIndex {
        let mine = secret.timesGenerator.encoded
        // Looked for without saying where.
        _ = try SecretPosition(of: mine, in: bases.lazy.map(\.encoded))
        guard var evaluated = evaluated.first else { throw .mismatch }
        for (base, other) in zip(bases, self.evaluated) {
            evaluated = .select(SecretBit(base.encoded, equals: mine), other, evaluated)
        }
        return PersonIndex(edition: edition, point: evaluated.times(secret.inverse))
    }

    /// How many sessions there are.
    package var count: Int { bases.count }

    package static func == (left: Self, right: Self) -> Bool { left.root == right.root }

    package func hash(into hasher: inout Hasher) { hasher.combine(root) }

    var checks: OneOfManyChecks { OneOfManyChecks(columns: [bases, evaluated], digits: digits) }
}
