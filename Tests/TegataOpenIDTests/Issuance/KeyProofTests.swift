import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Row A70 and every variation of it: what may stand in a proof of a key, and what may not.
struct KeyProofTests {
    /// A proof in pieces, good until a row spoils it.
    struct Draft {
        var header: [(String, JSON)]
        var claims: [(String, JSON)]
        var signer: SigningKey
        /// Written in place of what would be signed.
        var signature: [UInt8]?
        var text: ((String) -> String)?

        init(_ key: SigningKey, nonce: String, now: Int64) {
            signer = key
            header = [
                ("alg", .string(key.algorithm.rawValue)), ("typ", "openid4vci-proof+jwt"),
                ("jwk", .object(key.verifyingKey.jwk)),
            ]
            claims = [
                ("aud", .string(IssuanceDesk.club)), ("iat", .number(JSONNumber(now))),
                ("nonce", .string(nonce)),
            ]
        }

        mutating func head(_ name: String, _ value: JSON?) { Self.set(&header, name, value) }
        mutating func claim(_ name: String, _ value: JSON?) { Self.set(&claims, name, value) }

        private static func set(
            _ members: inout [(String, JSON)], _ name: String, _ value: JSON?
        ) {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }

        var encoded: String {
            get throws {
                func object(_ members: [(String, JSON)]) -> JSON {
                    var object = JSONObject()
                    for (name, value) in members { object.add(name, value) }
                    return .object(object)
                }
                let signed =
                    Base64URL.encode(object(header).encoded) + "."
                    + Base64URL.encode(object(claims).encoded)
                let made = try signature ?? signer.signature(for: Array(signed.utf8).span).array
                let whole = signed + "." + Base64URL.encode(made)
                return text?(whole) ?? whole
            }
        }
    }

    struct Row: CustomTestStringConvertible {
        let name: String
        let error: String
        let reason: Refusal
        let change: @Sendable (inout Draft) -> Void

        init(
            _ name: String, _ reason: Refusal, error: String = "invalid_proof",
            _ change: @escaping @Sendable (inout Draft) -> Void
        ) {
            self.name = name
            self.error = error
            self.reason = reason
            self.change = change
        }

        var testDescription: String { name }
    }

    static let key = SigningKey.secp256k1(IssuanceDesk.key("holder"))
    static let p256 = SigningKey.p256(P256.PrivateKey())
    static let now = IssuanceDesk.start

