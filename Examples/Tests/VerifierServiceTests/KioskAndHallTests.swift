import Foundation
import Hummingbird
import Pages
import ServiceKit
import Tegata
import TegataNationalID
import Testing

@testable import VerifierService

/// People with only an ID card, members who do not say who they are, and what a verifier refuses to be.
@Suite struct KioskAndHallTests {
    @Test func `an ID card alone shows a member, and a stranger is none`() async throws {
        let world = try await VerifierWorld.shared.value
        let kiosk = Browser(VerifierWorld.innAddress)
        let page = try await kiosk.get("/kiosk")
        #expect(page.text.contains("TEST"))
        var fields = [
            "form": try #require(page.field("form")), "edition": world.founders.listsFile,
            "card": "aiko",
        ]
        let member = try await kiosk.post("/kiosk?lang=en", fields)
        #expect(member.status == 200)
        #expect(member.text.contains("This person is a member"))
        #expect(member.text.contains("TEST") && !member.text.contains("№"))
        fields["card"] = "stranger"
        let stranger = try await kiosk.post("/kiosk", fields)
        #expect(stranger.status == 403 && stranger.text.contains("verdict bad"))
        fields["card"] = "nobody"
        #expect(try await kiosk.post("/kiosk", fields).text.contains("national_id_invalid"))
        fields["edition"] = "lists/other.jwt"
        #expect(try await kiosk.post("/kiosk", fields).status == 400)
    }

