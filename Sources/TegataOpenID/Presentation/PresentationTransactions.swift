public import Tegata
internal import TegataCrypto
public import TegataSDJWT

/// A verifier's conversations over OpenID4VP: each is started by a browser, asked by a request, answered by a wallet, and
/// its result is collected by the browser that started it, and by no other (Spec/openid4vp.md).
///
/// It opens no socket and keeps nothing in memory: a server maps its routes to these methods, and several processes may
/// share the stores. Someone who can read the state store can decrypt recorded answers of open transactions; someone who
/// can rewrite it can move a result to another session.
public struct PresentationTransactions: Sendable {
    /// Where the wallet is.
    public enum Flow: Sendable {
        /// On the device of the browser: the wallet sends it back with a code.
        case sameDevice
        /// On another device, which scans the link: the browser polls.
        case crossDevice
    }

    /// Who asks.
    public let client: PresentationClient
    /// How answers travel.
    public let responseMode: ResponseMode
    let verifier: Verifier
    let credentials: CredentialTrust?
    let endpoints: PresentationEndpoints
    let store: any StateStore
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - client: who asks.
    ///   - verifier: who checks cards; its `id` is the client's.
    ///   - credentials: whose other credentials are believed; nobody's unless said.
    ///   - endpoints: where the server is reached.
    ///   - responseMode: how answers travel; encrypted unless said otherwise.
    ///   - store: what remembers the transactions.
    /// - Throws: `conflict` when verifier and client have two names; `unsupported` for a verifier whose policy asks for no
    ///   holder binding, or for log proofs, which no wallet of this protocol can be asked for.
    public init(
        client: PresentationClient, verifier: Verifier, credentials: CredentialTrust? = nil,
        endpoints: PresentationEndpoints, responseMode: ResponseMode = .directPostJWT,
        store: some StateStore
    ) throws(Refusal) {
        try self.init(
            client: client, verifier: verifier, credentials: credentials, endpoints: endpoints,
            responseMode: responseMode, store: store, clock: { SystemClock.now })
    }

    package init(
        client: PresentationClient, verifier: Verifier, credentials: CredentialTrust? = nil,
        endpoints: PresentationEndpoints, responseMode: ResponseMode, store: some StateStore,
        clock: @escaping @Sendable () -> Int64
    ) throws(Refusal) {
        guard verifier.id.hasSameBytes(as: client.id) else { throw .conflict }
        guard verifier.policy.requiresHolderBinding, !verifier.policy.requiresLogProof else {
            throw .unsupported
        }
        if client.identifier.prefix == .redirectURI {
            guard client.identifier.name.hasSameBytes(as: endpoints.response) else {
                throw .conflict
            }
        }
        self.client = client
        self.verifier = verifier
        self.credentials = credentials
        self.endpoints = endpoints
        self.responseMode = responseMode
        self.store = store
        self.clock = clock
    }

    /// Starts a transaction.
    ///
    /// - Parameters:
    ///   - flow: where the wallet is.
    ///   - claims: the names of the claims to show.
    ///   - edition: the one edition that will do; `nil` for any of a trusted issuer.
    ///   - issuers: whose cards will do, where not those of everybody who is trusted.
    ///   - session: the browser's session ticket, if it has one of an earlier transaction; else a new one is made.
    ///   - scheme: what the link starts with, `openid4vp://` or a wallet's own address.
    ///   - postsNonce: whether wallets shall fetch the request with a POST that brings their own nonce.
    /// - Returns: what the page needs: the link, and the session ticket for a cookie.
    /// - Throws: `unavailable`, also where none of `issuers` is trusted; `limitExceeded`; `unauthorized` for a session that is no ticket.
    public func start(
        _ flow: Flow, asking claims: [String], edition: OpenEdition? = nil,
        of issuers: [String]? = nil, session: String? = nil,
        scheme: String = "openid4vp://", postsNonce: Bool = false
    ) async throws(Refusal) -> StartedPresentation {
        let types = verifier.cardTypes(of: issuers)
        guard issuers == nil || !types.isEmpty else { throw .unavailable }
        let browser = try browser(session)
        let challenge = try await verifier.challenge(asking: claims, edition: edition)
        let query = DCQLQuery(
            CredentialQuery(
                id: Self.card, types: types, claims: claims.map { ClaimsQuery($0) }))
        return try await begin(
            flow, challenge, query, asksCard: true, of: issuers, browser, scheme: scheme,
            postsNonce: postsNonce)
    }

    /// Starts a transaction that asks for credentials of other issuers, SD-JWT VCs with ES256 and `x5c`.
    ///
    /// - Parameters:
    ///   - flow: where the wallet is.
    ///   - query: what is asked for; every credential with holder binding.
    ///   - issuers: whose will do, where not everybody's that is believed does: a query cannot say so.
    ///   - session: the browser's session ticket, as for cards.
    ///   - scheme: what the link starts with.
    ///   - postsNonce: whether wallets shall fetch the request with a POST.
    /// - Returns: what the page needs; `credentials(of:session:responseCode:)` collects.
    /// - Throws: as for cards; `unsupported` for a query that this verifier could not check the answer to.
    public func start(
        _ flow: Flow, asking query: DCQLQuery, of issuers: [String]? = nil, session: String? = nil,
        scheme: String = "openid4vp://", postsNonce: Bool = false
    ) async throws(Refusal) -> StartedPresentation {
        guard credentials != nil,
            query.credentials.allSatisfy({
                $0.format.hasSameBytes(as: "dc+sd-jwt") && $0.requiresHolderBinding
            })
        else { throw .unsupported }
        let browser = try browser(session)
        let challenge = try await verifier.challenge(asking: [])
        return try await begin(
            flow, challenge, query, asksCard: false, of: issuers, browser, scheme: scheme,
            postsNonce: postsNonce)
    }

