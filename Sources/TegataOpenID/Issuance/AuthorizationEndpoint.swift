internal import TegataCrypto
internal import TegataSDJWT

/// An authorization request that waits for a person to agree: what the page shows.
public struct PendingAuthorization: Sendable {
    /// What the wallet calls itself, at most 512 bytes. Anybody can call themselves so: escape it, and show `destination`
    /// beside it.
    public let client: String
    /// Where the answer goes, as scheme and host.
    public let destination: String
    /// What would be issued, names in the metadata.
    public let configurations: [String]
    /// Whether the request came from an offer. Then only the person for whom it was made can approve.
    public let isForOffer: Bool
    let ticket: Ticket
}

extension IssuanceServer {
    private static var prefix: String { "urn:ietf:params:oauth:request_uri:" }

    /// The pushed authorization request endpoint (RFC 9126). Everything about the request is checked here, so the page that
    /// follows cannot be made to show or send anything else.
    func push(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        let form = try request.form()
        guard form["request_uri"] == nil, form["request"] == nil, let client = form["client_id"],
            let type = form["response_type"], client.utf8.count <= 512,
            form["state"]?.utf8.count ?? 0 <= 2048
        else { throw .requestMalformed }
        guard type == "code" else { throw .responseTypeUnsupported }
        guard let challenge = form["code_challenge"], CodeChallenge.isValid(challenge),
            form["code_challenge_method"] == "S256"
        else { throw .challengeMissing }
        guard let redirect = form["redirect_uri"], RedirectTarget.isValid(redirect) else {
            throw .redirectInvalid
        }
        let details = try details(form["authorization_details"])
        var asked = details ?? []
        for id in scoped(form["scope"]) where !asked.contains(where: id.hasSameBytes) {
            asked.append(id)
        }
        var grantKey: [UInt8]?
        if let text = form["issuer_state"] {
            guard let state = Ticket(received: text),
                let key = try await records.value(.issuerState, state.key),
                let grant = try await records.grant(key)
            else { throw .issuerStateUnknown }
            try grant.checkIsOpen(clock())
            if asked.isEmpty { asked = grant.configurations }
            guard
                asked.allSatisfy({ id in grant.configurations.contains(where: id.hasSameBytes) })
            else { throw .detailsInvalid }
            grantKey = key
        }
        guard !asked.isEmpty else { throw .scopeUnknown }
        let ticket = Ticket()
        let pushed = PushedRequest(
            client: client, redirect: redirect, state: form["state"], challenge: challenge,
            configurations: asked, usesIdentifiers: details != nil, grant: grantKey)
        try await records.add(
            .push, ticket.key, pushed.encoded, until: clock() + policy.authorizationLifetime)
        return OAuthAnswer(
            201,
            [
                "request_uri": .string(Self.prefix + ticket.text),
                "expires_in": .number(JSONNumber(policy.authorizationLifetime)),
            ])
    }

    /// The configurations that scopes name (§5.1.2). Scopes that mean nothing here are left aside, as OAuth wants; when nothing
    /// is left, the caller refuses.
    private func scoped(_ text: String?) -> [String] {
        guard let text else { return [] }
        let names = text.split(separator: " ").map(String.init)
        return metadata.configurations.filter { named in
            guard let scope = named.configuration.scope else { return false }
            return names.contains(where: scope.hasSameBytes)
        }.map(\.id)
    }

    /// Reads a request to the page: `client_id` and `request_uri`, as a query or form fields. It can be shown as often as it is
    /// loaded; only `approve` and `deny` use it up.
    ///
    /// - Returns: what to show, or the answer to send instead of a page.
    public func authorization(
        for request: OAuthRequest
    ) async -> Result<PendingAuthorization, AuthorizationRefused> {
        do throws(OAuthFault) {
            return .success(try await pending(request))
        } catch {
            return .failure(AuthorizationRefused(answer: error.answer))
        }
    }

    private func pending(
        _ request: OAuthRequest
    ) async throws(OAuthFault) -> PendingAuthorization {
        let fields: FormFields
        do {
            fields = try FormFields(
                parsing: request.method == "POST" ? request.body : Array(request.query.utf8))
        } catch {
            throw .requestMalformed
        }
        guard let uri = fields["request_uri"], let client = fields["client_id"] else {
            throw .pushRequired
        }
        guard uri.hasPrefix(Self.prefix),
            let ticket = Ticket(received: String(uri.dropFirst(Self.prefix.count)))
        else { throw .requestURIUnknown }
        let (pushed, _) = try await pushed(ticket)
        guard pushed.client.hasSameBytes(as: client) else { throw .requestURIUnknown }
        let parts = pushed.redirect.prefix { $0 != "?" }
            .split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return PendingAuthorization(
            client: client, destination: parts.prefix(3).joined(separator: "/"),
            configurations: pushed.configurations, isForOffer: pushed.grant != nil, ticket: ticket)
    }