    @Test func `a member acts once, and nobody learns which one`() async throws {
        let world = try await VerifierWorld.shared.value
        let hall = Browser(VerifierWorld.innAddress, accept: "application/json")
        let page = try await hall.get("/anonymous/vote?lang=en", accept: "text/html")
        #expect(page.text.contains("<strong>4</strong> members"))
        #expect(page.text.contains("since ≤ 2026"))
        func answer(_ member: Int) async throws -> String {
            let asked = try await hall.get("/anonymous/vote/question")
            let verifier = try VerifierProfile(parsing: asked.value("verifier") ?? "")
            let snapshot = try MemberSnapshot(
                parsing: try await hall.get("/anonymous/vote/lists").text,
                from: world.city.profile)
            let member = world.members[member]
            return try member.holder.answer(
                asked.value("question") ?? "", with: member.card, from: verifier,
                among: snapshot, ofAtLeast: 4)
        }
        let first = try await answer(0)
        let accepted = try await hall.post("/anonymous/vote/answer", body: first)
        #expect(accepted.value("state") == "accepted" && accepted.value("anonymity") == "4")
        for again in [first, try await answer(0)] {
            let refused = try await hall.post("/anonymous/vote/answer", body: again)
            #expect(refused.status == 409 && refused.value("error") == "replayed")
        }
        #expect(
            try await hall.post("/anonymous/vote/answer", body: answer(1)).value("state")
                == "accepted")
        #expect(try await hall.get("/anonymous/other/question").status == 404)
        #expect(
            try await hall.post("/anonymous/vote/answer", body: "{").value("error") == "malformed")
    }

    @Test(arguments: [
        ("0.0.0.0", "http://inn.example", "https://city.example"),
        ("0.0.0.0", "https://inn.example", "http://127.0.0.1:7400"),
        ("127.0.0.1", "https://inn.example/", "https://city.example"),
        ("127.0.0.1", "https://inn.example", "https://10.0.0.1"),
    ])
    func `addresses that nobody should be reached at are refused at the start`(
        _ host: String, _ address: String, _ issuer: String
    ) {
        #expect(throws: KeyFile.Problem.self) {
            try VerifierService(
                VerifierService.Settings(
                    web: WebServer.Settings(host: host, port: 1, isTest: false), address: address,
                    issuers: [issuer], key: TegataCrypto.P256.PrivateKey()))
        }
    }

    @Test func `a plan is read from a file, and a wrong one is named`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/plan-\(UUID()).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String) throws {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let title = #""title": {"ja": "版", "en": "x"}"#
        try write(
            #"""
            {"checks": [{"id": "guest", \#(title), "edition": "founders", "claims": ["tier"], "person": true}],
             "benefits": [{"id": "taxi", \#(title), "edition": "founders", "benefit": "taxi", "count": 10}],
             "actions": [{"id": "vote", \#(title), "edition": "founders", "number": 1, "atMost": {"since": 2026}},
                         {"id": "test", \#(title), "edition": "founders", "number": 2, "atLeast": {"score": 80}, "is": {"examined": 20420, "place": "Kaga"}}]}
            """#)
        let plan = try Plan(file: path)
        #expect(plan.checks.map(\.id) == ["guest"] && plan.checks.map(\.asksPerson) == [true])
        #expect(plan.benefits.map(\.count) == [10])
        #expect(
            plan.actions.map(\.predicates) == [
                [.atMost("since", 2026)],
                [.atLeast("score", 80), .equals("examined", 20420), .equals("place", "Kaga")],
            ])
        let pupils = #"{"issuer": "https://s.example", "edition": "pupils", "claims": ["class"]}"#
        let insured = #"{"issuer": "https://h.example", "edition": "insured", "hidden": true}"#
        func link(_ cards: String, _ purpose: String? = nil) -> String {
            let purpose = purpose ?? #""purpose": {"ja": "健診", "en": "A check"}"#
            return #"{"links": [{"id": "checkup", \#(title), \#(purpose), "cards": [\#(cards)]}]}"#
        }
        try write(link(pupils + "," + insured))
        let links = try Plan(file: path).links
        #expect(links.map(\.first.claims) == [["class"]] && links.map(\.second.claims) == [nil])
        #expect(links.map(\.purpose) == [Message("健診", "A check")])
        for (text, field, fix) in [
            (link(pupils), "links[0] (checkup).cards", "exactly two"),
            (link(pupils + "," + pupils), "links[0] (checkup).cards", "two different editions"),
            (
                link(pupils + "," + insured, #""purpose": {"ja": "健診"}"#), ".purpose",
                "both languages"
            ),
            (
                link(pupils + "," + insured, #""purpose": {"ja": "健診", "en": " "}"#), ".purpose",
                "both"
            ),
            (link(pupils + #", {"edition": "x", "hidden": true}"#), ".cards[1].issuer", "address"),
            (
                link(#"{"issuer": "https://h.example", "hidden": true}, "# + pupils),
                ".cards[0].edition", "id"
            ),
            (
                link(pupils + "," + insured.replacing("true", with: "false")), ".cards[1]",
                #""hidden": true"#
            ),
            (
                link(pupils + "," + insured.replacing("}", with: #", "claims": []}"#)), ".cards[1]",
                #""hidden": true"#
            ),
        ] {
            try write(text)
            let problem = #expect(throws: KeyFile.Problem.self) { try Plan(file: path) }
            #expect(problem?.description.contains(field) == true, "\(text)")
            #expect(problem?.description.contains(fix) == true, "\(text)")
        }
        for wrong in [
            "", "{", #"{"checks": [{"id": "a b", \#(title)}]}"#,
            #"{"checks": [{"id": "a", \#(title)}, {"id": "a", \#(title)}]}"#,
            #"{"checks": [{"id": "a", \#(title), "person": true}]}"#,
        ] {
            try write(wrong)
            #expect(throws: KeyFile.Problem.self) { try Plan(file: path) }
        }
    }
}

/// The kiosk of a verifier that stands alone: attestors and nodes are other people's machines.
@Suite struct RemoteKioskTests {
    @Test func `a standalone kiosk asks attestors and nodes by their addresses`() async throws {
        let port = Int.random(in: 14_000..<20_000)
        let (north, nodeAddress, city, inn) = (port, port + 1, port + 2, port + 3)
        func address(_ port: Int) -> String { "http://127.0.0.1:\(port)" }
        let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        let node = try #require(
            try EvaluationNode.deal(
                nodes: 1, threshold: 1, trusting: [attestor.key], attestorThreshold: 1
            ).first)
        let servers = [
            Server(host: "127.0.0.1", port: north, perMinute: 100_000, health: { "{}" }) {
                try await ServiceRequests.answer($0, $1, by: attestor)
            },
            Server(host: "127.0.0.1", port: nodeAddress, perMinute: 100_000, health: { "{}" }) {
                try await ServiceRequests.answer($0, $1, by: node)
            },
        ]
        for server in servers { Task { try await server.run() } }
        let issuer = Issuer(
            at: address(city), keys: .generate(),
            identity: .embedded(attestor, node))
        let edition = try await issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        let member = DemoIdentity(.jpkiP384)
        _ = try await issuer.issue(
            to: try await Holder(key: Secp256k1.PrivateKey()).request(edition, proving: member))
        let site = WebServer(
            "city", WebServer.Settings(port: city, perMinute: 100_000, isTest: true)
        ) { nil }
        site.router.get("log/profile.json") { _, _ in Response.json(issuer.profile.encoded) }
        site.router.get("log/lists/{file}") { _, _ in
            Response.json(try await issuer.publicLists(of: edition), type: "application/jwt")
        }
        Task { try await site.run() }
        let key = hexadecimal(attestor.key)
        let services = try RemoteServices(
            attestors: ["\(key)=\(address(north))"], threshold: 1,
            nodes: ["1=\(address(nodeAddress))"], threshold: 1
        ).open(isTest: true, fromLoopback: true)
        let verifier = try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(port: inn, perMinute: 100_000, isTest: false),
                address: address(inn), issuers: [address(city)],
                key: TegataCrypto.P256.PrivateKey()),
            identity: services,
            reader: TestCards([
                ("member", Message("会員", "Member"), member),
                ("stranger", Message("知らない人", "Stranger"), DemoIdentity(.jpkiP384)),
            ]))
        Task { try await verifier.run() }
        for place in [north, nodeAddress, city, inn] {
            try await VerifierWorld.wait(for: address(place))
        }
        let browser = Browser(address(inn))
        let page = try await browser.get("/kiosk?lang=en")
        #expect(page.text.contains("TEST") || page.text.contains("Test operation"), "A127")
        var fields = [
            "form": try #require(page.field("form")), "edition": edition.listsFile,
            "card": "member",
        ]
        #expect(try await browser.post("/kiosk?lang=en", fields).text.contains("is a member"))
        fields["card"] = "stranger"
        #expect(try await browser.post("/kiosk", fields).status == 403)
    }

    @Test(arguments: [
        (["x"], ["1=https://node.example"]), (["ab=https://a.example"], ["1=https://node.example"]),
        ([], ["1=https://node.example"]), (["\(RemoteKioskTests.key)=https://a.example"], []),
        (["\(RemoteKioskTests.key)=http://a.example"], ["1=https://node.example"]),
        (["\(RemoteKioskTests.key)=https://10.0.0.1"], ["1=https://node.example"]),
        (["\(RemoteKioskTests.key)=https://a.example"], ["0=https://node.example"]),
        (["\(RemoteKioskTests.key)=https://a.example"], ["1=http://127.0.0.1:7201"]),
    ])
    func `what names no service is refused with how it should be (A113)`(
        _ attestors: [String], _ nodes: [String]
    ) {
        let services = RemoteServices(
            attestors: attestors, threshold: 1, nodes: nodes, threshold: 1)
        #expect(throws: KeyFile.Problem.self) {
            try services.open(isTest: false, fromLoopback: false)
        }
    }

    private static let key = String(repeating: "ab", count: 32)
}
