internal import Tegata
internal import TegataOpenID

/// A credential that is no card and that a counter may ask for instead of one: an SD-JWT VC of another issuer, such as a country's
/// identity credential (Spec/openid4vp.md). Whom to believe about it is said elsewhere: in a bundle, or in ``Plan/credentials``.
public struct PlannedCredential: Sendable {
    /// Whose, `iss`: nobody else's will do.
    public let issuer: String
    /// Which, `vct`.
    public let type: String
    /// The claims to show, and never more.
    public let claims: [AskedPath]

    /// A credential.
    public init(_ type: String, of issuer: String, claims: [AskedPath] = []) {
        self.issuer = issuer
        self.type = type
        self.claims = claims
    }

    /// The question as wallets are asked it.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    func query() throws(Refusal) -> DCQLQuery {
        var asked: JSONObject = [
            "id": "credential", "format": "dc+sd-jwt",
            "meta": ["vct_values": [.string(type)]],
        ]
        if !claims.isEmpty {
            asked.add("claims", .array(claims.map { ["path": $0.json] }))
        }
        let query: JSON = ["credentials": [.object(asked)]]
        return try DCQLQuery(parsing: query.description)
    }
}
