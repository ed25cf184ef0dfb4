import Foundation
import ServiceKit
import Synchronization
import Tegata
import TegataNationalID
import Testing
import WalletService

@testable import IssuerService

/// An issuer whose people are checked by attestors and nodes of others: nobody alone could make a person up, or take one's place.
@Suite struct SplitSiteTests {
    /// Two of three attestors and three of five nodes, each a server that can be stopped.
    private struct Services {
        let named: String
        let tasks: [Task<Void, any Error>]

        private static let ports = Mutex(Int.random(in: 10_000..<14_000))

        init() async throws {
            let first = Self.ports.withLock { next in
                defer { next += 8 }
                return next
            }
            func address(_ place: Int) -> String { "http://127.0.0.1:\(first + place)" }
            func server(
                _ place: Int,
                _ answer: @escaping @Sendable (String, String) async throws -> String?
            ) -> Server {
                Server(
                    host: "127.0.0.1", port: first + place, perMinute: 100_000, health: { "{}" },
                    answer: answer)
            }
            let attestors = (0..<3).map { _ in
                Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
            }
            let nodes = try EvaluationNode.deal(
                nodes: 5, threshold: 3, trusting: attestors.map(\.key), attestorThreshold: 2)
            var servers = [Server]()
            for (place, attestor) in attestors.enumerated() {
                servers.append(
                    server(place) { try await ServiceRequests.answer($0, $1, by: attestor) })
            }
            for (place, node) in nodes.enumerated() {
                servers.append(
                    server(3 + place) { try await ServiceRequests.answer($0, $1, by: node) })
            }
            tasks = servers.map { server in Task { try await server.run() } }
            for place in 0..<8 {
                for _ in 0..<1_200 {
                    if (try? await Browser(address(place)).get("/health"))?.status == 200 { break }
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            let keys = attestors.enumerated().map {
                "\"\(hexadecimal($0.element.key))=\(address($0.offset))\""
            }
            let numbers = (1...5).map { "\"\($0)=\(address($0 + 2))\"" }
            named = """
                {"attestors": [\(keys.joined(separator: ","))], "attestorThreshold": 2,
                 "nodes": [\(numbers.joined(separator: ","))], "nodeThreshold": 3}
                """
        }

        /// Stops some of them: attestors are 0 to 2, nodes 3 to 7.
        func stop(_ places: Int...) async {
            for place in places {
                tasks[place].cancel()
                _ = try? await tasks[place].value
            }
        }
    }

    @Test func `so many of them may be away, and with one more nothing is issued`() async throws {
        let services = try await Services()
        let site = try await Site(services: services.named)
        let profile = try IssuerProfile(
            parsing: try await Browser(site.address).get("/log/profile.json").text)
        let opened = try #require(profile.editions.first { $0.edition.id == "founders" })
        #expect(
            opened.trust.map { "\($0)" }
                == "split (2-of-3 attestors, 3-of-5 evaluation nodes)")
        // The folder has no attestor and no node of its own.
        for name in ["attestor.key", "node.vault"] {
            #expect(!FileManager.default.fileExists(atPath: site.home + "/keys/" + name))
        }
        func claim(_ person: String) async throws -> (Browser.Answer, WalletService, String) {
            let (browser, wallet) = (Browser(site.address), try wallet())
            let waiting = try await ask(browser, wallet, for: "founders")
            return (try await prove(browser, person, for: "founders"), wallet, waiting)
        }
        await services.stop(1, 4, 7)
        let (answer, phone, waiting) = try await claim("aiko")
        #expect(answer.status == 303, "\(answer.reason ?? "")")
        guard case .card(let kept) = try await phone.resume(waiting) else {
            Issue.record("no card")
            return
        }
        #expect(kept.card.serial.number == 1)
        // The same person again is known, whichever of them answer.
        #expect(try await claim("aiko").0.reason == "already_claimed")
        await services.stop(5)
        #expect(try await claim("ben").0.reason == "unavailable")
        await services.stop(0)
        #expect(try await claim("ben").0.reason == "unavailable")
        let after = try await Browser(site.address).get("/log/checkpoint").text
        #expect(
            after.split(separator: "\n").dropFirst().first == "3",
            "the edition, what its cards look like, and one card")
    }

    @Test func `a file of services that is wrong is named`() async throws {
        let home = FileManager.default.temporaryDirectory.path + "/services-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: home) }
        try FileManager.default.createDirectory(
            atPath: home + "/keys", withIntermediateDirectories: true)
        let key = String(repeating: "ab", count: 32)
        for text in [
            "", "{}", #"{"attestors": ["x=https://a.example"], "nodes": ["1=https://n.example"]}"#,
            #"{"attestors": ["\#(key)"], "nodes": ["1=https://n.example"]}"#,
            #"{"attestors": ["\#(key)=https://a.example"], "nodes": ["0=https://n.example"]}"#,
            #"{"attestors": ["\#(key)=http://127.0.0.1:1"], "nodes": ["1=https://n.example"]}"#,
            #"{"attestors": ["\#(key)=https://a.example"], "attestorThreshold": 2, "nodes": ["1=https://n.example"]}"#,
        ] {
            try text.write(toFile: home + "/keys/services", atomically: true, encoding: .utf8)
            #expect(throws: (any Error).self, "\(text)") {
                try IssuerFolder(home).services(of: "https://kaga.example")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: home + "/keys/attestor.key"))
    }
}
