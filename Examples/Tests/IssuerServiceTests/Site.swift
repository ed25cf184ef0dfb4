import Foundation
import IssuerService
import Pages
import ServiceKit

/// One issuer for all tests, on loopback, with a folder of its own.
struct Site: Sendable {
    static let shared = Task { try await Site() }

    let address: String
    let home: String
    let password: String

    init(perMinute: Int = 1_000_000) async throws {
        // One that no other run has: somebody else's issuer would have another operator.
        let port = Int.random(in: 30_000..<60_000)
        address = "http://127.0.0.1:\(port)"
        home = FileManager.default.temporaryDirectory.path + "/tegata-site-\(UUID().uuidString)"
        let service = try await IssuerService(
            IssuerSettings(
                address: address, home: home, name: Message("試験の市", "Test City"),
                web: WebServer.Settings(port: port, perMinute: perMinute, isTest: true)),
            reader: TestCards.strangers())
        password = service.password
        try await service.openFirstEdition()
        Task { try await service.server().run() }
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
