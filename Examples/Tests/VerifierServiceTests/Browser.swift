import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// A browser with its cookies, or a program without: it follows no redirect by itself.
final class Browser: Sendable {
    struct Answer: Sendable {
        let status: Int
        let location: String?
        let text: String

        /// A value of JSON, by its name at the top.
        func value(_ name: String) -> String? {
            guard
                let object = try? JSONSerialization.jsonObject(with: Data(text.utf8))
                    as? [String: any Sendable]
            else { return nil }
            return object[name].map { "\($0)" }
        }

        /// The value of a form's hidden field.
        func field(_ name: String) -> String? {
            text.range(of: "name=\"\(name)\" value=\"").map { start in
                String(text[start.upperBound...].prefix { $0 != "\"" })
            }
        }
    }

    private let base: String
    private let accept: String
    private let cookies = Mutex<[String: String]>([:])

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        // All tests of this process share the client: on a busy machine a request waits for others.
        configuration.timeout.connect = .seconds(120)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    init(_ base: String, accept: String = "text/html") {
        self.base = base
        self.accept = accept
    }

    /// The same browser at another address: it has the other's cookies.
    convenience init(_ base: String, with other: Browser) {
        self.init(base, accept: other.accept)
        let known = other.cookies.withLock { $0 }
        cookies.withLock { $0 = known }
    }

    func get(_ path: String, accept: String? = nil) async throws -> Answer {
        try await send("GET", path, nil, ["Accept": accept ?? self.accept])
    }

    func post(
        _ path: String, _ fields: [String: String], headers: [String: String] = [:]
    ) async throws -> Answer {
        try await post(path, body: Self.form(fields), headers: headers)
    }

    func post(
        _ path: String, body: String, headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(
            "POST", path, body,
            ["Accept": accept, "Content-Type": "application/x-www-form-urlencoded"]
                .merging(headers) { $1 })
    }

    private func send(
        _ method: String, _ path: String, _ body: String?, _ headers: [String: String]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : base + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let kept = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if !kept.isEmpty { request.headers.add(name: "Cookie", value: kept) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(120))
        let buffer = try await response.body.collect(upTo: 1 << 22)
        for cookie in response.headers[canonicalForm: "set-cookie"] {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 {
                cookies.withLock { $0[String(pair[0])] = String(pair[1]) }
            }
        }
        return Answer(
            status: Int(response.status.code), location: response.headers.first(name: "location"),
            text: String(buffer: buffer))
    }

    static func form(_ fields: [String: String]) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-_.~")
        return fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
    }
}
