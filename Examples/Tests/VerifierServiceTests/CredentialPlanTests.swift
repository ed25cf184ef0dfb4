import Foundation
import Hummingbird
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import VerifierService

/// A plan that asks for credentials of other issuers, and an operator without a bundle who says who vouches for them.
@Suite struct CredentialPlanTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/tegata-plan-\(UUID())"
    private let title = #""title": {"ja": "身分証", "en": "Identity"}"#
    private let pid = ForeignAuthority(list: "https://pid.example/status/1")

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try ForeignAuthority.pem(pid.root).write(
            toFile: folder + "/ca.pem", atomically: true, encoding: .utf8)
        try Data(pid.root).write(to: URL(filePath: folder + "/ca.der"))
        try "nothing".write(toFile: folder + "/no.pem", atomically: true, encoding: .utf8)
    }

    private func plan(_ text: String) throws -> Plan {
        let path = folder + "/plan.json"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try Plan(file: path)
    }

    private func check(_ fields: String) -> String {
        #"{"checks": [{"id": "pid", \#(title), \#(fields)}]}"#
    }

    private static let asked =
        #""credential": {"type": "urn:eudi:pid:1", "issuer": "https://pid.example"}"#

    @Test func `a credential, its claims and who vouches for it are read from a file`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for file in ["ca.pem", "ca.der"] {
            let plan = try plan(
                #"""
                {"checks": [{"id": "pid", \#(title), \#(Self.asked),
                             "claims": ["family_name", ["address", "country"], ["nationalities", null], ["nationalities", 0]]}],
                 "credentials": [{"issuer": "https://pid.example", "types": ["urn:eudi:pid:1"], "authorities": ["\#(file)"],
                                  "statuses": ["https://pid.example/status/1"]}]}
                """#)
            guard case .credential(let asked) = plan.checks[0].asks else {
                throw Refusal.typeMismatch
            }
            #expect(asked.issuer == "https://pid.example" && asked.type == "urn:eudi:pid:1")
            #expect(
                try asked.query().encoded.contains(
                    #""claims":[{"path":["family_name"]},{"path":["address","country"]},{"path":["nationalities",null]},{"path":["nationalities",0]}]"#
                ))
            #expect(
                plan.credentials == [
                    TrustedCredentialIssuer(
                        "https://pid.example", types: ["urn:eudi:pid:1"],
                        authorities: [pid.root], statuses: ["https://pid.example/status/1"])
                ])
        }
        // A card's claims are as they were.
        let card = try plan(check(#""edition": "founders", "claims": ["tier"], "person": true"#))
        #expect(card.checks[0].asksPerson)
    }

    @Test func `a plan that cannot be is named with the field and the fix`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func vouching(_ fields: String) -> String { #"{"credentials": [{\#(fields)}]}"# }
        let named = #""issuer": "https://pid.example", "types": ["urn:eudi:pid:1"]"#
        let rows = [
            (
                check(Self.asked + #", "edition": "founders""#), "checks[0] (pid).edition",
                "take it out"
            ),
            (check(Self.asked + #", "person": true"#), "checks[0] (pid).person", "take it out"),
            (check(Self.asked + #", "issuer": "x""#), "checks[0] (pid).issuer", "take it out"),
            (check(#""credential": {"issuer": "x"}"#), "checks[0] (pid).credential.type", "vct"),
            (check(#""credential": {"type": "x"}"#), "checks[0] (pid).credential.issuer", "iss"),
            (check(#""claims": [["address", "country"]]"#), "checks[0] (pid).claims", "names"),
            (check(#""person": true"#), "checks[0] (pid).person", "names an edition"),
            (check(Self.asked + #", "claims": [[]]"#), "no plan", "a claim is a name"),
            (check(Self.asked + #", "claims": [["a", -1]]"#), "no plan", "claims"),
            (check(Self.asked + #", "claims": [[null]]"#), "no plan", "a claim is a name"),
            (vouching(#""types": ["x"]"#), "credentials[0].issuer", "iss"),
            (vouching(#""issuer": "x""#), "credentials[0].types", "vct"),
            (vouching(named), "credentials[0].authorities", "certificates"),
            (
                vouching(named + #", "authorities": ["no.pem"]"#), "credentials[0].authorities",
                "no.pem"
            ),
            (vouching(named + #", "authorities": ["gone"]"#), "credentials[0].authorities", "gone"),
        ]
        for (text, field, fix) in rows {
            let problem = #expect(throws: KeyFile.Problem.self) { try plan(text) }
            let words = problem?.description ?? ""
            #expect(words.contains(field) && words.contains(fix), "\(words)")
        }
    }

    private func service(
        _ plan: Plan, _ trust: BundleTrust? = nil
    ) throws -> VerifierService {
        var settings = VerifierService.Settings(
            web: WebServer.Settings(port: 7_999, isTest: false), address: "http://127.0.0.1:7999",
            issuers: [], key: TegataCrypto.P256.PrivateKey(), plan: plan)
        settings.trust = trust
        return try VerifierService(settings)
    }

    @Test func `what nobody vouches for stops the service before it serves anybody`() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func issuer(_ types: [String], _ statuses: [String] = [], _ root: [UInt8]? = nil)
            -> TrustedCredentialIssuer
        {
            TrustedCredentialIssuer(
                pid.issuer, types: types, authorities: [root ?? pid.root], statuses: statuses)
        }
        let type = ForeignAuthority.type
        let checks = [AbroadWorld.pidCheck]
        _ = try service(Plan(checks: checks, credentials: [issuer([type], [pid.list])]))
        let bundle = try await AbroadWorld.publish([], [pid])
        _ = try service(Plan(checks: checks), bundle)
        let rows: [(Plan, BundleTrust?, String)] = [
            (Plan(checks: checks), nil, "nobody vouches for"),
            (Plan(checks: checks, credentials: [issuer(["urn:x"])]), nil, "nobody vouches for"),
            (Plan(checks: checks, credentials: [issuer([type])]), bundle, "with a bundle"),
            (
                Plan(checks: checks, credentials: [issuer([type], ["http://10.0.0.1/s"])]), nil,
                "public host"
            ),
            (
                Plan(checks: checks, credentials: [issuer([type], [], [0x30, 0])]), nil,
                "no certificate"
            ),
        ]
        for (plan, trust, words) in rows {
            let problem = #expect(throws: KeyFile.Problem.self) { try service(plan, trust) }
            #expect(problem?.description.contains(words) == true, "\(problem?.description ?? "")")
        }
    }

    /// Which addresses were asked for a status.
    private final class Asked: Sendable {
        private let addresses = Mutex<[String]>([])

        var all: [String] { addresses.withLock { $0 } }

        func add(_ address: String) { addresses.withLock { $0.append(address) } }
    }

    @Test
    func `without a bundle the operator's list counts, and only listed addresses are asked (R5)`()
        async throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let city = try await VerifierWorld.shared.value
        let port = Int.random(in: 6_000..<7_900)
        let site = "http://127.0.0.1:\(port)"
        let authority = ForeignAuthority(list: site + "/status/1")
        let asked = Asked()
        let stub = WebServer(
            "pid", WebServer.Settings(port: port, perMinute: 1_000_000, isTest: true)
        ) { nil }
        stub.router.get("status/{id}") { _, context in
            let id = try context.parameters.require("id")
            asked.add(id)
            return Response.json(
                try authority.statusList(at: site + "/status/\(id)"),
                type: "application/statuslist+jwt")
        }
        Task { try await stub.run() }
        try await VerifierWorld.wait(for: site)
        let address = "http://127.0.0.1:\(port + 1)"
        let service = try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(port: port + 1, perMinute: 1_000_000, isTest: false),
                address: address, issuers: [city.city.id], key: TegataCrypto.P256.PrivateKey(),
                plan: Plan(
                    checks: [AbroadWorld.pidCheck],
                    credentials: [
                        TrustedCredentialIssuer(
                            authority.issuer, types: [ForeignAuthority.type],
                            authorities: [authority.root], statuses: [authority.list])
                    ])))
        Task { try await service.run() }
        try await VerifierWorld.wait(for: address)
        let abroad = try await AbroadWorld.shared.value
        let inn = Browser(address)
        let wallet = Browser(address, accept: "application/json")
        func outcome(_ status: Int?, _ list: String? = nil) async throws -> String {
            let path = try await AbroadWorld.start("pid", by: inn)
            let answer = try await abroad.answer(
                path, inn, by: authority, status: status, list: list)
            return try await wallet.post(answer.address, body: answer.body()).text
        }
        #expect(try await outcome(nil) == "{}")
        #expect(asked.all.isEmpty)
        #expect(try await outcome(0, site + "/status/2") == #"{"error":"status_unknown"}"#)
        #expect(asked.all.isEmpty)
        #expect(try await outcome(0) == "{}")
        #expect(asked.all == ["1"])
        #expect(try await outcome(1) == #"{"error":"revoked"}"#)
    }
}
