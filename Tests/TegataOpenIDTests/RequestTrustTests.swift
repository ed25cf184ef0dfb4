import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// What a wallet is asked, and whom it believes (OpenID4VP 1.0 §5, standards of the request object).
struct RequestTrustTests {
    static let now: Int64 = 1_795_392_000

    /// A signed request of a verifier, of which each row spoils one thing and signs it again.
    struct Draft: Sendable {
        let authority = VerifierAuthority("root", now: RequestTrustTests.now)
        var key: SigningKey
        var outer: String
        var header: [(String, JSON)]
        var claims: [(String, JSON)]
        var walletNonce: String?
        var method = RequestReference.Method.get
        var dids: [String] = []
        var acceptsUnsigned = true
        var requiresEncryption = false
        /// The last change, to the finished token.
        var finish: @Sendable (String) -> String = { $0 }

        init() throws {
            let door = P256.PrivateKey()
            key = .p256(door)
            outer = "x509_san_dns:door.example"
            let leaf = try authority.leaf(["other.example", "door.example"], for: door)
            header = [
                ("alg", "ES256"), ("typ", "oauth-authz-req+jwt"),
                ("x5c", [.string(Base64.encode(leaf))]),
            ]
            let encryption = EncryptionKey(P256.PrivateKey().publicKey, keyID: "k")
            let metadata = ClientMetadata(
                keys: [encryption], encryptions: [.a256GCM], algorithms: [.es256, .es256k])
            claims = [
                ("aud", "https://self-issued.me/v2"), ("response_type", "vp_token"),
                ("client_id", .string(outer)), ("response_mode", "direct_post.jwt"),
                ("response_uri", "https://door.example/answer"), ("nonce", "n-0S6_WzA2Mj"),
                ("state", "s"), ("client_metadata", metadata.json),
                ("iat", .number(JSONNumber(RequestTrustTests.now))),
                ("exp", .number(JSONNumber(RequestTrustTests.now + 300))),
                (
                    "dcql_query",
                    ["credentials": [["id": "a", "format": "dc+sd-jwt", "meta": [:]]]]
                ),
            ]
        }

        subscript(_ name: String) -> JSON? {
            get { claims.first { $0.0 == name }?.1 }
            set { Self.set(&claims, name, newValue) }
        }

        mutating func head(_ name: String, _ value: JSON?) { Self.set(&header, name, value) }

        private static func set(_ list: inout [(String, JSON)], _ name: String, _ value: JSON?) {
            let index = list.firstIndex { $0.0 == name }
            switch (index, value) {
            case (let index?, let value?): list[index].1 = value
            case (let index?, nil): list.remove(at: index)
            case (nil, let value?): list.append((name, value))
            case (nil, nil): break
            }
        }

        /// Makes `did` the verifier.
        mutating func become(_ did: String, _ key: SigningKey, method: String) {
            self.key = key
            outer = "decentralized_identifier:" + did
            self["client_id"] = .string(outer)
            header = [
                ("alg", .string(key.algorithm.rawValue)), ("typ", "oauth-authz-req+jwt"),
                ("kid", .string(method)),
            ]
        }

        var object: String {
            get throws {
                func json(_ list: [(String, JSON)]) -> String {
                    let members = list.map {
                        "\"\($0.0)\":\(String(decoding: $0.1.encoded, as: UTF8.self))"
                    }
                    return Base64URL.encode(Array("{\(members.joined(separator: ","))}".utf8))
                }
                let signed = json(header) + "." + json(claims)
                let signature = try key.signature(for: signed.utf8.span)
                return finish(signed + "." + Base64URL.encode(signature.array))
            }
        }

        func outcome() throws -> VerifiedRequest {
            let trust = try RequestTrust(
                authorities: [authority.root], dids: dids, acceptsUnsigned: acceptsUnsigned,
                requiresEncryption: requiresEncryption, clock: { RequestTrustTests.now })
            var form = PresentationForm()
            form.add("client_id", outer)
            form.add("request_uri", "https://door.example/request/1")
            if method == .post { form.add("request_uri_method", "post") }
            guard case .reference(let reference) = try trust.open("openid4vp://?" + form.encoded)
            else { throw Refusal.conflict }
            return try trust.verify(object, from: reference, walletNonce: walletNonce)
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let reason: Refusal?
        let change: @Sendable (inout Draft) throws -> Void
        var testDescription: String { name }

        init(
            _ name: String, _ reason: Refusal?,
            _ change: @escaping @Sendable (inout Draft) throws -> Void
        ) {
            self.name = name
            self.reason = reason
            self.change = change
        }
    }

