import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// Who may ask a node, and what it says of how often it was asked (Spec/services.md).
@Suite struct RequesterTests {
    private struct Club {
        let world: PersonWorld
        let journal = InMemoryJournal()
        let issuer: Issuer
        let edition: OpenEdition
        let person = DemoIdentity(.jpkiP384)
        let kiosk = Kiosk(at: "gate", key: World.privateKey("gate"), clock: { World.now })

        init(publishing directory: LogDirectory? = nil, certified: Bool = true) async throws {
            world = try await PersonWorld()
            issuer = world.issuer(over: journal, publishing: directory)
            edition = try await issuer.open(
                Edition(
                    "certified", limit: 20, nationalID: [.jpkiP384],
                    certifiesRequesters: certified))
        }

        func asked(
            by key: Secp256k1.PrivateKey, for edition: OpenEdition? = nil, seconds: Int64 = 600
        ) throws -> OpenEdition {
            self.edition.asked(
                by: try Requester(
                    certificate: try issuer.certify(
                        key.publicKey, for: edition ?? self.edition, seconds: seconds), key: key))
        }
    }

    @Test func `nodes of a certified edition answer whom the issuer certified, and nobody else`()
        async throws
    {
        let club = try await Club()
        let anna = PersonWorld.holder("anna")
        await #expect(throws: Refusal.unauthorized, "nobody vouches for it") {
            _ = try await anna.request(club.edition, proving: club.person)
        }
        #expect(club.world.node.evaluations[club.edition.digest] == nil, "S4")
        // A wallet with a certificate for one session, and a kiosk with one for a day.
        let once = World.privateKey("anna, once")
        let request = try await anna.request(try club.asked(by: once), proving: club.person)
        _ = try anna.accept(try await club.issuer.issue(to: request), from: club.issuer.profile)
        let certificate = try club.issuer.certify(
            club.kiosk.publicKey, for: club.edition, seconds: 86_400)
        let here = club.edition.asked(by: try club.kiosk.requester(certificate: certificate))
        let door = Verifier(
            at: World.doorID, trusting: [club.issuer.profile], kiosks: [club.kiosk.publicKey],
            store: .inMemory(), clock: { World.now })
        let asked = try await door.challenge(asking: [], personOf: club.edition)
        let result = try await club.kiosk.check(
            asked, here, lists: try await club.issuer.publicLists(of: club.edition),
            from: club.issuer.profile, proving: club.person)
        #expect(try await door.verify(kiosk: result).edition.id == "certified")
        #expect(club.world.node.evaluations[club.edition.digest] == 2)
        // Another edition's, another issuer's, an ended one, another's key.
        let other = try await club.issuer.open(
            Edition("other", limit: 1, nationalID: [.jpkiP384], certifiesRequesters: true))
        let stranger = Issuer(
            at: World.club, keys: .generate(), identity: nil, store: .inMemory(),
            clock: { World.now })
        let past = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: club.world.issuerKey, register: World.privateKey("club register"),
                log: World.logKey), identity: nil, store: .inMemory(),
            clock: { World.now - 601 })
        let key = World.privateKey("a key")
        let certificates = [
            ("another edition's", try club.issuer.certify(key.publicKey, for: other, seconds: 60)),
            (
                "another issuer's",
                try stranger.certify(key.publicKey, for: club.edition, seconds: 60)
            ),
            ("an ended one", try past.certify(key.publicKey, for: club.edition, seconds: 600)),
        ]
        for (name, certificate) in certificates {
            let edition = club.edition.asked(
                by: try Requester(certificate: certificate, key: key))
            await #expect(throws: Refusal.unauthorized, "\(name)") {
                _ = try await anna.request(edition, proving: club.person)
            }
        }
        #expect(throws: Refusal.malformed) {
            try Requester(certificate: certificate, key: key)
        }
        for seconds in [0, -1, 86_401] as [Int64] {
            #expect(throws: Refusal.malformed) {
                try club.issuer.certify(key.publicKey, for: club.edition, seconds: seconds)
            }
        }
        #expect(club.world.node.evaluations[club.edition.digest] == 2, "S4")
    }

    @Test func `a requester's signature is about one session, and every byte of it counts (A128)`()
        async throws
    {
        let club = try await Club()
        let edition = try club.asked(by: World.privateKey("once"))
        _ = try await PersonWorld.holder("anna").request(edition, proving: club.person)
        let text = try #require(club.world.nodeTap.requests.last)
        let genuine = try JSON(parsing: Array(text.utf8))
        // The very same request again is the same answer.
        _ = try await club.world.node.evaluate(text)
        func evaluate(_ change: (inout Members) -> Void) async throws {
            var members = Members(genuine.object ?? [:])
            change(&members)
            _ = try await club.world.node.evaluate(members.text)
        }
        await #expect(throws: Refusal.unauthorized) { try await evaluate { $0["requester"] = nil } }
        let requester = try #require(genuine["requester"])
        let certificate = try Base64URL.decode(requester["certificate"]?.string ?? "")
        let signature = try Base64URL.decode(requester["signature"]?.string ?? "")
        func spoilt(_ certificate: [UInt8], _ signature: [UInt8]) -> String {
            JSON.object(["certificate": .bytes(certificate), "signature": .bytes(signature)]).text
        }
        for index in certificate.indices {
            var bytes = certificate
            bytes[index] ^= 1
            await #expect(throws: Refusal.self, "byte \(index)") {
                try await evaluate { $0["requester"] = spoilt(bytes, signature) }
            }
        }
        for index in stride(from: 0, to: 64, by: 7) {
            var bytes = signature
            bytes[index] ^= 1
            await #expect(throws: Refusal.unauthorized, "byte \(index)") {
                try await evaluate { $0["requester"] = spoilt(certificate, bytes) }
            }
        }
        for cut in [0, 1, 82, 145] {
            await #expect(throws: Refusal.malformed) {
                try await evaluate {
                    $0["requester"] = spoilt(Array(certificate[..<cut]), signature)
                }
            }
        }
        // Another session under the first one's signature.
        _ = try await PersonWorld.holder("ben").request(edition, proving: club.person)
        let second = try JSON(parsing: Array(try #require(club.world.nodeTap.requests.last).utf8))
        var mixed = Members(second.object ?? [:])
        mixed["requester"] = spoilt(certificate, signature)
        await #expect(throws: Refusal.unauthorized, "A128") {
            _ = try await club.world.node.evaluate(mixed.text)
        }
    }

    @Test func `the first terms of an edition are its terms, also after a restart`() async throws {
        let club = try await Club()
        let digest = club.edition.digest
        let node = club.world.node
        // Nobody lifts them by publishing again, as anybody may.
        await #expect(throws: Refusal.conflict) { try await node.publish(digest) }
        let others = EditionTerms(
            edition: digest, issuer: World.privateKey("a stranger").publicKey.xOnly.array,
            isCertified: true)
        await #expect(throws: Refusal.conflict) { try await node.publish(others) }
        let key = [UInt8](repeating: 7, count: 32)
        let opened = try EvaluationNode(
            sealed: node.sealed(under: key), under: key, trusting: [club.world.attestor.key],
            attestorThreshold: 1)
        await #expect(throws: Refusal.conflict) { try await opened.publish(digest) }
        // As text and back.
        for terms in [
            others, EditionTerms(edition: digest),
            EditionTerms(edition: digest, cutOff: 86_400),
        ] {
            #expect(try EditionTerms(parsing: terms.encoded) == terms)
        }
        for text in [
            "", "{}", #"{"edition":"AA"}"#,
            JSON.object(["edition": .bytes(digest.array), "requesters": "certified"]).text,
            JSON.object(["edition": .bytes(digest.array), "requesters": "all"]).text,
        ] {
            #expect(throws: Refusal.self) { try EditionTerms(parsing: text) }
        }
        // A service that knows no terms opens no such edition.
        struct Plain: EvaluationService {
            let node = 1
            func publish(_ edition: EditionDigest) async throws(Refusal) -> String { "{}" }
            func evaluate(_ request: String) async throws(Refusal) -> String { "{}" }
        }
        await #expect(throws: Refusal.unsupported) { try await Plain().publish(others) }
        #expect(try await Plain().publish(EditionTerms(edition: digest)) == "{}")
        await #expect(throws: Refusal.unsupported) { try await Plain().count(digest) }
    }

    @Test func `nodes sign their counts, and an audit compares them with the cards`() async throws {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory, certified: false)
            for name in ["a", "b", "c"] {
                let holder = PersonWorld.holder(name)
                let request = try await holder.request(
                    club.edition, proving: DemoIdentity(.jpkiP384))
                _ = try await club.issuer.issue(to: request)
            }
            // Somebody looks a person up, and nobody gets a card for it.
            _ = try await PersonWorld.holder("curious").request(
                club.edition, proving: DemoIdentity(.jpkiP384))
            #expect(try await club.issuer.publishCounts(of: club.edition) == [1])
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.evaluated == 4 && audited.evaluatedBeyondCards == 1)
            #expect(!audited.countsFallShort)
            #expect("\(report)".contains("nodes counted 4 sessions, 1 beyond one a card"))
            #expect(report.japanese.contains("評価ノードの集計 4 件"))
        }
    }

    @Test func `a count that falls, or that its node did not sign, is found`() async throws {
        let club = try await Club(certified: false)
        for name in ["a", "b"] {
            let request = try await PersonWorld.holder(name).request(
                club.edition, proving: DemoIdentity(.jpkiP384))
            _ = try await club.issuer.issue(to: request)
        }
        let share = try club.world.node.vault.share(for: club.edition.digest)
        func count(
            _ evaluations: UInt64, late: UInt64 = 0, time: Int64 = World.now, round: UInt32 = 0
        ) throws -> [UInt8] {
            var random = SystemRandomness()
            let count = try EvaluationCount(
                by: share, round: round, time: UInt64(time), evaluations: evaluations, late: late,
                using: &random)
            return LogEntry(
                kind: .count, edition: club.edition.digest, content: count.encoded
            ).encoded
        }
        let entries = await club.journal.records(from: 0, atMost: 99).map(\.entry)
        let end = UInt64(entries.count)
        let profile = club.issuer.profile
        let good = try count(2)
        #expect(Replays.finding(entries + [good, try count(2), try count(5)], profile) == nil)
        for (name, second) in [
            ("fewer", try count(1)), ("earlier", try count(2, time: World.now - 1)),
            ("keys that there are not", try count(2, round: 1)),
        ] {
            #expect(
                Replays.finding(entries + [good, second], profile) == .entry(end + 1, .badCount),
                "\(name)")
        }
        for index in stride(from: 33, to: good.count, by: 3) {
            var bent = good
            bent[index] ^= 1
            #expect(
                Replays.finding(entries + [bent], profile) == .entry(end, .badCount),
                "byte \(index)")
        }
        #expect(throws: ProofError.malformed) {
            try EvaluationCount(parsing: Array(try count(1, late: 2)[33...]))
        }
        // Nodes that say fewer than were frozen are named as that.
        try await club.issuer.freezeSessions(of: club.edition, atLeast: 2)
        let frozen = await club.journal.records(from: 0, atMost: 99).map(\.entry)
        var replay = Replay(profile)
        for (number, entry) in zip(UInt64(0)..., frozen + [try count(1)]) {
            try replay.take(entry, number: number)
        }
        let audit = try #require(replay.books[club.edition.digest]?.audit(listsAt: 0))
        #expect(audit.countsFallShort && audit.evaluated == 1 && audit.frozenWhenCounted == 2)
        #expect(audit.description.contains("FEWER than the 2 that are frozen"))
    }
}
