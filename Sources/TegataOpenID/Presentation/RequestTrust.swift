internal import TegataCrypto
public import TegataSDJWT

/// Which verifiers a wallet answers, and the door through which their requests come in (OpenID4VP 1.0 §5).
///
/// It trusts nobody who is not named here, and nothing in a request widens it (R1).
public struct RequestTrust: Sendable {
    private let anchors: [TrustAnchor]
    private let dids: [String]
    private let acceptsUnsigned: Bool
    private let requiresEncryption: Bool
    private let acceptsLoopback: Bool
    private let clock: @Sendable () -> Int64

    /// What is trusted; every omission trusts less.
    ///
    /// - Parameters:
    ///   - authorities: certificates (DER) under which verifiers have theirs.
    ///   - dids: verifiers that are known by `did:key` or `did:jwk`, compared byte for byte.
    ///   - acceptsUnsigned: whether verifiers that prove nothing may ask; their owner decides each time.
    ///   - requiresEncryption: whether answers go out encrypted or not at all.
    ///   - acceptsLoopback: whether servers on this machine may ask without TLS: for demonstrations.
    /// - Throws: `malformed` for an authority that is no certificate.
    public init(
        authorities: [[UInt8]] = [], dids: [String] = [], acceptsUnsigned: Bool = false,
        requiresEncryption: Bool = false, acceptsLoopback: Bool = false
    ) throws(Refusal) {
        try self.init(
            authorities: authorities, dids: dids, acceptsUnsigned: acceptsUnsigned,
            requiresEncryption: requiresEncryption, acceptsLoopback: acceptsLoopback,
            clock: { SystemClock.now })
    }

    package init(
        authorities: [[UInt8]] = [], dids: [String] = [], acceptsUnsigned: Bool = false,
        requiresEncryption: Bool = false, acceptsLoopback: Bool = false,
        clock: @escaping @Sendable () -> Int64
    ) throws(Refusal) {
        var anchors = [TrustAnchor]()
        for authority in authorities {
            guard let anchor = try? TrustAnchor(authority, name: "verifiers") else {
                throw .malformed
            }
            anchors.append(anchor)
        }
        self.anchors = anchors
        self.dids = dids
        self.acceptsUnsigned = acceptsUnsigned
        self.requiresEncryption = requiresEncryption
        self.acceptsLoopback = acceptsLoopback
        self.clock = clock
    }

    /// Reads a link such as `openid4vp://?client_id=…&request_uri=…`, whatever its scheme.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`; for a request inside of the link what `verify` throws.
    public func open(_ link: String) throws(Refusal) -> RequestLink {
        guard let start = link.utf8.firstIndex(of: UInt8(ascii: "?")) else { throw .malformed }
        let form = try PresentationForm(
            parsing: link[link.utf8.index(after: start)...], limit: RequestObject.limit)
        guard let name = form["client_id"] else { throw .malformed }
        let client = try ClientIdentifier(parsing: name)
        if let address = form["request_uri"] {
            guard form["request"] == nil else { throw .malformed }
            var method = RequestReference.Method.get
            if let named = form["request_uri_method"] {
                guard let known = RequestReference.Method(rawValue: named),
                    known.rawValue.hasSameBytes(as: named)
                else { throw .unsupported }
                method = known
            }
            // What is fetched is signed, so its verifier can sign.
            guard client.prefix != .redirectURI else { throw .unsupported }
            let checked = try WebAddress(parsing: address, acceptsLoopback: acceptsLoopback)
            return .reference(
                RequestReference(client: client, address: checked.text, method: method))
        }
        guard form["request_uri_method"] == nil else { throw .malformed }
        if let object = form["request"] {
            return .request(try verify(object, of: client, walletNonce: nil))
        }
        return .request(try unsigned(form, of: client))
    }

    /// Checks a request that was fetched.
    ///
    /// - Parameters:
    ///   - object: what came back, a request object.
    ///   - reference: where it came from.
    ///   - walletNonce: what was posted; `nil` after a GET.
    /// - Returns: the request, for its owner to look at.
    /// - Throws: the reason of the first check that fails (Spec/openid4vp.md): `malformed`, `limitExceeded`,
    ///   `unsupported`, `typeMismatch`, `issuerUntrusted`, `signatureInvalid`, `unauthorized`, `expired`, `notYetValid`,
    ///   `replayed`.
    public func verify(
        _ object: String, from reference: RequestReference, walletNonce: String? = nil
    ) throws(Refusal) -> VerifiedRequest {
        guard (walletNonce != nil) == (reference.method == .post) else { throw .malformed }
        return try verify(object, of: reference.client, walletNonce: walletNonce)
    }

