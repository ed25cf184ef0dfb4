internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
public import Tegata

/// Fetches public files of services that the operator named: small enough, soon enough, of the kind expected, and from exactly the
/// address asked for. No redirect is followed, nothing is unpacked, no cookie is kept (A113–A115).
public struct Fetcher: Sendable {
    private let fromLoopback: Bool
    private let seconds: Int64

    /// One for the whole process: connections are shared, and nothing about a request is.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.timeout = .init(connect: .seconds(3), read: .seconds(3))
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// A fetcher for a service.
    ///
    /// - Parameters:
    ///   - fromLoopback: whether the service itself runs on loopback: only then it may ask this machine, in the open.
    ///   - seconds: how long one answer may take, to its last byte.
    public init(fromLoopback: Bool, seconds: Int64 = 10) {
        self.fromLoopback = fromLoopback
        self.seconds = seconds
    }

    /// The text at `address`.
    ///
    /// - Parameters:
    ///   - address: where; see `isAllowed(_:fromLoopback:)`.
    ///   - limit: the most bytes that are read.
    ///   - types: the media types that will do, in lower case.
    /// - Returns: the text.
    /// - Throws: `unauthorized` for an address that may not be asked, and then nothing has left this process; `unavailable` for
    ///   every other answer than 200, a redirect among them, and for none in time; `typeMismatch` for another media type;
    ///   `limitExceeded`, `malformed` for broken UTF-8.
    public func text(
        at address: String, limit: Int, types: [String]
    ) async throws(Refusal) -> String {
        guard Self.isAllowed(address, fromLoopback: fromLoopback) else { throw .unauthorized }
        let deadline = ContinuousClock.now + .seconds(seconds)
        guard
            let response = try? await Self.client.execute(
                HTTPClientRequest(url: address), timeout: .seconds(seconds)),
            response.status == .ok
        else { throw .unavailable }
        let type = response.headers.first(name: "content-type")?.lowercased() ?? ""
        guard types.contains(where: { type == $0 || type.hasPrefix($0 + ";") }) else {
            throw .typeMismatch
        }
        var buffer = ByteBuffer()
        do {
            for try await part in response.body {
                guard buffer.readableBytes + part.readableBytes <= limit else {
                    throw Refusal.limitExceeded
                }
                // The client's own limits are for the head, and for silence; whoever sends a byte now and then meets this one.
                guard ContinuousClock.now < deadline else { throw Refusal.unavailable }
                buffer.writeImmutableBuffer(part)
            }
        } catch {
            throw error as? Refusal ?? .unavailable
        }
        guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
            throw .malformed
        }
        return text
    }

    /// Whether a service may ask `address`: https, and a public host by its name. Numbers in whatever notation, names that
    /// mean something only nearby, users, fragments and whatever is read in two ways are refused. A service on loopback may
    /// also ask `127.0.0.1` and `localhost` over http.
    public static func isAllowed(_ address: String, fromLoopback: Bool) -> Bool {
        let bytes = Array(address.utf8)
        guard bytes.count <= 2048, bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
            !bytes.contains(where: { forbidden.contains($0) })
        else { return false }
        let isSecure = address.hasPrefix("https://")
        guard isSecure || (fromLoopback && address.hasPrefix("http://")) else { return false }
        let authority = bytes.dropFirst(isSecure ? 8 : 7).prefix { $0 != 0x2F && $0 != 0x3F }
        let parts = authority.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first else { return false }
        if parts.count == 2 {
            guard let port = Int(String(decoding: parts[1], as: UTF8.self)),
                (1...65_535).contains(port), parts[1].allSatisfy({ (0x30...0x39).contains($0) })
            else { return false }
        }
        let host = String(decoding: name, as: UTF8.self).lowercased()
        if fromLoopback, host == "127.0.0.1" || host == "localhost" { return true }
        return isSecure && isPublicName(host)
    }

    /// A name of two labels or more whose last one is no number.
    private static func isPublicName(_ host: String) -> Bool {
        let labels = host.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.count >= 2,
            labels.allSatisfy({ label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy {
                        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                    }
            }), let first = labels.last?.first, !(0x30...0x39).contains(first)
        else { return false }
        return !nearby.contains { host.hasSuffix("." + $0) }
    }

    private static let forbidden = Set(#"@#\"<>^`{|}"#.utf8)
    private static let nearby = [
        "localhost", "local", "localdomain", "internal", "lan", "home.arpa",
    ]
}
