import Foundation
import Pages
import Tegata
import Testing
import WalletService

/// A wallet in a folder of its own.
func wallet() throws -> WalletService {
    let path =
        FileManager.default.temporaryDirectory.path + "/tegata-wallet-\(UUID().uuidString)"
    return try WalletService(home: WalletHome(path), acceptsLoopback: true)
}

/// Starts a claim, and has the wallet ask for the card.
func ask(
    _ browser: Browser, _ wallet: WalletService, for edition: String
) async throws -> String {
    _ = try await browser.post(
        "/editions/\(edition)/claim", [:], from: "/editions/\(edition)")
    let page = try await browser.get("/editions/\(edition)/claim").text
    let link = try #require(page.firstMatch(of: /href="(openid-credential-offer:[^"]*)"/)).1
    let code = try #require(page.firstMatch(of: /class="big">([0-9]{6})</)).1
    let deliveries = try await wallet.receive(
        try await wallet.review(offer: String(link)), code: String(code))
    guard case .later(let waiting)? = deliveries.first else { throw Refusal.conflict }
    return waiting.id
}

/// Shows the ID card of one of the test persons.
func prove(
    _ browser: Browser, _ person: String, for edition: String, replacing: Bool = false
) async throws -> Browser.Answer {
    var fields = ["person": person]
    if replacing { fields["replacing"] = "1" }
    return try await browser.post(
        "/editions/\(edition)/prove", fields, from: "/editions/\(edition)/claim")
}