    /// The request object, for a wallet that fetches it: as often as it likes while the transaction is open (A65).
    ///
    /// - Parameters:
    ///   - transaction: the last part of the address.
    ///   - body: the form of a POST; `nil` for a GET.
    /// - Returns: the text to send as `application/oauth-authz-req+jwt`.
    /// - Throws: `conflict` for a transaction that is unknown or over, `expired`, `malformed`.
    public func request(
        of transaction: String, body: String? = nil
    ) async throws(Refusal) -> String {
        var walletNonce: String?
        if let body {
            walletNonce = try PresentationForm(parsing: body, limit: 64 * 1024)["wallet_nonce"]
            guard walletNonce.map({ (1...512).contains($0.utf8.count) }) ?? true else {
                throw .malformed
            }
        }
        let now = clock()
        guard let ticket = Ticket(received: transaction) else { throw .conflict }
        // Two wallets may fetch at once; whoever is second finds the transaction moved on, and looks again.
        for _ in 0..<8 {
            let (record, stored) = try await open(ticket, now)
            guard record.phase == .waiting || record.phase == .requested else { throw .conflict }
            if record.phase == .waiting {
                var next = record
                next.phase = .requested
                guard try await swap(ticket, stored, next, now) else { continue }
            }
            return try client.sign(
                authorizationRequest(ticket, record, walletNonce: walletNonce), issuedAt: now,
                expiry: record.expiry)
        }
        throw .unavailable
    }

    /// Takes what a wallet posted.
    ///
    /// Of any number of answers to one transaction one counts. A refused one changes nothing: the wallet may try again.
    ///
    /// - Returns: the JSON to send back.
    /// - Throws: `conflict` for a transaction that is unknown or over, `expired`; `malformed` also for an answer in the
    ///   open where an encrypted one was asked for (A64); else what `Verifier.verify` throws.
    public func answer(_ body: String) async throws(Refusal) -> String {
        let response = try ReceivedResponse(parsing: body)
        let now = clock()
        guard let ticket = Ticket(received: response.transaction) else { throw .conflict }
        let (record, stored) = try await open(ticket, now)
        guard record.phase == .requested else { throw .conflict }
        if case .declined = response.content {
            try await end(ticket, record, stored, now)
            return "{}"
        }
        let token = try token(in: response, ticket, record)
        // The verifier's nonce is used up here, by exactly one answer.
        let learned = try await learn(token, record, at: now)
        let code = Ticket()
        var next = record
        next.phase = .answered
        next.expiry = now + Self.collection
        next.decryptionKey = nil
        next.responseCode = record.isSameDevice ? code.key : nil
        next.result = learned
        // It was cancelled meanwhile.
        guard try await swap(ticket, stored, next, now) else { throw .conflict }
        guard record.isSameDevice else { return "{}" }
        let reply: JSON = ["redirect_uri": .string(endpoints.completionAddress(of: ticket, code))]
        return String(decoding: reply.encoded, as: UTF8.self)
    }

    /// Where the transaction stands, for the browser that started it.
    ///
    /// - Throws: `unauthorized` for every other session, and for an unknown transaction.
    public func state(
        of transaction: String, session: String
    ) async throws(Refusal) -> PresentationState {
        let now = clock()
        return try await owned(transaction, session, now).record.state(at: now)
    }

    /// Collects the result: once, and by the browser that started the transaction. On the same device it needs the code
    /// that the wallet sent the browser back with (A59).
    ///
    /// - Returns: `nil` while there is no answer yet.
    /// - Throws: `unauthorized` for every other session, a wrong or missing code, an unknown transaction, and a result that
    ///   was collected; `expired`; `conflict` for a transaction that was cancelled.
    public func result(
        of transaction: String, session: String, responseCode: String? = nil
    ) async throws(Refusal) -> PresentationResult? {
        let json = try await collect(
            transaction, session, responseCode, asksCard: true, at: clock())
        return try json.map { json throws(Refusal) in try PresentationResult(stored: json) }
    }

    /// Collects what a transaction about other issuers' credentials came to, as `result(of:session:responseCode:)` does.
    ///
    /// - Returns: `nil` while there is no answer yet.
    /// - Throws: as `result(of:session:responseCode:)`.
    public func credentials(
        of transaction: String, session: String, responseCode: String? = nil
    ) async throws(Refusal) -> [PresentedCredential]? {
        let json = try await collect(
            transaction, session, responseCode, asksCard: false, at: clock())
        guard let json else { return nil }
        guard let list = json.array else { throw .unavailable }
        var shown = [PresentedCredential]()
        for entry in list { shown.append(try PresentedCredential(stored: entry)) }
        return shown
    }

    /// Ends a transaction, for the browser that started it. Answers that come later are `conflict`.
    ///
    /// - Throws: `unauthorized` for every other session; `conflict` for a transaction that is over, `expired`.
    public func cancel(_ transaction: String, session: String) async throws(Refusal) {
        let now = clock()
        let (ticket, record, stored) = try await owned(transaction, session, now)
        switch record.state(at: now) {
        case .expired: throw .expired
        case .cancelled, .finished: throw .conflict
        case .waiting, .requested, .answered: try await end(ticket, record, stored, now)
        }
    }

    /// The clock that the steps go by.
    var now: Int64 { clock() }
    /// A card's name in queries and answers.
    private static let card = "card"
    /// Seconds for collecting a result.
    private static let collection: Int64 = 120
}
