import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import Tegata

/// Status lists and the tokens that carry them: `status-lists.json`.
func statusVectors(_ story: RoleStory) throws -> VectorFile {
    let key = story.issuer.keys.card
    var file = VectorFile(
        "status-lists", "Status lists as cards use them: Spec/sd-jwt.md.",
        given: [
            "uri": .string(story.issuer.statusListURI()), "time": .whole(RoleStory.now),
            "key": .string(
                String(decoding: JSON.object(key.verifyingKey.jwk).encoded, as: UTF8.self)),
            "index": 5,
        ])
    try addLists(&file)
    try addTokens(story, &file)
    return file
}

private func list(_ bits: Int, _ statuses: [Int: TokenStatus]) throws -> StatusList {
    guard var list = StatusList(bits: bits, count: 64) else { throw Refusal.malformed }
    for (index, status) in statuses { list.set(index, to: status) }
    return list
}

private func addLists(_ file: inout VectorFile) throws {
    func add(
        _ comment: String, _ claim: JSON, _ index: Int, _ status: Int?, _ expect: String = "ok"
    ) {
        file.add(
            "status-list", comment,
            [
                "status_list": .string(String(decoding: claim.encoded, as: UTF8.self)),
                "index": .whole(index),
            ], expect: expect, output: status.map { ["status": .whole($0)] } ?? [:])
    }
    for bits in [1, 2, 4, 8] {
        let claim = try list(bits, [5: .invalid, 63: .invalid]).claim
        for (index, status) in [(0, 0), (4, 0), (5, 1), (6, 0), (63, 1)] {
            add("\(bits) bits a status", claim, index, status)
        }
        add("\(bits) bits a status, beyond the list", claim, 64, nil, "status_unknown")
    }
    let wide = try list(4, [5: .other(12), 6: .suspended]).claim
    add("a status of the application", wide, 5, 12)
    add("suspended", wide, 6, 2)
    let good = wide.object ?? [:]
    let bad: [(String, JSON, String)] = [
        ("3 bits a status", .object(good.with(["bits": 3])), "malformed"),
        ("0 bits a status", .object(good.with(["bits": 0])), "malformed"),
        ("bits as text", .object(good.with(["bits": "4"])), "malformed"),
        ("no list", .object(good.without("lst")), "malformed"),
        ("not compressed", .object(good.with(["lst": "AAAAAAAA"])), "malformed"),
        ("no base64url", .object(good.with(["lst": "eJx+"])), "malformed"),
        ("no object", [], "malformed"),
    ]
    for (comment, claim, reason) in bad {
        add(comment, claim, 5, nil, reason)
    }
}

private func addTokens(_ story: RoleStory, _ file: inout VectorFile) throws {
    let now = RoleStory.now
    let key = story.issuer.keys.card
    let suspended = try list(2, [5: .suspended])
    func token(
        issuedAt: Int64 = now, expiresAt: Int64? = now + 86_400, timeToLive: Int64? = 300,
        uri: String? = nil, by other: SigningKey? = nil
    ) throws -> String {
        String(
            decoding: try StatusListToken.sign(
                suspended, uri: uri ?? story.issuer.statusListURI(), issuedAt: issuedAt,
                expiresAt: expiresAt, timeToLive: timeToLive, by: other ?? key,
                keyID: (other ?? key).verifyingKey.thumbprint), as: UTF8.self)
    }
    func add(_ comment: String, _ text: String, _ expect: String = "ok") {
        file.add(
            "status-token", comment, ["token": .string(text)], expect: expect,
            output: expect == "ok" ? ["status": 2] : [:])
    }
    let good = try token()
    add("suspended", good)
    add("without an end and a time to live", try token(expiresAt: nil, timeToLive: nil))
    add("a day and a minute old", try token(issuedAt: now - 86_460))
    add("a second older", try token(issuedAt: now - 86_461), "status_unknown")
    add("a minute ahead", try token(issuedAt: now + 60))
    add("a second further", try token(issuedAt: now + 61), "status_unknown")
    add("ended", try token(expiresAt: now - 60), "status_unknown")
    add("a time to live of 0", try token(timeToLive: 0), "malformed")
    add("of another address", try token(uri: "https://club.example/other"), "status_unknown")
    add("by a stranger", try token(by: .secp256k1(.fixed(1))), "status_unknown")
    add(
        "of another type", try story.signed(.object(try RoleStory.payload(good)), type: "jwt"),
        "status_unknown")
    let payload = try RoleStory.payload(good)
    add(
        "without a list",
        try story.signed(.object(payload.without("status_list")), type: StatusListToken.type),
        "malformed")
    add(
        "without a time",
        try story.signed(.object(payload.without("iat")), type: StatusListToken.type),
        "malformed")
    add(
        "changed after signing",
        RoleStory.swapPayload(good, .object(payload.with(["iat": .whole(now + 1)]))),
        "status_unknown")
    add("no text", "", "malformed")
    file.add(
        "status-token", "an index beyond the list", ["token": .string(good), "index": 64],
        expect: "status_unknown")
}
