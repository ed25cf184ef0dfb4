import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Rows A14 to A42 of the attack catalogue, on tokens that the issuer really signed.
@Suite struct SDJWTAttackTests {
    @Test func `a disclosure that no digest refers to (A21)`() {
        let extra = Sample.disclosure(#"["salt","admin",true]"#)
        let text = Sample.card() + Array((extra.text + "~").utf8)
        #expect(throws: Refusal.disclosureInvalid) { try Sample.verify(text) }
    }

    @Test func `one digest in two places (A22)`() {
        let (text, digest) = Sample.disclosure(#"["salt","a",1]"#)
        for payload in [
            #""_sd":["\#(digest)","\#(digest)"]"#,
            #""_sd":["\#(digest)"],"b":{"_sd":["\#(digest)"]}"#,
            #""_sd":["\#(digest)"],"b":[{"...":"\#(digest)"}]"#,
        ] {
            for disclosures in [[], [text]] {
                #expect(throws: Refusal.disclosureInvalid) {
                    try Sample.verify(Sample.token(Sample.payload(payload), disclosures))
                }
            }
        }
    }

    @Test func `one digest in the payload and in a disclosure (A22)`() {
        let inner = Sample.disclosure(#"["salt","a",1]"#)
        let outer = Sample.disclosure(#"["salt","o",{"_sd":["\#(inner.digest)"]}]"#)
        let payload = Sample.payload(#""_sd":["\#(outer.digest)","\#(inner.digest)"]"#)
        for disclosures in [[outer.text], [outer.text, inner.text]] {
            #expect(throws: Refusal.disclosureInvalid) {
                try Sample.verify(Sample.token(payload, disclosures))
            }
        }
    }

    /// A token with one disclosure of this text, at the top or in an array.
    private func disclosing(_ json: String, inArray: Bool = false, _ others: String = "") -> [UInt8]
    {
        disclosing(Array(json.utf8), inArray: inArray, others)
    }

    private func disclosing(_ bytes: [UInt8], inArray: Bool = false, _ others: String = "")
        -> [UInt8]
    {
        let (text, digest) = Sample.disclosure(bytes)
        let place = inArray ? #""list":[{"...":"\#(digest)"}]"# : #""_sd":["\#(digest)"]"#
        return Sample.token(Sample.payload(place + others), [text])
    }

    @Test(arguments: ["_sd", "...", "_sd_alg"]) func `a disclosed claim with a reserved name (A23)`(
        _ name: String
    ) {
        #expect(throws: Refusal.disclosureInvalid) {
            try Sample.verify(disclosing(#"["salt","\#(name)",1]"#))
        }
    }

    @Test(arguments: ["iss", "vct", "cnf", "serial"]) func `a disclosed claim over another (A24)`(
        _ name: String
    ) {
        #expect(throws: Refusal.disclosureInvalid) {
            try Sample.verify(disclosing(#"["salt","\#(name)","other"]"#, #","serial":7"#))
        }
    }

    @Test func `two disclosures of one name, also among many (A24)`() {
        for count in [0, 100] {
            let others = (0..<count).map { #","n\#($0)":0"# }.joined()
            let one = Sample.disclosure(#"["salt","a",1]"#)
            let two = Sample.disclosure(#"["salt","\u0061",2]"#)
            let payload = Sample.payload(#""_sd":["\#(one.digest)","\#(two.digest)"]"# + others)
            #expect(throws: Refusal.disclosureInvalid) {
                try Sample.verify(Sample.token(payload, [one.text, two.text]))
            }
            #expect(throws: Never.self) { try Sample.verify(Sample.token(payload, [two.text])) }
        }
    }

    @Test(arguments: [
        #"["salt","a"]"#, #"["salt","a",1,2]"#, #"["salt"]"#, "[]", #"[1,"a",1]"#, #"["salt",1,1]"#,
        #"{"a":1}"#,
        #""text""#, "1",
    ])
    func `a disclosure of the wrong shape (A25)`(_ json: String) {
        #expect(throws: Refusal.disclosureInvalid) { try Sample.verify(disclosing(json)) }
    }

    @Test(arguments: [#"["salt"]"#, #"["salt","a",1]"#, #"[null,"a"]"#])
    func `an array element's disclosure of the wrong shape (A25)`(_ json: String) {
        #expect(throws: Refusal.disclosureInvalid) {
            try Sample.verify(disclosing(json, inArray: true))
        }
    }

    @Test(arguments: [
        #""SHA-256""#, #""md5""#, #""""#, "[]", #""sha-512""#, "null", #"["sha-256"]"#,
    ])
    func `another digest algorithm (A26)`(_ name: String) {
        #expect(throws: Refusal.unsupported) {
            try Sample.verify(Sample.token(Sample.payload(#""_sd_alg":\#(name)"#)))
        }
    }

    @Test(arguments: ["exp", "nbf", "status", "vct#integrity", "aka_vcts"])
    func `a claim that must not be hidden (A27)`(_ name: String) {
        #expect(throws: Refusal.malformed) {
            try Sample.verify(disclosing(#"["salt","\#(name)",1]"#))
        }
        let hidden = Sample.disclosure(#"["salt","a",1]"#)
        for part in [
            #"{"_sd":["\#(hidden.digest)"]}"#, #"[{"...":"\#(hidden.digest)"}]"#,
            #"{"b":{"_sd":[]}}"#,
        ] {
            let payload = Sample.payload(#""\#(name)":\#(part)"#)
            #expect(throws: Refusal.malformed) { try Sample.verify(Sample.token(payload)) }
        }
    }

    @Test func `an issuer or type that was hidden and withheld (A27, A38)`() throws {
        let bare = try Sample.verify(Sample.token(#"{"vct":"v"}"#))
        #expect(throws: Refusal.malformed) { try bare.credentialClaims() }
        let typeless = try Sample.verify(Sample.token(#"{"iss":"i"}"#))
        #expect(throws: Refusal.typeMismatch) { try typeless.credentialClaims() }
    }

    @Test func `the same disclosure twice (A28)`() throws {
        let card = Sample.card()
        let parts = card.split(separator: UInt8(ascii: "~"))
        #expect(throws: Refusal.disclosureInvalid) {
            try Sample.verify(card + parts[1] + [UInt8(ascii: "~")])
        }
    }

    @Test func `a chain of a thousand disclosures (A29)`() {
        var inner = Sample.disclosure(#"["salt","a",1]"#)
        var texts = [inner.text]
        for _ in 0..<1_000 {
            inner = Sample.disclosure(#"["salt","a",{"_sd":["\#(inner.digest)"]}]"#)
            texts.append(inner.text)
        }
        let payload = Sample.payload(#""_sd":["\#(inner.digest)"]"#)
        #expect(throws: Refusal.limitExceeded) { try Sample.verify(Sample.token(payload, texts)) }
    }

    @Test func `too many disclosures, too many digests, too many bytes (A29)`() {
        let many = Sample.token(Sample.payload(""), Array(repeating: "WyJhIl0", count: 1_025))
        #expect(throws: Refusal.limitExceeded) { try Sample.verify(many) }
        let short = Sample.token(Sample.payload(""), Array(repeating: "WyJhIl0", count: 100_000))
        #expect(throws: Refusal.limitExceeded) { try Sample.verify(short) }
        let digest = Sample.disclosure("x").digest
        let digests = Array(repeating: #""\#(digest)""#, count: 20_000).joined(separator: ",")
        #expect(throws: Refusal.limitExceeded) {
            try Sample.verify(Sample.token(Sample.payload(#""_sd":[\#(digests)]"#)))
        }
        var policy = SDJWTPolicy.credential
        policy.json.values = 50
        let values = (0..<60).map(String.init).joined(separator: ",")
        #expect(throws: Refusal.limitExceeded) {
            try Sample.verify(Sample.token(Sample.payload(#""a":[\#(values)]"#)), policy: policy)
        }
    }

    @Test(arguments: [
        #""text""#, "1", "null", "{}", "[[]]", "[1]", "[null]", #"["short"]"#, #"[{"...":"x"}]"#,
    ])
    func `_sd that is no list of digests (A30)`(_ value: String) {
        for payload in [
            #""_sd":\#(value)"#, #""a":{"_sd":\#(value)}"#, #""a":[{"_sd":\#(value)}]"#,
        ] {
            #expect(throws: Refusal.malformed) {
                try Sample.verify(Sample.token(Sample.payload(payload)))
            }
        }
    }

    @Test func `a disclosure that is not strict JSON (A31)`() {
        let good = Array(#"["salt","a",1]"#.utf8)
        for bytes in [
            good + [0x20, 0x78], [0xEF, 0xBB, 0xBF] + good, Array("/**/".utf8) + good, good + good,
            Array(#"["salt","a",""#.utf8) + [0xC0, 0x80] + Array("\"]".utf8),
            Array(#"["salt","a","\ud800"]"#.utf8),
        ] {
            #expect(throws: Refusal.disclosureInvalid) { try Sample.verify(disclosing(bytes)) }
        }
    }

    @Test func `a name given twice, wherever (A32)`() {
        for payload in [#""a":1,"a":2"#, #""a":{"b":1,"b":1}"#, #""iss":"x""#] {
            #expect(throws: Refusal.malformed) {
                try Sample.verify(Sample.token(Sample.payload(payload)))
            }
        }
        #expect(throws: Refusal.malformed) {
            try Sample.verify(disclosing(#"["salt","a",{"b":1,"b":2}]"#))
        }
        #expect(throws: Refusal.malformed) {
            try Sample.verify(Sample.token(#"{"iss":"i","cnf":{"jwk":{},"jwk":{}}}"#))
        }
    }

    @Test func `the wrong form (A33)`() throws {
        let card = Sample.card()
        let tilde = UInt8(ascii: "~")
        let jwt = Array(card.prefix { $0 != tilde })
        for bad in [
            jwt, [], [tilde], [tilde] + card, jwt + [tilde, tilde], card + [tilde],
            jwt + [tilde, tilde] + card,
        ] {
            #expect(throws: Refusal.malformed) { try Sample.verify(bad) }
        }
        #expect(throws: Refusal.malformed) { try HeldSDJWT(parsing: Sample.presentation()) }
        #expect(throws: Never.self) { try Sample.verify(jwt + [tilde]) }
    }

    @Test func `order, spaces, decoys and unknown members do no harm (A37 control)`() throws {
        let one = Sample.disclosure(" [ \"salt\" ,\t\"a\" , { \"x\" : [ 1 , 2 ] } ]\n")
        let two = Sample.disclosure(#"["\u0073alt","\u0062",{"...":1,"y":2}]"#)
        let decoy = Sample.disclosure("decoy").digest
        let payload = Sample.payload(
            #""_sd":["\#(two.digest)","\#(decoy)","\#(one.digest)"],"unknown":{"_sd":[],"_sd_alg":"x"}, "l":[{"...":"\#(Sample.disclosure("d").digest)"}]"#
        )
        for order in [[one.text, two.text], [two.text, one.text]] {
            let verified = try Sample.verify(Sample.token(payload, order))
            #expect(verified.claims["a"] == ["x": [1, 2]])
            #expect(verified.claims["b"] == ["...": 1, "y": 2])
            #expect(verified.claims["unknown"] == ["_sd_alg": "x"])
            #expect(verified.claims["l"] == [])
        }
    }

    @Test(arguments: ["kb+jwt", "statuslist+jwt", "at+jwt", "JWT", "DC+SD-JWT", "dc+sd-jwt "])
    func `a token of another kind (A14, A42)`(_ type: String) {
        let text = Sample.token(Sample.payload(""), type: type)
        #expect(throws: Refusal.typeMismatch) { try Sample.verify(text) }
    }

    @Test(arguments: ["dc+sd-jwt", "vc+sd-jwt"])
    func `both names of the format are read (A42 control)`(_ type: String) {
        #expect(throws: Never.self) {
            try Sample.verify(Sample.token(Sample.payload(""), type: type))
        }
    }

    @Test func `a signature by a key that the token brings (A04), or by anybody else`() {
        let header =
            #"{"alg":"ES256K","typ":"dc+sd-jwt","jwk":\#(JSON.object(Sample.stranger.verifyingKey.jwk))}"#
        let signed =
            Base64URL.encode(Array(header.utf8)) + "."
            + Base64URL.encode(Array(Sample.payload("").utf8))
        let signature = Base64URL.encode(
            always(try Sample.stranger.signature(for: signed.utf8.span)).array)
        #expect(throws: Refusal.issuerUntrusted) {
            try Sample.verify(Array((signed + "." + signature + "~").utf8))
        }
        #expect(throws: Refusal.signatureInvalid) {
            try Sample.verify(Sample.card(key: Sample.stranger))
        }
    }

    @Test(arguments: ["jku", "x5u"]) func `a header that points to a key (A05)`(_ name: String) {
        let header = #"{"alg":"ES256K","typ":"dc+sd-jwt","\#(name)":"https://10.0.0.1/"}"#
        let signed =
            Base64URL.encode(Array(header.utf8)) + "."
            + Base64URL.encode(Array(Sample.payload("").utf8))
        let signature = Base64URL.encode(
            always(try Sample.stranger.signature(for: signed.utf8.span)).array)
        #expect(throws: Refusal.issuerUntrusted) {
            try Sample.verify(Array((signed + "." + signature + "~").utf8))
        }
    }

    @Test(arguments: [
        #""1""#, "true", "1.5", "1e400", "-1", "1e3", "null", "[]", "253402300800",
        "99999999999999999999",
    ])
    func `times that are none (A117)`(_ value: String) throws {
        for name in ["exp", "nbf", "iat"] {
            let verified = try Sample.verify(Sample.token(Sample.payload(#""\#(name)":\#(value)"#)))
            #expect(throws: Refusal.malformed) { try verified.credentialClaims() }
        }
    }

    @Test func `times hold within the skew (A56 control) and not beyond`() throws {
        let verified = try Sample.verify(
            Sample.token(Sample.payload(#""iat":1000,"nbf":1000,"exp":2000"#)))
        let claims = try verified.credentialClaims()
        for now in [940, 1_000, 2_000, 2_059] as [Int64] {
            #expect(throws: Never.self) { try claims.checkTimes(at: now) }
        }
        #expect(throws: Refusal.notYetValid) { try claims.checkTimes(at: 939) }
        #expect(throws: Refusal.expired) { try claims.checkTimes(at: 2_060) }
    }
}
