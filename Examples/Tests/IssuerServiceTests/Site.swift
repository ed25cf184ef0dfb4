import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata

/// One issuer for all tests, on loopback, with a folder of its own.
struct Site: Sendable {
    static let shared = Task { try await Site() }

    let address: String
    let home: String
    let password: String

    // `services` is who checks ID cards, as the file `keys/services` says it; the issuer itself unless said.
    init(perMinute: Int = 1_000_000, services: String? = nil) async throws {
        // One that no other run has: somebody else's issuer would have another operator. Below the ports of whoever connects.
        let port = Int.random(in: 20_000..<32_000)
        address = "http://127.0.0.1:\(port)"
        home = FileManager.default.temporaryDirectory.path + "/tegata-site-\(UUID().uuidString)"
        if let services {
            try FileManager.default.createDirectory(
                atPath: home + "/keys", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try services.write(
                toFile: home + "/keys/services", atomically: true, encoding: .utf8)
        }
        let service = try await IssuerService(
            IssuerSettings(
                address: address, home: home, name: Message("試験の市", "Test City"),
                web: WebServer.Settings(port: port, perMinute: perMinute, isTest: true)),
            reader: TestCards.strangers())
        password = service.password
        try await service.openFirstEdition()
        Task { try await service.run() }
        let browser = Browser(address)
        for _ in 0..<1_200 {
            if let health = try? await browser.get("/health"), health.status == 200 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw URLError(.timedOut)
    }

    /// The browser in which the operator is logged in.
    static let office = Task { try await shared.value.logIn() }

    private func logIn() async throws -> Browser {
        let browser = Browser(address)
        _ = try await browser.post(
            "/operator/enter", ["password": password], from: "/operator")
        return browser
    }
}

// An edition for everyone, whose cards take no ID card: for tests of something else.
extension Site {
    static func openVisitors(
        _ service: IssuerService, _ address: String, limit: Int = 10
    ) async throws {
        try await openVisitors(password: service.password, address, limit: limit)
    }

    static func openVisitors(password: String, _ address: String, limit: Int) async throws {
        let office = Browser(address)
        _ = try await office.post("/operator/enter", ["password": password], from: "/operator")
        _ = try await office.post(
            "/operator/open", ["id": "visitors", "limit": "\(limit)"], from: "/operator")
    }

    /// Asks for a card of it.
    static func claim(
        for holder: Holder, by browser: Browser, _ profile: IssuerProfile
    ) async throws -> Browser.Answer {
        let nonce = try await browser.post(
            "/tegata/nonce", body: Data("visitors".utf8), type: "text/plain"
        ).text
        guard let edition = profile.editions.first(where: { $0.edition.id == "visitors" }) else {
            throw Refusal.unsupported
        }
        let request = try await holder.request(
            edition.reached(through: nil) { () async throws(Refusal) in nonce })
        return try await browser.post(
            "/tegata/issue", body: Data(request.utf8), type: "text/plain")
    }

    static func issue(
        to holder: Holder, at address: String, _ profile: IssuerProfile
    ) async throws -> String {
        try await claim(for: holder, by: Browser(address), profile).text
    }

    /// The serial of a card that was answered.
    static func serial(in answer: String) -> Int? {
        struct Answer: Decodable { let card: String }
        struct Payload: Decodable { let serial: Int }
        guard
            let card = try? JSONDecoder().decode(Answer.self, from: Data(answer.utf8)).card,
            let payload = card.split(separator: ".").dropFirst().first
        else { return nil }
        var base64 = String(payload).replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        return Data(base64Encoded: base64)
            .flatMap { try? JSONDecoder().decode(Payload.self, from: $0) }?.serial
    }
}