    static let rows: [Row] = [
        Row("typ missing", .typeMismatch) { $0.head("typ", nil) },
        Row("typ JWT", .typeMismatch) { $0.head("typ", "JWT") },
        Row("typ in capitals", .typeMismatch) { $0.head("typ", "OpenID4VCI-proof+jwt") },
        Row("typ with prefix", .typeMismatch) {
            $0.head("typ", "application/openid4vci-proof+jwt")
        },
        Row("typ of a key binding", .typeMismatch) { $0.head("typ", "kb+jwt") },
        Row("typ a number", .malformed) { $0.head("typ", 1) },
        Row("alg none, no signature", .unsupported) {
            $0.head("alg", "none")
            $0.signature = []
        },
        Row("alg None, signed", .unsupported) { $0.head("alg", "None") },
        Row("alg missing", .malformed) { $0.head("alg", nil) },
        Row("alg HS256", .unsupported) { $0.head("alg", "HS256") },
        Row("alg ES384", .unsupported) { $0.head("alg", "ES384") },
        Row("alg EdDSA", .unsupported) { $0.head("alg", "EdDSA") },
        Row("alg of the other curve", .unsupported) { $0.head("alg", "ES256") },
        Row("key of the other curve", .unsupported) {
            $0.head("jwk", .object(Self.p256.verifyingKey.jwk))
        },
        Row("another's key", .signatureInvalid) {
            let other = SigningKey.secp256k1(IssuanceDesk.key("other"))
            $0.head("jwk", .object(other.verifyingKey.jwk))
        },
        Row("signature of zeros", .signatureInvalid) {
            $0.signature = [UInt8](repeating: 0, count: 64)
        },
        Row("signature of 63 bytes", .signatureInvalid) {
            $0.signature = [UInt8](repeating: 1, count: 63)
        },
        Row("no signature", .signatureInvalid) { $0.signature = [] },
        Row("padding", .malformed) { $0.text = { $0 + "=" } },
        Row("four segments", .signatureInvalid) { $0.text = { $0 + ".AAAA" } },
        Row("two segments", .malformed) { $0.text = { _ in "e30.e30" } },
        Row("empty", .malformed) { $0.text = { _ in "" } },
        Row("endless", .limitExceeded) { $0.text = { $0 + String(repeating: "A", count: 20_000) } },
        Row("crit", .unsupported) { $0.head("crit", ["exp"]) },
        Row("crit empty", .unsupported) { $0.head("crit", []) },
        Row("b64 false", .unsupported) { $0.head("b64", false) },
        Row("no key", .holderBindingMissing) { $0.head("jwk", nil) },
        Row("jwk and kid", .malformed) {
            $0.head("kid", .string(Self.key.verifyingKey.didKey ?? ""))
        },
        Row("private key in jwk", .malformed) {
            var jwk = Self.key.verifyingKey.jwk
            jwk.add("d", .string(Base64URL.encode([UInt8](repeating: 1, count: 32))))
            $0.head("jwk", .object(jwk))
        },
        Row("symmetric jwk", .unsupported) { $0.head("jwk", ["kty": "oct", "k": "AAAA"]) },
        Row("jwk off the curve", .malformed) {
            $0.head("jwk", ["kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA"])
        },
        Row("jwk for encryption", .unsupported) {
            var jwk = Self.key.verifyingKey.jwk
            jwk.add("use", "enc")
            $0.head("jwk", .object(jwk))
        },
        Row("jwk a string", .malformed) { $0.head("jwk", "x") },
        Row("x5c beside jwk", .unsupported) { $0.head("x5c", ["MIIB"]) },
        Row("x5c alone", .unsupported) {
            $0.head("jwk", nil)
            $0.head("x5c", ["MIIB"])
        },
        Row("jku", .unsupported) { $0.head("jku", "https://evil.example/keys") },
        Row("x5u", .unsupported) { $0.head("x5u", "https://evil.example/cert") },
        Row("trust_chain", .unsupported) { $0.head("trust_chain", ["x"]) },
        Row("kid of no DID", .unsupported) {
            $0.head("jwk", nil)
            $0.head("kid", "key-1")
        },
        Row("kid did:web", .unsupported) {
            $0.head("jwk", nil)
            $0.head("kid", "did:web:evil.example#1")
        },
        Row("kid did:jwk, which is not offered", .unsupported) {
            $0.head("jwk", nil)
            $0.head("kid", .string(Self.key.verifyingKey.didJWK + "#0"))
        },
        Row("kid with another fragment", .malformed) {
            $0.head("jwk", nil)
            $0.head("kid", .string((Self.key.verifyingKey.didKey ?? "") + "#0"))
        },
        Row("kid of another key", .signatureInvalid) {
            $0.head("jwk", nil)
            let other = SigningKey.secp256k1(IssuanceDesk.key("other"))
            $0.head("kid", .string(other.verifyingKey.didKey ?? ""))
        },
        Row("kid a number", .malformed) {
            $0.head("jwk", nil)
            $0.head("kid", 1)
        },
        Row("aud missing", .malformed) { $0.claim("aud", nil) },
        Row("aud of another", .holderBindingInvalid) { $0.claim("aud", "https://evil.example") },
        Row("aud with a slash", .holderBindingInvalid) {
            $0.claim("aud", .string(IssuanceDesk.club + "/"))
        },
        Row("aud the endpoint", .holderBindingInvalid) {
            $0.claim("aud", .string(IssuanceDesk.club + "/credential"))
        },
        Row("aud in capitals", .holderBindingInvalid) {
            $0.claim("aud", .string(IssuanceDesk.club.uppercased()))
        },
        Row("aud a list", .malformed) { $0.claim("aud", [.string(IssuanceDesk.club)]) },
        Row("iat missing", .malformed) { $0.claim("iat", nil) },
        Row("iat a string", .malformed) { $0.claim("iat", "1795392000") },
        Row("iat a fraction", .malformed) {
            $0.claim("iat", .number(JSONNumber(1_795_392_000.5) ?? JSONNumber(0)))
        },
        Row("iat negative", .malformed) { $0.claim("iat", -1) },
        Row("iat a day ago", .expired) { $0.claim("iat", .number(JSONNumber(now - 86_400))) },
        Row("iat a day ahead", .notYetValid) {
            $0.claim("iat", .number(JSONNumber(now + 86_400)))
        },
        Row("exp passed", .expired) { $0.claim("exp", .number(JSONNumber(now - 61))) },
        Row("nbf to come", .notYetValid) { $0.claim("nbf", .number(JSONNumber(now + 61))) },
        Row("iss a number", .malformed) { $0.claim("iss", 1) },
        Row("nonce missing", .holderBindingInvalid) { $0.claim("nonce", nil) },
        Row("nonce a number", .malformed) { $0.claim("nonce", 1) },
        Row("nonce empty", .holderBindingInvalid, error: "invalid_nonce") {
            $0.claim("nonce", "")
        },
        Row("nonce unknown", .holderBindingInvalid, error: "invalid_nonce") {
            $0.claim("nonce", .string(Ticket().text))
        },
        Row("nonce of another key", .holderBindingInvalid, error: "invalid_nonce") {
            let foreign = CredentialNonces(key: [UInt8](repeating: 8, count: 32), lifetime: 300)
            $0.claim("nonce", .string(foreign.make(now: now)))
        },
        Row("nonce with padding", .holderBindingInvalid, error: "invalid_nonce") { draft in
            let nonce = draft.claims.first { $0.0 == "nonce" }?.1.string ?? ""
            draft.claim("nonce", .string(nonce + "="))
        },
    ]

