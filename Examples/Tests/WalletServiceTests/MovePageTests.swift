import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import ServiceKit
import Synchronization
import Tegata
import TegataOpenID
import Testing

@testable import WalletService

/// A wallet moves from page to page, and a person who types something else moves nothing.
struct MovePageTests {
    private static let passphrase = "correct horse battery staple"

    private func text(_ response: TestResponse) -> String { String(buffer: response.body) }

    private func shown(_ response: TestResponse) throws -> String {
        let page = text(response)
        return String(try #require(page.firstMatch(of: #/class="code">([^<]+)</#)).1)
    }

    private func digits(_ response: TestResponse) throws -> String {
        let page = text(response)
        return String(try #require(page.firstMatch(of: #/class="big">([0-9]{6})</#)).1)
    }

    /// Writes the wallet to a file, and says so in the browser.
    private func export(_ browser: inout Browser) async throws -> [UInt8] {
        let form = ["passphrase": Self.passphrase, "again": Self.passphrase]
        let response = try await browser.post("/move/export", form)
        #expect(response.status == .ok)
        #expect(response.headers[.contentDisposition]?.contains("wallet.tegata") == true)
        #expect(response.headers[.cacheControl] == "no-store")
        return Array(buffer: response.body)
    }

    @Test func `everything goes into a file, and comes out of it in another wallet`() async throws {
        try await City.run { city in
            let old = try city.wallet()
            try await city.member(old)
            let started = try await city.door.start(.crossDevice, asking: ["tier"])
            _ = try await old.show(try await old.review(request: started.link))
            let file = Mutex([UInt8]())
            try await browse(old) { browser in
                #expect(text(try await browser.get("/move")).contains("Passphrase"))
                for (one, other) in [(Self.passphrase, "other"), ("short", "short")] {
                    let refused = try await browser.post(
                        "/move/export", ["passphrase": one, "again": other])
                    #expect(refused.status == .badRequest)
                }
                let bytes = try await export(&browser)
                file.withLock { $0 = bytes }
            }
            let bytes = file.withLock { $0 }
            #expect(bytes.starts(with: Array("tegata-wallet/1\n".utf8)))
            let new = try city.wallet("new")
            try await browse(new) { browser in
                _ = try await browser.get("/move")
                let wrong = try await browser.upload(
                    "/move/import", bytes, ["passphrase": "another horse battery"])
                #expect(wrong.status == .badRequest && text(wrong).contains("unauthorized"))
                let nothing = try await browser.upload(
                    "/move/import", Array("no wallet".utf8), ["passphrase": Self.passphrase])
                #expect(nothing.status == .badRequest && text(nothing).contains("malformed"))
                #expect(try new.cards().isEmpty)
                let page = text(
                    try await browser.upload(
                        "/move/import", bytes, ["passphrase": Self.passphrase]))
                #expect(page.contains("New cards: 1") && page.contains("visitors № 1"))
                #expect(page.contains("none of yours"), "the issuer was not known here")
                #expect(try new.cards().count == 1 && new.history().count == 1)
                // The same file again brings nothing, and asks about nobody.
                let twice = text(
                    try await browser.upload(
                        "/move/import", bytes, ["passphrase": Self.passphrase]))
                #expect(twice.contains("New cards: 0") && !twice.contains("none of yours"))
            }
            // The card is shown from there, with the key that came along.
            let again = try await city.door.start(.crossDevice, asking: ["tier"])
            _ = try await new.show(try await new.review(request: again.link))
            #expect(try new.history().map(\.outcome) == [.shown, .shown])
            // A card of this wallet's own key beside it: each is answered with its own.
            let own = try await city.member(new)
            let third = try await city.door.start(.crossDevice, asking: ["tier"])
            let review = try await new.review(request: third.link)
            #expect(review.parts.map(\.card.card.id) == [own.card.id])
            #expect(review.others.map(\.card.serial.number) == [1])
            _ = try await new.show(review)
            try await browse(new) { browser in
                _ = try await browser.post("/issuers/delete", ["issuer": city.live.base])
                #expect(try new.cards().isEmpty && new.history().isEmpty)
            }
        }
    }

    @Test func `other sites' forms move and delete nothing (A124)`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            try await browse(wallet) { browser in
                let file = try await export(&browser)
                let wrong = ["passphrase": Self.passphrase, "form": "x"]
                let upload = try await browser.upload("/move/import", file, wrong)
                #expect(upload.status == .forbidden)
                for path in [
                    "/move/export", "/move/send", "/move/receive", "/move/delete",
                    "/history/delete",
                    "/issuers/delete",
                ] {
                    let response = try await browser.post(path, token: "x")
                    #expect(response.status == .forbidden, "\(path)")
                }
                #expect(try wallet.cards().count == 1)
                _ = try await browser.get("/move/delete")
                #expect(try wallet.cards().count == 1, "a question deletes nothing")
                _ = try await browser.post("/move/delete")
                #expect(try wallet.cards().isEmpty)
            }
        }
    }

    @Test func `from device to device, with digits that a person compares`() async throws {
        try await City.run { city in
            let (old, new) = (try city.wallet(), try city.wallet("new"))
            try await city.member(old)
            try await browse(old) { left in
                nonisolated(unsafe) var sender = left
                try await browse(new) { receiver in
                    let offer = try shown(try await sender.post("/move/send"))
                    #expect(offer.hasPrefix("TEGATA-MOVE-1:"))
                    let reply = try shown(
                        try await receiver.post("/move/receive", ["text": offer]))
                    let met = try await sender.post("/move/send/reply", ["text": " \(reply)\n"])
                    let reveal = try shown(met)
                    let learnt = try await receiver.post("/move/receive/reveal", ["text": reveal])
                    let code = try digits(learnt)
                    #expect(try digits(met) == code)
                    let sealed = try await sender.post(
                        "/move/send/file", ["code": code.prefix(3) + " " + code.suffix(3)])
                    #expect(sealed.status == .ok)
                    let again = try await sender.post("/move/send/file", ["code": code])
                    #expect(again.status == .badRequest, "a device sends once")
                    let page = try await receiver.upload(
                        "/move/receive/file", Array(buffer: sealed.body), ["code": code])
                    #expect(text(page).contains("New cards: 1"))
                    #expect(try new.cards().count == 1)
                }
            }
        }
    }

    @Test func `other digits, another session, another order: nothing leaves`() async throws {
        try await City.run { city in
            let wallet = try city.wallet()
            try await city.member(wallet)
            try await browse(wallet) { browser in
                let early = try await browser.post("/move/send/file", ["code": "000000"])
                #expect(early.status == .badRequest && text(early).contains("expired"))
                let offer = try shown(try await browser.post("/move/send"))
                let device = try ReceivingDevice(offer)
                let reply = device.reply
                var stranger = Browser(browser.client)
                _ = try await stranger.get("/move")
                let taken = try await stranger.post("/move/send/reply", ["text": reply])
                #expect(text(taken).contains("expired"))
                let met = try await browser.post("/move/send/reply", ["text": reply])
                let code = try digits(met)
                let wrong = try await browser.post(
                    "/move/send/file", ["code": code == "000000" ? "000001" : "000000"])
                #expect(wrong.status == .badRequest && text(wrong).contains("unauthorized"))
                let late = try await browser.post("/move/send/file", ["code": code])
                #expect(late.status == .badRequest && text(late).contains("expired"))
                let nonsense = try await browser.post("/move/receive", ["text": "<script>"])
                #expect(
                    text(nonsense).contains("malformed") && !text(nonsense).contains("<script>"))
            }
        }
    }
}
