import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// The cut-off, who may ask a node, its counts, and a live edition's key in other hands: `nodes.json`.
func nodeVectors(_ story: BindingStory) throws -> VectorFile {
    var world = story.world
    var file = VectorFile(
        "nodes",
        "Cut-offs, requesters, counts and hand-overs of evaluation nodes: Spec/binding.md, Spec/services.md.",
        given: story.given)
    try addCutOff(story, &world, &file)
    addRequester(story, &world, &file)
    try addCount(&world, &file)
    try addHandOver(&world, &file)
    return file
}

private func addCutOff(
    _ story: BindingStory, _ world: inout World, _ file: inout VectorFile
) throws {
    let day: UInt64 = 1_799_971_200
    let asked = story.challenge
    let challenge = IDChallenge(
        attestors: asked.attestors, blinded: asked.blinded, scope: asked.scope,
        purpose: asked.purpose, expires: asked.expires, cutOff: day)
    file.add(
        "id-challenge", "with a cut-off: version 2",
        challenge.json.with(["cut_off": .whole(day)]),
        output: ["bytes": .hex(challenge.encoded), "hash": .hex(challenge.hash)])
    let made = story.session.token.body
    for (comment, flags) in [
        ("a certificate from before the cut-off", Token.Flags.beforeCutOff),
        ("one from after it", []),
    ] {
        let body = Token.Body(
            cardClass: made.cardClass, flags: flags, scope: made.scope, expires: made.expires,
            blinded: made.blinded, cutOff: day)
        let token = Token(
            body: body,
            signatures: world.attestorKeys.prefix(2).map {
                body.signature(by: $0, using: &world.random)
            }
        ).encoded
        file.add(
            "token", comment, ["token": .hex(token)],
            output: [
                "hash": .hex(body.hash), "flags": .whole(flags.rawValue), "cut_off": .whole(day),
            ])
        for (comment, bytes, reason) in [
            ("the flag changed", Wrong.flip(token, 5), "invalid_signature"),
            ("another day", Wrong.flip(token, 118), "invalid_signature"),
            ("called version 1", Wrong.put([1], into: token, at: 0), "malformed"),
            ("a byte short", Array(token.dropLast()), "malformed"),
        ] {
            file.add("token", comment, ["token": .hex(bytes)], expect: reason)
        }
    }
    file.add(
        "token", "version 1 called version 2",
        ["token": .hex(Wrong.put([2], into: story.session.token.encoded, at: 0))],
        expect: "malformed")
}

private func addRequester(
    _ story: BindingStory, _ world: inout World, _ file: inout VectorFile
) {
    let key = Secp256k1.PrivateKey(.random(using: &world.random))
    let now = world.now
    func grant(_ rights: RequesterGrant.Rights, _ from: UInt64, _ until: UInt64) -> [UInt8] {
        RequesterGrant(
            edition: world.edition, key: key.publicKey.xOnly, rights: rights,
            validity: from...until, signedBy: world.issuer, using: &world.random
        ).encoded
    }
    let certificate = grant([], now - 60, now + 600)
    let late = grant(.lateCertificates, now, now)
    let future = grant([], now + 1, now + 2)
    let past = grant([], now - 2, now - 1)
    let scope = Scope(edition: world.edition, answering: story.asked)
    let hash = story.verified.token.hash
    let question = RequesterGrant.question(token: hash, scope: scope)
    let signature = key.schnorrSignature(
        for: question.array, auxiliary: world.random.fixed()
    ).array
    let input: JSONObject = [
        "certificate": .hex(certificate), "signature": .hex(signature), "token_hash": .hex(hash),
        "salt": .hex(scope.salt), "issuer": .hex(world.issuer.publicKey.xOnly),
    ]
    let output: JSONObject = [
        "rights": 0, "key": .hex(key.publicKey.xOnly), "from": .whole(now - 60),
        "until": .whole(now + 600), "question": .hex(question),
    ]
    file.add("requester", "a kiosk", input, output: output)
    file.add(
        "requester", "who may ask for late certificates, in its one second",
        input.with(["certificate": .hex(late)]), output: ["rights": 1])
    let hostile: [(String, JSONObject, String)] = [
        ("not yet", ["certificate": .hex(future)], "expired"),
        ("no longer", ["certificate": .hex(past)], "expired"),
        ("another right", ["certificate": .hex(Wrong.flip(certificate, 1))], "invalid_signature"),
        (
            "a right that there is not",
            ["certificate": .hex(Wrong.put([2], into: certificate, at: 1))], "malformed"
        ),
        ("another edition", ["certificate": .hex(Wrong.flip(certificate, 2))], "mismatch"),
        ("another key", ["certificate": .hex(Wrong.flip(certificate, 34))], "invalid_signature"),
        ("a later end", ["certificate": .hex(Wrong.flip(certificate, 81))], "invalid_signature"),
        ("another version", ["certificate": .hex(Wrong.flip(certificate, 0))], "malformed"),
        ("a trailing byte", ["certificate": .hex(certificate + [0])], "malformed"),
        ("a byte short", ["certificate": .hex(Array(certificate.dropLast()))], "malformed"),
        ("another issuer", ["issuer": .hex(key.publicKey.xOnly)], "invalid_signature"),
        ("another session", ["token_hash": .hex(world.edition)], "invalid_signature"),
        ("another scope", ["salt": .hex(hash)], "invalid_signature"),
        (
            "a changed signature", ["signature": .hex(Wrong.flip(signature, 63))],
            "invalid_signature"
        ),
    ]
    for (comment, change, reason) in hostile {
        file.add("requester", comment, input.with(change), expect: reason)
    }
    var random = SeededRandomness("a day")
    for (comment, until, expect) in [
        ("for a day and a minute", now + 86_460, "ok"),
        ("for a second more", now + 86_461, "malformed"),
    ] {
        let grant = RequesterGrant(
            edition: world.edition, key: key.publicKey.xOnly, rights: [],
            validity: now...until, signedBy: world.issuer, using: &random)
        file.add(
            "requester", comment, input.with(["certificate": .hex(grant.encoded)]), expect: expect,
            output: expect == "ok" ? ["until": .whole(until)] : [:])
    }
}

