internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

// Everything that a request has to pass before it gets a place.
extension Issuer {
    /// A request that has passed every check but the place.
    struct Prepared: Sendable {
        let request: CardRequest
        let opened: OpenEdition
        let claim: RegisterClaim
        /// `nil` for a request that was answered before.
        let checked: CheckedRequest?
        let time: Int64

        /// What is declared beside a card in force whose person came with a certificate after the cut-off.
        var exceptions: [DeclaredException] {
            checked?.isLate == true ? [DeclaredException(.member, because: "")] : []
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
                    person: opened.edition.onePerPerson ? checked?.index.encoded : nil,
                    second: checked?.index.secondEncoded, key: key, content: content),
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
            // Whether somebody else has the second index is the register's to say.
            guard checked.isLate || checked.index.second != nil else { throw .conflict }
        }
        // Used up for this very request: it may come again when what follows fails, and find its card or its place (A139).
        try await store.consume(request.nonce, for: content, now: now)
        return prepared(checked)
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
            guard !opened.edition.asksSecondIndex else { throw .unsupported }
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
        try opened.check(token.body, forCard: true)
        checked.isLate = opened.isLate(token.body)
        checked.session = AttestedSession(session, answering: question, in: opened.digest)
        return checked
    }

    private func checkVisitor(
        _ request: CardRequest, _ opened: OpenEdition, _ question: ProofContext
    ) throws(Refusal) -> CheckedRequest {
        var random = SystemRandomness()
        var wallet: WalletCommitment?
        if request.wallet != nil {
            do {
                wallet = try VisitorRequest(parsing: request.binding).verify(question: question)
            } catch {
                throw error == .malformed ? .malformed : .holderBindingInvalid
            }
        } else {
            // A counter asks for a wallet that knows nothing of this protocol: its key is all there is to prove, and was seen.
            guard request.holder != nil, request.binding.isEmpty else { throw .unsupported }
        }
        return CheckedRequest(
            index: .withoutPerson(edition: opened.digest, salt: random.fixed()), wallet: wallet,
            proofOfPerson: .none)
    }
}
