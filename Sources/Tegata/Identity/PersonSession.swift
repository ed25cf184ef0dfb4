internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// One run of attestation and evaluation, by a wallet or a kiosk: an ID card in, a checked session out.
struct PersonSession {
    let session: Session
    let verified: VerifiedSession
    let blinding: Blinding

    /// Asks attestors and nodes until the edition's thresholds are met.
    ///
    /// `question` is the checker's: the scope commits to it, so the ID card's signature covers service, edition,
    /// nonce and holder key, and attestors learn none of them.
    static func run(
        _ edition: OpenEdition, proving card: some IdentityCard, question: ProofContext,
        now: Int64, using random: inout some Randomness
    ) async throws -> PersonSession {
        guard let services = edition.services, let parameters = edition.identity else {
            throw Refusal.unsupported
        }
        guard edition.edition.nationalID.contains(card.cardClass) else {
            throw Refusal.nationalIDInvalid
        }
        let scope = Scope(edition: edition.digest, answering: question)
        let blinding = Blinding(of: try await card.personInput(), using: &random)
        let token = try await attest(
            services, parameters, card, blinding, scope, question: question, now: now,
            using: &random)
        let answers = try await evaluate(services, parameters, token, scope)
        let session = Session(token: token, answers: answers)
        let verified = try binding { () throws(ProofError) in
            try session.verify(
                attestors: parameters.attestors, keys: parameters.keys, scope: scope,
                at: UInt64(clamping: now))
        }
        return PersonSession(session: session, verified: verified, blinding: blinding)
    }

    private static func attest(
        _ services: IdentityServices, _ parameters: IdentityParameters, _ card: some IdentityCard,
        _ blinding: Blinding, _ scope: Scope, question: ProofContext, now: Int64,
        using random: inout some Randomness
    ) async throws -> Token {
        let threshold = parameters.attestors.threshold
        var asked = [(service: any AttestorService, attestor: IDChallenge.Attestor)]()
        for service in services.attestors where asked.count < threshold {
            // An attestor that does not answer is skipped while enough others do.
            guard let text = try? await service.challenge(),
                let nonce = FixedBytes<32>((try? Base64URL.decode(text)) ?? []),
                let key = FixedBytes<32>(service.key)
            else { continue }
            asked.append((service, IDChallenge.Attestor(key: key, nonce: nonce)))
        }
        guard asked.count == threshold else { throw Refusal.unavailable }
        let challenge = IDChallenge(
            attestors: asked.map(\.attestor), blinded: blinding.blinded, scope: scope.commitment,
            purpose: String(decoding: question.purpose, as: UTF8.self),
            expires: UInt64(clamping: now + Attestor.sessionLifetime))
        let proof = try blinding.proof(for: challenge, using: &random)
        let request = AttestRequest(
            challenge: challenge, cardClass: card.cardClass, proof: proof,
            evidence: try await card.evidence(over: challenge.hash.array)
        ).encoded
        var body: Token.Body?
        var signatures = [Token.AttestorSignature]()
        for (service, _) in asked {
            let attestation = try Attestation(parsing: try await service.attest(request))
            guard attestation.body.blinded == blinding.blinded,
                attestation.body.scope == scope.commitment,
                body == nil || body == attestation.body
            else { throw Refusal.nationalIDInvalid }
            body = attestation.body
            signatures.append(attestation.signature)
        }
        guard let body else { throw Refusal.unavailable }
        return Token(body: body, signatures: signatures)
    }

    private static func evaluate(
        _ services: IdentityServices, _ parameters: IdentityParameters, _ token: Token,
        _ scope: Scope
    ) async throws -> [NodeAnswer] {
        let request = JSON.object([
            "token": .bytes(token.encoded), "edition": .bytes(scope.edition.array),
            "salt": .bytes(scope.salt.array),
        ]).text
        var answers = [NodeAnswer]()
        for service in services.nodes where answers.count < parameters.keys.sharing.threshold {
            guard let text = try? await service.evaluate(request),
                let bytes = try? JSON.message(text, limit: 4096).required("answer").bytes(),
                let answer = try? NodeAnswer(parsing: bytes), answer.node == service.node
            else { continue }
            answers.append(answer)
        }
        guard answers.count == parameters.keys.sharing.threshold else {
            throw Refusal.unavailable
        }
        return answers
    }
}
