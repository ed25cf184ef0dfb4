public import TegataSDJWT

/// What an authorization server says about itself (RFC 8414), at `/.well-known/oauth-authorization-server`.
public struct AuthorizationServerMetadata: Sendable {
    /// Who it is.
    public let issuer: IssuerIdentifier
    /// Where tokens are asked for.
    public let tokenEndpoint: String
    /// The page where a person agrees; `nil` where offers are pre-authorised only.
    public let authorizationEndpoint: String?
    /// Where authorization requests are pushed (RFC 9126).
    public let pushEndpoint: String?
    /// Whether only pushed authorization requests are answered.
    public let requiresPush: Bool
    /// The grant types, by their full names.
    public let grantTypes: [String]
    /// The methods of RFC 7636 for code challenges.
    public let challengeMethods: [String]
    /// Whether the pre-authorised code grant works without a client id.
    public let allowsAnonymousClients: Bool
    /// Whether answers of the page name this server (RFC 9207).
    public let namesIssuerInAnswers: Bool

    /// The full name of the pre-authorised code grant.
    public static let preAuthorizedGrant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

    /// The server that `IssuanceServer` is.
    init(of issuer: IssuerIdentifier) {
        self.issuer = issuer
        tokenEndpoint = issuer.endpoint("token").url
        authorizationEndpoint = issuer.endpoint("authorize").url
        pushEndpoint = issuer.endpoint("par").url
        requiresPush = true
        grantTypes = ["authorization_code", Self.preAuthorizedGrant, "refresh_token"]
        challengeMethods = ["S256"]
        allowsAnonymousClients = true
        namesIssuerInAnswers = true
    }

    /// Reads the document that was fetched for `issuer`.
    ///
    /// - Throws: `issuerUntrusted` when it is about another server; `malformed`, `limitExceeded`.
    public init(parsing text: [UInt8], of issuer: IssuerIdentifier) throws(Refusal) {
        let reader = try DocumentReader(parsing: text)
        guard try reader.text("issuer").hasSameBytes(as: issuer.text) else {
            throw .issuerUntrusted
        }
        self.issuer = issuer
        guard let token = try reader.optionalEndpoint("token_endpoint", of: issuer) else {
            throw .malformed
        }
        tokenEndpoint = token
        authorizationEndpoint = try reader.optionalEndpoint("authorization_endpoint", of: issuer)
        pushEndpoint = try reader.optionalEndpoint(
            "pushed_authorization_request_endpoint", of: issuer)
        requiresPush = try reader.optionalFlag("require_pushed_authorization_requests") ?? false
        // RFC 8414 §2 gives both of these when the list is left out.
        grantTypes =
            try reader.optionalTexts("grant_types_supported") ?? ["authorization_code", "implicit"]
        challengeMethods = try reader.optionalTexts("code_challenge_methods_supported") ?? []
        allowsAnonymousClients =
            try reader.optionalFlag("pre-authorized_grant_anonymous_access_supported") ?? false
        namesIssuerInAnswers =
            try reader.optionalFlag("authorization_response_iss_parameter_supported") ?? false
    }

    /// The document.
    public var json: JSON {
        var object: JSONObject = [
            "issuer": .string(issuer.text), "token_endpoint": .string(tokenEndpoint),
        ]
        object.add("authorization_endpoint", text: authorizationEndpoint)
        object.add("pushed_authorization_request_endpoint", text: pushEndpoint)
        object.add("require_pushed_authorization_requests", .bool(requiresPush))
        object.add("response_types_supported", ["code"])
        object.add("grant_types_supported", texts: grantTypes)
        object.add("code_challenge_methods_supported", texts: challengeMethods)
        // Wallets are public clients: PKCE and the proof of the holder's key stand for a client's secret.
        object.add("token_endpoint_auth_methods_supported", ["none"])
        object.add("authorization_details_types_supported", ["openid_credential"])
        object.add(
            "pre-authorized_grant_anonymous_access_supported", .bool(allowsAnonymousClients))
        object.add(
            "authorization_response_iss_parameter_supported", .bool(namesIssuerInAnswers))
        return .object(object)
    }
}
