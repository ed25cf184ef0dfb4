import Foundation
import HummingbirdTesting
import NIOCore
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataNationalID
import TegataOpenID
import Testing

@testable import WalletService

/// Offers become cards.
struct ReceivingTests {
    @Test
    func
        `an offer says who makes it, a wrong code leaves it usable, and the right one brings the card`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            let made = try await city.offer(
                to: wallet, .transactionCodeAndHolder(try wallet.publicKey()))
            let review = try await wallet.review(offer: made.link)
            #expect(review.issuer == city.live.base && review.titles(.english) == ["Visitors"])
            #expect(review.needsCode && review.codeLength == 6 && review.isCodeNumeric)
            #expect(!city.live.asked.contains("POST /token"), "nothing is redeemed by looking")
            let code = try #require(made.transactionCode)
            let wrong = code == "000000" ? "000001" : "000000"
            await #expect(throws: Refusal.unauthorized, "A68, A125") {
                try await wallet.receive(review, code: wrong)
            }
            #expect(try wallet.waiting().isEmpty)
            await #expect(throws: Refusal.unauthorized, "no code at all") {
                try await wallet.receive(review)
            }
            guard case .card(let card)? = try await wallet.receive(review, code: code).first
            else {
                Issue.record("no card")
                return
            }
            #expect(card.card.claims["tier"] == "gold")
            #expect(try wallet.waiting().isEmpty && wallet.cards().count == 1)
            #expect(try city.wallet().cards().first?.number == card.number, "another process")
            await #expect(throws: Refusal.self, "an offer is redeemed once (A67)") {
                try await wallet.receive(review, code: code)
            }
            #expect(try wallet.cards().count == 1)
        }
    }

    @Test func `a card that takes time is asked for again, by another process too`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let made = try await city.offer(to: wallet)
            city.delays.withLock { $0 = 2 }
            let review = try await wallet.review(offer: made.referenceLink)
            guard case .later(let waiting)? = try await wallet.receive(review).first else {
                Issue.record("came at once")
                return
            }
            #expect(waiting.attempts == 1 && "\(waiting)" == "visitors of \(city.live.base)")
            let later = try city.wallet()
            guard case .later(let again) = try await later.resume(waiting.id) else {
                Issue.record("came too early")
                return
            }
            #expect(again.attempts == 2)
            guard case .card(let card) = try await later.resume(waiting.id) else {
                Issue.record("no card")
                return
            }
            #expect(try later.waiting().isEmpty && card.number == 1)
        }
    }

    @Test(arguments: ["/credential", "/deferred_credential"])
    func `an answer that was lost on the way is asked for again`(path: String) async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let made = try await city.offer(to: wallet)
            let review = try await wallet.review(offer: made.link)
            if path == "/credential" {
                city.lost.withLock { $0 = path }
                guard case .later? = try await wallet.receive(review).first else {
                    Issue.record("nothing was lost")
                    return
                }
            } else {
                city.delays.withLock { $0 = 1 }
                _ = try await wallet.receive(review)
                city.lost.withLock { $0 = path }
                let id = try #require(try wallet.waiting().first?.id)
                await #expect(throws: Refusal.unavailable) { try await wallet.resume(id) }
            }
            let id = try #require(try wallet.waiting().first?.id)
            guard case .card(let card) = try await wallet.resume(id) else {
                Issue.record("no card")
                return
            }
            #expect(card.card.serial.number == 1, "the same card, and no second one")
            #expect(try wallet.waiting().isEmpty)
        }
    }

    @Test func `a card of a person is settled in the list that has its session`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let card = try await city.member(wallet, proving: DemoIdentity())
            await #expect(throws: Refusal.notYetValid, "no list yet") {
                try await wallet.settle(card.number, ofAtLeast: 1)
            }
            _ = try await city.issuer.freezeSessions(of: city.persons, atLeast: 1)
            await #expect(throws: Refusal.limitExceeded, "too small a crowd") {
                try await wallet.settle(card.number)
            }
            #expect(!city.live.asked.contains("POST /tegata/settle"))
            let late = try await city.member(wallet, proving: DemoIdentity())
            await #expect(throws: Refusal.notYetValid, "in no list yet") {
                try await wallet.settle(late.number, ofAtLeast: 1)
            }
            _ = try await city.issuer.freezeSessions(of: city.persons, atLeast: 1)
            #expect(try await wallet.settle(card.number, ofAtLeast: 1) == 0)
            #expect(try await wallet.settle(late.number, ofAtLeast: 1) == 1)
            #expect(city.live.asked.filter { $0 == "POST /tegata/settle" }.count == 2)
        }
    }

    @Test func `an offer for another key brings nothing (A73)`() async throws {
        try await City.run { city in
            let mine = try city.wallet()
            let made = try await city.offer(to: try city.wallet("other"))
            let review = try await mine.review(offer: made.link)
            await #expect(throws: Refusal.holderBindingInvalid) {
                try await mine.receive(review)
            }
            #expect(try mine.cards().isEmpty && mine.waiting().isEmpty)
        }
    }

    @Test func `links that are no offers, or lead to this machine from elsewhere, ask nobody`()
        async throws
    {
        try await City.run { city in
            let made = try await city.offer(to: try city.wallet())
            let strict = try city.wallet("strict", acceptsLoopback: false)
            for link in [made.link, made.referenceLink] {
                city.live.forget()
                await #expect(throws: Refusal.malformed) { try await strict.review(offer: link) }
                #expect(city.live.asked.isEmpty, "A113")
            }
            let wallet = try city.wallet()
            for link in [
                "", "openid-credential-offer://", "openid-credential-offer://?",
                "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F10.0.0.1%2F",
                "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
                made.link + "&credential_offer=%7B%7D", made.link + "#x",
            ] {
                await #expect(throws: Refusal.malformed, "\(link)") {
                    try await wallet.review(offer: link)
                }
            }
            for host in ["10.0.0.1", "[fd00::1]", "0x7f000001", "169.254.169.254", "printer.local"]
            {
                let link =
                    "openid-credential-offer://?credential_offer_uri=https%3A%2F%2F\(host)%2F"
                await #expect(throws: Refusal.self, "\(host) (A113)") {
                    try await wallet.review(offer: link)
                }
            }
        }
    }

    @Test func `the folder is for its owner alone, and what was changed in it is no card (A138)`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            let files = FileManager.default
            let home = wallet.home.path
            for name in try files.contentsOfDirectory(atPath: home) {
                let mode = try files.attributesOfItem(atPath: home + "/" + name)[.posixPermissions]
                #expect((mode as? NSNumber)?.intValue == 0o600, "\(name)")
            }
            let key = home + "/holder.key"
            try files.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
            #expect(throws: KeyFile.Problem.self) { try city.wallet() }
            try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home)
            #expect(throws: KeyFile.Problem.self) { try city.wallet() }
            try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: home)
            let file = home + "/wallet"
            let good = try KeyFile.read(file)
            for place in stride(from: 0, to: good.count, by: 97) {
                var changed = good
                changed[place] ^= 1
                try KeyFile.write(changed, to: file)
                #expect(throws: Refusal.self) { try wallet.card(1) }
                #expect(throws: Refusal.self) { try wallet.deleteHistory() }
            }
            try KeyFile.write(good, to: file)
            #expect(try wallet.card(1).number == 1)
            // Another wallet's key opens nothing here.
            try files.removeItem(atPath: home + "/wallet.key")
            #expect(throws: Refusal.unauthorized) { try wallet.card(1) }
            #expect(try KeyFile.read(file) == good, "what cannot be read is not written over")
        }
    }

    @Test func `a card comes once, and is deleted once`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            let first = try await city.member(wallet)
            try wallet.home.change { kept in
                try kept.keep(first.card, of: first.holder, from: city.issuer.profile)
            }
            #expect(try wallet.cards().count == 1)
            let second = try await city.member(wallet)
            #expect(second.number == 2)
            try wallet.delete(first)
            try wallet.delete(first)
            #expect(throws: Refusal.malformed) { try wallet.card(2) }
            #expect(try wallet.cards().map(\.card.id) == [second.card.id])
            await #expect(throws: Refusal.unsupported, "no lists of sessions here") {
                try await wallet.settle(1)
            }
        }
    }

    @Test func `what cannot be read any more is said, and stays in a copy of the file`()
        async throws
    {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            // The issuer has withdrawn the key that signed the card.
            let later = Issuer(
                at: city.live.base, keys: .generate(), identity: .embedded(accepting: .testCards))
            let edition = try await later.open(Edition("later", limit: 5, nationalID: []))
            let holder = try wallet.holder()
            let card = try holder.accept(
                try await later.issue(to: try await holder.request(edition)), from: later.profile)
            try wallet.home.change { try $0.keep(card, of: holder, from: later.profile) }
            let kept = try wallet.kept()
            #expect(kept.faults.map(\.list) == [.cards] && kept.wallet.cards.count == 1)
            let whole = try KeyFile.read(wallet.home.path + "/wallet")
            try await browse(wallet) { browser in
                let home = String(buffer: try await browser.get("/").body)
                #expect(home.contains("What could not be read"))
                #expect(home.contains("<code>\(kept.faults[0].reason.rawValue)</code>"))
            }
            func copies() throws -> [String] { try wallet.home.names(endingIn: ".set-aside") }
            #expect(try copies().isEmpty, "reading writes nothing")
            try wallet.deleteHistory()
            #expect(try wallet.kept().faults.isEmpty && copies().count == 1)
            let copy = try #require(try copies().first)
            #expect(try KeyFile.read(wallet.home.path + "/\(copy).set-aside") == whole)
            try wallet.deleteHistory()
            #expect(try copies().count == 1)
            try wallet.deleteAll()
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: wallet.home.path) == ["lock"])
            #expect(try wallet.cards().isEmpty && wallet.publicKey() != holder.publicKey)
        }
    }
}
