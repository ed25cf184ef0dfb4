import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// From the wallet's secret to the answer to a question: `cards.json`. ES256K signatures follow RFC 6979, so every text
/// is the same each time.
func cardVectors(_ story: RoleStory) throws -> VectorFile {
    var story = story
    let asked = try story.ask()
    let issued = try story.issue(asked)
    let visiting = try story.askAsVisitor()
    var file = VectorFile(
        "cards",
        "Requests for cards, what the issuer answers, what the holder shows: Spec/card.md.",
        given: [
            "profile": .string(story.issuer.profile.encoded), "time": .whole(RoleStory.now),
            "key": .hex(story.holderSecret),
            "nonce": .string(RoleStory.nonce), "nonce_for": "founders",
            "attestor": .hex(story.attestorKey.publicKey.xOnly), "X": .hex(story.pieces),
            "issued": .string(issued.encoded),
        ])
    addSecrets(story, asked, &file)
    try addRequests(story, asked, visiting, &file)
    try addAnswers(story, asked, issued, visiting, &file)
    try addShown(story, issued, &file)
    return file
}

extension RoleStory {
    /// X_A of the one piece of the key of `founders`.
    var pieces: [UInt8] { founders.identity?.keys.pieces.flatMap(\.encoded) ?? [] }
}

private func addSecrets(_ story: RoleStory, _ asked: RoleStory.Asked, _ file: inout VectorFile) {
    let person = asked.index?.point.encoded ?? []
    let cases: [(String, [UInt8], EditionDigest, [UInt8])] = [
        ("of the card in this file", RoleStory.salt, story.founders.digest, person),
        ("another salt", [UInt8](repeating: 0, count: 16), story.founders.digest, person),
        ("another edition", RoleStory.salt, story.visitors.digest, person),
        ("a visitor's: without an index", RoleStory.salt, story.visitors.digest, []),
    ]
    for (comment, salt, edition, index) in cases {
        var source = story.holder.wallet.source(salt: salt, edition: edition, index: index)
        let secrets = PendingCard(redrawingFrom: &source).exposedBytes
        file.add(
            "wallet-secrets", comment,
            ["salt": .hex(salt), "edition": .hex(edition), "L": .hex(index)],
            output: ["s": .hex(Array(secrets[..<32])), "r": .hex(Array(secrets[32...]))])
    }
}

private func addRequests(
    _ story: RoleStory, _ asked: RoleStory.Asked, _ visiting: RoleStory.Asked,
    _ file: inout VectorFile
) throws {
    let payload = try RoleStory.payload(asked.text)
    var person = story
    file.add(
        "card-request", "by a kiosk, for a person without a phone",
        ["request": .string(try person.askAtKiosk())],
        output: ["serial": 1, "L": .hex(asked.index?.point.encoded ?? [])])
    func add(_ comment: String, _ input: JSONObject, _ expect: String) {
        file.add("card-request", comment, input, expect: expect)
    }
    func text(_ change: JSONObject) throws -> JSONObject {
        ["request": .string(try story.request(.object(payload.with(change))))]
    }
    file.add(
        "card-request", "by a person", ["request": .string(asked.text)],
        output: ["serial": 1, "L": .hex(asked.index?.point.encoded ?? [])])
    file.add(
        "card-request", "by a visitor",
        ["request": .string(visiting.text), "nonce_for": "visitors"],
        output: ["serial": 1])
    add(
        "the issuer did not give this nonce", ["request": .string(asked.text), "nonce": .null],
        "unauthorized")
    add(
        "ten minutes later", ["request": .string(asked.text), "time": .whole(RoleStory.now + 600)],
        "expired")
    add("for another issuer", try text(["aud": "https://club.example/"]), "unauthorized")
    add("for an edition that is not open", try text(["edition": "members"]), "type_mismatch")
    add(
        "a person's session for the visitors' edition", try text(["edition": "visitors"]),
        "unauthorized")
    add("of another nonce", try text(["nonce": "another"]), "unauthorized")
    add("with a later end", try text(["exp": .whole(RoleStory.now + 601)]), "national_id_invalid")
    add("with an end in an hour", try text(["exp": .whole(RoleStory.now + 3600)]), "malformed")
    add("with an end as text", try text(["exp": "1800000600"]), "malformed")
    add(
        "a wallet salt of 15 bytes",
        try text(["wallet": .string(Base64URL.encode([UInt8](repeating: 1, count: 15)))]),
        "malformed")
    add(
        "without a wallet, but with a wallet's proof",
        ["request": .string(try story.request(.object(payload.without("wallet"))))], "malformed")
    add(
        "no binding", ["request": .string(try story.request(.object(payload.without("binding"))))],
        "malformed")
    let binding = asked.request.binding
    func bound(_ bytes: [UInt8]) throws -> JSONObject {
        try text(["binding": .string(Base64URL.encode(bytes))])
    }
    add("a changed proof", try bound(Wrong.flip(binding, binding.count - 1)), "national_id_invalid")
    add("a trailing byte", try bound(binding + [0]), "malformed")
    add(
        "a visitor's proof for a person's edition", try bound(visiting.request.binding), "malformed"
    )
    add(
        "by another holder's key",
        ["request": .string(try story.request(.object(payload), by: .secp256k1(.fixed(1))))],
        "national_id_invalid")
    add(
        "changed after signing",
        [
            "request": .string(
                RoleStory.swapPayload(asked.text, .object(payload.with(["nonce": "x"]))))
        ], "signature_invalid")
    add(
        "of another type",
        ["request": .string(try story.request(.object(payload), type: "tegata-edition+jwt"))],
        "type_mismatch")
    add(
        "without the key in its header",
        [
            "request": .string(
                try SignedText.sign(
                    .object(payload), type: CardRequest.type, by: story.holderKey))
        ], "malformed")
    add("no text", ["request": ""], "malformed")
}

