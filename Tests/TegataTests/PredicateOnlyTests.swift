import Tegata
import TegataCrypto
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// A school says how well somebody did, and the wallet says "at least 80, on that day" and nothing else (Spec/anonymous.md).
@Suite struct PredicateOnlyTests {
    /// Twenty-one pupils, examined on two days.
    struct School {
        let issuer: Issuer
        let exam: OpenEdition
        let phones: [Holder]
        let cards: [Card]
        let snapshot: MemberSnapshot

        static let day: UInt32 = 20_420
        static let shared = Task { try await School() }

        init() async throws {
            issuer = Issuer(
                at: "https://school.example", keys: .generate(), identity: nil,
                store: .inMemory(), clock: { World.now })
            exam = try await issuer.open(
                Edition(
                    "exam", limit: 100, nationalID: [],
                    committed: [
                        .number("score", bits: 7, isPredicateOnly: true),
                        .number("examined", bits: 16), .text("grade", isPredicateOnly: true),
                    ]))
            var phones = [Holder]()
            var cards = [Card]()
            for index in 0..<21 {
                let phone = PersonWorld.holder("pupil \(index)")
                let issued = try await issuer.issue(
                    to: try await phone.request(exam), claims: Self.claims(index))
                phones.append(phone)
                cards.append(try phone.accept(issued, from: issuer.profile))
            }
            (self.phones, self.cards) = (phones, cards)
            snapshot = try MemberSnapshot(
                parsing: try await issuer.publicLists(of: exam), from: issuer.profile)
        }

        /// 70 and more, every second one a day later.
        static func claims(_ index: Int) -> Claims {
            [
                "score": .selective(.number(JSONNumber(Int64(70 + index)))),
                "examined": .selective(.number(JSONNumber(Int64(Int(day) + index % 2)))),
                "grade": .selective(index < 10 ? "B" : "A"),
            ]
        }

        func action(
            _ predicates: [ClaimPredicate], purpose: [String: String] = ["en": "Admission"]
        ) throws -> AnonymousAction {
            try AnonymousAction(
                snapshot, number: 1, opens: World.now, closes: World.now + 3_600,
                requiring: predicates, purpose: purpose)
        }

        func answer(
            _ index: Int, _ action: AnonymousAction, to college: AnonymousVerifier,
            exposing: Set<String> = []
        ) async throws -> String {
            try phones[index].answer(
                try await college.challenge(for: action), with: cards[index],
                from: college.profile, among: snapshot, exposing: exposing)
        }

        func door() -> Verifier {
            Verifier(
                at: World.doorID, trusting: [issuer.profile], store: .inMemory(),
                clock: { World.now })
        }
    }

    private func college() -> AnonymousVerifier {
        AnonymousVerifier(
            at: "https://college.example", key: .secp256k1(World.privateKey("college")),
            store: .inMemory(), nullifiers: .inMemory(), clock: { World.now })
    }

