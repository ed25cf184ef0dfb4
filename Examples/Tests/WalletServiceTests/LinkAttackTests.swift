import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Pages
import ServiceKit
import Synchronization
import Tegata
import Testing

@testable import VerifierService
@testable import WalletService

/// Answers, questions and screens that are somebody else's (A58 to A61).
@Suite(.serialized) struct LinkAttackTests {
    @Test func `an answer counts for its own question, once`() async throws {
        try await LinkTown.run { town in
            var (mine, other) = (try await town.screen(), try await town.screen())
            let asked = try await town.ask("checkup", at: &mine)
            let elsewhere = try await town.ask("checkup", at: &other)
            let wallet = try town.wallet("aiko")
            // The same wallet's answer, handed in where another browser waits.
            let review = try await wallet.review(link: asked.link)
            let moved = LinkReview(
                request: review.request, address: elsewhere.link, isLoopback: true,
                parts: review.parts, identities: review.identities, hasReader: true)
            await #expect(throws: Refusal.holderBindingInvalid) {
                try await wallet.link(moved, with: "aiko", agreed: true, ofAtLeast: 1)
            }
            #expect(try await town.state(elsewhere.path, other).contains("holder_binding_invalid"))
            try await wallet.link(review, with: "aiko", agreed: true, ofAtLeast: 1)
            // Answered: what comes again, from whomever, changes nothing.
            let second = try town.wallet("ben")
            await #expect(throws: Refusal.conflict) {
                _ = try await second.review(link: asked.link)
            }
            await #expect(throws: Refusal.conflict) {
                try await wallet.link(review, with: "aiko", agreed: true, ofAtLeast: 1)
            }
            #expect(try wallet.history().map(\.outcome) == [.refused, .shown, .refused])
        }
    }

    @Test func `a screen is for the browser that asked (A59, A60, A61)`() async throws {
        try await LinkTown.run { town in
            var (mine, other) = (try await town.screen(), try await town.screen())
            let (path, link) = try await town.ask("checkup", at: &mine)
            #expect(try await other.get(path).status == .forbidden)
            #expect(try await other.post(path + "/cancel").status == .forbidden)
            #expect(try await other.get("/links/\(freshName())").status == .forbidden)
            let wallet = try town.wallet("aiko")
            try await wallet.link(
                wallet.review(link: link), with: "aiko", agreed: true, ofAtLeast: 1)
            #expect(try await other.get(path).status == .forbidden)
            #expect(try await mine.get(path).status == .ok)
            let (next, late) = try await town.ask("checkup", at: &mine)
            let review = try await wallet.review(link: late)
            #expect(try await mine.post(next + "/cancel", token: "x").status == .forbidden)
            #expect(try await mine.post(next + "/cancel").status == .seeOther)
            for over in [late, town.clinic.base + "/tegata/links/" + freshName()] {
                await #expect(throws: Refusal.conflict) { _ = try await wallet.review(link: over) }
            }
            await #expect(throws: Refusal.conflict) {
                try await wallet.link(review, with: "aiko", agreed: true, ofAtLeast: 1)
            }
            let wrong = try await mine.post("/links", ["link": "nothing"])
            #expect(wrong.status == .badRequest)
        }
    }

    @Test func `a question that is over is answered by nobody`() async throws {
        try await LinkTown.run { town in
            let visits = LinkVisits(store: town.service.till.store)
            let plan = try await town.service.links.ask(
                PlannedLink(
                    "both", .linkTest, for: .linkTest,
                    .shown("pupils", of: town.school.live.base, claims: ["class"]),
                    .shown("insured", of: town.health.live.base)))
            let id = try await visits.begin(
                LinkVisit(
                    session: [], link: "both", question: plan.question, lists: plan.lists,
                    expiry: Now.seconds - 1))
            let wallet = try town.wallet("aiko")
            let link = town.clinic.base + "/tegata/links/" + id
            await #expect(throws: Refusal.expired) { _ = try await wallet.review(link: link) }
            let posted = try await OutboundHTTP().send(
                "POST", link, body: Array("{}".utf8), acceptsLoopback: true)
            #expect(posted.reason == .expired)
        }
    }

    @Test func `who is not known is not asked, and a question that was changed is none`()
        async throws
    {
        try await LinkTown.run { town in
            var screen = try await town.screen()
            let (_, link) = try await town.ask("checkup", at: &screen)
            town.clinic.forget()
            let stranger = try town.wallet("aiko", knowsClinic: false)
            try await browse(stranger) { browser in
                let refused = try await browser.follow("/open", ["link": link])
                #expect(refused.text.contains("issuer_untrusted"))
                #expect(refused.text.contains("wallet trust"))
            }
            #expect(town.clinic.asked.isEmpty, "R5")
            let wallet = try town.wallet("aiko")
            // A clinic of another name under this address, and this clinic's question under another's key.
            let forger = P256.PrivateKey()
            let forged = try #require(
                try? VerifierProfile(
                    parsing: AnonymousVerifier(
                        at: town.clinic.base, key: .p256(forger), store: .inMemory(),
                        nullifiers: .inMemory()
                    ).profile.encoded))
            let changes: [(Refusal, LinkTown.Change)] = [
                (.issuerUntrusted, town.otherName),
                (.issuerUntrusted, { $0.merging(["verifier": forged.encoded]) { $1 } }),
                (.signatureInvalid, LinkTown.otherSignature), (.malformed, { _ in [:] }),
            ]
            for (reason, change) in changes {
                town.tampering.withLock { $0 = change }
                await #expect(throws: reason) { _ = try await wallet.review(link: link) }
            }
            town.tampering.withLock { $0 = nil }
            // A stranger who passes the clinic's question on, at an address that the wallet knows too.
            try await Live.run { relay in
                relay.answer { _ in
                    let reply = try await OutboundHTTP().send("GET", link, acceptsLoopback: true)
                    return Live.Reply(body: reply.body)
                }
                let both = try WalletService(
                    home: wallet.home,
                    trusting: VerifierTrust(addresses: [town.clinic.base, relay.base]),
                    acceptsLoopback: true)
                await #expect(throws: Refusal.issuerUntrusted) {
                    _ = try await both.review(link: relay.base + "/tegata/links/x")
                }
            }
            #expect(!town.clinic.asked.contains { $0.hasPrefix("POST") })
            #expect(try wallet.history().isEmpty)
        }
    }
}

extension Message {
    fileprivate static let linkTest = Message("試験", "Test")
}