private func addCount(_ world: inout World, _ file: inout VectorFile) throws {
    let count = try EvaluationCount(
        by: world.shares[1], round: 0, time: world.now, evaluations: 500, late: 3,
        using: &world.random
    ).encoded
    file.add(
        "count", "of node 2", ["count": .hex(count)],
        output: [
            "edition": .hex(world.edition), "node": 2, "round": 0, "counted": .whole(world.now),
            "evaluations": 500, "late": 3,
        ])
    for (comment, bytes, reason) in [
        ("another edition", Wrong.flip(count, 0), "invalid_proof"),
        ("another node", Wrong.flip(count, 32), "invalid_proof"),
        ("no node of the edition", Wrong.put([4], into: count, at: 32), "unknown_key"),
        ("another round", Wrong.flip(count, 36), "invalid_proof"),
        ("another time", Wrong.flip(count, 44), "invalid_proof"),
        ("one more", Wrong.flip(count, 52), "invalid_proof"),
        ("more late than all", Wrong.flip(count, 53), "malformed"),
        ("a changed response", Wrong.flip(count, 124), "invalid_proof"),
        ("a trailing byte", count + [0], "malformed"),
    ] {
        file.add("count", comment, ["count": .hex(bytes)], expect: reason)
    }
}

private func addHandOver(_ world: inout World, _ file: inout VectorFile) throws {
    let boxes = (0..<4).map { _ in SecretScalar.random(using: &world.random) }
    guard
        let plan = HandOverPlan(
            edition: world.edition, issuer: world.issuer.publicKey.xOnly, round: 1, threshold: 3,
            recipients: boxes.map(\.timesGenerator))
    else { throw ProofError.malformed }
    file.add(
        "hand-over-plan", "three of four", ["plan": .hex(plan.encoded)],
        output: [
            "edition": .hex(world.edition), "issuer": .hex(plan.issuer), "round": 1, "n": 4, "t": 3,
            "boxes": .array(boxes.map { .hex($0.timesGenerator) }), "hash": .hex(plan.hash),
        ])
    let bytes = plan.encoded
    for (comment, bytes) in [
        ("round 0", Wrong.put([0], into: bytes, at: 68)),
        ("none are enough", Wrong.put([0], into: bytes, at: 69)),
        ("more than there are", Wrong.put([5], into: bytes, at: 69)),
        ("one recipient twice", Wrong.put(Array(bytes[71..<104]), into: bytes, at: 104)),
        ("a trailing byte", bytes + [0]), ("another version", Wrong.flip(bytes, 0)),
    ] {
        file.add("hand-over-plan", comment, ["plan": .hex(bytes)], expect: "malformed")
    }
    let dealings = try [1, 3].map {
        try world.shares[$0 - 1].deal(plan, using: &world.random).encoded
    }
    func input(_ dealings: [[UInt8]]) -> JSONObject {
        ["plan": .hex(plan.encoded), "dealings": .array(dealings.map { .hex($0) })]
    }
    let read = try dealings.map { try HandOverDealing(parsing: $0, for: plan) }
    let keys = try EditionKeys(plan, dealings: read, from: world.keys)
    file.add(
        "hand-over", "by nodes 1 and 3: the same K", input(dealings),
        output: ["K_ed": .hex(keys.key), "K": .array(keys.nodeKeys.map { .hex($0) })])
    for (number, box) in zip(1..., boxes) {
        file.add(
            "take-over", "recipient \(number)",
            input(dealings).with(["node": .whole(number), "box": .hex(box.exposed)]),
            output: ["K": .hex(keys.nodeKeys[number - 1])])
    }
    let first = dealings[0]
    for (comment, changed, reason) in [
        ("one dealer", [first], "threshold_not_met"),
        ("one dealer twice", [first, first], "threshold_not_met"),
        ("another dealer's number", [Wrong.flip(first, 0), dealings[1]], "unknown_key"),
        (
            "a changed commitment", [Wrong.swap(first, 34..<67, 67..<100), dealings[1]],
            "invalid_proof"
        ),
        ("a changed sub-share", [Wrong.flip(first, 133), dealings[1]], "invalid_proof"),
        ("a changed proof", [Wrong.flip(first, first.count - 1), dealings[1]], "invalid_proof"),
        ("a trailing byte", [first + [0], dealings[1]], "malformed"),
    ] {
        file.add("hand-over", comment, input(changed), expect: reason)
    }
    file.add(
        "take-over", "another's box",
        input(dealings).with(["node": 2, "box": .hex(boxes[0].exposed)]),
        expect: "invalid_proof")
}
