import Foundation
import IssuerService
import Pages
import Synchronization
import Tegata
import Testing
import WalletService

/// Several front processes of one issuer, and one that comes back.
@Suite(.serialized) struct FrontsTests {
    /// A claim from the offer to the card, with something in the middle.
    private func claim(
        _ fronts: Fronts, person: String, edition: String = "founders",
        _ middle: () async throws -> Void = {}
    ) async throws -> Card {
        let (browser, wallet) = (Browser(fronts.address), try wallet())
        let waiting = try await ask(browser, wallet, for: edition)
        try await middle()
        #expect(try await prove(browser, person, for: edition).status == 303)
        try await middle()
        guard case .card(let kept) = try await wallet.resume(waiting) else {
            throw Refusal.conflict
        }
        return kept.card
    }

    @Test func `a restart in the middle of a claim loses nothing`() async throws {
        let fronts = try await Fronts()
        let home = try Fronts.home()
        let password = try await fronts.start(home).password
        let office = Browser(fronts.address)
        _ = try await office.post("/operator/enter", ["password": password], from: "/operator")
        let card = try await claim(fronts, person: "aiko") {
            await fronts.stop()
            try await fronts.start(home)
        }
        #expect(card.claims["tier"] == "gold" && card.serial.number == 1)
        // The operator is still in, and still the operator.
        let opened = try await office.post(
            "/operator/open", ["id": "second", "limit": "3", "next": "1", "claims": "level=9"],
            from: "/operator")
        #expect(opened.status == 303)
        await fronts.stop()
        try await fronts.start(home)
        #expect(try await claim(fronts, person: "aiko", edition: "second").claims["level"] == "9")
        await fronts.stop()
    }

    @Test func `what is kept between requests is readable for nobody`() async throws {
        let fronts = try await Fronts()
        let home = try Fronts.home()
        try await fronts.start(home)
        let (browser, wallet) = (Browser(fronts.address), try wallet())
        let waiting = try await ask(browser, wallet, for: "founders")
        #expect(try await prove(browser, "ben", for: "founders").status == 303)
        guard case .card = try await wallet.resume(waiting) else { throw Refusal.conflict }
        await fronts.stop()
        let session = try #require(browser.session)
        let secrets = [
            session, "openid-credential-offer", "\"phase\"", "edition/founders", "\"subject\"",
        ]
        for end in ["", "-wal"] {
            let path = home + "/state.sqlite" + end
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let bytes = try Data(contentsOf: URL(filePath: path))
            for secret in secrets {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret)")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `keys change without a stop, and a withdrawn key's cards end (A48)`() async throws {
        let fronts = try await Fronts()
        let home = try Fronts.home()
        let service = try await fronts.start(home)
        let outside = Browser(fronts.address)
        func profile() async throws -> IssuerProfile {
            try IssuerProfile(
                parsing: try await outside.get("/log/profile.json").text,
                statuses: Statuses(browser: outside))
        }
        func names() async throws -> [String] {
            let text = try await outside.get("/.well-known/jwt-vc-issuer").text
            struct Metadata: Decodable {
                struct Keys: Decodable { let keys: [[String: String]] }
                let jwks: Keys
            }
            let keys = try JSONDecoder().decode(Metadata.self, from: Data(text.utf8)).jwks.keys
            return try keys.map { key in
                let members = ["crv", "kty", "x", "y"].map { "\"\($0)\":\"\(key[$0] ?? "")\"" }
                return try VerifyingKey(
                    parsing: "{" + members.joined(separator: ",") + "}"
                ).thumbprint
            }
        }
        let holder = Holder(key: Secp256k1.PrivateKey())
        _ = try await Site.openVisitors(service, fronts.address)
        func card() async throws -> Card {
            let profile = try await profile()
            return try holder.accept(
                try await Site.issue(to: holder, at: fronts.address, profile), from: profile)
        }
        func show(_ card: Card) async throws {
            let door = Verifier(
                at: "https://door.example", trusting: try await profile(), store: .inMemory())
            _ = try await door.verify(
                try holder.present(
                    card, revealing: [], to: try await door.challenge(asking: [])))
        }
        let first = try await card()
        let old = try await names()
        try await show(first)
        // Another key file: nothing changes until the operator says so.
        try FileManager.default.removeItem(atPath: home + "/keys/card.key")
        try await service.readKeys()
        let both = try await names()
        #expect(both.count == 2 && both.contains(old[0]) && both[0] != old[0])
        let second = try await card()
        try await show(first)
        try await show(second)
        // The first key turns out to be stolen.
        let name = "\(old[0]).jwk"
        try FileManager.default.moveItem(
            atPath: "\(home)/keys/cards/\(name)", toPath: "\(home)/keys/withdrawn/\(name)")
        try await service.readKeys()
        #expect(try await names() == [both[0]])
        await #expect(throws: Refusal.issuerUntrusted) { try await show(first) }
        try await show(second)
        // A start finds the same, and the editions that the stolen key announced.
        await fronts.stop()
        try await fronts.start(home)
        #expect(try await names() == [both[0]])
        try await show(second)
        try await show(try await card())
        await fronts.stop()
    }
}

/// The status lists of an issuer over HTTP.
struct Statuses: StatusSource {
    let browser: Browser

