import Tegata
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// The credential that stands in for a real one in demonstrations: as real ones are checked, so is it.
@Suite struct DemoCredentialTests {
    private static let claims: [String: JSON] = [
        "family_name": "Muster", "birthdate": "1999-01-02",
    ]
    private static let query =
        #"{"credentials":[{"id":"pid","format":"dc+sd-jwt","meta":{"vct_values":["urn:pid"]},"claims":[{"path":["family_name"]}]}]}"#

    private func demo(_ type: String = "urn:pid") throws -> DemoCredential {
        try DemoCredential(
            type, of: "https://pid.example", claims: Self.claims, at: PresentationWorld.start)
    }

    @Test func `it counts where its own authority is listed, and shows what is asked for`()
        async throws
    {
        let world = try await PresentationWorld()
        let (pid, lookalike) = (try demo(), try demo())
        let (client, clock) = (try world.sanClient(), world.clock)
        let door = try PresentationTransactions(
            client: client,
            verifier: Verifier(
                at: client.id, trusting: [world.issuer.profile], store: .inMemory(),
                clock: { clock.now }),
            credentials: CredentialTrust([CredentialTrust.Issuer(pid.issuer)]),
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"), responseMode: .directPost,
            store: .inMemory(), clock: { clock.now })
        let started = try await door.start(.crossDevice, asking: DCQLQuery(parsing: Self.query))
        let request = try await world.fetch(started, from: door)
        #expect(throws: Refusal.typeMismatch) {
            try demo("urn:other").answer(to: request, at: clock.now)
        }
        let other = try lookalike.answer(to: request, at: clock.now).body
        await #expect(throws: Refusal.issuerUntrusted) { try await door.answer(other) }
        let answer = try pid.answer(to: request, at: clock.now).body
        // The JWT, one disclosure and the key binding.
        #expect(answer.split(separator: "~").count == 3)
        #expect(try await door.answer(answer) == "{}")
        let shown = try #require(
            try await door.credentials(of: started.transaction, session: started.session)?.first)
        #expect(shown["family_name"] == "Muster" && shown.claims.count == 1)
    }
}
