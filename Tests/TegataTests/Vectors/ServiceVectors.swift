import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// What a node is asked and answers: `services.json`.
func serviceVectors(_ story: RoleStory) throws -> VectorFile {
    var story = story
    var nodes = SeededRandomness("nodes")
    let seed = nodes.bytes(32)
    var file = VectorFile(
        "services", "The messages of evaluation nodes: Spec/binding.md.",
        given: [
            "n": 1, "t": 1, "node": 1, "seeds": [["holders": [1], "seed": .hex(seed)]],
            "edition": .hex(story.founders.digest), "attestor_threshold": 1,
            "attestors": [.hex(story.attestorKey.publicKey.xOnly)],
            "keys": .hex(story.founders.identity?.keys.encoded ?? []),
            "time": .whole(RoleStory.now),
        ])
    let pieces: JSON = [
        "pieces": [["piece": 0, "point": .string(Base64URL.encode(story.pieces))]]
    ]
    file.add(
        "publish", "the one piece of an edition's key", [:],
        output: ["message": .string(String(decoding: pieces.encoded, as: UTF8.self))])
    let question = story.question(person: true).context(
        edition: story.founders.digest, subject: story.holder.publicKey.thumbprintBytes)
    let run = try story.session(RoleStory.alice, question, in: story.founders)
    let token = run.session.token.encoded
    let salt = Scope(edition: story.founders.digest, answering: question).salt
    func text(_ bytes: [UInt8]) -> JSON { .string(Base64URL.encode(bytes)) }
    let request: JSONObject = [
        "token": text(token), "edition": text(story.founders.digest.array),
        "salt": text(salt.array),
    ]
    func input(_ request: JSONObject) -> JSONObject {
        ["request": .string(String(decoding: JSON.object(request).encoded, as: UTF8.self))]
    }
    file.add(
        "evaluate", "an attested session", input(request),
        output: ["beta": .hex(run.verified.evaluated)])
    let hostile: [(String, JSONObject, String)] = [
        ("a trailing byte", ["token": text(token + [0])], "malformed"),
        ("a changed signature", ["token": text(Wrong.flip(token, 170))], "national_id_invalid"),
        ("another attestor", ["token": text(Wrong.flip(token, 112))], "national_id_invalid"),
        ("another α", ["token": text(Wrong.flip(token, 79))], "national_id_invalid"),
        ("another edition", ["edition": text(story.visitors.digest.array)], "national_id_invalid"),
        ("another salt", ["salt": text(Wrong.flip(salt.array, 0))], "national_id_invalid"),
        ("a salt of 31 bytes", ["salt": text(salt.array.dropLast())], "malformed"),
        ("a token with padding", ["token": .string(Base64URL.encode(token) + "=")], "malformed"),
        ("a token that is no text", ["token": 1], "malformed"),
    ]
    for (comment, change, reason) in hostile {
        file.add("evaluate", comment, input(request.with(change)), expect: reason)
    }
    file.add("evaluate", "no salt", input(request.without("salt")), expect: "malformed")
    file.add("evaluate", "no JSON", ["request": "request"], expect: "malformed")
    file.add(
        "evaluate", "at its end",
        input(request).with(["time": .whole(RoleStory.now + Attestor.sessionLifetime)]),
        expect: "expired")
    return file
}

/// Cards and answers on P-256, whose signatures are of chance: `cards-es256.json`.
func es256Vectors() async throws -> VectorFile {
    var story = try await RoleStory(.es256)
    let asked = try story.ask()
    let issued = try story.issue(asked)
    let card = try story.holder.accept(issued.encoded, from: story.issuer.profile)
    let question = story.question(asking: ["tier", "name"])
    let answer = try story.holder.present(card, revealing: ["name"], to: question.encoded)
    var list = StatusList(bits: 2, count: 64)
    list?.set(5, to: .valid)
    guard let list else { throw Refusal.unavailable }
    let key = story.issuer.keys.card
    let status = try StatusListToken.sign(
        list, uri: story.issuer.statusListURI(), issuedAt: RoleStory.now,
        expiresAt: RoleStory.now + 86_400, timeToLive: 300, by: key,
        keyID: key.verifyingKey.thumbprint)
    var file = VectorFile(
        "cards-es256",
        "Issuer and holder on P-256: Spec/card.md. Signatures are of chance: verified, not regenerated.",
        given: [
            "profile": .string(story.issuer.profile.encoded), "time": .whole(RoleStory.now),
            "curve": "P-256", "key": .hex(story.holderSecret),
            "nonce": .string(RoleStory.nonce), "nonce_for": "founders",
            "attestor": .hex(story.attestorKey.publicKey.xOnly), "X": .hex(story.pieces),
            "issued": .string(issued.encoded), "verifier": "https://door.example",
            "status": .string(String(decoding: status, as: UTF8.self)),
            "challenge": .string(question.encoded), "answer": .string(answer),
        ])
    file.add(
        "card-request", "by a person", ["request": .string(asked.text)],
        output: ["serial": 1, "L": .hex(asked.index?.point.encoded ?? [])])
    file.add(
        "accept", "a card on P-256", [:],
        output: [
            "edition": "founders", "serial": 7,
            "claims": ["tier": "gold", "since": 2024, "name": "優 Yu", "year": "1990"],
        ])
    file.add(
        "verify", "an answer on P-256", [:],
        output: ["serial": 7, "claims": ["tier": "gold", "name": "優 Yu"], "holder": true])
    let other = try await RoleStory()
    file.add(
        "verify", "under the keys of the same issuer on secp256k1",
        ["profile": .string(other.issuer.profile.encoded)], expect: "issuer_untrusted")
    file.add(
        "accept", "by a wallet with the same number as a key of secp256k1",
        ["curve": "secp256k1"], expect: "holder_binding_invalid")
    let renamed = answer.replacing(
        Base64URL.encode(Array("{\"alg\":\"ES256\"".utf8)).dropLast(),
        with: Base64URL.encode(Array("{\"alg\":\"ES384\"".utf8)).dropLast())
    file.add(
        "verify", "the header says ES384", ["answer": .string(renamed)], expect: "unsupported")
    return file
}
