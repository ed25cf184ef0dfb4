import TegataCrypto
import TegataProofs
import TegataSDJWT
import TestSupport

@testable import Tegata

/// Terms, what an issuer says to vouchers, and numbers used twice: `entitlements.json`.
func entitlementVectors(_ story: RoleStory) throws -> VectorFile {
    let rides = try RidesStory(story)
    var nights = try NightsStory(story, card: rides.card)
    var file = VectorFile(
        "entitlements", "Entitlements and their uses: Spec/entitlement.md.",
        given: [
            "profile": .string(story.issuer.profile.encoded),
            "terms": .string(rides.terms.encoded),
            "anonymous_terms": .string(nights.terms.encoded), "lists": .string(nights.lists),
        ])
    file.add(
        "terms", "three rides in each of two windows, one of them offline", [:],
        output: [
            "digest": .hex(rides.terms.digest.array), "count": 3, "offline": 1,
            "windows": .array(RidesStory.windows.map(JSON.whole)),
        ])
    for (comment, change) in [
        ("no uses", { $0.payload["count"] = "0" }),
        ("windows that stand still", { $0.payload["windows"] = "[5,5]" }),
        ("a shop twice", { $0.payload["shops"] = #"["a","a"]"# }),
        ("anonymous without a network", { $0.payload["mode"] = "\"anonymous\"" }),
    ] as [(String, (inout TokenForgery) -> Void)] {
        var forgery = try TokenForgery(rides.terms.encoded)
        change(&forgery)
        file.add(
            "terms", comment, ["terms": .string(try forgery.signed(by: story.issuer.keys.card))],
            expect: "malformed")
    }
    for outcome in UseOutcome.allCases {
        file.add(
            "use-statement", outcome.name,
            [
                "statement": .string(try rides.statement(outcome)),
                "voucher": .string(try rides.voucher(at: RidesStory.shops[0], "one")),
            ],
            output: ["outcome": .string(outcome.name), "number": 2, "shop": "https://taxi.example"])
    }
    file.add(
        "use-statement", "on another voucher",
        [
            "statement": .string(try rides.statement(.counted)),
            "voucher": .string(try rides.voucher(at: RidesStory.shops[0], "two")),
        ], expect: "conflict")
    let (taxi, inn) = (RidesStory.shops[0], RidesStory.shops[1])
    func double(
        _ comment: String, _ one: (String, String), _ other: (String, String),
        expect: String = "ok",
        bearer: String = ""
    ) {
        file.add(
            "double-use", comment,
            [
                "vouchers": [.string(one.0), .string(other.0)],
                "shops": [.string(one.1), .string(other.1)],
            ], expect: expect,
            output: expect == "ok" ? ["bearer": .string(bearer), "number": 2, "serial": 7] : [:])
    }
    let (a, b, c) = (
        try rides.voucher(at: taxi, "one"), try rides.voucher(at: inn, "two"),
        try rides.voucher(at: taxi, "three")
    )
    double("two shops have one number", (a, taxi), (b, inn), bearer: "holder")
    double("one shop has it twice", (a, taxi), (c, taxi), bearer: "shop")
    double("the same voucher", (a, taxi), (a, taxi), expect: "conflict")
    double("a voucher for another shop", (a, taxi), (a, inn), expect: "holder_binding_invalid")
    double(
        "a shop that the terms do not name", (a, taxi), (b, "https://bar.example"),
        expect: "issuer_untrusted")
    double(
        "one that the issuer numbers", (a, taxi),
        (try rides.voucher(at: inn, "four", isOffline: false), inn),
        expect: "conflict")
    try addAnonymousUses(&nights, &file)
    return file
}

/// The answers of an anonymous member, who has two nights.
private func addAnonymousUses(_ nights: inout NightsStory, _ file: inout VectorFile) throws {
    let question = try nights.question()
    func add(
        _ comment: String, _ answer: UseAnswer, to question: String, expect: String = "ok",
        name: [UInt8] = []
    ) {
        file.add(
            "anonymous-use", comment,
            ["question": .string(question), "answer": .string(answer.text)], expect: expect,
            output: expect == "ok"
                ? [
                    "window": 0, "number": .whole(Int64(answer.number)),
                    "shop": "https://inn.example", "anonymity": 3, "nullifier": .hex(name),
                ] : [:])
    }
    let first = try nights.answer(question, number: 0)
    let second = try nights.answer(question, number: 1)
    add("the first night", first.answer, to: question, name: first.name)
    add("the second night has another name", second.answer, to: question, name: second.name)
    let again = try nights.answer(question, number: 0)
    add("the first night again has the same name", again.answer, to: question, name: first.name)
    func changed(number: Int? = nil, part: Int = 0, _ proof: [UInt8]? = nil) -> UseAnswer {
        UseAnswer(
            nonce: first.answer.nonce, number: number ?? 0, part: part,
            proof: proof ?? first.answer.proof)
    }
    let proof = first.answer.proof
    for (comment, answer, reason) in [
        ("one night called the other", changed(number: 1), "holder_binding_invalid"),
        ("a third night", changed(number: 2), "limit_exceeded"),
        ("a part that there is not", changed(part: 1), "malformed"),
        ("a changed proof", changed(Wrong.flip(proof, proof.count - 1)), "holder_binding_invalid"),
        ("a trailing byte", changed(proof + [0]), "malformed"),
    ] {
        add(comment, answer, to: question, expect: reason)
    }
    add(
        "another question", first.answer, to: try nights.question(expires: 200),
        expect: "holder_binding_invalid")
    add(
        "another shop", first.answer, to: try nights.question(at: RidesStory.shops[0]),
        expect: "holder_binding_invalid")
    add(
        "a shop that the terms do not name", first.answer,
        to: try nights.question(at: "https://bar.example"), expect: "issuer_untrusted")
    add(
        "no snapshot", first.answer, to: try nights.question(hasSnapshot: false),
        expect: "type_mismatch")
}

/// Two anonymous nights a window, among three members.
private struct NightsStory {
    private var story: RoleStory
    private let opening: CardOpening
    private let snapshot: MemberSnapshot
    let terms: EntitlementTerms
    let lists: String

    init(_ story: RoleStory, card: Card) throws {
        guard let opening = card.opening, let own = opening.commitment?.encoded else {
            throw Refusal.malformed
        }
        self.opening = opening
        let points = (1...3).compactMap { Point.generator.times(Scalar($0))?.encoded }
        lists = try story.lists(of: story.founders, points, [own] + points.prefix(2))
        snapshot = try MemberSnapshot(parsing: lists, from: story.issuer.profile)
        let plan = try Entitlement(
            "night", title: BilingualText(ja: "一泊", en: "A night"), mode: .anonymous, count: 2,
            windows: RidesStory.windows, shops: RidesStory.shops)
        terms = try EntitlementTerms(
            parsing: story.issuer.terms(of: plan, in: story.founders), from: story.issuer.profile)
        self.story = story
    }

    func question(
        at shop: String = RidesStory.shops[1], expires: Int64 = 300, hasSnapshot: Bool = true
    ) throws -> String {
        try UseQuestion.sign(
            terms, window: 0, isOffline: false, snapshot: hasSnapshot ? snapshot : nil, by: shop,
            nonce: "a night", at: RoleStory.now, expires: RoleStory.now + expires,
            .secp256k1(story.kioskKey))
    }

    mutating func answer(
        _ text: String, number: Int
    ) throws -> (answer: UseAnswer, name: [UInt8]) {
        let question = try UseQuestion(answered: text, about: terms)
        guard let own = opening.commitment else { throw Refusal.malformed }
        let part = snapshot.cards.part(of: own)
        let statement = try question.statement(terms, number: number, among: snapshot, part: part)
        let proof = try statement.answer(opening, using: &story.random)
        return (
            UseAnswer(nonce: question.nonce, number: number, part: part, proof: proof),
            try statement.verify(proof).encoded
        )
    }
}

/// Rides with serial 7 of `founders`.
struct RidesStory {
    static let windows: [Int64] = [
        RoleStory.now - 100, RoleStory.now + 100_000, RoleStory.now + 200_000,
    ]
    static let shops = ["https://taxi.example", "https://inn.example"]

    let story: RoleStory
    let card: Card
    let terms: EntitlementTerms

    init(_ story: RoleStory) throws {
        let door = try Door(story)
        (self.story, card) = (door.story, door.card)
        let plan = try Entitlement(
            "taxi", title: BilingualText(ja: "タクシー券", en: "Taxi rides"), count: 3, offline: 1,
            windows: Self.windows, shops: Self.shops)
        terms = try EntitlementTerms(
            parsing: story.issuer.terms(of: plan, in: story.founders), from: story.issuer.profile)
    }

    /// A voucher for a shop's question with this nonce; offline it has the only number there is.
    func voucher(at shop: String, _ nonce: String, isOffline: Bool = true) throws -> String {
        let key = SigningKey.secp256k1(story.kioskKey)
        let question = try UseQuestion.sign(
            terms, window: 0, isOffline: isOffline, snapshot: nil, by: shop, nonce: nonce,
            at: RoleStory.now, expires: RoleStory.now + 300, key)
        guard let ring = KeyRing([key.verifyingKey]) else { throw Refusal.malformed }
        var uses = EntitlementUses()
        return try story.holder.use(
            question, of: terms, with: card,
            from: VerifierProfile(verifier: shop, ring: ring), in: &uses)
    }

    func statement(_ outcome: UseOutcome) throws -> String {
        let text = try voucher(at: Self.shops[0], "one")
        let voucher = try Voucher(
            parsing: text, for: Self.shops[0], under: terms, from: story.issuer.profile,
            at: RoleStory.now, age: 300)
        return try UseStatement.sign(
            voucher.digest, of: voucher.shop, terms, window: voucher.window,
            RegisterState.Counting(
                number: 2, outcome: outcome,
                first: outcome == .counted ? nil : SHA256.hash([])), from: story.issuer.id,
            at: RoleStory.now, by: story.issuer.letters)
    }
}
