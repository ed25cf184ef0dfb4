import Crypto
import Foundation
import Testing

/// A wallet that speaks OpenID4VCI in plain HTTP, written against the specification and with nobody's code but the platform's: it can do
/// wrong whatever a test wants done wrong.
struct RawWallet {
    let browser: Browser
    let key = P256.Signing.PrivateKey()

    init(_ site: Site) { browser = Browser(site.address) }

    /// Starts a claim of an edition for which nobody shows an ID card.
    ///
    /// - Returns: where the offer lies, and its code.
    func offer(_ edition: String) async throws -> (reference: String, code: String) {
        _ = try await browser.post(
            "/editions/\(edition)/claim", [:], from: "/editions/\(edition)")
        let page = try await browser.get("/editions/\(edition)/claim").text
        let link = try #require(page.firstMatch(of: /href="(openid-credential-offer:[^"]*)"/)).1
        let code = try #require(page.firstMatch(of: /class="big">([0-9]{6})</)).1
        let items = URLComponents(string: String(link).replacing("&amp;", with: "&"))?.queryItems
        let reference = items?.first { $0.name == "credential_offer_uri" }?.value
        return (try #require(reference), String(code))
    }

    /// The pre-authorised code that lies at `reference`.
    func grant(at reference: String) async throws -> String {
        let answer = try await browser.get(reference, accepting: "application/json")
        let offer = try #require(Self.object(answer))
        let grants = try #require(offer["grants"] as? [String: [String: Any]])
        let grant = try #require(grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"])
        return try #require(grant["pre-authorized_code"] as? String)
    }

    func token(
        _ grant: String, _ code: String, client: String? = nil
    ) async throws -> Browser.Answer {
        var fields = [
            "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            "pre-authorized_code": grant, "tx_code": code,
        ]
        if let client { fields["client_id"] = client }
        return try await browser.post("/token", form: fields)
    }

    /// From the first click to an access token.
    func access(_ edition: String) async throws -> String {
        let (reference, code) = try await offer(edition)
        let answer = try await token(try await grant(at: reference), code)
        return try #require(Self.object(answer)?["access_token"] as? String)
    }

    func nonce() async throws -> String {
        let answer = try await browser.post("/nonce", body: Data(), type: "text/plain")
        return try #require(Self.object(answer)?["c_nonce"] as? String)
    }

    /// A proof of this wallet's key, or of `other`; members that are `nil` are left out.
    func proof(
        _ nonce: String, by other: P256.Signing.PrivateKey? = nil,
        header changes: [String: Any?] = [:], claims others: [String: Any?] = [:]
    ) throws -> String {
        let signer = other ?? key
        let point = signer.publicKey.rawRepresentation
        let header: [String: Any?] = [
            "typ": "openid4vci-proof+jwt", "alg": "ES256",
            "jwk": [
                "kty": "EC", "crv": "P-256", "x": Self.base64(point.prefix(32)),
                "y": Self.base64(point.suffix(32)),
            ],
        ]
        let claims: [String: Any?] = [
            "aud": browser.address, "iat": Int(Date().timeIntervalSince1970), "nonce": nonce,
        ]
        func part(_ object: [String: Any?], _ changes: [String: Any?]) throws -> String {
            let all = object.merging(changes) { $1 }.compactMapValues { $0 }
            return Self.base64(try JSONSerialization.data(withJSONObject: all))
        }
        let signed = try part(header, changes) + "." + part(claims, others)
        let signature = try signer.signature(for: Data(signed.utf8)).rawRepresentation
        return signed + "." + Self.base64(signature)
    }

    func credential(
        _ access: String?, _ edition: String, proofs: [String]?, path: String = "/credential",
        changes: [String: Any?] = [:]
    ) async throws -> Browser.Answer {
        var body: [String: Any] = ["credential_configuration_id": edition]
        if let proofs { body["proofs"] = ["jwt": proofs] }
        let all = body.mapValues { Optional($0) }.merging(changes) { $1 }.compactMapValues { $0 }
        return try await browser.post(
            path, body: try JSONSerialization.data(withJSONObject: all), type: "application/json",
            headers: access.map { ["Authorization": "Bearer \($0)"] } ?? [:])
    }

    func deferred(
        _ access: String, _ transaction: String, proofs: [String]? = nil
    ) async throws -> Browser.Answer {
        try await credential(
            access, "", proofs: proofs, path: "/deferred_credential",
            changes: ["credential_configuration_id": nil, "transaction_id": transaction])
    }

    static func object(_ answer: Browser.Answer) -> [String: Any]? {
        try? JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
    }

    static func base64(_ bytes: some DataProtocol) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
