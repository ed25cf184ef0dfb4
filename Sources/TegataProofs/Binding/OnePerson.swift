/// "Behind these sessions is one person": the sessions of several editions that were made behind one blinding (Spec/linking.md).
package enum OnePerson {
    /// Tokens with R = ρG and α = ρP are of one person when both are the same in all of them: R fixes ρ, then α fixes P.
    ///
    /// - Throws: `mismatch` for two persons, and for one person behind two blindings, which nobody can tell apart.
    package static func check(_ tokens: [VerifiedToken]) throws(ProofError) {
        guard let first = tokens.first,
            tokens.allSatisfy({ $0.body.blinded == first.body.blinded })
        else { throw .mismatch }
    }
}
