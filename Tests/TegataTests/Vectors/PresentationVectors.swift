import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// What a verifier makes of answers: `presentations.json`.
func presentationVectors(_ story: RoleStory) throws -> VectorFile {
    let door = try Door(story)
    var file = VectorFile(
        "presentations",
        "Answers to a verifier's question, in every mode: Spec/card.md, Verifying a presentation.",
        given: [
            "profile": .string(story.issuer.profile.encoded), "time": .whole(RoleStory.now),
            "verifier": "https://door.example", "status": .string(try door.list(.valid)),
            "challenge": .string(door.plain.encoded),
            "answer": .string(try door.answer(door.plain)),
        ])
    try addPlain(door, &file)
    try addForged(door, &file)
    try addStatuses(door, &file)
    try addPseudonyms(door, &file)
    try addPersons(door, &file)
    try addKiosk(door, &file)
    return file
}

/// A door, and a holder in front of it.
struct Door {
    var story: RoleStory
    let issued: IssuedCard
    let card: Card
    let plain: Question

    init(_ story: RoleStory) throws {
        var story = story
        issued = try story.issue(try story.ask())
        card = try story.holder.accept(issued.encoded, from: story.issuer.profile)
        plain = story.question()
        self.story = story
    }

    /// An answer as the holder makes it, with more in the key binding when a mode wants it.
    func answer(
        _ question: Question, revealing claims: [String] = [], key: Secp256k1.PrivateKey? = nil,
        at time: Int64 = RoleStory.now, extra: JSONObject = [:]
    ) throws -> String {
        String(
            decoding: try card.held.presentation(
                revealing: claims.map { ClaimPath(stringLiteral: $0) },
                by: key.map(SigningKey.secp256k1) ?? story.holderKey, audience: question.audience,
                nonce: question.nonce, at: time,
                extra: extra.isEmpty ? [:] : ["tegata": .object(extra)]), as: UTF8.self)
    }

    /// The status list with this status at the card's index.
    func list(
        _ status: TokenStatus, at time: Int64 = RoleStory.now, uri: String? = nil,
        by key: SigningKey? = nil
    ) throws -> String {
        guard var list = StatusList(bits: 2, count: 64) else { return "" }
        list.set(5, to: status)
        let key = key ?? story.issuer.keys.card
        return String(
            decoding: try StatusListToken.sign(
                list, uri: uri ?? story.issuer.statusListURI(), issuedAt: time,
                expiresAt: time + 86_400, timeToLive: 300, by: key,
                keyID: key.verifyingKey.thumbprint), as: UTF8.self)
    }
}

/// What a verifier says about the card when everything is in order.
let member: JSONObject = [
    "issuer": "https://club.example", "edition": "founders", "limit": 500, "serial": 7,
    "benefits": ["library"], "claims": ["tier": "gold"], "proof_of_person": "national-id",
    "holder": true, "person": "not asked", "pseudonym": .null,
]

private func addPlain(_ door: Door, _ file: inout VectorFile) throws {
    file.add("verify", "shows the tier", [:], output: member)
    file.add(
        "verify", "what was not asked for is dropped",
        ["answer": .string(try door.answer(door.plain, revealing: ["name"]))], output: member)
    let two = door.story.question(asking: ["name", "since"], edition: true)
    file.add(
        "verify", "a selective claim, for one edition",
        [
            "challenge": .string(two.encoded),
            "answer": .string(try door.answer(two, revealing: ["name"])),
        ], output: member.with(["claims": ["name": "優 Yu", "since": 2024]]))
    file.add(
        "verify", "a claim asked for is kept back",
        [
            "challenge": .string(two.encoded), "answer": .string(try door.answer(two)),
        ], expect: "type_mismatch")
    let bare = String(decoding: door.card.held.revealing([]), as: UTF8.self)
    file.add(
        "verify", "without key binding", ["answer": .string(bare)],
        expect: "holder_binding_missing")
    file.add(
        "verify", "without key binding, where the verifier needs none",
        ["answer": .string(bare), "requires_holder_binding": false],
        output: member.with(["holder": false, "claims": ["tier": "gold", "since": 2024]]))
    file.add("verify", "the same answer again", ["used": true], expect: "replayed")
    file.add(
        "verify", "a nonce that nobody asked", ["challenge": .null],
        expect: "holder_binding_invalid")
    let otherDoor = Question(
        audience: "https://door.example/", nonce: door.plain.nonce, expires: door.plain.expires,
        asked: ["tier"], edition: nil, pseudonymEpoch: nil, asksPerson: false, asksLogProof: false)
    let other: [(String, String)] = [
        ("for another verifier", try door.answer(otherDoor)),
        ("signed by another key", try door.answer(door.plain, key: .fixed(1))),
        ("six minutes old", try door.answer(door.plain, at: RoleStory.now - 361)),
        ("from the future", try door.answer(door.plain, at: RoleStory.now + 61)),
    ]
    for (comment, answer) in other {
        file.add("verify", comment, ["answer": .string(answer)], expect: "holder_binding_invalid")
    }
    file.add(
        "verify", "about another edition",
        [
            "challenge": .string(
                door.plain.encoded.replacing(
                    "}", with: ",\"edition\":\"visitors\",\"issuer\":\"https://club.example\"}"))
        ], expect: "type_mismatch")
    file.add(
        "verify", "two years later", ["time": .whole(RoleStory.now + 63_072_060)], expect: "expired"
    )
    file.add(
        "verify", "before it was made", ["time": .whole(RoleStory.now - 61)],
        expect: "not_yet_valid")
}

