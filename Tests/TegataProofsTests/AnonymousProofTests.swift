import TegataCrypto
import TestSupport
import Testing

@testable import TegataProofs

/// Anonymous membership, predicates, anonymous identity, batch issuance: what holds, and what is refused.
@Suite struct AnonymousProofTests {
    /// A club with `count` cards, of which one is ours, at `position`.
    struct Club {
        var random: SeededRandomness
        let opening: CardOpening
        let set: AnonymitySet
        let edition: FixedBytes<32>
        let question: ProofContext

        init(
            _ count: Int, position: Int, attributes: [Scalar] = [], seed: String = "club"
        ) throws {
            var random = SeededRandomness("\(seed) \(count) \(position)")
            let opening = CardOpening(
                secret: .random(using: &random), blinding: .random(using: &random),
                attributes: attributes)
            var points = (0..<count).map { _ in
                SecretScalar.random(using: &random).timesGenerator
            }
            points[position] = try #require(opening.commitment)
            edition = random.fixed()
            question = ProofContext(
                edition: edition.array, audience: Array("https://door.example".utf8),
                nonce: random.bytes(32), purpose: Array("check".utf8), expires: 1_800_000_000,
                subject: [])
            set = try AnonymitySet(points)
            self.opening = opening
            self.random = random
        }

        func asked(
            _ predicates: [Predicate] = [], hidden: Int = 0, set: AnonymitySet? = nil,
            epoch: UInt64 = 1, verifier: String = "door", question: ProofContext? = nil
        ) throws -> AnonymousQuestion {
            try AnonymousQuestion(
                set ?? self.set, attributes: [Scalar?](repeating: nil, count: hidden),
                predicates: predicates,
                scope: PseudonymScope(
                    verifier: Array(verifier.utf8), edition: edition, epoch: epoch),
                context: question ?? self.question)
        }
    }

    @Test(arguments: [1, 7, 8, 9, 20, 65])
    func `a card anywhere in a set of any size is a member`(count: Int) throws {
        for position in Set([0, count / 2, count - 1]) {
            var club = try Club(count, position: position)
            let question = try club.asked()
            let answer = try question.answer(club.opening, using: &club.random)
            #expect(answer.count == question.size)
            #expect(try question.verify(answer) == club.opening.pseudonym(in: question.scope))
        }
    }

    @Test func `sizes are those of the specification`() throws {
        var club = try Club(
            500, position: 321, attributes: [attribute("class", "a"), Predicate.scalar(20)])
        let plain = try club.asked(hidden: 2)
        #expect(plain.size == 1_225)
        let adult = try #require(Predicate(1, .atLeast(18, bits: 8)))
        let question = try club.asked([adult], hidden: 2)
        #expect(question.size == 2_289)
        let answer = try question.answer(club.opening, using: &club.random)
        #expect(answer.count == 2_289)
        #expect(try question.verify(answer) == club.opening.pseudonym(in: question.scope))
    }

