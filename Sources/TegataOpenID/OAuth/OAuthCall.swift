/// A request that a wallet wants sent. Sending is the caller's: https only, no redirects, bounded time and size.
public struct OAuthCall: Sendable {
    /// `GET` or `POST`.
    public let method: String
    /// Where it goes.
    public let url: String
    /// `Authorization`, when it carries a token.
    public let authorization: String?
    /// `Content-Type` of the body.
    public let contentType: String?
    /// The body.
    public let body: [UInt8]

    init(
        _ method: String, _ url: String, authorization: String? = nil, contentType: String? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.authorization = authorization
        self.contentType = contentType
        self.body = body
    }

    /// A form to be posted.
    static func form(_ url: String, _ fields: FormFields) -> OAuthCall {
        OAuthCall(
            "POST", url, contentType: "application/x-www-form-urlencoded",
            body: Array(fields.encoded.utf8))
    }

    /// The same as a server in the same process receives it.
    public var received: OAuthRequest {
        let target = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = target.firstIndex { $0 == "/" || $0 == "?" }.map { target[$0...] } ?? "/"
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return OAuthRequest(
            method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            authorization: authorization.map { [$0] } ?? [], contentType: contentType, body: body)
    }
}

extension OAuthCall: CustomStringConvertible {
    /// Method and address without query.
    public var description: String { "\(method) \(url.prefix { $0 != "?" })" }
}
