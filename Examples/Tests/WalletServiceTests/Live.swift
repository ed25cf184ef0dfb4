import Hummingbird
import Logging
import NIOCore
import Synchronization

/// A server on loopback whose answers a test gives, on a port that the system chooses.
final class Live: Sendable {
    struct Ask: Sendable {
        let method: String
        let path: String
        let query: String
        let authorization: String?
        let contentType: String?
        let body: [UInt8]
    }

    struct Reply: Sendable {
        var status = 200
        var type = "application/json"
        var location: String?
        var body: [UInt8] = []
        /// Whether a byte comes now and then, for longer than anybody waits.
        var trickles = false

        static let missing = Reply(status: 404, body: Array("{}".utf8))

        static func text(_ text: String, _ status: Int = 200) -> Reply {
            Reply(status: status, body: Array(text.utf8))
        }
    }

    typealias Answer = @Sendable (Ask) async throws -> Reply

    let port: Int
    private let answer = Mutex<Answer?>(nil)
    private let log = Mutex<[String]>([])

    private init(port: Int) { self.port = port }

    var base: String { "http://127.0.0.1:\(port)" }
    /// What was asked so far, `POST /token` and so on.
    var asked: [String] { log.withLock { $0 } }

    func forget() { log.withLock { $0 = [] } }

    func answer(_ body: @escaping Answer) { answer.withLock { $0 = body } }

    /// Runs `body` while the server lives.
    static func run(_ body: (Live) async throws -> Void) async throws {
        let box = Mutex<Live?>(nil)
        let router = Router()
        @Sendable func respond(_ request: Request) async throws -> Response {
            guard let live = box.withLock({ $0 }) else { throw HTTPError(.serviceUnavailable) }
            return try await live.respond(to: request)
        }
        router.get("**") { request, _ in try await respond(request) }
        router.post("**") { request, _ in try await respond(request) }
        try await serve(router) { port in
            let live = Live(port: port)
            box.withLock { $0 = live }
            try await body(live)
        }
    }

    /// Runs `body` while these routes are served on a port that the system chooses.
    static func serve<Context: RequestContext>(
        _ router: Router<Context>, _ body: (Int) async throws -> Void
    ) async throws where Context.Source == ApplicationRequestContextSource {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { channel in
                found.yield(channel.localAddress?.port ?? 0)
            }, logger: .quiet)
        let server = Task { try await application.run() }
        defer { server.cancel() }
        for await port in ports {
            try await body(port)
            return
        }
    }

    private func respond(to request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let ask = Ask(
            method: request.method.rawValue, path: request.uri.path,
            query: request.uri.query ?? "", authorization: request.headers[.authorization],
            contentType: request.headers[.contentType], body: Array(body.readableBytesView))
        log.withLock { $0.append("\(ask.method) \(ask.path)") }
        guard let answer = answer.withLock({ $0 }) else {
            throw HTTPError(.serviceUnavailable)
        }
        let reply = try await answer(ask)
        let content =
            reply.trickles
            ? ResponseBody { writer in
                for _ in 0..<300 {
                    try await writer.write(ByteBuffer(string: " "))
                    try await Task.sleep(for: .milliseconds(100))
                }
                try await writer.finish(nil)
            } : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body))
        var response = Response(
            status: .init(code: reply.status), headers: [.contentType: reply.type], body: content)
        if let location = reply.location { response.headers[.location] = location }
        return response
    }
}

extension Logger {
    /// Tests end servers in the middle of what they do.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
