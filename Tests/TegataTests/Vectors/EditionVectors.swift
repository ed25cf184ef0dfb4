import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// Digests, limits, announcements, profiles and public lists: `editions.json`.
func editionVectors(_ story: RoleStory) throws -> VectorFile {
    let profile = story.issuer.profile.encoded
    var file = VectorFile(
        "editions", "Editions and what an issuer publishes: Spec/edition.md.",
        given: ["profile": .string(profile)])
    for (comment, issuer, id) in [
        ("an edition", "https://club.example", "founders"),
        ("the same name with another issuer", "https://club.exampl", "efounders"),
        ("nothing is no edition but has a digest", "", ""),
    ] {
        file.add(
            "edition-digest", comment, ["issuer": .string(issuer), "id": .string(id)],
            output: ["edition": .hex(Edition.digest(issuer: issuer, id: id))])
    }
    addLimits(&file)
    try addAnnouncements(story, &file)
    try addProfiles(story, &file)
    try addLists(story, &file)
    return file
}

private func addLimits(_ file: inout VectorFile) {
    let good: [(String, JSON)] = [
        ("0", 0), ("1", 1), ("500", 500), ("4294967295", 4_294_967_295),
        ("\"unlimited\"", "unlimited"),
    ]
    for (text, limit) in good {
        file.add(
            "limit", text == "0" ? "none, not unlimited" : "", ["limit": .string(text)],
            output: ["limit": limit])
    }
    let bad = [
        "-1", "-0", "4294967296", "18446744073709551616", "5.0", "5e2", "0.5", "\"500\"", "\"\"",
        "\"Unlimited\"", "\"unlimited \"", "\"∞\"", "null", "true", "[]", "[500]", "{}", "0500",
        "+5", "0x1F4", "NaN", "",
    ]
    for text in bad {
        file.add("limit", "", ["limit": .string(text)], expect: "malformed")
    }
}

extension RoleStory {
    /// A text that this issuer's card key signs, whatever it says.
    func signed(_ payload: JSON, type: String) throws -> String {
        try SignedText.sign(payload, type: type, by: issuer.keys.card)
    }

    /// `text` with another payload, and the signature it had.
    static func swapPayload(_ text: String, _ payload: JSON) -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return "\(parts[0]).\(Base64URL.encode(payload.encoded)).\(parts[2])"
    }

    /// The payload of a compact JWS.
    static func payload(_ text: String) throws -> JSONObject {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return try JSON(parsing: Base64URL.decode(String(parts[1]))).object ?? [:]
    }
}

extension JSONObject {
    /// The same members without this one.
    func without(_ name: String) -> JSONObject {
        var result = JSONObject()
        for member in members where member.name != name { result.add(member.name, member.value) }
        return result
    }
}

