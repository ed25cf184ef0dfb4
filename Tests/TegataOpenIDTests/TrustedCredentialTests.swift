import Foundation
import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// A verifier of another country: its bundle names two cities and the authority of a foreign identity credential.
@Suite struct TrustedCredentialTests {
    private static let now = PresentationWorld.start
    private static let list = "https://pid.example/list"

    /// A bundle of these cities and of the draft's authority.
    private func bundle(
        _ cities: [Issuer], _ draft: CredentialTrustTests.Draft, statuses: [String]
    ) async throws -> TrustBundle {
        let signer = try TrustSigner(
            at: "https://trust.example", key: .p256(P256.PrivateKey()), log: Ed25519.PrivateKey(),
            clock: { Self.now })
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-trust-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let contents = TrustContents(
            issuers: try cities.map {
                try TrustedIssuer($0.profile, statuses: [$0.id + "/tegata/status"])
            },
            credentials: [
                TrustedCredentialIssuer(
                    "https://pid.example", types: ["urn:pid"],
                    authorities: [draft.authority.root], statuses: statuses)
            ])
        let text = try await signer.publish(
            contents, until: Self.now + 86_400, in: LogDirectory(at: folder))
        return try signer.pin().open(text, at: Self.now)
    }

    private func door(
        _ world: PresentationWorld, _ bundle: TrustBundle, _ source: CountedStatuses
    ) throws -> PresentationTransactions {
        let (client, clock) = (try world.sanClient(), world.clock)
        return try PresentationTransactions(
            client: client,
            verifier: Verifier(
                at: client.id, trusting: bundle, statuses: source, store: .inMemory(),
                clock: { clock.now }),
            credentials: try CredentialTrust(bundle, statuses: source),
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"), responseMode: .directPostJWT,
            store: .inMemory(), clock: { clock.now })
    }

    private func show(
        _ draft: CredentialTrustTests.Draft, _ world: PresentationWorld,
        at door: PresentationTransactions
    ) async throws -> PresentedCredential? {
        let query = try DCQLQuery(
            parsing:
                #"{"credentials":[{"id":"pid","format":"dc+sd-jwt","meta":{"vct_values":["urn:pid"]},"claims":[{"path":["name"]}]}]}"#
        )
        let started = try await door.start(.crossDevice, asking: query)
        let request = try await world.fetch(started, from: door)
        let text = try draft.presentation(
            audience: request.verifier.text, nonce: request.request.nonce)
        _ = try await door.answer(
            WalletAnswer.make(VPToken([("pid", [text])]), to: request.request).body)
        return try await door.credentials(of: started.transaction, session: started.session)?.first
    }

    @Test func `cards of two cities and a foreign identity credential are accepted`() async throws {
        let (world, other) = (try await PresentationWorld(), try await PresentationWorld())
        // The second city's world calls itself the first: another issuer of its own takes its place.
        let clock = other.clock
        let city = Issuer(
            at: "https://nanto.example", keys: .generate(), identity: nil, store: .inMemory(),
            clock: { clock.now })
        let edition = try await city.open(Edition("visitors", limit: 5, nationalID: []))
        let issued = try await city.issue(
            to: try await other.holder.request(edition), claims: ["tier": "guest"])
        let card = try other.holder.accept(issued, from: city.profile)
        var draft = try CredentialTrustTests.Draft()
        try draft.addStatus(.valid)
        let bundle = try await bundle([world.issuer, city], draft, statuses: [Self.list])
        let pid = try await draft.statuses?.statusList(at: Self.list) ?? ""
        let source = CountedStatuses([
            Self.list: pid,
            "https://club.example/tegata/status": try await world.issuer.statusList(),
            "https://nanto.example/tegata/status": try await city.statusList(),
        ])
        let door = try door(world, bundle, source)
        for (holder, card, tier) in [
            (world.holder, world.card, JSON.string("gold")), (other.holder, card, "guest"),
        ] {
            let started = try await door.start(.crossDevice, asking: ["tier"])
            let request = try await world.fetch(started, from: door)
            let answer = try holder.answer(holder.choose(for: request, among: [card]))
            _ = try await door.answer(answer.body)
            let result = try #require(
                try await door.result(of: started.transaction, session: started.session))
            #expect(result.claims["tier"] == tier)
        }
        let shown = try #require(try await show(draft, world, at: door))
        #expect(shown.issuer == "https://pid.example" && shown["name"] == "Yu")
        #expect(source.asked.count == 3)
    }

    @Test func `its status is asked for at listed addresses only (A113)`() async throws {
        let world = try await PresentationWorld()
        var draft = try CredentialTrustTests.Draft()
        try draft.addStatus(.valid)
        let source = CountedStatuses([
            Self.list: try await draft.statuses?.statusList(at: Self.list) ?? ""
        ])
        for listed in [[], [Self.list + "/"], [Self.list]] {
            let door = try door(
                world, try await bundle([world.issuer], draft, statuses: listed), source)
            if listed == [Self.list] {
                #expect(try await show(draft, world, at: door) != nil)
            } else {
                await #expect(throws: Refusal.statusUnknown) {
                    try await show(draft, world, at: door)
                }
                #expect(source.asked.isEmpty)
            }
        }
    }

    @Test func `another authority's credential, and any past the bundle's end, are refused`()
        async throws
    {
        let world = try await PresentationWorld()
        let draft = try CredentialTrustTests.Draft()
        let bundle = try await bundle([world.issuer], draft, statuses: [])
        let door = try door(world, bundle, CountedStatuses([:]))
        let stranger = try CredentialTrustTests.Draft()
        await #expect(throws: Refusal.issuerUntrusted) {
            try await show(stranger, world, at: door)
        }
        #expect(try await show(draft, world, at: door) != nil)
        world.clock.advance(86_460)
        await #expect(throws: Refusal.unavailable) { try await show(draft, world, at: door) }
    }
}

/// Status lists by their addresses, which remembers what it was asked for.
private final class CountedStatuses: StatusSource {
    private let lists: [String: String]
    private let log = Mutex<[String]>([])

    init(_ lists: [String: String]) { self.lists = lists }

    var asked: [String] { log.withLock { $0 } }

    func statusList(at uri: String) async throws -> String {
        log.withLock { $0.append(uri) }
        guard let list = lists[uri] else { throw Refusal.unavailable }
        return list
    }
}