    private func pushed(
        _ ticket: Ticket
    ) async throws(OAuthFault) -> (request: PushedRequest, bytes: [UInt8]) {
        guard let bytes = try await records.value(.push, ticket.key) else {
            throw .requestURIUnknown
        }
        guard !bytes.isEmpty else { throw .requestURIUsed }
        guard let request = PushedRequest(parsing: bytes) else { throw .denied(.unavailable) }
        return (request, bytes)
    }

    /// The person agreed: sends the browser back to the wallet with a code.
    ///
    /// A request that came from an offer is approved only for the subject of that offer: an offer that somebody else made,
    /// slipped to this person, gives neither of them a card (A73).
    ///
    /// `subject` is who the page found the person to be, the same bytes that `offer(_:for:by:protectedBy:)` takes.
    ///
    /// - Returns: the redirect, or a refusal to show.
    public func approve(
        _ pending: PendingAuthorization, for subject: [UInt8]
    ) async -> OAuthAnswer {
        do {
            return try await approved(pending.ticket, subject)
        } catch {
            return error.answer
        }
    }

    private func approved(
        _ ticket: Ticket, _ subject: [UInt8]
    ) async throws(OAuthFault) -> OAuthAnswer {
        let (request, bytes) = try await pushed(ticket)
        let now = clock()
        if let key = request.grant {
            guard let grant = try await records.grant(key) else { throw .issuerStateUnknown }
            guard SecretBytes.areEqual(grant.subject.span, subject.span) else {
                throw .personDiffers
            }
            try grant.checkIsOpen(now)
        }
        try await use(ticket, bytes)
        let code = Ticket()
        let codeEnd = now + policy.authorizationLifetime / 10
        let key = request.grant ?? Ticket().key
        let pointer = AuthorizationCode(
            grant: key, client: request.client, redirect: request.redirect,
            challenge: request.challenge)
        try await records.add(
            .authorizationCode, code.key, pointer.encoded, until: codeEnd + 3600)
        if request.grant == nil {
            var grant = Grant(
                .approved, subject: subject, configurations: request.configurations,
                deadline: codeEnd, end: codeEnd + 3600)
            grant.usesIdentifiers = request.usesIdentifiers
            grant.code = code.key
            grant.codeEnd = codeEnd
            try await records.add(.grant, key, grant.encoded, until: grant.end)
        } else {
            try await records.update(key, or: .issuerStateUnknown) { grant throws(OAuthFault) in
                try grant.checkIsOpen(now)
                grant.phase = .approved
                grant.configurations = request.configurations
                grant.usesIdentifiers = request.usesIdentifiers
                grant.code = code.key
                grant.codeEnd = codeEnd
                grant.end = max(grant.end, codeEnd + 3600)
            }
        }
        return redirect(request, [("code", code.text)])
    }

    /// The person did not agree: sends the browser back to the wallet with `access_denied`.
    public func deny(_ pending: PendingAuthorization) async -> OAuthAnswer {
        do {
            let (request, bytes) = try await pushed(pending.ticket)
            try await use(pending.ticket, bytes)
            let row = OAuthFault.authorizationDenied.row
            return redirect(
                request,
                [
                    ("error", row.error), ("error_description", row.text),
                    ("tegata_reason", row.reason.rawValue),
                ], reason: row.reason)
        } catch {
            return error.answer
        }
    }

    /// Uses a pushed request up, for one of any number of callers. What stays says that it was used.
    private func use(_ ticket: Ticket, _ bytes: [UInt8]) async throws(OAuthFault) {
        guard
            try await records.replace(
                .push, ticket.key, bytes, with: [], until: clock() + policy.authorizationLifetime)
        else { throw .requestURIUsed }
    }

    private func redirect(
        _ request: PushedRequest, _ fields: [(String, String)], reason: Refusal? = nil
    ) -> OAuthAnswer {
        var query = FormFields()
        for (name, value) in fields { query.add(name, value) }
        query.add("state", request.state)
        query.add("iss", issuer.text)
        let url = RedirectTarget.url(request.redirect, adding: query)
        return OAuthAnswer(302, headers: [.init(name: "Location", value: url)], reason: reason)
    }
}

/// There is no page to show: send this answer.
public struct AuthorizationRefused: Error {
    /// The answer. It never redirects: the request gave no address that could be believed.
    public let answer: OAuthAnswer
}
