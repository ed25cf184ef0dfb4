import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Sessions and requests with a second index: `second-index.json`.
func secondIndexVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "second-index",
        "A person by ID card and by name, birth date and sex: Spec/edition.md, Spec/binding.md.",
        given: story.given)
    var world = story.world
    world.random = SeededRandomness("second index")
    let second = SHA256.hash(Array("name, day, sex".utf8)).array
    let attested = try world.attestation(alice, story.asked, second: second)
    addChallenges(attested, second, &file)
    addTokens(attested.token, &world, &file)
    let session = try world.evaluate(attested.token, story.asked)
    let verified = try world.verify(session, story.asked)
    try addAnswers(session, verified, story, &file)
    let index = try verified.index(unblindedBy: attested.blinding)
    file.add(
        "unblind", "L2 = ρ⁻¹β2",
        [
            "person_input": .hex(alice), "rho": .hex(attested.blinding.secret.exposed),
            "beta": .hex(verified.secondEvaluated ?? .generator),
        ], output: ["L": .hex(index.second ?? .generator)])
    let request = try IssuanceRequest.make(
        session, verified: verified, blinding: attested.blinding, question: story.asked,
        using: &world.random
    ).request.encoded
    addRequests(request, index, verified, story, &file)
    let answer = try IdentityAnswer.make(
        session, verified: verified, blinding: attested.blinding, question: story.asked,
        using: &world.random)
    file.add(
        "identity-answer", "of a counter's request",
        ["answer": .hex(answer), "question": story.asked.json],
        output: ["L": .hex(index.point), "L2": .hex(index.second ?? .generator)])
    return file
}

private typealias Attested = (
    blinding: Blinding, challenge: IDChallenge, proof: [UInt8], token: Token
)

private func addChallenges(_ attested: Attested, _ second: [UInt8], _ file: inout VectorFile) {
    let blinded = attested.blinding.blinded
    let alpha: JSONObject = ["alpha2": .hex(blinded.second ?? .generator)]
    file.add(
        "blinding", "R = ρG, α = ρP, α2 = ρP2",
        [
            "person_input": .hex(alice), "second_input": .hex(second),
            "rho": .hex(attested.blinding.secret.exposed),
        ],
        output: (["R": .hex(blinded.base), "alpha": .hex(blinded.person)] as JSONObject)
            .with(alpha))
    let asked = attested.challenge
    for (comment, cutOff) in [("version 3", nil), ("version 4", 1_799_971_200 as UInt64?)] {
        let challenge = IDChallenge(
            attestors: asked.attestors, blinded: asked.blinded, scope: asked.scope,
            purpose: asked.purpose, expires: asked.expires, cutOff: cutOff)
        let day: JSONObject = cutOff.map { ["cut_off": .whole($0)] } ?? [:]
        file.add(
            "id-challenge", comment, challenge.json.with(alpha).with(day),
            output: ["bytes": .hex(challenge.encoded), "hash": .hex(challenge.hash)])
    }
    let shown = asked.json.with(alpha).with([
        "person_input": .hex(alice), "second_input": .hex(second), "proof": .hex(attested.proof),
    ])
    file.add("attest-proof", "about both", shown)
    for (comment, change) in [
        ("another name", ["second_input": .hex(alice)]),
        ("another person", ["person_input": .hex(bob)]),
        ("another α2", ["alpha2": .hex(blinded.person)]),
        ("without α2", ["alpha2": .null]), ("without a name", ["second_input": .null]),
    ] as [(String, JSONObject)] {
        file.add("attest-proof", comment, shown.with(change), expect: "invalid_proof")
    }
}

