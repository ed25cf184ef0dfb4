import Foundation
import NIOCore
import NIOPosix
import ServiceKit
import Testing

/// The built `issuer`, and the signals by which operators speak to it.
@Suite struct SignalTests {
    /// A running `issuer`, in a folder of its own.
    private final class Running {
        let home: String
        let address: String
        let port: Int
        private let process = Process()

        init(_ home: String = FileManager.default.temporaryDirectory.path + "/signals-\(UUID())")
            async throws
        {
            self.home = home
            port = Int.random(in: 10_000..<20_000)
            address = "http://127.0.0.1:\(port)"
            // Beside the bundle of the tests.
            let place = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            let candidates = [place, Bundle.main.bundleURL, place.deletingLastPathComponent()]
                .map { $0.appending(path: "issuer") }
            let built: URL = try #require(
                candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
            process.executableURL = built
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
                if (try? await holds(Browser(address))) == true { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            Issue.record(what)
            throw URLError(.timedOut)
        }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        var isRunning: Bool { process.isRunning }

        /// Waits for its end, on a thread of its own: the tests share two, and the servers that they ask live on them too.
        func end() async -> Int32 {
            let process = process
            return await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    process.waitUntilExit()
                    continuation.resume(returning: process.terminationStatus)
                }
            }
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
        let head = """
            POST /operator/open HTTP/1.1\r\nHost: issuer\r\nContent-Type: application/x-www-form-urlencoded\r\n\
            Cookie: tegata-session=\(try #require(office.session))\r\nContent-Length: \(body.utf8.count)\r\n\r\n
            """
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: issuer.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        // The first half of the form that opens an edition; the second after the signal.
        let answer = try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head + body.prefix(20)))
            // Whoever comes after it is answered: it has arrived.
            for _ in 0..<20 {
                #expect(try await Browser(issuer.address).get("/health").status == 200)
            }
            issuer.send(SIGTERM)
            for _ in 0..<1_200 {
                guard (try? await Browser(issuer.address).get("/health")) != nil else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            await #expect(throws: (any Error).self, "nothing new") {
                _ = try await Browser(issuer.address).get("/health")
            }
            #expect(issuer.isRunning, "what has begun is not over")
            try await outbound.write(ByteBuffer(string: String(body.dropFirst(20))))
            for try await part in inbound { return String(buffer: part) }
            return ""
        }
        #expect(answer.hasPrefix("HTTP/1.1 303"), "\(answer)")
        #expect(await issuer.end() == 0)
        let again = try await Running(issuer.home)
        #expect(try await Browser(again.address).get("/editions/evening").status == 200)
        again.send(SIGTERM)
        #expect(await again.end() == 0)
    }

    @Test func `told to read its keys, it signs with the new one and still names the old`()
        async throws
    {
        let issuer = try await Running()
        let opened = try await issuer.office().post(
            "/operator/open", ["id": "evening", "limit": "5", "next": "1"], from: "/operator")
        #expect(opened.status == 303)
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
        #expect(await issuer.end() == 0)
    }
}
