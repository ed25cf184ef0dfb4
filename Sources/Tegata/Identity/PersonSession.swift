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
    /// nonce and holder key, and attestors learn none of them. `secret` is the session's ρ, never used before.
    static func run(
        _ edition: OpenEdition, proving card: some IdentityCard, question: ProofContext,
        blindedBy secret: SecretScalar? = nil, now: Int64, using random: inout some Randomness
    ) async throws -> PersonSession {
        guard let services = edition.services, let parameters = edition.identity else {
            throw Refusal.unsupported
        }
        guard edition.edition.nationalID.contains(card.cardClass) else {
            throw Refusal.nationalIDInvalid
        }
        let scope = Scope(edition: edition.digest, answering: question)
        var second: [UInt8]?
        if edition.edition.asksSecondIndex, question.purpose.elementsEqual(CardRequest.purpose) {
            second = try await card.secondInput()
            guard second != nil else { throw Refusal.nationalIDInvalid }
        }
        let blinding = Blinding(
            of: try await card.personInput(), second: second,
            secret: secret ?? .random(using: &random))
        let token = try await attest(
            services, parameters, card, blinding, scope, question: question,
            cutOff: edition.edition.cutOffTime, now: now, using: &random)
        let answers = try await evaluate(
            services, parameters, token, scope, for: edition.requester, at: now)
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
        _ blinding: Blinding, _ scope: Scope, question: ProofContext, cutOff: UInt64?,
        now: Int64, using random: inout some Randomness
    ) async throws -> Token {
        let threshold = parameters.attestors.threshold
        // All that are there get into the challenge, so that one signature of the ID card is enough whoever fails later.
        var asked = [IDChallenge.Attestor]()
        await services.ask(
            services.attestors, atOnce: services.attestors.count,
            // A nonce costs nothing, and everybody waits for the slowest, unless all of them are needed.
            within: services.attestors.count > threshold
                ? min(services.patience, .seconds(2)) : services.patience, named: name,
            { service throws(Refusal) in try await service.challenge() },
            taking: { service, text in
                guard let nonce = FixedBytes<32>((try? Base64URL.decode(text)) ?? []),
                    let key = FixedBytes<32>(service.key)
                else { return .malformed }
                asked.append(IDChallenge.Attestor(key: key, nonce: nonce))
                return nil
            }, until: { asked.count == services.attestors.count })
        guard asked.count >= threshold else { throw Refusal.unavailable }
        let challenge = IDChallenge(
            attestors: asked, blinded: blinding.blinded, scope: scope.commitment,
            purpose: String(decoding: question.purpose, as: UTF8.self),
            expires: UInt64(clamping: now + Attestor.sessionLifetime), cutOff: cutOff)
        let proof = try blinding.proof(for: challenge, using: &random)
        let request = AttestRequest(
            challenge: challenge, cardClass: card.cardClass, proof: proof,
            evidence: try await card.evidence(over: challenge.hash.array),
            secondEvidence: blinding.blinded.second == nil
                ? nil : try await card.secondEvidence(over: challenge.hash.array)
        ).encoded
        let keys = Set(asked.map(\.key))
        let present = services.attestors.filter { FixedBytes($0.key).map(keys.contains) ?? false }
        var refusal = Refusal.unavailable
        typealias Signed = (by: any AttestorService, signature: Token.AttestorSignature)
        var attested = [Token.Body: [Signed]]()
        await services.ask(
            present, atOnce: threshold, within: services.patience, named: name,
            { service throws(Refusal) in try await service.attest(request) },
            taking: { service, text in
                guard let attestation = try? Attestation(parsing: text),
                    let key = FixedBytes<32>(service.key)
                else { return .malformed }
                guard attestation.body.blinded == blinding.blinded,
                    attestation.body.scope == scope.commitment,
                    attestation.body.cutOff == cutOff
                else { return .contradicts }
                guard attestation.body.isSigned(by: key, attestation.signature) else {
                    return .signatureInvalid
                }
                attested[attestation.body, default: []].append((service, attestation.signature))
                return nil
            },
            refused: { refusal = $0 },
            until: { attested.values.contains { $0.count == threshold } })
        guard let (body, signed) = attested.first(where: { $0.value.count == threshold }) else {
            // Attestors that disagree about a card leave nobody to believe.
            throw attested.count > 1 ? Refusal.nationalIDInvalid : refusal
        }
        for (other, signed) in attested where other != body {
            for (service, _) in signed {
                services.onFault(ServiceFault(service: name(service), reason: .contradicts))
            }
        }
        return Token(body: body, signatures: signed.map(\.signature))
    }

    private static func evaluate(
        _ services: IdentityServices, _ parameters: IdentityParameters, _ token: Token,
        _ scope: Scope, for requester: Requester?, at now: Int64
    ) async throws -> [NodeAnswer] {
        let request = EvaluationRequest(
            token, scope, round: parameters.round, for: requester
        ).encoded
        let verified = try binding { () throws(ProofError) in
            try parameters.attestors.verify(token, at: UInt64(clamping: now))
        }
        let threshold = parameters.keys.sharing.threshold
        var answers = [NodeAnswer]()
        var refusal = Refusal.unavailable
        await services.ask(
            services.nodes, atOnce: threshold, within: services.patience, named: { .node($0.node) },
            { service throws(Refusal) in try await service.evaluate(request) },
            taking: { service, text in
                guard let bytes = try? JSON.message(text, limit: 4096).required("answer").bytes(),
                    let answer = try? NodeAnswer(parsing: bytes)
                else { return .malformed }
                guard answer.node == service.node,
                    !answers.contains(where: { $0.node == answer.node })
                else { return .contradicts }
                do {
                    try parameters.keys.check(answer, for: verified, edition: scope.edition)
                } catch {
                    return .proofInvalid
                }
                answers.append(answer)
                return nil
            },
            refused: { refusal = $0 }, until: { answers.count == threshold })
        guard answers.count == threshold else { throw refusal }
        return answers
    }

    private static func name(_ service: any AttestorService) -> ServiceFault.Service {
        .attestor(Hex.encode(service.key))
    }
}
