import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

@testable import TegataOpenID

/// Credentials of other issuers, shaped as HAIP has them: ES256, `x5c`, `dc+sd-jwt`.
struct CredentialTrustTests {
    private static let now = PresentationWorld.start
    private static let query =
        #"{"credentials":[{"id":"pid","format":"dc+sd-jwt","meta":{"vct_values":["urn:pid"]},"claims":[{"path":["name"]},{"path":["address","city"]}]}]}"#

    /// A credential and its presentation, of which each row spoils one thing.
    struct Draft: Sendable {
        let authority = VerifierAuthority("root", now: CredentialTrustTests.now)
        var issuerKey: SigningKey
        var type = "dc+sd-jwt"
        var chain: [[UInt8]]
        var claims: JSONObject
        /// Claims that can be kept back, by name.
        var hidden: [(String, JSON)] = [("name", "Yu"), ("ward", "Yamanaka"), ("secret", "s")]
        var shown = ["name", "ward"]
        var holder = SigningKey.p256(.init())
        var bind: @Sendable (inout JSONObject) -> Void = { _ in }
        var isBound = true
        var statuses: RecordedStatuses?

        init() throws {
            let key = P256.PrivateKey()
            issuerKey = .p256(key)
            chain = [try authority.leaf(["pid.example"], for: key)]
            claims = [
                "iss": "https://pid.example", "vct": "urn:pid",
                "iat": .number(JSONNumber(CredentialTrustTests.now)),
                "exp": .number(JSONNumber(CredentialTrustTests.now + 1000)),
                "address": ["city": "Yamanaka", "street": "1"],
            ]
        }

        mutating func set(_ name: String, _ value: JSON?) {
            var changed = JSONObject()
            for member in claims.members where member.name != name {
                changed.add(member.name, member.value)
            }
            if let value { changed.add(name, value) }
            claims = changed
        }

