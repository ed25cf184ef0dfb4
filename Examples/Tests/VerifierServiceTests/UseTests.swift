import Foundation
import Pages
import Tegata
import Testing

@testable import VerifierService

/// Rides that the city counts, at an inn with a network and at one without (Spec/entitlement.md).
@Suite(.serialized) struct UseTests {
    /// An inn's screen, and a wallet before it.
    private struct Scene {
        let world: VerifierWorld
        let inn: Browser
        let member: VerifierWorld.Member
        var uses = EntitlementUses()

        init(_ member: Int, at address: String = VerifierWorld.innAddress) async throws {
            world = try await VerifierWorld.shared.value
            inn = Browser(address)
            self.member = world.members[member]
        }

        /// The inn asks for a ride; the path of its screen.
        func ask() async throws -> String {
            let token = try await inn.get("/uses").field("form") ?? ""
            let answer = try await inn.post("/uses", ["form": token, "entitlement": "rides"])
            return answer.location ?? "status \(answer.status)"
        }

        /// The wallet looks at a question and makes a voucher.
        mutating func voucher(_ path: String) async throws -> String {
            let asked = try await Browser(VerifierWorld.innAddress).get("/tegata" + path)
            let shop = try VerifierProfile(parsing: try #require(asked.value("shop")))
            #expect(shop.verifier == VerifierWorld.innAddress)
            return try member.holder.use(
                try #require(asked.value("question")), of: world.rides, with: member.card,
                from: shop, in: &uses)
        }

        func send(_ voucher: String, to path: String) async throws -> Browser.Answer {
            try await Browser(VerifierWorld.innAddress, accept: "application/json").post(
                "/tegata" + path, body: voucher)
        }

        func state(_ path: String) async throws -> String? {
            try await inn.get(path, accept: "application/json").value("state")
        }
    }

    private func counts(_ browser: Browser, _ name: String) async throws -> Int {
        Int(try await browser.get("/uses", accept: "application/json").value(name) ?? "") ?? -1
    }

    @Test func `with a network the city counts, and the third ride is refused`() async throws {
        var scene = try await Scene(0)
        for _ in 0..<2 {
            let path = try await scene.ask()
            #expect(try await scene.state(path) == "asked")
            let voucher = try await scene.voucher(path)
            let taken = try await scene.send(voucher, to: path)
            let shop = try VerifierProfile(
                parsing: try #require(
                    try await scene.inn.get("/tegata" + path).value("shop")))
            let receipt = try UseReceipt(
                parsing: try #require(taken.value("receipt")), for: voucher,
                under: scene.world.rides, from: shop)
            #expect(receipt.text.en == "Rides" && receipt.shop == VerifierWorld.innAddress)
            #expect(try await scene.state(path) == "counted")
            // The answer was lost on the way: the same voucher gets the same receipt, and counts nothing.
            let again = try await scene.send(voucher, to: path)
            #expect(again.value("receipt") == taken.value("receipt"))
            // Another voucher for the question that was answered.
            let other = try await scene.voucher(path)
            #expect(try await scene.send(other, to: path).value("error") == "replayed")
        }
        let path = try await scene.ask()
        let third = try await scene.voucher(path)
        #expect(try await scene.send(third, to: path).value("error") == "sold_out")
        #expect(try await scene.state(path) == "refused")
        #expect(try await scene.inn.get(path).text.contains("sold_out"))
        #expect(try await counts(scene.inn, "waiting") == 0)
    }