    static let controls: [Row] = [
        Row("as it is", nil) { _ in },
        Row("unknown members everywhere", nil) {
            $0["verifier_info"] = []
            $0["iss"] = "https://somebody.example"
            $0.head("extra", 1)
        },
        Row("no times", nil) {
            $0["iat"] = nil
            $0["exp"] = nil
        },
        Row("A56 a clock 30 s ahead", nil) { $0["iat"] = .number(JSONNumber(now + 30)) },
        Row("no state, since a key answers", nil) { $0["state"] = nil },
        Row("in the open", nil) { $0["response_mode"] = "direct_post" },
        Row("in the open without metadata", nil) {
            $0["response_mode"] = "direct_post"
            $0["client_metadata"] = nil
        },
        Row("A65 by POST with the wallet's nonce", nil) {
            $0.method = .post
            $0.walletNonce = "w"
            $0["wallet_nonce"] = "w"
        },
        Row("x509_hash", nil) {
            let leaf = Base64.decode(($0.header[2].1[0]?.string ?? "").utf8.span) ?? []
            $0.outer = "x509_hash:" + Base64URL.encode(SHA256.hash(leaf).array)
            $0["client_id"] = .string($0.outer)
        },
        Row("did:key with ES256K", nil) {
            let key = SigningKey.secp256k1(.init())
            let did = key.verifyingKey.didKey ?? ""
            $0.become(did, key, method: try KeyDID(parsing: did).methodID)
            $0.dids = [did]
        },
        Row("did:jwk with ES256", nil) {
            let key = SigningKey.p256(.init())
            let did = key.verifyingKey.didJWK
            $0.become(did, key, method: did + "#0")
            $0.dids = [did]
        },
    ]

