import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Rows and what is shown of a card's commitment: `rows.json`.
func rowVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "rows", "Rows, leaves and pseudonymous presentations. Spec/binding.md.",
        given: story.given.with(["issuer": .hex(story.world.issuer.publicKey.xOnly)]))
    try addRows(story, &file)
    try addPresentations(story, &file)
    return file
}

private func addRows(_ story: BindingStory, _ file: inout VectorFile) throws {
    let row = story.row
    let bytes = row.encoded
    let salt = SHA256.hash(Array("leaf".utf8))
    file.add(
        "row", "as made", ["row": .hex(bytes), "salt": .hex(salt)],
        output: [
            "edition": .hex(row.edition), "position": .whole(row.position), "L": .hex(row.index),
            "D": .hex(row.commitment), "epoch": .whole(row.epoch),
            "status": .whole(row.status.rawValue), "id": .hex(row.hash),
            "leaf": .hex(row.leaf(salt: salt)),
        ])
    let hostile: [(String, [UInt8], String)] = [
        ("another edition", Wrong.flip(bytes, 0), "invalid_signature"),
        ("another position", Wrong.flip(bytes, 35), "invalid_signature"),
        ("L and D exchanged", Wrong.swap(bytes, 36..<69, 69..<102), "invalid_signature"),
        ("another epoch", Wrong.flip(bytes, 105), "invalid_signature"),
        ("another status", Wrong.put([2], into: bytes, at: 106), "invalid_signature"),
        ("status 0", Wrong.put([0], into: bytes, at: 106), "malformed"),
        ("status 4", Wrong.put([4], into: bytes, at: 106), "malformed"),
        ("L is the identity", Wrong.put(Wrong.identity, into: bytes, at: 36), "malformed"),
        ("D is no point", Wrong.put(Wrong.offCurve, into: bytes, at: 69), "malformed"),
        ("a changed signature", Wrong.flip(bytes, 170), "invalid_signature"),
        ("s of the signature is q", bytes.dropLast(32) + Wrong.order, "invalid_signature"),
        ("a trailing byte", bytes + [0], "malformed"),
        ("one byte short", bytes.dropLast(), "malformed"), ("no byte", [], "malformed"),
    ]
    for (comment, bytes, reason) in hostile {
        file.add("row", comment, ["row": .hex(bytes), "salt": .hex(salt)], expect: reason)
    }
    file.add(
        "row", "of another issuer",
        [
            "row": .hex(bytes), "salt": .hex(salt),
            "issuer": .hex(story.world.attestorKeys[0].publicKey.xOnly),
        ], expect: "invalid_signature")
}

private func addPresentations(_ story: BindingStory, _ file: inout VectorFile) throws {
    let opening = story.opening
    let scope: JSONObject = [
        "verifier": "https://door.example", "edition": .hex(story.world.edition), "epoch": 1,
    ]
    file.add(
        "pseudonym", "N = sV", scope.with(["s": .hex(opening.secret.exposed)]),
        output: ["N": .hex(opening.pseudonym(in: story.scope))])
    let commitment = story.row.commitment
    let revealed: [JSON] = [.hex(story.attributes[0]), .null]
    let input = scope.with([
        "presentation": .hex(story.presentation), "D": .hex(commitment),
        "attributes": .array(revealed), "question": story.door.json,
    ])
    let output: JSONObject = ["N": .hex(opening.pseudonym(in: story.scope))]
    file.add("presentation", "reveals a_1, hides a_2", input, output: output)
    var random = SeededRandomness("presentations")
    let choices: [(String, Set<Int>, [JSON])] = [
        ("reveals all", [0, 1], story.attributes.map { .hex($0) }),
        ("reveals nothing", [], [.null, .null]),
    ]
    for (comment, revealing, attributes) in choices {
        let shown = try PseudonymousPresentation.make(
            opening, revealing: revealing, scope: story.scope, question: story.door,
            using: &random)
        file.add(
            "presentation", comment,
            input.with(["presentation": .hex(shown), "attributes": .array(attributes)]),
            output: output)
    }
    let bytes = story.presentation
    let hostile: [(String, JSONObject, String)] = [
        ("for another question", ["question": story.asked.json], "invalid_proof"),
        ("for another verifier", ["verifier": "https://other.example"], "invalid_proof"),
        ("for another epoch", ["epoch": 2], "invalid_proof"),
        ("of another card", ["D": .hex(story.row.index)], "invalid_proof"),
        (
            "another value of a_1",
            ["attributes": .array([.hex(attribute("tier", "silver")), .null])],
            "invalid_proof"
        ),
        (
            "another attribute hidden", ["attributes": .array([.null, .hex(story.attributes[1])])],
            "invalid_proof"
        ),
        ("a_1 = 0", ["attributes": .array([.hex(Scalar.zero), .null])], "malformed"),
        (
            "nine attributes",
            ["attributes": .array([.null] + Array(repeating: .hex(Scalar.one), count: 8))],
            "malformed"
        ),
        (
            "another pseudonym",
            ["presentation": .hex(Wrong.put(commitment.encoded, into: bytes, at: 0))],
            "invalid_proof"
        ),
        ("−N", ["presentation": .hex(Wrong.flip(bytes, 0))], "invalid_proof"),
        (
            "N is the identity",
            ["presentation": .hex(Wrong.put(Wrong.identity, into: bytes, at: 0))], "malformed"
        ),
        ("a changed response", ["presentation": .hex(Wrong.flip(bytes, 160))], "invalid_proof"),
        (
            "a response of q", ["presentation": .hex(bytes.dropLast(32) + Wrong.order)],
            "invalid_proof"
        ),
        (
            "two responses exchanged",
            ["presentation": .hex(Wrong.swap(bytes, 65..<97, 129..<161))], "invalid_proof"
        ),
        ("a response more", ["presentation": .hex(bytes + bytes[65..<97])], "malformed"),
        ("one byte short", ["presentation": .hex(bytes.dropLast())], "malformed"),
    ]
    for (comment, change, reason) in hostile {
        file.add("presentation", comment, input.with(change), expect: reason)
    }
}
