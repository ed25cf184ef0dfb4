import Crypto
import Foundation
import ServiceKit
import Synchronization
import Tegata
import TegataNationalID
import Testing

@testable import VerifierService

/// Rows A130, A132 to A134 and A136 where attestors and nodes are other people's machines: 2 of 3 and 3 of 5, over HTTP.
@Suite(.serialized) struct ServiceRowsTests {
    /// Services on loopback, an issuer that knows them by their addresses, and everything that nodes were sent and said.
    private struct Split: Sendable {
        let issuer: Issuer
        let services: IdentityServices
        let log: String
        let nodes: NodeTraffic
        let nodeAddresses: [String]

        /// What went to and from the nodes.
        final class NodeTraffic: Sendable {
            private let texts = Mutex<[(path: String, body: String, answer: String)]>([])

            var all: [(path: String, body: String, answer: String)] { texts.withLock { $0 } }

            func add(_ path: String, _ body: String, _ answer: String) {
                texts.withLock { $0.append((path, body, answer)) }
            }
        }

        /// Eight ports for each, which no other suite takes.
        private static let ports = Mutex(Int.random(in: 8_000..<9_900))

        init(accepting evidence: JPKI) async throws {
            let first = Self.ports.withLock { next in
                defer { next += 8 }
                return next
            }
            let address = { (place: Int) in "http://127.0.0.1:\(first + place)" }
            let attestors = (0..<3).map { _ in
                Attestor(key: Secp256k1.PrivateKey(), accepting: evidence)
            }
            let dealt = try EvaluationNode.deal(
                nodes: 5, threshold: 3, trusting: attestors.map(\.key), attestorThreshold: 2)
            let traffic = NodeTraffic()
            nodes = traffic
            var servers = [Server]()
            for (place, attestor) in attestors.enumerated() {
                servers.append(
                    Server(
                        host: "127.0.0.1", port: first + place, perMinute: 100_000,
                        health: { "{}" }
                    ) { try await ServiceRequests.answer($0, $1, by: attestor) })
            }
            for (place, node) in dealt.enumerated() {
                servers.append(
                    Server(
                        host: "127.0.0.1", port: first + 3 + place, perMinute: 100_000,
                        health: { "{}" }
                    ) { path, body in
                        let answer = try await ServiceRequests.answer(path, body, by: node)
                        traffic.add(path, body, answer ?? "")
                        return answer
                    })
            }
            for server in servers { Task { try await server.run() } }
            for place in 0..<8 { try await VerifierWorld.wait(for: address(place)) }
            nodeAddresses = (3..<8).map(address)
            services = try RemoteServices(
                attestors: attestors.enumerated().map {
                    "\(hexadecimal($0.element.key))=\(address($0.offset))"
                }, threshold: 2, nodes: (1...5).map { "\($0)=\(address($0 + 2))" }, threshold: 3
            ).open(isTest: true, fromLoopback: true)
            log = FileManager.default.temporaryDirectory.path + "/rows-\(UUID())"
            issuer = Issuer(
                at: "https://city.example", keys: .generate(),
                publishing: LogDirectory(at: log), identity: services)
        }
    }

