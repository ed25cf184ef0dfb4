internal import TegataCrypto
public import TegataSDJWT

/// A wallet that fetches cards from an issuer: it says what to send, and judges what comes back.
public struct IssuanceWallet: Sendable {
    /// What the issuer says about itself.
    public let metadata: CredentialIssuerMetadata
    /// Its authorization server.
    public let server: AuthorizationServerMetadata
    /// What the wallet calls itself; any name will do.
    public let client: String?
    let clock: @Sendable () -> Int64

    /// A wallet for one issuer.
    ///
    /// - Throws: `issuerUntrusted` when `server` is none that the issuer lets authorize; `unsupported` when it wants requests
    ///   encrypted, or offers no nonces.
    public init(
        _ metadata: CredentialIssuerMetadata, _ server: AuthorizationServerMetadata,
        client: String? = nil
    ) throws(Refusal) {
        try self.init(metadata, server, client: client, clock: { SystemClock.now })
    }

    package init(
        _ metadata: CredentialIssuerMetadata, _ server: AuthorizationServerMetadata,
        client: String? = nil, clock: @escaping @Sendable () -> Int64
    ) throws(Refusal) {
        let names =
            metadata.authorizationServers.isEmpty
            ? [metadata.issuer.text] : metadata.authorizationServers
        guard names.contains(where: server.issuer.text.hasSameBytes) else {
            throw .issuerUntrusted
        }
        guard !metadata.requiresEncryption, metadata.nonceEndpoint != nil else {
            throw .unsupported
        }
        self.metadata = metadata
        self.server = server
        self.client = client
        self.clock = clock
    }

    /// Redeems an offer by its pre-authorised code.
    ///
    /// - Throws: `issuerUntrusted` for another issuer's offer; `unsupported` for one of other formats or without that grant;
    ///   `unauthorized` when its transaction code is missing, or there is none.
    public func tokenCall(
        for offer: CredentialOffer, transactionCode: String? = nil
    ) throws(Refusal) -> OAuthCall {
        try check(offer)
        guard let code = offer.preAuthorizedCode,
            server.grantTypes.contains(AuthorizationServerMetadata.preAuthorizedGrant)
        else { throw .unsupported }
        guard (transactionCode == nil) == (offer.transactionCode == nil) else {
            throw .unauthorized
        }
        guard client != nil || server.allowsAnonymousClients else { throw .unsupported }
        var form = FormFields()
        form.add("grant_type", AuthorizationServerMetadata.preAuthorizedGrant)
        form.add("pre-authorized_code", code)
        form.add("tx_code", transactionCode)
        form.add("client_id", client)
        return .form(server.tokenEndpoint, form)
    }

    /// That an offer is this issuer's and for something that can be held here.
    func check(_ offer: CredentialOffer) throws(Refusal) {
        guard offer.issuer == metadata.issuer else { throw .issuerUntrusted }
        if let named = offer.authorizationServer, !named.hasSameBytes(as: server.issuer.text) {
            throw .issuerUntrusted
        }
        for id in offer.configurations {
            guard let configuration = metadata.configuration(id), configuration.isSupported else {
                throw .unsupported
            }
        }
    }

    /// Trades the refresh token for a new pair.
    public func refreshCall(_ tokens: IssuanceTokens) throws(Refusal) -> OAuthCall {
        guard let refresh = tokens.refresh else { throw .unsupported }
        var form = FormFields()
        form.add("grant_type", "refresh_token")
        form.add("refresh_token", refresh)
        form.add("client_id", client)
        return .form(server.tokenEndpoint, form)
    }

    /// Asks for a nonce.
    public func nonceCall() throws(Refusal) -> OAuthCall {
        guard let endpoint = metadata.nonceEndpoint else { throw .unsupported }
        return OAuthCall("POST", endpoint)
    }

    /// The nonce that came back.
    ///
    /// - Throws: what the server's `tegata_reason` says, `malformed`.
    public func nonce(status: Int, body: [UInt8]) throws(Refusal) -> String {
        try EndpointAnswer(status, body).reader.text("c_nonce")
    }