private func addAnnouncements(_ story: RoleStory, _ file: inout VectorFile) throws {
    let text = story.founders.encoded
    let payload = try RoleStory.payload(text)
    let edition = payload["edition"]?.object ?? [:]
    let attestors = payload["attestors"]?.object ?? [:]
    func add(_ comment: String, _ text: String, _ expect: String = "ok", _ output: JSONObject = [:])
    {
        file.add(
            "announcement", comment, ["announcement": .string(text)], expect: expect,
            output: output)
    }
    func changed(_ change: JSONObject) throws -> String {
        try story.signed(.object(payload.with(change)), type: OpenEdition.type)
    }
    func changedEdition(_ change: JSONObject) throws -> String {
        try changed(["edition": .object(edition.with(change))])
    }
    let output: JSONObject = [
        "edition": .hex(story.founders.digest), "id": "founders", "limit": 500,
        "one_per_person": true, "national_id": ["jpki-auth-rsa/v1"], "operators": "split",
        "test_anchors": false,
    ]
    add("an edition that asks for a person", text, "ok", output)
    add(
        "an edition that asks nobody", story.visitors.encoded, "ok",
        [
            "edition": .hex(story.visitors.digest), "id": "visitors", "limit": "unlimited",
            "one_per_person": false, "national_id": [], "operators": .null,
            "test_anchors": false,
        ])
    add(
        "one operator, test authorities",
        try changed(["operators": "embedded", "test_anchors": true]),
        "ok", output.with(["operators": "embedded", "test_anchors": true]))
    add(
        "a cut-off, and certified requesters",
        try changedEdition(["cut_off": 1_795_392_000, "requesters": "certified"]), "ok",
        output.with(["cut_off": 1_795_392_000, "requesters": "certified"]))
    add("an unknown member is ignored", try changed(["colour": "blue"]), "ok", output)
    let other = Secp256k1.PrivateKey.fixed(1)
    let hostile: [(String, String, String)] = [
        (
            "limit raised after signing",
            RoleStory.swapPayload(
                text, .object(payload.with(["edition": .object(edition.with(["limit": 5000]))]))),
            "signature_invalid"
        ),
        (
            "another issuer in iss", try changed(["iss": "https://club.example/"]),
            "issuer_untrusted"
        ),
        (
            "signed by a stranger",
            try SignedText.sign(.object(payload), type: OpenEdition.type, by: .secp256k1(other)),
            "issuer_untrusted"
        ),
        (
            "signed by a stranger under the issuer's key id",
            String(
                decoding: try CompactJWS.sign(
                    payload: JSON.object(payload).encoded, type: OpenEdition.type,
                    by: .secp256k1(other),
                    keyID: story.issuer.keys.card.verifyingKey.thumbprint), as: UTF8.self),
            "signature_invalid"
        ),
        (
            "a list in its place", try story.signed(.object(payload), type: SignedLists.type),
            "type_mismatch"
        ),
        ("no limit", try changed(["edition": .object(edition.without("limit"))]), "malformed"),
        ("a limit of −1", try changedEdition(["limit": -1]), "malformed"),
        ("a limit as text", try changedEdition(["limit": "500"]), "malformed"),
        ("a name with a capital", try changedEdition(["id": "Founders"]), "malformed"),
        ("no name", try changedEdition(["id": ""]), "malformed"),
        ("one per person, but nobody asked", try changedEdition(["national_id": []]), "malformed"),
        (
            "a window that ends before it begins",
            try changedEdition(["claim_window": ["from": 2, "until": 1]]), "malformed"
        ),
        ("a My Number as benefit", try changedEdition(["benefits": ["123456789018"]]), "malformed"),
        ("a cut-off to the second", try changedEdition(["cut_off": 1_795_392_001]), "malformed"),
        ("a cut-off before all", try changedEdition(["cut_off": 0]), "malformed"),
        ("a cut-off as text", try changedEdition(["cut_off": "1795392000"]), "malformed"),
        (
            "a cut-off for several cards a person",
            try changedEdition(["cut_off": 1_795_392_000, "one_per_person": false]), "malformed"
        ),
        ("other requesters", try changedEdition(["requesters": "all"]), "malformed"),
        ("a card for no time", try changedEdition(["card_lifetime": 0]), "malformed"),
        (
            "no nodes", try story.signed(.object(payload.without("nodes")), type: OpenEdition.type),
            "malformed"
        ),
        (
            "nodes with a trailing byte",
            try changed([
                "nodes": .string(
                    Base64URL.encode(
                        [1, 1] + (story.founders.identity?.keys.pieces[0].encoded ?? []) + [0]))
            ]), "malformed"
        ),
        (
            "nodes with the identity",
            try changed(["nodes": .string(Base64URL.encode([1, 1] + Wrong.identity))]), "malformed"
        ),
        (
            "threshold 0", try changed(["attestors": .object(attestors.with(["threshold": 0]))]),
            "malformed"
        ),
        (
            "threshold above the number of keys",
            try changed(["attestors": .object(attestors.with(["threshold": 2]))]), "malformed"
        ),
        (
            "an attestor's key of 31 bytes",
            try changed([
                "attestors": .object(
                    attestors.with([
                        "keys": [.string(Base64URL.encode([UInt8](repeating: 1, count: 31)))]
                    ]))
            ]), "malformed"
        ),
        ("unknown operators", try changed(["operators": "trusted"]), "malformed"),
        ("no text", "", "malformed"), ("one dot", "e30.e30", "malformed"),
        ("padded base64url", text + "=", "malformed"),
    ]
    for (comment, text, reason) in hostile { add(comment, text, reason) }
    func committing(_ mark: JSON) throws -> String {
        try changedEdition([
            "committed": [
                ["name": "score", "bits": 7, "predicate_only": mark], ["name": "class"],
            ]
        ])
    }
    add(
        "committed claims, of which one is for proofs only", try committing(true), "ok",
        output.with(["predicate_only": ["score"]]))
    add("a mark that says no", try committing(false), "malformed")
    add("a mark that is a number", try committing(1), "malformed")
    let named = try changedEdition(["second_index": true])
    add("a second index", named, "ok", output.with(["second_index": true]))
    for (comment, change) in [
        ("a second index as text", ["second_index": "true"]),
        ("one of Estonian cards", ["second_index": true, "national_id": ["eid-ee/v1"]]),
        (
            "one of today's and the next card",
            ["second_index": true, "national_id": ["jpki-auth-p384/v1", "jpki-auth-rsa/v1"]]
        ),
        ("one for several cards a person", ["second_index": true, "one_per_person": false]),
    ] as [(String, JSONObject)] {
        add(comment, try changedEdition(change), "malformed")
    }
}

