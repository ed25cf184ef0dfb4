internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

extension Issuer {
    /// Issues a card for a request: everything is checked first, then the request's nonce is used up, then the
    /// register gives the place. The same request again gets the same answer.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` or `Kiosk.request` made.
    ///   - claims: what this issuer says about the member; for a request without a wallet there is no card to
    ///     carry any.
    /// - Returns: text for the holder (Spec/card.md).
    /// - Throws: `IssuingError`: a claim of ours that cannot be, or `refused` with the reason.
    public func issue(
        to request: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        try claims.check()
        do {
            return try await place(request, claims)
        } catch {
            throw .refused(error)
        }
    }

    private func place(_ text: String, _ claims: Claims) async throws(Refusal) -> String {
        let now = clock()
        let request = try CardRequest(parsing: text)
        guard request.audience.hasSameBytes(as: id) else { throw .unauthorized }
        guard let opened = edition(request.edition) else { throw .typeMismatch }
        let signed = CardRequest.signedPart(of: text)
        let key = SHA256.hash(signed)
        let content = SHA256.hash(signed + claims.fingerprint)
        if let earlier = try await register.current().answer(
            to: key, content: content, in: opened.digest)
        {
            return try await answer(at: earlier)
        }
        try checkTimes(request, opened.edition, at: now)
        guard let asked = try await store.content(of: request.nonce, now: now),
            asked.hasSameBytes(as: request.edition)
        else { throw .unauthorized }
        let checked = try check(request, opened, at: now)
        try await store.consume(request.nonce, now: now)
        let claim = RegisterClaim(
            edition: opened.digest,
            person: opened.edition.onePerPerson ? checked.index.encoded : nil, key: key,
            content: content)
        let record = try await register.allocate(claim) { place throws(Refusal) in
            try self.make(request, checked, opened, claims, place, at: now)
        }
        return try await answer(at: record)
    }

    /// What the holder of the card at `record` receives: the same card each time, with its log proof under the newest
    /// checkpoint.
    private func answer(at record: UInt64) async throws(Refusal) -> String {
        let (kind, memo, proof) = try await register.card(at: record)
        let row = try Row(ofOurs: memo.row, keys)
        let extra = ProofExtra(kind: kind, epoch: row.epoch, blind: row.blind(salt: memo.salt))
        guard var answer = try JSON(parsing: Array(memo.answer.utf8)).object else {
            throw .unavailable
        }
        answer.add("salt", .bytes(memo.salt.array))
        answer.add(
            "proof",
            .string(
                LogProof(
                    index: proof.index, path: proof.path, extra: extra.encoded, note: proof.note
                ).encoded))
        return JSON.object(answer).text
    }

    private func checkTimes(
        _ request: CardRequest, _ edition: Edition, at now: Int64
    ) throws(Refusal) {
        let expires = Int64(clamping: request.expires)
        guard now < expires else { throw .expired }
        guard expires <= now + CardRequest.lifetime + 60 else { throw .malformed }
        guard let window = edition.claimWindow else { return }
        guard now >= window.from else { throw .notYetValid }
        guard now <= window.until else { throw .expired }
    }

    /// What a request proved: who (as an index), and whether a wallet stands behind it.
    private struct CheckedRequest: Sendable {
        let index: PersonIndex
        let wallet: WalletCommitment?
        let proofOfPerson: ProofOfPerson
    }

    private func check(
        _ request: CardRequest, _ opened: OpenEdition, at now: Int64
    ) throws(Refusal) -> CheckedRequest {
        let question = request.question
        guard let parameters = opened.identity else {
            return try checkVisitor(request, opened, question)
        }
        let time = UInt64(clamping: now)
        let token: VerifiedToken
        let checked: CheckedRequest
        if request.wallet == nil {
            // Without a wallet the person shows the ID-bound answer instead of a commitment.
            let person = try binding { () throws(ProofError) in
                try IdentityAnswer.verify(
                    request.binding, attestors: parameters.attestors, keys: parameters.keys,
                    edition: opened.digest, question: question, at: time)
            }
            token = person.token
            checked = CheckedRequest(
                index: person.index, wallet: nil, proofOfPerson: opened.proofOfPerson)
        } else {
            let verified = try binding { () throws(ProofError) in
                try IssuanceRequest(
                    parsing: request.binding, attestors: parameters.attestors,
                    keys: parameters.keys
                ).verify(
                    attestors: parameters.attestors, keys: parameters.keys,
                    edition: opened.digest, question: question, at: time)
            }
            token = verified.token
            checked = CheckedRequest(
                index: verified.index, wallet: verified.wallet,
                proofOfPerson: opened.proofOfPerson)
        }
        guard opened.edition.accepts(token.body),
            opened.usesTestAnchors || !token.body.flags.contains(.testAnchors)
        else { throw .nationalIDInvalid }
        return checked
    }

    private func checkVisitor(
        _ request: CardRequest, _ opened: OpenEdition, _ question: ProofContext
    ) throws(Refusal) -> CheckedRequest {
        guard request.wallet != nil else { throw .unsupported }
        var random = SystemRandomness()
        let wallet: WalletCommitment
        do {
            wallet = try VisitorRequest(parsing: request.binding).verify(question: question)
        } catch {
            throw error == .malformed ? .malformed : .holderBindingInvalid
        }
        return CheckedRequest(
            index: .withoutPerson(edition: opened.digest, salt: random.fixed()), wallet: wallet,
            proofOfPerson: .none)
    }

    /// Inside the allocation step: commitment, row and card for this place.
    private func make(
        _ request: CardRequest, _ checked: CheckedRequest, _ opened: OpenEdition,
        _ claims: Claims, _ place: RegisterPlace, at now: Int64
    ) throws(Refusal) -> RegisterEntry {
        var random = SystemRandomness()
        let commitment: Point
        var opening = [UInt8]()
        if let wallet = checked.wallet {
            (commitment, opening) = try binding { () throws(ProofError) in
                try wallet.commit(to: [], using: &random)
            }
        } else {
            commitment = Generators.withoutWallet(salt: random.fixed())
        }
        let row = Row(
            position: place.serial.number, index: checked.index, commitment: commitment, epoch: 0,
            status: .active, signedBy: keys.register, using: &random)
        let answer: String
        if let wallet = request.wallet {
            let card = try card(
                for: request.key, commitment, checked.proofOfPerson, opened.edition, claims,
                place, at: now, using: &random)
            answer =
                JSON.object([
                    "card": .string(card), "row": .bytes(row.encoded), "opening": .bytes(opening),
                    "wallet": .bytes(wallet),
                ]).text
        } else {
            answer = JSON.object(["row": .bytes(row.encoded)]).text
        }
        return RegisterEntry(row: row, salt: random.fixed(), answer: answer)
    }
}

extension PersonIndex {
    fileprivate var encoded: FixedBytes<33>? { FixedBytes(point.encoded) }
}

extension OpenEdition {
    /// What stands behind this edition's cards.
    var proofOfPerson: ProofOfPerson {
        identity == nil ? .none : usesTestAnchors ? .test : .nationalID
    }
}

extension Claims {
    /// A digestable form, to notice the same request with other claims.
    fileprivate var fingerprint: [UInt8] {
        items.flatMap { item in
            lengthPrefixed(item.name) + [item.claim.isSelective ? 1 : 0]
                + lengthPrefixed(item.claim.value.encoded)
        }
    }
}
