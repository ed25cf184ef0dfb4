package import TegataCrypto

/// "I hold the card of this commitment, and here is my pseudonym with you": N, then the opening proof.
/// 33 + 32·(3 + hidden) bytes: 161 with one hidden attribute (protocol.md 4.4).
package enum PseudonymousPresentation {
    /// How many bytes a presentation has.
    package static func size(hidden: Int) -> Int { 33 + 32 * (3 + hidden) }

    /// The holder's side. `revealing` are the positions of the attributes that the verifier learns.
    ///
    /// `question` binds edition, verifier, nonce, purpose and expiry; its subject is the card's hash.
    ///
    /// - Throws: `malformed` for a position that the card does not have.
    package static func make(
        _ opening: CardOpening, revealing: Set<Int>, scope: PseudonymScope,
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard revealing.isSubset(of: opening.attributes.indices) else { throw .malformed }
        guard let commitment = opening.commitment else { throw .vanished }
        let base = Generators.pseudonym(scope)
        let pseudonym = opening.pseudonym(in: scope)
        let shown = opening.attributes.enumerated().map { index, attribute in
            revealing.contains(index) ? attribute : nil
        }
        var witness = [opening.secret]
        for (attribute, shown) in zip(opening.attributes, shown) where shown == nil {
            guard let hidden = SecretScalar(attribute) else { throw .malformed }
            witness.append(hidden)
        }
        witness.append(opening.blinding)
        let statement = Statement.opening(
            of: commitment, attributes: shown, pseudonym: pseudonym, base: base, question)
        return pseudonym.encoded + (try statement.prove(witness, using: &source))
    }

    /// The pseudonym, once the presentation is seen to open `commitment` with these attributes, `nil` for those that
    /// stay hidden.
    ///
    /// - Throws: `malformed` for another size or number of attributes, `invalidProof`.
    package static func verify(
        _ presentation: [UInt8], commitment: Point, attributes: [Scalar?],
        scope: PseudonymScope, question: ProofContext
    ) throws(ProofError) -> Point {
        let hidden = attributes.count { $0 == nil }
        guard attributes.count <= Generators.maximumAttributes,
            !attributes.contains(Scalar.zero), presentation.count == size(hidden: hidden)
        else { throw .malformed }
        var reader = Reader(presentation)
        let pseudonym = try reader.point()
        let statement = Statement.opening(
            of: commitment, attributes: attributes, pseudonym: pseudonym,
            base: Generators.pseudonym(scope), question)
        guard statement.isValid(try reader.take(statement.size)) else { throw .invalidProof }
        return pseudonym
    }
}
