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
    private let verifier: Verifier
    private let endpoints: PresentationEndpoints
    private let store: any StateStore
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - client: who asks.
    ///   - verifier: who checks cards; its `id` is the client's.
    ///   - endpoints: where the server is reached.
    ///   - responseMode: how answers travel; encrypted unless said otherwise.
    ///   - store: what remembers the transactions.
    /// - Throws: `conflict` when verifier and client have two names; `unsupported` for a verifier whose policy asks for no
    ///   holder binding, or for log proofs, which no wallet of this protocol can be asked for.
    public init(
        client: PresentationClient, verifier: Verifier, endpoints: PresentationEndpoints,
        responseMode: ResponseMode = .directPostJWT, store: some StateStore
    ) throws(Refusal) {
        try self.init(
            client: client, verifier: verifier, endpoints: endpoints, responseMode: responseMode,
            store: store, clock: { SystemClock.now })
    }

    package init(
        client: PresentationClient, verifier: Verifier, endpoints: PresentationEndpoints,
        responseMode: ResponseMode, store: some StateStore,
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
    ///   - session: the browser's session ticket, if it has one of an earlier transaction; else a new one is made.
    ///   - scheme: what the link starts with, `openid4vp://` or a wallet's own address.
    ///   - postsNonce: whether wallets shall fetch the request with a POST that brings their own nonce.
    /// - Returns: what the page needs: the link, and the session ticket for a cookie.
    /// - Throws: `unavailable`, `limitExceeded`; `unauthorized` for a session that is no ticket.
    public func start(
        _ flow: Flow, asking claims: [String], edition: OpenEdition? = nil, session: String? = nil,
        scheme: String = "openid4vp://", postsNonce: Bool = false
    ) async throws(Refusal) -> StartedPresentation {
        let now = clock()
        let browser = session == nil ? Ticket() : session.flatMap(Ticket.init(received:))
        guard let browser else { throw .unauthorized }
        let challenge = try await verifier.challenge(asking: claims, edition: edition)
        let query = DCQLQuery(
            CredentialQuery(
                id: Self.card, types: verifier.cardTypes, claims: claims.map { ClaimsQuery($0) }))
        let transaction = Ticket()
        let record = PresentationRecord(
            // An unsigned request is in the link, so whoever sees the link has fetched it.
            phase: client.isSigning ? .waiting : .requested, isSameDevice: flow == .sameDevice,
            session: browser.key, expiry: now + verifier.policy.challengeLifetime,
            challenge: challenge, query: query.encoded,
            decryptionKey: responseMode == .directPostJWT
                ? P256.PrivateKey().rawRepresentation : nil)
        guard try await swap(transaction, nil, record, now) else { throw .unavailable }
        return StartedPresentation(
            transaction: transaction.text, session: browser.text,
            link: try link(to: transaction, record, scheme, postsNonce), expiry: record.expiry)
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
        let presentation = try presentation(in: response, ticket, record)
        // The verifier's nonce is used up here, by exactly one answer.
        let membership = try await verifier.verify(presentation, to: record.challenge)
        let code = Ticket()
        var next = record
        next.phase = .answered
        next.expiry = now + Self.collection
        next.decryptionKey = nil
        next.responseCode = record.isSameDevice ? code.key : nil
        next.result = PresentationResult(membership).json
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
        let now = clock()
        let (ticket, record, stored) = try await owned(transaction, session, now)
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
        guard let json = record.result else { throw .unavailable }
        var next = record
        next.phase = .finished
        next.result = nil
        next.responseCode = nil
        guard try await swap(ticket, stored, next, now) else { throw .unauthorized }
        return try PresentationResult(stored: json)
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

    /// The credential's name in queries and answers.
    private static let card = "card"
    /// Seconds for collecting a result.
    private static let collection: Int64 = 120
}

// What the steps are made of.
extension PresentationTransactions {
    private func link(
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

    private func authorizationRequest(
        _ transaction: Ticket, _ record: PresentationRecord, walletNonce: String?
    ) throws(Refusal) -> AuthorizationRequest {
        guard let challenge = try? JSON(parsing: Array(record.challenge.utf8)),
            let nonce = challenge["nonce"]?.string
        else { throw .unavailable }
        let keys = try key(of: record).map {
            [EncryptionKey($0.publicKey, keyID: transaction.text)]
        }
        return AuthorizationRequest(
            client: client.identifier, responseMode: responseMode, responseURI: endpoints.response,
            nonce: nonce, state: transaction.text, query: try DCQLQuery(parsing: record.query),
            metadata: ClientMetadata(
                keys: keys ?? [], encryptions: [.a256GCM, .a128GCM],
                algorithms: verifier.policy.algorithms),
            walletNonce: walletNonce)
    }

    private func key(of record: PresentationRecord) throws(Refusal) -> P256.PrivateKey? {
        guard let bytes = record.decryptionKey else { return nil }
        guard let key = try? P256.PrivateKey(rawRepresentation: bytes) else { throw .unavailable }
        return key
    }

    /// The one presentation in an answer, in the mode that was asked for.
    private func presentation(
        in response: ReceivedResponse, _ transaction: Ticket, _ record: PresentationRecord
    ) throws(Refusal) -> String {
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
        let shown = try VPToken(token, asked: DCQLQuery(parsing: record.query)).presentations
        guard let text = shown.first?.texts.first else { throw .typeMismatch }
        return text
    }

    private func open(
        _ ticket: Ticket, _ now: Int64
    ) async throws(Refusal) -> (record: PresentationRecord, stored: [UInt8]) {
        guard let stored = try await store.value(of: ticket.key, now: now) else { throw .conflict }
        let record = try PresentationRecord(stored: stored)
        guard record.state(at: now) != .expired else { throw .expired }
        return (record, stored)
    }

    private func owned(
        _ transaction: String, _ session: String, _ now: Int64
    ) async throws(Refusal) -> (ticket: Ticket, record: PresentationRecord, stored: [UInt8]) {
        guard let ticket = Ticket(received: transaction),
            let stored = try await store.value(of: ticket.key, now: now)
        else { throw .unauthorized }
        let record = try PresentationRecord(stored: stored)
        guard record.isSession(session) else { throw .unauthorized }
        return (ticket, record, stored)
    }

    private func swap(
        _ ticket: Ticket, _ stored: [UInt8]?, _ record: PresentationRecord, _ now: Int64
    ) async throws(Refusal) -> Bool {
        try await store.replace(
            ticket.key, stored, with: record.encoded,
            until: record.expiry + PresentationRecord.memory, now: now)
    }

    private func end(
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

/// A transaction that has begun.
public struct StartedPresentation: Sendable {
    /// Its name, for the page that waits. It opens nothing by itself.
    public let transaction: String
    /// The browser's session ticket: for a cookie that is `HttpOnly`, `Secure` and `SameSite=Lax`.
    public let session: String
    /// What the wallet opens, or a code that it scans.
    public let link: String
    /// The last second for an answer, since 1970.
    public let expiry: Int64
}
