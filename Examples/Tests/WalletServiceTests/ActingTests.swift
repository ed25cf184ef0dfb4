import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import Synchronization
import Tegata
import Testing

@testable import VerifierService
@testable import WalletService

/// Something is done once as one of the members, at a running counter (Spec/anonymous.md).
@Suite(.serialized) struct ActingTests {
    private static func link(_ town: LinkTown) -> String {
        town.clinic.base + "/anonymous/vote/question"
    }

    @Test func `a member answers once, in words of both languages, and nobody learns which one`()
        async throws
    {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let counter = String(buffer: try await screen.get("/anonymous/vote?lang=en").body)
            #expect(counter.contains(Self.link(town)) && counter.contains("tegata_link="))
            let wallet = try town.wallet("aiko")
            try await browse(wallet) { browser in
                let query = Self.link(town).addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics)
                let led = try await browser.get("/open?tegata_link=" + (query ?? ""))
                #expect(String(buffer: led.body).contains("Another page led here"))
                let asked = try await browser.follow("/open", ["link": Self.link(town)])
                #expect(asked.text.contains("<code>\(town.clinic.base)</code>"))
                #expect(asked.text.contains("A vote on &lt;lunch&gt;"), "A124")
                #expect(asked.text.contains("<strong>2</strong>") && asked.text.contains("3-A"))
                #expect(!asked.text.contains("№") && !asked.text.contains("Yu the Tester"))
                let japanese = String(buffer: try await browser.get(asked.path + "?lang=ja").body)
                #expect(japanese.contains("給食の投票") && japanese.contains("紛れる人数"))
                _ = try await browser.get(asked.path + "?lang=en")
                // Two are no crowd, unless the owner says so.
                let few = try await browser.follow(asked.path)
                #expect(few.text.contains("limit_exceeded"))
                #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
                #expect(try wallet.history().isEmpty)
                for words in ["Answered.", "This card has answered once before."] {
                    let again = try await browser.follow("/open", ["link": Self.link(town)])
                    let ended = try await browser.follow(again.path, ["few": "yes"])
                    #expect(ended.text.contains(words))
                    let twice = try await browser.post(again.path, ["few": "yes"])
                    #expect(twice.status == .conflict)
                }
            }
            #expect(try wallet.history().map(\.outcome) == [.shown, .refused])
            #expect(try wallet.history().flatMap(\.shown).isEmpty, "no card was shown")
            // Another member has a turn of their own.
            let other = try town.wallet("ben")
            try await other.act(other.review(action: Self.link(town)), ofAtLeast: 2)
        }
    }

    @Test func `who is not known is not asked, and who has no card answers nothing`() async throws {
        try await LinkTown.run { town in
            let stranger = try town.wallet("aiko", knowsClinic: false)
            await #expect(throws: Refusal.issuerUntrusted) {
                _ = try await stranger.review(action: Self.link(town))
            }
            #expect(town.clinic.asked.isEmpty, "R5")
            let empty = try town.wallet("chie")
            await #expect(throws: Refusal.typeMismatch) {
                _ = try await empty.review(action: Self.link(town))
            }
            let wallet = try town.wallet("aiko")
            let changes: [(Refusal, LinkTown.Change)] = [
                (.issuerUntrusted, town.otherName), (.signatureInvalid, LinkTown.otherSignature),
            ]
            for (reason, change) in changes {
                town.tampering.withLock { $0 = change }
                await #expect(throws: reason) {
                    _ = try await wallet.review(action: Self.link(town))
                }
            }
            #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
        }
    }
}