private func addTokens(_ token: Token, _ world: inout World, _ file: inout VectorFile) {
    let day: UInt64 = 1_799_971_200
    let made = token.body
    let late = Token.Body(
        cardClass: made.cardClass, flags: made.flags, scope: made.scope, expires: made.expires,
        blinded: made.blinded, cutOff: day)
    let dated = Token(
        body: late,
        signatures: world.attestorKeys.prefix(2).map {
            late.signature(by: $0, using: &world.random)
        })
    for (comment, token) in [("version 3", token), ("version 4, with a cut-off", dated)] {
        file.add(
            "token", comment, ["token": .hex(token.encoded)],
            output: [
                "hash": .hex(token.body.hash), "R": .hex(made.blinded.base),
                "alpha": .hex(made.blinded.person),
                "alpha2": .hex(made.blinded.second ?? .generator),
                "cut_off": token.body.cutOff.map { .whole($0) } ?? .null,
            ])
    }
    let bytes = token.encoded
    for (comment, bytes, reason) in [
        (
            "another α2", Wrong.put(made.blinded.base.encoded, into: bytes, at: 112),
            "invalid_signature"
        ),
        ("α2 is the identity", Wrong.put(Wrong.identity, into: bytes, at: 112), "malformed"),
        ("called version 1", Wrong.put([1], into: bytes, at: 0), "malformed"),
        ("called version 4", Wrong.put([4], into: bytes, at: 0), "malformed"),
        ("called version 5", Wrong.put([5], into: bytes, at: 0), "malformed"),
        ("without α2", Array(bytes[..<112] + bytes[145...]), "malformed"),
        ("one byte short", Array(bytes.dropLast()), "malformed"),
    ] {
        file.add("token", comment, ["token": .hex(bytes)], expect: reason)
    }
}

private func addAnswers(
    _ session: Session, _ verified: VerifiedSession, _ story: BindingStory,
    _ file: inout VectorFile
) throws {
    let answers = session.answers.map(\.encoded)
    let scope = Scope(edition: story.world.edition, answering: story.asked)
    func input(_ answers: [[UInt8]]) -> JSONObject {
        [
            "token": .hex(session.token.encoded), "salt": .hex(scope.salt),
            "answers": .array(answers.map { .hex($0) }),
        ]
    }
    file.add(
        "node-answers", "of nodes 1 and 2", input(answers),
        output: [
            "beta": .hex(verified.evaluated),
            "beta2": .hex(verified.secondEvaluated ?? .generator),
        ])
    let first = answers[0]
    for (comment, changed, reason) in [
        ("β and β2 exchanged", Wrong.swap(first, 1..<34, 34..<67), "invalid_proof"),
        (
            "β2 of another node", Wrong.put(Array(answers[1][34..<67]), into: first, at: 34),
            "invalid_proof"
        ),
        ("β2 is the identity", Wrong.put(Wrong.identity, into: first, at: 34), "malformed"),
        ("without β2", Array(first[..<34] + first[67...]), "malformed"),
        ("a changed proof", Wrong.flip(first, 130), "invalid_proof"),
    ] {
        file.add("node-answers", comment, input([changed, answers[1]]), expect: reason)
    }
}

private func addRequests(
    _ bytes: [UInt8], _ index: PersonIndex, _ verified: VerifiedSession, _ story: BindingStory,
    _ file: inout VectorFile
) {
    let question = story.asked.json
    file.add(
        "issuance-request", "as made", ["request": .hex(bytes), "question": question],
        output: [
            "L": .hex(index.point), "L2": .hex(index.second ?? .generator),
            "token_hash": .hex(verified.token.hash),
        ])
    let second = bytes.count - 128 - 99
    for (comment, bytes, reason) in [
        (
            "L2 and L exchanged",
            Wrong.swap(bytes, second..<second + 33, second + 33..<second + 66), "invalid_proof"
        ),
        (
            "another L2", Wrong.put(Generators.secondPerson(bob).encoded, into: bytes, at: second),
            "invalid_proof"
        ),
        ("L2 is the identity", Wrong.put(Wrong.identity, into: bytes, at: second), "malformed"),
        ("without L2", Array(bytes[..<second] + bytes[(second + 33)...]), "malformed"),
        ("a trailing byte", bytes + [0], "malformed"),
    ] {
        file.add(
            "issuance-request", comment, ["request": .hex(bytes), "question": question],
            expect: reason)
    }
}
