import ServiceKit
import Tegata
import Testing

@testable import VerifierService

/// What a service asks for over the network, and how much of it it reads.
@Suite struct FetcherTests {
    @Test(arguments: [
        "http://city.example/x", "file:///etc/passwd", "data:application/json,{}",
        "ftp://city.example",
        "https://127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001",
        "https://0x7f.0.0.1", "https://0177.0.0.1", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest", "https://10.0.0.1", "https://172.16.0.1",
        "https://192.168.1.1", "https://[fc00::1]/", "https://0.0.0.0", "https://localhost",
        "https://localhost.", "https://a.localhost", "https://city.local", "https://city.internal",
        "https://user@city.example", "https://city.example#x", "https://city.example\\@127.0.0.1",
        "https://city.example:0", "https://city.example:99999", "https://city.example:8a",
        "https://",
        "HTTPS://city.example", "https://city.exämple", "https://city", "https://-a.example",
        "https:// city.example", "https://１２７.0.0.1", "",
    ])
    func `addresses that lead inwards are never asked (A113, A114)`(_ address: String) async {
        #expect(!Fetcher.isAllowed(address, fromLoopback: false))
        await #expect(throws: Refusal.unauthorized) {
            try await Fetcher(fromLoopback: false).text(
                at: address, limit: 1, types: ["text/plain"])
        }
    }

    @Test func `a service on loopback asks this machine, and no other in the open`() {
        for address in ["http://127.0.0.1:7400", "http://localhost:7400/log/profile.json"] {
            #expect(Fetcher.isAllowed(address, fromLoopback: true))
            #expect(!Fetcher.isAllowed(address, fromLoopback: false))
        }
        for address in [
            "http://city.example", "http://10.0.0.1", "http://127.0.0.2", "http://localhost.",
            "http://127.0.0.1.city.example", "http://[::2]", "http://2130706433",
        ] { #expect(!Fetcher.isAllowed(address, fromLoopback: true)) }
        for address in ["https://city.example", "https://city.example:8443/a?b=c"] {
            #expect(Fetcher.isAllowed(address, fromLoopback: false))
        }
    }

    @Test func `redirects, other kinds, endless and slow bodies are cut (A114, A115)`() async throws
    {
        _ = try await VerifierWorld.shared.value
        for (path, reason) in [
            ("redirect", Refusal.unavailable), ("loop", .unavailable), ("page", .typeMismatch),
            ("endless", .limitExceeded), ("slow", .unavailable), ("nothing", .unavailable),
        ] {
            // Only where the end is a matter of time is there little of it: the machine may be busy.
            let fetcher = Fetcher(fromLoopback: true, seconds: path == "slow" ? 2 : 60)
            await #expect(throws: reason, "\(path)") {
                try await fetcher.text(
                    at: VerifierWorld.cityAddress + "/hostile/" + path, limit: 1 << 20,
                    types: ["application/json"])
            }
        }
    }

    @Test func `a status list is taken from the issuer's own address only (A113)`() async throws {
        let city = VerifierWorld.cityAddress
        for uri in ["/tegata/status", "/tegata/status/1", "/tegata/status/123456"] {
            #expect(IssuerStatuses.isOwn(city + uri, of: city))
        }
        for uri in [
            "http://127.0.0.1:1/tegata/status", city + "/tegata/status/",
            city + "/tegata/status/1/..",
            city + "/tegata/status/../../x", city + "/tegata/status?x", city + "/tegata/statuses",
            city + "/tegata/status/1234567", city + ".evil.example/tegata/status", city, "",
            city + "@evil.example/tegata/status", city.uppercased() + "/tegata/status",
        ] { #expect(!IssuerStatuses.isOwn(uri, of: city), "\(uri)") }
        await #expect(throws: Refusal.statusUnknown) {
            try await IssuerStatuses(issuer: city, fetcher: Fetcher(fromLoopback: true))
                .statusList(at: "http://169.254.169.254/tegata/status")
        }
    }
}
