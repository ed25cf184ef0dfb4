import Tegata
import TegataNationalID
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Tegata's own issuer behind the protocol: the person proves with an ID card in a session, and the wallet fetches the card.
struct MembershipIssuanceTests {
    @Test func `a national-ID proof, an offer for its key, and a card that the holder accepts`()
        async throws
    {
        let id = "https://club.example"
        let club = Issuer(
            at: id, keys: .generate(), identity: .embedded(accepting: .testCards))
        let founders = try await club.open(Edition("founders", limit: 1))
        let server = IssuanceServer(
            at: try IssuerIdentifier(id), keys: club.profile.keys,
            offering: [
                .init(
                    id: "founders",
                    configuration: CredentialConfiguration(
                        vct: club.profile.cardType,
                        display: [DisplayText("創設会員", locale: "ja")]))
            ], store: .inMemory()
        ) { order throws(Refusal) in
            do {
                let text = try await club.issue(
                    to: String(decoding: order.subject, as: UTF8.self), claims: ["tier": "gold"])
                guard let card = try JSON(parsing: Array(text.utf8))["card"]?.string else {
                    throw Refusal.unavailable
                }
                return .issued([IssuedCredential(card, companion: text)])
            } catch Tegata.IssuingError.refused(let reason) {
                throw reason
            } catch let reason as Refusal {
                throw reason
            } catch {
                throw .unavailable
            }
        }
        let key = Secp256k1.PrivateKey()
        let member = Holder(key: key)
        let request = try await member.request(founders, proving: DemoIdentity())
        let made = try await server.offer(
            ["founders"], for: Array(request.utf8), protectedBy: .holder(member.publicKey))
        let wallet = try IssuanceWallet(server.metadata, server.authorizationServer)
        let redeemed = await server.answer(try wallet.tokenCall(for: made.offer).received)
        let tokens = try IssuanceTokens(status: redeemed.status, body: redeemed.body)
        func ask(_ key: SigningKey) async throws -> ReceivedCredentials {
            let fresh = await server.answer(try wallet.nonceCall().received)
            let call = try wallet.credentialCall(
                "founders", tokens, nonce: wallet.nonce(status: fresh.status, body: fresh.body),
                keys: [key])
            let answer = await server.answer(call.received)
            return try wallet.accept(
                status: answer.status, body: answer.body, "founders", keys: [key.verifyingKey],
                trusting: server.cardIssuer)
        }
        await #expect(throws: Refusal.holderBindingInvalid, "A73, A129") {
            _ = try await ask(.secp256k1(Secp256k1.PrivateKey()))
        }
        guard case .cards(let cards, _) = try await ask(.secp256k1(key)) else {
            Issue.record("no card")
            return
        }
        let issued = try #require(cards.first?.companion)
        let card = try member.accept(issued, from: club.profile)
        #expect(card.serial.number == 1 && card.claims["tier"] == "gold")
        // Edition of one: the next person hears why.
        let late = try await Holder(key: Secp256k1.PrivateKey())
            .request(founders, proving: DemoIdentity())
        let second = try await server.offer(
            ["founders"], for: Array(late.utf8), protectedBy: .link)
        let token = await server.answer(try wallet.tokenCall(for: second.offer).received)
        let others = try IssuanceTokens(status: token.status, body: token.body)
        let fresh = await server.answer(try wallet.nonceCall().received)
        let refused = await server.answer(
            try wallet.credentialCall(
                "founders", others, nonce: wallet.nonce(status: fresh.status, body: fresh.body),
                keys: [.secp256k1(Secp256k1.PrivateKey())]
            ).received)
        #expect(refused.reason == .soldOut)
    }
}
