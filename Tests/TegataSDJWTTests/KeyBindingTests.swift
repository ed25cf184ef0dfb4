import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Rows A50 to A58: the holder's part of a presentation.
@Suite struct KeyBindingTests {
    /// A presentation whose key binding JWT has this payload; `HASH` becomes the right hash.
    private func bound(
        _ payload: String, type: String = "kb+jwt", by key: SigningKey = Sample.holder,
        card: [UInt8]? = nil
    ) -> [UInt8] {
        let card = card ?? Sample.token(Sample.payload(""))
        let hash = Base64URL.encode(SHA256.hash(card).array)
        let text = payload.replacing("HASH", with: hash)
        return card
            + always(try CompactJWS.sign(payload: Array(text.utf8), type: type, by: key))
    }

    private func check(_ text: [UInt8]) throws {
        _ = try Sample.verify(text).keyBinding(Sample.check)
    }

    private static func payload(
        iat: String = "\(Sample.now)", aud: String = #""\#(Sample.audience)""#,
        nonce: String = #""\#(Sample.nonce)""#, hash: String = #""HASH""#, more: String = ""
    ) -> String {
        #"{"iat":\#(iat),"aud":\#(aud),"nonce":\#(nonce),"sd_hash":\#(hash)\#(more)}"#
    }