extension RoleStory {
    /// A request with any payload, signed by a key that it brings.
    func request(
        _ payload: JSON, type: String = CardRequest.type, by key: SigningKey? = nil
    ) throws -> String {
        let key = key ?? holderKey
        return String(
            decoding: try CompactJWS.sign(
                payload: payload.encoded, type: type, by: key, embedding: key.verifyingKey),
            as: UTF8.self)
    }
}

private func addAnswers(
    _ story: RoleStory, _ asked: RoleStory.Asked, _ issued: IssuedCard,
    _ visiting: RoleStory.Asked, _ file: inout VectorFile
) throws {
    var story = story
    file.add(
        "accept", "a card of four claims, two of them selective", [:],
        output: [
            "edition": "founders", "limit": 500, "serial": 7, "benefits": ["library"],
            "claims": ["tier": "gold", "since": 2024, "name": "優 Yu", "year": "1990"],
            "selective": ["name", "year"],
        ])
    let visitor = try story.issue(visiting, claims: [:])
    file.add(
        "accept", "a visitor's", ["issued": .string(visitor.encoded)],
        output: [
            "edition": "visitors", "limit": "unlimited", "serial": 7, "benefits": [],
            "claims": [:], "selective": [],
        ])
    let another = try story.issue(try story.ask(person: RoleStory.bob))
    func add(_ comment: String, _ card: IssuedCard, _ expect: String) {
        file.add("accept", comment, ["issued": .string(card.encoded)], expect: expect)
    }
    func with(
        card: String? = nil, row: [UInt8]? = nil, opening: [UInt8]? = nil,
        wallet: [UInt8]? = nil, salt: FixedBytes<32>? = nil, proof: String? = nil
    ) -> IssuedCard {
        IssuedCard(
            card: card ?? issued.card, row: row ?? issued.row, opening: opening ?? issued.opening,
            wallet: wallet ?? issued.wallet, salt: salt ?? issued.salt,
            proof: proof ?? issued.proof)
    }
    add("the row of another person", with(row: another.row), "conflict")
    add(
        "row and opening of another person", with(row: another.row, opening: another.opening),
        "conflict")
    add("the card of another person", with(card: another.card), "conflict")
    add("another δ", with(opening: another.opening), "conflict")
    add("δ of 31 bytes", with(opening: issued.opening?.dropLast()), "malformed")
    add("another wallet salt", with(wallet: [UInt8](repeating: 0, count: 16)), "conflict")
    add("a changed row", with(row: Wrong.flip(issued.row, 35)), "signature_invalid")
    add("a row of 170 bytes", with(row: issued.row.dropLast()), "malformed")
    add("a key binding attached", with(card: issued.card + "e30.e30.e30"), "malformed")
    add(
        "an empty disclosure",
        with(card: issued.card.replacing("~", with: "~~", maxReplacements: 1)), "malformed")
    add("the proof of another person", with(proof: another.proof), "log_proof_invalid")
    add("another leaf salt", with(salt: another.salt), "log_proof_invalid")
    add("a proof that is none", with(proof: "c2sp.org/tlog-proof@v1\n"), "log_proof_invalid")
    let row = try Row(parsing: issued.row, issuer: story.issuer.keys.register.publicKey.xOnly)
    let other = try NoteSigner(
        name: story.issuer.logSigner.key.name, kind: .log,
        key: Ed25519.PrivateKey(rawRepresentation: SHA256.hash(Array("other".utf8)).array))
    add(
        "a proof in another log of the same name",
        with(proof: try story.proof(of: row, issued.salt, signer: other).encoded),
        "log_proof_invalid")
    add(
        "a proof of an entry that ends the card",
        with(proof: try story.proof(of: row, issued.salt, kind: .revoke).encoded),
        "log_proof_invalid")
    let cut = issued.card.split(separator: ".", maxSplits: 2)
    add(
        "another payload",
        with(
            card:
                "\(cut[0]).\(Base64URL.encode(Array("{\"iss\":\"https://club.example\"}".utf8))).\(cut[2])"
        ), "signature_invalid")
    file.add(
        "accept", "by another wallet",
        ["key": .hex(Secp256k1.PrivateKey.fixed(1).exposedRawRepresentation)],
        expect: "holder_binding_invalid")
    file.add(
        "accept", "two years later", ["time": .whole(RoleStory.now + 63_072_060)], expect: "expired"
    )
    file.add(
        "accept", "two minutes before it was made", ["time": .whole(RoleStory.now - 61)],
        expect: "not_yet_valid")
    file.add("accept", "no JSON", ["issued": "card"], expect: "malformed")
}

