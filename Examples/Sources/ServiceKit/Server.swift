import Hummingbird
import Tegata

/// An HTTP server for one attestor, node or witness: `POST /<request>`, and `GET /health`.
public struct Server: Sendable {
    /// What is answered.
    public struct Reply: Sendable {
        let status: Int
        let type: String
        let text: String

        /// A text under a status; 200 unless said.
        public init(
            _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
        ) {
            self.status = status
            self.type = type
            self.text = text
        }
    }

    private let host: String
    private let port: Int
    private let limit: RateLimit
    private let health: @Sendable () -> String
    private let reply: @Sendable (_ path: String, _ body: String) async throws -> Reply?

    /// As much of a request as is read.
    private static let bodyLimit = 64 * 1024

    /// A server that answers at most `perMinute` requests a minute to one client.
    public init(
        host: String, port: Int, perMinute: Int, health: @escaping @Sendable () -> String,
        answer: @escaping @Sendable (_ path: String, _ body: String) async throws -> String?
    ) {
        self.init(host: host, port: port, perMinute: perMinute, health: health) { path, body in
            try await answer(path, body).map { Reply($0) }
        }
    }

    /// A server whose replies have a status of their own.
    public init(
        host: String, port: Int, perMinute: Int, health: @escaping @Sendable () -> String,
        reply: @escaping @Sendable (_ path: String, _ body: String) async throws -> Reply?
    ) {
        self.host = host
        self.port = port
        self.health = health
        self.reply = reply
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
                guard let reply = try await reply(path, String(buffer: buffer)) else {
                    return Self.response(.notFound, Refusal.unsupported.rawValue)
                }
                return Self.response(.init(code: reply.status), reply.text, type: reply.type)
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

    private static func response(
        _ status: HTTPResponse.Status, _ text: String,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
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
