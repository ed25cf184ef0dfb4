import Crypto
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceKit
import Synchronization

@testable import IssuerService

/// A push service on loopback, and the browser behind it, which opens what it is sent as browsers do.
final class PushService: Sendable {
    struct Message: Sendable {
        let path: String
        let headers: [String: String]
        let body: [UInt8]
    }

    let base: String
    private let key = Crypto.P256.KeyAgreement.PrivateKey()
    private let secret = Data(SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) })
    private let heard = Mutex([Message]())
    private let status = Mutex<[Int]>([])

    private init(port: Int) { base = "http://127.0.0.1:\(port)" }

    var messages: [Message] { heard.withLock { $0 } }
    var p256dh: String { key.publicKey.x963Representation.base64URL }
    var auth: String { secret.base64URL }

    /// What it answers from now on: these one after the other, the last one for ever.
    func answer(_ codes: Int...) { status.withLock { $0 = codes } }

    func subscription(_ name: String = "one") throws -> PushSubscription {
        try PushSubscription(
            base + "/push/\(name)", p256dh: p256dh, auth: auth, acceptsLoopback: true)
    }

    /// Waits until so many messages have come, and a little longer for one too many.
    func wait(for count: Int) async throws -> [Message] {
        for _ in 0..<400 where messages.count < count {
            try await Task.sleep(for: .milliseconds(25))
        }
        try await Task.sleep(for: .milliseconds(400))
        return messages
    }

    static func run(_ body: (PushService) async throws -> Void) async throws {
        let box = Mutex<PushService?>(nil)
        let router = Router()
        router.post("push/:name") { request, _ -> Response in
            guard let service = box.withLock({ $0 }) else { throw HTTPError(.serviceUnavailable) }
            let body = try await request.body.collect(upTo: 1 << 16)
            var headers = [String: String]()
            for field in request.headers { headers[field.name.canonicalName] = field.value }
            let message = Message(
                path: request.uri.path, headers: headers, body: Array(body.readableBytesView))
            service.heard.withLock { $0.append(message) }
            let code = service.status.withLock { codes in
                codes.count > 1 ? codes.removeFirst() : codes.first ?? 201
            }
            return Response(status: .init(code: code))
        }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { found.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "push") { _ in SwiftLogNoOpLogHandler() })
        let server = Task { try await application.run() }
        defer { server.cancel() }
        for await port in ports {
            let service = PushService(port: port)
            box.withLock { $0 = service }
            try await body(service)
            return
        }
    }

    /// Opens a message by the words of RFC 8291 §3 and RFC 8188 §2, from the receiver's end.
    func open(_ body: [UInt8]) throws -> String {
        try Self.open(body, key, secret)
    }

    static func open(
        _ body: [UInt8], _ key: Crypto.P256.KeyAgreement.PrivateKey, _ secret: Data
    ) throws -> String {
        let salt = Data(body[0..<16])
        guard Array(body[16..<20]) == [0, 0, 16, 0], body[20] == 65 else {
            throw URLError(.cannotDecodeContentData)
        }
        let sender = Data(body[21..<86])
        let shared = try key.sharedSecretFromKeyAgreement(
            with: Crypto.P256.KeyAgreement.PublicKey(x963Representation: sender))
        let prk = shared.withUnsafeBytes {
            HMAC<SHA256>.authenticationCode(for: Data($0), using: SymmetricKey(data: secret))
        }
        func expand(_ prk: some ContiguousBytes, _ info: Data, _ count: Int) -> Data {
            Data(
                HMAC<SHA256>.authenticationCode(
                    for: info + [1], using: SymmetricKey(data: prk))
            ).prefix(count)
        }
        let info =
            Data("WebPush: info\0".utf8) + key.publicKey.x963Representation + sender
        let material = expand(Data(prk), info, 32)
        let inner = Data(
            HMAC<SHA256>.authenticationCode(for: material, using: SymmetricKey(data: salt)))
        let content = expand(inner, Data("Content-Encoding: aes128gcm\0".utf8), 16)
        let nonce = expand(inner, Data("Content-Encoding: nonce\0".utf8), 12)
        let record = body[86...]
        let box = try AES.GCM.SealedBox(
            nonce: AES.GCM.Nonce(data: nonce), ciphertext: record.dropLast(16),
            tag: record.suffix(16))
        let text = try AES.GCM.open(box, using: SymmetricKey(data: content))
        guard text.last == 2 else { throw URLError(.cannotDecodeContentData) }
        return String(decoding: text.dropLast(), as: UTF8.self)
    }
}