    @Test(arguments: rows)
    func `A70: a spoilt proof gets no card and uses nothing up`(row: Row) async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let nonce = try await desk.nonce()
        var draft = Draft(Self.key, nonce: nonce, now: desk.now)
        row.change(&draft)
        let answer = try await send([draft.encoded], desk, tokens)
        #expect(answer.status == 400)
        #expect(answer.error == row.error)
        #expect(answer.reason == row.reason)
        #expect(desk.orders.isEmpty)
        // Beside a good proof it spoils the batch.
        let good = try Draft(Self.p256, nonce: nonce, now: desk.now).encoded
        #expect(try await send([good, draft.encoded], desk, tokens).status == 400)
        #expect(desk.orders.isEmpty)
        #expect(try await send([good], desk, tokens).status == 200)
    }

    @Test func `A70: proofs of either curve, by jwk or did:key, pass`() async throws {
        for key in [Self.key, Self.p256] {
            let did = try #require(key.verifyingKey.didKey)
            for name in [nil, did, did + "#" + did.dropFirst("did:key:".count)] {
                let desk = try IssuanceDesk()
                let tokens = try await desk.tokens()
                var draft = Draft(key, nonce: try await desk.nonce(), now: desk.now)
                if let name {
                    draft.head("jwk", nil)
                    draft.head("kid", .string(name))
                }
                draft.claim("iss", "wallet")
                draft.head("key_attestation", "x")
                let answer = try await send([draft.encoded], desk, tokens)
                #expect(answer.status == 200)
                #expect(desk.orders.first?.holders == [key.verifyingKey])
            }
        }
    }

    @Test(arguments: [-59, 59, -300] as [Int64])
    func `A70: clocks may differ`(seconds: Int64) async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let draft = Draft(
            Self.key, nonce: try await desk.nonce(), now: desk.now + seconds)
        #expect(try await send([draft.encoded], desk, tokens).status == 200)
    }

    @Test func `A70: a nonce ends, and two in one request are one too many`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let old = try await desk.nonce()
        desk.pass(301)
        let late = try Draft(Self.key, nonce: old, now: desk.now).encoded
        let answer = try await send([late], desk, tokens)
        #expect(answer.error == "invalid_nonce" && answer.reason == .expired)
        let first = try Draft(Self.key, nonce: try await desk.nonce(), now: desk.now).encoded
        let second = try Draft(Self.p256, nonce: try await desk.nonce(), now: desk.now).encoded
        let mixed = try await send([first, second], desk, tokens)
        #expect(mixed.error == "invalid_proof" && desk.orders.isEmpty)
    }

    @Test(arguments: [
        "{}", "[]", "null", #""x""#, #"{"jwt":[]}"#, #"{"jwt":"x"}"#, #"{"jwt":[1]}"#,
        #"{"jwt":[null]}"#, #"{"di_vp":[{}]}"#, #"{"attestation":["x"]}"#,
        #"{"jwt":["x"],"attestation":["y"]}"#, #"{"JWT":["x"]}"#,
    ])
    func `A70: proofs of another shape are refused`(proofs: String) async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let answer = try await desk.post(
            "credential",
            [
                "credential_configuration_id": "founders",
                "proofs": try JSON(parsing: Array(proofs.utf8)),
            ], token: tokens.access)
        #expect(answer.error == "invalid_proof" && answer.status == 400)
        #expect(desk.orders.isEmpty)
    }

    @Test func `A70: every byte of a proof matters`() async throws {
        let desk = try IssuanceDesk()
        let tokens = try await desk.tokens()
        let good = try Draft(Self.key, nonce: try await desk.nonce(), now: desk.now).encoded
        for index in stride(from: 0, to: good.utf8.count, by: 5) {
            var bytes = Array(good.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let answer = try await send([String(decoding: bytes, as: UTF8.self)], desk, tokens)
            #expect(answer.status == 400, "\(index)")
        }
        #expect(desk.orders.isEmpty)
        #expect(try await send([good], desk, tokens).status == 200)
    }

    private func send(
        _ proofs: [String], _ desk: IssuanceDesk, _ tokens: IssuanceTokens
    ) async throws -> OAuthAnswer {
        try await desk.post(
            "credential",
            [
                "credential_configuration_id": "founders",
                "proofs": ["jwt": .array(proofs.map(JSON.string))],
            ], token: tokens.access)
    }
}
