import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@testable import TegataOpenID

/// An issuer of two kinds of card at one moment, which counts what it was asked for, and a wallet: what the attacks of the
/// catalogue are run against.
final class IssuanceDesk: Sendable {
    static let start: Int64 = 1_795_392_000
    static let club = "https://club.example/members"
    static let person: [UInt8] = Array("session 1".utf8)

    private let time = Mutex<Int64>(IssuanceDesk.start)
    private let log = Mutex<[CredentialOrder]>([])
    private let next = Mutex<[Answer]>([])
    private let events = Mutex<[CredentialEvent]>([])
    let cardKey = SigningKey.secp256k1(IssuanceDesk.key("card"))
    let store: any StateStore
    private let made = Mutex<IssuanceServer?>(nil)

    enum Answer {
        case cards
        case later
        case refuse(Refusal)
        case tooMany
    }

    init(policy: IssuancePolicy = .strict, store: some StateStore = .inMemory()) throws {
        self.store = store
        let server = try server(policy: policy)
        made.withLock { $0 = server }
    }

    /// Another process of the same server.
    func server(policy: IssuancePolicy = .strict) throws -> IssuanceServer {
        IssuanceServer(
            at: try IssuerIdentifier(Self.club), keys: [cardKey.verifyingKey],
            display: [
                DisplayText("Club", locale: "en"), DisplayText("倶楽部", locale: "ja"),
            ],
            offering: [
                .init(id: "founders", configuration: Self.kind("founders")),
                .init(id: "friends", configuration: Self.kind("friends")),
            ], policy: policy, store: store, nonceKey: [UInt8](repeating: 7, count: 32),
            clock: { self.now },
            noticing: { event, _ in self.events.withLock { $0.append(event) } },
            issuing: { order throws(Refusal) in try self.issue(order) })
    }

    var server: IssuanceServer {
        get throws { try #require(made.withLock { $0 }) }
    }

    var now: Int64 { time.withLock { $0 } }
    func pass(_ seconds: Int64) { time.withLock { $0 += seconds } }
    /// What the issuer was asked for.
    var orders: [CredentialOrder] { log.withLock { $0 } }
    var reported: [CredentialEvent] { events.withLock { $0 } }
    /// What the issuer will answer, in order; after that, cards.
    func willAnswer(_ answers: Answer...) { next.withLock { $0 += answers } }

    static func key(_ seed: String) -> Secp256k1.PrivateKey {
        var random = SeededRandomness(seed)
        return Secp256k1.PrivateKey(SecretScalar.random(using: &random))
    }

    static func type(_ id: String) -> String { "\(club)/types/\(id)" }

    static func kind(_ id: String) -> CredentialConfiguration {
        CredentialConfiguration(
            vct: type(id), scope: id,
            display: [
                DisplayText(
                    "Founders", locale: "en", logo: .init(uri: "https://club.example/logo.png"),
                    explanation: "The first 500", backgroundColor: "#12107c"),
                DisplayText("創設会員", locale: "ja"),
            ],
            claims: [
                ClaimDescription(
                    "tier", isMandatory: true,
                    display: [
                        DisplayText("Tier", locale: "en"), DisplayText("等級", locale: "ja"),
                    ])
            ])
    }

    private func issue(_ order: CredentialOrder) throws(Refusal) -> CredentialOutcome {
        log.withLock { $0.append(order) }
        switch next.withLock({ $0.isEmpty ? .cards : $0.removeFirst() }) {
        case .refuse(let reason): throw reason
        case .later: return .later(after: 60)
        case .tooMany:
            return .issued(Array(repeating: .init("x"), count: order.holders.count + 1))
        case .cards:
            var cards = [IssuedCredential]()
            for key in order.holders {
                cards.append(IssuedCredential(try card(for: key, order.configuration)))
            }
            return .issued(cards)
        }
    }

    func card(
        for key: VerifyingKey, _ id: String, issuer: String = club, by signer: SigningKey? = nil
    ) throws(Refusal) -> String {
        var random = SystemRandomness()
        let claims: [IssuedClaim] = [
            .open("iss", .string(issuer)), .open("iat", .number(JSONNumber(now))),
            .open("exp", .number(JSONNumber(now + 86_400))), .open("vct", .string(Self.type(id))),
            .open("cnf", ["jwk": .object(key.jwk)]), .selective("tier", "gold"),
        ]
        guard
            let card = try? SDJWTIssuing.issue(
                claims, keyID: cardKey.verifyingKey.thumbprint, by: signer ?? cardKey,
                using: &random)
        else { throw .malformed }
        return String(decoding: card, as: UTF8.self)
    }

    // What a wallet does, in steps.

    func wallet(client: String? = nil) throws -> IssuanceWallet {
        let issuer = try IssuerIdentifier(Self.club)
        let server = try server
        return try IssuanceWallet(
            try CredentialIssuerMetadata(parsing: server.metadata.json.encoded, of: issuer),
            try AuthorizationServerMetadata(
                parsing: server.authorizationServer.json.encoded, of: issuer),
            client: client, clock: { self.now })
    }

    func send(_ call: OAuthCall) async throws -> OAuthAnswer {
        try await server.answer(call.received)
    }

    func offer(
        _ ids: [String] = ["founders"], by grants: OfferGrants = .preAuthorized,
        protectedBy protection: OfferProtection = .transactionCode
    ) async throws -> MadeOffer {
        try await server.offer(ids, for: Self.person, by: grants, protectedBy: protection)
    }

    /// Tokens for a fresh offer.
    func tokens(
        _ ids: [String] = ["founders"], protectedBy protection: OfferProtection = .transactionCode
    ) async throws -> IssuanceTokens {
        let made = try await offer(ids, protectedBy: protection)
        let call = try wallet().tokenCall(for: made.offer, transactionCode: made.transactionCode)
        let answer = try await send(call)
        return try IssuanceTokens(status: answer.status, body: answer.body)
    }

    func nonce() async throws -> String {
        let answer = try await send(wallet().nonceCall())
        return try wallet().nonce(status: answer.status, body: answer.body)
    }

    /// A request for a card, good in every respect.
    func call(
        _ tokens: IssuanceTokens, keys: [SigningKey], id: String = "founders", nonce: String? = nil
    ) async throws -> OAuthCall {
        var fresh = nonce
        if fresh == nil { fresh = try await self.nonce() }
        return try wallet().credentialCall(id, tokens, nonce: try #require(fresh), keys: keys)
    }

    /// A request with this body and token.
    func post(
        _ endpoint: String, _ body: JSON, token: String
    ) async throws -> OAuthAnswer {
        try await server.answer(
            OAuthRequest(
                method: "POST", path: "/members/" + endpoint, authorization: ["Bearer " + token],
                contentType: "application/json", body: body.encoded))
    }

    /// A form to the token endpoint.
    func token(_ fields: [(String, String)]) async throws -> OAuthAnswer {
        var form = FormFields()
        for (name, value) in fields { form.add(name, value) }
        return try await server.answer(OAuthCall.form(Self.club + "/token", form).received)
    }

    func redeem(_ code: String, _ transactionCode: String? = nil) async throws -> OAuthAnswer {
        var fields = [
            ("grant_type", AuthorizationServerMetadata.preAuthorizedGrant),
            ("pre-authorized_code", code),
        ]
        if let transactionCode { fields.append(("tx_code", transactionCode)) }
        return try await token(fields)
    }
}

extension OAuthAnswer {
    /// The OAuth error.
    var error: String? { json?["error"]?.string }
}
