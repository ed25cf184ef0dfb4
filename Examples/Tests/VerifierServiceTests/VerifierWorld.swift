import Foundation
import Hummingbird
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataNationalID
import TegataOpenID

@testable import VerifierService

/// A city with three members behind a small HTTP server, and an inn's verifier that trusts it, both on loopback.
struct VerifierWorld: Sendable {
    // Of this run alone: a server that another one left behind has other keys.
    private static let port = Int.random(in: 20_000..<32_000)
    static let cityAddress = "http://127.0.0.1:\(port)"
    static let innAddress = "http://127.0.0.1:\(innPort)"
    static var innPort: Int { port + 1 }
    static let shared = Task { try await VerifierWorld() }

    struct Member: Sendable {
        let identity: DemoIdentity
        let key: TegataCrypto.P256.PrivateKey
        let holder: Holder
        let card: Card
    }

    let city: Issuer
    /// What the city signed cards with before: whatever it signs is the city's.
    let earlierKey: TegataCrypto.P256.PrivateKey
    var earlierKeyID: String { VerifyingKey.p256(earlierKey.publicKey).thumbprint }
    let founders: OpenEdition
    let members: [Member]
    let service: VerifierService
    let profileReads: ProfileReads
    let rides: EntitlementTerms
    /// Of which an inn and another shop see that one of the members has it.
    let nights: EntitlementTerms
    let network: Network

    /// Whether the city answers about rides.
    final class Network: Sendable {
        private let isDown = Mutex(false)

        func check() throws {
            guard !isDown.withLock(\.self) else { throw Refusal.unavailable }
        }

        func set(down: Bool) { isDown.withLock { $0 = down } }
    }

    /// How often the city was asked about itself.
    final class ProfileReads: Sendable {
        private let count = Mutex(0)

        var value: Int { count.withLock { $0 } }

        func add() { count.withLock { $0 += 1 } }
    }

