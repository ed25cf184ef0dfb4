import Foundation
import IssuerService
import Pages
import ServiceKit
import Testing

/// Rows of the attack catalogue against the running server.
@Suite struct AttackTests {
    @Test func `forms of other sites change nothing (A124)`() async throws {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        for (fields, headers) in [
            ([:], [:]), (["form": "x"], [:]),
            (["form": String(repeating: "A", count: 43)], [:]),
        ] as [([String: String], [String: String])] {
            let answer = try await office.post(
                "/editions/founders/claim", form: fields, headers: headers)
            #expect(answer.reason == "unauthorized")
        }
        let cross = try await office.post(
            "/editions/founders/claim", [:], from: "/editions/founders",
            headers: ["Sec-Fetch-Site": "cross-site"])
        #expect(cross.reason == "unauthorized")
        // Whatever session somebody had put into the operator's browser before, it is another one afterwards.
        let browser = Browser(site.address)
        _ = try await browser.get("/operator")
        let before = browser.session
        _ = try await browser.post(
            "/operator/enter", ["password": site.password], from: "/operator")
        #expect(before != nil && browser.session != before)
    }

    @Test func `every page has its policy, and none may be framed (A44, A124)`() async throws {
        let site = try await Site.shared.value
        for path in ["/", "/editions/founders", "/operator", "/nowhere"] {
            let answer = try await Browser(site.address).get(path)
            let policy = answer.headers["content-security-policy"] ?? ""
            #expect(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test func `offers and codes are guessed in vain (A60, A67, A68, A76, A125)`() async throws {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        for _ in 0..<200 {
            let guess = Data((0..<32).map { _ in UInt8.random(in: 0...255) })
                .base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(try await browser.get("/offers/\(guess)").status == 404)
            let token = try await browser.post(
                "/token",
                form: [
                    "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
                    "pre-authorized_code": guess, "tx_code": "000000",
                ])
            #expect(token.status == 400 && token.text.contains("unauthorized"))
        }
        let query = try await browser.post(
            "/credential?access_token=x", body: Data("{}".utf8), type: "application/json")
        #expect(query.status == 401 || query.status == 400)
    }

    @Test func `the log is served, and nothing beside it`() async throws {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        #expect(try await browser.get("/log/checkpoint").status == 200)
        #expect(try await browser.get("/log/profile.json").status == 200)
        for path in [
            "/log/../keys/card.key", "/log/..%2Fkeys%2Fcard.key", "/log/%2e%2e/register.sqlite",
            "/log/.hidden", "/log//etc/passwd", "/log/tile%00", "/log/", "/log/\u{30ab}",
        ] {
            let escaped = path.addingPercentEncoding(
                withAllowedCharacters: CharacterSet(charactersIn: "/%.").union(.alphanumerics))
            let answer = try await browser.get(escaped ?? path)
            #expect((400..<500).contains(answer.status), "\(path)")
            #expect(!answer.text.contains("root:"))
        }
    }

    @Test
    func
        `large, nested and broken requests are refused, and the process lives (A116, A118, A120, A122)`()
        async throws
    {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        let bodies: [(String, Data, String)] = [
            ("/tegata/issue", Data(repeating: 0x41, count: 2 << 20), "text/plain"),
            ("/token", Data(repeating: 0x26, count: 1 << 20), "application/x-www-form-urlencoded"),
            ("/credential", Data(String(repeating: "[", count: 100_000).utf8), "application/json"),
            ("/tegata/issue", Data([0xff, 0xfe, 0x00]), "text/plain"),
            (
                "/operator/enter", Data((String(repeating: "a[", count: 10_000) + "=1").utf8),
                "application/x-www-form-urlencoded"
            ),
            ("/tegata/settle", Data("{\"edition\":\"\\ud800\"}".utf8), "application/json"),
        ]
        for (path, body, type) in bodies {
            let answer = try? await browser.post(path, body: body, type: type)
            if let answer { #expect((400..<500).contains(answer.status), "\(path)") }
        }
        for header in [
            String(repeating: "a", count: 1 << 20), String(repeating: "b", count: 70_000),
        ] {
            let answer = try? await browser.post(
                "/token", body: Data(), type: "text/plain", headers: ["X-Long": header])
            if let answer { #expect((400..<500).contains(answer.status)) }
        }
        let range = try await browser.get("/log/checkpoint")
        #expect(range.status == 200)
        #expect(try await Browser(site.address).get("/health").status == 200)
    }

    @Test func `a client that asks too often waits, and others do not notice`() async throws {
        let site = try await Site(perMinute: 60)
        let browser = Browser(site.address)
        #expect(try await browser.get("/").status == 200)
        // One a second is given back meanwhile, so a slow machine needs more of them.
        var last = 200
        for _ in 0..<2_000 where last == 200 { last = try await browser.get("/").status }
        #expect(last == 429)
    }

    @Test func `a folder whose keys others can read is not used (A138)`() async throws {
        let home = FileManager.default.temporaryDirectory.path + "/tegata-open-\(UUID().uuidString)"
        func start() async throws -> IssuerService {
            try await IssuerService(
                IssuerSettings(
                    address: "http://127.0.0.1:17412", home: home, name: Message("市", "City"),
                    web: WebServer.Settings(port: 17_412, isTest: true)),
                reader: TestCards.strangers())
        }
        let first = try await start()
        #expect(first.password.count == 64, "made at random, and no default (A75)")
        #expect(try await start().password == first.password)
        for name in ["card", "register", "log", "operator", "attestor"] {
            let path = home + "/keys/\(name).key"
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            await #expect(throws: KeyFile.Problem.self, "\(name)") { _ = try await start() }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        _ = try await start()
    }

    @Test func `a flood of malformed requests leaves memory as it was (A121)`() async throws {
        let site = try await Site.shared.value
        let browser = Browser(site.address)
        func ask(_ count: Int) async throws {
            for number in 0..<count {
                _ = try await browser.post(
                    "/tegata/issue", body: Data("x.y.z\(number)".utf8), type: "text/plain")
            }
        }
        try await ask(300)
        let before = residentMegabytes()
        try await ask(3_000)
        let after = residentMegabytes()
        // The other suites run in this process too, so there is room for what they take meanwhile.
        #expect(after < before * 1.2 + 96, "\(before) MiB, then \(after) MiB")
    }

    /// Of this process, in which the server runs too.
    private func residentMegabytes() -> Double {
        guard let status = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = status.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return 0 }
        return pages * 4096 / 1_048_576
    }
}
