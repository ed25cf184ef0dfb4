package import TegataCrypto

/// A person behind a blinding: R = ρG and α = ρP, 66 bytes. It names nobody.
package struct BlindedPerson: Hashable, Sendable {
    /// R = ρG.
    package let base: Point
    /// α = ρP.
    package let person: Point

    package init(base: Point, person: Point) {
        self.base = base
        self.person = person
    }

    /// R ‖ α, 66 bytes.
    package var encoded: [UInt8] { base.encoded + person.encoded }

    init(from reader: inout Reader) throws(ProofError) {
        base = try reader.point()
        person = try reader.point()
    }

    /// Whether `proof`, 64 bytes, shows that this hides the person of `uid` for the session of `challenge`.
    package func isBlinding(
        of uid: [UInt8], proof: [UInt8], challenge: IDChallenge
    ) -> Bool {
        challenge.blinded == self
            && Statement.blinding(self, of: Generators.person(uid), challenge.context)
                .isValid(proof)
    }
}

/// The holder's side of one session: the blinding ρ, and what it hides. Fresh for every session (protocol.md 4.1).
package struct Blinding: Sendable {
    /// ρ. A wallet that drew it from a source of its own draws it again to settle.
    package let secret: SecretScalar
    private let person: Point
    package let blinded: BlindedPerson

    /// A fresh blinding of the person of `uid`.
    package init(of uid: [UInt8], using source: inout some Randomness) {
        self.init(of: uid, secret: .random(using: &source))
    }

    /// A blinding of the person of `uid` by a ρ that was never used before, but for the other session of a link.
    package init(of uid: [UInt8], secret: SecretScalar) {
        self.secret = secret
        person = Generators.person(uid)
        blinded = BlindedPerson(base: secret.timesGenerator, person: person.times(secret))
    }

    /// π₀, 64 bytes: that R and α share ρ, and that α hides this person.
    ///
    /// - Throws: `mismatch` when `challenge` is not about this blinding.
    package func proof(
        for challenge: IDChallenge, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard challenge.blinded == blinded else { throw .mismatch }
        return try Statement.blinding(blinded, of: person, challenge.context)
            .prove([secret], using: &source)
    }

    /// L = ρ⁻¹β: the person's index in the edition.
    package func unblind(_ evaluated: Point) -> Point {
        evaluated.times(secret.inverse)
    }
}
