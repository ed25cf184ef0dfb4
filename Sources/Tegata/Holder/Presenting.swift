internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

extension Holder {
    /// Answers a verifier's question with a card, showing the claims named and no other hidden one.
    ///
    /// - Parameters:
    ///   - card: the card.
    ///   - claims: the names of those to show.
    ///   - challenge: the question.
    ///   - insisted: predicate-only claims whose value the owner wants to show all the same.
    /// - Returns: the answer, for `Verifier.verify`.
    /// - Throws: `typeMismatch` when the question is about another edition or asks for a claim that is not revealed
    ///   or not in the card, `unauthorized` for a predicate-only claim that the owner does not insist on, `expired`,
    ///   `nationalIDInvalid` when it also asks for the person, `malformed`.
    public func present(
        _ card: Card, revealing claims: [String], to challenge: String,
        exposing insisted: Set<String> = []
    ) throws(Refusal) -> String {
        let question = try check(challenge, card, claims)
        guard !question.asksPerson else { throw .nationalIDInvalid }
        return try answer(question, card, claims, insisted, person: nil)
    }

    /// Answers a question that also asks for the person: the ID card proves, for this question, that the card was
    /// issued to whoever holds it (protocol.md 4.4).
    ///
    /// - Throws: `Refusal`, or what the ID card throws.
    public func present(
        _ card: Card, revealing claims: [String], to challenge: String,
        proving identity: some IdentityCard, in edition: OpenEdition,
        exposing insisted: Set<String> = []
    ) async throws -> String {
        let question = try check(challenge, card, claims)
        guard edition.issuer.hasSameBytes(as: card.issuer),
            edition.edition.id.hasSameBytes(as: card.edition.id)
        else { throw Refusal.typeMismatch }
        var random = SystemRandomness()
        let context = question.context(
            edition: edition.digest, subject: publicKey.thumbprintBytes)
        let run = try await PersonSession.run(
            edition, proving: identity, question: context, now: clock(), using: &random)
        let proof = try binding { () throws(ProofError) in
            try IdentityAnswer.make(
                run.session, verified: run.verified, blinding: run.blinding, question: context,
                using: &random)
        }
        return try answer(
            question, card, claims, insisted,
            person: ["row": .bytes(card.row), "proof": .bytes(proof)])
    }

    private func check(
        _ challenge: String, _ card: Card, _ claims: [String]
    ) throws(Refusal) -> Question {
        let question = try Question(parsing: challenge)
        guard UInt64(clamping: clock()) < question.expires else { throw .expired }
        if let edition = question.edition {
            guard edition.names(card.edition.id, of: card.issuer) else { throw .typeMismatch }
        }
        for name in question.asked {
            guard card.claims[name] != nil,
                !card.selectiveClaims.contains(name) || claims.contains(name)
            else { throw .typeMismatch }
        }
        return question
    }

    private func answer(
        _ question: Question, _ card: Card, _ claims: [String], _ insisted: Set<String>,
        person: JSON?
    ) throws(Refusal) -> String {
        var extra = JSONObject()
        if let epoch = question.pseudonymEpoch {
            extra.add("pseudonym", .bytes(try pseudonym(question, card, epoch)))
        }
        if let person { extra.add("person", person) }
        if question.asksLogProof { extra.add("log", .string(card.logProof)) }
        return try card.presentation(
            revealing: claims.map { ClaimPath(stringLiteral: $0) }, exposing: insisted, by: key,
            audience: question.audience, nonce: question.nonce, at: clock(),
            extra: extra.isEmpty ? [:] : ["tegata": .object(extra)])
    }

    private func pseudonym(
        _ question: Question, _ card: Card, _ epoch: UInt64
    ) throws(Refusal) -> [UInt8] {
        let edition = Edition.digest(issuer: card.issuer, id: card.edition.id)
        guard let opening = card.opening, let commitment = opening.commitment else {
            throw .typeMismatch
        }
        return try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try PseudonymousPresentation.make(
                opening, revealing: [], scope: question.scope(edition, epoch: epoch),
                question: question.context(
                    edition: edition, subject: SHA256.hash(commitment.encoded)),
                using: &random)
        }
    }
}
