package import TegataSDJWT

/// A credential as the query language sees it, in a wallet or in an answer.
package struct DCQLCandidate: Sendable {
    /// The format, such as `dc+sd-jwt`.
    package let format: String
    /// `vct`, the document type, or the W3C types.
    package let types: [String]
    /// The claims; for a mobile document its name spaces.
    package let claims: JSON
    /// Who stands behind it.
    package let authorities: [TrustedAuthority]
    /// Whether a holder's key is bound to it.
    package let isBound: Bool

    package init(
        format: String, types: [String], claims: JSON, authorities: [TrustedAuthority] = [],
        isBound: Bool = true
    ) {
        self.format = format
        self.types = types
        self.claims = claims
        self.authorities = authorities
        self.isBound = isBound
    }
}

extension CredentialQuery {
    /// The claims of `candidate` that answer this query, and no others: empty when none are asked for, `nil` when it does
    /// not answer (§6.4).
    package func claims(answering candidate: DCQLCandidate) -> [ClaimsPathPointer.Selected]? {
        guard format.hasSameBytes(as: candidate.format), type.admits(candidate.types),
            candidate.isBound || !requiresHolderBinding
        else { return nil }
        if !authorities.isEmpty {
            guard
                candidate.authorities.contains(where: { behind in
                    authorities.contains { $0.meets(behind) }
                })
            else { return nil }
        }
        guard !claimSets.isEmpty else { return Self.all(claims, in: candidate.claims) }
        for set in claimSets {
            let wanted = claims.filter { claim in claim.id.map(set.has) ?? false }
            if let found = Self.all(wanted, in: candidate.claims) { return found }
        }
        return nil
    }

    private static func all(
        _ queries: [ClaimsQuery], in claims: JSON
    ) -> [ClaimsPathPointer.Selected]? {
        var found = [ClaimsPathPointer.Selected]()
        for query in queries {
            let selected = query.path.selected(in: claims).filter { selected in
                query.values.map { $0.contains(selected.value) } ?? true
            }
            guard !selected.isEmpty else { return nil }
            found += selected
        }
        return found
    }
}

/// What of a wallet answers a query.
package struct DCQLMatch: Sendable {
    /// A credential that answers, and the claims to show of it.
    package struct Answer: Sendable {
        /// Its place among the candidates.
        package let index: Int
        /// What is shown.
        package let claims: [ClaimsPathPointer.Selected]
    }

    /// For each credential asked for, what answers it, in the wallet's order.
    package let answers: [String: [Answer]]
    /// The credentials that have to be shown together; `nil` when the query cannot be met, and then nothing is shown.
    package let required: [String]?
    /// Credentials of sets that may be left out, and that could be shown.
    package let optional: [String]
}

extension DCQLQuery {
    /// Finds what of `candidates` answers this query (§6.4.2).
    package func match(_ candidates: [DCQLCandidate]) -> DCQLMatch {
        var answers = [String: [DCQLMatch.Answer]]()
        for query in credentials {
            answers[query.id] = candidates.indices.compactMap { index in
                query.claims(answering: candidates[index]).map {
                    DCQLMatch.Answer(index: index, claims: $0)
                }
            }
        }
        let choice = choose { answers[$0]?.isEmpty == false }
        return DCQLMatch(
            answers: answers, required: choice?.required, optional: choice?.optional ?? [])
    }

    /// The credentials of the first alternative of each set for which all are `available`; `nil` when a required set has
    /// none. Without sets all are required.
    private func choose(
        _ isAvailable: (String) -> Bool
    ) -> (required: [String], optional: [String])? {
        guard !sets.isEmpty else {
            let ids = credentials.map(\.id)
            return ids.allSatisfy(isAvailable) ? (ids, []) : nil
        }
        var required = [String]()
        var optional = [String]()
        for set in sets {
            guard let option = set.options.first(where: { $0.allSatisfy(isAvailable) }) else {
                guard set.isRequired else { continue }
                return nil
            }
            if set.isRequired {
                required += option.filter { !required.has($0) }
            } else {
                optional += option.filter { !optional.has($0) }
            }
        }
        return (required, optional.filter { !required.has($0) })
    }

    /// The verifier's own look at an answer, since a wallet's matching is a courtesy (§6.4): every credential answers what
    /// it was sent for, and what was not asked for is dropped (A62).
    ///
    /// - Returns: for each credential asked for, the claims asked for of each one shown.
    /// - Throws: `malformed` for several credentials where one was asked for; `typeMismatch` for a credential that does not
    ///   answer, and for an answer that is not enough.
    package func accept(
        _ shown: [String: [DCQLCandidate]]
    ) throws(Refusal) -> [String: [[ClaimsPathPointer.Selected]]] {
        var accepted = [String: [[ClaimsPathPointer.Selected]]]()
        for query in credentials {
            guard let candidates = shown[query.id] else { continue }
            guard !candidates.isEmpty, candidates.count == 1 || query.allowsMultiple else {
                throw .malformed
            }
            var claims = [[ClaimsPathPointer.Selected]]()
            for candidate in candidates {
                guard let found = query.claims(answering: candidate) else { throw .typeMismatch }
                claims.append(found)
            }
            accepted[query.id] = claims
        }
        guard let choice = choose({ accepted[$0] != nil }) else { throw .typeMismatch }
        return accepted.filter { (choice.required + choice.optional).has($0.key) }
    }
}
