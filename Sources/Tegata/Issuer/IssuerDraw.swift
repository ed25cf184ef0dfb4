internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
public import TegataSDJWT

// Editions whose cards are drawn (Spec/edition.md, "Draws").
extension Issuer {
    /// Enters a request into a draw: everything about it is checked now, and an entry of the log says that somebody entered.
    ///
    /// - Returns: text for the entrant: the log proof of the entry, and what opens it.
    /// - Throws: `unsupported` where cards are not drawn, `expired` once entries have closed, `alreadyClaimed` for a person who
    ///   has entered, and what `issue` throws about a request.
    public func enter(_ request: String) async throws(Refusal) -> String {
        let prepared = try await prepare(request, [:], .entry)
        guard let draw = prepared.opened.edition.draw else { throw .unsupported }
        let (claim, now) = (prepared.claim, prepared.time)
        var random = SystemRandomness()
        let memo = EntrantMemo(
            key: claim.key, person: claim.person, salt: random.fixed(), request: request)
        let records = try await register.submit { state, batch throws(Refusal) in
            guard let held = try state.book(claim.edition).draw else { throw .unsupported }
            if let known = held.keys[claim.key] {
                return .done([.found(held.entrants[known].record)])
            }
            guard now <= draw.closes, held.order == nil else { throw .expired }
            if let person = claim.person, held.persons.contains(person) { throw .alreadyClaimed }
            // One at a time: what one entry says bears on the next.
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            return .one(.entrant(claim.edition, memo.name), .entrant(memo))
        }
        let (kept, proof) = try await register.entrant(at: records[0])
        return JSON.object([
            "salt": .bytes(kept.salt.array), "proof": .string(proof.encoded),
        ]).text
    }

    /// Holds the draw and issues the winners' cards, in its order: the first gets serial 1. Held once; called again, it finishes what
    /// was interrupted. Winners fetch their cards with the request that they entered.
    ///
    /// - Parameters:
    ///   - edition: the edition.
    ///   - seed: what was committed to.
    ///   - outcome: what the randomness named in advance has said.
    ///   - claims: what this issuer says about each winner.
    /// - Returns: how many cards the draw has issued.
    /// - Throws: `IssuingError`: `committedClaim` before anything is drawn; `refused` with `notYetValid` before entries have closed, `unauthorized` for another seed,
    ///   `conflict` for another outcome than the one it was held with, `unsupported`, `unavailable`.
    public func draw(
        _ edition: OpenEdition, seed: DrawSeed, outcome: String, claims: Claims = [:]
    ) async throws(IssuingError) -> Int {
        try claims.check()
        try edition.edition.check(claims)
        do {
            try await hold(edition, seed, outcome)
            return try await deal(edition, claims)
        } catch {
            throw .refused(error)
        }
    }

    private func hold(
        _ edition: OpenEdition, _ seed: DrawSeed, _ outcome: String
    ) async throws(Refusal) {
        guard let plan = edition.edition.draw else { throw .unsupported }
        guard plan.commitment == seed.commitment,
            let bytes = FixedBytes<32>(seed.exposedRawRepresentation)
        else { throw .unauthorized }
        let now = clock()
        guard now > plan.closes else { throw .notYetValid }
        guard (1...1024).contains(outcome.utf8.count) else { throw .malformed }
        let (id, digest, key) = (id, edition.digest, keys.card)
        try await register.submit { state, batch throws(Refusal) in
            guard let draw = try state.book(digest).draw else { throw .unsupported }
            let names = draw.entrants.map(\.name)
            let number = Draw.key(seed: bytes, outcome: outcome, entrants: names)
            if let order = draw.order {
                guard order == Draw.order(of: names.count, by: number) else { throw .conflict }
                return .found
            }
            guard batch.entries.isEmpty else { return .wait }
            batch.isChange = true
            let text = try HeldDraw(
                issuer: id, edition: edition.edition.id, seed: bytes, outcome: outcome,
                entrants: names.count
            ).signed(by: key, at: now)
            return .one(.signed(.draw, digest, text), .draw(key: number))
        }
    }

    /// Issues the next winner's card until every winner has one.
    private func deal(_ edition: OpenEdition, _ claims: Claims) async throws(Refusal) -> Int {
        let digest = edition.digest
        while true {
            let book = try await register.current().book(digest)
            guard let draw = book.draw else { throw .unsupported }
            guard let winner = draw.next(within: book.limit) else { return draw.dealt }
            let memo = try await register.entrant(at: winner.record).memo
            let prepared = try await restore(memo, edition, claims)
            try await register.submit { state, batch throws(Refusal) in
                guard batch.entries.isEmpty else { return .wait }
                let book = try state.book(digest)
                guard let next = book.draw?.next(within: book.limit), next.key == winner.key,
                    let serial = book.nextSerial
                else { return .found }
                batch.isChange = true
                let place = RegisterPlace(
                    serial: serial, statusIndex: Int(state.indexes.unused(besides: [])),
                    limit: book.limit)
                return .done([
                    .new(prepared.claim, place, try self.make(prepared, claims, place))
                ])
            }
        }
    }

    /// A winner's request as it was checked when it entered. Its own times are over by now, and were right then.
    private func restore(
        _ memo: EntrantMemo, _ edition: OpenEdition, _ claims: Claims
    ) async throws(Refusal) -> Prepared {
        let request = try CardRequest(parsing: memo.request)
        let checked = try check(
            request, edition, in: try await list(of: request, edition),
            at: Int64(clamping: request.expires) - 1)
        let signed = CardRequest.signedPart(of: memo.request)
        return Prepared(
            request: request, opened: edition,
            claim: RegisterClaim(
                edition: edition.digest, person: memo.person, key: memo.key,
                content: SHA256.hash(signed + claims.fingerprint)), checked: checked,
            time: clock())
    }
}

extension Holder {
    /// Checks that `request` is in the draw.
    ///
    /// - Returns: the number of its entry in the log: an audit of the draw says in which place it came.
    /// - Throws: `logProofInvalid`, `malformed`.
    public func entry(
        of request: String, from receipt: String, profile: IssuerProfile
    ) throws(Refusal) -> UInt64 {
        let json = try JSON.message(receipt, limit: 128 * 1024)
        let edition = try CardRequest(parsing: request).edition
        let proof = try LogProof(ofCard: try json.required("proof").text(atMost: 64 * 1024))
        let name = EntrantMemo.name(
            SHA256.hash(CardRequest.signedPart(of: request)),
            try json.required("salt").fixedBytes())
        let entry = LogEntry.entrant(Edition.digest(issuer: profile.issuer, id: edition), name)
        do {
            try proof.verify(entry.encoded, by: try profile.logPolicy())
        } catch {
            throw .logProofInvalid
        }
        return proof.index
    }
}
