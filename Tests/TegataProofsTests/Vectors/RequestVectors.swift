import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Requests for cards, the ID-bound answer, the kiosk: `requests.json`.
func requestVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "requests",
        "Messages made from a session, and those of visitors and kiosks. Spec/binding.md.",
        given: story.given)
    addIssuance(story, &file)
    addIdentity(story, &file)
    try addVisitor(story, &file)
    try addKiosk(story, &file)
    return file
}

private func addIssuance(_ story: BindingStory, _ file: inout VectorFile) {
    let bytes = story.request.encoded
    let asked = story.asked
    func add(_ comment: String, _ bytes: [UInt8], _ question: ProofContext, _ expect: String) {
        file.add(
            "issuance-request", comment,
            ["request": .hex(bytes), "question": question.json], expect: expect)
    }
    file.add(
        "issuance-request", "as made", ["request": .hex(bytes), "question": asked.json],
        output: [
            "L": .hex(story.accepted.index.point), "token_hash": .hex(story.verified.token.hash),
        ])
    var other = asked
    other.nonce = Array("another nonce".utf8)
    add("answers another question", bytes, other, "mismatch")
    other = asked
    other.subject = Array("another key".utf8)
    add("for another holder's key", bytes, other, "mismatch")
    let proof = bytes.count - 128
    let hostile: [(String, [UInt8], String)] = [
        ("a trailing byte", bytes + [0], "malformed"),
        ("one byte short", bytes.dropLast(), "malformed"),
        ("an unknown version", Wrong.flip(bytes, 0), "malformed"),
        ("another class", Wrong.flip(bytes, 3), "invalid_signature"),
        ("a changed signature", Wrong.flip(bytes, 120), "invalid_signature"),
        (
            "attestors out of order", Wrong.swap(bytes, 112..<180, 180..<248), "malformed"
        ),
        (
            "one attestor twice", Wrong.put(Array(bytes[112..<180]), into: bytes, at: 180),
            "threshold_not_met"
        ),
        ("a changed node proof", Wrong.flip(bytes, 345), "invalid_proof"),
        (
            "one node twice", Wrong.put(Array(bytes[248..<346]), into: bytes, at: 346),
            "threshold_not_met"
        ),
        ("nodes out of order", Wrong.swap(bytes, 248..<346, 346..<444), "malformed"),
        ("L and D_h exchanged", Wrong.swap(bytes, 444..<477, 477..<510), "invalid_proof"),
        (
            "another L", Wrong.put(Generators.person(bob).encoded, into: bytes, at: 444),
            "invalid_proof"
        ),
        (
            "another D_h", Wrong.put(Generators.person(bob).encoded, into: bytes, at: 477),
            "invalid_proof"
        ),
        ("L is the identity", Wrong.put(Wrong.identity, into: bytes, at: 444), "malformed"),
        ("L with an uncompressed prefix", Wrong.put([4], into: bytes, at: 444), "malformed"),
        ("D_h is no point", Wrong.put(Wrong.offCurve, into: bytes, at: 477), "malformed"),
        ("a changed challenge", Wrong.flip(bytes, proof), "invalid_proof"),
        ("a response of q", bytes.dropLast(32) + Wrong.order, "invalid_proof"),
        (
            "two responses exchanged",
            Wrong.swap(bytes, proof + 64..<proof + 96, proof + 96..<proof + 128), "invalid_proof"
        ),
    ]
    for (comment, bytes, reason) in hostile { add(comment, bytes, asked, reason) }
}

