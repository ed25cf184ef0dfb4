internal import TegataCrypto
public import TegataSDJWT

/// An authorization request on the wallet's side: what it pushes, where it sends the browser, and how it knows the answer
/// again. The code verifier and the state stay in here.
public struct WalletAuthorization: Sendable {
    /// The request to push (RFC 9126).
    public let push: OAuthCall
    private let wallet: IssuanceWallet
    private let client: String
    private let redirect: String
    private let verifier: String
    private let state: String

    /// Prepares a request, for an offer or for a configuration that the wallet chose.
    ///
    /// - Throws: `unsupported` when the server offers no pushed requests, no `S256` or no page, or the wallet has no name;
    ///   what `IssuanceWallet.tokenCall` throws about an offer; `malformed` for a redirect that no server should follow.
    public init(
        _ wallet: IssuanceWallet, _ configurations: [String], offer: CredentialOffer? = nil,
        redirect: String
    ) throws(Refusal) {
        guard let endpoint = wallet.server.pushEndpoint, let client = wallet.client,
            wallet.server.authorizationEndpoint != nil,
            wallet.server.challengeMethods.contains("S256"),
            configurations.allSatisfy({ wallet.metadata.configuration($0)?.isSupported == true })
        else { throw .unsupported }
        guard RedirectTarget.isValid(redirect) else { throw .malformed }
        if let offer {
            try wallet.check(offer)
            guard offer.allowsAuthorization else { throw .unsupported }
        }
        self.wallet = wallet
        self.client = client
        self.redirect = redirect
        verifier = Ticket().text
        state = Ticket().text
        let details = configurations.map { id -> JSON in
            ["type": "openid_credential", "credential_configuration_id": .string(id)]
        }
        var form = FormFields()
        form.add("response_type", "code")
        form.add("client_id", client)
        form.add("redirect_uri", redirect)
        form.add("state", state)
        form.add("code_challenge", CodeChallenge.challenge(for: verifier))
        form.add("code_challenge_method", "S256")
        form.add(
            "authorization_details",
            String(decoding: JSON.array(details).encoded, as: UTF8.self))
        form.add("issuer_state", offer?.issuerState)
        push = .form(endpoint, form)
    }

    /// Where to send the browser, once the request was pushed.
    ///
    /// - Throws: what the server's `tegata_reason` says, `malformed`.
    public func page(status: Int, body: [UInt8]) throws(Refusal) -> OAuthCall {
        let uri = try EndpointAnswer(status, body).reader.text("request_uri")
        guard let endpoint = wallet.server.authorizationEndpoint else { throw .unsupported }
        var query = FormFields()
        query.add("client_id", client)
        query.add("request_uri", uri)
        return OAuthCall("GET", RedirectTarget.url(endpoint, adding: query))
    }

    /// What to ask for with the address that the browser came back to.
    ///
    /// - Throws: `conflict` for an answer to another request, `issuerUntrusted` for one of another server (RFC 9207),
    ///   `unauthorized` when the person did not agree, `malformed`.
    public func tokenCall(returning address: String) throws(Refusal) -> OAuthCall {
        let separator = redirect.contains("?") ? "&" : "?"
        guard address.hasPrefix(redirect + separator), let mark = address.firstIndex(of: "?")
        else { throw .malformed }
        let query = try FormFields(parsing: Array(address[address.index(after: mark)...].utf8))
        guard let returned = query["state"],
            SecretBytes.areEqual(Array(returned.utf8).span, Array(state.utf8).span)
        else { throw .conflict }
        let named = query["iss"]
        guard named != nil || !wallet.server.namesIssuerInAnswers,
            named.map(wallet.server.issuer.text.hasSameBytes) ?? true
        else { throw .issuerUntrusted }
        guard query["error"] == nil else { throw .unauthorized }
        guard let code = query["code"] else { throw .malformed }
        var form = FormFields()
        form.add("grant_type", "authorization_code")
        form.add("code", code)
        form.add("redirect_uri", redirect)
        form.add("client_id", client)
        form.add("code_verifier", verifier)
        return .form(wallet.server.tokenEndpoint, form)
    }
}

extension WalletAuthorization: CustomStringConvertible {
    /// Where the answer goes; neither verifier nor state.
    public var description: String { "authorization request of \(client) for \(redirect)" }
}
