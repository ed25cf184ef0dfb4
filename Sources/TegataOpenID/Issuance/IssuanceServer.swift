public import Tegata
internal import TegataCrypto
public import TegataSDJWT

/// A credential issuer with its own authorization server (OpenID4VCI 1.0), as functions from requests to answers: routes,
/// sockets and the page where a person agrees are the caller's.
///
/// Whatever comes in, the issuer is asked at most once for a `c_nonce`, unless it was away, and a grant gives credentials of a
/// kind to one set of keys. Every refusal has an OAuth error, a text that says what to do, and a stable reason in `tegata_reason`.
public struct IssuanceServer: Sendable {
    /// Whom the metadata names.
    public let issuer: IssuerIdentifier
    /// What is published at `/.well-known/openid-credential-issuer`.
    public let metadata: CredentialIssuerMetadata
    /// What is published at `/.well-known/oauth-authorization-server`.
    public let authorizationServer: AuthorizationServerMetadata
    /// What is published at `/.well-known/jwt-vc-issuer`.
    public let cardIssuer: CardIssuerMetadata

    let policy: IssuancePolicy
    let records: IssuanceRecords
    let nonces: CredentialNonces
    let issue: @Sendable (CredentialOrder) async throws(Refusal) -> CredentialOutcome
    let notice: @Sendable (CredentialEvent, [UInt8]) async -> Void
    let clock: @Sendable () -> Int64

    /// A server whose endpoints are below `issuer`: `/token`, `/par`, `/authorize`, `/nonce`, `/credential`,
    /// `/deferred_credential`, `/notification` and `/offers/…`.
    ///
    /// `keys` are those that sign its cards, `display` is its name, a language each, and the names of `configurations` are unique.
    /// Several processes may share `store`, and then they share `nonceKey` too: 32 secret bytes, fresh ones for this process when
    /// `nil`. `noticing` hears what wallets report, with the idempotency key of the order. `issuing` makes the credentials of an
    /// order; `CredentialOrder.idempotencyKey` says what it promises.
    public init(
        at issuer: IssuerIdentifier, keys: [VerifyingKey], display: [DisplayText] = [],
        offering configurations: [CredentialConfiguration.Named],
        policy: IssuancePolicy = .strict, store: some StateStore, nonceKey: [UInt8]? = nil,
        noticing: @escaping @Sendable (CredentialEvent, [UInt8]) async -> Void = { _, _ in },
        issuing: @escaping @Sendable (CredentialOrder) async throws(Refusal) -> CredentialOutcome
    ) {
        self.init(
            at: issuer, keys: keys, display: display, offering: configurations, policy: policy,
            store: store, nonceKey: nonceKey, clock: { SystemClock.now }, noticing: noticing,
            issuing: issuing)
    }

    package init(
        at issuer: IssuerIdentifier, keys: [VerifyingKey], display: [DisplayText] = [],
        offering configurations: [CredentialConfiguration.Named],
        policy: IssuancePolicy = .strict, store: some StateStore, nonceKey: [UInt8]? = nil,
        clock: @escaping @Sendable () -> Int64,
        noticing: @escaping @Sendable (CredentialEvent, [UInt8]) async -> Void = { _, _ in },
        issuing: @escaping @Sendable (CredentialOrder) async throws(Refusal) -> CredentialOutcome
    ) {
        precondition(!configurations.isEmpty, "an issuer offers something")
        precondition(policy.batchSize >= 1, "a request has room for a proof")
        precondition(policy.transactionCodeLength >= 4, "a transaction code cannot be guessed")
        precondition(nonceKey.map { $0.count >= 32 } ?? true, "a nonce key has 32 bytes")
        self.issuer = issuer
        metadata = CredentialIssuerMetadata(
            of: issuer, display: display, configurations: configurations,
            batchSize: policy.batchSize)
        authorizationServer = AuthorizationServerMetadata(of: issuer)
        cardIssuer = CardIssuerMetadata(of: issuer, keys: keys)
        self.policy = policy
        self.clock = clock
        records = IssuanceRecords(store: store, clock: clock)
        var random = SystemRandomness()
        nonces = CredentialNonces(
            key: nonceKey ?? random.bytes(32), lifetime: policy.nonceLifetime)
        notice = noticing
        issue = issuing
    }

    /// Answers a request to any endpoint but the page.
    ///
    /// The page, `/authorize`, is the caller's: see `authorization(for:)`, `approve(_:for:)` and `deny(_:)`.
    public func answer(_ request: OAuthRequest) async -> OAuthAnswer {
        do {
            return try await route(request)
        } catch {
            return error.answer
        }
    }

    private func route(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        guard request.body.count <= 256 * 1024, request.query.utf8.count <= 16 * 1024 else {
            throw .requestTooLarge
        }
        let path = request.path
        if path.hasSameBytes(as: issuer.wellKnownPath("openid-credential-issuer")) {
            return try document(metadata.json, request)
        }
        if path.hasSameBytes(as: issuer.wellKnownPath("oauth-authorization-server")) {
            return try document(authorizationServer.json, request)
        }
        if path.hasSameBytes(as: cardIssuer.path) { return try document(cardIssuer.json, request) }
        let base = issuer.endpoint("").path
        guard path.hasPrefix(base) else { throw .notFound }
        let name = String(path.dropFirst(base.count))
        if name.hasPrefix("offers/") {
            guard request.method == "GET" else { throw .onlyGET }
            return try await fetchOffer(String(name.dropFirst("offers/".count)))
        }
        let endpoints: [String: (OAuthRequest) async throws(OAuthFault) -> OAuthAnswer] = [
            "token": token, "par": push, "nonce": nonce, "credential": credential,
            "deferred_credential": deferredCredential, "notification": notification,
        ]
        guard let endpoint = endpoints[name] else { throw .notFound }
        guard request.method == "POST" else { throw .onlyPOST }
        return try await endpoint(request)
    }

    private func document(
        _ json: JSON, _ request: OAuthRequest
    ) throws(OAuthFault) -> OAuthAnswer {
        guard request.method == "GET" else { throw .onlyGET }
        return OAuthAnswer(200, json, caching: true)
    }

    /// A fresh `c_nonce` (§7). Nothing is kept: anybody may ask.
    private func nonce(_ request: OAuthRequest) async throws(OAuthFault) -> OAuthAnswer {
        OAuthAnswer(200, ["c_nonce": .string(nonces.make(now: clock()))])
    }
}
