import Synchronization
import TegataCrypto
import TegataLog
import TegataNationalID
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata
@testable import TegataProofs

/// A live edition's key in other hands: the key and every index stay, the shares do not (Spec/services.md).
@Suite struct HandOverTests {
    /// Two of three nodes now, three of four others later.
    private struct Club {
        let attestor: Attestor
        let old: [EvaluationNode]
        let next: [EvaluationNode]
        let named = Named()
        let journal = InMemoryJournal()
        let clock = Hands()
        let issuer: Issuer
        let edition: OpenEdition

        init(
            publishing directory: LogDirectory? = nil,
            wrapping wrap: @Sendable (EvaluationNode) -> any EvaluationService = { $0 }
        ) async throws {
            let clock = self.clock
            attestor = Attestor(
                key: World.privateKey("attestor"), accepting: .testCards, store: .inMemory(),
                clock: { clock.now })
            let set = try #require(AttestorSet(keys: [attestor.key], threshold: 1))
            func nodes(_ seed: String, _ count: Int, _ threshold: Int) throws -> [EvaluationNode] {
                var random = SeededRandomness(seed)
                return NodeSeeds.deal(
                    try #require(Sharing(nodes: count, threshold: threshold)), using: &random
                ).map { EvaluationNode(seeds: $0, attestors: set, clock: { clock.now }) }
            }
            old = try nodes("old", 3, 2)
            next = try nodes("next", 4, 3)
            issuer = Issuer(
                at: World.club,
                keys: IssuerKeys(
                    card: .secp256k1(World.privateKey("club")),
                    register: World.privateKey("club register"), log: World.logKey),
                log: journal, publishing: directory,
                identity: try Self.services(attestor, old.map(wrap), 2, named), store: .inMemory(),
                clock: { clock.now })
            edition = try await issuer.open(
                Edition("live", limit: 50, nationalID: [.jpkiP384]))
        }

        static func services(
            _ attestor: Attestor, _ nodes: [any EvaluationService], _ threshold: Int,
            _ named: Named
        ) throws -> IdentityServices {
            try IdentityServices(
                attestors: [attestor], threshold: 1, nodes: nodes, threshold: threshold,
                patience: .seconds(60), onFault: { named.add($0) })
        }

        func services(_ nodes: [any EvaluationService], _ threshold: Int) throws
            -> IdentityServices
        {
            try Self.services(attestor, nodes, threshold, named)
        }

        func holder(_ seed: String) -> Holder {
            let clock = clock
            return Holder(
                key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
                clock: { clock.now })
        }

        func plan() throws -> String {
            try issuer.handOverPlan(of: edition, to: next.map(\.boxKey), threshold: 3)
        }

        func allow(_ plan: String) throws {
            for node in old + next { try node.allow(handOver: plan) }
        }
    }

    private final class Named: Sendable {
        private let faults = Mutex<[ServiceFault]>([])
        func add(_ fault: ServiceFault) { faults.withLock { $0.append(fault) } }
        var all: [ServiceFault] { faults.withLock { $0 } }
    }

    /// A clock that a test moves.
    private final class Hands: Sendable {
        private let time = Mutex(World.now)
        var now: Int64 { time.withLock { $0 } }
        func move(_ seconds: Int64) { time.withLock { $0 += seconds } }
    }

    private func issue(
        _ club: Club, _ edition: OpenEdition, _ name: String, _ person: DemoIdentity
    ) async throws -> Card {
        let holder = club.holder(name)
        return try holder.accept(
            try await club.issuer.issue(
                to: try await holder.request(edition, proving: person)), from: club.issuer.profile)
    }

