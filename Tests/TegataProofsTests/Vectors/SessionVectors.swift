import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// From the blinding to the person's index: `session.json`.
func sessionVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "session",
        "One session: blinding, what the ID card signs, token, node answers, index. Spec/binding.md.",
        given: story.given)
    addBlinding(story, &file)
    addChallenge(story, &file)
    addToken(story, &file)
    try addAnswers(story, &file)
    return file
}

private func addBlinding(_ story: BindingStory, _ file: inout VectorFile) {
    let blinding = story.blinding
    file.add(
        "blinding", "R = ρG, α = ρP",
        ["person_input": .hex(alice), "rho": .hex(blinding.secret.exposed)],
        output: ["R": .hex(blinding.blinded.base), "alpha": .hex(blinding.blinded.person)])
    for (comment, rho) in [
        ("ρ = 0", [UInt8](repeating: 0, count: 32)), ("ρ = q", Wrong.order),
        ("ρ of 31 bytes", [UInt8](repeating: 1, count: 31)),
    ] {
        file.add(
            "blinding", comment, ["person_input": .hex(alice), "rho": .hex(rho)],
            expect: "malformed")
    }
    file.add(
        "unblind", "L = ρ⁻¹β",
        [
            "person_input": .hex(alice), "rho": .hex(blinding.secret.exposed),
            "beta": .hex(story.verified.evaluated),
        ], output: ["L": .hex(story.accepted.index.point)])
    file.add(
        "unblind", "the same person, another blinding and other nodes: the same index",
        [
            "person_input": .hex(alice), "rho": .hex(story.again.blinding.secret.exposed),
            "beta": .hex(story.again.verified.evaluated),
        ], output: ["L": .hex(story.accepted.index.point)])
    for (comment, question) in [("the issuer's", story.asked), ("the door's", story.door)] {
        let scope = Scope(edition: story.world.edition, answering: question)
        file.add(
            "scope", comment, ["question": question.json],
            output: [
                "context": .hex(question.encoded), "salt": .hex(scope.salt),
                "scope": .hex(scope.commitment),
            ])
    }
}

extension IDChallenge {
    var json: JSONObject {
        [
            "asked": .array(
                attestors.map { ["key": .hex($0.key), "nonce": .hex($0.nonce)] }),
            "R": .hex(blinded.base), "alpha": .hex(blinded.person), "scope": .hex(scope),
            "purpose": .string(purpose), "expires": .whole(expires),
        ]
    }
}

private func addChallenge(_ story: BindingStory, _ file: inout VectorFile) {
    let challenge = story.challenge
    let output: JSONObject = ["bytes": .hex(challenge.encoded), "hash": .hex(challenge.hash)]
    file.add("id-challenge", "for two attestors", challenge.json, output: output)
    let single = IDChallenge(
        attestors: [challenge.attestors[0]], blinded: challenge.blinded, scope: challenge.scope,
        purpose: "check", expires: challenge.expires)
    file.add(
        "id-challenge", "for one attestor, another purpose", single.json,
        output: ["bytes": .hex(single.encoded), "hash": .hex(single.hash)])

    let shown = challenge.json.with([
        "person_input": .hex(alice), "proof": .hex(story.attestProof),
    ])
    file.add("attest-proof", "π_0 as made", shown)
    let hostile: [(String, JSONObject)] = [
        ("another person", ["person_input": .hex(bob)]),
        ("another scope", ["scope": .hex(story.world.edition)]),
        ("another purpose", ["purpose": "check"]),
        ("another expiry", ["expires": .whole(challenge.expires + 1)]),
        (
            "R and α exchanged",
            ["R": .hex(challenge.blinded.person), "alpha": .hex(challenge.blinded.base)]
        ),
        (
            "the attestors exchanged",
            [
                "asked": .array(
                    challenge.attestors.reversed().map {
                        ["key": .hex($0.key), "nonce": .hex($0.nonce)]
                    })
            ]
        ),
        ("a changed response", ["proof": .hex(Wrong.flip(story.attestProof, 63))]),
        ("a response of q", ["proof": .hex(story.attestProof.prefix(32) + Wrong.order)]),
        ("a trailing byte", ["proof": .hex(story.attestProof + [0])]),
        ("one byte short", ["proof": .hex(story.attestProof.dropLast())]),
    ]
    for (comment, change) in hostile {
        file.add("attest-proof", comment, shown.with(change), expect: "invalid_proof")
    }
}

