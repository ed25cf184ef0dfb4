import TegataCrypto
import TegataSDJWT
import TestSupport

/// A club, a member and hand-made tokens to attack readers with.
enum Sample {
    static let now: Int64 = 1_795_392_000
    static let issuer = SigningKey.secp256k1(Secp256k1.PrivateKey())
    static let holder = SigningKey.secp256k1(Secp256k1.PrivateKey())
    static let stranger = SigningKey.secp256k1(Secp256k1.PrivateKey())
    static let audience = "https://door.example"
    static let nonce = "n-0S6_WzA2Mj"

    /// Claims that a card always has.
    static func base(
        holder: SigningKey = holder, leavingOut missing: String = ""
    ) -> [IssuedClaim] {
        let claims: [(String, JSON)] = [
            ("iss", "https://club.example"), ("vct", "https://club.example/membership"),
            ("iat", .number(JSONNumber(now))), ("exp", .number(JSONNumber(now + 1_000))),
            ("cnf", ["jwk": .object(holder.verifyingKey.jwk)]),
            ("status", StatusReference(index: 7, uri: "https://club.example/status").claim),
        ]
        return claims.filter { $0.0 != missing }.map { IssuedClaim.open($0.0, $0.1) }
    }

    /// Ten claims that the holder may show or not.
    static let selective: [IssuedClaim] =
        [.selective("tier", "gold"), .selective("name", "Yu"), .selective("age_over_18", true)]
        + (1...7).map { .selective("claim_\($0)", "value \($0)") }

    static func card(_ claims: [IssuedClaim]? = nil, key: SigningKey = issuer) -> [UInt8] {
        var randomness = SystemRandomness()
        let issued = try? SDJWTIssuing.issue(
            claims ?? base() + selective, keyID: "k", by: key, using: &randomness)
        return issued ?? []
    }

    /// A card with its binding to the holder.
    static func presentation(_ paths: [ClaimPath] = ["tier", "name"]) throws -> [UInt8] {
        try HeldSDJWT(parsing: card()).presentation(
            revealing: paths, by: holder, audience: audience, nonce: nonce, at: now)
    }

    static var check: KeyBindingCheck {
        KeyBindingCheck(audience: audience, nonce: nonce, now: now)
    }

    static func verify(
        _ text: [UInt8], policy: SDJWTPolicy = .credential, key: SigningKey = issuer
    ) throws -> VerifiedSDJWT {
        try ReceivedSDJWT(parsing: text, policy).verified(by: key.verifyingKey)
    }

    /// A disclosure of this JSON text, and its digest.
    static func disclosure(_ json: String) -> (text: String, digest: String) {
        disclosure(Array(json.utf8))
    }

    static func disclosure(_ bytes: [UInt8]) -> (text: String, digest: String) {
        let text = Base64URL.encode(bytes)
        return (text, Base64URL.encode(SHA256.hash(Array(text.utf8)).array))
    }

    /// Any text of a payload, signed as a card, with these disclosures.
    static func token(
        _ payload: String, _ disclosures: [String] = [], type: String = "dc+sd-jwt",
        key: SigningKey = issuer
    ) -> [UInt8] {
        always(try CompactJWS.sign(payload: Array(payload.utf8), type: type, by: key))
            + Array(("~" + disclosures.map { $0 + "~" }.joined()).utf8)
    }

    /// A payload of required claims with `members` after them.
    static func payload(_ members: String) -> String {
        #"{"iss":"https://club.example","vct":"v","cnf":{"jwk":\#(JSON.object(holder.verifyingKey.jwk))}"#
            + (members.isEmpty ? "" : "," + members) + "}"
    }
}
