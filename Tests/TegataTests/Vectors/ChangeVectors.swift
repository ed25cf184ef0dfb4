import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// A card that goes on under a new ID card, and an edition's key with other nodes: `changes.json`.
func changeVectors(_ story: RoleStory) throws -> VectorFile {
    let identity = try #require(story.founders.identity)
    var file = VectorFile(
        "changes",
        "Renewals and changes of nodes, signed texts: Spec/card.md, Spec/services.md.",
        given: [
            "profile": .string(story.issuer.profile.encoded), "issuer": .string(story.issuer.id),
            "edition": "founders", "keys": .hex(identity.keys.encoded), "round": 1,
            "time": .whole(RoleStory.now),
        ])
    try addRenewals(try Door(story), &file)
    try addNodeChanges(story, &file)
    return file
}

private func addRenewals(_ door: Door, _ file: inout VectorFile) throws {
    var story = door.story
    let opening = try #require(door.card.opening)
    let commitment = try #require(opening.commitment).encoded
    let request = try story.ask(person: RoleStory.bob).text
    let other = try story.ask(person: RoleStory.bob).text
    let digest = story.founders.digest
    func hash(_ request: String) -> FixedBytes<32> {
        SHA256.hash(CardRequest.signedPart(of: request))
    }
    func proof(_ request: String, expires: Int64, epoch: UInt64 = 0) throws -> [UInt8] {
        let scope = PseudonymScope(
            verifier: Array((story.issuer.id + "/tegata/renewal").utf8), edition: digest,
            epoch: epoch)
        return try PseudonymousPresentation.make(
            opening, revealing: [], scope: scope,
            question: Renewal.question(
                story.issuer.id, digest, request: hash(request), expires: UInt64(expires),
                commitment: commitment), using: &story.random)
    }
    let end = RoleStory.now + Release.lifetime
    let genuine = try proof(request, expires: end)
    let payload: JSONObject = [
        "aud": .string(story.issuer.id), "edition": "founders", "serial": 7, "exp": .whole(end),
        "to": .bytes(hash(request).array), "proof": .bytes(genuine),
    ]
    func text(
        _ change: JSONObject = [:], type: String = Renewal.type, by key: SigningKey? = nil
    ) throws -> String {
        try SignedText.sign(
            .object(payload.with(change)), type: type, by: key ?? story.holderKey)
    }
    let input: JSONObject = [
        "renewal": .string(try text()), "request": .string(request), "D": .hex(commitment),
        "key": .string(story.holderKey.verifyingKey.encoded), "hidden": 0,
    ]
    file.add(
        "renewal", "as its holder made it", input,
        output: ["serial": 7, "to": .hex(hash(request)), "expires": .whole(end)])
    let stranger = SigningKey.secp256k1(Secp256k1.PrivateKey.fixed(5))
    let hostile: [(String, String, String)] = [
        ("by another key", try text(by: stranger), "unauthorized"),
        ("to another issuer", try text(["aud": "https://other.example"]), "unauthorized"),
        ("of another edition", try text(["edition": "visitors"]), "unauthorized"),
        ("for another request", try text(["to": .bytes(hash(other).array)]), "unauthorized"),
        ("at its end", try text(["exp": .whole(RoleStory.now)]), "expired"),
        (
            "longer than ten minutes",
            try text(["exp": .whole(RoleStory.now + Release.lifetime + 61)]), "malformed"
        ),
        (
            "another end than was proven", try text(["exp": .whole(end - 1)]),
            "holder_binding_invalid"
        ),
        (
            "a proof about another request",
            try text(["proof": .bytes(try proof(other, expires: end))]), "holder_binding_invalid"
        ),
        (
            "a proof of another epoch",
            try text(["proof": .bytes(try proof(request, expires: end, epoch: 1))]),
            "holder_binding_invalid"
        ),
        (
            "a changed proof", try text(["proof": .bytes(Wrong.flip(genuine, 128))]),
            "holder_binding_invalid"
        ),
        ("a proof with a trailing byte", try text(["proof": .bytes(genuine + [0])]), "malformed"),
        ("a release in its place", try text(type: Release.type), "type_mismatch"),
    ]
    for (comment, text, reason) in hostile {
        file.add(
            "renewal", comment, input.with(["renewal": .string(text)]), expect: reason)
    }
    file.add(
        "renewal", "of another card", input.with(["D": .hex(Generators.person(RoleStory.bob))]),
        expect: "holder_binding_invalid")
}

private func addNodeChanges(_ story: RoleStory, _ file: inout VectorFile) throws {
    var random = SeededRandomness("node change")
    var nodes = SeededRandomness("nodes")
    let share = try NodeSeeds.deal(.single, using: &nodes)[0].share(for: story.founders.digest)
    let boxes = (11...13).map { Secp256k1.PrivateKey.fixed($0).publicKey.point }
    func plan(_ edition: EditionDigest, round: UInt32 = 1) throws -> HandOverPlan {
        try #require(
            HandOverPlan(
                edition: edition, issuer: story.issuer.keys.register.publicKey.xOnly,
                round: round, threshold: 2, recipients: boxes))
    }
    let made = try plan(story.founders.digest)
    let dealing = try share.deal(made, using: &random)
    func change(
        _ plan: HandOverPlan? = nil, edition: String = "founders", by key: SigningKey? = nil,
        issuer: String? = nil, dealings: [HandOverDealing]? = nil
    ) throws -> NodeChange {
        try NodeChange(
            issuer: issuer ?? story.issuer.id, edition: edition, time: RoleStory.now,
            plan: plan ?? made, dealings: dealings ?? [dealing],
            signedBy: key ?? story.issuer.keys.card)
    }
    let genuine = try change()
    let keys = try #require(try story.founders.after(genuine).identity).keys
    file.add(
        "node-change", "one node hands over to two of three",
        ["change": .string(genuine.encoded)],
        output: [
            "round": 1, "from": .whole(RoleStory.now), "K_ed": .hex(keys.key),
            "K": .array(keys.nodeKeys.map { .hex($0) }),
        ])
    let second = try plan(story.founders.digest, round: 2)
    let elsewhere = try plan(story.visitors.digest)
    let hostile: [(String, String, String)] = [
        (
            "by another key",
            try change(by: .secp256k1(Secp256k1.PrivateKey.fixed(5))).encoded, "issuer_untrusted"
        ),
        ("of another issuer", try change(issuer: "https://other.example").encoded, "malformed"),
        ("of another edition", try change(edition: "visitors").encoded, "malformed"),
        (
            "a plan for another edition",
            try change(elsewhere, dealings: [try share.deal(made, using: &random)]).encoded,
            "malformed"
        ),
        (
            "a round left out",
            try change(second, dealings: [try share.deal(second, using: &random)]).encoded,
            "malformed"
        ),
        ("no dealing", try change(dealings: []).encoded, "national_id_invalid"),
        (
            "a dealing twice", try change(dealings: [dealing, dealing]).encoded,
            "national_id_invalid"
        ),
        (
            "a dealing by another plan",
            try change(second, dealings: [dealing]).encoded, "malformed"
        ),
        ("an announcement in its place", story.founders.encoded, "type_mismatch"),
        (
            "a member added after signing",
            RoleStory.swapPayload(
                genuine.encoded,
                .object(try RoleStory.payload(genuine.encoded).with(["iat": 1]))),
            "signature_invalid"
        ),
    ]
    for (comment, text, reason) in hostile {
        file.add("node-change", comment, ["change": .string(text)], expect: reason)
    }
}
