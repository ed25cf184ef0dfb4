internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A card that its holder links with another.
public enum LinkedCard: Sendable {
    /// Shown, with these claims. The edition has the ways to its attestors and nodes.
    case shown(Card, revealing: [String], in: OpenEdition)
    /// Hidden among these, at least so many. The edition has the ways to its attestors and nodes.
    case hidden(in: OpenEdition, among: MemberSnapshot, ofAtLeast: Int = 20)
}

extension Holder {
    /// Answers that two cards are this person's: the ID card signs once for each, and the same blinding is behind both sessions.
    ///
    /// - Parameters:
    ///   - request: the question, which the owner has read.
    ///   - first: the first card that it asks for.
    ///   - second: the second.
    ///   - identity: the ID card.
    ///   - isAgreed: whether the owner said yes to this verifier, these two cards and this purpose. Nobody is linked by default.
    /// - Returns: the answer, for `LinkVerifier.verify`.
    /// - Throws: `unauthorized` without agreement; `typeMismatch` for other cards than those asked for, and when the person has none of
    ///   a hidden one's; `limitExceeded` for a smaller crowd, `expired`; or what the ID card throws.
    public func answer(
        _ request: LinkRequest, linking first: LinkedCard, with second: LinkedCard,
        proving identity: some IdentityCard, agreed isAgreed: Bool = false
    ) async throws -> String {
        guard clock() < request.expires else { throw Refusal.expired }
        guard isAgreed else { throw Refusal.unauthorized }
        try check(first, request.first)
        try check(second, request.second)
        var random = SystemRandomness()
        let blinding = SecretScalar.random(using: &random)
        var cards = [JSON]()
        for card in [first, second] {
            cards.append(
                try await answer(request, card, identity, blinding, using: &random))
        }
        return JSON.object(["nonce": .string(request.nonce), "cards": .array(cards)]).text
    }

    /// That the card is what is asked for, before the ID card is touched.
    private func check(_ card: LinkedCard, _ asked: LinkRequest.Asked) throws(Refusal) {
        switch card {
        case .shown(let card, let revealed, let edition):
            guard let claims = asked.claims, asked.names(edition),
                edition.issuer.hasSameBytes(as: card.issuer),
                edition.edition.id.hasSameBytes(as: card.edition.id),
                claims.allSatisfy({ name in
                    card.claims[name] != nil
                        && (!card.selectiveClaims.contains(name) || revealed.contains(name))
                })
            else { throw .typeMismatch }
        case .hidden(let edition, let snapshot, let crowd):
            guard asked.names(edition), edition.digest == snapshot.announced.digest,
                asked.snapshot == snapshot.root.array
            else { throw .typeMismatch }
            guard snapshot.anonymity >= crowd else { throw .limitExceeded }
        }
    }

    private func answer(
        _ request: LinkRequest, _ card: LinkedCard, _ identity: some IdentityCard,
        _ blinding: SecretScalar, using random: inout SystemRandomness
    ) async throws -> JSON {
        switch card {
        case .shown(let card, let revealed, let edition):
            let context = request.context(edition.digest, shownBy: publicKey)
            let run = try await PersonSession.run(
                edition, proving: identity, question: context, blindedBy: blinding, now: clock(),
                using: &random)
            let proof = try binding { () throws(ProofError) in
                try IdentityAnswer.make(
                    run.session, verified: run.verified, blinding: run.blinding,
                    question: context, using: &random)
            }
            var extra: JSONObject = [
                "person": ["row": .bytes(card.row), "proof": .bytes(proof)]
            ]
            if request.asksLogProof { extra.add("log", .string(card.logProof)) }
            let text = try card.presentation(
                revealing: revealed.map { ClaimPath(stringLiteral: $0) }, exposing: [], by: key,
                audience: request.verifier, nonce: request.nonce, at: clock(),
                extra: ["tegata": .object(extra)])
            return ["card": .string(text)]
        case .hidden(let edition, let snapshot, _):
            let context = request.context(edition.digest)
            let run = try await PersonSession.run(
                edition, proving: identity, question: context, blindedBy: blinding, now: clock(),
                using: &random)
            let (part, proof) = try snapshot.answer(run, context, using: &random)
            return ["part": .whole(Int64(part)), "proof": .bytes(proof)]
        }
    }
}
