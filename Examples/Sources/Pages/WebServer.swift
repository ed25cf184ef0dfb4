public import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOSSL
internal import ServiceKit
internal import Tegata

/// A web server as all of them are set up: limits, headers that keep pages to themselves, a log line without personal data, an
/// orderly end. Routes are added to `router`.
public struct WebServer {
    /// Where it listens, and as what.
    public struct Settings: Sendable {
        /// The address it listens on.
        public var host: String
        /// The port.
        public var port: Int
        /// PEM files of certificate chain and key, for TLS in this process.
        public var tls: (certificate: String, key: String)?
        /// Requests a minute from one address.
        public var perMinute: Int
        /// Whether test ID cards are accepted, which every page says.
        public var isTest: Bool

        /// Settings; TLS is off unless files are named.
        public init(
            host: String = "127.0.0.1", port: Int, tls: (certificate: String, key: String)? = nil,
            perMinute: Int = 6_000, isTest: Bool
        ) {
            self.host = host
            self.port = port
            self.tls = tls
            self.perMinute = perMinute
            self.isTest = isTest
        }

        /// Whether only this machine can ask.
        public var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
    }

    /// What is asked for and who answers.
    public let router: Router<WebContext>
    /// As it was set up.
    public let settings: Settings
    private let name: String

    /// A server called `name` in logs. `health` says what is wrong, in words for everyone, or
    /// nothing: what `GET /health` answers.
    public init(
        _ name: String, _ settings: Settings,
        health: @escaping @Sendable () async -> String?
    ) {
        self.name = name
        self.settings = settings
        let counters = Counters()
        router = Router(context: WebContext.self)
        router.addMiddleware {
            LogMiddleware(counters: counters)
            HeaderMiddleware(isTLS: settings.tls != nil)
            RefusalMiddleware(isTest: settings.isTest)
            LimitMiddleware(limit: RateLimit(perMinute: settings.perMinute))
            BrowserMiddleware(isTLS: settings.tls != nil)
        }
        router.get("health") { _, _ in
            let fault = await health()
            guard let fault else { return Response.json(#"{"status":"ok"}"#) }
            let answer: JSON = ["status": "unavailable", "reason": .string(fault)]
            return Response.json("\(answer)", .serviceUnavailable)
        }
        router.get("metrics") { _, context in
            // For whoever runs the machine; a proxy in front of it asks from here too, so it has to keep the path back.
            guard ["127.0.0.1", "::1"].contains(context.client) else { throw Refusal.unauthorized }
            return Response.json(await counters.text, type: "text/plain; version=0.0.4")
        }
        router.get("style.css") { _, _ in
            Response.json(
                styleSheet, caching: "public, max-age=3600", type: "text/css; charset=utf-8")
        }
    }

    /// Serves until the process is asked to stop, and then finishes what it has begun.
    public func run() async throws {
        let server: HTTPServerBuilder
        if let tls = settings.tls {
            let certificates = try NIOSSLCertificate.fromPEMFile(tls.certificate)
            // A key that others can read is refused as any other secret file is.
            let key = try NIOSSLPrivateKey(bytes: try KeyFile.read(tls.key), format: .pem)
            server = try .tls(
                tlsConfiguration: .makeServerConfiguration(
                    certificateChain: certificates.map { .certificate($0) },
                    privateKey: .privateKey(key)))
        } else {
            server = .http1()
        }
        var logger = Logger(label: name)
        logger.logLevel = .info
        let application = Application(
            router: router, server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil),
            logger: logger)
        try await application.runService()
    }
}
