import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

// Answers in which more is shown than a card: a pseudonym, the person, or the person alone.

func addPseudonyms(_ door: Door, _ file: inout VectorFile) throws {
    var random = SeededRandomness("pseudonym")
    let (story, card) = (door.story, door.card)
    let opening = try #require(card.opening)
    func pseudonym(_ question: Question, epoch: UInt64) throws -> [UInt8] {
        try PseudonymousPresentation.make(
            opening, revealing: [], scope: question.scope(story.founders.digest, epoch: epoch),
            question: question.context(
                edition: story.founders.digest,
                subject: SHA256.hash(opening.commitment?.encoded ?? [])),
            using: &random)
    }
    let question = story.question(epoch: 3)
    let shown = try pseudonym(question, epoch: 3)
    func add(_ comment: String, _ bytes: [UInt8]?, _ expect: String, _ output: JSONObject = [:])
        throws
    {
        let extra: JSONObject =
            bytes.map { ["pseudonym": .string(Base64URL.encode($0))] } ?? [:]
        file.add(
            "verify", comment,
            [
                "challenge": .string(question.encoded),
                "answer": .string(try door.answer(question, extra: extra)),
            ], expect: expect, output: output)
    }
    try add(
        "with a pseudonym", shown, "ok",
        member.with(["pseudonym": .hex(Array(shown.prefix(33)))]))
    try add("no pseudonym", nil, "holder_binding_invalid")
    try add("of another epoch", try pseudonym(question, epoch: 4), "holder_binding_invalid")
    try add(
        "for another question", try pseudonym(story.question(epoch: 3).moved, epoch: 3),
        "holder_binding_invalid")
    try add("a changed proof", Wrong.flip(shown, shown.count - 1), "holder_binding_invalid")
    try add("the identity", Wrong.put(Wrong.identity, into: shown, at: 0), "holder_binding_invalid")
    try add("a trailing byte", shown + [0], "holder_binding_invalid")
}

extension Question {
    /// The same question with another nonce.
    fileprivate var moved: Question {
        Question(
            audience: audience, nonce: "another", expires: expires, asked: asked,
            edition: edition, pseudonymEpoch: pseudonymEpoch, asksPerson: asksPerson,
            asksLogProof: false)
    }
}

func addPersons(_ door: Door, _ file: inout VectorFile) throws {
    var story = door.story
    let question = story.question(person: true)
    func prove(_ person: [UInt8], _ question: Question) throws -> [UInt8] {
        let context = question.context(
            edition: story.founders.digest, subject: story.holder.publicKey.thumbprintBytes)
        let run = try story.session(person, context, in: story.founders)
        return try IdentityAnswer.make(
            run.session, verified: run.verified, blinding: run.blinding, question: context,
            using: &story.random)
    }
    func add(
        _ comment: String, _ row: [UInt8], _ proof: [UInt8], _ expect: String,
        _ output: JSONObject = [:]
    ) throws {
        let person: JSON = [
            "row": .string(Base64URL.encode(row)), "proof": .string(Base64URL.encode(proof)),
        ]
        file.add(
            "verify", comment,
            [
                "challenge": .string(question.encoded),
                "answer": .string(try door.answer(question, extra: ["person": person])),
            ], expect: expect, output: output)
    }
    let row = door.issued.row
    let proof = try prove(RoleStory.alice, question)
    try add("with the person it was issued to", row, proof, "ok", member.with(["person": "proven"]))
    try add(
        "with a stranger's ID card", row, try prove(RoleStory.bob, question), "national_id_invalid")
    let stranger = try story.issue(try story.ask(person: RoleStory.bob))
    try add(
        "with a stranger's ID card and row", stranger.row, try prove(RoleStory.bob, question),
        "national_id_invalid")
    try add(
        "made for another question", row, try prove(RoleStory.alice, question.moved),
        "national_id_invalid")
    try add("a changed row", Wrong.flip(row, 35), proof, "national_id_invalid")
    try add("a changed proof", row, Wrong.flip(proof, proof.count - 1), "national_id_invalid")
    try add("a proof with a trailing byte", row, proof + [0], "malformed")
    try add("a row with a trailing byte", row + [0], proof, "malformed")
    file.add(
        "verify", "the person was asked for and is not there",
        ["challenge": .string(question.encoded), "answer": .string(try door.answer(question))],
        expect: "national_id_invalid")
}

func addKiosk(_ door: Door, _ file: inout VectorFile) throws {
    var story = door.story
    let question = story.question(asking: [], person: true)
    let index = try story.session(
        RoleStory.alice,
        question.context(
            edition: story.founders.digest, subject: story.kioskKey.publicKey.xOnly),
        in: story.founders)
    let person = try index.verified.index(unblindedBy: index.blinding)
    let nonce = SHA256.hash(Array(question.nonce.utf8))
    func result(
        _ members: [PersonIndex], _ nonce: FixedBytes<32>, at time: Int64 = RoleStory.now,
        edition: EditionDigest? = nil
    ) throws -> [UInt8] {
        let list = try MemberList(edition: story.founders.digest, members)
        return try KioskResult(person, in: list, nonce: nonce, time: UInt64(time))
            .signed(by: story.kioskKey, using: &story.random)
    }
    let kiosk = Base64URL.encode(story.kioskKey.publicKey.xOnly.array)
    func add(
        _ comment: String, _ result: [UInt8], _ expect: String, change: JSONObject = [:],
        input: JSONObject = [:], output: JSONObject = [:]
    ) {
        let message: JSONObject = [
            "nonce": .string(question.nonce), "kiosk": .string(kiosk),
            "result": .string(Base64URL.encode(result)),
        ]
        let text = String(decoding: JSON.object(message.with(change)).encoded, as: UTF8.self)
        file.add(
            "verify-kiosk", comment,
            ([
                "challenge": .string(question.encoded), "answer": .string(text),
                "kiosks": [.hex(story.kioskKey.publicKey.point.encoded)],
            ] as JSONObject).with(input), expect: expect, output: output)
    }
    let member = try result([person], nonce)
    add(
        "a member without a phone", member, "ok",
        output: ["edition": "founders", "limit": 500, "person": "proven"])
    add("no member", try result([], nonce), "unauthorized")
    add("a kiosk that nobody trusts", member, "issuer_untrusted", input: ["kiosks": []])
    add("for another question", try result([person], person.edition), "holder_binding_invalid")
    add(
        "six minutes old", try result([person], nonce, at: RoleStory.now - 361),
        "holder_binding_invalid")
    add("a changed result", Wrong.flip(member, 40), "holder_binding_invalid")
    add("a trailing byte", member + [0], "malformed")
    add("a nonce that nobody asked", member, "holder_binding_invalid", input: ["challenge": .null])
    add("the same answer again", member, "replayed", input: ["used": true])
    add(
        "a question that did not ask for the person", member, "type_mismatch",
        input: ["challenge": .string(door.plain.encoded)])
}
