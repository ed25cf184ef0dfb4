/// What a reader of SD-JWTs accepts. It belongs to the verifier; nothing in a token changes it.
package struct SDJWTPolicy: Sendable {
    /// Algorithms of the issuer's and the holder's signatures.
    package var algorithms: Set<JWSAlgorithm>
    /// Accepted `typ` values, compared exactly; `nil` checks none.
    package var types: [String]?
    /// Whether the rules of SD-JWT VC hold beyond those of RFC 9901.
    package var isCredential: Bool
    /// Bytes of the whole text.
    package var bytes: Int
    /// Disclosures in it.
    package var disclosures: Int
    /// Limits of every JSON text in it. The depth also bounds the claims once all disclosures are in place.
    package var json: JSONLimits

    package init(
        algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults, types: [String]?,
        isCredential: Bool, bytes: Int = 256 * 1024, disclosures: Int = 1_024,
        json: JSONLimits = .default
    ) {
        self.algorithms = algorithms
        self.types = types
        self.isCredential = isCredential
        self.bytes = bytes
        self.disclosures = disclosures
        self.json = json
    }

    /// SD-JWT VC. The older `vc+sd-jwt` is read as well, because cards with it are about (A42).
    package static let credential = SDJWTPolicy(
        types: ["dc+sd-jwt", "vc+sd-jwt"], isCredential: true,
        json: JSONLimits(allowsNULInNames: false))

    /// RFC 9901 alone, any `typ`: for interoperability tests.
    package static let plain = SDJWTPolicy(
        algorithms: Set(JWSAlgorithm.allCases), types: nil, isCredential: false)

    /// Claims that a credential never hides, nor any part of them (SD-JWT VC §2.2.2.2).
    static let neverSelective = [
        "iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status",
    ]
}
