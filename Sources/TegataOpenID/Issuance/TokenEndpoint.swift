internal import TegataCrypto
internal import TegataSDJWT

// The token endpoint (RFC 6749 §5, OpenID4VCI 1.0 §6): three grants, and one swap of the grant's record decides each.
extension IssuanceServer {
    func token(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        let form = try request.form()
        switch form["grant_type"] {
        case AuthorizationServerMetadata.preAuthorizedGrant: return try await preAuthorized(form)
        case "authorization_code": return try await authorized(form)
        case "refresh_token": return try await refreshed(form)
        case nil: throw .requestMalformed
        default: throw .grantTypeUnsupported
        }
    }

    /// Any client, with or without an id (A77).
    private func preAuthorized(_ form: FormFields) async throws(OAuthFault) -> OAuthAnswer {
        guard let text = form["pre-authorized_code"] else { throw .requestMalformed }
        // A code that cannot be ours takes the same road as one that is not: same answer, same work (A125).
        let code = Ticket(received: text) ?? Ticket()
        let given = form["tx_code"]
        let keyed = Grant.keyed(given ?? "", by: code)
        let key = try await records.value(.preAuthorizedCode, code.key) ?? code.key
        let asked = try details(form["authorization_details"])
        let now = clock()
        let limit = policy.transactionCodeAttempts
        let isRight = try await records.update(key, or: .codeUnknown) {
            grant throws(OAuthFault) -> Bool in
            try grant.checkIsOpen(now)
            guard grant.transactionCode != nil else {
                guard given == nil else { throw .transactionCodeUnexpected }
                return true
            }
            guard grant.attempts < limit else { throw .codeLocked }
            guard given != nil else { throw .transactionCodeMissing }
            guard !grant.accepts(keyed) else { return true }
            // The offer stays usable; only its owner can make the count start again (A68).
            grant.attempts += 1
            return false
        }
        guard isRight else { throw .codeUnknown }
        return try await redeem(key) { grant throws(OAuthFault) in
            try grant.checkIsOpen(now)
            // Renewed or locked in between: then this was another code.
            guard grant.attempts < limit, grant.accepts(keyed) else { throw .codeUnknown }
            if let asked { try grant.narrow(to: asked) }
        }
    }

    private func authorized(_ form: FormFields) async throws(OAuthFault) -> OAuthAnswer {
        guard let text = form["code"], let verifier = form["code_verifier"] else {
            throw .requestMalformed
        }
        guard let code = Ticket(received: text),
            let bytes = try await records.value(.authorizationCode, code.key),
            let pointer = AuthorizationCode(parsing: bytes),
            CodeChallenge.isValid(verifier, for: pointer.challenge),
            form["client_id"].map(pointer.client.hasSameBytes) ?? false,
            form["redirect_uri"].map(pointer.redirect.hasSameBytes) ?? false
        else { throw .codeUnknown }
        let now = clock()
        return try await redeem(pointer.grant) { grant throws(OAuthFault) in
            guard grant.phase == .approved, grant.code == code.key else { throw .codeUsed }
            guard grant.codeEnd >= now else { throw .codeExpired }
        }
    }

    /// A new pair of tokens for the old refresh token. One that comes twice was copied, and nobody can tell which of the two
    /// is the wallet: the grant ends (RFC 9700 §4.14.2).
    private func refreshed(_ form: FormFields) async throws(OAuthFault) -> OAuthAnswer {
        guard let text = form["refresh_token"] else { throw .requestMalformed }
        guard let old = Ticket(received: text),
            let key = try await records.value(.refresh, old.key)
        else { throw .refreshUnknown }
        let isCurrent = try await records.update(key, or: .refreshUnknown) {
            grant throws(OAuthFault) -> Bool in
            guard grant.phase == .redeemed else { throw .refreshUsed }
            guard grant.refresh != old.key else { return true }
            grant.phase = .closed
            return false
        }
        guard isCurrent else { throw .refreshUsed }
        return try await redeem(key) { grant throws(OAuthFault) in
            guard grant.phase == .redeemed, grant.refresh == old.key else { throw .refreshUsed }
            grant.renewal += 1
        }
    }

    private struct Tokens: Sendable {
        let access = Ticket()
        let refresh = Ticket()
    }