    static let header: [Row] = [
        Row("A01 alg none", .unsupported) { $0.head("alg", "none") },
        Row("A01 alg nOnE without a signature", .unsupported) {
            $0.head("alg", "nOnE")
            $0.finish = { String($0.prefix(through: $0.lastIndex(of: ".") ?? $0.startIndex)) }
        },
        Row("A02 HMAC", .unsupported) { $0.head("alg", "HS256") },
        Row("A03 ES256K for a P-256 key", .unsupported) { $0.head("alg", "ES256K") },
        Row("A07 crit", .unsupported) { $0.head("crit", ["exp"]) },
        Row("A07 empty crit", .unsupported) { $0.head("crit", []) },
        Row("A14 typ of another token", .typeMismatch) { $0.head("typ", "JWT") },
        Row("A14 typ of a key binding", .typeMismatch) { $0.head("typ", "kb+jwt") },
        Row("A14 typ in another case", .typeMismatch) { $0.head("typ", "OAuth-Authz-Req+JWT") },
        Row("A14 no typ", .typeMismatch) { $0.head("typ", nil) },
        Row("A04 a key in the header alone", .issuerUntrusted) {
            $0.head("x5c", nil)
            $0.head("jwk", .object($0.key.verifyingKey.jwk))
        },
        Row("A05 jku", .issuerUntrusted) {
            $0.head("x5c", nil)
            $0.head("jku", "https://127.0.0.1/keys")
        },
        Row("A05 x5u", .issuerUntrusted) {
            $0.head("x5c", nil)
            $0.head("x5u", "https://127.0.0.1/chain")
        },
        Row("empty x5c", .malformed) { $0.head("x5c", []) },
        Row("x5c that is no list", .malformed) { $0.head("x5c", "MII") },
        Row("x5c in base64url", .malformed) { $0.head("x5c", ["-_-_"]) },
        Row("x5c that is no certificate", .malformed) { $0.head("x5c", ["AAAA"]) },
        Row("A40 self-signed", .issuerUntrusted) {
            let key = P256.PrivateKey()
            $0.key = .p256(key)
            let leaf = try VerifierAuthority.selfSigned("door.example", key, now: now)
            $0.head("x5c", [.string(Base64.encode(leaf))])
        },
        Row("A40 an authority of its own", .issuerUntrusted) {
            let key = P256.PrivateKey()
            $0.key = .p256(key)
            let other = VerifierAuthority("root", now: now)
            let leaf = try other.leaf(["door.example"], for: key)
            $0.head("x5c", [.string(Base64.encode(leaf)), .string(Base64.encode(other.root))])
        },
        Row("the anchor in the chain (HAIP)", .issuerUntrusted) {
            $0.head("x5c", [$0.header[2].1[0] ?? nil, .string(Base64.encode($0.authority.root))])
        },
        Row("A41 a certificate for other uses", .issuerUntrusted) {
            guard case .p256(let key) = $0.key else { return }
            let leaf = try $0.authority.leaf(["door.example"], for: key, usage: [3, 2, 3, 8])
            $0.head("x5c", [.string(Base64.encode(leaf))])
        },
        Row("A39 a certificate for another name", .issuerUntrusted) {
            guard case .p256(let key) = $0.key else { return }
            let leaf = try $0.authority.leaf(
                ["evil.example", "door.example.evil.example"], for: key)
            $0.head("x5c", [.string(Base64.encode(leaf))])
        },
        Row("a wildcard", .issuerUntrusted) {
            guard case .p256(let key) = $0.key else { return }
            let leaf = try $0.authority.leaf(["*.example"], for: key)
            $0.head("x5c", [.string(Base64.encode(leaf))])
        },
        Row("another key than the leaf's", .signatureInvalid) { $0.key = .p256(.init()) },
        Row("a changed payload", .signatureInvalid) {
            $0.finish = {
                var parts = $0.split(separator: ".").map(String.init)
                parts[1] = Base64URL.encode(Array(#"{"aud":"https://self-issued.me/v2"}"#.utf8))
                return parts.joined(separator: ".")
            }
        },
        Row("a fourth segment", .signatureInvalid) { $0.finish = { $0 + ".AA" } },
        Row("A12 padding", .malformed) { $0.finish = { $0 + "=" } },
        Row("not a token", .malformed) { $0.finish = { _ in "{}" } },
        Row("R4 too long", .limitExceeded) {
            $0.finish = { $0 + String(repeating: "A", count: 200_000) }
        },
    ]

    static let names: [Row] = [
        Row("client_id missing inside", .malformed) { $0["client_id"] = nil },
        Row("client_id of another verifier inside", .issuerUntrusted) {
            $0["client_id"] = "x509_san_dns:other.example"
        },
        Row("client_id inside without its prefix", .unsupported) {
            $0["client_id"] = "door.example"
        },
        Row("client_id inside in another case", .issuerUntrusted) {
            $0["client_id"] = "x509_san_dns:Door.example"
        },
        Row("origin: outside", .unsupported) { $0.outer = "origin:https://door.example" },
        Row("origin: inside", .unsupported) { $0["client_id"] = "origin:https://door.example" },
        Row("pre-registered", .unsupported) { $0.outer = "door" },
        Row("openid_federation", .unsupported) {
            $0.outer = "openid_federation:https://door.example"
        },
        Row("verifier_attestation", .unsupported) { $0.outer = "verifier_attestation:door" },
        Row("a prefix in another case", .unsupported) { $0.outer = "X509_SAN_DNS:door.example" },
        Row("A45 a name that turns around", .malformed) {
            $0.outer = "x509_san_dns:door\u{202E}elpmaxe"
        },
        Row("an empty name", .malformed) { $0.outer = "x509_san_dns:" },
        Row("x509_hash of another certificate", .issuerUntrusted) {
            $0.outer = "x509_hash:" + Base64URL.encode([UInt8](repeating: 1, count: 32))
            $0["client_id"] = .string($0.outer)
        },
        Row("x509_hash that is no hash", .malformed) { $0.outer = "x509_hash:AAAA" },
        Row("redirect_uri: cannot be fetched, because it cannot be signed", .unsupported) {
            $0.outer = "redirect_uri:https://door.example/answer"
            $0["client_id"] = .string($0.outer)
        },
        Row("a DID that is not trusted", .issuerUntrusted) {
            let key = SigningKey.p256(.init())
            let did = key.verifyingKey.didKey ?? ""
            $0.become(did, key, method: try KeyDID(parsing: did).methodID)
        },
        Row("a trusted DID, signed by another key", .signatureInvalid) {
            let key = SigningKey.p256(.init())
            let did = key.verifyingKey.didKey ?? ""
            $0.become(did, .p256(.init()), method: try KeyDID(parsing: did).methodID)
            $0.dids = [did]
        },
        Row("a trusted DID, with the method of another", .issuerUntrusted) {
            let key = SigningKey.p256(.init())
            let other = SigningKey.p256(.init()).verifyingKey.didKey ?? ""
            let did = key.verifyingKey.didKey ?? ""
            $0.become(did, key, method: try KeyDID(parsing: other).methodID)
            $0.dids = [did]
        },
        Row("a DID without kid", .issuerUntrusted) {
            let key = SigningKey.p256(.init())
            let did = key.verifyingKey.didKey ?? ""
            $0.become(did, key, method: "")
            $0.head("kid", nil)
            $0.dids = [did]
        },
        Row("did:jwk and did:key of one key are two names", .issuerUntrusted) {
            let key = SigningKey.p256(.init())
            $0.become(key.verifyingKey.didJWK, key, method: key.verifyingKey.didJWK + "#0")
            $0.dids = [key.verifyingKey.didKey ?? ""]
        },
    ]

    static let claims: [Row] = [
        Row("no aud", .malformed) { $0["aud"] = nil },
        Row("aud of somebody", .unauthorized) { $0["aud"] = "https://wallet.example" },
        Row("aud as a list", .unauthorized) { $0["aud"] = ["https://self-issued.me/v2"] },
        Row("aud with a slash more", .unauthorized) { $0["aud"] = "https://self-issued.me/v2/" },
        Row("past its end", .expired) { $0["exp"] = .number(JSONNumber(now - 61)) },
        Row("from the future", .notYetValid) { $0["iat"] = .number(JSONNumber(now + 61)) },
        Row("not before", .notYetValid) { $0["nbf"] = .number(JSONNumber(now + 61)) },
        Row("A117 exp as text", .malformed) { $0["exp"] = "never" },
        Row("A32 a member twice", .malformed) { $0.claims.append(("nonce", "other")) },
        Row("response_type of two", .unsupported) { $0["response_type"] = "vp_token id_token" },
        Row("response_type code", .unsupported) { $0["response_type"] = "code" },
        Row("no response_type", .malformed) { $0["response_type"] = nil },
        Row("no response_mode", .unsupported) { $0["response_mode"] = nil },
        Row("response_mode fragment", .unsupported) { $0["response_mode"] = "fragment" },
        Row("response_mode dc_api.jwt", .unsupported) { $0["response_mode"] = "dc_api.jwt" },
        Row("response_mode that is no text", .malformed) { $0["response_mode"] = 1 },
        Row("no response_uri", .malformed) { $0["response_uri"] = nil },
        Row("redirect_uri beside response_uri", .malformed) {
            $0["redirect_uri"] = "https://door.example/answer"
        },
        Row("redirect_uri in its place", .malformed) {
            $0["response_uri"] = nil
            $0["redirect_uri"] = "https://door.example/answer"
        },
        Row("answers to another host", .issuerUntrusted) {
            $0["response_uri"] = "https://evil.example/answer"
        },
        Row("answers to a host below", .issuerUntrusted) {
            $0["response_uri"] = "https://a.door.example/answer"
        },
        Row("answers to a user's name", .malformed) {
            $0["response_uri"] = "https://door.example@evil.example/answer"
        },
        Row("A114 answers without TLS", .malformed) {
            $0["response_uri"] = "http://door.example/answer"
        },
        Row("no nonce", .malformed) { $0["nonce"] = nil },
        Row("an empty nonce", .malformed) { $0["nonce"] = "" },
        Row("A53 a nonce that is a number", .malformed) { $0["nonce"] = 1 },
        Row("a nonce with a space", .malformed) { $0["nonce"] = "a b" },
        Row("a nonce without end", .limitExceeded) {
            $0["nonce"] = .string(String(repeating: "a", count: 513))
        },
        Row("state that is a number", .malformed) { $0["state"] = 1 },
        Row("no state, and no key that answers", .malformed) {
            $0["state"] = nil
            $0["dcql_query"] = [
                "credentials": [
                    [
                        "id": "a", "format": "dc+sd-jwt", "meta": [:],
                        "require_cryptographic_holder_binding": false,
                    ]
                ]
            ]
        },
        Row("no query", .malformed) { $0["dcql_query"] = nil },
        Row("a query as text", .malformed) { $0["dcql_query"] = "{}" },
        Row("scope in place of a query", .unsupported) {
            $0["dcql_query"] = nil
            $0["scope"] = "card"
        },
        Row("scope beside a query", .malformed) { $0["scope"] = "card" },
        Row("Presentation Exchange", .unsupported) {
            $0["dcql_query"] = nil
            $0["presentation_definition"] = ["id": "x", "input_descriptors": []]
        },
        Row("transaction data", .unsupported) { $0["transaction_data"] = ["e30"] },
        Row("a request in the request", .malformed) { $0["request"] = "x" },
        Row("a reference in the request", .malformed) { $0["request_uri"] = "https://a.example" },
        Row("wallet_nonce that nobody sent", .malformed) { $0["wallet_nonce"] = "w" },
        Row("wallet_nonce does not come back", .replayed) {
            $0.method = .post
            $0.walletNonce = "w"
        },
        Row("wallet_nonce comes back changed", .replayed) {
            $0.method = .post
            $0.walletNonce = "w"
            $0["wallet_nonce"] = "W"
        },
        Row("a POST without a nonce", .malformed) { $0.method = .post },
        Row("encrypted without a key", .malformed) {
            $0["client_metadata"] = ["vp_formats_supported": ["dc+sd-jwt": [:]]]
        },
        Row("encrypted without metadata", .malformed) { $0["client_metadata"] = nil },
        Row("metadata without formats", .malformed) { $0["client_metadata"] = [:] },
        Row("metadata of a draft", .unsupported) {
            $0["client_metadata"] = ["vp_formats": ["vc+sd-jwt": [:]]]
        },
        Row("metadata for other formats", .unsupported) {
            $0["client_metadata"] = ["vp_formats_supported": ["mso_mdoc": [:]]]
        },
        Row("encryption that is not offered", .unsupported) {
            var metadata = $0["client_metadata"]?.object ?? [:]
            metadata = JSONObject(
                changing: metadata, "encrypted_response_enc_values_supported", ["A128CBC-HS256"])
            $0["client_metadata"] = .object(metadata)
        },
        Row("A17 a private encryption key", .malformed) {
            $0["client_metadata"] = [
                "vp_formats_supported": ["dc+sd-jwt": [:]],
                "jwks": ["keys": [["kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"]]],
            ]
        },
        Row("A16 two encryption keys with one kid", .malformed) {
            let keys = [P256.PrivateKey(), P256.PrivateKey()]
                .map { EncryptionKey($0.publicKey, keyID: "k").jwk }
            $0["client_metadata"] = [
                "vp_formats_supported": ["dc+sd-jwt": [:]], "jwks": ["keys": .array(keys)],
            ]
        },
        Row("A64 in the open to a wallet that only answers encrypted", .unsupported) {
            $0["response_mode"] = "direct_post"
            $0.requiresEncryption = true
        },
    ]

    @Test(arguments: controls + header + names + claims)
    func `a request that breaks one rule is refused, and one that breaks none is not`(
        _ row: Row
    ) throws {
        var draft = try Draft()
        try row.change(&draft)
        guard let reason = row.reason else {
            let request = try draft.outcome()
            #expect(request.isAuthenticated)
            #expect(request.verifier.text == draft.outer)
            return
        }
        #expect(throws: reason) { try draft.outcome() }
    }

    @Test func `a wallet that trusts nobody answers nobody`() throws {
        let draft = try Draft()
        let trust = try RequestTrust(clock: { Self.now })
        let link =
            "openid4vp://?client_id=x509_san_dns%3Adoor.example&request=" + (try draft.object)
        #expect(throws: Refusal.issuerUntrusted) { try trust.open(link) }
        let knowing = try RequestTrust(authorities: [draft.authority.root], clock: { Self.now })
        guard case .request(let request) = try knowing.open(link) else {
            Issue.record("the request was in the link")
            return
        }
        #expect(request.isAuthenticated)
    }

    private static let unsigned =
        "openid4vp://?client_id=redirect_uri%3Ahttps%3A%2F%2Fdoor.example%2Fanswer"
        + "&response_type=vp_token&response_mode=direct_post&nonce=n&state=s"
        + "&response_uri=https%3A%2F%2Fdoor.example%2Fanswer"
        + "&dcql_query=%7B%22credentials%22%3A%5B%7B%22id%22%3A%22a%22%2C%22format%22%3A%22dc%2Bsd-jwt%22%2C%22meta%22%3A%7B%7D%7D%5D%7D"

    @Test func `an unsigned request is taken only where its owner chose so, and says so`() throws {
        let open = try RequestTrust(acceptsUnsigned: true, clock: { Self.now })
        guard case .request(let request) = try open.open(Self.unsigned) else {
            Issue.record("the request was in the link")
            return
        }
        #expect(!request.isAuthenticated)
        #expect(throws: Refusal.issuerUntrusted) {
            try RequestTrust(clock: { Self.now }).open(Self.unsigned)
        }
        for (change, with, reason) in [
            (
                "redirect_uri%3Ahttps%3A%2F%2Fdoor", "redirect_uri%3Ahttps%3A%2F%2Fevil",
                .issuerUntrusted
            ),
            ("redirect_uri%3A", "x509_san_dns%3A", .signatureInvalid),
            ("redirect_uri%3A", "origin%3A", .unsupported),
            ("&nonce=n", "", .malformed), ("&nonce=n", "&nonce=n&nonce=n", .malformed),
            ("&state=s", "&state=%FF", .malformed), ("&state=s", "&state=%2", .malformed),
            ("&state=s", "&state", .malformed), ("&state=s", "&&state=s", .malformed),
            ("&state=s", "&request_uri_method=post", .malformed),
            ("&state=s", "&redirect_uri=https%3A%2F%2Fdoor.example", .malformed),
            ("https%3A%2F%2Fdoor", "http%3A%2F%2Fdoor", .malformed),
        ] as [(String, String, Refusal)] {
            #expect(throws: reason, "\(change) → \(with)") {
                try open.open(Self.unsigned.replacing(change, with: with))
            }
        }
    }

