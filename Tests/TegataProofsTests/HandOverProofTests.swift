import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// A share of a share, dealt verifiably: any t of the old set, any t' of the new one, the same key.
@Suite struct HandOverProofTests {
    private struct Move {
        var world: World
        let boxes: [SecretScalar]
        let plan: HandOverPlan

        init(nodes: Int, threshold: Int, to count: Int, newThreshold: Int) throws {
            var world = try World(nodes: nodes, threshold: threshold)
            let boxes = (0..<count).map { _ in SecretScalar.random(using: &world.random) }
            self.world = world
            self.boxes = boxes
            plan = try #require(
                HandOverPlan(
                    edition: world.edition, issuer: world.edition, round: 1,
                    threshold: newThreshold,
                    recipients: boxes.map(\.timesGenerator)))
        }

        mutating func deal(_ dealers: [Int]) throws -> [HandOverDealing] {
            try dealers.map { try world.shares[$0 - 1].deal(plan, using: &world.random) }
        }

        func share(_ node: Int, _ dealings: [HandOverDealing]) throws -> NodeShare {
            try NodeShare(
                of: node, readingWith: boxes[node - 1], plan, dealings: dealings, from: world.keys)
        }
    }

    @Test(arguments: [
        (1, 1, 1, 1), (1, 1, 3, 2), (3, 2, 1, 1), (3, 2, 4, 3), (5, 3, 5, 3), (4, 4, 2, 2),
        (2, 1, 9, 5),
    ])
    func `whoever deals, the key stays and the shares fit`(
        _ old: (nodes: Int, threshold: Int, count: Int, newThreshold: Int)
    ) throws {
        var move = try Move(
            nodes: old.nodes, threshold: old.threshold, to: old.count,
            newThreshold: old.newThreshold)
        for dealers in [
            Array(1...old.threshold), Array((old.nodes - old.threshold + 1)...old.nodes),
        ] {
            let dealings = try move.deal(dealers)
            let keys = try EditionKeys(move.plan, dealings: dealings, from: move.world.keys)
            #expect(keys.key == move.world.keys.key)
            #expect(keys.sharing == move.plan.sharing && keys.pieces.isEmpty)
            let shares = try (1...old.count).map { try move.share($0, dealings) }
            #expect(shares.map(\.publicKey) == keys.nodeKeys)
            // What is published about the new set says the same key from any t' in a row.
            #expect(
                try EditionKeys(nodeKeys: keys.nodeKeys, threshold: old.newThreshold).key
                    == keys.key)
            // A session under the new keys gives the index that the old ones gave.
            let question = move.world.question()
            let before = try move.world.session(alice, question)
            let index = try before.verified.index(unblindedBy: before.blinding)
            let (blinding, token) = try move.world.attest(alice, question)
            let verified = try move.world.attestors.verify(token, at: move.world.now)
            let scope = Scope(edition: move.world.edition, answering: question)
            let answers = try shares.suffix(old.newThreshold).map {
                try $0.answer(verified, scope: scope, using: &move.world.random)
            }
            let evaluated = try keys.combine(
                answers, for: verified, edition: move.world.edition)
            #expect(blinding.unblind(evaluated.person) == index.point)
        }
    }

    @Test func `a second hand-over goes on from the first`() throws {
        var move = try Move(nodes: 3, threshold: 2, to: 3, newThreshold: 2)
        let dealings = try move.deal([1, 3])
        let keys = try EditionKeys(move.plan, dealings: dealings, from: move.world.keys)
        let shares = try (1...3).map { try move.share($0, dealings) }
        let next = try #require(
            HandOverPlan(
                edition: move.world.edition, issuer: move.world.edition, round: 2, threshold: 1,
                recipients: [move.boxes[0].timesGenerator]))
        let again = try [3, 2].map { try shares[$0 - 1].deal(next, using: &move.world.random) }
        let last = try EditionKeys(next, dealings: again, from: keys)
        #expect(last.key == move.world.keys.key && last.nodeKeys == [last.key])
        // Dealers of the set before have no say any more.
        let stale = try [1, 3].map {
            try move.world.shares[$0 - 1].deal(next, using: &move.world.random)
        }
        #expect(throws: ProofError.unknownKey) {
            try EditionKeys(next, dealings: stale, from: keys)
        }
    }

    @Test func `every byte of a dealing counts, and who dealt it is named`() throws {
        var move = try Move(nodes: 3, threshold: 2, to: 2, newThreshold: 2)
        let dealings = try move.deal([1, 2])
        let good = dealings[0].encoded
        #expect(good.count == HandOverDealing.size(move.plan))
        #expect(try HandOverDealing(parsing: good, for: move.plan) == dealings[0])
        for index in good.indices {
            var bytes = good
            bytes[index] ^= 1
            guard let bent = try? HandOverDealing(parsing: bytes, for: move.plan) else { continue }
            #expect(throws: ProofError.self, "byte \(index)") {
                try EditionKeys(
                    move.plan, dealings: [bent, dealings[1]], from: move.world.keys)
            }
            #expect(throws: HandOverFault(liars: [bent.dealer])) {
                try move.share(1, [bent, dealings[1]])
            }
        }
        for bytes in [[], Array(good.dropLast()), good + [0], [0] + good] {
            #expect(throws: ProofError.malformed) {
                try HandOverDealing(parsing: bytes, for: move.plan)
            }
        }
    }

    @Test func `too few dealers, one twice, another plan's dealings, another's box: no share`()
        throws
    {
        var move = try Move(nodes: 3, threshold: 2, to: 2, newThreshold: 2)
        let dealings = try move.deal([1, 2, 3])
        for wrong in [[], [dealings[0]], [dealings[0], dealings[0]], dealings] {
            #expect(throws: ProofError.thresholdNotMet) {
                try EditionKeys(move.plan, dealings: wrong, from: move.world.keys)
            }
            #expect(throws: HandOverFault(liars: [])) { try move.share(1, wrong) }
        }
        let other = try #require(
            HandOverPlan(
                edition: move.world.edition, issuer: move.world.edition, round: 2, threshold: 2,
                recipients: move.plan.recipients))
        let foreign = try move.world.shares[0].deal(other, using: &move.world.random)
        #expect(throws: ProofError.invalidProof) {
            try EditionKeys(
                move.plan, dealings: [foreign, dealings[1]], from: move.world.keys)
        }
        // A recipient's box opens its own sub-share and no other's.
        #expect(throws: HandOverFault(liars: [1, 2])) {
            try NodeShare(
                of: 2, readingWith: move.boxes[0], move.plan, dealings: Array(dealings[..<2]),
                from: move.world.keys)
        }
        let strange = try #require(
            HandOverPlan(
                edition: SHA256.hash([9]), issuer: move.world.edition, round: 1, threshold: 2,
                recipients: move.plan.recipients))
        #expect(throws: ProofError.mismatch) {
            try move.world.shares[0].deal(strange, using: &move.world.random)
        }
    }

    @Test func `node keys that lie on no one polynomial are no edition's`() throws {
        let world = try World(nodes: 5, threshold: 3)
        let keys = world.keys.nodeKeys
        #expect(try EditionKeys(nodeKeys: keys, threshold: 3).key == world.keys.key)
        for place in keys.indices {
            var bent = keys
            bent[place] = try #require(Point.sum([bent[place], .generator]))
            #expect(throws: ProofError.mismatch, "key \(place + 1)") {
                try EditionKeys(nodeKeys: bent, threshold: 3)
            }
        }
        for threshold in [0, 6, -1] {
            #expect(throws: ProofError.malformed) {
                try EditionKeys(nodeKeys: keys, threshold: threshold)
            }
        }
    }

    @Test func `a plan is read to its last byte, and names nobody twice`() throws {
        let move = try Move(nodes: 3, threshold: 2, to: 4, newThreshold: 3)
        let bytes = move.plan.encoded
        #expect(bytes.count == 71 + 4 * 33)
        #expect(try HandOverPlan(parsing: bytes) == move.plan)
        for wrong in [[], Array(bytes.dropLast()), bytes + [0], [2] + bytes.dropFirst()] {
            #expect(throws: ProofError.malformed) { try HandOverPlan(parsing: wrong) }
        }
        for (round, threshold, recipients) in [
            (UInt32(0), 3, move.plan.recipients), (1, 0, move.plan.recipients),
            (1, 5, move.plan.recipients), (1, 1, []),
            (1, 1, [move.plan.recipients[0], move.plan.recipients[0]]),
        ] {
            #expect(
                HandOverPlan(
                    edition: move.world.edition, issuer: move.world.edition, round: round,
                    threshold: threshold,
                    recipients: recipients) == nil)
        }
    }
}