extension Secp256k1.PrivateKey {
    /// A stranger's key.
    static func fixed(_ number: UInt8) -> Secp256k1.PrivateKey {
        var random = SeededRandomness("stranger \(number)")
        return Secp256k1.PrivateKey(.random(using: &random))
    }
}

private func addProfiles(_ story: RoleStory, _ file: inout VectorFile) throws {
    let profile = story.issuer.profile.encoded
    let object = try JSON(parsing: Array(profile.utf8)).object ?? [:]
    let keys = object["jwks"]?["keys"]?.array ?? []
    file.add(
        "profile", "with two editions", [:],
        output: [
            "issuer": "https://club.example", "type": "https://club.example/tegata/membership",
            "editions": ["founders", "visitors"], "keys": 1,
        ])
    let hostile: [(String, JSONObject, String)] = [
        ("one key twice", ["jwks": ["keys": .array(keys + keys)]], "issuer_untrusted"),
        ("no key", ["jwks": ["keys": []]], "issuer_untrusted"),
        ("no list of keys", ["jwks": [:]], "malformed"),
        (
            "a register key of 33 bytes",
            ["register_key": .string(Base64URL.encode(story.attestorKey.publicKey.point.encoded))],
            "malformed"
        ),
        ("an announcement as object", ["editions": [[:]]], "malformed"),
        ("another issuer", ["issuer": "https://other.example"], "issuer_untrusted"),
    ]
    for (comment, change, reason) in hostile {
        file.add(
            "profile", comment,
            [
                "profile": .string(
                    String(decoding: JSON.object(object.with(change)).encoded, as: UTF8.self))
            ],
            expect: reason)
    }
}

private func addLists(_ story: RoleStory, _ file: inout VectorFile) throws {
    let points = (1...4).map { Secp256k1.PrivateKey.fixed($0).publicKey.point.encoded }
    let persons = points[..<2].sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    let commitments = points[2...].sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    let payload: JSONObject = [
        "iss": "https://club.example", "iat": .whole(RoleStory.now), "edition": "founders",
        "issued": 3, "limit": 500, "size": 9, "root": .bytes(TreeHash.emptyTree.array),
        "persons": .string(Base64URL.encode(persons)),
        "commitments": .string(Base64URL.encode(commitments)),
    ]
    func add(_ comment: String, _ text: String, _ expect: String = "ok", _ output: JSONObject = [:])
    {
        file.add("public-lists", comment, ["lists": .string(text)], expect: expect, output: output)
    }
    let text = try story.signed(.object(payload), type: SignedLists.type)
    add(
        "two of three cards are active", text, "ok",
        ["edition": "founders", "issued": 3, "persons": 2, "commitments": 2])
    add(
        "persons out of order",
        try story.signed(
            .object(
                payload.with([
                    "persons": .string(Base64URL.encode(Array(persons[33...] + persons[..<33])))
                ])), type: SignedLists.type), "malformed")
    add(
        "a person added after signing",
        RoleStory.swapPayload(
            text, .object(payload.with(["persons": .string(Base64URL.encode(points[0]))]))),
        "signature_invalid")
    add("an announcement in its place", story.founders.encoded, "type_mismatch")
    let seconds = points[0] + points[0]
    add(
        "second indexes, two of them alike: for the audit to judge",
        try story.signed(
            .object(payload.with(["seconds": .string(Base64URL.encode(seconds))])),
            type: SignedLists.type), "ok",
        ["edition": "founders", "persons": 2, "seconds": 2])
}
