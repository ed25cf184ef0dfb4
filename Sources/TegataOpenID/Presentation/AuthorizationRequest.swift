package import TegataSDJWT

/// How an answer travels (OpenID4VP 1.0 §8.2, §8.3): a form posted to the verifier. Other modes are not offered.
public enum ResponseMode: String, Sendable {
    /// In the open, inside TLS.
    case directPost = "direct_post"
    /// Encrypted to a key of the request.
    case directPostJWT = "direct_post.jwt"
}

/// What a verifier asks (OpenID4VP 1.0 §5). Whether it may ask is another question: a wallet acts on a
/// ``VerifiedRequest`` only.
package struct AuthorizationRequest: Sendable {
    /// Who asks.
    package let client: ClientIdentifier
    /// How the answer travels.
    package let responseMode: ResponseMode
    /// Where it goes, as written.
    package let responseURI: String
    /// What makes the answer fresh, and the verifier's.
    package let nonce: String
    /// What the answer repeats, for the verifier to find its transaction.
    package let state: String?
    /// What is asked for.
    package let query: DCQLQuery
    /// What the verifier says about itself.
    package let metadata: ClientMetadata?
    /// The wallet's own nonce, when it sent one.
    package let walletNonce: String?

    /// The claims of the request object, without its times.
    package var claims: JSONObject {
        var object: JSONObject = [
            "response_type": "vp_token", "response_mode": .string(responseMode.rawValue),
            "client_id": .string(client.text), "response_uri": .string(responseURI),
            "nonce": .string(nonce), "dcql_query": query.json,
        ]
        if let state { object.add("state", .string(state)) }
        if let metadata { object.add("client_metadata", metadata.json) }
        if let walletNonce { object.add("wallet_nonce", .string(walletNonce)) }
        return object
    }

    package init(
        client: ClientIdentifier, responseMode: ResponseMode, responseURI: String, nonce: String,
        state: String?, query: DCQLQuery, metadata: ClientMetadata?, walletNonce: String?
    ) {
        self.client = client
        self.responseMode = responseMode
        self.responseURI = responseURI
        self.nonce = nonce
        self.state = state
        self.query = query
        self.metadata = metadata
        self.walletNonce = walletNonce
    }

    /// Reads the claims of a request object.
    ///
    /// - Throws: `malformed`; `unsupported` for another response type or mode, a scope or a presentation definition in
    ///   place of a query, transaction data, and names that are not offered; `limitExceeded`.
    package init(_ claims: JSONObject) throws(Refusal) {
        client = try ClientIdentifier(parsing: claims.text("client_id", atMost: 2048))
        // A request that brings another one, or tells where its answer goes in two ways, has no single meaning.
        guard claims["request"] == nil, claims["request_uri"] == nil,
            claims["redirect_uri"] == nil
        else { throw .malformed }
        guard try claims.text("response_type", atMost: 64).hasSameBytes(as: "vp_token") else {
            throw .unsupported
        }
        // Without a mode the answer would go into a fragment, which is not offered.
        guard let named = claims["response_mode"] else { throw .unsupported }
        guard let named = named.string else { throw .malformed }
        guard let mode = ResponseMode(rawValue: named), mode.rawValue.hasSameBytes(as: named)
        else { throw .unsupported }
        responseMode = mode
        responseURI = try claims.text("response_uri", atMost: 2048)
        nonce = try claims.text("nonce", atMost: 512)
        // §5.2: characters that need no escape in an address.
        guard nonce.utf8.allSatisfy(\.isUnreserved) else { throw .malformed }
        state = claims["state"] == nil ? nil : try claims.text("state", atMost: 512)
        walletNonce =
            claims["wallet_nonce"] == nil ? nil : try claims.text("wallet_nonce", atMost: 512)
        let asksOtherwise = ["scope", "presentation_definition", "presentation_definition_uri"]
            .contains { claims[$0] != nil }
        guard let query = claims["dcql_query"] else {
            throw asksOtherwise ? .unsupported : .malformed
        }
        guard !asksOtherwise else { throw .malformed }
        // A wallet that does not know what it would agree to must not answer (§8.4).
        guard claims["transaction_data"] == nil else { throw .unsupported }
        self.query = try DCQLQuery(query)
        // Whoever asks for cards that no key answers for has to name the transaction (§5.3).
        guard state != nil || self.query.credentials.allSatisfy(\.requiresHolderBinding) else {
            throw .malformed
        }
        if let metadata = claims["client_metadata"] {
            self.metadata = try ClientMetadata(metadata)
        } else {
            metadata = nil
        }
        if mode == .directPostJWT {
            guard let metadata = self.metadata, !metadata.keys.isEmpty else { throw .malformed }
        }
    }
}

extension JSONObject {
    /// The string `name`, which must be there and not empty.
    func text(_ name: String, atMost limit: Int) throws(Refusal) -> String {
        guard let text = self[name]?.string, !text.isEmpty else { throw .malformed }
        guard text.utf8.count <= limit else { throw .limitExceeded }
        return text
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit or one of `-._~` (RFC 3986 §2.3).
    fileprivate var isUnreserved: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~".utf8.contains(self)
        }
    }
}