    func statusList(at uri: String) async throws -> String { try await browser.get(uri).text }
}

/// Two front processes of one issuer on one PostgreSQL server.
@Suite(
    .serialized,
    .enabled(if: PostgresServer.programs != nil, Comment(rawValue: PostgresServer.advice)))
struct PostgresFrontsTests {
    private func two(_ server: PostgresServer) async throws -> (Fronts, [String]) {
        let fronts = try await Fronts()
        let first = try Fronts.home()
        try await fronts.start(first, database: server.connection)
        let second = try Fronts.home(copying: first)
        try await fronts.start(second, database: server.connection)
        return (fronts, [first, second])
    }

    @Test func `one claim is served by two fronts in turn, also for an edition that one opened`()
        async throws
    {
        let server = try await PostgresServer.started(settings: ["fsync = off"])
        defer { server.stop() }
        let (fronts, homes) = try await two(server)
        let office = Browser(fronts.addresses[0])
        let key = try Data(contentsOf: URL(filePath: homes[0] + "/keys/operator.key"))
        _ = try await office.post(
            "/operator/enter",
            ["password": key.map { String(format: "%02x", $0) }.joined()], from: "/operator")
        _ = try await office.post(
            "/operator/open", ["id": "onsen", "limit": "9", "next": "1", "claims": "level=9"],
            from: "/operator")
        for (person, edition) in [("aiko", "founders"), ("ben", "onsen")] {
            let (browser, wallet) = (Browser(fronts.address), try wallet())
            fronts.served.withLock { $0 = [] }
            let waiting = try await ask(browser, wallet, for: edition)
            #expect(try await prove(browser, person, for: edition).status == 303)
            guard case .card(let kept) = try await wallet.resume(waiting) else {
                throw Refusal.conflict
            }
            let card = kept.card
            #expect(card.edition.id == edition && card.serial.number == 1)
            let steps = fronts.served.withLock { $0 }
            for front in 0..<2 { #expect(steps.count { $0.front == front } > 3) }
        }
        // The operator's session is good at both.
        let (one, other) = (fronts.addresses[0], fronts.addresses[1])
        #expect(one != other)
        let elsewhere = Browser(other, with: office)
        #expect(try await elsewhere.get("/operator").text.contains("/operator/leave"))
        await fronts.stop()
    }

    @Test func `500 cards at two fronts are exactly 500, and everybody is answered (A79, A88)`()
        async throws
    {
        let server = try await PostgresServer.started(settings: ["fsync = off"])
        defer { server.stop() }
        let (fronts, homes) = try await two(server)
        let key = try Data(contentsOf: URL(filePath: homes[0] + "/keys/operator.key"))
        try await Site.openVisitors(
            password: key.map { String(format: "%02x", $0) }.joined(), fronts.addresses[0],
            limit: 500)
        let addresses = fronts.addresses
        let profile = try IssuerProfile(
            parsing: try await Browser(addresses[0]).get("/log/profile.json").text)
        let answers = try await withThrowingTaskGroup(of: [Browser.Answer].self) { group in
            for worker in 0..<20 {
                group.addTask {
                    let browser = Browser(addresses[worker % 2])
                    var answers = [Browser.Answer]()
                    for _ in 0..<27 {
                        answers.append(
                            try await Site.claim(
                                for: Holder(key: Secp256k1.PrivateKey()), by: browser, profile))
                    }
                    return answers
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let cards = answers.filter { $0.status == 200 }
        #expect(answers.count == 540 && cards.count == 500)
        let others = answers.filter { $0.status != 200 }.map { $0.reason ?? "\($0.status)" }
        #expect(others == [String](repeating: "sold_out", count: 40))
        let serials = try cards.map { answer in
            try #require(Site.serial(in: answer.text))
        }
        #expect(serials.sorted() == Array(1...500))
        await fronts.stop()
    }

    @Test func `health says what is wrong while the database is away, and when it is back`()
        async throws
    {
        let server = try await PostgresServer.started()
        defer { server.stop() }
        let fronts = try await Fronts()
        let service = try await fronts.start(try Fronts.home(), database: server.connection)
        let browser = Browser(fronts.addresses[0])
        server.kill()
        await service.follow()
        let ill = try await browser.get("/health")
        #expect(ill.status == 503 && ill.text.contains("register: storage"))
        #expect(!ill.text.contains(server.folder))
        #expect(try await browser.get("/editions/founders").status == 503)
        try server.start()
        await service.follow()
        #expect(try await browser.get("/health").status == 200)
        #expect(try await browser.get("/editions/founders").status == 200)
        await fronts.stop()
    }
}
