import Foundation
import Pages
import Tegata
import Testing

@testable import VerifierService

extension UseTests {
    /// Nights that the city counts, of which the inn sees that one of the members has them (Spec/entitlement.md, "Anonymous"). Among the
    /// tests of uses, since they take the city's network away from each other.
    @Suite struct MemberUseTests {
        /// An inn's screen, and a wallet before it.
        private struct Scene {
            let world: VerifierWorld
            let inn: Browser
            let member: VerifierWorld.Member
            var uses = EntitlementUses()

            init(_ member: Int) async throws {
                world = try await VerifierWorld.shared.value
                inn = Browser(VerifierWorld.innAddress)
                self.member = world.members[member]
            }

            /// The inn asks for one use; the path of its screen.
            func ask(_ entitlement: String = "nights") async throws -> Browser.Answer {
                let token = try await inn.get("/uses").field("form") ?? ""
                return try await inn.post("/uses", ["form": token, "entitlement": entitlement])
            }

            /// What the wallet answers to a question, among the members that the inn has lists of.
            mutating func answer(_ path: String) async throws -> String {
                let wallet = Browser(VerifierWorld.innAddress)
                let asked = try await wallet.get("/tegata" + path)
                let lists = try await wallet.get("/tegata\(path)/lists")
                return try member.holder.use(
                    try #require(asked.value("question")), of: world.nights, with: member.card,
                    from: try VerifierProfile(parsing: try #require(asked.value("shop"))),
                    among: try MemberSnapshot(parsing: lists.text, from: world.city.profile),
                    in: &uses, ofAtLeast: 4)
            }

            func send(_ answer: String, to path: String) async throws -> Browser.Answer {
                try await Browser(VerifierWorld.innAddress, accept: "application/json").post(
                    "/tegata" + path, body: answer)
            }

            func state(_ path: String) async throws -> String? {
                try await inn.get(path, accept: "application/json").value("state")
            }
        }

        @Test func `two nights are counted, at whichever shop, and nobody learns whose`()
            async throws
        {
            var scene = try await Scene(0)
            let path = try #require(try await scene.ask().location)
            let screen = try await scene.inn.get(path + "?lang=en").text
            #expect(screen.contains("One of how many: <strong>4</strong>"))
            let answer = try await scene.answer(path)
            let taken = try await scene.send(answer, to: path)
            let shop = try VerifierProfile(
                parsing: try #require(try await scene.inn.get("/tegata" + path).value("shop")))
            let receipt = try UseReceipt(
                parsing: try #require(taken.value("receipt")), for: answer,
                under: scene.world.nights,
                from: shop)
            #expect(receipt.text.en == "A night" && receipt.shop == VerifierWorld.innAddress)
            #expect(try await scene.state(path) == "counted")
            let shown = try await scene.inn.get(path + "?lang=en").text
            #expect(!shown.contains("№") && !shown.contains("Yu the Tester"))
            // The answer was lost on the way: the same one gets the same receipt, and counts nothing.
            #expect(
                try await scene.send(answer, to: path).value("receipt") == taken.value("receipt"))
            // The other night at a shop of somebody else, which shares nothing with the inn but the city.
            let world = scene.world
            let hostel = Shop(
                at: "https://hostel.example", key: .p256(P256.PrivateKey()),
                trusting: world.city.profile, store: .inMemory(), book: .inMemory())
            let members = try MemberSnapshot(
                parsing: try await Browser(VerifierWorld.cityAddress).get(
                    "/tegata/uses/founders/nights/0"
                ).text, from: world.city.profile)
            let question = try await hostel.ask(for: world.nights, among: members)
            let other = try scene.member.holder.use(
                question, of: world.nights, with: scene.member.card, from: hostel.profile,
                among: members, in: &scene.uses, ofAtLeast: 4)
            _ = try await hostel.take(other, to: question, under: world.nights, among: members) {
                _ in
            }
            let handedIn = try JSONEncoder().encode([
                "edition": "founders", "terms": "nights", "question": question, "answer": other,
            ])
            let statement = try await Browser(VerifierWorld.cityAddress).post(
                "/tegata/uses", body: String(decoding: handedIn, as: UTF8.self))
            #expect(
                try UseStatement(
                    parsing: statement.text, for: other, under: world.nights,
                    from: world.city.profile
                ).outcome == .counted)
            // A wallet that has forgotten gives the inn a name that the hostel used, or the inn itself.
            scene.uses = EntitlementUses()
            for _ in 0..<2 {
                let again = try #require(try await scene.ask().location)
                let answer = try await scene.answer(again)
                #expect(try await scene.send(answer, to: again).value("error") == "replayed")
                #expect(try await scene.state(again) == "refused")
                #expect(try await scene.inn.get(again).text.contains("replayed"))
            }
        }

        @Test func `what is no answer is not taken, and the honest one after it is`() async throws {
            var scene = try await Scene(1)
            let path = try #require(try await scene.ask().location)
            let other = try #require(try await scene.ask().location)
            let elsewhere = try await scene.answer(other)
            let rides = try #require(try await scene.ask("rides").location)
            #expect(
                try await Browser(VerifierWorld.innAddress, accept: "application/json").get(
                    "/tegata\(rides)/lists"
                ).value("error") == "unsupported")
            let (member, world) = (scene.member, scene.world)
            let ride = try await scene.inn.get("/tegata" + rides)
            let voucher = try member.holder.use(
                try #require(ride.value("question")), of: world.rides, with: member.card,
                from: try VerifierProfile(parsing: try #require(ride.value("shop"))),
                in: &scene.uses)
            let answer = try await scene.answer(path)
            for (text, reason) in [
                (elsewhere, "holder_binding_invalid"), (voucher, "malformed"), ("{}", "malformed"),
                (
                    answer.replacing(#""number":0"#, with: #""number":2"#)
                        .replacing(#""number":1"#, with: #""number":2"#), "limit_exceeded"
                ),
                (answer.replacing(#""part":0"#, with: #""part":1"#), "malformed"),
            ] {
                #expect(try await scene.send(text, to: path).value("error") == reason)
                #expect(try await scene.state(path) == "asked")
            }
            // An anonymous answer where a card is to be shown.
            #expect(try await scene.send(answer, to: rides).value("error") == "malformed")
            #expect(try await scene.send(answer, to: path).value("state") == "taken")
            let second = try await scene.send(answer.replacing(":", with: ": "), to: path)
            #expect(second.value("error") == "replayed")
        }

        @Test func `without a network nobody is asked, and what was taken waits for the city`()
            async throws
        {
            var scene = try await Scene(2)
            let path = try #require(try await scene.ask().location)
            let answer = try await scene.answer(path)
            scene.world.network.set(down: true)
            defer { scene.world.network.set(down: false) }
            let none = try await scene.ask()
            #expect(none.status == 503 && none.location == nil)
            #expect(try await scene.send(answer, to: path).value("state") == "waiting")
            #expect(try await scene.state(path) == "taken")
            #expect(
                try await scene.inn.get(path + "?lang=en").text.contains(
                    "The issuer is being asked"))
            #expect(try await scene.send(answer, to: path).value("receipt") == nil)
            scene.world.network.set(down: false)
            #expect(try await scene.world.service.settleVouchers()["waiting"] == 0)
            #expect(try await scene.send(answer, to: path).value("receipt") != nil)
            #expect(try await scene.state(path) == "counted")
        }
    }
}
