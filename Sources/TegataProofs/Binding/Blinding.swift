package import TegataCrypto

/// A person behind a blinding: R = ρG and α = ρP, 66 bytes; with a second index also α₂ = ρP₂, 99 bytes. It names nobody.
package struct BlindedPerson: Hashable, Sendable {
    /// R = ρG.
    package let base: Point
    /// α = ρP.
    package let person: Point
    /// α₂ = ρP₂, who the person is by name, birth date and sex; `nil` where nobody asks.
    package let second: Point?

    package init(base: Point, person: Point, second: Point? = nil) {
        self.base = base
        self.person = person
        self.second = second
    }

    /// R ‖ α, 66 bytes, and α₂, 33 bytes, where it is there.
    package var encoded: [UInt8] { base.encoded + person.encoded + (second?.encoded ?? []) }

    init(from reader: inout Reader, hasSecond: Bool) throws(ProofError) {
        base = try reader.point()
        person = try reader.point()
        second = hasSecond ? try reader.point() : nil
    }

    /// Whether `proof`, 64 bytes, shows that this hides the person of these inputs for the session of `challenge`.
    package func isBlinding(
        of uid: [UInt8], second: [UInt8]? = nil, proof: [UInt8], challenge: IDChallenge
    ) -> Bool {
        guard challenge.blinded == self, (second == nil) == (self.second == nil) else {
            return false
        }
        return Statement.blinding(
            self, of: Generators.person(uid), second: second.map(Generators.secondPerson),
            challenge.context
        ).isValid(proof)
    }
}

/// The holder's side of one session: the blinding ρ, and what it hides. Fresh for every session (protocol.md 4.1).
package struct Blinding: Sendable {
    /// ρ. A wallet that drew it from a source of its own draws it again to settle.
    package let secret: SecretScalar
    private let person: Point
    private let second: Point?
    package let blinded: BlindedPerson

    /// A fresh blinding of the person of `uid`, and of the `second` input where there is one.
    package init(of uid: [UInt8], second: [UInt8]? = nil, using source: inout some Randomness) {
        self.init(of: uid, second: second, secret: .random(using: &source))
    }

    /// A blinding of the person of `uid` by a ρ that was never used before, but for the other session of a link.
    package init(of uid: [UInt8], second: [UInt8]? = nil, secret: SecretScalar) {
        self.secret = secret
        person = Generators.person(uid)
        self.second = second.map(Generators.secondPerson)
        blinded = BlindedPerson(
            base: secret.timesGenerator, person: person.times(secret),
            second: self.second?.times(secret))
    }

    /// π₀, 64 bytes: that R, α and α₂ share ρ, and that they hide this person.
    ///
    /// - Throws: `mismatch` when `challenge` is not about this blinding.
    package func proof(
        for challenge: IDChallenge, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard challenge.blinded == blinded else { throw .mismatch }
        return try Statement.blinding(blinded, of: person, second: second, challenge.context)
            .prove([secret], using: &source)
    }

    /// L = ρ⁻¹β, or L₂ = ρ⁻¹β₂: the person's index in the edition.
    package func unblind(_ evaluated: Point) -> Point {
        evaluated.times(secret.inverse)
    }
}