        func presentation(audience: String, nonce: String) throws -> String {
            var disclosures = [(name: String, text: String)]()
            for (name, value) in hidden {
                let content = JSON.array([.string(Ticket().text), .string(name), value]).encoded
                disclosures.append((name, Base64URL.encode(content)))
            }
            var payload = claims
            payload.add("cnf", ["jwk": .object(holder.verifyingKey.jwk)])
            payload.add(
                "_sd",
                .array(
                    disclosures.map {
                        .string(Base64URL.encode(SHA256.hash(Array($0.text.utf8)).array))
                    }))
            let token = try CompactJWS.sign(
                payload: JSON.object(payload).encoded, type: type, by: issuerKey,
                certificates: chain)
            var text = String(decoding: token, as: UTF8.self) + "~"
            for disclosure in disclosures where shown.contains(disclosure.name) {
                text += disclosure.text + "~"
            }
            guard isBound else { return text }
            var binding: JSONObject = [
                "iat": .number(JSONNumber(CredentialTrustTests.now)), "aud": .string(audience),
                "nonce": .string(nonce),
                "sd_hash": .string(Base64URL.encode(SHA256.hash(Array(text.utf8)).array)),
            ]
            bind(&binding)
            let jwt = try CompactJWS.sign(
                payload: JSON.object(binding).encoded, type: "kb+jwt", by: holder)
            return text + String(decoding: jwt, as: UTF8.self)
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

    static let rows: [Row] = [
        Row("as it is", nil) { _ in },
        Row("A62 with everything shown", nil) { $0.shown.append("secret") },
        Row("A65 with a minimal cnf", nil) { $0.holder = .p256(.init()) },
        Row("A40 without certificates", .issuerUntrusted) { $0.chain = [] },
        Row("A40 with its own root", .issuerUntrusted) {
            let key = P256.PrivateKey()
            let other = VerifierAuthority("root", now: now)
            $0.issuerKey = .p256(key)
            $0.chain = [try other.leaf(["pid.example"], for: key), other.root]
        },
        Row("A40 self-signed", .issuerUntrusted) {
            let key = P256.PrivateKey()
            $0.issuerKey = .p256(key)
            $0.chain = [try VerifierAuthority.selfSigned("pid.example", key, now: now)]
        },
        Row("HAIP the anchor in the chain", .issuerUntrusted) {
            $0.chain.append($0.authority.root)
        },
        Row("by another key than the certificate's", .issuerUntrusted) {
            $0.issuerKey = .p256(.init())
        },
        Row("A03 ES256K", .unsupported) { $0.issuerKey = .secp256k1(.init()) },
        Row("A03 a holder on secp256k1", .unsupported) { $0.holder = .secp256k1(.init()) },
        Row("A14, A42 another typ", .typeMismatch) { $0.type = "JWT" },
        Row("A39 another issuer", .issuerUntrusted) { $0.set("iss", "https://club.example") },
        Row("A46 the issuer with a slash", .issuerUntrusted) {
            $0.set("iss", "https://pid.example/")
        },
        Row("no issuer", .malformed) { $0.set("iss", nil) },
        Row("A38 a type that this issuer may not issue", .typeMismatch) {
            $0.set("vct", "urn:other")
        },
        Row("A49 a type that was not asked for", .typeMismatch) { $0.set("vct", "urn:pass") },
        Row("expired", .expired) { $0.set("exp", .number(JSONNumber(now - 61))) },
        Row("not yet", .notYetValid) { $0.set("nbf", .number(JSONNumber(now + 61))) },
        Row("A50 no key binding", .holderBindingMissing) { $0.isBound = false },
        Row("A53 another nonce", .holderBindingInvalid) {
            $0.bind = { $0 = JSONObject(changing: $0, "nonce", .string(Ticket().text)) }
        },
        Row("A53, A58 another audience", .holderBindingInvalid) {
            $0.bind = { $0 = JSONObject(changing: $0, "aud", "x509_san_dns:evil.example") }
        },
        Row("A54 another hash", .holderBindingInvalid) {
            $0.bind = { $0 = JSONObject(changing: $0, "sd_hash", .string(Ticket().text)) }
        },
        Row("a claim that was asked for is kept back", .typeMismatch) { $0.shown = ["ward"] },
        Row("A27 a hidden type", .malformed) {
            $0.set("vct", nil)
            $0.hidden.append(("vct", "urn:pid"))
            $0.shown.append("vct")
        },
        Row("A108 a status that nobody can fetch", .statusUnknown) {
            $0.set("status", ["status_list": ["idx": 3, "uri": "https://pid.example/list"]])
        },
        Row("a good status", nil) { try $0.addStatus(.valid) },
        Row("A110 a bad key binding, and a status that is not fetched", .holderBindingInvalid) {
            $0.set("status", ["status_list": ["idx": 3, "uri": "https://127.0.0.1/list"]])
            $0.bind = { $0 = JSONObject(changing: $0, "nonce", "x") }
        },
        Row("revoked", .revoked) { try $0.addStatus(.invalid) },
        Row("suspended", .suspended) { try $0.addStatus(.suspended) },
        Row("A106 a status by another signer", .statusUnknown) {
            try $0.addStatus(.valid, by: VerifierAuthority("root", now: now))
        },
    ]

    private func door(
        _ world: PresentationWorld, _ draft: Draft, _ mode: ResponseMode = .directPostJWT
    ) throws -> PresentationTransactions {
        let client = try world.sanClient()
        let clock = world.clock
        let issuer = try CredentialTrust.Issuer(
            "https://pid.example", types: ["urn:pid", "urn:pass"],
            authorities: [draft.authority.root])
        let trust =
            draft.statuses.map { CredentialTrust([issuer], statuses: $0) }
            ?? CredentialTrust([issuer])
        return try PresentationTransactions(
            client: client,
            verifier: Verifier(
                at: client.id, trusting: [world.issuer.profile], store: .inMemory(),
                clock: { clock.now }),
            credentials: trust,
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"),
            responseMode: mode, store: .inMemory(), clock: { clock.now })
    }

    private func body(_ texts: [String], _ request: VerifiedRequest) throws -> String {
        try WalletAnswer.make(VPToken([("pid", texts)]), to: request.request).body
    }

    @Test(arguments: rows) func `a foreign credential counts when all of it is right`(
        _ row: Row
    ) async throws {
        let world = try await PresentationWorld()
        var draft = try Draft()
        let honest = draft
        try row.change(&draft)
        let door = try door(world, draft)
        let started = try await door.start(
            .crossDevice, asking: DCQLQuery(parsing: Self.query))
        let request = try await world.fetch(started, from: door)
        let (audience, nonce) = (request.verifier.text, request.request.nonce)
        let answer = try body([draft.presentation(audience: audience, nonce: nonce)], request)
        if let reason = row.reason {
            await #expect(throws: reason) { try await door.answer(answer) }
            #expect(
                try await door.credentials(of: started.transaction, session: started.session) == nil
            )
            // S4: the same question still takes a right answer of the same authority.
            var right = draft
            right.restore(honest)
            let good = try body([right.presentation(audience: audience, nonce: nonce)], request)
            #expect(try await door.answer(good) == "{}")
        } else {
            #expect(try await door.answer(answer) == "{}")
        }
        await #expect(throws: Refusal.unsupported) {
            try await door.result(of: started.transaction, session: started.session)
        }
        let shown = try #require(
            try await door.credentials(of: started.transaction, session: started.session))
        #expect(shown.map(\.id) == ["pid"])
        #expect(shown[0].issuer == "https://pid.example")
        #expect(shown[0].claims.count == 2)
        #expect(shown[0]["name"] == "Yu")
        #expect(shown[0]["address", "city"] == "Yamanaka")
        #expect(shown[0]["ward"] == nil && shown[0]["secret"] == nil && shown[0]["address"] == nil)
    }

    @Test func `one of fifty answers counts, and not in another transaction (A52, A59)`()
        async throws
    {
        let world = try await PresentationWorld()
        let draft = try Draft()
        let door = try door(world, draft, .directPost)
        let query = try DCQLQuery(parsing: Self.query)
        let started = try await door.start(.crossDevice, asking: query)
        let other = try await door.start(.crossDevice, asking: query)
        let request = try await world.fetch(started, from: door)
        _ = try await world.fetch(other, from: door)
        let text = try draft.presentation(
            audience: request.verifier.text, nonce: request.request.nonce)
        let answer = try body([text], request)
        let moved = answer.replacing(started.transaction, with: other.transaction)
        await #expect(throws: Refusal.holderBindingInvalid) { try await door.answer(moved) }
        let twice = try body([text, text], request)
        await #expect(throws: Refusal.malformed) { try await door.answer(twice) }
        let counted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { (try? await door.answer(answer)) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(counted == 1)
    }

    @Test func `what could not be checked is not asked for`() async throws {
        let world = try await PresentationWorld()
        let door = try door(world, Draft())
        for text in [
            Self.query.replacing("dc+sd-jwt", with: "mso_mdoc").replacing(
                #"["name"]"#, with: #"["n","e"]"#),
            Self.query.replacing(
                #""claims""#, with: #""require_cryptographic_holder_binding":false,"claims""#),
        ] {
            let query = try DCQLQuery(parsing: text)
            await #expect(throws: Refusal.unsupported) {
                try await door.start(.crossDevice, asking: query)
            }
        }
        let cards = try world.door()
        let query = try DCQLQuery(parsing: Self.query)
        await #expect(throws: Refusal.unsupported) {
            try await cards.start(.crossDevice, asking: query)
        }
    }

    @Test(arguments: [("urn:pass", nil), ("urn:other", .typeMismatch)] as [(String, Refusal?)])
    func `a question for any type does not widen what an issuer may say (A38, R1)`(
        _ type: String, _ reason: Refusal?
    ) async throws {
        let world = try await PresentationWorld()
        var draft = try Draft()
        draft.set("vct", .string(type))
        let door = try door(world, draft)
        let query = try DCQLQuery(
            parsing: #"{"credentials":[{"id":"pid","format":"dc+sd-jwt","meta":{}}]}"#)
        let started = try await door.start(.crossDevice, asking: query)
        let request = try await world.fetch(started, from: door)
        let text = try draft.presentation(
            audience: request.verifier.text, nonce: request.request.nonce)
        let answer = try body([text], request)
        if let reason {
            await #expect(throws: reason) { try await door.answer(answer) }
        } else {
            #expect(try await door.answer(answer) == "{}")
            let shown = try await door.credentials(
                of: started.transaction, session: started.session)
            #expect(shown?.first?.type == type && shown?.first?.claims.isEmpty == true)
        }
    }

    @Test(
        arguments: [
            (nil, nil), (["https://pid.example"], nil),
            (["https://other.example", "https://pid.example"], nil),
            (["https://other.example"], .issuerUntrusted),
            (["https://pid.example/"], .issuerUntrusted), ([], .issuerUntrusted),
        ] as [([String]?, Refusal?)])
    func `a question to some of the believed issuers takes nobody else's`(
        _ issuers: [String]?, _ reason: Refusal?
    ) async throws {
        let world = try await PresentationWorld()
        let draft = try Draft()
        let door = try door(world, draft)
        let started = try await door.start(
            .crossDevice, asking: DCQLQuery(parsing: Self.query), of: issuers)
        let request = try await world.fetch(started, from: door)
        #expect(request.request.metadata?.cardAlgorithms == ["ES256"])
        let text = try draft.presentation(
            audience: request.verifier.text, nonce: request.request.nonce)
        let answer = try body([text], request)
        if let reason {
            await #expect(throws: reason) { try await door.answer(answer) }
        } else {
            #expect(try await door.answer(answer) == "{}")
        }
    }

    @Test func `an authority may be asked for by its key identifier`() async throws {
        let world = try await PresentationWorld()
        let draft = try Draft()
        let door = try door(world, draft)
        func outcome(_ aki: String) async throws -> String {
            let query = Self.query.replacing(
                #""claims""#,
                with: #""trusted_authorities":[{"type":"aki","values":["\#(aki)"]}],"claims""#)
            let started = try await door.start(
                .crossDevice, asking: DCQLQuery(parsing: query))
            let request = try await world.fetch(started, from: door)
            return try await door.answer(
                body(
                    [
                        draft.presentation(
                            audience: request.verifier.text, nonce: request.request.nonce)
                    ], request))
        }
        #expect(try await outcome(Base64URL.encode([1])) == "{}")
        await #expect(throws: Refusal.typeMismatch) { try await outcome(Base64URL.encode([2])) }
    }
}

extension CredentialTrustTests.Draft {
    /// Adds a status, and a list that says `status`, signed under this authority or another.
    mutating func addStatus(
        _ status: TokenStatus, by signer: VerifierAuthority? = nil
    ) throws {
        let uri = "https://pid.example/list"
        set("status", ["status_list": ["idx": 3, "uri": .string(uri)]])
        let key = P256.PrivateKey()
        let leaf = try (signer ?? authority).leaf(["pid.example"], for: key)
        var list = try #require(StatusList(bits: 2, count: 8))
        list.set(3, to: status)
        let claims: JSON = [
            "sub": .string(uri), "iat": .number(JSONNumber(PresentationWorld.start)),
            "status_list": list.claim,
        ]
        statuses = RecordedStatuses(
            String(
                decoding: try CompactJWS.sign(
                    payload: claims.encoded, type: StatusListToken.type, by: .p256(key),
                    certificates: [leaf]), as: UTF8.self))
    }

    /// Makes everything right again but the authority, which the verifier was set up with.
    mutating func restore(_ honest: Self) {
        issuerKey = honest.issuerKey
        chain = honest.chain
        type = honest.type
        claims = honest.claims
        hidden = honest.hidden
        shown = honest.shown
        holder = honest.holder
        bind = honest.bind
        isBound = honest.isBound
    }
}

/// A source with one list.
struct RecordedStatuses: StatusSource {
    private let text: String

    init(_ text: String) { self.text = text }

    func statusList(at uri: String) async throws -> String { text }
}
