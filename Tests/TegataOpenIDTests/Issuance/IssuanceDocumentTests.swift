import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Metadata, offers and links: read strictly, written as read.
struct IssuanceDocumentTests {
    private let club = IssuanceDesk.club

    @Test func `well-known addresses go between host and path`() throws {
        for (text, path) in [
            ("https://a.example", "/.well-known/x"), ("https://a.example/", "/.well-known/x"),
            ("https://a.example:8443/b/c", "/.well-known/x/b/c"),
            ("https://a.example/b/", "/.well-known/x/b"),
        ] {
            let issuer = try IssuerIdentifier(text)
            #expect(issuer.wellKnownPath("x") == path)
            #expect(issuer.wellKnown("x").hasPrefix("https://a.example"))
        }
        #expect(
            try IssuerIdentifier("http://localhost:8080", allowingLoopback: true).wellKnown("x")
                == "http://localhost:8080/.well-known/x")
    }

    @Test(arguments: [
        "", "club.example", "http://club.example", "https://", "https:///a", "https://a?b",
        "https://a#b", "https://u@a", "https://a:b", "https://a:99999", "https://a:", "HTTPS://a",
        "https://a b", "https://a/../b", "https://a/.", "https://a\u{e9}", "https://a\\b",
        "http://127.0.0.1", "http://localhost.evil.example", "ftp://a", "https://a/\n",
    ])
    func `what is no issuer's name is refused`(text: String) {
        #expect(throws: Refusal.malformed) { try IssuerIdentifier(text) }
        if text != "http://127.0.0.1" {
            #expect(throws: Refusal.malformed) {
                try IssuerIdentifier(text, allowingLoopback: true)
            }
        }
    }

    @Test func `every document is where it belongs, and reads as it was written`() async throws {
        let desk = try IssuanceDesk()
        let issuer = try IssuerIdentifier(club)
        func get(_ name: String) async throws -> [UInt8] {
            let answer = try await desk.send(OAuthCall("GET", issuer.wellKnown(name)))
            #expect(answer.status == 200 && answer.header("Content-Type") == "application/json")
            return answer.body
        }
        let metadata = try CredentialIssuerMetadata(
            parsing: try await get("openid-credential-issuer"), of: issuer)
        #expect(try metadata.json == desk.server.metadata.json)
        let kind = try #require(metadata.configuration("founders"))
        #expect(kind.vct == IssuanceDesk.type("founders") && kind.isSupported)
        #expect(kind.bindingMethods == ["jwk", "did:key"])
        #expect(kind.proofAlgorithms == ["ES256K", "ES256"])
        #expect(DisplayText.best(kind.display, for: "ja")?.name == "創設会員")
        #expect(DisplayText.best(kind.claims[0].display, for: "ja")?.name == "等級")
        #expect(DisplayText.best(kind.display, for: "fr")?.name == "Founders")
        #expect(metadata.batchSize == 10 && !metadata.requiresEncryption)
        #expect(metadata.json["credential_response_encryption"] == nil)
        let server = try AuthorizationServerMetadata(
            parsing: try await get("oauth-authorization-server"), of: issuer)
        #expect(try server.json == desk.server.authorizationServer.json)
        #expect(server.challengeMethods == ["S256"] && server.requiresPush)
        let keys = try CardIssuerMetadata(parsing: try await get("jwt-vc-issuer"), of: issuer)
        #expect(keys.keys == [desk.cardKey.verifyingKey])
        #expect(try keys.json == desk.server.cardIssuer.json)
        for (method, path) in [
            ("POST", issuer.wellKnownPath("jwt-vc-issuer")), ("GET", "/members/token"),
            ("PUT", "/members/credential"),
        ] {
            let answer = try await desk.server.answer(OAuthRequest(method: method, path: path))
            #expect(answer.status == 405 && answer.header("Allow") != nil)
        }
        for path in ["/", "", "/members", "/members/", "/token", "/members/offers/x", "/members/x"]
        {
            let answer = try await desk.server.answer(OAuthRequest(method: "GET", path: path))
            #expect(answer.status == 404)
        }
        let large = OAuthRequest(
            method: "POST", path: "/members/token", contentType: "application/json",
            body: [UInt8](repeating: 0x20, count: 256 * 1024 + 1))
        #expect(try await desk.server.answer(large).status == 413)
    }

    /// What is done to good metadata, and what reading it must say.
    static let spoiled: [(String, JSON?, Refusal)] = [
        ("credential_issuer", nil, .malformed),
        ("credential_issuer", "https://evil.example", .issuerUntrusted),
        ("credential_issuer", "https://club.example/members/", .issuerUntrusted),
        ("credential_issuer", 1, .malformed),
        ("credential_endpoint", nil, .malformed),
        ("credential_endpoint", "http://club.example/c", .malformed),
        ("nonce_endpoint", "file:///etc/passwd", .malformed),
        ("nonce_endpoint", 1, .malformed),
        ("deferred_credential_endpoint", "https://a/#f", .malformed),
        ("authorization_servers", [], .malformed),
        ("authorization_servers", ["a", "a"], .malformed),
        ("batch_credential_issuance", ["batch_size": 1], .malformed),
        ("batch_credential_issuance", [:], .malformed),
        ("batch_credential_issuance", ["batch_size": "10"], .malformed),
        ("credential_response_encryption", [:], .malformed),
        ("display", [], .malformed),
        ("display", [["name": "a", "locale": "ja"], ["name": "b", "locale": "JA"]], .malformed),
        ("display", [["name": 1]], .malformed),
        ("credential_configurations_supported", nil, .malformed),
        ("credential_configurations_supported", [:], .malformed),
        ("credential_configurations_supported", ["a": [:]], .malformed),
        ("credential_configurations_supported", ["a": ["format": "dc+sd-jwt"]], .malformed),
        (
            "credential_configurations_supported",
            [
                "a": [
                    "format": "dc+sd-jwt", "vct": "b",
                    "credential_signing_alg_values_supported": [-7],
                ]
            ], .malformed
        ),
        (
            "credential_configurations_supported",
            [
                "a": [
                    "format": "dc+sd-jwt", "vct": "b",
                    "cryptographic_binding_methods_supported": ["jwk"],
                ]
            ], .malformed
        ),
        (
            "credential_configurations_supported",
            [
                "a": [
                    "format": "dc+sd-jwt", "vct": "b",
                    "credential_metadata": ["claims": [["path": []]]],
                ]
            ], .malformed
        ),
        (
            "credential_configurations_supported",
            [
                "a": [
                    "format": "dc+sd-jwt", "vct": "b",
                    "credential_metadata": ["claims": [["path": ["a", -1]]]],
                ]
            ], .malformed
        ),
    ]

    @Test func `metadata that is not strictly metadata is refused`() throws {
        let desk = try IssuanceDesk()
        let issuer = try IssuerIdentifier(club)
        let good = try #require(try desk.server.metadata.json.object)
        for (name, value, reason) in Self.spoiled {
            var changed = JSONObject()
            for member in good.members where member.name != name {
                changed.add(member.name, member.value)
            }
            if let value { changed.add(name, value) }
            #expect(throws: reason, "\(name) \(value ?? .null)") {
                try CredentialIssuerMetadata(parsing: JSON.object(changed).encoded, of: issuer)
            }
        }
        let text = JSON.object(good).encoded
        for bytes in [[], Array(text.dropLast()), text + [0x20, 0x31], [UInt8(ascii: "[")] + text] {
            #expect(throws: Refusal.malformed) {
                try CredentialIssuerMetadata(parsing: bytes, of: issuer)
            }
        }
        let padded = text + [UInt8](repeating: 0x20, count: 256 * 1024)
        #expect(throws: Refusal.limitExceeded) {
            try CredentialIssuerMetadata(parsing: padded, of: issuer)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"credential_issuer":"https://a"}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":[]}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a","a"]}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":"a"}"#,
        #"{"credential_issuer":"http://a","credential_configuration_ids":["a"]}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":[]}"#,
        #"{"credential_issuer":"https://a","credential_issuer":"https://b","credential_configuration_ids":["a"]}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":{"authorization_code":{"issuer_state":1}}}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{}}}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"x","tx_code":{"input_mode":"digits"}}}}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"x","tx_code":{"length":0}}}}"#,
        #"{"credential_issuer":"https://a","credential_configuration_ids":["a"],"grants":{"urn:ietf:params:oauth:grant-type:pre-authorized_code":{"pre-authorized_code":"x","tx_code":true}}}"#,
    ])
    func `an offer that is none is refused`(text: String) {
        #expect(throws: Refusal.malformed) { try CredentialOffer(parsing: Array(text.utf8)) }
    }

    @Test func `an offer's grants are read and written`() throws {
        let text =
            #"{"credential_issuer":"https://a.example","credential_configuration_ids":["a"]}"#
        let bare = try CredentialOffer(parsing: Array(text.utf8))
        #expect(bare.allowsAuthorization && bare.preAuthorizedCode == nil)
        let issuer = try IssuerIdentifier("https://a.example")
        let offer = CredentialOffer(
            issuer: issuer, configurations: ["a", "b"], preAuthorizedCode: "code",
            transactionCode: .init(length: 8, characters: .text, explanation: "手紙のコード"),
            issuerState: "state")
        #expect(try CredentialOffer(parsing: offer.json.encoded) == offer)
        #expect(try CredentialOfferLink(parsing: offer.link) == .offer(offer))
        let own = offer.link.replacing(
            "openid-credential-offer://", with: "https://wallet.example/o")
        #expect(try CredentialOfferLink(parsing: own) == .offer(offer))
        #expect(
            try CredentialOfferLink(
                parsing: "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa%2Fb")
                == .reference("https://a/b"))
        #expect("\(offer)".contains("code") == false)
    }

    @Test(arguments: [
        "", "openid-credential-offer://", "openid-credential-offer://?",
        "openid-credential-offer://?credential_offer=",
        "openid-credential-offer://?credential_offer=%7B%7D",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fa",
        "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fa",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa&credential_offer=x",
        "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa&credential_offer_uri=https%3A%2F%2Fb",
        "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F127.0.0.1%2Fx",
    ])
    func `a link that carries no offer is refused`(link: String) {
        #expect(throws: Refusal.malformed) { try CredentialOfferLink(parsing: link) }
    }

    @Test func `type metadata is read and written, and is about its type`() throws {
        let type = TypeMetadata(
            IssuanceDesk.type("founders"), display: IssuanceDesk.kind("founders").display,
            claims: [.init(IssuanceDesk.kind("founders").claims[0], disclosure: .always)])
        let read = try TypeMetadata(parsing: type.json.encoded, of: type.vct)
        #expect(read.json == type.json && read.claims[0].disclosure == .always)
        #expect(read.display == type.display)
        #expect(type.json["display"]?[0]?["rendering"]?["simple"]?["background_color"] == "#12107c")
        #expect(type.json["claims"]?[0]?["display"]?[1]?["label"] == "等級")
        #expect(throws: Refusal.typeMismatch) {
            try TypeMetadata(parsing: type.json.encoded, of: type.vct + "/")
        }
        for (text, reason) in [
            (#"{"vct":"a","extends":"b"}"#, .unsupported),
            (#"{"vct":"a","display":[{"name":"x"}]}"#, .malformed),
            (#"{"vct":"a","display":[{"locale":"ja"}]}"#, .malformed),
            (#"{"vct":"a","claims":[{"path":["b"],"sd":"maybe"}]}"#, .malformed),
            (#"{"vct":"a","claims":[{"path":["b"]},{"path":["b"]}]}"#, .malformed),
            (#"{"vct":"a","claims":[{"path":["b"],"display":[{"locale":"ja"}]}]}"#, .malformed),
        ] as [(String, Refusal)] {
            #expect(throws: reason) { try TypeMetadata(parsing: Array(text.utf8), of: "a") }
        }
    }

    @Test func `an issuer's keys are its own, in one place`() throws {
        let issuer = try IssuerIdentifier("https://a.example")
        let key = SigningKey.secp256k1(IssuanceDesk.key("x")).verifyingKey
        let jwk = String(decoding: JSON.object(key.jwk).encoded, as: UTF8.self)
        for (text, reason) in [
            (#"{"issuer":"https://b.example","jwks":{"keys":[]}}"#, .issuerUntrusted),
            (#"{"issuer":"https://a.example"}"#, .malformed),
            (#"{"issuer":"https://a.example","jwks":{}}"#, .malformed),
            (
                #"{"issuer":"https://a.example","jwks":{"keys":[]},"jwks_uri":"https://a"}"#,
                .malformed
            ),
            (#"{"issuer":"https://a.example","jwks_uri":"http://a"}"#, .malformed),
            (
                #"{"issuer":"https://a.example","jwks":{"keys":[{"kty":"oct","k":"AA"}]}}"#,
                .issuerUntrusted
            ),
        ] as [(String, Refusal)] {
            #expect(throws: reason) {
                try CardIssuerMetadata(parsing: Array(text.utf8), of: issuer)
            }
        }
        let away = try CardIssuerMetadata(
            parsing: Array(#"{"issuer":"https://a.example","jwks_uri":"https://a/k"}"#.utf8),
            of: issuer)
        #expect(away.keysURI == "https://a/k" && away.keys.isEmpty)
        let fetched = try CardIssuerMetadata(keys: Array("{\"keys\":[\(jwk)]}".utf8), of: issuer)
        #expect(fetched.keys == [key])
    }
}
