import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// Rows A01 to A17, end to end: each is a presentation shown at a door.
@Suite struct AttackJOSETests {
    /// Values of `alg` that no policy of ours has, and one that Swift's `==` would take for ours.
    static let foreignAlgorithms =
        ["none", "None", "NONE", "nOnE", "noNe", "NonE"].map { ("A01", $0) }
        + ["HS256", "HS384", "HS512", "hs256"].map { ("A02", $0) }
        + [
            "ES384", "RS256", "PS256", "EdDSA", "Ed25519", "es256k", "ES256k", "ES256K ", "",
            "ES256\u{212A}", "secp256k1", "ES256K-R",
        ].map { ("A03", $0) }

    static let algorithms: [Attack] = foreignAlgorithms.flatMap { row, name in
        [
            Attack("\(row): card with alg \(name)", .unsupported) {
                $0.header["alg"] = "\"\(name)\""
            },
            Attack("\(row): card with alg \(name), no signature", .unsupported) {
                $0.header["alg"] = "\"\(name)\""
                $0.rewrite = { $0[2] = "" }
            },
            Attack("\(row): key binding with alg \(name)", .unsupported) {
                $0.bindingHeader["alg"] = "\"\(name)\""
            },
            Attack("\(row): key binding with alg \(name), no signature", .unsupported) {
                $0.bindingHeader["alg"] = "\"\(name)\""
                $0.rewriteBinding = { $0[2] = "" }
            },
        ]
    }

    /// HMAC under every spelling of the issuer's public key.
    static let macs: [Attack] = ["x963", "compressed", "jwk", "thumbprint"].map { form in
        Attack("A02: HS256 keyed with the issuer's key as \(form)", .unsupported) { forgery in
            guard case .secp256k1(let secret) = forgery.signer else { return }
            let key = forgery.signer.verifyingKey
            let bytes: [UInt8] =
                switch form {
                case "x963": secret.publicKey.x963Representation
                case "compressed": secret.publicKey.compressedRepresentation
                case "jwk": JSON.object(key.jwk).encoded
                default: Array(key.thumbprint.utf8)
                }
            forgery.header["alg"] = "\"HS256\""
            forgery.rewrite = {
                $0[2] = Base64URL.encode(
                    HMAC.authenticationCode(for: Array("\($0[0]).\($0[1])".utf8), key: bytes))
            }
        }
    }