    /// Gives tokens for a grant, to one of any number of callers: `check` judges the record that is swapped.
    ///
    /// Where the tokens lead to is kept first. They open nothing before the grant names them, and a crash in between leaves no
    /// redeemed grant without tokens.
    private func redeem(
        _ key: [UInt8], _ check: (inout Grant) throws(OAuthFault) -> Void
    ) async throws(OAuthFault) -> OAuthAnswer {
        let tokens = Tokens()
        let now = clock()
        let end = now + policy.refreshLifetime
        // An hour beyond, so that an old token is told that it is old.
        let accessEnd = now + policy.accessLifetime + 3600
        try await records.add(.access, tokens.access.key, key, until: accessEnd)
        try await records.add(.refresh, tokens.refresh.key, key, until: end)
        do {
            let grant = try await records.update(key, or: .codeUnknown) {
                grant throws(OAuthFault) -> Grant in
                try check(&grant)
                grant.phase = .redeemed
                grant.code = nil
                grant.transactionCode = nil
                grant.access = tokens.access.key
                grant.accessEnd = now + policy.accessLifetime
                grant.refresh = tokens.refresh.key
                grant.end = end
                return grant
            }
            return answer(tokens, grant, key)
        } catch {
            _ = try await records.replace(.access, tokens.access.key, key, with: nil, until: end)
            _ = try await records.replace(.refresh, tokens.refresh.key, key, with: nil, until: end)
            throw error
        }
    }

    private func answer(_ tokens: Tokens, _ grant: Grant, _ key: [UInt8]) -> OAuthAnswer {
        var object: JSONObject = [
            "access_token": .string(tokens.access.text), "token_type": "Bearer",
            "expires_in": .number(JSONNumber(policy.accessLifetime)),
            "refresh_token": .string(tokens.refresh.text),
        ]
        if grant.usesIdentifiers {
            let details = grant.configurations.map { id -> JSON in
                [
                    "type": "openid_credential", "credential_configuration_id": .string(id),
                    "credential_identifiers": [.string(Grant.identifier(of: id, in: key))],
                ]
            }
            object.add("authorization_details", .array(details))
        }
        return OAuthAnswer(200, .object(object))
    }

    /// The grant that the access token of a request is for, and its key. Throws what RFC 6750 §3.1 names.
    func bearer(
        _ request: OAuthRequest
    ) async throws(OAuthFault) -> (token: Ticket, key: [UInt8], grant: Grant) {
        let token = try BearerToken.read(request)
        guard let key = try await records.value(.access, token.key),
            let grant = try await records.grant(key), grant.phase == .redeemed,
            grant.access == token.key
        else { throw .tokenUnknown }
        guard grant.accessEnd >= clock() else { throw .tokenExpired }
        return (token, key, grant)
    }
}

extension Grant {
    /// Whether there is no transaction code or this is it. In constant time (A125).
    func accepts(_ keyed: [UInt8]) -> Bool {
        guard let transactionCode else { return true }
        return SecretBytes.areEqual(transactionCode.span, keyed.span)
    }

    /// Narrows an offer to what the wallet asks for. Throws `detailsInvalid` for more than was offered.
    mutating func narrow(to asked: [String]) throws(OAuthFault) {
        guard asked.allSatisfy({ id in configurations.contains(where: id.hasSameBytes) }) else {
            throw .detailsInvalid
        }
        configurations = asked
        usesIdentifiers = true
    }
}

extension IssuanceServer {
    /// The configurations that `authorization_details` asks for (§5.1.1); `nil` without it.
    ///
    /// Throws `requestMalformed`; `detailsInvalid` for types, locations and configurations that are not ours.
    func details(_ text: String?) throws(OAuthFault) -> [String]? {
        guard let text else { return nil }
        guard let json = try? JSON(parsing: Array(text.utf8)), let list = json.array,
            !list.isEmpty, list.count <= 64
        else { throw .requestMalformed }
        var ids = [String]()
        for detail in list {
            guard let type = detail["type"]?.string else { throw .requestMalformed }
            guard type.hasSameBytes(as: "openid_credential") else { throw .detailsInvalid }
            guard let id = detail["credential_configuration_id"]?.string else {
                throw .requestMalformed
            }
            guard metadata.configuration(id) != nil, !ids.contains(where: id.hasSameBytes) else {
                throw .detailsInvalid
            }
            if let locations = detail["locations"] {
                guard locations.array?.contains(.string(issuer.text)) == true else {
                    throw .detailsInvalid
                }
            }
            ids.append(id)
        }
        return ids
    }
}