    @Test func `the nullifier repeats in its scope only, and nothing else repeats`() throws {
        var club = try Club(9, position: 4)
        let question = try club.asked()
        let first = try question.answer(club.opening, using: &club.random)
        let second = try question.answer(club.opening, using: &club.random)
        let nullifier = try question.verify(first)
        #expect(try question.verify(second) == nullifier)
        #expect(first[..<33] != second[..<33] && first[66...] != second[66...])
        for other in [try club.asked(epoch: 2), try club.asked(verifier: "shop")] {
            #expect(
                try other.verify(other.answer(club.opening, using: &club.random)) != nullifier)
        }
    }

    @Test func `a card outside the set proves nothing, whatever it claims`() throws {
        var club = try Club(20, position: 3)
        let stranger = CardOpening(
            secret: .random(using: &club.random), blinding: .random(using: &club.random),
            attributes: [])
        let question = try club.asked()
        #expect(throws: ProofError.mismatch) {
            try question.answer(stranger, using: &club.random)
        }
        // The prover's own code, run on a set in which the card is, and shown for the set in which it is not.
        var points = club.set.points
        points[3] = try #require(stranger.commitment)
        let forged = try club.asked(set: AnonymitySet(points)).answer(
            stranger, using: &club.random)
        #expect(throws: ProofError.invalidProof) { try question.verify(forged) }
    }

    @Test func `a proof counts for its own statement and context only (A133)`() throws {
        var club = try Club(12, position: 5, attributes: [Predicate.scalar(40)])
        let adult = try #require(Predicate(0, .atLeast(18, bits: 6)))
        let question = try club.asked([adult], hidden: 1)
        let answer = try question.answer(club.opening, using: &club.random)
        _ = try question.verify(answer)
        var contexts: [ProofContext] = []
        for change in 0..<6 {
            var context = club.question
            switch change {
            case 0: context.nonce[0] ^= 1
            case 1: context.audience.append(0)
            case 2: context.edition[31] ^= 1
            case 3: context.expires += 1
            case 4: context.purpose = []
            default: context.subject = [0]
            }
            contexts.append(context)
        }
        var others = try contexts.map { try club.asked([adult], hidden: 1, question: $0) }
        var shuffled = club.set.points
        shuffled.swapAt(0, 1)
        others += [
            try club.asked([adult], hidden: 1, epoch: 2),
            try club.asked([adult], hidden: 1, verifier: "shop"),
            try club.asked([adult], hidden: 1, set: AnonymitySet(shuffled)),
            try club.asked(
                [adult], hidden: 1, set: AnonymitySet(club.set.points + [club.set.points[11]])),
            try club.asked([#require(Predicate(0, .atLeast(19, bits: 6)))], hidden: 1),
            try club.asked([#require(Predicate(0, .atMost(18, bits: 6)))], hidden: 1),
        ]
        for other in others { #expect(throws: ProofError.self) { try other.verify(answer) } }
    }

    @Test func `every changed byte of a proof is refused`() throws {
        var club = try Club(9, position: 8, attributes: [Predicate.scalar(3)])
        let question = try club.asked(
            [#require(Predicate(0, .atMost(4, bits: 3)))], hidden: 1)
        let answer = try question.answer(club.opening, using: &club.random)
        for index in stride(from: 0, to: answer.count, by: 7) {
            var changed = answer
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(throws: ProofError.self) { try question.verify(changed) }
        }
        for changed in [
            [], Array(answer.dropLast()), answer + [0], Array(answer.dropFirst(33)),
            Array(answer[33..<66] + answer[..<33] + answer[66...]),
        ] {
            #expect(throws: ProofError.malformed) {
                try question.verify(changed.count == answer.count ? [] : changed)
            }
            #expect(throws: ProofError.self) { try question.verify(changed) }
        }
        // A scalar of q or more, and the identity.
        let order = Array((-Scalar.one).encoded.dropLast()) + [0x41]
        for start in [answer.count - 32, answer.count - 64] {
            var changed = answer
            changed.replaceSubrange(start..<start + 32, with: order)
            #expect(throws: ProofError.self) { try question.verify(changed) }
        }
        for start in [0, 33, 66] {
            var changed = answer
            changed.replaceSubrange(start..<start + 33, with: [UInt8](repeating: 0, count: 33))
            #expect(throws: ProofError.malformed) { try question.verify(changed) }
        }
    }

    @Test func `predicates hold at their edges and not beyond`() throws {
        let cases: [(UInt64, Predicate.Kind, Bool)] = [
            (18, .atLeast(18, bits: 4), true), (17, .atLeast(18, bits: 4), false),
            (33, .atLeast(18, bits: 4), true), (34, .atLeast(18, bits: 4), false),
            (18, .atMost(18, bits: 4), true), (19, .atMost(18, bits: 4), false),
            (3, .atMost(18, bits: 4), true), (2, .atMost(18, bits: 4), false),
            (0, .atLeast(0, bits: 1), true), (1 << 32 - 1, .atLeast(0, bits: 32), true),
        ]
        for (value, kind, holds) in cases {
            var club = try Club(3, position: 1, attributes: [Predicate.scalar(value)])
            let question = try club.asked([#require(Predicate(0, kind))], hidden: 1)
            if holds {
                let answer = try question.answer(club.opening, using: &club.random)
                _ = try question.verify(answer)
            } else {
                #expect(throws: ProofError.mismatch) {
                    try question.answer(club.opening, using: &club.random)
                }
            }
        }
    }

    @Test func `a range and a set are shown together, and neither with a lie`() throws {
        let kinds = ["resident", "guest", "staff"].map { attribute("class", $0) }
        var club = try Club(10, position: 2, attributes: [kinds[1], Predicate.scalar(12_000)])
        let question = try club.asked(
            [
                #require(Predicate(0, .oneOf(kinds))),
                #require(Predicate(1, .atLeast(10_000, bits: 14))),
                #require(Predicate(1, .atMost(12_000, bits: 14))),
            ], hidden: 2)
        let answer = try question.answer(club.opening, using: &club.random)
        #expect(answer.count == question.size)
        _ = try question.verify(answer)
        for other in [kinds[0], attribute("class", "nobody")] {
            let refused = try club.asked(
                [#require(Predicate(0, .oneOf([kinds[2], other])))], hidden: 2)
            #expect(throws: ProofError.mismatch) {
                try refused.answer(club.opening, using: &club.random)
            }
        }
        #expect(Predicate(0, .oneOf([])) == nil && Predicate(0, .oneOf([.zero])) == nil)
        #expect(Predicate(0, .oneOf([.one, .one])) == nil)
        #expect(Predicate(0, .atLeast(1, bits: 0)) == nil)
        #expect(Predicate(0, .atLeast(1, bits: 33)) == nil)
        #expect(throws: ProofError.malformed) {
            try AnonymousQuestion(
                club.set, attributes: [kinds[1], nil],
                predicates: [#require(Predicate(0, .oneOf(kinds)))], scope: question.scope,
                context: question.context)
        }
    }

    @Test func `a bit that is no bit is refused`() throws {
        // Commitments to 2 and −1 add up to the right sum, and no responses make bits of them.
        var club = try Club(3, position: 1, attributes: [Predicate.scalar(3)])
        let predicate = try #require(Predicate(0, .atLeast(3, bits: 2)))
        let question = try club.asked([predicate], hidden: 1)
        var answer = try question.answer(club.opening, using: &club.random)
        let generator = Generators.attributes[0]
        let first = try Point(parsing: Array(answer[66..<99]))
        let second = try Point(parsing: Array(answer[99..<132]))
        let forged = [
            try #require(Point.sum([first, generator, generator])).encoded,
            try #require(Point.sum([second, -generator])).encoded,
        ]
        answer.replaceSubrange(66..<132, with: forged[0] + forged[1])
        #expect(throws: ProofError.invalidProof) { try question.verify(answer) }
    }

    @Test func `related and repeated points in a set give nobody a second way in`() throws {
        var club = try Club(8, position: 2)
        let mine = try #require(club.opening.commitment)
        var points = club.set.points
        points[2] = -mine
        points[5] = try #require(mine.times(Scalar(2)))
        points[6] = try #require(Point.sum([mine, Generators.cardSecret]))
        let related = try club.asked(set: AnonymitySet(points))
        #expect(throws: ProofError.mismatch) {
            try related.answer(club.opening, using: &club.random)
        }
        points[5] = mine
        points[6] = mine
        let repeated = try club.asked(set: AnonymitySet(points))
        let answer = try repeated.answer(club.opening, using: &club.random)
        #expect(try repeated.verify(answer) == club.opening.pseudonym(in: repeated.scope))
        #expect(throws: ProofError.invalidProof) { try related.verify(answer) }
    }

    @Test func `many answers over one set are checked together, all or none`() throws {
        var club = try Club(30, position: 9)
        var answers: [(question: AnonymousQuestion, answer: [UInt8])] = []
        for index in 0..<6 {
            let question = try club.asked(
                epoch: UInt64(index), question: club.question.about([UInt8(index)]))
            answers.append(
                (question, try question.answer(club.opening, using: &club.random)))
        }
        #expect(Set(try AnonymousQuestion.verify(answers)).count == 6)
        var swapped = answers
        (swapped[1].answer, swapped[2].answer) = (swapped[2].answer, swapped[1].answer)
        #expect(throws: ProofError.invalidProof) { try AnonymousQuestion.verify(swapped) }
        // Only the membership half of one is wrong: z of the one-out-of-many proof, whose linear half is made anew.
        var late = answers
        late[5].answer[66 + 33 * 6 + 32 * 16] ^= 1
        #expect(throws: ProofError.invalidProof) { try AnonymousQuestion.verify(late) }
        let other = try Club(31, position: 9)
        #expect(throws: ProofError.mismatch) {
            try AnonymousQuestion.verify(answers + [(other.asked(), [])])
        }
        #expect(try AnonymousQuestion.verify([]).isEmpty)
    }

    @Test func `lists have 1 to 4,096 points`() throws {
        let point = Point.generator
        #expect(throws: ProofError.malformed) { try AnonymitySet([]) }
        #expect(try AnonymitySet([Point](repeating: point, count: 4_096)).digits == 4)
        #expect(throws: ProofError.malformed) {
            try AnonymitySet([Point](repeating: point, count: 4_097))
        }
    }
}