    private func verify(
        _ object: String, of client: ClientIdentifier, walletNonce: String?
    ) throws(Refusal) -> VerifiedRequest {
        let now = clock()
        let token = try CompactJWS(
            parsing: object, types: [RequestObject.type], limit: RequestObject.limit)
        let key = try key(of: client, token, at: now)
        let claims = try token.verified(by: key)
        guard let audience = claims["aud"] else { throw .malformed }
        guard audience == .string(RequestObject.audience) else { throw .unauthorized }
        if let expiry = try NumericDate.read(claims["exp"]), now - Self.skew >= expiry {
            throw .expired
        }
        for beginning in [
            try NumericDate.read(claims["nbf"]), try NumericDate.read(claims["iat"]),
        ] {
            if let beginning, now + Self.skew < beginning { throw .notYetValid }
        }
        let request = try AuthorizationRequest(claims)
        guard request.client.text.hasSameBytes(as: client.text) else {
            throw .issuerUntrusted
        }
        switch (walletNonce, request.walletNonce) {
        case (nil, nil): break
        case (nil, _): throw .malformed
        case (let sent?, let returned):
            guard let returned, returned.hasSameBytes(as: sent) else { throw .replayed }
        }
        return try check(request, isAuthenticated: true)
    }

    /// A request whose parameters are in the link itself: from a verifier that proves nothing.
    private func unsigned(
        _ form: PresentationForm, of client: ClientIdentifier
    ) throws(Refusal) -> VerifiedRequest {
        // Every other name is one that has to be proven.
        guard client.prefix == .redirectURI else { throw .signatureInvalid }
        guard acceptsUnsigned else { throw .issuerUntrusted }
        var claims = JSONObject()
        for field in form.fields {
            let holdsJSON = ["dcql_query", "client_metadata"].has(field.name)
            claims.add(
                field.name,
                holdsJSON ? try JSON(parsing: Array(field.value.utf8)) : .string(field.value))
        }
        let request = try AuthorizationRequest(claims)
        guard request.responseURI.hasSameBytes(as: client.name) else { throw .issuerUntrusted }
        return try check(request, isAuthenticated: false)
    }

    private func check(
        _ request: AuthorizationRequest, isAuthenticated: Bool
    ) throws(Refusal) -> VerifiedRequest {
        let address = try WebAddress(
            parsing: request.responseURI, acceptsLoopback: acceptsLoopback)
        if request.client.prefix == .x509SANDNS {
            // A certificate for one host does not take answers to another (§5.9.3).
            guard address.host.hasSameBytes(as: request.client.name.lowercased()) else {
                throw .issuerUntrusted
            }
        }
        guard !requiresEncryption || request.responseMode == .directPostJWT else {
            throw .unsupported
        }
        return VerifiedRequest(request, isAuthenticated: isAuthenticated)
    }

    /// The key that may speak for `client`: from its certificate or its DID, never from anything else in the header.
    private func key(
        of client: ClientIdentifier, _ token: CompactJWS, at now: Int64
    ) throws(Refusal) -> VerifyingKey {
        switch client.prefix {
        case .redirectURI: throw .unsupported
        case .decentralizedIdentifier:
            guard dids.has(client.name) else { throw .issuerUntrusted }
            let did = try KeyDID(parsing: client.name)
            guard did.text.hasSameBytes(as: client.name), let key = did.verifyingKey,
                let method = token.header.keyID, method.hasSameBytes(as: did.methodID)
            else { throw .issuerUntrusted }
            return key
        case .x509SANDNS, .x509Hash:
            return try certifiedKey(of: client, token, at: now)
        }
    }

    private func certifiedKey(
        of client: ClientIdentifier, _ token: CompactJWS, at now: Int64
    ) throws(Refusal) -> VerifyingKey {
        let certified = try CertifiedKey(token, under: anchors, at: now)
        let isNamed =
            client.prefix == .x509SANDNS
            ? certified.leaf.extensions.dnsNames.has(client.name)
            : client.name.hasSameBytes(
                as: Base64URL.encode(SHA256.hash(certified.leaf.bytes).array))
        guard isNamed else { throw .issuerUntrusted }
        return certified.key
    }

    /// Seconds by which clocks may differ.
    private static let skew: Int64 = 60
}
