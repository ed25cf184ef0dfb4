import Tegata
import TegataArchive
import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

/// `make vectors` runs this with `WRITE_VECTORS`, which writes the file; otherwise it is compared.
@Suite struct ArchiveVectors {
    @Test func `archives are what this code makes`() async throws {
        #expect(try await archiveVectors().isReproduced())
    }
}

/// Shares, parts and restores, and what sites sign together: `archive.json`.
private func archiveVectors() async throws -> VectorFile {
    let story = try await ArchiveStory()
    var file = VectorFile(
        "archive", "Archives and what sites sign together: Spec/archive.md, Spec/threshold.md.",
        given: [
            "profile": .string(story.world.profile.encoded),
            "register_key": .hex(story.world.profile.registerKey),
            "published": .string(story.published),
        ])
    try addDocuments(story, &file)
    try addAnswers(story, &file)
    addShares(story, &file)
    addTexts(story, &file)
    addArchives(story, &file)
    let key = try Secp256k1.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    let module = try await ArchiveStory("archive elsewhere", module: ModuleKey(key: key))
    file.add(
        "archive", "the card key lies in a module, and nobody brings it or another",
        [
            "profile": .string(module.world.profile.encoded),
            "published": .string(module.published),
            "parts": .array(
                module.parts.map { ["manifest": .string($0.text), "file": .hex($0.file)] }),
            "shares": .array(
                module.world.shares[..<2].map { .hex($0.exposedRawRepresentation) }),
        ], expect: "key_elsewhere")
    return file
}

/// A council of three, an archive of two parts for three custodians, all from seeds.
private struct ArchiveStory {
    let world: ArchiveWorld
    let seats: [CouncilSeat]
    let parts: [KeptPart]
    let document: String
    let signed: String
    let commitments: [String]
    let answers: [String]

    let published: String

    init(_ seed: String = "archive", module: ModuleKey? = nil) async throws {
        var random = SeededRandomness(seed)
        seats = try Council.deal(sites: 3, threshold: 2, using: &random)
        let keys = IssuerKeys(
            card: module.map { .external($0) }
                ?? .secp256k1(Secp256k1.PrivateKey(.random(using: &random))),
            register: Secp256k1.PrivateKey(.random(using: &random)),
            log: try Ed25519.PrivateKey(rawRepresentation: random.bytes(32)),
            council: seats[0].council)
        var world = try ArchiveWorld(keys: keys, custodians: 3, threshold: 2, using: &random)
        world.others = ["node.vault": [1, 2, 3], "attestor.key": random.bytes(32)]
        self.world = world
        var parts = [KeptPart]()
        for _ in 0..<2 {
            try await world.grow(by: 2, memo: 8)
            var bytes = [UInt8]()
            let manifest = try await world.archiver().write(
                world.journal, after: parts.last?.manifest, using: &random
            ) { bytes += $0 }
            guard let manifest else { throw Refusal.unavailable }
            parts.append(KeptPart(manifest: manifest, text: manifest.document, file: bytes))
        }
        let two = [seats[0], seats[2]]
        parts[1].text = try Self.sign(parts[1].text, seats: two).signed
        self.parts = parts
        let head = await world.journal.head()
        published = head.note
        document = try keys.sign(
            [
                "iss": .string(ArchiveWorld.issuer), "iat": .whole(ArchiveWorld.now), "number": 1,
                "site": "osaka", "size": .whole(head.size),
                "root": .string(Base64URL.encode(head.root.array)),
            ], type: "tegata-relocation+jwt")
        (signed, commitments, answers) = try Self.sign(document, seats: two)
    }

    static func sign(
        _ text: String, seats: [CouncilSeat]
    ) throws -> (signed: String, commitments: [String], answers: [String]) {
        var first = SeededRandomness("first \(text)")
        var second = SeededRandomness("second \(text)")
        let a = try seats[0].begin(using: &first)
        let b = try seats[1].begin(using: &second)
        let commitments = [a.commitment, b.commitment]
        let answers = [
            try a.sign(text, with: commitments), try b.sign(text, with: commitments),
        ]
        let signed = try seats[0].council.countersign(
            text, commitments: commitments, answers: answers)
        return (signed, commitments, answers)
    }
}

