import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// What a wallet believes of an issuer's answers.
struct IssuanceWalletTests {
    private let key = SigningKey.secp256k1(IssuanceDesk.key("holder"))
    private let other = SigningKey.secp256k1(IssuanceDesk.key("other"))

    private func accept(
        _ desk: IssuanceDesk, _ cards: [String], keys: [SigningKey]? = nil
    ) throws -> ReceivedCredentials {
        let body: JSON = ["credentials": .array(cards.map { ["credential": .string($0)] })]
        return try desk.wallet().accept(
            status: 200, body: body.encoded, "founders",
            keys: (keys ?? [key]).map(\.verifyingKey), trusting: desk.server.cardIssuer)
    }

    @Test func `a card for another key, of another type, issuer or signer is refused`() throws {
        let desk = try IssuanceDesk()
        let good = try desk.card(for: key.verifyingKey, "founders")
        #expect(try accept(desk, [good]) == .cards([IssuedCredential(good)], notification: nil))
        let rows: [(String, Refusal)] = [
            (try desk.card(for: other.verifyingKey, "founders"), .holderBindingInvalid),
            (try desk.card(for: key.verifyingKey, "friends"), .typeMismatch),
            (
                try desk.card(for: key.verifyingKey, "founders", issuer: "https://evil.example"),
                .issuerUntrusted
            ),
            (try desk.card(for: key.verifyingKey, "founders", by: other), .signatureInvalid),
            (good + good, .malformed), (String(good.dropLast()), .malformed), ("", .malformed),
        ]
        for (card, reason) in rows {
            #expect(throws: reason) { try accept(desk, [card]) }
        }
        #expect(throws: Refusal.malformed, "two cards for one key") {
            try accept(desk, [good, good])
        }
        #expect(throws: Refusal.holderBindingInvalid) {
            try accept(desk, [good, good], keys: [key, other])
        }
        desk.pass(86_400 + 61)
        #expect(throws: Refusal.expired) { try accept(desk, [good]) }
    }

    @Test(arguments: [
        (200, "{}"), (200, "[]"), (200, #"{"credentials":[]}"#), (200, #"{"credentials":[{}]}"#),
        (200, #"{"credentials":["x"]}"#), (202, #"{"transaction_id":"x"}"#),
        (200, #"{"transaction_id":"x","interval":5}"#),
        (202, #"{"transaction_id":"x","interval":0}"#),
        (202, #"{"transaction_id":"x","interval":5,"credentials":[{"credential":"a"}]}"#),
        (400, "{}"), (400, #"{"tegata_reason":"no such reason"}"#),
    ])
    func `an answer of another shape is refused`(status: Int, body: String) throws {
        let desk = try IssuanceDesk()
        #expect(throws: Refusal.malformed) {
            try desk.wallet().accept(
                status: status, body: Array(body.utf8), "founders", keys: [key.verifyingKey],
                trusting: desk.server.cardIssuer)
        }
    }

    @Test func `a server's reason reaches the wallet, and nothing else it says`() throws {
        for (status, body, reason) in [
            (400, #"{"error":"x","tegata_reason":"sold_out"}"#, .soldOut),
            (401, "", .unauthorized), (403, "<html>", .unauthorized), (503, "", .unavailable),
        ] as [(Int, String, Refusal)] {
            #expect(throws: reason) {
                try IssuanceTokens(status: status, body: Array(body.utf8))
            }
        }
        #expect(throws: Refusal.unsupported) {
            try IssuanceTokens(
                status: 200, body: Array(#"{"access_token":"a","token_type":"DPoP"}"#.utf8))
        }
        let tokens = try IssuanceTokens(
            status: 200, body: Array(#"{"access_token":"a","token_type":"bearer"}"#.utf8))
        #expect(tokens.refresh == nil && "\(tokens)" == "<secret tokens>")
    }

    @Test func `a wallet asks only what an issuer offers`() async throws {
        let desk = try IssuanceDesk()
        let wallet = try desk.wallet()
        let made = try await desk.offer()
        #expect(throws: Refusal.unauthorized) { try wallet.tokenCall(for: made.offer) }
        let elsewhere = CredentialOffer(
            issuer: try IssuerIdentifier("https://evil.example"), configurations: ["founders"],
            preAuthorizedCode: "x", transactionCode: nil, issuerState: nil)
        #expect(throws: Refusal.issuerUntrusted) { try wallet.tokenCall(for: elsewhere) }
        let unknown = CredentialOffer(
            issuer: wallet.metadata.issuer, configurations: ["unknown"], preAuthorizedCode: "x",
            transactionCode: nil, issuerState: nil)
        #expect(throws: Refusal.unsupported) { try wallet.tokenCall(for: unknown) }
        let tokens = try await desk.tokens()
        #expect(throws: Refusal.unsupported) {
            try wallet.credentialCall("unknown", tokens, nonce: "x", keys: [key])
        }
        #expect(throws: Refusal.unsupported) {
            try wallet.credentialCall("founders", tokens, nonce: "x", keys: [])
        }
        let server = try AuthorizationServerMetadata(
            parsing: Array(
                #"{"issuer":"https://b.example","token_endpoint":"https://b.example/t"}"#.utf8),
            of: IssuerIdentifier("https://b.example"))
        #expect(throws: Refusal.issuerUntrusted) { try IssuanceWallet(wallet.metadata, server) }
    }
}