    init() async throws {
        let identity = IdentityServices.embedded(accepting: .testCards)
        let earlierKey = TegataCrypto.P256.PrivateKey()
        let keys = IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey(), earlier: [.p256(earlierKey.publicKey)])
        let city = Issuer(at: Self.cityAddress, keys: keys, identity: identity)
        let founders = try await city.open(
            Edition(
                "founders", limit: 500,
                title: ["ja": "<b>創設\u{202E}会員</b>", "en": "<b>Foun\u{202E}ders</b>"],
                benefits: ["taxi", "onsen"], nationalID: [.jpkiP384],
                committed: [.number("since", bits: 12)]))
        var members = [Member]()
        for _ in 0..<4 {
            let identity = DemoIdentity(.jpkiP384)
            let key = TegataCrypto.P256.PrivateKey()
            let holder = Holder(key: key)
            let issued = try await city.issue(
                to: try await holder.request(founders, proving: identity),
                claims: [
                    "tier": .selective("<script>gold</script>"),
                    "name": .selective("Yu the Tester"),
                    "since": .selective(2026),
                ])
            members.append(
                Member(
                    identity: identity, key: key, holder: holder,
                    card: try holder.accept(issued, from: city.profile)))
        }
        self.city = city
        self.earlierKey = earlierKey
        self.founders = founders
        self.members = members
        let rides = try EntitlementTerms(
            parsing: city.terms(
                of: Entitlement(
                    "rides", title: BilingualText(ja: "乗車券", en: "Rides"), count: 4, offline: 2,
                    windows: [1_700_000_000, 4_000_000_000], shops: [Self.innAddress]),
                in: founders), from: city.profile)
        self.rides = rides
        let nights = try EntitlementTerms(
            parsing: city.terms(
                of: Entitlement(
                    "nights", title: BilingualText(ja: "一泊", en: "A night"), mode: .anonymous,
                    count: 2, windows: [1_700_000_000, 4_000_000_000],
                    shops: [Self.innAddress, "https://hostel.example"]),
                in: founders), from: city.profile)
        self.nights = nights
        let network = Network()
        self.network = network
        let reads = ProfileReads()
        profileReads = reads
        let aiko = members[0].identity
        var settings = VerifierService.Settings(
            web: WebServer.Settings(port: Self.port + 1, perMinute: 1_000_000, isTest: false),
            address: Self.innAddress, issuers: [Self.cityAddress],
            key: TegataCrypto.P256.PrivateKey(),
            plan: Plan(
                checks: [
                    .anyMember,
                    Check(
                        "tier", Message("特典", "Benefits"), edition: "founders",
                        claims: ["tier"]),
                    Check(
                        "person", Message("本人", "Person"), edition: "founders",
                        claims: ["tier"], asksPerson: true),
                ],
                benefits: [
                    CountedBenefit(
                        "taxi", Message("タクシー", "Taxi rides"), edition: "founders",
                        benefit: "taxi", count: 10),
                    CountedBenefit(
                        "ferry", Message("渡し船", "Ferry"), edition: "founders",
                        benefit: "ferry", count: 10),
                ],
                entitlements: [Self.ridesPlan, Self.nightsPlan],
                actions: [
                    MemberAction(
                        "vote", Message("投票", "A vote"), edition: "founders", number: 1,
                        requiring: [.atMost("since", 2026)])
                ]), walletScheme: "openid4vp://")
        // A busy machine is no city without a network.
        settings.patience = 60
        service = try VerifierService(
            settings,
            identity: identity,
            reader: TestCards([
                ("aiko", Message("愛子", "Aiko"), aiko),
                ("stranger", Message("知らない人", "Stranger"), DemoIdentity(.jpkiP384)),
            ]))
        let stub = Self.stub(city, founders, reads)
        Self.addUses(to: stub.router, city, [rides, nights], network)
        Task { try await stub.run() }
        try await Self.wait(for: Self.cityAddress)
        let inn = service
        Task { try await inn.run() }
        try await Self.wait(for: Self.innAddress)
    }

    static let ridesPlan = PlannedEntitlement(
        "rides", Message("乗車券", "Rides"), edition: "founders", terms: "rides")

    static let nightsPlan = PlannedEntitlement(
        "nights", Message("一泊", "A night"), edition: "founders", terms: "nights")

    /// What an issuer answers about entitlements (Spec/entitlement.md, "Over HTTP").
    private static func addUses(
        to router: Router<WebContext>, _ city: Issuer, _ terms: [EntitlementTerms],
        _ network: Network
    ) {
        struct HandedIn: Decodable {
            let terms: String
            let shop: String?
            let voucher: String?
            let question: String?
            let answer: String?
        }
        @Sendable func named(_ id: String) throws(Refusal) -> EntitlementTerms {
            guard let found = terms.first(where: { $0.entitlement.id == id }) else {
                throw .unsupported
            }
            return found
        }
        router.get("tegata/terms/founders") { _, _ in
            try network.check()
            let reply: JSON = ["terms": .array(terms.map { .string($0.encoded) })]
            return Response.json("\(reply)")
        }
        router.get("tegata/uses/founders/{terms}/{window}") { _, context in
            try network.check()
            let terms = try named(try context.parameters.require("terms"))
            let window = Int(try context.parameters.require("window")) ?? -1
            return Response.json(
                try await city.lists(of: terms, window: window), type: "application/jwt")
        }
        router.post("tegata/uses") { request, _ in
            try network.check()
            let body = try await request.text(limit: 1 << 16)
            let handed = try JSONDecoder().decode(HandedIn.self, from: Data(body.utf8))
            let terms = try named(handed.terms)
            let statement =
                if let question = handed.question {
                    try await city.count(handed.answer ?? "", to: question, under: terms)
                } else {
                    try await city.count(
                        handed.voucher ?? "", from: handed.shop ?? "", under: terms)
                }
            return Response.json(statement, type: "application/jwt")
        }
    }

    /// What a verifier reads of an issuer.
    private static func stub(
        _ city: Issuer, _ founders: OpenEdition, _ reads: ProfileReads
    ) -> WebServer {
        let server = WebServer(
            "city", WebServer.Settings(port: port, perMinute: 1_000_000, isTest: true)
        ) { nil }
        server.router.get("log/profile.json") { _, _ in
            reads.add()
            return Response.json(city.profile.encoded)
        }
        server.router.get("log/lists/{file}") { _, context in
            guard "lists/" + (try context.parameters.require("file")) == founders.listsFile else {
                throw HTTPError(.notFound)
            }
            return Response.json(
                try await city.publicLists(of: founders), type: "application/jwt")
        }
        server.router.get("tegata/status") { _, _ in
            Response.json(try await city.statusList(), type: "application/statuslist+jwt")
        }
        // What no verifier should swallow.
        server.router.get("hostile/redirect") { _, _ in Response.seeOther("/log/profile.json") }
        server.router.get("hostile/loop") { _, _ in Response.seeOther("/hostile/loop") }
        server.router.get("hostile/page") { _, _ in Response.json("{}", type: "text/html") }
        server.router.get("hostile/endless") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { writer in
                    let chunk = ByteBuffer(repeating: 0x20, count: 1 << 16)
                    while true { try await writer.write(chunk) }
                })
        }
        server.router.get("hostile/slow") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody { writer in
                    while true {
                        try await writer.write(ByteBuffer(string: " "))
                        try await Task.sleep(for: .milliseconds(200))
                    }
                })
        }
        return server
    }

    static func wait(for address: String) async throws {
        let browser = Browser(address)
        for _ in 0..<1_200 {
            if (try? await browser.get("/health"))?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Refusal.unavailable
    }

    /// Starts a check, and returns the path of its page.
    static func start(
        _ check: String, _ flow: String = "cross", by browser: Browser
    ) async throws -> String {
        let token = try await browser.get("/").field("form") ?? ""
        let answer = try await browser.post(
            "/start", ["form": token, "check": check, "flow": flow])
        return answer.location ?? "status \(answer.status)"
    }

    /// The link of a check under way.
    static func link(_ path: String, _ browser: Browser) async throws -> String {
        try await browser.get(path, accept: "application/json").value("link") ?? ""
    }

    /// What an honest wallet makes of a link, here of the inn's.
    func request(_ link: String, of verifier: String? = nil) async throws -> VerifiedRequest {
        let trust = try RequestTrust(
            dids: [try ClientIdentifier(parsing: verifier ?? service.id).name],
            acceptsLoopback: true)
        guard case .reference(let reference) = try trust.open(link) else {
            throw Refusal.malformed
        }
        let object = try await Browser("").get(reference.address)
        return try trust.verify(object.text, from: reference)
    }

    func answer(
        _ link: String, with member: Int, of verifier: String? = nil
    ) async throws -> WalletAnswer {
        let member = members[member]
        let request = try await request(link, of: verifier)
        return try member.holder.answer(member.holder.choose(for: request, among: [member.card]))
    }

    /// A visit whose card has been verified.
    func verified(
        _ check: String, by browser: Browser, with member: Int
    ) async throws -> String {
        let path = try await Self.start(check, by: browser)
        let answer = try await answer(Self.link(path, browser), with: member)
        _ = try await Browser(Self.innAddress).post(answer.address, body: answer.body)
        return path
    }
}
