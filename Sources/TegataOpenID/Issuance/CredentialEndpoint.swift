internal import TegataCrypto
internal import TegataSDJWT

// The credential endpoint (OpenID4VCI 1.0 §8). The nonce is used up when everything else has been found good, and the issuer
// is asked after that.
extension IssuanceServer {
    func credential(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        let (token, key, grant) = try await bearer(request)
        let body = try request.json(or: .credentialRequestMalformed)
        guard body["proof"] == nil, body["format"] == nil else { throw .draftRequest }
        guard body["credential_response_encryption"] == nil else { throw .encryptionUnsupported }
        let configuration = try configuration(body, grant, key)
        let proven = try proofs(body)
        if let holder = grant.holder {
            guard proven.keys.count == 1, proven.keys[0].thumbprint.hasSameBytes(as: holder) else {
                throw .holderDiffers
            }
        }
        let nonceEnd = try nonces.expiry(of: proven.nonce, now: clock())
        let order = Order(
            key, grant, configuration, proven.keys, token: token, request: body)
        // Before the nonce: what other keys have got is refused without using anything up.
        if let earlier = try await earlier(order), !earlier.isBy(order) { throw .alreadyIssued }
        try await useNonce(proven.nonce, until: nonceEnd, for: order)
        return try await place(order, proven.nonce)
    }

    /// Which configuration a request names, one way or the other.
    private func configuration(
        _ body: JSONObject, _ grant: Grant, _ key: [UInt8]
    ) throws(OAuthFault) -> String {
        switch (body["credential_configuration_id"], body["credential_identifier"]) {
        case (let id?, nil):
            guard let id = id.string else { throw .credentialRequestMalformed }
            guard metadata.configuration(id) != nil else { throw .configurationUnknown }
            guard let granted = grant.configurations.first(where: id.hasSameBytes) else {
                throw .configurationNotGranted
            }
            guard !grant.usesIdentifiers else { throw .identifierExpected }
            return granted
        case (nil, let identifier?):
            guard let identifier = identifier.string else { throw .credentialRequestMalformed }
            guard grant.usesIdentifiers,
                let id = grant.configurations.first(where: { id in
                    Grant.identifier(of: id, in: key).hasSameBytes(as: identifier)
                })
            else { throw .identifierUnknown }
            return id
        default: throw .credentialRequestMalformed
        }
    }

    /// The keys proven and the one nonce of all the proofs.
    private func proofs(
        _ body: JSONObject
    ) throws(OAuthFault) -> (keys: [VerifyingKey], nonce: String) {
        guard let proofs = body["proofs"] else { throw .proofMissing }
        guard let kinds = proofs.object else { throw .proofInvalid(.malformed) }
        guard !kinds.isEmpty else { throw .proofMissing }
        guard kinds.count == 1, let list = kinds["jwt"] else { throw .proofKindUnsupported }
        guard let texts = list.array else { throw .proofInvalid(.malformed) }
        guard !texts.isEmpty else { throw .proofMissing }
        // Before a signature is looked at (R4).
        guard texts.count <= policy.batchSize else { throw .proofsTooMany }
        var keys = [VerifyingKey]()
        var nonce: String?
        for text in texts {
            guard let text = text.string else { throw .proofInvalid(.malformed) }
            let proof = try KeyProof(
                parsing: text, audience: issuer, now: clock(), policy: policy)
            guard !keys.contains(proof.key) else { throw .keyRepeated }
            keys.append(proof.key)
            if let nonce {
                guard nonce.hasSameBytes(as: proof.nonce) else { throw .nonceMissing }
            }
            nonce = proof.nonce
        }
        guard let nonce else { throw .proofMissing }
        return (keys, nonce)
    }

