public import Tegata
internal import TegataSDJWT

/// What a wallet would show for a request: for its owner to look at before anything leaves.
public struct PresentationChoice: Sendable {
    /// One card, and what of it is shown.
    public struct Part: Sendable {
        /// The card.
        public let card: Card
        /// The claims asked for, by the names at the top: those that are shown because the owner agrees.
        public let claims: [String]
        let id: String
        let paths: [ClaimPath]
    }

    /// The request that is answered.
    public let request: VerifiedRequest
    /// The cards shown, in the order of the query.
    public let parts: [Part]
}

extension Holder {
    /// Finds the cards, and of each the least, that answer a request.
    ///
    /// - Parameters:
    ///   - request: what is asked, and by whom.
    ///   - cards: the wallet's cards, the preferred first.
    ///   - includingOptional: whether to add what the verifier would like and does not need.
    /// - Returns: what would be shown.
    /// - Throws: `typeMismatch` when these cards cannot meet the request: then nothing is shown; `unsupported` when the
    ///   verifier cannot read this wallet's signatures.
    public func choose(
        for request: VerifiedRequest, among cards: [Card], includingOptional: Bool = false
    ) throws(Refusal) -> PresentationChoice {
        let metadata = request.request.metadata
        guard metadata?.bindingAlgorithms?.has(algorithm.rawValue) ?? true else {
            throw .unsupported
        }
        let readable = cards.filter {
            metadata?.cardAlgorithms?.has($0.credential.algorithm.rawValue) ?? true
        }
        var candidates = [DCQLCandidate]()
        for card in readable {
            let claims = try card.credential.claims()
            candidates.append(
                DCQLCandidate(
                    format: "dc+sd-jwt", types: [claims["vct"]?.string ?? ""],
                    claims: .object(claims)))
        }
        let match = request.query.match(candidates)
        guard let required = match.required else { throw .typeMismatch }
        let wanted = required + (includingOptional ? match.optional : [])
        var parts = [PresentationChoice.Part]()
        for query in request.query.credentials where wanted.has(query.id) {
            // One card answers for each credential, also where the verifier would take several.
            guard let answer = match.answers[query.id]?.first else { throw .typeMismatch }
            parts.append(
                PresentationChoice.Part(
                    card: readable[answer.index], claims: Self.names(answer.claims), id: query.id,
                    paths: answer.claims.map(\.path)))
        }
        return PresentationChoice(request: request, parts: parts)
    }

    /// The answer to a request, as its owner agreed to it: bound to the verifier and its nonce, ready to be posted.
    ///
    /// - Parameters:
    ///   - choice: what is asked for, and with which cards it is answered.
    ///   - insisted: predicate-only claims whose value the owner wants to show all the same.
    /// - Returns: the answer and where to post it.
    /// - Throws: `unauthorized` for a predicate-only claim that the owner does not insist on, `unsupported` when it must be encrypted
    ///   in a way that is not offered.
    public func answer(
        _ choice: PresentationChoice, exposing insisted: Set<String> = []
    ) throws(Refusal) -> WalletAnswer {
        let request = choice.request.request
        let token = VPToken(
            try choice.parts.map { part throws(Refusal) in
                (
                    part.id,
                    [
                        try present(
                            part.card, revealing: part.paths, exposing: insisted,
                            audience: request.client.text, nonce: request.nonce)
                    ]
                )
            })
        return try WalletAnswer.make(token, to: request)
    }

    /// The answer that shows nothing, because the owner said no.
    public func decline(_ request: VerifiedRequest) -> WalletAnswer {
        WalletAnswer.declining(request.request)
    }

    private static func names(_ claims: [ClaimsPathPointer.Selected]) -> [String] {
        var names = [String]()
        for claim in claims {
            guard case .name(let name)? = claim.path.elements.first, !names.has(name) else {
                continue
            }
            names.append(name)
        }
        return names
    }
}