private func addIdentity(_ story: BindingStory, _ file: inout VectorFile) {
    let bytes = story.answer
    func add(_ comment: String, _ bytes: [UInt8], _ question: ProofContext, _ expect: String) {
        file.add(
            "identity-answer", comment, ["answer": .hex(bytes), "question": question.json],
            expect: expect)
    }
    file.add(
        "identity-answer", "by nodes 1 and 3: the index of the issuance request",
        ["answer": .hex(bytes), "question": story.door.json],
        output: [
            "L": .hex(story.accepted.index.point),
            "token_hash": .hex(story.again.verified.token.hash),
        ])
    var other = story.door
    other.audience = Array("https://other.example".utf8)
    add("for another verifier", bytes, other, "mismatch")
    other = story.door
    other.subject = Array("another key".utf8)
    add("for another holder's key", bytes, other, "mismatch")
    add("answers the issuer's question", bytes, story.asked, "mismatch")
    let hostile: [(String, [UInt8], String)] = [
        (
            "another L", Wrong.put(Generators.person(bob).encoded, into: bytes, at: 444),
            "invalid_proof"
        ),
        (
            "−L", Wrong.put([bytes[444] ^ 1], into: bytes, at: 444), "invalid_proof"
        ),
        ("L is the identity", Wrong.put(Wrong.identity, into: bytes, at: 444), "malformed"),
        ("a changed proof", Wrong.flip(bytes, bytes.count - 1), "invalid_proof"),
        ("a challenge of q", Wrong.put(Wrong.order, into: bytes, at: 477), "invalid_proof"),
        ("a trailing byte", bytes + [0], "malformed"),
        ("one byte short", bytes.dropLast(), "malformed"),
        ("an issuance request", story.request.encoded, "malformed"),
    ]
    for (comment, bytes, reason) in hostile { add(comment, bytes, story.door, reason) }
}

private func addVisitor(_ story: BindingStory, _ file: inout VectorFile) throws {
    var random = SeededRandomness("visitor")
    let made = try VisitorRequest.make(question: story.asked, using: &random)
    let bytes = made.request.encoded
    let wallet = try made.request.verify(question: story.asked)
    let (commitment, delta) = try wallet.commit(to: story.attributes, using: &random)
    let secrets = made.secrets.exposedBytes
    let input: JSONObject = [
        "request": .hex(bytes), "question": story.asked.json,
        "attributes": .array(story.attributes.map { .hex($0) }), "delta": .hex(delta),
    ]
    file.add(
        "visitor-request", "no ID card; D = D_h + Σa_iG_{i+1} + δH", input,
        output: ["D": .hex(commitment)])
    file.add(
        "visitor-request", "no attributes", input.with(["attributes": []]),
        output: ["D": .hex(try commit(made.request, story.asked, delta))])
    let hostile: [(String, JSONObject, String)] = [
        ("answers another question", ["question": story.door.json], "invalid_proof"),
        (
            "another D_h",
            ["request": .hex(Wrong.put(Generators.person(bob).encoded, into: bytes, at: 0))],
            "invalid_proof"
        ),
        ("a changed response", ["request": .hex(Wrong.flip(bytes, 128))], "invalid_proof"),
        (
            "two responses exchanged", ["request": .hex(Wrong.swap(bytes, 65..<97, 97..<129))],
            "invalid_proof"
        ),
        (
            "D_h is the identity", ["request": .hex(Wrong.put(Wrong.identity, into: bytes, at: 0))],
            "malformed"
        ),
        ("a trailing byte", ["request": .hex(bytes + [0])], "malformed"),
        ("one byte short", ["request": .hex(bytes.dropLast())], "malformed"),
        (
            "nine attributes",
            ["attributes": .array(Array(repeating: .hex(Scalar.one), count: 9))], "malformed"
        ),
    ]
    for (comment, change, reason) in hostile {
        file.add("visitor-request", comment, input.with(change), expect: reason)
    }
    let opening: JSONObject = [
        "s": .hex(Array(secrets[..<32])), "r": .hex(Array(secrets[32...])),
        "attributes": .array(story.attributes.map { .hex($0) }), "delta": .hex(delta),
        "D": .hex(commitment),
    ]
    file.add("opening", "D = sG_1 + Σa_iG_{i+1} + (r + δ)H", opening)
    let wrong: [(String, JSONObject, String)] = [
        ("another D", ["D": .hex(Generators.person(bob))], "mismatch"),
        ("another δ", ["delta": .hex(Scalar.one)], "mismatch"),
        (
            "attributes exchanged",
            ["attributes": .array(story.attributes.reversed().map { .hex($0) })], "mismatch"
        ),
        ("an attribute less", ["attributes": .array([.hex(story.attributes[0])])], "mismatch"),
        ("δ = 0", ["delta": .hex(Scalar.zero)], "malformed"),
        ("δ = q", ["delta": .hex(Wrong.order)], "malformed"),
        ("s = q", ["s": .hex(Wrong.order)], "malformed"),
        ("r = 0", ["r": .hex(Scalar.zero)], "malformed"),
    ]
    for (comment, change, reason) in wrong {
        file.add("opening", comment, opening.with(change), expect: reason)
    }
}

