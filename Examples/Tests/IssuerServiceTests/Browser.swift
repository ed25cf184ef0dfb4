import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A browser as far as the tests need one: cookies, forms, and no redirect followed unless asked.
final class Browser: NSObject, URLSessionTaskDelegate, Sendable {
    struct Answer {
        let status: Int
        let headers: [String: String]
        let text: String
        var reason: String? { headers["tegata-reason"] }
    }

    let address: String
    private let cookies = Mutex<[String: String]>([:])
    private let connection = Browser.connect()

    init(_ address: String) { self.address = address }

    /// The same browser at another address: it has the other's cookies.
    init(_ address: String, with other: Browser) {
        self.address = address
        let known = other.cookies.withLock { $0 }
        cookies.withLock { $0 = known }
    }

    private static let common = connect()

    /// Sends a request as it is.
    static func send(_ request: URLRequest) async throws -> (Data, HTTPURLResponse) {
        let (data, response) = try await common.data(for: request)
        guard let response = response as? HTTPURLResponse else {
            throw URLError(.badServerResponse)
        }
        return (data, response)
    }

    private static func connect() -> URLSession {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.timeoutIntervalForRequest = 120
        return URLSession(
            configuration: configuration, delegate: Refusing(), delegateQueue: nil)
    }

    /// The session's cookie.
    var session: String? { cookies.withLock { $0["tegata-session"] } }

    func get(_ path: String, accepting type: String = "text/html", language: String? = nil)
        async throws -> Answer
    {
        var request = URLRequest(url: try url(path))
        request.setValue(type, forHTTPHeaderField: "Accept")
        if let language { request.setValue(language, forHTTPHeaderField: "Accept-Language") }
        return try await send(request)
    }

    /// Posts a form with the session's token, as the page at `page` has it.
    func post(
        _ path: String, _ fields: [String: String], from page: String,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        let shown = try await get(page).text
        var all = fields
        all["form"] = shown.firstMatch(of: /name="form" value="([^"]*)"/).map { String($0.1) }
        return try await post(path, form: all, headers: headers)
    }

    func post(
        _ path: String, form: [String: String], headers: [String: String] = [:]
    ) async throws -> Answer {
        let body = form.map { name, value in
            name + "="
                + (value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
        }.joined(separator: "&")
        return try await post(
            path, body: Data(body.utf8), type: "application/x-www-form-urlencoded",
            headers: headers)
    }

    func post(
        _ path: String, body: Data, type: String, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = URLRequest(url: try url(path))
        request.httpMethod = "POST"
        request.httpBody = body
        request.setValue(type, forHTTPHeaderField: "Content-Type")
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return try await send(request)
    }

    private func url(_ path: String) throws -> URL {
        guard let url = URL(string: path.hasPrefix("http") ? path : address + path) else {
            throw URLError(.badURL)
        }
        return url
    }

    private func send(_ request: URLRequest) async throws -> Answer {
        var request = request
        let known = cookies.withLock { $0 }
        if !known.isEmpty {
            request.setValue(
                known.map { "\($0.key)=\($0.value)" }.joined(separator: "; "),
                forHTTPHeaderField: "Cookie")
        }
        let (data, response) = try await connection.data(for: request)
        guard let response = response as? HTTPURLResponse else {
            throw URLError(.badServerResponse)
        }
        var headers = [String: String]()
        for (name, value) in response.allHeaderFields {
            headers["\(name)".lowercased()] = "\(value)"
        }
        for match in (headers["set-cookie"] ?? "").matches(of: /(tegata-[a-z]+)=([^;,]*)/) {
            cookies.withLock { $0[String(match.1)] = String(match.2) }
        }
        return Answer(
            status: response.statusCode, headers: headers,
            text: String(decoding: data, as: UTF8.self))
    }

    /// Follows nobody.
    private final class Refusing: NSObject, URLSessionTaskDelegate, Sendable {
        func urlSession(
            _ session: URLSession, task: URLSessionTask,
            willPerformHTTPRedirection response: HTTPURLResponse, newRequest: URLRequest,
            completionHandler: @escaping (URLRequest?) -> Void
        ) { completionHandler(nil) }
    }
}
