import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import VerifierService

/// Requests that have stopped other servers: each is refused, and the next honest one is answered.
@Suite struct HostileRequestTests {
    private let inn = Browser(VerifierWorld.innAddress, accept: "application/json")

    private func isAlive() async throws -> Bool {
        try await inn.get("/health").text == #"{"status":"ok"}"#
    }

    private func firstLine(_ request: [UInt8]) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: VerifierWorld.innPort) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request))
            for try await part in inbound {
                return String(String(buffer: part).prefix { !$0.isNewline })
            }
            return ""
        }
    }

    @Test func `too many headers, and too long a one, are refused or cut off (A118)`() async throws
    {
        _ = try await VerifierWorld.shared.value
        let many = Dictionary(uniqueKeysWithValues: (0..<100_000).map { ("x\($0)", "1") })
        for headers in [many, ["x": String(repeating: "a", count: 1 << 20)]] {
            // A server that closes the line while it is being sent to shows as an error of ours.
            let status = try? await inn.post("/start", body: "", headers: headers).status
            #expect(status.map { (400..<500).contains($0) } ?? true)
            #expect(try await isAlive())
        }
    }

    @Test func `nested keys, broken paths and backward ranges are refused (A120)`() async throws {
        _ = try await VerifierWorld.shared.value
        let key = "form" + String(repeating: "%5Ba%5D", count: 4_000)
        let deep = "a" + String(repeating: "[a]", count: 10_000)
        for body in [key + "=1", deep + "=1", "%FF=1", "form=%C0%AF", "form=1&form=2", "=&=", "&"] {
            let status = try await inn.post("/start", body: body).status
            #expect((400..<500).contains(status), "\(body.prefix(40))")
        }
        // Byte for byte: a client of good manners mends such paths before it sends them.
        for path in [
            Array("/%FF%FE".utf8), Array("/visit/%C0%AF".utf8), Array("/visit/%00".utf8),
            Array("/openid4vp/request/%E0%80".utf8), Array("/a//..//b".utf8), [0x2F, 0xFF, 0xFE],
        ] {
            let answer = try await firstLine(
                Array("GET ".utf8) + path + Array(" HTTP/1.1\r\nHost: inn\r\n\r\n".utf8))
            #expect(answer.hasPrefix("HTTP/1.1 4"), "\(path)")
        }
        let ranged = try await inn.post("/start", body: "", headers: ["Range": "bytes=5-1"])
        #expect((400..<500).contains(ranged.status))
        #expect(try await isAlive())
    }

    /// A frame of HTTP/2 (RFC 9113 §4.1): length 3, type, flags, stream 4, payload.
    private static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
        let (count, id) = (payload.count, stream)
        return [
            UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags,
            UInt8(id >> 24), UInt8(id >> 16 & 255), UInt8(id >> 8 & 255), UInt8(id & 255),
        ] + payload
    }

    @Test(
        .timeLimit(.minutes(3)),
        arguments: [
            ("nothing but the preface", []), ("settings", frame(4)),
            (
                "a rapid reset",
                frame(4)
                    + (0..<5_000).flatMap { number -> [UInt8] in
                        let stream = UInt32(2 * number + 1)
                        return frame(1, flags: 5, stream: stream, [0x82, 0x86, 0x84])
                            + frame(3, stream: stream, [0, 0, 0, 8])
                    }
            ),
            (
                "bad HPACK",
                frame(4) + frame(1, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])
            ),
            ("bad padding", frame(4) + frame(0, flags: 8, stream: 1, [255])),
            (
                "line ends in a pseudo-header",
                frame(4) + frame(1, flags: 5, stream: 1, [0x44, 5] + Array("/\r\na:".utf8))
            ),
            ("a frame that never ends", frame(4) + [0xFF, 0xFF, 0xFF, 1, 4, 0, 0, 0, 1]),
            (
                "endless continuations",
                frame(4) + (0..<5_000).flatMap { _ in frame(9, stream: 1, [0x82]) }
            ),
        ] as [(String, [UInt8])])
    func
        `HTTP/2 is not spoken: its frames are answered with a refusal or the line is closed (A119)`(
            _ name: String, _ frames: [UInt8]
        ) async throws
    {
        _ = try await VerifierWorld.shared.value
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        for request in [
            preface + frames, frames + preface,
            Array("GET / HTTP/1.1\r\nHost: inn\r\nConnection: Upgrade, HTTP2-Settings\r\n".utf8)
                + Array("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n".utf8) + frames,
        ] {
            // A line that is closed while it is being written to shows as an error of ours.
            let answer = (try? await firstLine(request)) ?? ""
            let isUpgrade = request.starts(with: Array("GET".utf8))
            #expect(
                answer.isEmpty || answer.hasPrefix("HTTP/1.1 4")
                    || isUpgrade && answer == "HTTP/1.1 200 OK", "\(name)")
            #expect(!answer.contains("101"), "\(name): h2c")
        }
        #expect(try await isAlive())
    }

    @Test func `bodies beyond their limit are cut (A115)`() async throws {
        _ = try await VerifierWorld.shared.value
        for path in ["/openid4vp/response/common", "/start", "/anonymous/vote/answer"] {
            let long = String(repeating: "a", count: 1 << 21)
            let answer = try await inn.post(path, body: long)
            #expect(answer.value("error") == "limit_exceeded")
        }
        #expect(try await isAlive())
    }

    @Test(arguments: [
        "\r\nSet-Cookie: a=b", "\u{1B}[31mred", "<script>alert(1)</script>",
        "eyJhbGciOiJFUzI1NiJ9.secret~",
    ])
    func `what a stranger sent is in no answer (A123, A124)`(_ text: String) async throws {
        _ = try await VerifierWorld.shared.value
        let coded = Browser.form(["a": text]).dropFirst(2)
        for accept in ["text/html", "application/json"] {
            let browser = Browser(VerifierWorld.innAddress, accept: accept)
            let answers = [
                try await browser.get("/visit/\(coded)"), try await browser.get("/?lang=\(coded)"),
                try await browser.get("/openid4vp/request/\(coded)"),
                try await browser.get(
                    "/openid4vp/done?transaction=\(coded)&response_code=\(coded)"),
                try await browser.post(
                    "/openid4vp/response/common", ["state": text, "vp_token": text]),
                try await browser.post("/start", ["form": text, "check": text]),
                try await browser.post("/anonymous/vote/answer", body: text),
            ]
            for answer in answers { #expect(!answer.text.contains(text)) }
        }
    }
}
