import Foundation
import Pages
import ServiceKit
import Tegata
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
             "actions": [{"id": "vote", \#(title), "edition": "founders", "number": 1, "atMost": {"since": 2026}}]}
            """#)
        let plan = try Plan(file: path)
        #expect(plan.checks.map(\.id) == ["guest"] && plan.checks.map(\.asksPerson) == [true])
        #expect(plan.benefits.map(\.count) == [10])
        #expect(plan.actions.map(\.predicates) == [[.atMost("since", 2026)]])
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