private func commit(
    _ request: VisitorRequest, _ question: ProofContext, _ delta: [UInt8]
) throws -> Point {
    let wallet = try request.verify(question: question)
    var source = Drawn(delta)
    return try wallet.commit(to: [], using: &source).commitment
}

/// A source that gives one value.
struct Drawn: Randomness {
    private let value: [UInt8]
    init(_ value: [UInt8]) { self.value = value }
    mutating func bytes(_ count: Int) -> [UInt8] { Array(value.prefix(count)) }
}

private func addKiosk(_ story: BindingStory, _ file: inout VectorFile) throws {
    var random = SeededRandomness("kiosk")
    let edition = story.world.edition
    let members = [alice, bob, Array("carol".utf8)].map { person in
        PersonIndex(edition: edition, point: Generators.person(person))
    }
    let list = try MemberList(edition: edition, members)
    let bytes = list.encoded
    func input(_ list: [UInt8], _ index: Point) -> JSONObject {
        ["list": .hex(list), "L": .hex(index)]
    }
    file.add(
        "member-list", "a member of three", input(bytes, members[1].point),
        output: ["count": 3, "member": true])
    file.add(
        "member-list", "no member", input(bytes, story.accepted.index.point),
        output: ["count": 3, "member": false])
    file.add(
        "member-list", "nobody is a member", input([], members[0].point),
        output: ["count": 0, "member": false])
    let hostile: [(String, [UInt8])] = [
        ("out of order", Wrong.swap(bytes, 0..<33, 33..<66)),
        ("one member twice", Array(bytes[..<33] + bytes[..<33])),
        ("a trailing byte", bytes + [2]), ("one byte short", bytes.dropLast()),
        ("the identity", Wrong.identity + bytes), ("no point", Wrong.offCurve),
    ]
    for (comment, bytes) in hostile {
        file.add(
            "member-list", comment, input(bytes, members[0].point), expect: "malformed")
    }
    let nonce = SHA256.hash(Array("nonce".utf8))
    let key = Secp256k1.PrivateKey(.random(using: &random))
    for (comment, index) in [("a member", members[0]), ("no member", story.accepted.index)] {
        let result = try KioskResult(index, in: list, nonce: nonce, time: story.world.now)
        let signed = result.signed(by: key, using: &random)
        let input: JSONObject = [
            "result": .hex(signed), "kiosk": .hex(key.publicKey.xOnly), "nonce": .hex(nonce),
        ]
        file.add(
            "kiosk-result", comment, input,
            output: [
                "edition": .hex(edition), "member": .bool(result.isMember),
                "time": .whole(result.time),
            ])
        guard result.isMember else { continue }
        let hostile: [(String, JSONObject, String)] = [
            ("for another question", ["nonce": .hex(edition)], "mismatch"),
            (
                "of another kiosk", ["kiosk": .hex(story.world.issuer.publicKey.xOnly)],
                "invalid_signature"
            ),
            (
                "no member made a member's", ["result": .hex(Wrong.flip(signed, 32))],
                "invalid_signature"
            ),
            (
                "neither member nor not", ["result": .hex(Wrong.put([2], into: signed, at: 32))],
                "malformed"
            ),
            ("another edition", ["result": .hex(Wrong.flip(signed, 0))], "invalid_signature"),
            ("another time", ["result": .hex(Wrong.flip(signed, 72))], "invalid_signature"),
            ("a changed signature", ["result": .hex(Wrong.flip(signed, 136))], "invalid_signature"),
            ("a trailing byte", ["result": .hex(signed + [0])], "malformed"),
            ("one byte short", ["result": .hex(signed.dropLast())], "malformed"),
        ]
        for (comment, change, reason) in hostile {
            file.add("kiosk-result", comment, input.with(change), expect: reason)
        }
    }
}