extension RoleStory {
    /// A door's question about a card of `founders`.
    func question(
        asking: [String] = ["tier"], edition: Bool = false, person: Bool = false,
        epoch: UInt64? = nil
    ) -> Question {
        Question(
            audience: "https://door.example",
            nonce: Base64URL.encode(SHA256.hash(Array("door's nonce".utf8)).array),
            expires: UInt64(Self.now + 300), asked: asking,
            edition: edition || person
                ? EditionName(issuer: issuer.id, id: founders.edition.id) : nil,
            pseudonymEpoch: epoch, asksPerson: person, asksLogProof: false)
    }
}

private func addShown(_ story: RoleStory, _ issued: IssuedCard, _ file: inout VectorFile) throws {
    let card = try story.holder.accept(issued.encoded, from: story.issuer.profile)
    let shown: [(String, Question, [String])] = [
        ("nothing selective", story.question(), []),
        ("one of two", story.question(asking: ["tier", "name"]), ["name"]),
        ("both", story.question(asking: ["name", "year"], edition: true), ["year", "name"]),
        ("more than was asked", story.question(), ["name"]),
    ]
    for (comment, question, claims) in shown {
        let answer = try story.holder.present(card, revealing: claims, to: question.encoded)
        file.add(
            "present", comment,
            ["challenge": .string(question.encoded), "revealing": .array(claims.map(JSON.string))],
            output: ["presentation": .string(answer)])
    }
    let good = try JSON(parsing: Array(story.question(edition: true).encoded.utf8)).object ?? [:]
    func add(_ comment: String, _ challenge: JSONObject, _ expect: String) {
        file.add(
            "present", comment,
            [
                "challenge": .string(
                    String(decoding: JSON.object(challenge).encoded, as: UTF8.self)),
                "revealing": [],
            ], expect: expect)
    }
    add("a claim that is not revealed", good.with(["ask": ["name"]]), "type_mismatch")
    add("a claim that is not in the card", good.with(["ask": ["rank"]]), "type_mismatch")
    add("about another edition", good.with(["edition": "visitors"]), "type_mismatch")
    add(
        "about another issuer's edition", good.with(["issuer": "https://other.example"]),
        "type_mismatch")
    add("about an edition of nobody", good.without("issuer"), "malformed")
    add("at its end", good.with(["exp": .whole(RoleStory.now)]), "expired")
    add("asks for the person too", good.with(["person": true]), "national_id_invalid")
    add(
        "asks for the person of no edition",
        good.without("edition").without("issuer").with(["person": true]), "malformed")
    add("no nonce", good.without("nonce"), "malformed")
    add("no list of claims", good.without("ask"), "malformed")
    add("an epoch before 1970", good.with(["pseudonym": -1]), "malformed")
    add("an end as text", good.with(["exp": "1800000300"]), "malformed")
}
