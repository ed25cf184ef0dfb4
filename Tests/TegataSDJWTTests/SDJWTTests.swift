import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

@Suite struct SDJWTTests {
    @Test func `a card is issued, held, presented and verified`() throws {
        let held = try HeldSDJWT(parsing: Sample.card())
        #expect(held.choices.count == 10)
        let text = try held.presentation(
            revealing: ["tier", "name"], by: Sample.holder, audience: Sample.audience,
            nonce: Sample.nonce, at: Sample.now, extra: ["tegata": ["a": 1]])
        let received = try ReceivedSDJWT(parsing: text, .credential)
        #expect(received.claimedIssuer == "https://club.example")
        #expect(received.header.keyID == "k")
        let verified = try received.verified(by: Sample.issuer.verifyingKey)
        #expect(verified.claims["tier"] == "gold")
        #expect(verified.claims["age_over_18"] == nil)
        #expect(verified.claims["_sd"] == nil && verified.claims["_sd_alg"] == nil)
        let claims = try verified.credentialClaims()
        #expect(claims.issuer == "https://club.example")
        #expect(throws: Never.self) { try claims.checkTimes(at: Sample.now) }
        #expect(
            try verified.statusReference()
                == StatusReference(index: 7, uri: "https://club.example/status"))
        let binding = try verified.keyBinding(Sample.check)
        #expect(binding.holder == Sample.holder.verifyingKey)
        #expect(binding.payload["tegata"]?["a"] == 1)
    }

    @Test func `every combination of the two curves works`() throws {
        for issuer in [Sample.issuer, .p256(P256.PrivateKey())] {
            for holder in [Sample.holder, .p256(P256.PrivateKey())] {
                let card = Sample.card(Sample.base(holder: holder) + Sample.selective, key: issuer)
                let text = try HeldSDJWT(parsing: card).presentation(
                    revealing: [], by: holder, audience: "a", nonce: "n", at: 5)
                let verified = try Sample.verify(text, key: issuer)
                let check = KeyBindingCheck(audience: "a", nonce: "n", now: 5)
                #expect(try verified.keyBinding(check).holder == holder.verifyingKey)
            }
        }
    }

    static let nested: [IssuedClaim] = [
        IssuedClaim(
            "address",
            .object([
                .selective("street", "1 Main"), .open("country", "JP"),
                IssuedClaim(
                    "geo", .object([.selective("lat", 1), .selective("lon", 2)]), isSelective: true),
            ]), isSelective: true),
        IssuedClaim(
            "languages",
            .array([
                IssuedElement(.plain("ja")), IssuedElement(.plain("en"), isSelective: true),
                IssuedElement(
                    .array([IssuedElement(.plain("x"), isSelective: true)]), isSelective: true),
            ])),
    ]

    @Test(
        arguments: [
            ([], #"{"languages":["ja"]}"#),
            (
                ["address"],
                #"{"languages":["ja"],"address":{"country":"JP","street":"1 Main","geo":{"lat":1,"lon":2}}}"#
            ),
            (
                [["address", "geo", "lat"]],
                #"{"languages":["ja"],"address":{"country":"JP","geo":{"lat":1}}}"#
            ),
            ([["languages", 1]], #"{"languages":["ja","en"]}"#),
            ([["languages", 2, 0]], #"{"languages":["ja",["x"]]}"#),
            (["nothing"], #"{"languages":["ja"]}"#),
            (
                [[]],
                #"{"languages":["ja","en",["x"]],"address":{"country":"JP","street":"1 Main","geo":{"lat":1,"lon":2}}}"#
            ),
        ] as [([ClaimPath], String)])
    func `a path reveals what it names, all inside, and what leads there`(
        _ paths: [ClaimPath], _ expected: String
    ) throws {
        var randomness = SeededRandomness("nested")
        let card = try SDJWTIssuing.issue(
            Self.nested, by: Sample.issuer, decoys: 3, isCredential: false, using: &randomness)
        let shown = try HeldSDJWT(parsing: card, .plain).revealing(paths)
        let verified = try Sample.verify(shown, policy: .plain)
        #expect(JSON.object(verified.claims) == (try JSON(parsing: Array(expected.utf8))))
    }

    @Test func `a presentation is refused whole when any byte changes, is missing or added`() throws
    {
        let text = try Sample.presentation()
        let accepts = { (text: [UInt8]) throws in
            let verified = try Sample.verify(text)
            _ = try verified.credentialClaims()
            _ = try verified.keyBinding(Sample.check)
        }
        try accepts(text)
        for index in text.indices {
            var bad = text
            bad[index] ^= index % 2 == 0 ? 1 : 0x20
            #expect(throws: Refusal.self) { try accepts(bad) }
            if index % 7 == 0 {
                #expect(throws: Refusal.self) { try accepts(Array(text[..<index])) }
            }
        }
        for extra in Array("~A.= \n\0".utf8) {
            #expect(throws: Refusal.self) { try accepts(text + [extra]) }
            #expect(throws: Refusal.self) { try accepts([extra] + text) }
        }
    }

    @Test func `issuing the same claims twice repeats no salt and no digest (A35, A36)`() throws {
        var salts: Set<String> = []
        for _ in 0..<100 {
            let parts = Sample.card().split(separator: UInt8(ascii: "~")).dropFirst()
            for part in parts {
                let salt = try JSON(
                    parsing: Base64URL.decode(String(decoding: part, as: UTF8.self)))[0]?.string
                #expect(try Base64URL.decode(salt ?? "").count == 16)
                #expect(salts.insert(salt ?? "").inserted)
            }
        }
        #expect(salts.count == 1_000)
    }

    @Test func `digests are in byte order, decoys among them`() throws {
        var randomness = SeededRandomness("decoys")
        let card = try SDJWTIssuing.issue(
            Sample.base() + Sample.selective, by: Sample.issuer, decoys: 5, using: &randomness)
        let jwt = try CompactJWS(
            parsing: Array(card.prefix { $0 != UInt8(ascii: "~") }), types: nil)
        let payload = try jwt.untrustedPayload()
        let list = try #require(payload["_sd"]?.array)
        let digests = list.compactMap(\.string)
        #expect(digests.count == 15)
        let raw = try digests.map { try Base64URL.decode($0) }
        #expect(raw == raw.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(throws: Never.self) { try Sample.verify(card) }
    }

    @Test(arguments: ["_sd", "_sd_alg", "..."]) func `reserved names are not issued (A34)`(
        _ name: String
    ) {
        var randomness = SystemRandomness()
        let claims: [IssuedClaim] = [
            .open(name, 1), .selective(name, 1), .open("a", [["b": .object([name: 1])]]),
            IssuedClaim("a", .object([.selective(name, 1)])),
            IssuedClaim("a", .array([IssuedElement(.plain(.object([name: 1])))])),
        ]
        for claim in claims {
            #expect(throws: IssuingError.reservedName(name)) {
                try SDJWTIssuing.issue([claim], by: Sample.issuer, using: &randomness)
            }
        }
    }

    @Test func `what a credential must show is not hidden, and no name is given twice`() {
        var randomness = SystemRandomness()
        for name in ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"] {
            #expect(throws: IssuingError.notSelective(name)) {
                try SDJWTIssuing.issue([.selective(name, 1)], by: Sample.issuer, using: &randomness)
            }
            let inside = IssuedClaim(name, .object([.selective("a", 1)]))
            #expect(throws: IssuingError.notSelective(name)) {
                try SDJWTIssuing.issue([inside], by: Sample.issuer, using: &randomness)
            }
        }
        #expect(throws: IssuingError.duplicateName("a")) {
            try SDJWTIssuing.issue(
                [.open("a", 1), .selective("a", 2)], by: Sample.issuer, using: &randomness)
        }
    }
}
