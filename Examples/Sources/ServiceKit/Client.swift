import Foundation
public import Tegata

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Asks a service over HTTP: what `RemoteAttestor` and `RemoteNode` take as their transport. One client a service, for as long as the
/// process lives: connections are kept for the next request.
public struct Client: Sendable {
    private let base: URL
    // A session of its own: one that is shared keeps fewer connections than there are services, and makes them anew again and again.
    private let session: URLSession

    /// The service at `address`, such as `http://127.0.0.1:7101`.
    public init(_ address: String) throws {
        guard let base = URL(string: address), base.scheme == "http" || base.scheme == "https"
        else { throw KeyFile.Problem(description: "\(address) is no http(s) address") }
        self.base = base
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieStorage = nil
        settings.httpShouldSetCookies = false
        settings.urlCache = nil
        settings.requestCachePolicy = .reloadIgnoringLocalCacheData
        session = URLSession(configuration: settings)
    }

    /// Sends one request. The service's reason comes back as it was given.
    public func send(_ path: String, _ body: String) async throws(Refusal) -> String {
        var request = URLRequest(url: base.appending(path: path))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        request.timeoutInterval = 5
        return try await answer(to: request)
    }

    /// What `GET /health` says.
    public func health() async throws(Refusal) -> String {
        try await answer(to: URLRequest(url: base.appending(path: "health")))
    }

    private func answer(to request: URLRequest) async throws(Refusal) -> String {
        guard let (data, response) = try? await session.data(for: request),
            let status = (response as? HTTPURLResponse)?.statusCode, data.count <= 1 << 20
        else { throw .unavailable }
        let text = String(decoding: data, as: UTF8.self)
        guard status != 200 else { return text }
        throw Refusal(rawValue: text) ?? .unavailable
    }
}