private func addDocuments(_ story: ArchiveStory, _ file: inout VectorFile) throws {
    func add(_ comment: String, _ document: String, _ expect: String) {
        file.add(
            "council-document", comment, ["document": .string(document)], expect: expect)
    }
    let relocation = try Relocation(parsing: story.signed, from: story.world.profile)
    file.add(
        "council-document", "a relocation that sites 1 and 3 signed",
        ["document": .string(story.signed)],
        output: [
            "site": "osaka", "number": 1, "size": .whole(relocation.size),
            "root": .hex(relocation.root),
        ])
    add("without the council", story.document, "unauthorized")
    add("nothing behind the tilde", story.document + "~", "signature_invalid")
    add("no base64url behind it", story.document + "~A+", "malformed")
    let signature = try Base64URL.decode(String(story.signed.split(separator: "~")[1]))
    for (comment, bytes, reason) in [
        (
            "another R", Wrong.put(Point.generator.encoded, into: signature, at: 0),
            "signature_invalid"
        ),
        ("another z", Wrong.flip(signature, 64), "signature_invalid"),
        ("R is no point", Wrong.put(Wrong.offCurve, into: signature, at: 0), "signature_invalid"),
        (
            "R is the identity", Wrong.put(Wrong.identity, into: signature, at: 0),
            "signature_invalid"
        ),
        ("z is the order", Wrong.put(Wrong.order, into: signature, at: 33), "signature_invalid"),
        ("a byte too few", Array(signature.dropLast()), "signature_invalid"),
    ] {
        add(comment, story.document + "~" + Base64URL.encode(bytes), reason)
    }
    let other = try ArchiveStory.sign("another text", seats: [story.seats[0], story.seats[2]])
    add(
        "the council's signature of another text",
        story.document + "~" + other.signed.split(separator: "~")[1], "signature_invalid")
    add("a manifest, which is no relocation", story.parts[1].text, "type_mismatch")
}

private func addAnswers(_ story: ArchiveStory, _ file: inout VectorFile) throws {
    let message = taggedHash("TEGATA-V01/council", Array(story.document.utf8)).array
    let commitments = try story.commitments.map { try Base64URL.decode($0) }
    let answers = try story.answers.map { try Base64URL.decode($0) }
    let group = story.seats[0].council.encoded
    let round = try SigningRound(
        message, by: try SharedSecret(parsing: group),
        commitments: try commitments.map { try NonceCommitment(parsing: $0) })
    func add(
        _ comment: String, _ answer: [UInt8], signer: Int, _ list: [[UInt8]],
        _ expect: String = "ok", factor: Scalar? = nil
    ) {
        file.add(
            "signature-share", comment,
            [
                "council": .hex(group), "message": .hex(message), "answer": .hex(answer),
                "commitments": .array(list.map { .hex($0) }), "signer": .whole(signer),
            ], expect: expect, output: factor.map { ["binding_factor": .hex($0)] } ?? [:])
    }
    for (place, signer) in [1, 3].enumerated() {
        add(
            "of site \(signer)", answers[place], signer: signer, commitments,
            factor: round.bindingFactors[place])
    }
    add(
        "in any order", answers[0], signer: 1, commitments.reversed(),
        factor: round.bindingFactors[0])
    add(
        "another number", Wrong.put([3], into: answers[0], at: 0), signer: 3, commitments,
        "invalid_signature")
    add(
        "of a site that did not commit", Wrong.put([2], into: answers[0], at: 0), signer: 2,
        commitments, "invalid_signature")
    add("one bit", Wrong.flip(answers[0], 32), signer: 1, commitments, "invalid_signature")
    add("z is the order", [1] + Wrong.order, signer: 1, commitments, "malformed")
    add("a list with one", answers[0], signer: 1, [commitments[0]], "threshold_not_met")
    add(
        "a site twice", answers[0], signer: 1, [commitments[0], commitments[0]], "threshold_not_met"
    )
    add(
        "a site that is not in the council", answers[0], signer: 1,
        [commitments[0], Wrong.put([4], into: commitments[1], at: 0)], "unknown_key")
    add(
        "nonces exchanged", answers[0], signer: 1,
        [Wrong.swap(commitments[0], 1..<34, 34..<67), commitments[1]], "invalid_signature")
    add(
        "a nonce is the identity", answers[0], signer: 1,
        [Wrong.put(Wrong.identity, into: commitments[0], at: 1), commitments[1]], "malformed")
}

