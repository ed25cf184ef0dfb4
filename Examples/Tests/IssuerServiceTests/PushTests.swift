import Crypto
import Foundation
import ServiceKit
import Synchronization
import Tegata
import Testing
import WalletService

@testable import IssuerService

/// Browsers are woken when there is mail, through a push service that learns nothing of it (Spec/notice.md, "Over HTTP").
@Suite struct PushTests {
    private let office = BenefitPageTests()

    private func tell(_ edition: String, _ programme: String, _ list: String = "1,") async throws {
        let operatorPage = try await Site.office.value
        let answer = try await office.tell(list, edition, by: operatorPage, programme: programme)
        #expect(answer.status == 303)
        _ = try await office.page(edition)
    }

    private func browser(_ push: PushService, _ name: String = "one") -> WakingBrowser {
        WakingBrowser(
            endpoint: push.base + "/push/\(name)", p256dh: push.p256dh, auth: push.auth)
    }

    @Test func `a browser is woken once for new mail, and forgotten when it is gone`() async throws
    {
        try await PushService.run { push in
            let site = try await Site.shared.value
            let (wallet, card) = try await office.members(2, of: "push-woken")[0]
            try await wallet.wake(browser(push), for: card)
            try await tell("push-woken", "first", "1,100\n2,100")
            let first = try #require(try await push.wait(for: 1).first)
            #expect(push.messages.count == 1, "the other card asked for nothing")
            let secret = "serial"
            #expect(try push.open(first.body) == #"{"iss":"\#(site.address)"}"#)
            #expect(!(try push.open(first.body)).contains(secret))
            #expect(first.path == "/push/one" && first.headers["content-encoding"] == "aes128gcm")
            #expect(first.headers["ttl"] == "604800" && first.headers["urgency"] == "normal")
            #expect(first.headers["topic"] == "mail")
            let key = try await wallet.wakingKey(of: card)
            let token = try #require(first.headers["authorization"])
            #expect(token.hasPrefix("vapid t=") && token.hasSuffix(", k=\(key)"))
            // The same list again is no new mail.
            try await tell("push-woken", "first", "1,100\n2,100")
            #expect(try await push.wait(for: 1).count == 1)
            push.answer(410)
            try await tell("push-woken", "second")
            #expect(try await push.wait(for: 2).count == 2)
            push.answer(201)
            try await tell("push-woken", "third")
            #expect(try await push.wait(for: 2).count == 2)
            // The mail is there all the same.
            #expect(try await wallet.mail(for: card).notices.count == 3)
        }
    }

