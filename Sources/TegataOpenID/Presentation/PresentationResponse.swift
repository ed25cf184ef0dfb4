internal import TegataCrypto
package import TegataSDJWT

/// The answer of a wallet before it travels (OpenID4VP 1.0 §8): for each credential asked for, the presentations.
package struct VPToken: Sendable {
    /// Presentations by the identifiers of the query, in its order.
    package private(set) var presentations: [(id: String, texts: [String])] = []

    init(_ presentations: [(id: String, texts: [String])]) { self.presentations = presentations }

    /// Reads `vp_token`: an object of lists. What the query did not ask for is not looked at (A62).
    ///
    /// - Throws: `malformed` unless it is an object whose lists hold texts; `typeMismatch` for a presentation of a format that was not
    ///   asked for (A49); `limitExceeded` for more than 64 presentations of one credential.
    package init(_ json: JSON, asked query: DCQLQuery) throws(Refusal) {
        guard let object = json.object else { throw .malformed }
        for credential in query.credentials {
            guard let shown = object[credential.id] else { continue }
            var texts = [String]()
            for element in try shown.list(atMost: 64) {
                guard !Self.isOfAnotherFormat(element) else { throw .typeMismatch }
                guard let text = element.string else { throw .malformed }
                texts.append(text)
            }
            guard texts.count == 1 || credential.allowsMultiple else { throw .malformed }
            presentations.append((credential.id, texts))
        }
    }

    /// A presentation with data integrity proofs is an object, a device response of ISO 18013-5 is base64url of a CBOR map
    /// (OpenID4VP 1.0 §B.1.3, §B.2). A JWT alone could be a card whose rest was cut off, and stays `malformed` (A33).
    private static func isOfAnotherFormat(_ presentation: JSON) -> Bool {
        if presentation.object != nil { return true }
        guard let text = presentation.string, let bytes = try? Base64URL.decode(text),
            let first = bytes.first
        else { return false }
        return first >> 5 == 5
    }

    /// `vp_token`.
    var json: JSON {
        var object = JSONObject()
        for (id, texts) in presentations { object.add(id, .array(texts.map(JSON.string))) }
        return .object(object)
    }
}

/// A posted answer before anything in it is believed: what it says in the open.
struct ReceivedResponse: Sendable {
    enum Content: Sendable {
        /// `vp_token` in the open, as JSON text.
        case open(String)
        /// `response`, encrypted.
        case encrypted(CompactJWE)
        /// The wallet does not answer.
        case declined
    }

    /// What was sent.
    let content: Content
    /// The name of the transaction: `state`, or the identifier of the key that was encrypted to.
    let transaction: String

    /// Reads the body of the post. Throws `limitExceeded`, `malformed`, `unsupported`.
    init(parsing body: String) throws(Refusal) {
        let form = try PresentationForm(parsing: body, limit: 1 << 20)
        let kinds = ["vp_token", "response", "error"].filter { form[$0] != nil }
        guard kinds.count == 1 else { throw .malformed }
        if let response = form["response"] {
            let token = try CompactJWE(parsing: response)
            guard let id = token.keyID else { throw .malformed }
            content = .encrypted(token)
            transaction = id
            return
        }
        guard let state = form["state"] else { throw .malformed }
        transaction = state
        content = form["vp_token"].map(Content.open) ?? .declined
    }
}

/// What a wallet posts.
public struct WalletAnswer: Sendable {
    /// Where to.
    public let address: String
    /// The body, `application/x-www-form-urlencoded`.
    public let body: String

    /// Nothing is shown: the owner said no (RFC 6749 §4.1.2.1).
    static func declining(_ request: AuthorizationRequest) -> WalletAnswer {
        var form = PresentationForm()
        form.add("error", "access_denied")
        form.add("state", request.state)
        return WalletAnswer(address: request.responseURI, body: form.encoded)
    }

    /// An answer, in the open or encrypted as the request says.
    ///
    /// - Throws: `unsupported` when the request names no key or encryption that can be used.
    static func make(
        _ token: VPToken, to request: AuthorizationRequest
    ) throws(Refusal) -> WalletAnswer {
        var form = PresentationForm()
        switch request.responseMode {
        case .directPost:
            form.add("vp_token", String(decoding: token.json.encoded, as: UTF8.self))
            form.add("state", request.state)
        case .directPostJWT:
            guard let metadata = request.metadata, let key = metadata.keys.first,
                let encryption = metadata.encryptions.first
            else { throw .unsupported }
            var claims: JSONObject = ["vp_token": token.json]
            if let state = request.state { claims.add("state", .string(state)) }
            form.add(
                "response",
                try CompactJWE.seal(JSON.object(claims).encoded, to: key, with: encryption))
        }
        return WalletAnswer(address: request.responseURI, body: form.encoded)
    }
}
