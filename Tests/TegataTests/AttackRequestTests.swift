import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT
import TestSupport
import Testing

/// Rows A34 to A36 and A70 for our request: what an issuer must not take, and must not give.
@Suite struct AttackRequestTests {
    /// One thing wrong with a request. The text is signed by `key` after the change.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal
        var key: SigningKey?
        let change: @Sendable (inout TokenForgery) -> Void

        init(
            _ name: String, _ reason: Refusal, by key: SigningKey? = nil,
            _ change: @escaping @Sendable (inout TokenForgery) -> Void
        ) {
            self.name = name
            self.reason = reason
            self.key = key
            self.change = change
        }

        var testDescription: String { name }
    }

    static let stranger = SigningKey.secp256k1(World.privateKey("stranger"))
    static let strangerJWK = String(
        decoding: JSON.object(stranger.verifyingKey.jwk).encoded, as: UTF8.self)

    static let faults: [Fault] =
        [
            "https://club.example/", "https://other.example", "", "HTTPS://club.example",
        ].map { audience in
            Fault("A70: aud \(audience)", .unauthorized) { $0.payload["aud"] = "\"\(audience)\"" }
        }
        + ["", "x", String(repeating: "A", count: 43)].map { nonce in
            Fault("A70: nonce \(nonce)", .unauthorized) { $0.payload["nonce"] = "\"\(nonce)\"" }
        }
        + ["aud", "nonce", "edition", "exp", "binding"].flatMap { name in
            ([nil, "1.5", "null", "[]", "{}", "true", "-1"] as [String?]).map { value in
                Fault("A70: \(name) \(value ?? "left out")", .malformed) {
                    $0.payload[name] = value
                }
            }
        }
        + [
            "JWT", "kb+jwt", "dc+sd-jwt", "openid4vci-proof+jwt", "TEGATA-REQUEST+JWT",
            "tegata-request+jwt ", "",
        ].map { type in
            Fault("A70: typ \(type)", .typeMismatch) { $0.header["typ"] = "\"\(type)\"" }
        }
        + ["none", "None", "NONE", "HS256", "RS256", "es256k", "ES256\u{212A}"].map { name in
            Fault("A01, A02, A70: alg \(name)", .unsupported) { $0.header["alg"] = "\"\(name)\"" }
        } + [
            Fault("A70: no typ", .typeMismatch) { $0.header["typ"] = nil },
            Fault("A70: no key", .malformed) { $0.header["jwk"] = nil },
            Fault("A70: key is a text", .malformed) { $0.header["jwk"] = "\"k\"" },
            Fault("A70: only kid", .malformed) {
                $0.header["jwk"] = nil
                $0.header["kid"] = "\"k\""
            },
            Fault("A03: the other curve's alg", .unsupported) { $0.header["alg"] = "\"ES256\"" },
            Fault("A07: crit", .unsupported) { $0.header["crit"] = #"["jwk"]"# },
            Fault("A17: the private key in the header", .malformed) {
                $0.header["jwk"] = ($0.header["jwk"] ?? "").dropLast() + #","d":"AAAA"}"#
            },
            Fault("A70, A74: another key in the header, the old signature's key", .signatureInvalid)
            {
                $0.header["jwk"] = strangerJWK
            },
            Fault("A70: another key's signature", .signatureInvalid, by: stranger) { _ in },
            Fault("A74: another key in header and signature", .holderBindingInvalid, by: stranger) {
                $0.header["jwk"] = strangerJWK
            },
            Fault("A70: an edition that is not open", .typeMismatch) {
                $0.payload["edition"] = "\"founders\""
            },
            Fault("A70: an edition spelt otherwise", .typeMismatch) {
                $0.payload["edition"] = "\"Visitors\""
            },
            Fault("expired", .expired) { $0.payload["exp"] = "\(World.now)" },
            Fault("expired long ago", .expired) { $0.payload["exp"] = "0" },
            Fault("of another end than the proof's", .holderBindingInvalid) {
                $0.payload["exp"] = "\(World.now + 599)"
            },
            Fault("for ever", .malformed) { $0.payload["exp"] = "9223372036854775807" },
            Fault("beyond counting", .malformed) { $0.payload["exp"] = "18446744073709551616" },
            Fault("an hour ahead", .malformed) { $0.payload["exp"] = "\(World.now + 3_600)" },
            Fault("without wallet, of a visitor", .unsupported) { $0.payload["wallet"] = nil },
            Fault("wallet too short", .malformed) { $0.payload["wallet"] = "\"AAAA\"" },
            Fault("wallet too long", .malformed) {
                $0.payload["wallet"] = "\"\(String(repeating: "A", count: 24))\""
            },
            Fault("wallet is a number", .malformed) { $0.payload["wallet"] = "16" },
            Fault("an empty proof", .malformed) { $0.payload["binding"] = "\"\"" },
            Fault("a proof of zeros", .malformed) {
                $0.payload["binding"] = "\"\(String(repeating: "A", count: 172))\""
            },
            Fault("a proof too long", .malformed) {
                $0.payload["binding"] = ($0.payload["binding"] ?? "").dropLast() + "AAAA\""
            },
            Fault("A32: nonce twice", .malformed) { $0.payload.add("nonce", "\"x\"") },
            Fault("A116: deep", .limitExceeded) {
                $0.payload["x"] = String(repeating: "[", count: 600)
            },
            Fault("A116: large", .limitExceeded) {
                $0.payload["x"] = "\"" + String(repeating: "x", count: 100_000) + "\""
            },
        ]

    @Test func `a request with one fault takes no serial and no nonce (A70)`() async throws {
        let world = try await World(.secp256k1(World.privateKey("issuer")))
        let genuine = try await world.holder.request(world.visitors)
        let before = try await issuedCount(world.issuer, world.visitors)
        for fault in Self.faults {
            var forgery = try TokenForgery(genuine)
            fault.change(&forgery)
            let text = try forgery.signed(by: fault.key ?? world.holderKey)
            await #expect(throws: IssuingError.refused(fault.reason), "\(fault.name)") {
                _ = try await world.issuer.issue(to: text)
            }
        }
        #expect(try await issuedCount(world.issuer, world.visitors) == before)
        let issued = try await world.issuer.issue(to: genuine)
        let card = try world.holder.accept(issued, from: world.issuer.profile)
        #expect(card.serial.number == 2)
        // The nonce is used up now: another request with it is none.
        var again = try TokenForgery(genuine)
        again.payload["extra"] = "1"
        let text = try again.signed(by: world.holderKey)
        await #expect(throws: IssuingError.refused(.replayed)) {
            _ = try await world.issuer.issue(to: text)
        }
        #expect(try await issuedCount(world.issuer, world.visitors) == 2)
    }

    @Test func `one nonce in fifty requests at once makes one card (A71)`() async throws {
        let world = try await World(.secp256k1(World.privateKey("issuer")))
        let genuine = try await world.holder.request(world.visitors)
        let requests = try (0..<50).map { number in
            var forgery = try TokenForgery(genuine)
            forgery.payload["x"] = "\(number)"
            return try forgery.signed(by: world.holderKey)
        }
        let answers = await withTaskGroup(of: String?.self) { group in
            for request in requests {
                group.addTask { try? await world.issuer.issue(to: request) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.compactMap { $0 }.count == 1)
        #expect(try await issuedCount(world.issuer, world.visitors) == 2)
    }

    @Test(arguments: ["_sd", "_sd_alg", "..."])
    func `reserved names are refused at any depth, before anything is used up (A34)`(
        name: String
    ) async throws {
        let world = try await World(.secp256k1(World.privateKey("issuer")))
        let request = try await world.holder.request(world.visitors)
        var value: JSON = .object([name: "x"])
        for depth in 0..<8 {
            for claim in [Claim.open(value), .selective(value)] {
                await #expect(throws: IssuingError.reservedClaim(name: "a"), "depth \(depth)") {
                    _ = try await world.issuer.issue(to: request, claims: Claims([("a", claim)]))
                }
            }
            value = depth % 2 == 0 ? [1, value] : ["m": value]
        }
        for claim in [Claim.open("x"), .selective("x")] {
            await #expect(throws: IssuingError.reservedClaim(name: name)) {
                _ = try await world.issuer.issue(to: request, claims: Claims([(name, claim)]))
            }
        }
        _ = try await world.issuer.issue(to: request)
        #expect(try await issuedCount(world.issuer, world.visitors) == 2)
    }

    @Test(arguments: [
        "iss", "sub", "aud", "nbf", "iat", "exp", "jti", "cnf", "vct", "vct#integrity", "aka_vcts",
        "status", "edition", "serial", "benefits", "commitment", "proof_of_person",
    ])
    func `a claim cannot take the place of the card's own (A24, A34)`(name: String) async throws {
        let world = try await World.secp256k1.value
        let request = try await world.holder.request(world.visitors)
        for claim in [Claim.open("x"), .selective("x")] {
            await #expect(throws: IssuingError.reservedClaim(name: name)) {
                _ = try await world.issuer.issue(to: request, claims: Claims([(name, claim)]))
            }
        }
    }

    @Test func `claims that no verifier would read are refused first (A29, A116)`() async throws {
        let world = try await World(.secp256k1(World.privateKey("issuer")))
        let request = try await world.holder.request(world.visitors)
        var deep: JSON = 1
        for _ in 0..<31 { deep = [deep] }
        let deeper: JSON = [deep]
        let many = Claims((0...1_024).map { ("c\($0)", Claim.selective(1)) })
        await #expect(throws: IssuingError.claimTooDeep(name: "a")) {
            _ = try await world.issuer.issue(to: request, claims: ["a": .open(deeper)])
        }
        await #expect(throws: IssuingError.tooManyClaims) {
            _ = try await world.issuer.issue(to: request, claims: many)
        }
        let issued = try await world.issuer.issue(
            to: request, claims: ["a": .open(deep), "b": .selective([deep[0] ?? 1])])
        #expect(try world.holder.accept(issued, from: world.issuer.profile).claims["a"] == deep)
    }

    @Test func `100,000 salts of 128 bits, none twice (A35)`() throws {
        var random = SystemRandomness()
        let key = SigningKey.secp256k1(World.privateKey("issuer"))
        var salts = Set<[UInt8]>()
        let elements = (0..<5_000).map { _ in IssuedElement(.plain(1), isSelective: true) }
        for _ in 0..<20 {
            let card = try SDJWTIssuing.issue(
                [IssuedClaim("list", .array(elements))], by: key, isCredential: false,
                using: &random)
            for part in card.split(separator: UInt8(ascii: "~")).dropFirst() {
                // ["<22 characters>",1]
                let disclosure = try Base64URL.decode(String(decoding: part, as: UTF8.self))
                let salt = Array(disclosure[2..<24])
                #expect(disclosure[24] == UInt8(ascii: "\""))
                salts.insert(salt)
            }
        }
        #expect(salts.count == 100_000)
        #expect(
            try Base64URL.decode(String(decoding: try #require(salts.first), as: UTF8.self)).count
                == 16)
    }

    @Test func `a hidden year cannot be guessed from its digest (A36)`() async throws {
        let world = try await World.secp256k1.value
        var digests = [Set<String>]()
        for _ in 0..<2 {
            let issued = try await world.issuer.issue(
                to: try await world.holder.request(world.visitors),
                claims: ["birth_year": .selective(1990)])
            let forgery = try Forgery(issued, signer: world.issuerKey, holder: world.holderKey)
            let list = try JSON(parsing: Array((forgery.payload["_sd"] ?? "").utf8)).array ?? []
            #expect(list.count == 1 && !forgery.payload.text.contains("1990"))
            digests.append(Set(list.compactMap(\.string)))
        }
        #expect(digests[0].isDisjoint(with: digests[1]))
        for year in 1900...2030 {
            for guess in [
                #"["","birth_year",\#(year)]"#, #"["birth_year",\#(year)]"#, "\(year)",
                #"{"birth_year":\#(year)}"#,
            ] {
                let digest = Forgery.disclosure(Array(guess.utf8)).digest
                let plain = Base64URL.encode(SHA256.hash(Array(guess.utf8)).array)
                #expect(digests[0].isDisjoint(with: [digest, plain]))
            }
        }
    }
}
