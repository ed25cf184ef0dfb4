import Foundation
import Tegata
import Testing

@testable import WalletService

/// A wallet knows whether its card is in force, because it asked.
@Suite struct StandingTests {
    @Test func `suspended, resumed, ended: the wallet sees what verifiers see`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            let held = card.card
            #expect(await wallet.standing(of: card).code == "valid")
            for (status, code) in [
                (CardStatus.suspended, "suspended"), (.valid, "valid"), (.revoked, "revoked"),
            ] {
                try await city.issuer.setStatus(
                    status, of: held.serial.number, in: city.edition)
                #expect(await wallet.standing(of: try wallet.card(card.number)).code == code)
            }
            // The list, whole, and nothing that says which card.
            #expect(city.live.asked.filter { $0.contains("/tegata/status") }.count == 4)
            #expect(city.live.asked.allSatisfy { !$0.contains("serial") && !$0.contains("?idx") })
        }
    }

    @Test func `what cannot be found out is never good (A108)`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet)
            city.live.answer { _ in .missing }
            #expect(await wallet.standing(of: card).code == "status_unknown")
            city.live.answer { _ in Live.Reply(type: "application/statuslist+jwt") }
            #expect(await wallet.standing(of: card).code == "malformed")
            let strict = try city.wallet(acceptsLoopback: false)
            #expect(await strict.standing(of: card).code == "status_unknown", "A113")
        }
    }
}
