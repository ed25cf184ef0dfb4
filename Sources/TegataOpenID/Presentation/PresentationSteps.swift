internal import Tegata
internal import TegataCrypto
internal import TegataSDJWT

// What the steps are made of.
extension PresentationTransactions {
    /// The session that a transaction will belong to: the one named, or a fresh one.
    func browser(_ session: String?) throws(Refusal) -> Ticket {
        guard let session else { return Ticket() }
        guard let ticket = Ticket(received: session) else { throw .unauthorized }
        return ticket
    }

    func begin(
        _ flow: Flow, _ challenge: String, _ query: DCQLQuery, asksCard: Bool,
        of issuers: [String]? = nil, _ browser: Ticket, scheme: String, postsNonce: Bool
    ) async throws(Refusal) -> StartedPresentation {
        let now = now
        let transaction = Ticket()
        let record = PresentationRecord(
            // An unsigned request is in the link, so whoever sees the link has fetched it.
            phase: client.isSigning ? .waiting : .requested, isSameDevice: flow == .sameDevice,
            session: browser.key, expiry: now + verifier.policy.challengeLifetime,
            challenge: challenge, query: query.encoded, asksCard: asksCard,
            issuers: issuers,
            decryptionKey: responseMode == .directPostJWT
                ? P256.PrivateKey().rawRepresentation : nil)
        guard try await swap(transaction, nil, record, now) else { throw .unavailable }
        return StartedPresentation(
            transaction: transaction.text, session: browser.text,
            link: try link(to: transaction, record, scheme, postsNonce), expiry: record.expiry)
    }

    func link(
        to transaction: Ticket, _ record: PresentationRecord, _ scheme: String, _ postsNonce: Bool
    ) throws(Refusal) -> String {
        var form = PresentationForm()
        if client.isSigning {
            form.add("client_id", client.id)
            form.add("request_uri", endpoints.requestAddress(of: transaction))
            form.add("request_uri_method", postsNonce ? "post" : nil)
        } else {
            let request = try authorizationRequest(transaction, record, walletNonce: nil)
            for member in request.claims.members {
                form.add(member.name, member.value.description)
            }
        }
        return scheme + "?" + form.encoded
    }

    func authorizationRequest(
        _ transaction: Ticket, _ record: PresentationRecord, walletNonce: String?
    ) throws(Refusal) -> AuthorizationRequest {
        let keys = try key(of: record).map {
            [EncryptionKey($0.publicKey, keyID: transaction.text)]
        }
        return AuthorizationRequest(
            client: client.identifier, responseMode: responseMode, responseURI: endpoints.response,
            nonce: try record.nonce(), state: transaction.text,
            query: try DCQLQuery(parsing: record.query),
            metadata: ClientMetadata(
                keys: keys ?? [], encryptions: [.a256GCM, .a128GCM],
                // Other issuers' credentials count with ES256 alone.
                algorithms: record.asksCard
                    ? verifier.policy.algorithms
                    : verifier.policy.algorithms.intersection([.es256])),
            walletNonce: walletNonce)
    }

    func key(of record: PresentationRecord) throws(Refusal) -> P256.PrivateKey? {
        guard let bytes = record.decryptionKey else { return nil }
        guard let key = try? P256.PrivateKey(rawRepresentation: bytes) else { throw .unavailable }
        return key
    }

    /// What an answer shows, in the mode that was asked for.
    func token(
        in response: ReceivedResponse, _ transaction: Ticket, _ record: PresentationRecord
    ) throws(Refusal) -> VPToken {
        let token: JSON
        switch (response.content, try key(of: record)) {
        case (.open(let text), nil):
            token = try JSON(parsing: Array(text.utf8))
        case (.encrypted(let message), let key?):
            let claims = try JSON(parsing: message.opened(by: key))
            if let state = claims["state"] {
                guard state == .string(transaction.text) else { throw .conflict }
            }
            guard let inner = claims["vp_token"] else { throw .malformed }
            token = inner
        default: throw .malformed
        }
        return try VPToken(token, asked: DCQLQuery(parsing: record.query))
    }

