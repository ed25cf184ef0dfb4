import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A08 to A12, A14, A15 and A17: signatures, spellings, kinds of tokens, keys.
@Suite struct AttackEncodingTests {
    /// Signatures that are none, as bytes from a good one.
    static let badSignatures: [(name: String, change: @Sendable ([UInt8]) -> [UInt8])] = {
        let order =
            Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141") ?? []
        let zero = [UInt8](repeating: 0, count: 32)
        let one = [UInt8](repeating: 0, count: 31) + [1]
        var list: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
            ("A08: r = 0", { zero + $0[32...] }), ("A08: s = 0", { $0[..<32] + zero }),
            ("A08: r = s = 0", { _ in zero + zero }), ("A08: r = n", { order + $0[32...] }),
            ("A08: s = n", { $0[..<32] + order }),
            ("A08: all ones", { _ in [UInt8](repeating: 0xFF, count: 64) }),
            ("A08: r = s = 1", { _ in one + one }),
            ("A09: halves swapped", { Array($0[32...] + $0[..<32]) }),
            ("A09: leading zero byte", { [0] + $0 }), ("A09: trailing zero byte", { $0 + [0] }),
            ("A09: zero in the middle", { Array($0[..<32] + [0] + $0[32...]) }),
            ("A09: DER", { der($0) }), ("A09: twice", { $0 + $0 }),
            ("A09: recoverable form", { [27] + $0 }),
        ]
        for length in [0, 1, 31, 32, 33, 63, 65, 66, 70, 72, 96, 128, 1_000] {
            list.append(
                (
                    "A09: \(length) bytes",
                    { Array(($0 + Array(repeating: 7, count: 1_000))[..<length]) }
                )
            )
        }
        return list
    }()

    static let signatures: [Attack] = badSignatures.flatMap { name, change in
        [
            Attack("\(name), card", .signatureInvalid) { $0.rewrite = { resign(&$0, change) } },
            Attack("\(name), key binding", .holderBindingInvalid) {
                $0.rewriteBinding = { resign(&$0, change) }
            },
        ]
    }

    static let highS: [Attack] = [
        Attack("A11: high s in the card", nil) {
            $0.rewrite = { $0[2] = negatingS($0[2], .es256k) }
        },
        Attack("A11: high s in the key binding", nil) {
            $0.rewriteBinding = { $0[2] = negatingS($0[2], .es256k) }
        },
    ]

    /// Other spellings of one base64url text.
    static let spellings: [(name: String, change: @Sendable (String) -> String)] = [
        ("padding", { $0 + "=" }), ("double padding", { $0 + "==" }),
        ("a space before", { " " + $0 }), ("a space after", { $0 + " " }),
        ("a newline", { $0 + "\n" }),
        ("a carriage return inside", { $0.prefix(4) + "\r" + $0.dropFirst(4) }),
        ("a tab", { "\t" + $0 }), ("a plus", { "+" + $0.dropFirst() }),
        ("a slash", { "/" + $0.dropFirst() }), ("a percent sign", { "%65" + $0.dropFirst() }),
        ("a zero byte", { $0 + "\u{0}" }), ("a character outside ASCII", { $0 + "é" }),
        ("one character more", { $0.utf8.count % 4 == 0 ? $0 + "A" : $0 + "=" }),
        ("unused bits that are not zero", spoilUnusedBits),
    ]

    static let encodings: [Attack] = spellings.flatMap { name, change in
        (0..<3).flatMap { segment in
            [
                Attack("A12: \(name), card segment \(segment)", .malformed) {
                    makeRoom(&$0)
                    $0.rewrite = { $0[segment] = change($0[segment]) }
                },
                Attack("A12: \(name), key binding segment \(segment)", .malformed) {
                    $0.bindingHeader["p"] = "\"12\""
                    $0.bind = { $0["p"] = "\"1\"" }
                    $0.rewriteBinding = { $0[segment] = change($0[segment]) }
                },
            ]
        } + [
            Attack("A12: \(name), disclosure", .malformed) {
                $0.disclosures[0] = change($0.disclosures[0])
            }
        ]
    }

    static let types: [Attack] =
        [
            "kb+jwt", "statuslist+jwt", "at+jwt", "JWT", "jwt", "oauth-authz-req+jwt",
            "openid4vci-proof+jwt", "tegata-request+jwt", "tegata-edition+jwt", "tegata-lists+jwt",
            "DC+SD-JWT", "dc+sd-jwt ", " dc+sd-jwt", "application/dc+sd-jwt", "dc+sd-jwt\\u0000",
            "", "vc+jwt", "vc+ld+json+sd-jwt", "dc\u{2010}sd-jwt",
        ].map { type in
            Attack("A14, A42: card of typ \(type)", .typeMismatch) {
                $0.header["typ"] = "\"\(type)\""
            }
        }
        + ["dc+sd-jwt", "JWT", "KB+JWT", "kb+jwt ", "application/kb+jwt", "at+jwt", ""].map {
            type in
            Attack("A14: key binding of typ \(type)", .typeMismatch) {
                $0.bindingHeader["typ"] = "\"\(type)\""
            }
        } + [
            Attack("A14: card without typ", .typeMismatch) { $0.header["typ"] = nil },
            Attack("A14: key binding without typ", .typeMismatch) { $0.bindingHeader["typ"] = nil },
            Attack("A42: the older typ", nil) { $0.header["typ"] = "\"vc+sd-jwt\"" },
            Attack("A42: the typ of today", nil) { $0.header["typ"] = "\"dc+sd-jwt\"" },
        ]

    static let keys: [Attack] = {
        let good = World.privateKey("holder").publicKey.x963Representation
        let x = Array(good[1...32])
        let y = Array(good[33...])
        let prime =
            Hex.decode("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f") ?? []
        @Sendable func jwk(_ x: [UInt8], _ y: [UInt8], _ more: String = "") -> String {
            #"{"kty":"EC","crv":"secp256k1","x":"\#(Base64URL.encode(x))","y":"\#(Base64URL.encode(y))"\#(more)}"#
        }
        let zero = [UInt8](repeating: 0, count: 32)
        let bad: [(String, String)] = [
            ("A15: off the curve", jwk(x, y.dropLast() + [y[31] ^ 1])),
            ("A15: infinity as zeros", jwk(zero, zero)), ("A15: infinity as nothing", jwk([], [])),
            ("A15: x = p", jwk(prime, y)), ("A15: y = p", jwk(x, prime)),
            ("A15: x above p", jwk([UInt8](repeating: 0xFF, count: 32), y)),
            ("A15: x of 31 bytes", jwk(Array(x.dropFirst()), y)),
            ("A15: x of 33 bytes", jwk([0] + x, y)),
            ("A15: y of 31 bytes", jwk(x, Array(y.dropLast()))),
            ("A15: y of 33 bytes", jwk(x, y + [0])),
            ("A15: 31 and 33 bytes", jwk(Array(x.dropLast()), [x[31]] + y)),
            ("A15: x and y swapped", jwk(y, x)),
            ("A15: no y", #"{"kty":"EC","crv":"secp256k1","x":"\#(Base64URL.encode(x))"}"#),
            ("A15: x is a number", #"{"kty":"EC","crv":"secp256k1","x":1,"y":2}"#),
            (
                "A15: x with padding",
                jwk(x, y).replacing(Base64URL.encode(x), with: Base64URL.encode(x) + "=")
            ),
            (
                "A15: the point of secp256k1 on P-256",
                jwk(x, y).replacing("secp256k1", with: "P-256")
            ),
            ("A15: no curve", #"{"kty":"EC","x":"AA","y":"AA"}"#), ("A15: not an object", "[]"),
            ("A15: null", "null"), ("A15: empty", "{}"),
            ("A17: with d", jwk(x, y, #","d":"AAAA""#)),
            ("A17: with d null", jwk(x, y, #","d":null"#)),
            ("A32: x twice", jwk(x, y, #","x":"AA""#)),
            ("A03: alg of another curve", jwk(x, y, #","alg":"ES256""#)),
        ]
        return bad.map { name, jwk in
            Attack("\(name), in cnf", .malformed) { $0.payload["cnf"] = #"{"jwk":\#(jwk)}"# }
        } + [
            Attack("A15: a curve that nobody asked for", .unsupported) {
                $0.payload["cnf"] = #"{"jwk":\#(jwk(x, y).replacing("secp256k1", with: "P-999"))}"#
            },
            Attack("A02: a symmetric key in cnf", .unsupported) {
                $0.payload["cnf"] = #"{"jwk":{"kty":"oct","k":"AAAA"}}"#
            },
            Attack("A15: a key for encryption", .unsupported) {
                $0.payload["cnf"] = #"{"jwk":\#(jwk(x, y, #","use":"enc""#))}"#
            },
            Attack("A37: unknown members in the key", nil) {
                $0.payload["cnf"] = #"{"jwk":\#(jwk(x, y, #","kid":"k","use":"sig","x5t":"1""#))}"#
            },
        ]
    }()

    @Test(arguments: signatures + highS)
    func `a signature has one form, and either s (A08, A09, A11)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: signatures)
    func `nor has one on P-256 (A08, A09)`(_ attack: Attack) async throws {
        try await attack.run(in: World.p256.value)
    }

    @Test func `P-256 holder keys off the curve or of another length are refused (A15)`()
        async throws
    {
        let world = try await World.secp256k1.value
        let good = P256.PrivateKey().publicKey.x963Representation
        let x = Array(good[1...32])
        let y = Array(good[33...])
        let prime =
            Hex.decode("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff") ?? []
        let zero = [UInt8](repeating: 0, count: 32)
        let bad: [([UInt8], [UInt8])] = [
            (x, y.dropLast() + [y[31] ^ 1]), (zero, zero), ([], []), (prime, y), (x, prime),
            (Array(x.dropFirst()), y), ([0] + x, y), (x, y + [0]), (y, x),
            (Array(x.dropLast()), [x[31]] + y), ([UInt8](repeating: 0xFF, count: 32), y),
        ]
        for (index, (x, y)) in bad.enumerated() {
            let attack = Attack("A15: P-256 key \(index)", .malformed) {
                $0.payload["cnf"] =
                    #"{"jwk":{"kty":"EC","crv":"P-256","x":"\#(Base64URL.encode(x))","y":"\#(Base64URL.encode(y))"}}"#
            }
            try await attack.run(in: world)
        }
    }

    @Test(arguments: encodings)
    func `base64url has one spelling (A12)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: types)
    func `a token of another kind is no card (A14, A42)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: keys)
    func `a broken or private holder key (A15, A17)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    /// The same signature in its other form is the same answer: used up once.
    @Test func `s negated is no second answer (A10)`() async throws {
        let world = try await World.secp256k1.value
        let door = try world.door(world.statuses())
        let challenge = try await door.challenge(asking: ["tier"])
        var forgery = try world.forgery()
        let genuine = try forgery.presentation(for: challenge)
        forgery.rewriteBinding = { $0[2] = negatingS($0[2], .es256k) }
        let other = try forgery.presentation(for: challenge)
        #expect(genuine != other)
        let membership = try await door.verify(other)
        for answer in [genuine, other] {
            await #expect(throws: Refusal.replayed) { try await door.verify(answer) }
        }
        forgery.rewrite = { $0[2] = negatingS($0[2], .es256k) }
        let next = try await door.challenge(asking: ["tier"])
        #expect(try await door.verify(forgery.presentation(for: next)).serial == membership.serial)
    }

    private static func resign(_ segments: inout [String], _ change: ([UInt8]) -> [UInt8]) {
        segments[2] = Base64URL.encode(change((try? Base64URL.decode(segments[2])) ?? []))
    }

    /// Lengths at which header and payload have unused bits.
    private static func makeRoom(_ forgery: inout Forgery) {
        for padding in ["", "1", "12", "123"] {
            forgery.header["p"] = "\"\(padding)\""
            if forgery.header.text.utf8.count % 3 != 0 { break }
        }
        for padding in ["", "1", "12", "123"] {
            forgery.payload["p"] = "\"\(padding)\""
            if forgery.payload.text.utf8.count % 3 != 0 { break }
        }
    }

    private static func spoilUnusedBits(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard text.utf8.count % 4 != 0, let last = text.last,
            let index = alphabet.firstIndex(of: last)
        else { return text + "=" }
        return text.dropLast() + String(alphabet[index ^ 1])
    }

    private static func der(_ signature: [UInt8]) -> [UInt8] {
        func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            let body = (bytes.first ?? 0) & 0x80 == 0 ? Array(bytes) : [0] + bytes
            return [2, UInt8(body.count)] + body
        }
        let body = integer(signature[..<32]) + integer(signature[32...])
        return [0x30, UInt8(body.count)] + body
    }
}
