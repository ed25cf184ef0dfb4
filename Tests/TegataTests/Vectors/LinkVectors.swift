import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// Answers of one person with cards of two editions, and of two: `linking.json`.
func linkVectors(_ story: RoleStory) async throws -> VectorFile {
    var town = try await LinkTown(story)
    let (alice, bob) = (RoleStory.alice, RoleStory.bob)
    var file = VectorFile(
        "linking", "Two hidden cards that are one person's: Spec/linking.md.",
        given: [
            "time": .whole(RoleStory.now), "verifier": .string(LinkTown.clinic),
            "profile": .string(story.issuer.profile.encoded),
            "asker": .string(town.profile.encoded), "question": .string(town.question),
            "lists": .array(town.lists.map(JSON.string)),
        ])
    func add(_ comment: String, _ cards: [JSON], _ expect: String = "ok", nonce: String? = nil) {
        let answer: JSONObject = [
            "nonce": .string(nonce ?? LinkTown.nonce), "cards": .array(cards),
        ]
        file.add(
            "link", comment, ["answer": .string(JSON.object(answer).text)], expect: expect,
            output: expect == "ok" ? ["first": 3, "second": 3] : [:])
    }
    let mine = try town.halves(alice, alice)
    add("one person", mine)
    let again = try town.halves(alice, alice)
    add("the same person again", again)
    add("one person behind two blindings", [mine[0], again[1]], "national_id_invalid")
    add("two people", [mine[0], try town.halves(bob, bob)[1]], "national_id_invalid")
    add(
        "one blinding over two people: R is the same", try town.halves(alice, bob),
        "national_id_invalid")
    add("the cards in the other order", mine.reversed(), "national_id_invalid")
    add("one card twice", [mine[0], mine[0]], "national_id_invalid")
    add("one card", [mine[0]], "malformed")
    add("three cards", mine + [mine[0]], "limit_exceeded")
    add(
        "made for another purpose", try town.halves(alice, alice, asking: town.other),
        "national_id_invalid")
    add("another nonce", mine, "holder_binding_invalid", nonce: "another")
    for (comment, change) in [
        ("a changed proof", { Wrong.flip($0, $0.count - 1) }),
        ("another R in the second token", { Wrong.put(Point.generator.encoded, into: $0, at: 46) }),
        ("another Z", { Wrong.put(Point.generator.encoded, into: $0, at: 278) }),
    ] as [(String, ([UInt8]) -> [UInt8])] {
        add(comment, [mine[0], try mine[1].changed(change)], "national_id_invalid")
    }
    add("a trailing byte", [mine[0], try mine[1].changed { $0 + [0] }], "malformed")
    return file
}

extension JSON {
    /// A hidden card's part with another proof.
    fileprivate func changed(_ change: ([UInt8]) -> [UInt8]) throws -> JSON {
        ["part": 0, "proof": .bytes(change(try required("proof").bytes()))]
    }
}

/// Two editions with three members each, a clinic, and what it asked.
private struct LinkTown {
    static let clinic = "https://clinic.example"
    static let nonce = Base64URL.encode(SHA256.hash(Array("clinic's nonce".utf8)).array)

    private var story: RoleStory
    private let editions: [OpenEdition]
    private let snapshots: [MemberSnapshot]
    let lists: [String]
    let profile: VerifierProfile
    let question: String
    /// The same cards, for another purpose.
    let other: String

    init(_ story: RoleStory) async throws {
        var story = story
        editions = [
            story.founders, try await story.issuer.open(Edition("pupils", limit: 100)),
        ]
        var lists = [String]()
        for edition in editions {
            lists.append(try Self.lists(&story, edition))
        }
        self.lists = lists
        let key = SigningKey.secp256k1(Secp256k1.PrivateKey(.random(using: &story.random)))
        guard let ring = KeyRing([key.verifyingKey]) else { throw Refusal.malformed }
        profile = VerifierProfile(verifier: Self.clinic, ring: ring)
        let issuer = story.issuer.profile
        let snapshots = try lists.map { try MemberSnapshot(parsing: $0, from: issuer) }
        self.snapshots = snapshots
        func ask(_ purpose: [String: String]) throws -> String {
            try LinkRequest.sign(
                Link(.hidden(snapshots[0]), .hidden(snapshots[1]), purpose: purpose),
                by: Self.clinic, nonce: Self.nonce, at: RoleStory.now,
                expires: RoleStory.now + 300, withLogProof: false, key)
        }
        question = try ask(["en": "School health check", "ja": "学校健診"])
        other = try ask(["en": "Advertising"])
        self.story = story
    }

    /// Signed lists in which alice, bob and somebody else are.
    private static func lists(_ story: inout RoleStory, _ edition: OpenEdition) throws -> String {
        let context = ProofContext(edition: edition.digest.array)
        var persons = [[UInt8]]()
        for person in [RoleStory.alice, RoleStory.bob, SHA256.hash([1]).array] {
            let run = try story.session(person, context, in: edition)
            persons.append(try run.verified.index(unblindedBy: run.blinding).point.encoded)
        }
        let cards = (1...3).compactMap { Point.generator.times(Scalar($0))?.encoded }
        return try story.lists(of: edition, persons, cards)
    }

    /// Both halves of an answer behind one blinding, each of this person.
    mutating func halves(
        _ first: [UInt8], _ second: [UInt8], asking question: String? = nil
    ) throws -> [JSON] {
        let request = try LinkRequest(parsing: question ?? self.question, from: profile)
        let secret = SecretScalar.random(using: &story.random)
        var halves = [JSON]()
        for (place, person) in [first, second].enumerated() {
            let context = request.context(editions[place].digest)
            let run = try story.session(
                person, context, in: editions[place], blindedBy: secret)
            let proof = try AnonymousIdentity.make(
                run.session, verified: run.verified, blinding: run.blinding,
                among: snapshots[place].persons.sets[0], question: context,
                using: &story.random)
            halves.append(["part": 0, "proof": .bytes(proof)])
        }
        return halves
    }
}

extension RoleStory {
    /// Signed lists with these members.
    func lists(
        of edition: OpenEdition, _ persons: [[UInt8]], _ cards: [[UInt8]]
    ) throws -> String {
        func sorted(_ points: [[UInt8]]) -> JSON {
            .bytes(Array(points.sorted { $0.lexicographicallyPrecedes($1) }.joined()))
        }
        return try SignedText.sign(
            [
                "iss": .string(edition.issuer), "iat": .whole(Self.now),
                "edition": .string(edition.edition.id), "issued": .whole(Int64(cards.count)),
                "limit": edition.edition.limit.json, "size": 8,
                "root": .bytes(SHA256.hash([2]).array), "persons": sorted(persons),
                "commitments": sorted(cards),
            ], type: SignedLists.type, by: issuer.keys.card)
    }
}