    /// Checks what was shown, and last of all uses the nonce up.
    func learn(
        _ token: VPToken, _ record: PresentationRecord, at now: Int64
    ) async throws(Refusal) -> JSON {
        if record.asksCard {
            guard let text = token.presentations.first?.texts.first else { throw .typeMismatch }
            if let wanted = record.issuers {
                // Before the nonce is used up: the right card may follow. Who it says it is of is who it is checked to be of.
                let claimed = try ReceivedSDJWT(
                    parsing: Array(text.utf8), verifier.policy.presentation
                ).claimedIssuer
                guard let claimed, wanted.has(claimed) else { throw .issuerUntrusted }
            }
            let membership = try await verifier.verify(text, to: record.challenge)
            return PresentationResult(membership).json
        }
        guard let credentials else { throw .unavailable }
        let nonce = try record.nonce()
        let shown = try await credentials.check(
            token, asked: DCQLQuery(parsing: record.query), of: record.issuers,
            policy: verifier.policy,
            binding: KeyBindingCheck(
                audience: client.id, nonce: nonce, now: now, skew: verifier.policy.skew,
                maximumAge: verifier.policy.maximumKeyBindingAge))
        try await verifier.consume(record.challenge)
        return .array(shown.map(\.json))
    }

    /// The result for the session that started the transaction, once.
    func collect(
        _ transaction: String, _ session: String, _ responseCode: String?, asksCard: Bool,
        at now: Int64
    ) async throws(Refusal) -> JSON? {
        let (ticket, record, stored) = try await owned(transaction, session, now)
        guard record.asksCard == asksCard else { throw .unsupported }
        switch record.state(at: now) {
        case .expired: throw .expired
        case .cancelled: throw .conflict
        case .finished: throw .unauthorized
        case .waiting, .requested:
            guard responseCode == nil else { throw .unauthorized }
            return nil
        case .answered: break
        }
        guard !record.isSameDevice || record.isResponseCode(responseCode) else {
            throw .unauthorized
        }
        guard let result = record.result else { throw .unavailable }
        var next = record
        next.phase = .finished
        next.result = nil
        next.responseCode = nil
        guard try await swap(ticket, stored, next, now) else { throw .unauthorized }
        return result
    }

    func open(
        _ ticket: Ticket, _ now: Int64
    ) async throws(Refusal) -> (record: PresentationRecord, stored: [UInt8]) {
        guard let stored = try await store.value(of: ticket.key, now: now) else { throw .conflict }
        let record = try PresentationRecord(stored: stored)
        guard record.state(at: now) != .expired else { throw .expired }
        return (record, stored)
    }

    func owned(
        _ transaction: String, _ session: String, _ now: Int64
    ) async throws(Refusal) -> (ticket: Ticket, record: PresentationRecord, stored: [UInt8]) {
        guard let ticket = Ticket(received: transaction),
            let stored = try await store.value(of: ticket.key, now: now)
        else { throw .unauthorized }
        let record = try PresentationRecord(stored: stored)
        guard record.isSession(session) else { throw .unauthorized }
        return (ticket, record, stored)
    }

    func swap(
        _ ticket: Ticket, _ stored: [UInt8]?, _ record: PresentationRecord, _ now: Int64
    ) async throws(Refusal) -> Bool {
        try await store.replace(
            ticket.key, stored, with: record.encoded,
            until: record.expiry + PresentationRecord.memory, now: now)
    }

    func end(
        _ ticket: Ticket, _ record: PresentationRecord, _ stored: [UInt8], _ now: Int64
    ) async throws(Refusal) {
        var next = record
        next.phase = .cancelled
        next.decryptionKey = nil
        next.responseCode = nil
        next.result = nil
        guard try await swap(ticket, stored, next, now) else { throw .conflict }
    }
}