    static let headers: [Attack] = [
        Attack("A03: the other curve's alg, named key", .unsupported) {
            $0.header["alg"] = "\"ES256\""
        },
        Attack("A03: the other curve's alg, no kid", .unsupported) {
            $0.header["alg"] = "\"ES256\""
            $0.header["kid"] = nil
        },
        Attack("A03: the other curve's alg in the key binding", .unsupported) {
            $0.bindingHeader["alg"] = "\"ES256\""
        },
        Attack("A03: signed on the other curve", .unsupported) {
            $0.header["alg"] = "\"ES256\""
            $0.signer = .p256(P256.PrivateKey())
        },
        Attack("A03: signed on the other curve under our alg", .signatureInvalid) {
            $0.signer = .p256(P256.PrivateKey())
        },
        Attack("A04: a stranger's key, in jwk", .issuerUntrusted) {
            try bringKey(&$0, .secp256k1(Secp256k1.PrivateKey()), named: "jwk")
            $0.header["kid"] = nil
        },
        Attack("A04: a stranger's key in jwk, the issuer's kid", .issuerUntrusted) {
            try bringKey(&$0, .secp256k1(Secp256k1.PrivateKey()), named: "jwk")
        },
        Attack("A04: a stranger's key of the other curve, in jwk", .issuerUntrusted) {
            try bringKey(&$0, .p256(P256.PrivateKey()), named: "jwk")
            $0.header["kid"] = nil
        },
        Attack("A04: a stranger's kid", .issuerUntrusted) {
            let stranger = SigningKey.secp256k1(Secp256k1.PrivateKey())
            $0.signer = stranger
            $0.header["kid"] = "\"\(stranger.verifyingKey.thumbprint)\""
        },
        Attack("A04: a stranger's signature, the issuer's kid", .signatureInvalid) {
            $0.signer = .secp256k1(Secp256k1.PrivateKey())
        },
        Attack("A51: a stranger's key in the key binding's jwk", .holderBindingInvalid) {
            let stranger = SigningKey.secp256k1(Secp256k1.PrivateKey())
            $0.holder = stranger
            $0.bindingHeader["jwk"] =
                String(decoding: JSON.object(stranger.verifyingKey.jwk).encoded, as: UTF8.self)
        },
        Attack("A13: no signature at all", .malformed) { $0.rewrite = { $0.removeLast() } },
        Attack("A13: two signatures", .malformed) { $0.rewrite = { $0.append($0[2]) } },
        Attack("A13: five segments, as JWE has", .malformed) {
            $0.rewrite = { $0 += [$0[1], $0[2]] }
        },
        Attack("A13: JSON serialisation", .malformed) {
            $0.rewrite = {
                $0 = [
                    #"{"payload":"\#($0[1])","protected":"\#($0[0])","signature":"\#($0[2])"}"#
                ]
            }
        },
        Attack("A13: general JSON serialisation, one good signature of two", .malformed) {
            $0.rewrite = {
                let good = #"{"protected":"\#($0[0])","signature":"\#($0[2])"}"#
                $0 = [#"{"payload":"\#($0[1])","signatures":[\#(good),\#(good)]}"#]
            }
        },
        Attack("A37: unknown header members, no kid", nil) {
            $0.header["kid"] = nil
            $0.header["x"] = #"{"y":[1]}"#
            $0.header["x5t"] = #""abc""#
        },
        Attack("A04: the issuer's own key in jwk adds nothing and harms nothing", nil) {
            $0.header["jwk"] =
                String(decoding: JSON.object($0.signer.verifyingKey.jwk).encoded, as: UTF8.self)
        },
    ]

    static let pointers: [Attack] = ["jku", "x5u", "x5c"].flatMap { name in
        [
            "https://attacker.example/keys", "http://169.254.169.254/latest", "file:///etc/passwd",
            "http://127.0.0.1:8080/", "http://[::1]/", "gopher://10.0.0.1/",
        ].map { address in
            Attack("A05: a stranger's signature and \(name) \(address)", .issuerUntrusted) {
                $0.signer = .secp256k1(Secp256k1.PrivateKey())
                $0.header[name] = name == "x5c" ? "[\"MAA=\"]" : "\"\(address)\""
            }
        }
    }

    static let keyIDs: [Attack] =
        [
            "../../../dev/null", "' OR 1=1 --", "\\u0000", "a\\nb", "", "*", "0",
            String(repeating: "k", count: 8_192), "\u{202E}gnp", "https://attacker.example/k",
        ].map { id in
            Attack("A06: kid \(id.prefix(20))", .issuerUntrusted) { $0.header["kid"] = "\"\(id)\"" }
        } + [
            Attack("A06: kid of one mebibyte", .limitExceeded) {
                $0.header["kid"] = "\"" + String(repeating: "k", count: 1 << 20) + "\""
            }
        ]

    static let critical: [Attack] = [
        #"["x"]"#, "[]", #"["exp"]"#, #"["b64"]"#, #"["alg"]"#, #""x""#, "null", "{}", #"[1]"#,
        "true", "0", #"["x","x"]"#,
    ].flatMap { (value: String) in
        [
            Attack("A07: card with crit \(value)", .unsupported) { $0.header["crit"] = value },
            Attack("A07: key binding with crit \(value)", .unsupported) {
                $0.bindingHeader["crit"] = value
            },
            Attack("A07: crit \(value) with its member", .unsupported) {
                $0.header["crit"] = value
                $0.header["x"] = "true"
                $0.header["b64"] = "true"
            },
        ]
    }

    static let headerShapes: [Attack] =
        [
            ("alg", "null"), ("alg", "1"), ("alg", #"["ES256K"]"#), ("typ", "1"),
            ("typ", "null"), ("typ", #"["dc+sd-jwt"]"#),
        ].flatMap { (name: String, value: String) in
            [
                Attack("A32: card with \(name) \(value)", .malformed) {
                    $0.header[name] = value
                },
                Attack("A32: key binding with \(name) \(value)", .malformed) {
                    $0.bindingHeader[name] = value
                },
            ]
        } + [
            Attack("A01: card without alg", .malformed) { $0.header["alg"] = nil },
            Attack("A01: key binding without alg", .malformed) { $0.bindingHeader["alg"] = nil },
        ]

    @Test(
        arguments: algorithms + macs + headers + pointers + keyIDs + critical + headerShapes)
    func `a header decides nothing (A01 to A07, A13)`(_ attack: Attack) async throws {
        try await attack.run(in: World.secp256k1.value)
    }

    @Test(arguments: algorithms + critical)
    func `nor does it on the other curve (A01, A02, A07)`(_ attack: Attack) async throws {
        // On P-256 the foreign names are the same and ES256K is one more, which the attacks below cover.
        try await attack.run(in: World.p256.value)
    }

    @Test(arguments: [
        Attack("A03: ES256K in the header of a P-256 card", .unsupported) {
            $0.header["alg"] = "\"ES256K\""
        },
        Attack("A03: the same without kid", .unsupported) {
            $0.header["alg"] = "\"ES256K\""
            $0.header["kid"] = nil
        },
        Attack("A03: ES256K in the key binding of a P-256 holder", .unsupported) {
            $0.bindingHeader["alg"] = "\"ES256K\""
        },
        Attack("A11: high s on P-256", nil) {
            $0.rewrite = { $0[2] = negatingS($0[2], .es256) }
            $0.rewriteBinding = { $0[2] = negatingS($0[2], .es256) }
        },
        Attack("the genuine card", nil) { _ in },
    ])
    func `P-256 cards are judged alike (A03, A11)`(_ attack: Attack) async throws {
        try await attack.run(in: World.p256.value)
    }

    private static func bringKey(
        _ forgery: inout Forgery, _ key: SigningKey, named name: String
    ) throws {
        forgery.signer = key
        forgery.header["alg"] = "\"\(key.algorithm.rawValue)\""
        forgery.header[name] =
            String(decoding: JSON.object(key.verifyingKey.jwk).encoded, as: UTF8.self)
    }
}
