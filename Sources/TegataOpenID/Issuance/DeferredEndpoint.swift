internal import TegataSDJWT

// Credentials that took time (OpenID4VCI 1.0 §9), and what became of credentials (§11).
extension IssuanceServer {
    /// Gives the order again, for the keys that were fixed when it was made. A request here can name none.
    func deferredCredential(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        let (token, key, _) = try await bearer(request)
        let body = try request.json(or: .credentialRequestMalformed)
        guard body["credential_response_encryption"] == nil else { throw .encryptionUnsupported }
        guard body["proofs"] == nil, body["proof"] == nil,
            let text = body["transaction_id"]?.string
        else { throw .credentialRequestMalformed }
        guard let transaction = Ticket(received: text),
            let kept = try await records.value(.transaction, transaction.key),
            let order = Order(parsing: kept, token: token), order.grant == key
        else { throw .transactionUnknown }
        let outcome: CredentialOutcome
        do {
            outcome = try await issue(order.content)
        } catch {
            throw .denied(error)
        }
        switch outcome {
        case .later(let seconds): return waiting(text, seconds)
        case .issued(let credentials):
            // Whoever lost the answer asks the credential endpoint again, with the same keys: so the answer is kept first.
            let answer = try await deliver(credentials, order)
            if let old = try await records.value(.order, order.key),
                OrderRecord(old).isBy(order)
            {
                try await keep(answer, of: order, instead: old)
            }
            guard
                try await records.replace(
                    .transaction, transaction.key, kept, with: nil, until: order.end)
            else { throw .transactionUnknown }
            return answer
        }
    }

    /// Hears what a wallet reports. Once or many times, the answer is the same.
    func notification(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        let (_, key, _) = try await bearer(request)
        let body = try request.json(or: .notificationMalformed)
        guard let id = body["notification_id"]?.string, let name = body["event"]?.string,
            let event = CredentialEvent(rawValue: name), event.rawValue.hasSameBytes(as: name),
            body["event_description"].map({ $0.string != nil }) ?? true
        else { throw .notificationMalformed }
        guard let ticket = Ticket(received: id),
            let kept = try await records.value(.notification, ticket.key), kept.starts(with: key)
        else { throw .notificationUnknown }
        await notice(event, Array(kept.dropFirst(key.count)))
        return OAuthAnswer(204)
    }
}