private func addToken(_ story: BindingStory, _ file: inout VectorFile) {
    let token = story.session.token.encoded
    let body = story.session.token.body
    let output: JSONObject = [
        "hash": .hex(body.hash), "class": .whole(body.cardClass),
        "flags": .whole(body.flags.rawValue), "scope": .hex(body.scope),
        "expires": .whole(body.expires), "R": .hex(body.blinded.base),
        "alpha": .hex(body.blinded.person),
    ]
    for key in story.world.attestorKeys {
        file.add(
            "attestor-key-id", "four bytes of a tagged hash",
            ["key": .hex(key.publicKey.xOnly)],
            output: ["id": .hex(AttestorSet.keyID(key.publicKey.xOnly))])
    }
    file.add("token", "as made", ["token": .hex(token)], output: output)
    let (first, second) = (112..<180, 180..<248)
    let third = Wrong.put([0xff, 0xff, 0xff, 0xff], into: Array(token[second]), at: 0)
    let hostile: [(String, [UInt8], String)] = [
        ("no byte", [], "malformed"), ("a trailing byte", token + [0], "malformed"),
        ("one byte short", token.dropLast(), "malformed"),
        ("one signature only", Array(token[..<180]), "malformed"),
        ("three signatures", token + third, "malformed"),
        ("another version", Wrong.flip(token, 0), "malformed"),
        ("another suite", Wrong.flip(token, 1), "malformed"),
        ("another class", Wrong.flip(token, 3), "invalid_signature"),
        ("another known flag", Wrong.flip(token, 5), "invalid_signature"),
        ("another scope", Wrong.flip(token, 6), "invalid_signature"),
        ("a later expiry", Wrong.flip(token, 44), "invalid_signature"),
        ("R and α exchanged", Wrong.swap(token, 46..<79, 79..<112), "invalid_signature"),
        ("R is no point", Wrong.put(Wrong.offCurve, into: token, at: 46), "malformed"),
        ("α is the identity", Wrong.put(Wrong.identity, into: token, at: 79), "malformed"),
        (
            "an unknown key", Wrong.put([0xff, 0xff, 0xff, 0xff], into: token, at: 180),
            "unknown_key"
        ),
        ("a changed signature", Wrong.flip(token, 247), "invalid_signature"),
        ("signatures out of order", Wrong.swap(token, first, second), "malformed"),
        ("one attestor twice", Array(token[..<180] + token[first]), "threshold_not_met"),
    ]
    for (comment, bytes, reason) in hostile {
        file.add("token", comment, ["token": .hex(bytes)], expect: reason)
    }
    file.add(
        "token", "in the second of its end",
        ["token": .hex(token), "time": .whole(body.expires)], expect: "expired")
    file.add(
        "token", "one second before", ["token": .hex(token), "time": .whole(body.expires - 1)],
        output: output)
    file.add(
        "token", "another edition's attestors",
        ["token": .hex(token), "attestors": .array(story.otherAttestors)], expect: "unknown_key")
}

private func addAnswers(_ story: BindingStory, _ file: inout VectorFile) throws {
    let session = story.session
    let answers = session.answers.map(\.encoded)
    let salt = Scope(edition: story.world.edition, answering: story.asked).salt
    func input(_ answers: [[UInt8]]) -> JSONObject {
        [
            "token": .hex(session.token.encoded), "salt": .hex(salt),
            "answers": .array(answers.map { .hex($0) }),
        ]
    }
    file.add(
        "node-answers", "of nodes 1 and 2", input(answers),
        output: ["beta": .hex(story.verified.evaluated)])
    var world = story.world
    let others = try world.evaluate(session.token, story.asked, nodes: [2, 3]).answers
    file.add(
        "node-answers", "of nodes 2 and 3: the same point", input(others.map(\.encoded)),
        output: ["beta": .hex(story.verified.evaluated)])
    let foreign = story.again.session.answers.map(\.encoded)
    let hostile: [(String, [[UInt8]], String)] = [
        ("one answer", [answers[0]], "threshold_not_met"),
        ("three answers", answers + [others[1].encoded], "threshold_not_met"),
        ("one node twice", [answers[0], answers[0]], "threshold_not_met"),
        (
            "node 2 under the number of node 3", [answers[0], [3] + answers[1].dropFirst()],
            "invalid_proof"
        ),
        ("node 4 of 3", [answers[0], [4] + answers[1].dropFirst()], "unknown_key"),
        ("node 0", [[0] + answers[0].dropFirst(), answers[1]], "unknown_key"),
        ("a changed proof", [answers[0], Wrong.flip(answers[1], 97)], "invalid_proof"),
        (
            "β of another node",
            [answers[0], Wrong.put(Array(answers[0][1..<34]), into: answers[1], at: 1)],
            "invalid_proof"
        ),
        ("of another session", foreign, "invalid_proof"),
        (
            "β is the identity", [answers[0], Wrong.put(Wrong.identity, into: answers[1], at: 1)],
            "malformed"
        ),
        (
            "β is no point", [answers[0], Wrong.put(Wrong.offCurve, into: answers[1], at: 1)],
            "malformed"
        ),
        ("a response of q", [answers[0], answers[1].dropLast(32) + Wrong.order], "invalid_proof"),
        ("a trailing byte", [answers[0], answers[1] + [0]], "malformed"),
        ("one byte short", [answers[0], answers[1].dropLast()], "malformed"),
    ]
    for (comment, answers, reason) in hostile {
        file.add("node-answers", comment, input(answers), expect: reason)
    }
    file.add(
        "node-answers", "the scope opens with another salt",
        input(answers).with(["salt": .hex(story.world.edition)]), expect: "mismatch")
    file.add(
        "node-answers", "for another edition",
        input(answers).with(["edition": .hex(salt)]), expect: "mismatch")
    file.add(
        "node-answers", "under another edition's keys",
        input(answers).with(["keys": .hex(try World(seed: "another world").keys.encoded)]),
        expect: "invalid_proof")
}

extension BindingStory {
    /// Three attestors that signed nothing here.
    var otherAttestors: [JSON] {
        var random = SeededRandomness("other attestors")
        return (0..<3).map { _ in
            .hex(Secp256k1.PrivateKey(.random(using: &random)).publicKey.xOnly)
        }
    }
}
