import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Proofs over a list, with what their challenges follow from: `lists.json`.
func listVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "lists", "One of many: Spec/binding.md, Proofs over a list.", given: story.given)
    try addAnonymous(story, to: &file)
    try addIdentity(story, to: &file)
    try addBatches(story, to: &file)
    return file
}

private func addAnonymous(_ story: BindingStory, to file: inout VectorFile) throws {
    var random = SeededRandomness("anonymous")
    let opening = CardOpening(
        secret: .random(using: &random), blinding: .random(using: &random),
        attributes: [attribute("class", "guest"), Predicate.scalar(21)])
    guard let mine = opening.commitment else { throw ProofError.vanished }
    var cards = (0..<11).map { _ in SecretScalar.random(using: &random).timesGenerator }
    cards[9] = mine
    let texts = ["resident", "guest"].map { attribute("class", $0) }
    let cases: [(String, [Predicate?], [JSON])] = [
        ("one of eleven", [], []),
        (
            "and at least 18", [Predicate(1, .atLeast(18, bits: 7))],
            [["attribute": 1, "at_least": 18, "bits": 7]]
        ),
        (
            "and a range, and one of two",
            [
                Predicate(1, .atLeast(20, bits: 3)), Predicate(1, .atMost(21, bits: 3)),
                Predicate(0, .oneOf(texts)),
            ],
            [
                ["attribute": 1, "at_least": 20, "bits": 3],
                ["attribute": 1, "at_most": 21, "bits": 3],
                ["attribute": 0, "one_of": .array(texts.map { .hex($0.encoded) })],
            ]
        ),
    ]
    for (comment, predicates, written) in cases {
        let question = try AnonymousQuestion(
            AnonymitySet(cards), attributes: [nil, nil], predicates: predicates.compactMap { $0 },
            scope: story.scope, context: story.door)
        let answer = try question.answer(opening, using: &random)
        let (instance, challenge) = try question.transcript(of: answer)
        let input: JSONObject = [
            "set": .array(cards.map { .hex($0.encoded) }), "attributes": [.null, .null],
            "predicates": .array(written), "verifier": "https://door.example", "epoch": 1,
            "question": story.door.json, "answer": .hex(answer),
        ]
        file.add(
            "anonymous", comment, input,
            output: [
                "root": .hex(question.set.root), "instance": .hex(instance),
                "x": .hex(challenge), "N": .hex(try question.verify(answer)),
            ])
        addHostile("anonymous", comment, answer, named: "answer", input, story, to: &file)
        file.add(
            "anonymous", "\(comment): another order of the set",
            input.with(["set": .array(cards.reversed().map { .hex($0.encoded) })]),
            expect: "invalid_proof")
        file.add(
            "anonymous", "\(comment): another epoch", input.with(["epoch": 2]),
            expect: "invalid_proof")
    }
}

private func addIdentity(_ story: BindingStory, to file: inout VectorFile) throws {
    var random = SeededRandomness("anonymous identity")
    var members = (0..<9).map { _ in SecretScalar.random(using: &random).timesGenerator }
    members[4] = story.accepted.index.point
    let answer = try AnonymousIdentity.make(
        story.again.session, verified: story.again.verified, blinding: story.again.blinding,
        among: AnonymitySet(members), question: story.door, using: &random)
    let input: JSONObject = [
        "set": .array(members.map { .hex($0.encoded) }), "question": story.door.json,
        "answer": .hex(answer),
    ]
    file.add(
        "anonymous-identity", "the person is one of nine", input,
        output: ["token_hash": .hex(story.again.verified.token.hash)])
    var others = members
    others[4] = Generators.person(bob)
    file.add(
        "anonymous-identity", "the person is none of them",
        input.with(["set": .array(others.map { .hex($0.encoded) })]), expect: "invalid_proof")
    file.add(
        "anonymous-identity", "a changed response",
        input.with(["answer": .hex(Wrong.flip(answer, answer.count - 1))]),
        expect: "invalid_proof")
    file.add(
        "anonymous-identity", "one byte short",
        input.with(["answer": .hex(answer.dropLast())]), expect: "malformed")
}

private func addBatches(_ story: BindingStory, to file: inout VectorFile) throws {
    var random = SeededRandomness("batch")
    let edition = story.world.edition
    var sessions = (0..<9).map { _ in
        (
            base: SecretScalar.random(using: &random).timesGenerator,
            evaluated: SecretScalar.random(using: &random).timesGenerator
        )
    }
    sessions[3] = (story.verified.token.body.blinded.base, story.verified.evaluated)
    let list = try SessionList(edition: edition, sessions)
    let written: JSON = .array(
        sessions.map { ["R": .hex($0.base.encoded), "beta": .hex($0.evaluated.encoded)] })
    let index = try story.verified.index(unblindedBy: story.blinding)
    let proof = try BatchProof.settle(
        index, story.blinding.secret, in: list, context: story.asked, using: &random)
    let (instance, fold, challenge) = try BatchProof.transcript(
        of: proof, about: index, in: list, context: story.asked)
    let settle: JSONObject = [
        "sessions": written, "L": .hex(index.point), "question": story.asked.json,
        "proof": .hex(proof),
    ]
    file.add(
        "settle", "L comes from one of nine sessions", settle,
        output: [
            "root": .hex(list.root), "instance": .hex(instance), "y": .hex(fold),
            "x": .hex(challenge),
        ])
    addHostile("settle", "settle", proof, named: "proof", settle, story, to: &file)
    file.add(
        "settle", "an index that was chosen",
        settle.with(["L": .hex(Generators.person(bob))]), expect: "invalid_proof")
    let (request, _) = try BatchRequest.make(
        index, story.blinding.secret, in: list, question: story.asked, using: &random)
    let batch: JSONObject = [
        "sessions": written, "question": story.asked.json, "request": .hex(request.encoded),
    ]
    file.add(
        "batch-request", "a card for one of nine sessions", batch,
        output: ["root": .hex(list.root), "L": .hex(index.point)])
    addHostile(
        "batch-request", "batch", request.encoded, named: "request", batch, story, to: &file)
}

private func addHostile(
    _ function: String, _ comment: String, _ bytes: [UInt8], named name: String,
    _ input: JSONObject, _ story: BindingStory, to file: inout VectorFile
) {
    var other = story.door
    other.nonce.append(0)
    let invalid: [(String, JSONObject)] = [
        ("another nonce", ["question": other.json]),
        ("a changed response", [name: .hex(Wrong.flip(bytes, bytes.count - 1))]),
    ]
    for (change, members) in invalid {
        file.add(
            function, "\(comment): \(change)", input.with(members), expect: "invalid_proof")
    }
    let malformed: [(String, [UInt8])] = [
        ("a trailing byte", bytes + [0]), ("one byte short", bytes.dropLast()), ("no byte", []),
        ("the identity first", Wrong.put([UInt8](repeating: 0, count: 33), into: bytes, at: 0)),
    ]
    for (change, bytes) in malformed {
        file.add(
            function, "\(comment): \(change)", input.with([name: .hex(bytes)]),
            expect: "malformed")
    }
}
