import Crypto
import Foundation
import Testing

/// A wallet's answer to the counter in plain HTTP, written against the specifications and with nobody's code but the platform's: it can
/// do wrong whatever a test wants done wrong. As made, it is an honest one.
struct RawAnswer {
    /// Of the issuer's JWT; taken from the member's card.
    var cardHeader: [String: Any]
    var cardPayload: [String: Any]
    var disclosures: [String]
    /// Signs the card anew when it is set; otherwise the card stays byte for byte.
    var cardKey: P256.Signing.PrivateKey?
    var bindingHeader: [String: Any] = ["alg": "ES256", "typ": "kb+jwt"]
    var binding: [String: Any]
    var holderKey: P256.Signing.PrivateKey
    /// The whole `vp_token`, from the presentation that was made.
    var token: @Sendable (String) -> Any = { ["card": [$0]] }
    /// Of the encryption (RFC 7516), beside what it needs.
    var jweHeader: [String: Any] = [:]

    private let jwt: String
    private let request: [String: Any]

    /// Answers the signed request object `text` with the SD-JWT `card`, of which `names` are shown.
    init(
        to text: String, with card: String, revealing names: Set<String>,
        heldBy holder: P256.Signing.PrivateKey
    ) throws {
        let parts = card.split(separator: "~").map(String.init)
        jwt = parts[0]
        let sections = jwt.split(separator: ".")
        cardHeader = try Self.object(Self.decode(sections[0]))
        cardPayload = try Self.object(Self.decode(sections[1]))
        disclosures = try parts.dropFirst().filter { part in
            let values = try JSONSerialization.jsonObject(with: Self.decode(part)) as? [Any]
            return names.contains(values?[1] as? String ?? "")
        }
        request = try Self.object(
            Self.decode(try #require(text.split(separator: ".").dropFirst().first)))
        binding = [
            "iat": Int(Date().timeIntervalSince1970), "aud": try #require(request["client_id"]),
            "nonce": try #require(request["nonce"]),
        ]
        holderKey = holder
    }

    /// Where the request wants its answer.
    var address: String {
        get throws { try #require(request["response_uri"] as? String) }
    }

    /// The body of the post: a JWE of ECDH-ES on P-256 with A128GCM (RFC 7518 §4.6) to the key that the request names.
    func body() throws -> String {
        let sealed = try seal(
            JSONSerialization.data(withJSONObject: ["vp_token": token(try presentation())]))
        return Browser.form(["response": sealed])
    }

    private func presentation() throws -> String {
        var issued = jwt
        if let cardKey { issued = try Self.sign(cardHeader, cardPayload, by: cardKey) }
        let shown = ([issued] + disclosures).joined(separator: "~") + "~"
        var claims = binding
        if claims["sd_hash"] == nil {
            claims["sd_hash"] = Self.encode(SHA256.hash(data: Data(shown.utf8)))
        }
        return shown + (try Self.sign(bindingHeader, claims, by: holderKey))
    }

    private func seal(_ content: Data) throws -> String {
        let metadata = try #require(request["client_metadata"] as? [String: Any])
        let keys = try #require((metadata["jwks"] as? [String: Any])?["keys"] as? [[String: Any]])
        let key = try #require(keys.first { $0["crv"] as? String == "P-256" })
        let x = try Self.decode(try #require(key["x"] as? String))
        let y = try Self.decode(try #require(key["y"] as? String))
        let peer = try P256.KeyAgreement.PublicKey(rawRepresentation: x + y)
        let ephemeral = P256.KeyAgreement.PrivateKey()
        let secret = try ephemeral.sharedSecretFromKeyAgreement(with: peer)
        let point = ephemeral.publicKey.rawRepresentation
        let header: [String: Any] = [
            "alg": "ECDH-ES", "enc": "A128GCM", "kid": try #require(key["kid"]),
            "epk": [
                "kty": "EC", "crv": "P-256", "x": Self.encode(point.prefix(32)),
                "y": Self.encode(point.suffix(32)),
            ],
        ].merging(jweHeader) { $1 }
        let protected = Self.encode(try JSONSerialization.data(withJSONObject: header))
        var agreed = Data([0, 0, 0, 1])
        secret.withUnsafeBytes { agreed += $0 }
        // The algorithm's name with its length, no party named on either side, and 128 bits.
        agreed += [0, 0, 0, 7] + Data("A128GCM".utf8) + [UInt8](repeating: 0, count: 8)
        agreed += [0, 0, 0, 128]
        let contentKey = SymmetricKey(data: Array(SHA256.hash(data: agreed))[..<16])
        let box = try AES.GCM.seal(
            content, using: contentKey, authenticating: Data(protected.utf8))
        return [
            protected, "", Self.encode(box.nonce), Self.encode(box.ciphertext),
            Self.encode(box.tag),
        ].joined(separator: ".")
    }

    static func sign(
        _ header: [String: Any], _ payload: [String: Any], by key: P256.Signing.PrivateKey
    ) throws -> String {
        let signed = try [header, payload].map {
            encode(try JSONSerialization.data(withJSONObject: $0, options: .withoutEscapingSlashes))
        }.joined(separator: ".")
        return signed + "." + encode(try key.signature(for: Data(signed.utf8)).rawRepresentation)
    }

    static func object(_ data: Data) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    static func decode(_ text: some StringProtocol) throws -> Data {
        let base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        return try #require(Data(base64Encoded: base64 + padding))
    }
}
