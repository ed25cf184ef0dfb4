import Foundation
import ServiceKit
import Tegata
import Testing

@testable import IssuerService

/// Who has a card now reads what was told to the key that the card has now.
@Suite struct MailboxTests {
    @Test func `mail from before a card was passed on is not the next holder's`() async throws {
        let issuer = Issuer(at: "https://kaga.example", keys: .generate())
        let edition = try await issuer.open(
            Edition("guests", limit: 5, nationalID: [], isTransferable: true))
        func holder() -> Holder { Holder(key: Secp256k1.PrivateKey()) }
        let (first, next) = (holder(), holder())
        let card = try first.accept(
            try await issuer.issue(to: try await first.request(edition)), from: issuer.profile)
        let store: any StateStore = InMemoryStateStore()
        let box = Mailbox(
            store: store, edition: "guests",
            bell: Bell(issuer, try PushKey(secret: [UInt8](repeating: 1, count: 32)), store))
        func words(_ text: String) -> BilingualText { BilingualText(ja: text, en: text) }
        let programme = try Programme(
            "heating", office: words("Office"), title: words("Title"), basis: words("Basis"),
            text: words("Text"), deadline: 4_000_000_000)
        func tell(_ name: String) async throws -> NoticeID {
            let address = try await issuer.address(ofCard: 1, in: edition)
            let id = try await issuer.notify(
                [NoticeDraft(name, to: address)], about: programme, in: edition)[0]
            try await box.deliver(try await issuer.text(of: id), to: address)
            return id
        }
        func mail() async throws -> [String] {
            let address = try await issuer.address(ofCard: 1, in: edition)
            return try await box.mail(for: 1, boundTo: try #require(address.cardKey))
        }
        let old = try await tell("case 1")
        #expect(try await mail() == [issuer.text(of: old)])
        let withdrawal = try await issuer.withdraw(old, because: words("A mistake"))
        try await box.add(try #require(withdrawal), for: 1)
        #expect(try await mail().count == 2)
        let request = try await next.request(edition)
        _ = try await issuer.transfer(first.release(card, to: request), to: request)
        #expect(try await mail().isEmpty)
        let new = try await tell("case 2")
        #expect(try await mail() == [issuer.text(of: new)])
    }
}