    @Test func `a revoked ID card gets no card, and a silent source is no consent (A130)`()
        async throws
    {
        let split = try await Split(accepting: .testCards)
        let edition = try await split.issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        let person = DemoIdentity(.jpkiP384)
        DemoIdentity.nextAuthority.revoke(person.card)
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await Holder(key: Secp256k1.PrivateKey()).request(edition, proving: person)
        }
        // Attestors whose source knows another authority's cards alone.
        let silent = try await Split(
            accepting: JPKI(
                anchors: .test(DemoIdentity.nextAuthority),
                revocation: .requireGood(from: DemoIdentity.authority)))
        let other = try await silent.issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        await #expect(throws: Refusal.unavailable) {
            try await Holder(key: Secp256k1.PrivateKey()).request(
                other, proving: DemoIdentity(.jpkiP384))
        }
        for split in [split, silent] {
            #expect(!split.nodes.all.contains { $0.path == "evaluate" }, "no node was asked")
        }
    }

    @Test func `nodes, log and card hold nothing of the certificate or its number (A132, A134)`()
        async throws
    {
        let split = try await Split(accepting: .testCards)
        let edition = try await split.issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        let person = DemoIdentity(.jpkiP384)
        let answer = try await split.issuer.issue(
            to: try await Holder(key: Secp256k1.PrivateKey()).request(edition, proving: person))
        try await split.issuer.publishLists()
        let certificate = person.card.certificate
        let input = try await person.personInput()
        var needles = [certificate, input]
        for secret in [certificate, input] {
            needles += [
                Array(SHA256.hash(data: secret)), Array(SHA384.hash(data: secret)),
                Array(SHA512.hash(data: secret)),
            ]
        }
        var texts = split.nodes.all.flatMap { [$0.body, $0.answer] } + [answer]
        let files = FileManager.default.enumerator(atPath: split.log)?.allObjects ?? []
        for case let name as String in files {
            if let data = FileManager.default.contents(atPath: split.log + "/" + name) {
                texts.append(String(decoding: data, as: UTF8.self))
                texts.append(data.base64EncodedString())
            }
        }
        #expect(texts.count > 12)
        // Parts of them, in each way that something is written here; base64 shifts with its place.
        for needle in needles {
            let part = needle.dropFirst(max(0, needle.count / 2 - 12)).prefix(24)
            var spellings = [hexadecimal(Array(part))]
            for shift in 0..<3 {
                let base64 = Data(part.dropFirst(shift)).base64EncodedString()
                let inner = String(base64.prefix(24))
                spellings += [
                    inner,
                    inner.replacing("+", with: "-").replacing("/", with: "_"),
                ]
            }
            for spelling in spellings {
                #expect(!texts.contains { $0.contains(spelling) }, "\(spelling)")
            }
        }
        // The search finds what is there.
        let token = try #require(split.nodes.all.first { $0.path == "evaluate" }).body
        #expect(texts.contains { $0.contains(String(token.prefix(40))) })
    }

    @Test func `what was attested for one edition is evaluated for no other (A133)`() async throws {
        let split = try await Split(accepting: .testCards)
        let founders = try await split.issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        let onsen = try await split.issuer.open(
            Edition("onsen", limit: 5, nationalID: [.jpkiP384]))
        let person = DemoIdentity(.jpkiP384)
        _ = try await split.issuer.issue(
            to: try await Holder(key: Secp256k1.PrivateKey()).request(founders, proving: person))
        let asked = try #require(split.nodes.all.first { $0.path == "evaluate" })
        let before = split.nodes.all.count { $0.path == "evaluate" }
        _ = try await split.issuer.issue(
            to: try await Holder(key: Secp256k1.PrivateKey()).request(onsen, proving: person))
        let other = try #require(
            split.nodes.all.filter { $0.path == "evaluate" }.dropFirst(before).first)
        func member(_ name: String, of body: String) throws -> String {
            let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
            return try #require(object?[name] as? String)
        }
        let node = Browser(split.nodeAddresses[0])
        // The answer is for a session, and may be asked for again, by whoever has it.
        #expect(try await node.post("/evaluate", body: asked.body).status == 200)
        for name in ["edition", "salt", "token"] {
            let moved = asked.body.replacing(
                try member(name, of: asked.body), with: try member(name, of: other.body))
            let answer = try await node.post("/evaluate", body: moved)
            #expect(answer.status == 400 && answer.text == "national_id_invalid", "\(name)")
        }
    }

    @Test func `a person with a new certificate is somebody else, and a cut-off knows (A136)`()
        async throws
    {
        let split = try await Split(accepting: .testCards)
        let open = try await split.issuer.open(
            Edition("founders", limit: 5, nationalID: [.jpkiP384]))
        let drop = try await split.issuer.open(
            Edition("drop", limit: 5, nationalID: [.jpkiP384], cutOff: 1_546_300_800))
        let before = DemoIdentity(.jpkiP384)
        // Documented: without a cut-off a person's index follows the certificate.
        for (serial, identity) in [(1, before), (2, DemoIdentity(.jpkiP384))] {
            let holder = Holder(key: Secp256k1.PrivateKey())
            let card = try holder.accept(
                try await split.issuer.issue(
                    to: try await holder.request(open, proving: identity)),
                from: split.issuer.profile)
            #expect(card.serial.number == UInt32(serial))
        }
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            _ = try await split.issuer.issue(
                to: try await Holder(key: Secp256k1.PrivateKey()).request(open, proving: before))
        }
        // Every certificate here began after this day, and the nodes say so, whoever asks.
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await Holder(key: Secp256k1.PrivateKey()).request(drop, proving: before)
        }
    }
}
