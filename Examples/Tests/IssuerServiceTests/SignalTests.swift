import AsyncHTTPClient
import Foundation
import NIOCore
import ServiceKit
import Testing

/// The built `issuer`, and the signals by which operators speak to it.
@Suite struct SignalTests {
    /// A running `issuer`, in a folder of its own.
    private final class Running {
        let home: String
        let address: String
        private let process = Process()

        init(_ home: String = FileManager.default.temporaryDirectory.path + "/signals-\(UUID())")
            async throws
        {
            self.home = home
            let port = Int.random(in: 10_000..<20_000)
            address = "http://127.0.0.1:\(port)"
            // Beside the bundle of the tests.
            let place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            let candidates = [place, Bundle.main.bundleURL, place.deletingLastPathComponent()]
                .map { $0.appending(path: "issuer") }
            process.executableURL = try #require(
                candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
            process.arguments = [
                "--home", home, "--address", "http://127.0.0.1:7400", "--port", "\(port)",
                "--test-cards",
            ]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            try await wait("it is well") { try await $0.get("/health").status == 200 }
        }

        /// Asks until it is so; in vain for a minute is a failure.
        func wait(
            _ what: Comment, until holds: (Browser) async throws -> Bool
        ) async throws {
            for _ in 0..<1_200 {
                if try await holds(Browser(address)) { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record(what)
            throw URLError(.timedOut)
        }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        var isRunning: Bool { process.isRunning }

        func end() -> Int32 {
            process.waitUntilExit()
            return process.terminationStatus
        }

        /// The browser of the operator.
        func office() async throws -> Browser {
            let key = try KeyFile.read(home + "/keys/operator.key")
            let browser = Browser(address)
            _ = try await browser.post(
                "/operator/enter",
                ["password": key.map { String(format: "%02x", $0) }.joined()],
                from: "/operator")
            return browser
        }
    }

    @Test func `told to end, it finishes what has begun and takes nothing new`() async throws {
        let issuer = try await Running()
        let office = try await issuer.office()
        let page = try await office.get("/operator").text
        let form = try #require(page.firstMatch(of: /name="form" value="([^"]*)"/)).1
        let body = "form=\(form)&id=evening&limit=5&next=1"
        // The first half of the form that opens an edition.
        let (halves, feed) = AsyncStream.makeStream(of: ByteBuffer.self)
        var request = HTTPClientRequest(url: issuer.address + "/operator/open")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(
            name: "Cookie", value: "tegata-session=\(try #require(office.session))")
        request.body = .stream(halves, length: .known(Int64(body.utf8.count)))
        let whole = request
        let answer = Task { try await HTTPClient.shared.execute(whole, timeout: .seconds(60)) }
        feed.yield(ByteBuffer(string: String(body.prefix(20))))
        // Whoever came after it is answered: it has arrived.
        for _ in 0..<20 { #expect(try await Browser(issuer.address).get("/health").status == 200) }
        issuer.send(SIGTERM)
        for _ in 0..<1_200 {
            guard (try? await Browser(issuer.address).get("/health")) != nil else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        await #expect(throws: (any Error).self, "nothing new") {
            _ = try await Browser(issuer.address).get("/health")
        }
        #expect(issuer.isRunning, "what has begun is not over")
        feed.yield(ByteBuffer(string: String(body.dropFirst(20))))
        feed.finish()
        #expect(try await answer.value.status.code == 303)
        #expect(issuer.end() == 0)
        let again = try await Running(issuer.home)
        #expect(try await Browser(again.address).get("/editions/evening").status == 200)
        again.send(SIGTERM)
        #expect(again.end() == 0)
    }

    @Test func `told to read its keys, it signs with the new one and still names the old`()
        async throws
    {
        let issuer = try await Running()
        func keys(_ browser: Browser) async throws -> [[String: String]] {
            let text = try await browser.get("/.well-known/jwt-vc-issuer").text
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return try #require((object?["jwks"] as? [String: Any])?["keys"] as? [[String: String]])
        }
        let before = try await keys(Browser(issuer.address))
        #expect(before.count == 1)
        try FileManager.default.removeItem(atPath: issuer.home + "/keys/card.key")
        issuer.send(SIGHUP)
        try await issuer.wait("two keys") { try await keys($0).count == 2 }
        let after = try await keys(Browser(issuer.address))
        #expect(after.contains { $0["x"] == before[0]["x"] })
        // Told twice, it has nothing new to say.
        issuer.send(SIGHUP)
        #expect(try await Browser(issuer.address).get("/health").status == 200)
        #expect(try await keys(Browser(issuer.address)).count == 2)
        issuer.send(SIGTERM)
        #expect(issuer.end() == 0)
    }
}
