public import TegataSDJWT

/// What a credential issuer says about itself (OpenID4VCI 1.0 §12.2), at `/.well-known/openid-credential-issuer`.
///
/// Neither requests nor responses are encrypted here beyond TLS, so what `IssuanceServer` publishes has neither
/// `credential_request_encryption` nor `credential_response_encryption`.
public struct CredentialIssuerMetadata: Sendable {
    /// Who it is.
    public let issuer: IssuerIdentifier
    /// Whom it lets authorize; empty when it does so itself.
    public let authorizationServers: [String]
    /// Where credentials are asked for.
    public let credentialEndpoint: String
    /// Where nonces come from; `nil` when proofs need none.
    public let nonceEndpoint: String?
    /// Where credentials that take time are picked up.
    public let deferredEndpoint: String?
    /// Where wallets say what became of a credential.
    public let notificationEndpoint: String?
    /// How many proofs one request may have, 1 unless the issuer says more.
    public let batchSize: Int
    /// Whether the issuer answers encrypted requests only, which nobody here sends.
    public let requiresEncryption: Bool
    /// Its name, a language each.
    public let display: [DisplayText]
    /// What it offers.
    public let configurations: [CredentialConfiguration.Named]

    /// The issuer that `IssuanceServer` is.
    init(
        of issuer: IssuerIdentifier, display: [DisplayText],
        configurations: [CredentialConfiguration.Named], batchSize: Int
    ) {
        self.issuer = issuer
        authorizationServers = []
        credentialEndpoint = issuer.endpoint("credential").url
        nonceEndpoint = issuer.endpoint("nonce").url
        deferredEndpoint = issuer.endpoint("deferred_credential").url
        notificationEndpoint = issuer.endpoint("notification").url
        self.batchSize = batchSize
        requiresEncryption = false
        self.display = display
        self.configurations = configurations
    }

    /// Reads the document that was fetched for `issuer`.
    ///
    /// - Throws: `issuerUntrusted` when it is about another issuer; `malformed`, `limitExceeded`.
    public init(parsing text: [UInt8], of issuer: IssuerIdentifier) throws(Refusal) {
        let reader = try DocumentReader(parsing: text)
        guard try reader.text("credential_issuer").hasSameBytes(as: issuer.text) else {
            throw .issuerUntrusted
        }
        self.issuer = issuer
        authorizationServers = try reader.optionalTexts("authorization_servers") ?? []
        guard let endpoint = try reader.optionalEndpoint("credential_endpoint", of: issuer) else {
            throw .malformed
        }
        credentialEndpoint = endpoint
        nonceEndpoint = try reader.optionalEndpoint("nonce_endpoint", of: issuer)
        deferredEndpoint = try reader.optionalEndpoint("deferred_credential_endpoint", of: issuer)
        notificationEndpoint = try reader.optionalEndpoint("notification_endpoint", of: issuer)
        if let batch = try reader.optionalDocument("batch_credential_issuance") {
            guard let size = try batch.optionalWhole("batch_size", in: 2...1_000_000) else {
                throw .malformed
            }
            batchSize = Int(size)
        } else {
            batchSize = 1
        }
        var isRequired = false
        for name in ["credential_request_encryption", "credential_response_encryption"] {
            guard let encryption = try reader.optionalDocument(name) else { continue }
            guard let flag = try encryption.optionalFlag("encryption_required") else {
                throw .malformed
            }
            isRequired = isRequired || flag
        }
        requiresEncryption = isRequired
        display = try DisplayText.list(reader)
        configurations = try CredentialConfiguration.all(reader)
    }

    /// The document.
    public var json: JSON {
        var object: JSONObject = ["credential_issuer": .string(issuer.text)]
        object.add("authorization_servers", texts: authorizationServers)
        object.add("credential_endpoint", .string(credentialEndpoint))
        object.add("nonce_endpoint", text: nonceEndpoint)
        object.add("deferred_credential_endpoint", text: deferredEndpoint)
        object.add("notification_endpoint", text: notificationEndpoint)
        if batchSize > 1 {
            object.add(
                "batch_credential_issuance", ["batch_size": .number(JSONNumber(Int64(batchSize)))])
        }
        if !display.isEmpty { object.add("display", .array(display.map(\.json))) }
        var all = JSONObject()
        for named in configurations { all.add(named.id, named.configuration.json) }
        object.add("credential_configurations_supported", .object(all))
        return .object(object)
    }

    /// The configuration with this name; `nil` without one.
    public func configuration(_ id: String) -> CredentialConfiguration? {
        configurations.first { $0.id.hasSameBytes(as: id) }?.configuration
    }
}
