public import TegataSDJWT

/// An HTTP request as the endpoints of issuance need it. The server's framework fills it in; nothing here reads a socket.
public struct OAuthRequest: Sendable {
    /// `GET` or `POST`, as received.
    public var method: String
    /// The path, still percent-encoded, without query.
    public var path: String
    /// What follows `?`, without it; empty when there is none.
    public var query: String
    /// The value of every `Authorization` header, in order. Two of them are refused.
    public var authorization: [String]
    /// The `Content-Type` header.
    public var contentType: String?
    /// The body, at most 256 KiB.
    public var body: [UInt8]

    /// A request with these parts.
    public init(
        method: String, path: String, query: String = "", authorization: [String] = [],
        contentType: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authorization = authorization
        self.contentType = contentType
        self.body = body
    }

    /// Whether the body is of `type`, with or without a character set that is UTF-8.
    func has(type: String) -> Bool {
        guard let contentType else { return false }
        let parts = contentType.lowercased().split(separator: ";").map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard parts.first == type else { return false }
        return parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" }
    }

    /// The body as a JSON object.
    func json(or fault: OAuthFault) throws(OAuthFault) -> JSONObject {
        guard has(type: "application/json") else { throw .contentTypeUnsupported }
        guard let object = (try? JSON(parsing: body, limits: .default))?.object else { throw fault }
        return object
    }

    /// The body as form fields.
    func form() throws(OAuthFault) -> FormFields {
        guard has(type: "application/x-www-form-urlencoded") else { throw .contentTypeUnsupported }
        do {
            return try FormFields(parsing: body)
        } catch {
            throw .requestMalformed
        }
    }
}

extension OAuthRequest: CustomStringConvertible {
    /// Method and path; query, headers and body may hold secrets.
    public var description: String { "\(method) \(path)" }
}

/// What a server sends back.
public struct OAuthAnswer: Sendable {
    /// One header field.
    public struct Header: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value, printable ASCII.
        public let value: String
    }

    /// The status code.
    public let status: Int
    /// The header fields, `Content-Type` and `Cache-Control` among them.
    public let headers: [Header]
    /// The JSON of the body; `nil` for an empty one.
    public let json: JSON?
    /// Why it was refused, for metrics and the log; `nil` for an answer that refuses nothing.
    public let reason: Refusal?

    /// The body as bytes.
    public var body: [UInt8] { json?.encoded ?? [] }

    /// The first header of this name, as written here.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    init(
        _ status: Int, _ json: JSON? = nil, headers: [Header] = [], caching: Bool = false,
        reason: Refusal? = nil
    ) {
        self.status = status
        self.json = json
        self.reason = reason
        var all = headers
        if json != nil { all.append(Header(name: "Content-Type", value: "application/json")) }
        if !caching { all.append(Header(name: "Cache-Control", value: "no-store")) }
        self.headers = all
    }
}

extension OAuthAnswer: CustomStringConvertible {
    /// Status and reason, for the log: headers and body may hold secrets.
    public var description: String { reason.map { "\(status) \($0.rawValue)" } ?? "\(status)" }
}