    @Test func `at least so much, by this school, on that day`() async throws {
        let school = try await School.shared.value
        let college = college()
        let action = try school.action([.atLeast("score", 80), .equals("examined", School.day)])
        let answer = try await school.answer(12, action, to: college)
        let shown = try await college.verify(answer, for: action)
        #expect(shown.issuer == "https://school.example" && shown.anonymity == 21)
        #expect(shown.predicates == action.predicates)
        // A day costs nothing: the answer is as long as without it, and shorter by the attribute that is hidden no more.
        let without = try school.action([.atLeast("score", 80)])
        let longer = try await school.answer(12, without, to: college)
        #expect(try Self.size(longer) == Self.size(answer) + 32)
        for (index, why) in [(11, "the other day"), (8, "too few"), (9, "both")] {
            await #expect(throws: Refusal.typeMismatch, "\(why)") {
                try await school.answer(index, action, to: college)
            }
        }
    }

    private static func size(_ answer: String) throws -> Int {
        try JSON(parsing: Array(answer.utf8)).required("proof").bytes().count
    }

    @Test func `a proof for one day is none for another`() async throws {
        let school = try await School.shared.value
        let college = college()
        let action = try school.action([.equals("examined", School.day)])
        let later = try school.action([.equals("examined", School.day + 1)])
        let answer = try await school.answer(2, action, to: college)
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await college.verify(answer, for: later)
        }
        // The proof of that day under the other day's question, of which the answer says that it is one.
        let question = try await college.challenge(for: later)
        let nonce = try JSON(
            parsing: Base64URL.decode(String(question.split(separator: ".")[1])))["nonce"]
        let moved = JSON.object([
            "nonce": try #require(nonce), "part": 0,
            "proof": try JSON(parsing: Array(answer.utf8)).required("proof"),
        ]).text
        await #expect(throws: Refusal.holderBindingInvalid) {
            try await college.verify(moved, for: later)
        }
        _ = try await college.verify(answer, for: action)
    }

    @Test func `a raw score is refused by default, and the owner may insist`() async throws {
        let school = try await School.shared.value
        let door = school.door()
        let challenge = try await door.challenge(asking: ["score"])
        #expect(school.cards[0].predicateOnlyClaims == ["score", "grade"])
        #expect(throws: Refusal.unauthorized) {
            try school.phones[0].present(
                school.cards[0], revealing: ["score"], to: challenge)
        }
        #expect(throws: Refusal.unauthorized) {
            try school.phones[0].present(
                school.cards[0], revealing: ["score"], to: challenge, exposing: ["grade"])
        }
        // Through another protocol, too.
        #expect(throws: Refusal.unauthorized) {
            try school.phones[0].present(
                school.cards[0], revealing: ["score"], audience: World.doorID, nonce: "n")
        }
        let insisting = try school.phones[0].present(
            school.cards[0], revealing: ["score"], to: challenge, exposing: ["score"])
        #expect(try await door.verify(insisting).claims["score"]?.integer == 70)
        // The others are shown as ever.
        let day = try await door.challenge(asking: ["examined"])
        let answer = try school.phones[0].present(
            school.cards[0], revealing: ["examined"], to: day)
        #expect(try await door.verify(answer).claims["examined"]?.integer == Int64(School.day))
    }

    @Test func `what is the value by another name is refused by default`() async throws {
        let school = try await School.shared.value
        let college = college()
        let fishing: [([ClaimPredicate], Set<String>)] = [
            ([.equals("score", 80)], ["score"]),
            ([.atLeast("score", 80), .atMost("score", 80)], ["score"]),
            ([.equals("grade", "A")], ["grade"]), ([.oneOf("grade", ["A"])], ["grade"]),
        ]
        for (predicates, names) in fishing {
            let action = try school.action(predicates)
            await #expect(throws: Refusal.unauthorized) {
                try await school.answer(10, action, to: college)
            }
            // Each verifier of its own, since the card has one turn.
            let insisted = self.college()
            let answer = try await school.answer(10, action, to: insisted, exposing: names)
            #expect(try await insisted.verify(answer, for: action).predicates == predicates)
        }
        let open = try school.action([.oneOf("grade", ["A", "B"]), .atLeast("score", 80)])
        _ = try await school.answer(10, open, to: college)
    }

    @Test func `nothing is asked about it without a reason in words`() async throws {
        let school = try await School.shared.value
        for purpose in [[:], ["en": ""], ["ja": " "]] {
            #expect(throws: Refusal.unauthorized) {
                try school.action([.atLeast("score", 80)], purpose: purpose)
            }
            _ = try school.action([.atLeast("examined", 80)], purpose: purpose)
        }
    }

    @Test func `a requirement fits its claim, and one value admits nothing besides`() async throws {
        let school = try await School.shared.value
        for predicates: [ClaimPredicate] in [
            [.equals("score", "80")], [.equals("grade", 1)], [.equals("score", 128)],
            [.equals("name", "x")], [.equals("examined", 1), .equals("examined", 2)],
            [.equals("examined", 1), .atLeast("examined", 1)],
        ] {
            #expect(throws: Refusal.typeMismatch) { try school.action(predicates) }
        }
        #expect(throws: Refusal.limitExceeded) {
            try school.action((0..<9).map { _ in .oneOf("grade", ["A", "B"]) })
        }
        for predicate in [ClaimPredicate.equals("a", 7), .equals("a", "b")] {
            #expect(try ClaimPredicate(json: predicate.json) == predicate)
        }
        for text in [
            #"{"claim":"a","is":-1}"#, #"{"claim":"a","is":true}"#,
            #"{"claim":"a","is":1,"at_least":1}"#,
        ] {
            #expect(throws: Refusal.malformed) {
                try ClaimPredicate(json: try JSON(parsing: Array(text.utf8)))
            }
        }
    }

    @Test func `an issuer does not put it in the open, and the mark is in the announcement`()
        async throws
    {
        let school = try await School.shared.value
        let request = try await PersonWorld.holder("new").request(school.exam)
        await #expect(throws: IssuingError.predicateOnlyClaim(name: "score")) {
            try await school.issuer.issue(
                to: request,
                claims: ["score": 1, "examined": 1, "grade": .selective("A")])
        }
        let read = try OpenEdition(parsing: school.exam.encoded, from: school.issuer.profile)
        #expect(read.edition == school.exam.edition)
        #expect(read.edition.committed.map(\.isPredicateOnly) == [true, false, true])
        for text in [#"{"name":"a","predicate_only":false}"#, #"{"name":"a","predicate_only":1}"#] {
            #expect(throws: Refusal.malformed) {
                try CommittedClaim(json: try JSON(parsing: Array(text.utf8)))
            }
        }
    }
}
