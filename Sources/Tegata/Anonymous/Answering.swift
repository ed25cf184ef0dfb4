internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

extension Holder {
    /// Answers a question without saying which member answers: one of the snapshot's cards, this card's nullifier in the
    /// verifier's own scope, and what is asked about committed claims.
    ///
    /// - Parameters:
    ///   - question: what the verifier asks.
    ///   - card: the card to answer with.
    ///   - verifier: whom the member believes to be asked by; only its own scope is answered.
    ///   - snapshot: the lists that the issuer signed, taken by the wallet itself.
    ///   - crowd: among how many cards the member wants to be at least.
    ///   - insisted: predicate-only claims of which the owner lets so much be proven that it is their value.
    /// - Returns: the answer, for `AnonymousVerifier.verify`.
    /// - Throws: `issuerUntrusted` or `signatureInvalid` for a question that this verifier did not sign, `typeMismatch`
    ///   when the card is not in the snapshot or does not have what is asked, `unauthorized` when that is the value of a
    ///   predicate-only claim, `limitExceeded` for a smaller crowd, `notYetValid`, `expired`, `malformed`.
    public func answer(
        _ question: String, with card: Card, from verifier: VerifierProfile,
        among snapshot: MemberSnapshot, ofAtLeast crowd: Int = 20,
        exposing insisted: Set<String> = []
    ) throws(Refusal) -> String {
        let question = try SignedQuestion(parsing: question, from: verifier, about: snapshot)
        let now = clock()
        guard now < question.expires else { throw .expired }
        try question.action.checkOpen(at: now)
        guard snapshot.edition.hasSameBytes(as: card.edition.id),
            snapshot.issuer.hasSameBytes(as: card.issuer),
            let opening = card.opening, let commitment = opening.commitment
        else { throw .typeMismatch }
        guard snapshot.anonymity >= crowd else { throw .limitExceeded }
        guard
            insisted.isSuperset(
                of: question.action.predicates.exposed(in: snapshot.announced.edition))
        else { throw .unauthorized }
        let part = snapshot.cards.part(of: commitment)
        let statement = try question.statement(part)
        let proof = try statement.proof(with: opening)
        return JSON.object([
            "nonce": .string(question.nonce), "part": .whole(Int64(part)), "proof": .bytes(proof),
        ]).text
    }
}

extension AnonymousQuestion {
    /// The proof of the card that `opening` opens.
    ///
    /// - Throws: `typeMismatch` when it is not in the set or does not have what is asked.
    func proof(with opening: CardOpening) throws(Refusal) -> [UInt8] {
        var random = SystemRandomness()
        do {
            return try answer(opening, using: &random)
        } catch {
            throw error == .mismatch ? .typeMismatch : Refusal(error)
        }
    }

    /// The nullifier of a proof that holds.
    ///
    /// - Throws: `malformed` for another size, `holderBindingInvalid`.
    func nullifier(of proof: [UInt8]) throws(Refusal) -> Pseudonym {
        do {
            return Pseudonym(bytes: try verify(proof).encoded)
        } catch {
            throw error == .malformed ? .malformed : .holderBindingInvalid
        }
    }
}
