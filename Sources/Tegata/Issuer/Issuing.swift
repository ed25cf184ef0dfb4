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
        try await issue(request, claims, as: .new)
    }

    /// Issues a card to a person whose ID card's certificate began after the edition's cut-off: an honest replacement, on the
    /// operator's word. The exception is an entry of the log, and audits count it; the reason stays with the operator.
    ///
    /// - Parameters:
    ///   - request: what `Holder.request` made, of a wallet whose nodes' requester may ask for late certificates.
    ///   - reason: why, in words that name nobody.
    ///   - claims: what this issuer says about the member.
    /// - Returns: text for the holder, as `issue` gives it.
    /// - Throws: as `issue(to:claims:)`; `refused` with `conflict` for a certificate that needs no exception, `unsupported` where
    ///   cards are drawn, `limitExceeded` for a reason of more than 1,024 bytes.
    public func issue(
        onAppeal request: String, because reason: String, claims: Claims = [:]
    ) async throws(IssuingError) -> String {
        guard reason.utf8.count <= 1024 else { throw .refused(.limitExceeded) }
        return try await issue(request, claims, as: .appeal(reason))
    }

    /// Issues cards for all of these requests, or for none: a group of five finds no place where three are left.
    ///
    /// - Parameters:
    ///   - requests: what `Holder.request` made of each, all for one edition or for several.
    ///   - claims: what this issuer says about each of them.
    /// - Returns: texts for the holders, in order.
    /// - Throws: as `issue(to:claims:)`, for the first request that cannot be.
    public func issue(
        toAll requests: [String], claims: Claims = [:]
    ) async throws(IssuingError) -> [String] {
        try claims.check()
        for request in requests { try checkCommitted(claims, for: request) }
        do throws(Refusal) {
            var prepared = [Prepared]()
            for request in requests { prepared.append(try await prepare(request, claims)) }
            let known = prepared
            let records = try await register.allocate(known.map(\.claim)) {
                number, place throws(Refusal) in
                try self.make(known[number], claims, place)
            }
            var answers = [String]()
            for record in records { answers.append(try await answer(at: record)) }
            return answers
        } catch {
            throw .refused(error)
        }
    }

    /// What a request is to get.
    enum Purpose {
        /// A card with a new serial.
        case new
        /// The person's own card again, on another phone.
        case replacement
        /// The card that its holder released for this request.
        case transfer(Release)
        /// A card in a place that was kept.
        case held([UInt8])
        /// A place in a draw.
        case entry
        /// The person's own card again, for a new ID card.
        case renewal(Renewal)
        /// A new serial in spite of a certificate after the cut-off, for a reason of the operator's.
        case appeal(String)

        /// Whether a certificate after the cut-off is refused.
        var heedsCutOff: Bool {
            switch self {
            case .new, .transfer, .held, .entry: true
            case .replacement, .renewal, .appeal: false
            }
        }
    }

    func issue(
        _ request: String, _ claims: Claims, as purpose: Purpose
    ) async throws(IssuingError) -> String {
        if case .new = purpose {
            do throws(Refusal) {
                try await checkPlaces(for: request)
            } catch {
                throw .refused(error)
            }
        }
        try claims.check()
        try checkCommitted(claims, for: request)
        do throws(Refusal) {
            let prepared = try await prepare(request, claims, purpose)
            return try await answer(at: try await place(prepared, claims, purpose))
        } catch {
            throw .refused(error)
        }
    }

    /// That the claims hold what the edition commits to: ours to get right, and said before the request is used up. A member
    /// without a phone has nothing to commit to.
    private func checkCommitted(
        _ claims: Claims, for request: String
    ) throws(IssuingError) {
        guard let asked = try? CardRequest(parsing: request), asked.wallet != nil,
            let opened = edition(asked.edition)
        else { return }
        _ = try opened.edition.attributes(of: claims.value(of:))
    }

    /// A request that has passed every check but the place.
    struct Prepared: Sendable {
        let request: CardRequest
        let opened: OpenEdition
        let claim: RegisterClaim
        /// `nil` for a request that was answered before.
        let checked: CheckedRequest?
        let time: Int64

        /// What is declared beside a card in force whose person came with a certificate after the cut-off.
        var exception: DeclaredException? {
            checked?.isLate == true ? DeclaredException(.member, because: "") : nil
        }
    }

    func prepare(
        _ text: String, _ claims: Claims, _ purpose: Purpose = .new
    ) async throws(Refusal) -> Prepared {
        let now = clock()
        let request = try CardRequest(parsing: text)
        guard request.audience.hasSameBytes(as: id) else { throw .unauthorized }
        guard let opened = try await current(request.edition) else { throw .typeMismatch }
        let signed = CardRequest.signedPart(of: text)
        let key = SHA256.hash(signed)
        let content = SHA256.hash(signed + claims.fingerprint)
        func prepared(_ checked: CheckedRequest?) -> Prepared {
            Prepared(
                request: request, opened: opened,
                claim: RegisterClaim(
                    edition: opened.digest,
                    person: opened.edition.onePerPerson ? checked?.index.encoded : nil, key: key,
                    content: content),
                checked: checked, time: now)
        }
        let state = try await register.current()
        let earlier = try state.answer(to: key, content: content, in: opened.digest)
        // Who entered a draw was checked then; what becomes of the request is the draw's to say.
        let hasEntered = state.books[opened.digest]?.draw?.keys[key] != nil
        guard earlier == nil, !hasEntered else { return prepared(nil) }
        try checkTimes(expires: request.expires, opened.edition, at: now)
        if case .renewal(let renewal) = purpose {
            guard renewal.edition.hasSameBytes(as: request.edition), renewal.request == key,
                request.key == renewal.key, request.holder == nil
            else { throw .unauthorized }
        }
        if case .transfer(let release) = purpose {
            guard opened.edition.isTransferable, release.edition.hasSameBytes(as: request.edition),
                release.request == key
            else { throw .unauthorized }
        }
        guard let asked = try await store.content(of: request.nonce, for: content, now: now),
            asked.hasSameBytes(as: request.edition)
        else { throw .unauthorized }
        let checked = try check(
            request, opened, in: try await list(of: request, opened), at: now)
        guard !checked.isLate || !purpose.heedsCutOff else { throw .nationalIDInvalid }
        if case .appeal = purpose {
            guard checked.isLate else { throw .conflict }
        }
        // Used up for this very request: it may come again when what follows fails, and find its card or its place (A139).
        try await store.consume(request.nonce, for: content, now: now)
        return prepared(checked)
    }

    private func place(
        _ prepared: Prepared, _ claims: Claims, _ purpose: Purpose
    ) async throws(Refusal) -> UInt64 {
        let claim = prepared.claim
        let making: @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry = {
            place throws(Refusal) in
            try self.make(prepared, claims, place)
        }
        switch purpose {
        case .new:
            try await register.releaseEnded(in: claim.edition, at: prepared.time)
            return try await register.allocate(claim, making: making)
        case .entry: throw .unsupported
        case .held(let token):
            return try await register.confirm(
                token, by: claim, at: prepared.time, making: making)
        case .appeal(let reason):
            let exception = DeclaredException(.appeal, because: reason)
            let records = try await register.submit { state, batch throws(Refusal) in
                try state.admit(claim, under: exception, &batch, making: making)
            }
            guard let card = records.last else { throw .unavailable }
            return card
        case .renewal(let renewal):
            return try await replace(
                prepared, as: .renewal,
                Self.unchanged(renewal.serial, renewal.record, of: claim.edition), making: making)
        case .replacement:
            return try await replace(
                prepared, as: .reissue,
                { state throws(Refusal) in
                    guard let person = claim.person,
                        let serial = state.books[claim.edition]?.persons[person]
                    else { throw .unauthorized }
                    return serial
                }, making: making)
        case .transfer(let release):
            return try await replace(
                prepared, as: .transfer,
                Self.unchanged(release.serial, release.record, of: claim.edition), making: making)
        }
    }

    /// Gives the card that `chosen` finds to a request.
    private func replace(
        _ prepared: Prepared, as kind: LogEntry.Kind,
        _ chosen: @escaping @Sendable (RegisterState) throws(Refusal) -> UInt32,
        making: @escaping @Sendable (RegisterPlace) throws(Refusal) -> RegisterEntry
    ) async throws(Refusal) -> UInt64 {
        let claim = prepared.claim
        let records = try await register.submit { state, batch throws(Refusal) in
            try state.replace(chosen, as: kind, by: claim, &batch, making: making)
                .under(prepared.exception, in: claim.edition)
        }
        guard let card = records.last else { throw .unavailable }
        return card
    }

    /// The serial of a card whose holder said that it may go, unless somebody else got it in between.
    private static func unchanged(
        _ serial: UInt32, _ record: UInt64, of edition: EditionDigest
    ) -> @Sendable (RegisterState) throws(Refusal) -> UInt32 {
        { state throws(Refusal) in
            guard try state.card(serial, of: edition).record == record else { throw .conflict }
            return serial
        }
    }

    /// What a request got before; `nil` for one that got nothing.
    ///
    /// - Throws: `conflict` when it was with other claims, and what is wrong with the request.
    func earlierAnswer(
        to text: String, _ claims: Claims
    ) async throws(Refusal) -> String? {
        let request = try CardRequest(parsing: text)
        guard let opened = edition(request.edition) else { throw .typeMismatch }
        let signed = CardRequest.signedPart(of: text)
        let record = try await register.current().answer(
            to: SHA256.hash(signed), content: SHA256.hash(signed + claims.fingerprint),
            in: opened.digest)
        guard let record else { return nil }
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

    func checkTimes(
        expires: UInt64, _ edition: Edition, at now: Int64
    ) throws(Refusal) {
        let expires = Int64(clamping: expires)
        guard now < expires else { throw .expired }
        guard expires <= now + CardRequest.lifetime + 60 else { throw .malformed }
        guard let window = edition.claimWindow else { return }
        guard now >= window.from else { throw .notYetValid }
        guard now <= window.until else { throw .expired }
    }

    /// What a request proved: who (as an index), and whether a wallet stands behind it.
    struct CheckedRequest: Sendable {
        let index: PersonIndex
        let wallet: WalletCommitment?
        let proofOfPerson: ProofOfPerson
        /// The session that the request showed; `nil` for one that stays in its list.
        var session: AttestedSession?
        /// Whether the certificate began after the edition's cut-off.
        var isLate = false
    }

    /// The frozen list that a request is from, where it is from one.
    ///
    /// - Throws: `notYetValid` when there is no such list.
    func list(
        of request: CardRequest, _ opened: OpenEdition
    ) async throws(Refusal) -> SessionList? {
        guard let number = request.list else { return nil }
        guard let list = try await frozenLists(of: opened).list(number) else {
            throw .notYetValid
        }
        return list
    }

    func check(
        _ request: CardRequest, _ opened: OpenEdition, in list: SessionList?, at now: Int64
    ) throws(Refusal) -> CheckedRequest {
        let question = request.question
        guard let parameters = opened.identity else {
            return try checkVisitor(request, opened, question)
        }
        if let list {
            let (index, wallet) = try binding { () throws(ProofError) in
                try BatchRequest(parsing: request.binding, list: list)
                    .verify(in: list, question: question)
            }
            return CheckedRequest(
                index: index, wallet: wallet, proofOfPerson: opened.proofOfPerson)
        }
        let time = UInt64(clamping: now)
        let token: VerifiedToken
        var checked: CheckedRequest
        let session: Session
        if request.wallet == nil {
            // Without a wallet the person shows the ID-bound answer instead of a commitment.
            let person = try parameters.rounds.check(at: now) { keys throws(ProofError) in
                try IdentityAnswer.verify(
                    request.binding, attestors: parameters.attestors, keys: keys,
                    edition: opened.digest, question: question, at: time)
            }
            token = person.token
            session = person.session
            checked = CheckedRequest(
                index: person.index, wallet: nil, proofOfPerson: opened.proofOfPerson)
        } else {
            let (shown, verified) = try parameters.rounds.check(at: now) {
                keys throws(ProofError) in
                let shown = try IssuanceRequest(
                    parsing: request.binding, attestors: parameters.attestors, keys: keys)
                let verified = try shown.verify(
                    attestors: parameters.attestors, keys: keys,
                    edition: opened.digest, question: question, at: time)
                return (shown.session, verified)
            }
            token = verified.token
            session = shown
            checked = CheckedRequest(
                index: verified.index, wallet: verified.wallet,
                proofOfPerson: opened.proofOfPerson)
        }
        try opened.check(token.body)
        checked.isLate = opened.isLate(token.body)
        checked.session = AttestedSession(session, answering: question, in: opened.digest)
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
    func make(
        _ prepared: Prepared, _ claims: Claims, _ place: RegisterPlace
    ) throws(Refusal) -> RegisterEntry {
        let (request, opened) = (prepared.request, prepared.opened)
        // A request without a check was answered before, and gets that answer instead of a place.
        guard let checked = prepared.checked else { throw .unavailable }
        var random = SystemRandomness()
        let commitment: Point
        var opening = [UInt8]()
        if let wallet = checked.wallet {
            guard let attributes = try? opened.edition.attributes(of: claims.value(of:)) else {
                throw .unavailable
            }
            (commitment, opening) = try binding { () throws(ProofError) in
                try wallet.commit(to: attributes, using: &random)
            }
        } else {
            commitment = Generators.withoutWallet(salt: random.fixed())
        }
        let row = Row(
            position: place.serial.number, index: checked.index, commitment: commitment,
            epoch: place.epoch,
            status: .active, signedBy: keys.register, using: &random)
        let answer: String
        if request.asksForCard {
            let card = try card(
                for: request.cardKey, commitment, checked.proofOfPerson, opened.edition, claims,
                place, at: prepared.time, using: &random)
            try checkSignature(of: card)
            var members: JSONObject = ["card": .string(card), "row": .bytes(row.encoded)]
            if let wallet = request.wallet {
                members.add("opening", .bytes(opening))
                members.add("wallet", .bytes(wallet))
            }
            answer = JSON.object(members).text
        } else {
            answer = JSON.object(["row": .bytes(row.encoded)]).text
        }
        _ = try Row(ofOurs: row.encoded, keys)
        return RegisterEntry(
            row: row, salt: random.fixed(),
            session: checked.session.map { seal.seal($0, in: opened.digest) } ?? [],
            answer: answer)
    }

    /// A signature is checked before anyone sees it: hardware, and memory, have given wrong ones (A139).
    private func checkSignature(of card: String) throws(Refusal) {
        do {
            let received = try ReceivedSDJWT(parsing: Array(card.utf8), .credential)
            _ = try received.verified(by: try ring.key(for: received.header))
        } catch {
            throw .unavailable
        }
    }
}

extension PersonIndex {
    var encoded: FixedBytes<33>? { FixedBytes(point.encoded) }
}

extension OpenEdition {
    /// What stands behind this edition's cards.
    var proofOfPerson: ProofOfPerson {
        identity == nil ? .none : usesTestAnchors ? .test : .nationalID
    }
}

extension Claims {
    /// A digestable form, to notice the same request with other claims.
    var fingerprint: [UInt8] {
        items.flatMap { item in
            lengthPrefixed(item.name) + [item.claim.isSelective ? 1 : 0]
                + lengthPrefixed(item.claim.value.encoded)
        }
    }
}