    @Test func `a browser is replaced, four at most are woken, and nobody after that is ended`()
        async throws
    {
        try await PushService.run { push in
            let (wallet, card) = try await office.members(1, of: "push-many")[0]
            for name in ["a", "b", "a", "c", "d", "e"] {
                try await wallet.wake(browser(push, name), for: card)
            }
            try await tell("push-many", "first")
            #expect(
                Set(try await push.wait(for: 4).map(\.path))
                    == ["/push/a", "/push/c", "/push/d", "/push/e"])
            #expect(push.messages.count == 4)
            try await wallet.wakeNobody(for: card)
            try await tell("push-many", "second")
            #expect(try await push.wait(for: 4).count == 4)
        }
    }

    @Test func `a stranger without the card has nobody woken, and nobody left alone`() async throws
    {
        try await PushService.run { push in
            let site = try await Site.shared.value
            let (wallet, card) = try await office.members(1, of: "push-guarded")[0]
            try await wallet.wake(browser(push), for: card)
            let stranger = Browser(site.address)
            func ask(_ path: String, _ shown: String) async throws -> Browser.Answer {
                let wish: JSON = [
                    "shown": .string(shown),
                    "subscription": [
                        "endpoint": .string(push.base + "/push/stranger"),
                        "keys": ["p256dh": .string(push.p256dh), "auth": .string(push.auth)],
                    ],
                ]
                return try await stranger.post(
                    path, body: Data("\(wish)".utf8), type: "application/json")
            }
            // What is shown at the mail's door counts at no other, and a card alone is not shown.
            let mail = try await stranger.post(
                "/tegata/notices/challenge", body: Data(), type: "text/plain"
            ).text
            let shown = try card.holder.present(card.card, revealing: [], to: mail)
            let alone = String(shown[...(shown.lastIndex(of: "~") ?? shown.startIndex)])
            for path in ["/tegata/notices/push", "/tegata/notices/push/remove"] {
                #expect(try await ask(path, shown).reason == "holder_binding_invalid", "\(path)")
                #expect(try await ask(path, alone).reason == "holder_binding_missing", "\(path)")
                #expect(try await ask(path, "x").status == 400, "\(path)")
                let empty = try await stranger.post(
                    path, body: Data("{}".utf8), type: "application/json")
                #expect(empty.reason == "malformed", "\(path)")
            }
            try await tell("push-guarded", "first")
            #expect(try await push.wait(for: 1).map(\.path) == ["/push/one"])
            // Nor does a card that is not in force.
            _ = try await Site.office.value.post(
                "/operator/push-guarded/status", ["serial": "1", "status": "revoked"],
                from: "/operator")
            await #expect(throws: Refusal.revoked) {
                try await wallet.wake(browser(push, "late"), for: card)
            }
        }
    }

    @Test func `an address in a private network is refused, and nothing is asked there (A113)`()
        async throws
    {
        let (wallet, card) = try await office.members(1, of: "push-private")[0]
        let keys = Crypto.P256.KeyAgreement.PrivateKey().publicKey.x963Representation.base64URL
        for endpoint in ["https://10.0.0.1/push", "http://push.example/push", "https://[::]/push"] {
            await #expect(throws: Refusal.issuerUntrusted, "\(endpoint)") {
                try await wallet.wake(
                    WakingBrowser(
                        endpoint: endpoint, p256dh: keys, auth: "BTBZMqHH6r4Tts7J_aSIgg"),
                    for: card)
            }
        }
    }

    /// An issuer of its own with a member, and a bell that does not wait long.
    private func quick(
        _ push: PushService, at id: String = "http://127.0.0.1:9"
    ) async throws -> (bell: Bell, store: any StateStore) {
        let issuer = Issuer(
            at: id, keys: .generate(), log: .inMemory(), identity: nil, store: .inMemory())
        let edition = try await issuer.open(
            Edition("visitors", limit: 5, nationalID: [], isTransferable: true))
        let holder = Holder(key: Secp256k1.PrivateKey())
        _ = try await issuer.issue(to: try await holder.request(edition))
        let store = InMemoryStateStore()
        let bell = Bell(
            issuer, try PushKey(secret: [UInt8](repeating: 1, count: 32)), store,
            delays: [.milliseconds(50), .milliseconds(100)])
        let address = try await issuer.address(ofCard: 1, in: edition)
        try await bell.book("visitors").keep(
            PushBook.Entry(
                subscription: try push.subscription(), cardKey: try #require(address.cardKey)),
            of: 1)
        return (bell, store)
    }

    @Test func `a push service that is busy is asked again, and not for ever`() async throws {
        try await PushService.run { push in
            let (bell, _) = try await quick(push)
            push.answer(503, 429, 201)
            bell.ring("visitors", 1)
            #expect(try await push.wait(for: 3).count == 3)
            push.answer(500)
            bell.ring("visitors", 1)
            #expect(try await push.wait(for: 6).count == 6, "once, and twice more")
            #expect(try await bell.book("visitors").entries(of: 1).count == 1)
            push.answer(400)
            bell.ring("visitors", 1)
            bell.ring("visitors", 4)
            bell.ring("nowhere", 1)
            #expect(try await push.wait(for: 7).count == 7)
        }
    }

    @Test func `an issuer on the open network asks nobody on its own machine`() async throws {
        try await PushService.run { push in
            let (bell, _) = try await quick(push, at: "https://city.example")
            #expect(!bell.acceptsLoopback)
            bell.ring("visitors", 1)
            #expect(try await push.wait(for: 1).isEmpty)
            #expect(try await bell.book("visitors").entries(of: 1).isEmpty, "and forgets it")
        }
    }

    @Test func `a phone that was lost is not woken for the card that came after it`() async throws {
        try await PushService.run { push in
            let (bell, _) = try await quick(push)
            let book = bell.book("visitors")
            try await book.forget(nil, of: 1)
            try await book.keep(
                PushBook.Entry(
                    subscription: try push.subscription(), cardKey: Data(repeating: 1, count: 32)),
                of: 1)
            bell.ring("visitors", 1)
            #expect(try await push.wait(for: 1).isEmpty)
        }
    }
}