private func addForged(_ door: Door, _ file: inout VectorFile) throws {
    let answer = try door.answer(door.plain, revealing: ["name"])
    let parts = answer.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
    func add(_ comment: String, _ text: String, _ expect: String) {
        file.add("verify", comment, ["answer": .string(text)], expect: expect)
    }
    let jwt = parts[0].split(separator: ".").map(String.init)
    let payload = try RoleStory.payload(parts[0])
    add("a disclosure removed", "\(parts[0])~\(parts[2])", "holder_binding_invalid")
    add(
        "a disclosure twice", "\(parts[0])~\(parts[1])~\(parts[1])~\(parts[2])",
        "disclosure_invalid")
    add(
        "a disclosure of no digest",
        "\(parts[0])~\(Base64URL.encode(Array("[\"salt\",\"tier\",\"black\"]".utf8)))~\(parts[2])",
        "disclosure_invalid")
    add("an empty disclosure", "\(parts[0])~~\(parts[2])", "malformed")
    add(
        "the key binding signs another disclosure",
        "\(parts[0])~\(parts[1])~\(try door.answer(door.plain).split(separator: "~")[1])",
        "holder_binding_invalid")
    add(
        "another serial",
        "\(RoleStory.swapPayload(parts[0], .object(payload.with(["serial": 1]))))~\(parts[1])~\(parts[2])",
        "signature_invalid")
    func signed(
        _ payload: JSONObject, by key: SigningKey? = nil, kid: String? = nil,
        type: String = "dc+sd-jwt"
    ) throws -> String {
        let key = key ?? door.story.issuer.keys.card
        let jws = String(
            decoding: try CompactJWS.sign(
                payload: JSON.object(payload).encoded, type: type, by: key,
                keyID: kid ?? key.verifyingKey.thumbprint), as: UTF8.self)
        return "\(jws)~\(parts[1])~\(parts[2])"
    }
    let stranger = SigningKey.secp256k1(.fixed(1))
    add(
        "of an issuer that nobody trusts",
        try signed(payload.with(["iss": "https://other.example"])),
        "issuer_untrusted")
    add("signed by a stranger", try signed(payload, by: stranger), "issuer_untrusted")
    add(
        "signed by a stranger under the issuer's key id",
        try signed(payload, by: stranger, kid: door.story.issuer.keys.card.verifyingKey.thumbprint),
        "signature_invalid")
    add(
        "of another card type", try signed(payload.with(["vct": "https://club.example/other"])),
        "type_mismatch")
    add("another typ", try signed(payload, type: "jwt"), "type_mismatch")
    add("without an end", try signed(payload.without("exp")), "malformed")
    add("serial 0", try signed(payload.with(["serial": 0])), "malformed")
    add("a serial beyond the limit", try signed(payload.with(["serial": 501])), "malformed")
    add(
        "a limit below zero",
        try signed(payload.with(["edition": ["id": "founders", "limit": -1]])),
        "malformed")
    add(
        "an unknown proof of person", try signed(payload.with(["proof_of_person": "yes"])),
        "malformed")
    add(
        "a commitment of 32 bytes",
        try signed(
            payload.with(["commitment": .string(Base64URL.encode([UInt8](repeating: 2, count: 32)))]
            )), "malformed")
    add(
        "another hash of disclosures", try signed(payload.with(["_sd_alg": "sha-512"])),
        "unsupported")
    add(
        "alg none",
        "\(base64("{\"alg\":\"none\",\"typ\":\"dc+sd-jwt\"}")).\(jwt[1]).~\(parts[1])~\(parts[2])",
        "unsupported")
    add(
        "two members named iss",
        "\(jwt[0]).\(base64("{\"iss\":\"a\",\"iss\":\"a\"}")).\(jwt[2])~\(parts[2])",
        "malformed")
    add("a trailing tilde: the key binding where a disclosure belongs", answer + "~", "malformed")
    add("a signature of 65 bytes", answer + "A", "holder_binding_invalid")
    add("no text", "", "malformed")
    add("the issuer's answer", door.issued.encoded, "malformed")
}

private func addStatuses(_ door: Door, _ file: inout VectorFile) throws {
    let now = RoleStory.now
    let cases: [(String, JSON, String)] = [
        ("revoked", .string(try door.list(.invalid)), "revoked"),
        ("suspended", .string(try door.list(.suspended)), "suspended"),
        ("status 3, which means nothing here", .string(try door.list(.other(3))), "status_unknown"),
        ("no list to be had", .null, "status_unknown"),
        (
            "a list of the day before yesterday", .string(try door.list(.valid, at: now - 86_461)),
            "status_unknown"
        ),
        ("a list from the future", .string(try door.list(.valid, at: now + 61)), "status_unknown"),
        (
            "the list of another address",
            .string(try door.list(.valid, uri: "https://club.example/other")), "status_unknown"
        ),
        (
            "a list by a stranger", .string(try door.list(.valid, by: .secp256k1(.fixed(1)))),
            "status_unknown"
        ),
        ("an announcement in its place", .string(door.story.founders.encoded), "status_unknown"),
    ]
    for (comment, status, reason) in cases {
        file.add("verify", comment, ["status": status], expect: reason)
    }
}

private func base64(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