    @Test func `the key goes to other nodes, and every person keeps the index`() async throws {
        try await withDirectory { directory in
            let club = try await Club(publishing: directory)
            let anna = DemoIdentity(.jpkiP384)
            let card = try await issue(club, club.edition, "anna", anna)
            let key = try #require(club.edition.identity?.keys.key)
            // One wallet has a session under way.
            let early = try await club.holder("early").request(
                club.edition, proving: DemoIdentity(.jpkiP384))
            let plan = try club.plan()
            try club.allow(plan)
            club.clock.move(10)
            let changed = try await club.issuer.handOver(
                club.edition, by: plan, to: club.services(club.next, 3))
            #expect(changed.identity?.keys.key == key && changed.identity?.round == 1)
            #expect("\(changed.trust.map { "\($0)" } ?? "")".contains("3-of-4"))
            #expect(club.named.all.isEmpty)
            // Everybody who reads the profile computes the same keys.
            let profile = try IssuerProfile(parsing: club.issuer.profile.encoded)
            let read = try profile.edition("live")
            #expect(read.identity?.keys == changed.identity?.keys)
            // Anna is Anna: no second card, and the ID-bound check holds under the new nodes.
            let again = try await club.holder("again").request(changed, proving: anna)
            await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
                _ = try await club.issuer.issue(to: again)
            }
            let clock = club.clock
            let door = Verifier(
                at: World.doorID, trusting: [club.issuer.profile], store: .inMemory(),
                clock: { clock.now })
            let challenge = try await door.challenge(asking: [], personOf: changed)
            _ = try await door.verify(
                try await club.holder("anna").present(
                    card, revealing: [], to: challenge, proving: anna, in: changed))
            // The session under way is accepted, and later no other under the old keys.
            _ = try await club.issuer.issue(to: early)
            club.clock.move(300)
            let old = club.issuer.profile.editions[0].reached(
                through: try club.services(club.old, 2),
                nonce: { () async throws(Refusal) in try await club.issuer.nonce(for: "live") })
            await #expect(throws: Refusal.self, "a wallet that asks old nodes for new keys") {
                _ = try await club.holder("stale").request(
                    old, proving: DemoIdentity(.jpkiP384))
            }
            club.clock.move(500)
            let stale = club.edition.reached(
                through: try club.services(club.old, 2),
                nonce: { () async throws(Refusal) in try await club.issuer.nonce(for: "live") })
            let late = try await club.holder("stale").request(
                stale, proving: DemoIdentity(.jpkiP384))
            await #expect(throws: IssuingError.refused(.malformed), "the old keys are over") {
                _ = try await club.issuer.issue(to: late)
            }
            let ben = try await issue(club, changed, "ben", DemoIdentity(.jpkiP384))
            // Sessions of both sets settle, in a list each: their sizes differ.
            #expect(try await club.issuer.freezeSessions(of: changed, atLeast: 1) == 0)
            #expect(try await club.issuer.freezeSessions(of: changed, atLeast: 1) == 1)
            for (name, kept, list) in [("anna", card, 0), ("ben", ben, 1)] {
                let sessions = try await club.issuer.sessions(of: changed, list: list)
                try await club.issuer.settle(
                    try club.holder(name).settle(
                        kept, in: sessions, from: club.issuer.profile, ofAtLeast: 1))
            }
            // Both sets' counts are signed with the shares of their round.
            try await club.issuer.publishCounts(of: changed)
            try await club.issuer.publishLists()
            let report = try await Auditor(of: club.issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.handOvers == 1 && audited.sessions == 3 && audited.settled == 2)
            #expect("\(report)".contains("its key was handed over 1 times"))
            // Another process goes on with the new keys.
            let other = Issuer(
                at: World.club,
                keys: IssuerKeys(
                    card: .secp256k1(World.privateKey("club")),
                    register: World.privateKey("club register"), log: World.logKey),
                log: club.journal, identity: try club.services(club.next, 3),
                store: .inMemory(), clock: { clock.now })
            let reopened = try #require(try await other.reopen().first)
            #expect(reopened.identity?.keys == changed.identity?.keys)
            #expect(try await other.open(club.edition.edition).identity?.round == 1)
        }
    }

    @Test func `shares from before are erased, and neither seeds nor orders bring them back`()
        async throws
    {
        let club = try await Club()
        let digest = club.edition.digest
        let plan = try club.plan()
        try club.allow(plan)
        let changed = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.next, 3))
        let order = RetireOrder(digest, before: 1, by: World.privateKey("club register"))
        let forged = RetireOrder(digest, before: 1, by: World.privateKey("a stranger"))
        for text in [forged.encoded, String(order.encoded.dropLast()), "", order.encoded + "AA"] {
            await #expect(throws: Refusal.self) { try await club.old[0].retire(text) }
        }
        _ = try club.old[0].vault.share(for: digest)
        let retired = try await club.issuer.retireNodes(
            try club.services(club.old, 2), of: changed)
        #expect(retired == [1, 2, 3])
        let key = SecretBytes(copying: [UInt8](repeating: 7, count: 32).span)
        for node in club.old {
            #expect(throws: ProofError.expired) { try node.vault.share(for: digest) }
            #expect(node.epoch == 1)
            try await node.retire(order.encoded)
            #expect(node.epoch == 1, "twice is once")
            let terms = try #require(node.vault.terms(of: digest))
            await #expect(throws: Refusal.expired) { try await node.publish(terms) }
            await #expect(throws: Refusal.expired) { try await node.handOver(plan) }
            // Nor after a restart from the sealed file.
            let opened = try NodeVault(sealed: node.vault.sealed(under: key), under: key)
            #expect(throws: ProofError.expired) { try opened.share(for: digest) }
        }
        // The new nodes go on, from their files too.
        for node in club.next {
            let opened = try NodeVault(sealed: node.vault.sealed(under: key), under: key)
            #expect(
                try opened.share(for: digest, round: 1).publicKey
                    == changed.identity?.keys.nodeKeys[node.node - 1])
            #expect(opened.boxKey == node.vault.boxKey && opened.terms(of: digest) != nil)
        }
        _ = try await issue(club, changed, "after", DemoIdentity(.jpkiP384))
    }

    @Test func `the same nodes get fresh shares of the same key`() async throws {
        let club = try await Club()
        let anna = DemoIdentity(.jpkiP384)
        _ = try await issue(club, club.edition, "anna", anna)
        let plan = try club.issuer.handOverPlan(
            of: club.edition, to: club.old.map(\.boxKey), threshold: 2)
        try club.allow(plan)
        let fresh = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.old, 2))
        let keys = try #require(fresh.identity?.rounds.all)
        #expect(keys[0].key == keys[1].key)
        #expect(zip(keys[0].nodeKeys, keys[1].nodeKeys).allSatisfy { $0 != $1 })
        _ = try await club.issuer.retireNodes(try club.services(club.old, 2), of: fresh)
        let again = try await club.holder("again").request(fresh, proving: anna)
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            _ = try await club.issuer.issue(to: again)
        }
        // And once more, to the others.
        let next = try club.issuer.handOverPlan(
            of: fresh, to: club.next.map(\.boxKey), threshold: 3)
        try club.allow(next)
        let moved = try await club.issuer.handOver(
            fresh, by: next, to: club.services(club.next, 3))
        #expect(moved.identity?.round == 2)
        _ = try await issue(club, moved, "ben", DemoIdentity(.jpkiP384))
    }

    @Test func `a node hands over by the plan its operator agreed to, and no other`()
        async throws
    {
        let club = try await Club()
        let plan = try club.plan()
        await #expect(throws: Refusal.unauthorized) {
            _ = try await club.issuer.handOver(
                club.edition, by: plan, to: club.services(club.next, 3))
        }
        #expect(await club.journal.head().size == 1, "S4")
        try club.allow(plan)
        // The same nodes under a threshold of one would each have the key.
        let alone = try club.issuer.handOverPlan(
            of: club.edition, to: club.next.map(\.boxKey), threshold: 1)
        // Or a recipient of somebody's own.
        var keys = club.next.map(\.boxKey)
        keys[0] = World.privateKey("a stranger").publicKey.compressedRepresentation
        let stolen = try club.issuer.handOverPlan(of: club.edition, to: keys, threshold: 3)
        for other in [alone, stolen] {
            for node in club.old {
                await #expect(throws: Refusal.unauthorized) { try await node.handOver(other) }
            }
        }
        // A recipient takes what its plan's issuer brings, and nothing of somebody who deals a polynomial of their own.
        let published = try #require(club.edition.identity?.keys)
        let parsed = try HandOverPlan(text: plan)
        let dealings = try await [club.old[0].handOver(plan), club.old[1].handOver(plan)].map {
            try HandOverDealing(parsing: Base64URL.decode($0), for: parsed)
        }
        let terms = EditionTerms(edition: club.edition.digest, issuer: parsed.issuer.array)
        func offer(by key: String) -> String {
            HandOverOffer(
                plan: parsed, keys: published, dealings: dealings, terms: terms,
                signedBy: World.privateKey(key)
            ).encoded
        }
        await #expect(throws: Refusal.unauthorized) {
            try await club.next[0].takeOver(offer(by: "a stranger"))
        }
        #expect(try await club.next[0].takeOver(offer(by: "club register")).contains("key"))
        let open = HandOverOffer(
            plan: parsed, keys: published, dealings: dealings,
            terms: EditionTerms(
                edition: club.edition.digest, issuer: parsed.issuer.array, cutOff: 86_400),
            signedBy: World.privateKey("club register")
        ).encoded
        await #expect(throws: Refusal.conflict, "other terms than the first") {
            try await club.next[0].takeOver(open)
        }
        await #expect(throws: Refusal.unauthorized, "who did not agree") {
            let other = try EvaluationNode.deal(
                nodes: 1, threshold: 1, trusting: [club.attestor.key], attestorThreshold: 1)[0]
            _ = try await other.takeOver(offer(by: "club register"))
        }
        await #expect(throws: Refusal.conflict) {
            _ = try await club.issuer.handOver(
                club.edition, by: alone, to: club.services(club.next, 3))
        }
        for text in ["", "AQ", String(plan.dropLast(2))] {
            await #expect(throws: Refusal.self) { try await club.old[0].handOver(text) }
            await #expect(throws: Refusal.self) { try await club.next[0].takeOver(text) }
        }
        #expect(throws: Refusal.malformed) {
            try club.issuer.handOverPlan(
                of: club.edition, to: [keys[1], keys[1]], threshold: 1)
        }
    }

    @Test func `a hand-over that broke off is done again, and the shares of the first are gone`()
        async throws
    {
        let club = try await Club()
        let plan = try club.plan()
        try club.allow(plan)
        // Every recipient took dealings over, and then nobody wrote anything.
        let parsed = try HandOverPlan(text: plan)
        let keys = try #require(club.edition.identity?.keys)
        var dealings = [HandOverDealing]()
        for node in club.old[1...] {
            dealings.append(
                try HandOverDealing(
                    parsing: Base64URL.decode(try await node.handOver(plan)), for: parsed))
        }
        let offer = HandOverOffer(
            plan: parsed, keys: keys, dealings: dealings,
            terms: EditionTerms(edition: club.edition.digest, issuer: parsed.issuer.array),
            signedBy: World.privateKey("club register")
        ).encoded
        for node in club.next { _ = try await node.takeOver(offer) }
        let first = try club.next[0].vault.share(for: club.edition.digest, round: 1).publicKey
        let changed = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.next, 3))
        #expect(changed.identity?.keys.nodeKeys[0] != first)
        _ = try await issue(club, changed, "anna", DemoIdentity(.jpkiP384))
        // Once a share is used, the first dealings come too late, though the issuer signed them.
        await #expect(throws: Refusal.nationalIDInvalid) {
            for node in club.next { _ = try await node.takeOver(offer) }
        }
        _ = try await issue(club, changed, "ben", DemoIdentity(.jpkiP384))
    }

    @Test func `another process of the issuer learns of new nodes from the journal (A88)`()
        async throws
    {
        let club = try await Club()
        let clock = club.clock
        let other = Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: .secp256k1(World.privateKey("club")),
                register: World.privateKey("club register"), log: World.logKey),
            log: club.journal, identity: try club.services(club.old, 2), store: .inMemory(),
            clock: { clock.now })
        let stale = try #require(try await other.reopen().first)
        let plan = try club.plan()
        try club.allow(plan)
        club.clock.move(1)
        let changed = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.next, 3))
        // A wallet with the new profile asks the process that opened the edition before.
        try await other.checkIntegrity()
        let holder = club.holder("anna")
        let fresh = changed.reached(through: try club.services(club.next, 3)) {
            () async throws(Refusal) in try await other.nonce(for: "live")
        }
        let request = try await holder.request(fresh, proving: DemoIdentity(.jpkiP384))
        _ = try holder.accept(try await other.issue(to: request), from: club.issuer.profile)
        #expect(other.profile.editions[0].identity?.round == 1)
        // And it hands nothing over from keys that are not in force any more.
        let old = try other.handOverPlan(
            of: stale, to: club.next.map(\.boxKey), threshold: 3)
        #expect(try HandOverPlan(text: old).round == 2)
        await #expect(throws: Refusal.conflict) {
            _ = try await other.handOver(
                stale, by: plan, to: club.services(club.next, 3))
        }
    }

    /// A node that deals something else than its share.
    private struct Liar: EvaluationService {
        let honest: EvaluationNode
        let lies: Bool
        var node: Int { honest.node }

        func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
            try await honest.publish(edition)
        }
        func publish(_ terms: EditionTerms) async throws(Refusal) -> String {
            try await honest.publish(terms)
        }
        func evaluate(_ request: String) async throws(Refusal) -> String {
            try await honest.evaluate(request)
        }
        func handOver(_ text: String) async throws(Refusal) -> String {
            guard lies else { return try await honest.handOver(text) }
            let plan = try HandOverPlan(text: text)
            do {
                let share = try honest.vault.share(for: plan.edition)
                var random = SystemRandomness()
                return Base64URL.encode(try share.dealFalsely(plan, using: &random).encoded)
            } catch {
                throw .unavailable
            }
        }
    }

    @Test func `a dealer whose sub-share is false is named, and another deals in its place`()
        async throws
    {
        let club = try await Club { Liar(honest: $0, lies: $0.node == 1) }
        let plan = try club.plan()
        try club.allow(plan)
        let changed = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.next, 3))
        #expect(
            club.named.all == [ServiceFault(service: .node(1), reason: .proofInvalid)])
        #expect(changed.changes.first?.dealings.map(\.dealer) == [2, 3])
        _ = try await issue(club, changed, "anna", DemoIdentity(.jpkiP384))
    }

    @Test func `with too few honest dealers nothing changes`() async throws {
        let club = try await Club { Liar(honest: $0, lies: $0.node < 3) }
        let plan = try club.plan()
        try club.allow(plan)
        await #expect(throws: Refusal.unavailable) {
            _ = try await club.issuer.handOver(
                club.edition, by: plan, to: club.services(club.next, 3))
        }
        #expect(await club.journal.head().size == 1, "S4")
        _ = try await issue(club, club.edition, "anna", DemoIdentity(.jpkiP384))
    }

    @Test func `an audit refuses node keys that do not follow from those before`() async throws {
        let club = try await Club()
        let plan = try club.plan()
        try club.allow(plan)
        let changed = try await club.issuer.handOver(
            club.edition, by: plan, to: club.services(club.next, 3))
        let profile = club.issuer.profile
        let entries = await club.journal.records(from: 0, atMost: 9).map(\.entry)
        #expect(Replays.finding(entries, profile) == nil)
        // Twice, not signed by the issuer, or dealt by who holds no share.
        #expect(
            Replays.finding(entries + [entries[1]], profile)
                == .entry(UInt64(entries.count), .badNodes))
        let change = try #require(changed.changes.first)
        func entry(_ dealings: [HandOverDealing], by key: String = "club") throws -> [UInt8] {
            LogEntry.signed(
                .nodes, changed.digest,
                try NodeChange(
                    issuer: World.club, edition: "live", time: World.now, plan: change.plan,
                    dealings: dealings, signedBy: .secp256k1(World.privateKey(key))
                ).encoded
            ).encoded
        }
        let good = change.dealings
        #expect(try Replays.finding([entries[0], entry(good)], profile) == nil)
        #expect(
            try Replays.finding([entries[0], entry(good, by: "a stranger")], profile)
                == .entry(1, .notSigned))
        var bent = good[0].encoded
        bent[bent.count - 1] ^= 1
        let forged = try HandOverDealing(parsing: bent, for: change.plan)
        for dealings in [[], [good[0]], [good[0], good[0]], [forged, good[1]]] {
            #expect(
                try Replays.finding([entries[0], entry(dealings)], profile) == .entry(1, .badNodes))
        }
    }
}

extension NodeShare {
    /// A dealing that its dealer signs, with a sub-share that its commitments do not have.
    fileprivate func dealFalsely(
        _ plan: HandOverPlan, using source: inout some Randomness
    ) throws(ProofError) -> HandOverDealing {
        let honest = try deal(plan, using: &source)
        var sealed = honest.sealed
        sealed[1][0] ^= 1
        let dealing = HandOverDealing(
            dealer: node, commitments: honest.commitments, ephemeral: honest.ephemeral,
            sealed: sealed)
        return HandOverDealing(
            dealer: node, commitments: dealing.commitments, ephemeral: dealing.ephemeral,
            sealed: sealed, proof: try dealing.statement(plan).prove([secret], using: &source))
    }
}
