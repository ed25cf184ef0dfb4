import Foundation
import Pages
import Tegata
import TegataOpenID
import Testing

@testable import VerifierService

/// Two front processes of one verifier on one PostgreSQL server.
@Suite(
    .serialized,
    .enabled(if: PostgresServer.programs != nil, Comment(rawValue: PostgresServer.advice)))
struct TwoFrontsTests {
    private static let port = Int.random(in: 10_000..<14_000)
    private static let addresses = [0, 1].map { "http://127.0.0.1:\(port + $0)" }

    /// What runs behind one address, which wallets know: here the first one's own.
    private func start(
        _ front: Int, _ key: TegataCrypto.P256.PrivateKey, _ server: PostgresServer
    ) async throws -> (id: String, task: Task<Void, any Error>) {
        _ = try await VerifierWorld.shared.value
        let service = try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(
                    port: Self.port + front, perMinute: 1_000_000, isTest: false),
                address: Self.addresses[0], issuers: [VerifierWorld.cityAddress], key: key,
                plan: Plan(
                    checks: [.anyMember],
                    benefits: [
                        CountedBenefit(
                            "taxi", Message("タクシー", "Taxi rides"), edition: "founders",
                            benefit: "taxi", count: 10)
                    ]), database: server.connection))
        let task = Task { try await service.run() }
        try await VerifierWorld.wait(for: Self.addresses[front])
        return (service.id, task)
    }

    @Test
    func `a check begun at one is over at the other, and a benefit counts down at both (A48)`()
        async throws
    {
        let server = try await PostgresServer.started(settings: ["fsync = off"])
        defer { server.stop() }
        let key = TegataCrypto.P256.PrivateKey()
        let (first, second) = (try await start(0, key, server), try await start(1, key, server))
        defer { for front in [first, second] { front.task.cancel() } }
        #expect(first.id == second.id)
        let world = try await VerifierWorld.shared.value
        // The question is asked at the second, the wallet answers at the first, and the verdict is seen at the second.
        let there = Browser(Self.addresses[1])
        let path = try await VerifierWorld.start("member", by: there)
        let answer = try await world.answer(
            VerifierWorld.link(path, there), with: 3, of: first.id)
        #expect(try await Browser("").post(answer.address, body: answer.body).status == 200)
        let page = try await there.get(path)
        #expect(page.text.contains("10 / 10"))
        // The answer is used up at both.
        #expect(try await Browser("").post(answer.address, body: answer.body).status != 200)
        let here = Browser(Self.addresses[0], with: there)
        #expect(try await here.get(path).text.contains("10 / 10"))
        let fields = [
            "form": try #require(page.field("form")), "visit": try #require(page.field("visit")),
            "benefit": "taxi",
        ]
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for click in 0..<30 {
                let front = click % 2 == 0 ? here : there
                let body = fields.merging(["key": freshName()]) { $1 }
                group.addTask {
                    try await front.post(
                        "/redeem", body, headers: ["Accept": "application/json"]
                    ).value("result") ?? ""
                }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == "redeemed" } == 10)
        #expect(outcomes.count { $0 == "exhausted" } == 20)
    }
}