    @Test func `without a network two vouchers are taken, and settled once`() async throws {
        var scene = try await Scene(1)
        // The shop has met the terms before.
        _ = try await scene.ask()
        scene.world.network.set(down: true)
        defer { scene.world.network.set(down: false) }
        let before = try await counts(scene.inn, "counted")
        for left in [1, 0] {
            let path = try await scene.ask()
            let screen = try await scene.inn.get(path + "?lang=en").text
            #expect(screen.contains("no network") && screen.contains("2 / 4"), "the risk")
            let voucher = try await scene.voucher(path)
            let taken = try await scene.send(voucher, to: path)
            #expect(taken.value("state") == "taken" && taken.value("receipt") != nil)
            #expect(try await scene.state(path) == "taken")
            #expect(
                scene.world.rides.entitlement.offline
                    - scene.uses.count(of: scene.world.rides, window: 0) == left)
        }
        let path = try await scene.ask()
        await #expect(throws: Refusal.soldOut, "the wallet has no more") {
            try await scene.voucher(path)
        }
        #expect(try await counts(scene.inn, "waiting") == 2)
        let inn = scene.world.service
        #expect(try await inn.settleVouchers()["waiting"] == 2, "the city does not answer")
        scene.world.network.set(down: false)
        let token = try await scene.inn.get("/uses").field("form") ?? ""
        for _ in 0..<2 {
            #expect(try await scene.inn.post("/uses/settle", ["form": token]).status == 303)
            #expect(try await counts(scene.inn, "waiting") == 0)
            #expect(try await counts(scene.inn, "counted") == before + 2)
        }
    }

    @Test func `a question without a network is no good with one, and a stranger sees no screen`()
        async throws
    {
        var scene = try await Scene(2)
        let online = try await scene.ask()
        scene.world.network.set(down: true)
        defer { scene.world.network.set(down: false) }
        let offline = try await scene.ask()
        let voucher = try await scene.voucher(offline)
        #expect(
            try await scene.send(voucher, to: online).value("error") == "holder_binding_invalid")
        #expect(try await scene.state(online) == "asked")
        #expect(try await scene.send("nonsense", to: offline).status == 400)
        #expect(
            try await scene.send(String(repeating: "x", count: 70_000), to: offline).status == 429)
        #expect(try await scene.state(offline) == "asked")
        #expect(try await Browser(VerifierWorld.innAddress).get(offline).status == 403)
        #expect(try await Browser(VerifierWorld.innAddress).get("/tegata/uses/none").status == 410)
        let stranger = try await Browser(VerifierWorld.innAddress).post(
            "/uses/settle", ["form": "x"])
        #expect(stranger.status == 403)
        // The voucher was for the other question all the time.
        #expect(try await scene.send(voucher, to: offline).value("state") == "taken")
    }

    @Test func `a restart loses no voucher, and hands none in twice`() async throws {
        let world = try await VerifierWorld.shared.value
        let folder = FileManager.default.temporaryDirectory.path + "/till-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = P256.PrivateKey()
        func till() throws -> VerifierService {
            var settings = VerifierService.Settings(
                web: WebServer.Settings(port: 0, isTest: false),
                address: VerifierWorld.innAddress, issuers: [VerifierWorld.cityAddress],
                key: key, plan: Plan(entitlements: [VerifierWorld.ridesPlan]), state: folder)
            settings.patience = 60
            return try VerifierService(settings)
        }
        let first = try till()
        #expect(try await first.settleVouchers() == ["waiting": 0])
        let offer = try await first.till.offer(VerifierWorld.ridesPlan)
        #expect(offer.isOnline)
        world.network.set(down: true)
        defer { world.network.set(down: false) }
        // A process that has met nobody goes on with what was written down.
        let second = try till()
        let known = try await second.till.offer(VerifierWorld.ridesPlan)
        #expect(!known.isOnline && known.terms.digest == world.rides.digest)
        let question = try await known.shop.ask(for: known.terms, isOffline: true)
        var uses = EntitlementUses()
        let member = world.members[3]
        let voucher = try member.holder.use(
            question, of: known.terms, with: member.card, from: known.shop.profile, in: &uses)
        let vouchers = second.till.vouchers
        _ = try await known.shop.take(voucher, under: known.terms) { text in
            try await vouchers.keep(
                KeptVoucher(
                    entitlement: "rides", terms: known.terms.encoded, issuer: known.terms.issuer,
                    voucher: text, question: nil, isOffline: true, time: 1_790_000_000))
        }
        #expect(try await second.settleVouchers() == ["waiting": 1])
        world.network.set(down: false)
        let third = try till()
        #expect(try await third.settleVouchers() == ["waiting": 0, "counted": 1])
        #expect(try await till().settleVouchers() == ["waiting": 0, "counted": 1])
        // Handed in again by somebody else: the issuer says what it said.
        let statement = try await world.city.count(
            voucher, from: VerifierWorld.innAddress, under: world.rides)
        let said = try UseStatement(
            parsing: statement, for: voucher, under: world.rides, from: world.city.profile)
        #expect(said.outcome == .counted && said.number >= 2)
    }

    @Test func `whom the operator does not name any more is not believed for having been kept`()
        async throws
    {
        let world = try await VerifierWorld.shared.value
        let folder = FileManager.default.temporaryDirectory.path + "/till-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = P256.PrivateKey()
        func till(_ issuers: [String]) throws -> VerifierService {
            var settings = VerifierService.Settings(
                web: WebServer.Settings(port: 0, isTest: false),
                address: VerifierWorld.innAddress, issuers: issuers, key: key,
                plan: Plan(entitlements: [VerifierWorld.ridesPlan]), state: folder)
            settings.patience = 60
            return try VerifierService(settings)
        }
        let first = try till([VerifierWorld.cityAddress])
        _ = try await first.settleVouchers()
        _ = try await first.till.offer(VerifierWorld.ridesPlan)
        world.network.set(down: true)
        defer { world.network.set(down: false) }
        let later = try till(["http://127.0.0.1:1"])
        await #expect(throws: Refusal.issuerUntrusted) {
            try await later.till.offer(VerifierWorld.ridesPlan)
        }
    }
}
