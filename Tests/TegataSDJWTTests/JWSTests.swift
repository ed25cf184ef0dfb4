import Foundation
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

private let club = SigningKey.secp256k1(Secp256k1.PrivateKey())
private let other = SigningKey.p256(P256.PrivateKey())

private func token(_ header: String, _ payload: String = "{}", by key: SigningKey = club) -> [UInt8]
{
    let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
    let signature = always(try key.signature(for: signed.utf8.span).array)
    return Array((signed + "." + Base64URL.encode(signature)).utf8)
}

private func open(_ token: [UInt8], _ key: SigningKey = club) throws -> JSONObject {
    try CompactJWS(parsing: token, types: ["t"]).verified(by: key.verifyingKey)
}

@Suite struct JWSTests {
    @Test(arguments: [club, other])
    func `a signed payload is read back`(_ key: SigningKey) throws {
        let token = try CompactJWS.sign(
            payload: Array(#"{"a":1}"#.utf8), type: "t", by: key, keyID: "k",
            embedding: key.verifyingKey)
        let received = try CompactJWS(parsing: token, types: ["t"])
        #expect(received.header.keyID == "k")
        #expect(try received.selfAssertedKey() == key.verifyingKey)
        #expect(try received.verified(by: key.verifyingKey) == ["a": 1])
    }

    @Test(arguments: [
        "none", "None", "nOnE", "NONE", "HS256", "HS384", "HS512", "ES256k", "A128KW", "",
    ])
    func `no signature and symmetric signatures are unsupported (A01, A02)`(_ name: String) throws {
        let token = token(#"{"alg":"\#(name)","typ":"t"}"#)
        #expect(throws: Refusal.unsupported) { try open(token) }
        let bare = token.split(separator: UInt8(ascii: "."))[..<2].joined(separator: [
            UInt8(ascii: ".")
        ])
        #expect(throws: Refusal.unsupported) { try open(Array(bare) + [UInt8(ascii: ".")]) }
    }

    @Test func `the header's algorithm never picks another curve (A03)`() throws {
        #expect(throws: Refusal.unsupported) {
            try open(token(#"{"alg":"ES256","typ":"t"}"#, by: other), club)
        }
        #expect(throws: Refusal.unsupported) {
            try open(token(#"{"alg":"ES256K","typ":"t"}"#, by: other), other)
        }
        #expect(throws: Refusal.unsupported) {
            try CompactJWS(
                parsing: token(#"{"alg":"ES256","typ":"t"}"#), types: nil, algorithms: [.es256k])
        }
    }

    @Test(arguments: [
        #""crit":["exp"]"#, #""crit":[]"#, #""crit":["alg"]"#, #""crit":1"#, #""b64":false"#,
    ])
    func `extensions that must be understood are refused (A07)`(_ member: String) {
        #expect(throws: Refusal.unsupported) {
            try open(token(#"{"alg":"ES256K","typ":"t",\#(member)}"#))
        }
    }

    @Test(arguments: [
        #"{"typ":"t"}"#, #"{"alg":1,"typ":"t"}"#, #"{"alg":"ES256K","typ":1}"#, #"["alg"]"#, "x",
        "",
        #"{"alg":"ES256K","alg":"ES256K","typ":"t"}"#, #"{"alg":"ES256K","typ":"t"} "# + "\0",
    ])
    func `broken headers are refused (A32)`(_ header: String) {
        #expect(throws: Refusal.malformed) { try open(token(header)) }
    }

    @Test(arguments: ["T", "t ", "application/t", "vc+sd-jwt"])
    func `types are compared exactly (A14)`(_ type: String) {
        #expect(throws: Refusal.typeMismatch) {
            try open(token(#"{"alg":"ES256K","typ":"\#(type)"}"#))
        }
    }

    @Test func `a token without type is another kind (A14)`() {
        #expect(throws: Refusal.typeMismatch) { try open(token(#"{"alg":"ES256K"}"#)) }
    }

    @Test(arguments: [0, 1, 63, 65, 66, 72])
    func `signatures have one length (A09)`(_ count: Int) {
        let good = token(#"{"alg":"ES256K","typ":"t"}"#)
        let signed = good[...good.lastIndex(of: UInt8(ascii: "."))!]
        let signature = Base64URL.encode([UInt8](repeating: 1, count: count))
        #expect(throws: Refusal.signatureInvalid) { try open(signed + Array(signature.utf8)) }
    }

    @Test func `zero is no half of a signature (A08), and DER is no signature (A09)`() throws {
        for key in [club, other] {
            let good = token(#"{"alg":"\#(key.algorithm.rawValue)","typ":"t"}"#, by: key)
            let dot = try #require(good.lastIndex(of: UInt8(ascii: ".")))
            let signature = try Base64URL.decode(good.span.extracting((dot + 1)...))
            let zero = [UInt8](repeating: 0, count: 32)
            let (r, s) = (Array(signature[..<32]), Array(signature[32...]))
            let der: [UInt8] = [0x30, 0x44, 0x02, 0x20] + r + [0x02, 0x20] + s
            let spellings: [[UInt8]] = [
                zero + zero, zero + s, r + zero, [0] + signature, signature + [0], der,
            ]
            for bad in spellings {
                let text = good[...dot] + Array(Base64URL.encode(bad).utf8)
                #expect(throws: Refusal.signatureInvalid) { try open(Array(text), key) }
            }
        }
    }

    @Test func `a high s is another spelling of a valid signature (A11 control)`() throws {
        let order = try #require(
            Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
        let good = token(#"{"alg":"ES256K","typ":"t"}"#)
        let dot = try #require(good.lastIndex(of: UInt8(ascii: ".")))
        var signature = try Base64URL.decode(good.span.extracting((dot + 1)...))
        var borrow = 0
        for index in (0..<32).reversed() {
            let difference = Int(order[index]) - Int(signature[32 + index]) - borrow
            borrow = difference < 0 ? 1 : 0
            signature[32 + index] = UInt8(difference & 255)
        }
        #expect(signature[32] >= 0x7F)
        #expect(throws: Never.self) {
            try open(Array(good[...dot]) + Array(Base64URL.encode(signature).utf8))
        }
    }

    @Test func `every changed, missing or added byte is refused (A12)`() {
        let good = token(#"{"alg":"ES256K","typ":"t","kid":"k"}"#, #"{"a":"b"}"#)
        for index in good.indices {
            for flip in [0x01, 0x20, 0x80] as [UInt8] {
                var bad = good
                bad[index] ^= flip
                #expect(throws: Refusal.self) { try open(bad) }
            }
            #expect(throws: Refusal.self) { try open(Array(good[..<index])) }
        }
        for extra in Array("=A.~ \n\0".utf8) {
            #expect(throws: Refusal.self) { try open(good + [extra]) }
            #expect(throws: Refusal.self) { try open([extra] + good) }
        }
    }

    @Test func `JSON serialisation is not compact (A13)`() {
        #expect(throws: Refusal.malformed) {
            try open(Array(#"{"payload":"","signatures":[]}"#.utf8))
        }
    }

    @Test func `a token over the limit is not looked at`() {
        #expect(throws: Refusal.limitExceeded) {
            try open([UInt8](repeating: 0x41, count: 256 * 1024 + 1))
        }
    }
}

@Suite struct JWKTests {
    private static let good = #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","y":"\#(y)"}"#
    private static let point = Secp256k1.PrivateKey().publicKey.x963Representation
    private static let x = Base64URL.encode(Array(point[1...32]))
    private static let y = Base64URL.encode(Array(point[33...]))

    private static func read(_ text: String) throws -> VerifyingKey {
        try VerifyingKey(parsingJWK: Array(text.utf8))
    }

    @Test(arguments: [club, other]) func `round trip`(_ key: SigningKey) throws {
        let public1 = key.verifyingKey
        #expect(try VerifyingKey(parsingJWK: JSON.object(public1.jwk).encoded) == public1)
        #expect(try KeyDID(parsing: public1.didJWK).verifyingKey == public1)
        #expect(try KeyDID(parsing: #require(public1.didKey)).verifyingKey == public1)
    }

    @Test(arguments: [
        #"{"kty":"EC","crv":"secp256k1","x":"\#(y)","y":"\#(x)"}"#,
        #"{"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"AA\#(x)","y":"\#(y)"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x.dropLast(2))","y":"\#(y)"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"","y":""}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x)"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","y":1}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"__________________________________________8","y":"\#(y)"}"#,
        #"{"crv":"secp256k1","x":"\#(x)","y":"\#(y)"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","y":"\#(y)","alg":"ES256"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","x":"\#(x)","y":"\#(y)"}"#,
        "[]", "1",
    ])
    func `keys that are none are refused (A15)`(_ text: String) {
        #expect(throws: Refusal.malformed) { try Self.read(text) }
    }

    @Test func `a private member is refused (A17)`() {
        #expect(throws: Never.self) { try Self.read(Self.good) }
        #expect(throws: Refusal.malformed) { try Self.read(Self.good.dropLast() + #","d":"AA"}"#) }
    }

    @Test(arguments: [
        #"{"kty":"oct","k":"AA"}"#, #"{"kty":"EC","crv":"P-224","x":"AA","y":"AA"}"#,
        #"{"kty":"OKP","crv":"X25519","x":"AA"}"#,
        #"{"kty":"EC","crv":"secp256k1","x":"\#(x)","y":"\#(y)","use":"enc"}"#,
    ])
    func `other kinds of keys are unsupported`(_ text: String) {
        #expect(throws: Refusal.unsupported) { try Self.read(text) }
    }

    @Test func `a set selects one key or none (A16)`() throws {
        let one = Self.good.dropLast() + #","kid":"1"}"#
        let two = JSON.object(other.verifyingKey.jwk).description.dropLast() + #","kid":"2"}"#
        let header = { (text: String) in try CompactJWS(parsing: token(text), types: nil).header }
        let set = try JWKSet(parsing: Array(#"{"keys":[\#(one),\#(two)]}"#.utf8))
        #expect(try set.key(for: header(#"{"alg":"ES256","kid":"2"}"#)) == other.verifyingKey)
        #expect(try set.key(for: header(#"{"alg":"ES256"}"#)) == other.verifyingKey)
        #expect(throws: Refusal.issuerUntrusted) {
            try set.key(for: header(#"{"alg":"ES256","kid":"3"}"#))
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try JWKSet(parsing: Array(#"{"keys":[\#(one),\#(one)]}"#.utf8))
        }
        #expect(throws: Refusal.issuerUntrusted) {
            try JWKSet(parsing: Array(#"{"keys":[\#(one),{"kty":"oct","k":"AA"}]}"#.utf8))
        }
        let nameless = try JWKSet(parsing: Array(#"{"keys":[\#(Self.good),\#(Self.good)]}"#.utf8))
        #expect(throws: Refusal.issuerUntrusted) {
            try nameless.key(for: header(#"{"alg":"ES256K"}"#))
        }
    }
}
