internal import ServiceKit
internal import Tegata
internal import TegataOpenID

/// What an issuer publishes, fetched from itself: the metadata of issuance, its keys, and its profile.
struct IssuerDocuments: Sendable {
    let metadata: CredentialIssuerMetadata
    let server: AuthorizationServerMetadata
    let cardIssuer: CardIssuerMetadata
    let profile: IssuerProfile

    var wallet: IssuanceWallet {
        get throws(Refusal) { try IssuanceWallet(metadata, server) }
    }

    /// Fetches them.
    ///
    /// - Parameters:
    ///   - issuer: whose.
    ///   - named: the authorization server that an offer names.
    ///   - http: how.
    /// - Throws: `issuerUntrusted` for documents of another issuer, what is wrong with one of them, `unavailable`.
    init(
        of issuer: IssuerIdentifier, server named: String?, by http: OutboundHTTP
    ) async throws(Refusal) {
        let isLoopback = try OutboundHTTP.Target(issuer.text, acceptsLoopback: true).isLoopback
        func fetch(_ address: String) async throws(Refusal) -> [UInt8] {
            let answer = try await http.send(
                "GET", address, fields: ["Accept": "application/json"],
                acceptsLoopback: isLoopback)
            guard answer.status == 200 else {
                throw answer.status >= 500 ? .unavailable : .unsupported
            }
            return answer.body
        }
        metadata = try CredentialIssuerMetadata(
            parsing: await fetch(issuer.wellKnown("openid-credential-issuer")), of: issuer)
        let authorizer = try IssuerIdentifier(
            named ?? metadata.authorizationServers.first ?? issuer.text,
            allowingLoopback: isLoopback)
        server = try AuthorizationServerMetadata(
            parsing: await fetch(authorizer.wellKnown("oauth-authorization-server")),
            of: authorizer)
        let keys = try CardIssuerMetadata(
            parsing: await fetch(issuer.wellKnown("jwt-vc-issuer")), of: issuer)
        if let address = keys.keysURI {
            cardIssuer = try CardIssuerMetadata(keys: await fetch(address), of: issuer)
        } else {
            cardIssuer = keys
        }
        let base = issuer.text.hasSuffix("/") ? String(issuer.text.dropLast()) : issuer.text
        let text = try await fetch(base + "/log/profile.json")
        guard let text = String(validating: text, as: UTF8.self) else { throw .malformed }
        profile = try IssuerProfile(parsing: text)
        guard profile.issuer.utf8.elementsEqual(issuer.text.utf8) else { throw .issuerUntrusted }
    }
}