    @Test(
        arguments: [
            ("request_uri=https%3A%2F%2Fa.example%2F1&request=x", .malformed),
            ("request_uri=https%3A%2F%2Fa.example%2F1&request_uri_method=PUT", .unsupported),
            ("request_uri=https%3A%2F%2Fa.example%2F1&request_uri_method=POST", .unsupported),
            ("request_uri=http%3A%2F%2Fa.example%2F1", .malformed),
            ("request_uri=file%3A%2F%2F%2Fetc%2Fpasswd", .malformed),
            ("request_uri=https%3A%2F%2F127.0.0.1%2F1", .malformed),
            ("request_uri=https%3A%2F%2F2130706433%2F1", .malformed),
            ("request_uri=https%3A%2F%2F0x7f.1%2F1", .malformed),
            ("request_uri=https%3A%2F%2F0177.0.0.1%2F1", .malformed),
            ("request_uri=https%3A%2F%2F169.254.169.254%2F", .malformed),
            ("request_uri=https%3A%2F%2F%5B%3A%3A1%5D%2F", .malformed),
            ("request_uri=https%3A%2F%2Flocalhost%2F", .malformed),
            ("request_uri=https%3A%2F%2Flocalhost.%2F", .malformed),
            ("request_uri=https%3A%2F%2Fa.localhost%2F", .malformed),
            ("request_uri=https%3A%2F%2Fprinter.local%2F", .malformed),
            ("request_uri=https%3A%2F%2Fa.example%23x", .malformed),
            ("request_uri=https%3A%2F%2Fuser%40a.example%2F", .malformed),
            ("request_uri=https%3A%2F%2Fa.example%3A123456%2F", .malformed),
            ("request_uri=https%3A%2F%2Fa.example%5C.evil.example", .malformed),
            ("", .malformed),
        ] as [(String, Refusal)])
    func `A113, A114 a link leads nowhere it should not`(_ rest: String, _ reason: Refusal) throws {
        let trust = try RequestTrust(clock: { Self.now })
        let link = "openid4vp://?client_id=x509_san_dns%3Aa.example&" + rest
        #expect(throws: rest.isEmpty ? .malformed : reason) { try trust.open(link) }
        #expect(throws: Refusal.malformed) { try trust.open("openid4vp://nothing") }
    }
}

extension JSONObject {
    /// `object` with another value for `name`.
    init(changing object: JSONObject, _ name: String, _ value: JSON) {
        self.init()
        for member in object.members {
            add(member.name, member.name == name ? value : member.value)
        }
    }
}