    /// Asks for a card for each key: proves possession of all of them for this nonce.
    ///
    /// - Throws: `unsupported` for a configuration or keys that the issuer does not take; `limitExceeded` for more keys than
    ///   it takes at once.
    public func credentialCall(
        _ id: String, _ tokens: IssuanceTokens, nonce: String, keys: [SigningKey]
    ) throws(Refusal) -> OAuthCall {
        guard let configuration = metadata.configuration(id), configuration.isSupported,
            configuration.bindingMethods.contains("jwk"), !keys.isEmpty,
            keys.allSatisfy({ configuration.proofAlgorithms.contains($0.algorithm.rawValue) })
        else { throw .unsupported }
        guard keys.count <= metadata.batchSize else { throw .limitExceeded }
        let now = clock()
        let proofs = try keys.map { key throws(Refusal) in
            JSON.string(
                try KeyProof.sign(
                    by: key, audience: metadata.issuer, nonce: nonce, client: client, now: now))
        }
        var body = JSONObject()
        if let identifier = tokens.identifier(of: id) {
            body.add("credential_identifier", .string(identifier))
        } else {
            body.add("credential_configuration_id", .string(id))
        }
        body.add("proofs", ["jwt": .array(proofs)])
        return post(metadata.credentialEndpoint, tokens, body)
    }

    /// Asks again for cards that take time.
    public func deferredCall(
        _ transaction: String, _ tokens: IssuanceTokens
    ) throws(Refusal) -> OAuthCall {
        guard let endpoint = metadata.deferredEndpoint else { throw .unsupported }
        return post(endpoint, tokens, ["transaction_id": .string(transaction)])
    }

    /// Reports what became of cards.
    public func notificationCall(
        _ notification: String, _ event: CredentialEvent, _ tokens: IssuanceTokens
    ) throws(Refusal) -> OAuthCall {
        guard let endpoint = metadata.notificationEndpoint else { throw .unsupported }
        return post(
            endpoint, tokens,
            ["notification_id": .string(notification), "event": .string(event.rawValue)])
    }

    private func post(
        _ url: String, _ tokens: IssuanceTokens, _ body: JSONObject
    ) -> OAuthCall {
        OAuthCall(
            "POST", url, authorization: "Bearer " + tokens.access,
            contentType: "application/json", body: JSON.object(body).encoded)
    }

    /// Judges what a credential or deferred request brought: each card is signed by this issuer, of the kind asked for, in
    /// force, and bound to a key of ours that no other card is bound to.
    ///
    /// - Throws: what the server's `tegata_reason` says; `malformed`, `issuerUntrusted`, `signatureInvalid`, `typeMismatch`,
    ///   `expired`, `notYetValid`, `holderBindingInvalid`.
    public func accept(
        status: Int, body: [UInt8], _ id: String, keys: [VerifyingKey],
        trusting issuer: CardIssuerMetadata
    ) throws(Refusal) -> ReceivedCredentials {
        guard let configuration = metadata.configuration(id), let type = configuration.vct else {
            throw .unsupported
        }
        guard issuer.issuer == metadata.issuer else { throw .issuerUntrusted }
        let reader = try EndpointAnswer(status, body).reader
        let list = try reader.optionalList("credentials")
        if let transaction = try reader.optionalText("transaction_id") {
            guard status == 202, list == nil,
                let seconds = try reader.optionalWhole("interval", in: 1...31_536_000)
            else { throw .malformed }
            return .later(transaction: transaction, after: Int(seconds))
        }
        guard status == 200, let list, list.count <= keys.count else { throw .malformed }
        var open = keys
        var cards = [IssuedCredential]()
        for element in list {
            let element = try DocumentReader(element)
            let text = try element.text("credential", atMost: 256 * 1024)
            let holder = try holder(of: text, type: type, issuer)
            guard let index = open.firstIndex(of: holder) else { throw .holderBindingInvalid }
            open.remove(at: index)
            let companion = try element.optionalText("tegata", atMost: 512 * 1024)
            cards.append(IssuedCredential(text, companion: companion))
        }
        return .cards(cards, notification: try reader.optionalText("notification_id"))
    }

    private func holder(
        of text: String, type: String, _ issuer: CardIssuerMetadata
    ) throws(Refusal) -> VerifyingKey {
        let received = try ReceivedSDJWT(parsing: Array(text.utf8), .credential)
        guard !received.hasKeyBinding, let claimed = received.claimedIssuer else {
            throw .malformed
        }
        guard claimed.hasSameBytes(as: issuer.issuer.text) else { throw .issuerUntrusted }
        let verified = try received.verified(by: try issuer.key(for: received.header))
        let claims = try verified.credentialClaims()
        guard claims.type.hasSameBytes(as: type) else { throw .typeMismatch }
        try claims.checkTimes(at: clock())
        return try verified.holderKey()
    }
}

/// What an issuer sent.
public enum ReceivedCredentials: Sendable, Equatable {
    /// Cards, checked; and by what name to report about them. A companion is not judged here: it is for `Holder.accept`.
    case cards([IssuedCredential], notification: String?)
    /// Not yet: ask again after so many seconds.
    case later(transaction: String, after: Int)
}
