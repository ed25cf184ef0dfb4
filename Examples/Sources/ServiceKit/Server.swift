import Hummingbird
import Tegata

/// An HTTP server for one attestor or node: `POST /<request>`, and `GET /health`.
public struct Server: Sendable {
    private let host: String
    private let port: Int
    private let limit: RateLimit
    private let health: @Sendable () -> String
    private let answer: @Sendable (_ path: String, _ body: String) async throws -> String?

    /// As much of a request as is read.
    private static let bodyLimit = 64 * 1024

    /// A server that answers at most `perMinute` requests a minute to one client.
    public init(
        host: String, port: Int, perMinute: Int, health: @escaping @Sendable () -> String,
        answer: @escaping @Sendable (_ path: String, _ body: String) async throws -> String?
    ) {
        self.host = host
        self.port = port
        self.health = health
        self.answer = answer
        limit = RateLimit(perMinute: perMinute)
    }

    /// Serves until the process is asked to stop, and then finishes what it has begun.
    public func run() async throws {
        let router = Router(context: Context.self)
        router.get("health") { _, _ in Self.response(.ok, health()) }
        router.post("{request}") { request, context in
            guard await limit.allows(context.client) else {
                return Self.response(.tooManyRequests, Refusal.limitExceeded.rawValue)
            }
            guard let path = context.parameters.get("request"),
                let buffer = try? await request.body.collect(upTo: Self.bodyLimit)
            else { return Self.response(.contentTooLarge, Refusal.limitExceeded.rawValue) }
            do {
                guard let text = try await answer(path, String(buffer: buffer)) else {
                    return Self.response(.notFound, Refusal.unsupported.rawValue)
                }
                return Self.response(.ok, text)
            } catch let refusal as Refusal {
                return Self.response(
                    refusal == .unavailable ? .serviceUnavailable : .badRequest,
                    refusal.rawValue)
            }
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), serverName: nil))
        try await application.runService()
    }

    private static func response(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// A request's context that knows who asks.
private struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let client: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        client = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}