    @Test func `a hand-made key binding is accepted`() throws {
        try check(bound(Self.payload()))
        try check(
            bound(Self.payload(more: #","exp":\#(Sample.now + 10),"nbf":\#(Sample.now),"x":{}"#)))
    }

    @Test func `no key binding where one is needed (A50)`() throws {
        let card = try Sample.verify(Sample.card())
        #expect(throws: Refusal.holderBindingMissing) { try card.keyBinding(Sample.check) }
    }

    @Test func `another key, also one in its own header (A51)`() throws {
        #expect(throws: Refusal.holderBindingInvalid) {
            try check(bound(Self.payload(), by: Sample.stranger))
        }
        let card = Sample.token(Sample.payload(""))
        let hash = Base64URL.encode(SHA256.hash(card).array)
        let token = try CompactJWS.sign(
            payload: Array(Self.payload().replacing("HASH", with: hash).utf8), type: "kb+jwt",
            by: Sample.stranger, embedding: Sample.stranger.verifyingKey)
        #expect(throws: Refusal.holderBindingInvalid) { try check(card + token) }
    }

    @Test(arguments: [
        payload(nonce: #""other""#), payload(nonce: #""""#), payload(nonce: "1"),
        payload(nonce: "null"),
        payload(nonce: #"["\#(Sample.nonce)"]"#), payload(nonce: #""\#(Sample.nonce) ""#),
        payload(aud: #""https://other.example""#), payload(aud: #"["\#(Sample.audience)"]"#),
        payload(aud: "null"),
        payload(aud: #""\#(Sample.audience)/""#), payload(aud: #""HTTPS://door.example""#),
        #"{"iat":\#(Sample.now),"aud":"\#(Sample.audience)","sd_hash":"HASH"}"#,
        #"{"iat":\#(Sample.now),"nonce":"\#(Sample.nonce)","sd_hash":"HASH"}"#,
    ])
    func `another question or another verifier (A53, A58)`(_ payload: String) {
        #expect(throws: Refusal.holderBindingInvalid) { try check(bound(payload)) }
    }

    @Test(arguments: [
        payload(hash: "null"), payload(hash: #""""#), payload(hash: #""AAAA""#),
        payload(hash: #""AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#),
        payload(hash: #""HASHAA""#), payload(hash: "1"),
    ])
    func `a wrong or missing sd_hash (A54)`(_ payload: String) {
        #expect(throws: Refusal.holderBindingInvalid) { try check(bound(payload)) }
    }

    @Test func `disclosures added, removed or reordered after binding (A54)`() throws {
        let card = Sample.card()
        let held = try HeldSDJWT(parsing: card)
        let text = try held.presentation(
            revealing: ["tier", "name"], by: Sample.holder, audience: Sample.audience,
            nonce: Sample.nonce,
            at: Sample.now)
        try check(text)
        let parts = text.split(separator: UInt8(ascii: "~")).map(Array.init)
        let all = card.split(separator: UInt8(ascii: "~")).map(Array.init)
        let others = all.dropFirst().filter { !parts.contains($0) }
        for order in [[0, 1, 3], [0, 3], [0, 2, 1, 3]] {
            let changed = Array(order.map { parts[$0] }.joined(separator: [UInt8(ascii: "~")]))
            #expect(throws: Refusal.holderBindingInvalid) { try check(changed) }
        }
        let added = [parts[0], parts[1], parts[2], others[0], parts[3]]
        #expect(throws: Refusal.holderBindingInvalid) {
            try check(Array(added.joined(separator: [UInt8(ascii: "~")])))
        }
    }

    @Test(arguments: [
        payload(iat: "\(Sample.now + 86_400)"), payload(iat: "\(Sample.now - 86_400)"),
        payload(iat: "\(Sample.now).5"),
        payload(iat: #""\#(Sample.now)""#), payload(iat: "null"), payload(iat: "true"),
        payload(iat: "-1"),
        payload(iat: "1e400"), payload(iat: "\(Sample.now + 61)"),
        payload(iat: "\(Sample.now - 361)"),
        payload(iat: "9223372036854775807"),
        #"{"aud":"\#(Sample.audience)","nonce":"\#(Sample.nonce)","sd_hash":"HASH"}"#,
        payload(more: #","exp":\#(Sample.now - 60)"#), payload(more: #","exp":"x""#),
        payload(more: #","nbf":\#(Sample.now + 61)"#),
    ])
    func `signed at another time, or no time (A55)`(_ payload: String) {
        #expect(throws: Refusal.holderBindingInvalid) { try check(bound(payload)) }
    }

    @Test func `clocks may differ a little (A56 control)`() throws {
        try check(bound(Self.payload(iat: "\(Sample.now + 60)")))
        try check(bound(Self.payload(iat: "\(Sample.now - 360)")))
    }

    @Test func `another kind of token in its place (A14)`() {
        for type in ["dc+sd-jwt", "JWT", "KB+JWT", "tegata-request+jwt"] {
            #expect(throws: Refusal.typeMismatch) { try check(bound(Self.payload(), type: type)) }
        }
    }

    @Test(arguments: ["none", "HS256"]) func `unsigned key bindings (A01, A02)`(_ name: String) {
        let header = Base64URL.encode(Array(#"{"alg":"\#(name)","typ":"kb+jwt"}"#.utf8))
        let card = Sample.token(Sample.payload(""))
        let token = header + "." + Base64URL.encode(Array(Self.payload().utf8)) + "."
        #expect(throws: Refusal.unsupported) { try check(card + Array(token.utf8)) }
    }

    @Test func `the algorithm of another curve (A03)`() {
        #expect(throws: Refusal.unsupported) {
            try check(bound(Self.payload(), by: .p256(P256.PrivateKey())))
        }
    }

    @Test(arguments: [
        "null", "{}", #"{"kid":"k"}"#, #"{"jku":"https://x"}"#, #"{"jwk":JWK,"kid":"k"}"#,
        #"{"kid":"k","jwk":JWK}"#, "",
    ])
    func `a confirmation that names no one key (A57)`(_ confirmation: String) {
        let jwk = JSON.object(Sample.holder.verifyingKey.jwk).description
        let member =
            confirmation.isEmpty ? "" : #","cnf":\#(confirmation.replacing("JWK", with: jwk))"#
        let card = Sample.token(#"{"iss":"i","vct":"v"\#(member)}"#)
        #expect(throws: confirmation == "null" ? Refusal.malformed : .holderBindingInvalid) {
            try check(bound(Self.payload(), card: card))
        }
    }

    @Test func `a confirmation key off the curve (A15), or with its private half (A17)`() {
        let jwk = JSON.object(Sample.holder.verifyingKey.jwk).description
        for bad in [jwk.replacing(#""x":""#, with: #""x":"A"#), jwk.dropLast() + #","d":"AA"}"#] {
            let card = Sample.token(#"{"iss":"i","vct":"v","cnf":{"jwk":\#(bad)}}"#)
            #expect(throws: Refusal.malformed) { try check(bound(Self.payload(), card: card)) }
        }
    }

    @Test func `names given twice and broken text (A12, A32)`() {
        #expect(throws: Refusal.malformed) { try check(bound(Self.payload(more: #","iat":1"#))) }
        #expect(throws: Refusal.malformed) { try check(bound("[]")) }
        let card = Sample.token(Sample.payload(""))
        for bad in ["a", "a.b", "a.b.c.d", "..", "e30.e30.e30"] {
            #expect(throws: Refusal.malformed) { try check(card + Array(bad.utf8)) }
        }
    }
}