    /// Uses a nonce up: atomically, for one request and its exact repetitions (A71).
    private func useNonce(
        _ nonce: String, until end: Int64, for order: Order
    ) async throws(OAuthFault) {
        let key = Array(nonce.utf8)
        // Longer than it is fresh: a process whose clock is ahead may clean up for one whose clock is behind.
        let forgotten = end + policy.skew
        if try await records.replace(.nonce, key, nil, with: order.request, until: forgotten) {
            return
        }
        guard let kept = try await records.value(.nonce, key),
            kept.starts(with: order.request)
        else { throw .nonceInvalid(.replayed) }
        // What the issuer refused it refused: the same request does not ask again.
        let reason = kept.dropFirst(order.request.count)
        guard !reason.isEmpty else { return }
        throw .denied(
            Refusal(rawValue: String(decoding: reason, as: UTF8.self)) ?? .unavailable)
    }

    /// Gives the order to the issuer, unless it has been answered or is being answered.
    private func place(_ order: Order, _ nonce: String) async throws(OAuthFault) -> OAuthAnswer {
        let now = clock()
        let earlier = try await earlier(order)
        if let earlier {
            guard earlier.isBy(order) else { throw .alreadyIssued }
            if let answer = earlier.answer(for: order) { return answer }
            guard earlier.lease < now else { throw .inProgress }
        }
        let pending = OrderRecord.pending(order, lease: now + policy.orderLease)
        guard
            try await records.replace(
                .order, order.key, earlier?.bytes, with: pending, until: order.end)
        else { throw .inProgress }
        let outcome: CredentialOutcome
        do {
            outcome = try await issue(order.content)
        } catch {
            try await refuse(order, pending, nonce, error)
            throw .denied(error)
        }
        let answer: OAuthAnswer
        switch outcome {
        case .issued(let credentials): answer = try await deliver(credentials, order)
        case .later(let seconds):
            let transaction = Ticket()
            try await records.add(
                .transaction, transaction.key, order.encoded, until: order.end)
            answer = waiting(transaction.text, seconds)
        }
        try await keep(answer, of: order, instead: pending)
        return answer
    }

    /// Makes room for another try, and remembers the refusal for repetitions of this very request.
    private func refuse(
        _ order: Order, _ pending: [UInt8], _ nonce: String, _ reason: Refusal
    ) async throws(OAuthFault) {
        _ = try await records.replace(.order, order.key, pending, with: nil, until: order.end)
        guard reason != .unavailable else { return }
        _ = try await records.replace(
            .nonce, Array(nonce.utf8), order.request,
            with: order.request + Array(reason.rawValue.utf8),
            until: clock() + policy.nonceLifetime + policy.skew)
    }

    /// Credentials as an answer, with a name for what the wallet will report about them.
    func deliver(
        _ credentials: [IssuedCredential], _ order: Order
    ) async throws(OAuthFault) -> OAuthAnswer {
        // The issuer's own mistake: nothing is sent that is not one credential a key.
        guard (1...order.content.holders.count).contains(credentials.count) else {
            throw .denied(.unavailable)
        }
        let notification = Ticket()
        try await records.add(
            .notification, notification.key, order.grant + order.content.idempotencyKey,
            until: order.end)
        let list = credentials.map { issued -> JSON in
            var element: JSONObject = ["credential": .string(issued.credential)]
            element.add("tegata", text: issued.companion)
            return .object(element)
        }
        return OAuthAnswer(
            200,
            ["credentials": .array(list), "notification_id": .string(notification.text)])
    }

    func waiting(_ transaction: String, _ seconds: Int) -> OAuthAnswer {
        OAuthAnswer(
            202,
            [
                "transaction_id": .string(transaction),
                "interval": .number(JSONNumber(Int64(max(1, seconds)))),
            ])
    }

    private func earlier(_ order: Order) async throws(OAuthFault) -> OrderRecord? {
        guard let bytes = try await records.value(.order, order.key) else { return nil }
        return OrderRecord(bytes)
    }

    /// Keeps an answer for repetitions, in place of what was kept.
    func keep(
        _ answer: OAuthAnswer, of order: Order, instead old: [UInt8]
    ) async throws(OAuthFault) {
        _ = try await records.replace(
            .order, order.key, old, with: OrderRecord.answered(order, answer), until: order.end)
    }
}