private func addShares(_ story: ArchiveStory, _ file: inout VectorFile) {
    for share in story.world.shares {
        file.add(
            "archive-share", "of custodian \(share.number)",
            ["share": .hex(share.exposedRawRepresentation)],
            output: [
                "archive": .hex(share.archive), "number": .whole(share.number),
                "custodians": 3, "threshold": 2,
            ])
    }
    let bytes = story.world.shares[0].exposedRawRepresentation
    for (comment, changed, reason) in [
        ("another version", Wrong.put([2], into: bytes, at: 0), "malformed"),
        ("another archive", Wrong.flip(bytes, 1), "signature_invalid"),
        ("more custodians", Wrong.flip(bytes, 33), "signature_invalid"),
        ("another threshold", Wrong.flip(bytes, 34), "signature_invalid"),
        ("another number", Wrong.flip(bytes, 35), "signature_invalid"),
        ("another secret", Wrong.flip(bytes, 67), "signature_invalid"),
        (
            "the secret is zero", Wrong.put([UInt8](repeating: 0, count: 32), into: bytes, at: 36),
            "malformed"
        ),
        ("the secret is the order", Wrong.put(Wrong.order, into: bytes, at: 36), "malformed"),
        ("another signature", Wrong.flip(bytes, 131), "signature_invalid"),
        ("a byte too few", Array(bytes.dropLast()), "malformed"),
        ("a byte too many", bytes + [0], "malformed"),
    ] {
        file.add("archive-share", comment, ["share": .hex(changed)], expect: reason)
    }
}

private func addTexts(_ story: ArchiveStory, _ file: inout VectorFile) {
    let share = story.world.shares[1]
    let text = share.exposedText
    func add(_ comment: String, _ text: String, _ expect: String = "ok") {
        file.add(
            "archive-share-text", comment, ["text": .string(text)], expect: expect,
            output: expect == "ok" ? ["share": .hex(share.exposedRawRepresentation)] : [:])
    }
    let lines = text.split(separator: "\n").suffix(6).map(String.init)
    add("as printed", text)
    add("the lines alone, from the last to the first", lines.reversed().joined(separator: "\n"))
    add("in small letters", text.lowercased())
    add("without the third line", (lines[..<2] + lines[3...]).joined(separator: "\n"), "bad_line")
    add(
        "two lines exchanged",
        lines.joined(separator: "\n").replacing("\n2  ", with: "\nX  ").replacing(
            "\n3  ", with: "\n2  "
        )
        .replacing("\nX  ", with: "\n3  "), "bad_line")
    add("nothing", "", "bad_line")
}

private func addArchives(_ story: ArchiveStory, _ file: inout VectorFile) {
    func add(
        _ comment: String, _ parts: [KeptPart], _ shares: [[UInt8]], _ expect: String = "ok",
        bad: [Int] = [], published: String? = nil
    ) {
        var input: JSONObject = [
            "parts": .array(
                parts.map { ["manifest": .string($0.text), "file": .hex($0.file)] }),
            "shares": .array(shares.map { .hex($0) }),
        ]
        if let published { input.add("published", .string(published)) }
        let output: JSONObject = [
            "size": 4, "root": .hex(story.parts[1].manifest.root),
            "register_key": .hex(story.world.profile.registerKey),
            "bad_shares": .array(bad.map { .whole($0) }),
            "last_memo": .hex([UInt8](repeating: 3, count: 8)),
            "others": .object(
                story.world.others.sorted { $0.key < $1.key }.reduce(into: [:]) {
                    $0.add($1.key, .hex($1.value))
                }),
        ]
        file.add("archive", comment, input, expect: expect, output: expect == "ok" ? output : [:])
    }
    let (full, more) = (story.parts[0], story.parts[1])
    let shares = story.world.shares.map(\.exposedRawRepresentation)
    let two = Array(shares[..<2])
    add("both parts, two of three custodians", [full, more], two)
    add("two others", [full, more], Array(shares[1...]))
    add(
        "a share with another number, and enough good ones", [full, more],
        [Wrong.flip(shares[0], 35)] + shares[1...], bad: [0])
    add("one custodian", [full, more], [shares[0]], "too_few_shares")
    add("one custodian twice", [full, more], [shares[0], shares[0]], "too_few_shares")
    add("the first part alone, which the council did not sign", [full], two, "bad_manifest")
    add("the later part alone", [more], two, "out_of_order")
    add("the parts in another order", [more, full], two, "out_of_order")
    add("another header", [full, more.changed { $0[60] ^= 1 }], two, "bad_header")
    add("another chunk", [full.changed { $0[94] ^= 1 }, more], two, "bad_chunk")
    add("another tag", [full, more.changed { $0[$0.count - 1] ^= 1 }], two, "bad_chunk")
    add("the other part's file", [full, more.changed { $0 = full.file }], two, "bad_header")
    add("a byte too few", [full, more.changed { $0.removeLast() }], two, "truncated")
    add("a byte too many", [full, more.changed { $0.append(0) }], two, "appended")
    add("a checkpoint of nobody", [full, more], two, "bad_checkpoint", published: "")
    if let newer = try? story.world.checkpoint(5, more.manifest.root),
        let other = try? story.world.checkpoint(3, more.manifest.root)
    {
        add("the log was longer", [full, more], two, "rolled_back", published: newer)
        add("the log was another", [full, more], two, "forked", published: other)
    }
}
