import Foundation
import Tegata
import Testing

@testable import ServiceKit

/// What a wallet asks, and how long it listens.
struct OutboundHTTPTests {
    @Test(arguments: [
        "http://city.example/", "https://127.0.0.1/", "https://localhost/", "https://localhost./",
        "https://10.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://[::1]/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest", "https://a@city.example/", "https://city.example:0x50/",
        "https://city.example:/", "https://city.example:99999/", "https://city/",
        "https://printer.local/", "https://city.example#x", "https://city.example\\@x/",
        "HTTPS://city.example/", "file:///etc/passwd", "data:,x", "ftp://city.example/", "", "//",
        "https://", "https://-a.example/", "https://city..example/",
        "https://city.example/\u{200B}",
        "http://127.0.0.1.evil.example/", "https://0.0.0.0/", "http://127.0.0.1@evil.example/",
    ])
    func `an address that is not to be asked is refused (A113, A114)`(address: String) {
        #expect(throws: Refusal.issuerUntrusted) {
            try OutboundHTTP.Target(address, acceptsLoopback: false)
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:7400/", "http://localhost/x?y", "http://[::1]:7400/",
        "https://city.example", "https://city.example:8443/a?b=c", "https://xn--bcher-kva.example/",
    ])
    func `an address that may be asked`(address: String) throws {
        let target = try OutboundHTTP.Target(address, acceptsLoopback: true)
        #expect(target.isLoopback == address.hasPrefix("http:") && target.text == address)
    }

    @Test func `only addresses of the public network are public (A113)`() {
        let rows: [([UInt8], Bool)] = [
            ([93, 184, 215, 14], true), ([127, 0, 0, 1], false), ([10, 1, 2, 3], false),
            ([172, 16, 0, 1], false), ([172, 32, 0, 1], true), ([192, 168, 1, 1], false),
            ([169, 254, 169, 254], false), ([100, 64, 0, 1], false), ([0, 0, 0, 0], false),
            ([224, 0, 0, 1], false), ([255, 255, 255, 255], false), ([198, 18, 0, 1], false),
            ([0x26, 6, 0x28, 0] + [UInt8](repeating: 1, count: 12), true),
            ([UInt8](repeating: 0, count: 15) + [1], false),
            ([0xFC] + [UInt8](repeating: 0, count: 15), false),
            ([0xFE, 0x80] + [UInt8](repeating: 0, count: 14), false),
            ([UInt8](repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1], false),
            ([0x20, 2, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 10), false), ([], false),
        ]
        for (address, isPublic) in rows {
            #expect(OutboundHTTP.Target.isPublic(address) == isPublic, "\(address)")
        }
    }

    @Test func `redirects, too long and too slow answers come to nothing (A114, A115)`()
        async throws
    {
        try await Live.run { live in
            live.answer { ask in
                switch ask.path {
                case "/moved":
                    return Live.Reply(status: 302, location: live.base + "/secret")
                case "/large": return Live.Reply(body: [UInt8](repeating: 0x20, count: 70_000))
                case "/silent":
                    try await Task.sleep(for: .seconds(30))
                    return .text("{}")
                case "/trickle": return Live.Reply(trickles: true)
                case "/echo": return Live.Reply(status: 201, body: ask.body)
                default: return .text("{}")
                }
            }
            let http = OutboundHTTP(limit: 64 * 1024)
            await #expect(throws: Refusal.unsupported) {
                try await http.send("GET", live.base + "/moved", acceptsLoopback: true)
            }
            #expect(!live.asked.contains("GET /secret"))
            await #expect(throws: Refusal.limitExceeded) {
                try await http.send("GET", live.base + "/large", acceptsLoopback: true)
            }
            for path in ["/silent", "/trickle"] {
                await #expect(throws: Refusal.unavailable) {
                    try await OutboundHTTP(seconds: 1).send(
                        "GET", live.base + path, acceptsLoopback: true)
                }
            }
            let echo = try await http.send(
                "POST", live.base + "/echo", body: [1, 2, 3], acceptsLoopback: true)
            #expect(echo.status == 201 && echo.body == [1, 2, 3])
            live.forget()
            await #expect(throws: Refusal.issuerUntrusted) {
                try await http.send("GET", live.base + "/echo", acceptsLoopback: false)
            }
            #expect(live.asked.isEmpty)
        }
        await #expect(throws: Refusal.unavailable, "nobody listens") {
            try await OutboundHTTP().send("GET", "http://127.0.0.1:1/", acceptsLoopback: true)
        }
    }
}
