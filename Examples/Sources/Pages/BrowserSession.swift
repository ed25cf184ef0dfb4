internal import Crypto
internal import Foundation
internal import HTTPTypes
public import Hummingbird
internal import ServiceKit
public import Tegata

/// One browser, as long as it keeps its cookie: 32 random bytes, known to nobody else. What belongs to a session is kept under
/// `key`, a hash: a copy of the storage opens no session.
public struct BrowserSession: Sendable, Equatable {
    /// The cookie's name. Under TLS a name that no other host, not even one of the same domain, can set.
    static func cookie(isTLS: Bool) -> String {
        isTLS ? "__Host-tegata-session" : "tegata-session"
    }

    /// 43 characters of base64url.
    let ticket: String

    /// A fresh session.
    public init() {
        ticket = Data(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }).base64URL
    }

    /// The session of a cookie: `nil` for one that is none of ours.
    init?(cookie: String?) {
        guard let cookie, cookie.utf8.count == 43,
            cookie.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
            })
        else { return nil }
        ticket = cookie
    }

    /// What to keep this session's things under, 32 bytes.
    public var key: [UInt8] { Array(SHA256.hash(data: Data(ticket.utf8))) }

    /// What each form of this session carries: other sites cannot know it (A124).
    public var formToken: String {
        Data(
            HMAC<SHA256>.authenticationCode(
                for: Data("form".utf8), using: SymmetricKey(data: Data(ticket.utf8)))
        ).base64URL
    }

    /// A name for this browser in another conversation, such as the one with a wallet: 43 characters of base64url, the same each
    /// time, and of no use as a cookie.
    public func ticket(for purpose: String) -> String {
        Data(
            HMAC<SHA256>.authenticationCode(
                for: Data("ticket/\(purpose)".utf8), using: SymmetricKey(data: Data(ticket.utf8)))
        ).base64URL
    }

    /// The hidden field of a form.
    public var field: HTML {
        """
        <input type="hidden" name="form" value="\(formToken)">
        """
    }

    /// Whether a form was this session's, in constant time.
    func isOwn(_ token: String) -> Bool {
        let expected = Array(formToken.utf8)
        let given = Array(token.utf8)
        guard expected.count == given.count else { return false }
        return zip(expected, given).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The fields of a form that was posted, each once.
public struct Form: Sendable {
    private let fields: [String: String]
    private let files: [String: [UInt8]]

    init(fields: [String: String], files: [String: [UInt8]]) {
        self.fields = fields
        self.files = files
    }

    /// Reads a form of at most `limit` bytes that a page of ours, in this session, showed.
    ///
    /// - Throws: `unauthorized` for another site's form, `limitExceeded`, `malformed`.
    public init(
        _ request: Request, _ context: WebContext, limit: Int = 64 * 1024
    ) async throws(Refusal) {
        try self.init(parsing: try await request.text(limit: limit))
        try checkOrigin(request, context)
    }

    func checkOrigin(_ request: Request, _ context: WebContext) throws(Refusal) {
        // Browsers say where a request comes from; those that do not are held by the field.
        let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
        guard site == nil || site == "same-origin", let token = fields["form"],
            context.session.isOwn(token)
        else { throw .unauthorized }
    }

    /// Reads `application/x-www-form-urlencoded`, strictly.
    ///
    /// - Throws: `malformed`, `limitExceeded` for more than 64 fields.
    public init(parsing text: String) throws(Refusal) {
        var fields = [String: String]()
        guard !text.isEmpty else {
            self.init(fields: fields, files: [:])
            return
        }
        let pairs = text.split(separator: "&", omittingEmptySubsequences: false)
        guard pairs.count <= 64 else { throw .limitExceeded }
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = Self.decode(parts[0]),
                let value = Self.decode(parts[1]), fields.updateValue(value, forKey: name) == nil
            else { throw .malformed }
        }
        self.init(fields: fields, files: [:])
    }

    private static func decode(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding
    }

    /// A field that must be there.
    ///
    /// - Throws: `malformed`.
    public func required(_ name: String, atMost limit: Int = 4096) throws(Refusal) -> String {
        guard let value = fields[name], value.utf8.count <= limit else { throw .malformed }
        return value
    }

    /// A file that must be there.
    ///
    /// - Throws: `malformed`.
    public func file(_ name: String) throws(Refusal) -> [UInt8] {
        guard let file = files[name], !file.isEmpty else { throw .malformed }
        return file
    }

    /// A field that may be empty or missing.
    public subscript(name: String) -> String? {
        fields[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Request {
    /// The body as text, at most so many bytes of it.
    ///
    /// - Throws: `limitExceeded`, `malformed` for broken UTF-8.
    public func text(limit: Int) async throws(Refusal) -> String {
        guard let buffer = try? await body.collect(upTo: limit) else { throw .limitExceeded }
        guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
            throw .malformed
        }
        return text
    }
}
