public import TegataSDJWT

/// One kind of card that an issuer offers, as its metadata describes it (OpenID4VCI 1.0 §12.2.4 and appendix A.3).
public struct CredentialConfiguration: Sendable {
    /// `dc+sd-jwt`, the only format that is issued and accepted here; others can be read and are told apart.
    public static let format = "dc+sd-jwt"

    /// The format.
    public let format: String
    /// The type of the card; `nil` for other formats.
    public let vct: String?
    /// The OAuth scope that asks for it.
    public let scope: String?
    /// How the holder's key may be named: `jwk`, `did:key`.
    public let bindingMethods: [String]
    /// What cards are signed with, names of JOSE; empty for formats that use numbers of COSE.
    public let signingAlgorithms: [String]
    /// What proofs of type `jwt` may be signed with; empty when that type is not taken.
    public let proofAlgorithms: [String]
    /// Other types of proof that the issuer takes.
    public let otherProofKinds: [String]
    /// How cards look, a language each.
    public let display: [DisplayText]
    /// What cards say.
    public let claims: [ClaimDescription]

    /// A kind of card that `IssuanceServer` issues: bound to a secp256k1 or P-256 key.
    public init(
        vct: String, scope: String? = nil, signingAlgorithms: [JWSAlgorithm] = [.es256k, .es256],
        display: [DisplayText], claims: [ClaimDescription] = []
    ) {
        format = Self.format
        self.vct = vct
        self.scope = scope
        bindingMethods = ["jwk", "did:key"]
        self.signingAlgorithms = signingAlgorithms.map(\.rawValue)
        proofAlgorithms = ["ES256K", "ES256"]
        otherProofKinds = []
        self.display = display
        self.claims = claims
    }

    /// Whether it is of the format that is spoken here.
    public var isSupported: Bool { format.hasSameBytes(as: Self.format) }

    init(_ reader: DocumentReader) throws(Refusal) {
        format = try reader.text("format", atMost: 64)
        let isOurs = format.hasSameBytes(as: Self.format)
        vct = isOurs ? try reader.text("vct") : nil
        scope = try reader.optionalText("scope")
        bindingMethods = try reader.optionalTexts("cryptographic_binding_methods_supported") ?? []
        let algorithms = try reader.optionalList("credential_signing_alg_values_supported") ?? []
        signingAlgorithms = algorithms.compactMap(\.string)
        guard signingAlgorithms.count == algorithms.count || !isOurs else { throw .malformed }
        let proofs = try reader.optionalDocument("proof_types_supported")
        // A key is bound exactly when its possession is proven.
        guard (proofs == nil) == bindingMethods.isEmpty || !isOurs else { throw .malformed }
        otherProofKinds =
            proofs?.object.members.map(\.name).filter { !$0.hasSameBytes(as: "jwt") } ?? []
        if let jwt = try proofs?.optionalDocument("jwt") {
            guard let names = try jwt.optionalTexts("proof_signing_alg_values_supported") else {
                throw .malformed
            }
            proofAlgorithms = names
        } else {
            proofAlgorithms = []
        }
        let shown = try reader.optionalDocument("credential_metadata")
        if let shown {
            display = try DisplayText.list(shown)
            claims = try ClaimDescription.list(shown)
        } else {
            display = []
            claims = []
        }
    }

    /// Reads `credential_configurations_supported`: at least one, each under its name.
    static func all(_ reader: DocumentReader) throws(Refusal) -> [Named] {
        guard
            let object = try reader.optionalDocument("credential_configurations_supported")?.object,
            !object.isEmpty
        else { throw .malformed }
        guard object.count <= 1024 else { throw .limitExceeded }
        var all = [Named]()
        for member in object.members {
            all.append(
                Named(
                    id: member.name,
                    configuration: try CredentialConfiguration(try DocumentReader(member.value))))
        }
        return all
    }

    /// A configuration and the name that offers and requests use for it.
    public struct Named: Sendable {
        /// The name, compared byte for byte.
        public let id: String
        /// What it names.
        public let configuration: CredentialConfiguration

        /// A configuration under a name.
        public init(id: String, configuration: CredentialConfiguration) {
            self.id = id
            self.configuration = configuration
        }
    }

    var json: JSON {
        var object: JSONObject = ["format": .string(format)]
        object.add("vct", text: vct)
        object.add("scope", text: scope)
        object.add("cryptographic_binding_methods_supported", texts: bindingMethods)
        object.add("credential_signing_alg_values_supported", texts: signingAlgorithms)
        if !proofAlgorithms.isEmpty {
            object.add(
                "proof_types_supported",
                [
                    "jwt": [
                        "proof_signing_alg_values_supported": .array(
                            proofAlgorithms.map(JSON.string))
                    ]
                ])
        }
        var shown = JSONObject()
        if !display.isEmpty { shown.add("display", .array(display.map(\.json))) }
        if !claims.isEmpty { shown.add("claims", .array(claims.map(\.json))) }
        if !shown.isEmpty { object.add("credential_metadata", .object(shown)) }
        return .object(object)
    }
}
