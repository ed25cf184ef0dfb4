import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import HTTPTypes
import Hummingbird
import IssuerService
import Logging
import NIOCore
import Pages
import ServiceKit
import Synchronization

/// One issuer as the world sees it, behind an address of its own, with any number of front processes that may come and go.
final class Fronts: Sendable {
    let address: String
    private let port: Int
    private let fronts = Mutex<[(service: IssuerService, port: Int, task: Task<Void, any Error>)]>(
        [])
    private let turn = Mutex(0)
    /// Which front answered which path.
    let served = Mutex<[(path: String, front: Int)]>([])
    private let people = TestCards.strangers()

    init() async throws {
        // Below the ports that a system gives to whoever connects: one of those may be taken at any moment.
        port = Int.random(in: 10_000..<14_000)
        address = "http://127.0.0.1:\(port)"
        let router = Router()
        router.on("**", method: .get) { request, _ in try await self.forward(request) }
        router.on("**", method: .post) { request, _ in try await self.forward(request) }
        router.get("/") { request, _ in try await self.forward(request) }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            logger: Logger(label: "fronts") { _ in SwiftLogNoOpLogHandler() })
        Task { try await application.runService() }
    }

    /// A folder for a front, with the keys of another one.
    static func home(copying other: String? = nil) throws -> String {
        let home = FileManager.default.temporaryDirectory.path + "/tegata-front-\(UUID())"
        if let other {
            try FileManager.default.createDirectory(
                atPath: home, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: other + "/keys", toPath: home + "/keys")
        }
        return home
    }

    /// Starts a front, and waits until it is well.
    @discardableResult
    func start(_ home: String, database: String? = nil) async throws -> IssuerService {
        let port = Int.random(in: 14_000..<20_000)
        var settings = IssuerSettings(
            address: address, home: home, name: Message("試験の市", "Test City"),
            web: WebServer.Settings(port: port, perMinute: 1_000_000, isTest: true))
        settings.database = database
        let service = try await IssuerService(settings, reader: people)
        try await service.openFirstEdition()
        let task = Task { try await service.run() }
        for _ in 0..<1_200 {
            let health = try? await Browser("http://127.0.0.1:\(port)").get("/health")
            if health?.status == 200 {
                fronts.withLock { $0.append((service, port, task)) }
                return service
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw URLError(.timedOut)
    }

    /// Ends all fronts, and waits until they have ended.
    func stop() async {
        let all = fronts.withLock { fronts in
            defer { fronts = [] }
            return fronts
        }
        for front in all {
            front.task.cancel()
            _ = await front.task.result
        }
    }

    /// The fronts' own addresses.
    var addresses: [String] {
        fronts.withLock { $0.map { "http://127.0.0.1:\($0.port)" } }
    }

    /// Each request at another front.
    private func forward(_ request: Request) async throws -> Response {
        let ports = fronts.withLock { $0.map(\.port) }
        let next = turn.withLock { turn in
            defer { turn += 1 }
            return turn
        }
        guard !ports.isEmpty,
            let url = URL(string: "http://127.0.0.1:\(ports[next % ports.count])\(request.uri)")
        else { return Response(status: .badGateway) }
        served.withLock { $0.append((request.uri.path, next % ports.count)) }
        var asked = URLRequest(url: url)
        asked.httpMethod = request.method.rawValue
        for header in request.headers where header.name != .contentLength {
            asked.setValue(header.value, forHTTPHeaderField: header.name.rawName)
        }
        let body = try await request.body.collect(upTo: 4 << 20)
        if request.method == .post { asked.httpBody = Data(body.readableBytesView) }
        let (data, answer) = try await Browser.send(asked)
        var headers = HTTPFields()
        for (name, value) in answer.allHeaderFields {
            let hops: [HTTPField.Name] = [.contentLength, .transferEncoding, .connection]
            guard let name = HTTPField.Name("\(name)"), !hops.contains(name) else { continue }
            headers[name] = "\(value)"
        }
        return Response(
            status: .init(code: answer.statusCode), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
