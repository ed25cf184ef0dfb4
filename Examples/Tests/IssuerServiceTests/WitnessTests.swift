import Foundation
import ServiceKit
import Tegata
import Testing

@testable import IssuerService

/// An issuer answers once a witness at another place has seen its log, and a copy of it that comes back is not seen.
@Suite struct WitnessTests {
    /// A witness over HTTP that watches one log, and the line by which an issuer names it.
    private static func serve(
        _ signer: NoteSigner, of log: NoteKey, in state: String, at port: Int
    ) async throws -> (task: Task<Void, any Error>, line: String) {
        let witness = try Witness(
            signer, of: [log], store: FileWitnessStore(in: LogDirectory(at: state)))
        let server = WitnessServer(
            witness, key: signer.key, host: "127.0.0.1", port: port, perMinute: 100_000)
        let task = Task { try await server.run() }
        let address = "http://127.0.0.1:\(port)"
        for _ in 0..<1_200 {
            if (try? await Browser(address).get("/health"))?.status == 200 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        return (task, "\(signer.key.encoded)=\(address)")
    }

    private func folder() -> String {
        FileManager.default.temporaryDirectory.path + "/witnessed-\(UUID())"
    }

    private func open(_ id: String, in home: String) async throws {
        _ = try await IssuerFolder(home).issuer().open(Edition(id, limit: 5, nationalID: []))
    }

    @Test func `what a witness has seen stops a copy that comes back`() async throws {
        let (home, old, state) = (folder(), folder(), folder())
        defer {
            for path in [home, old, state] { try? FileManager.default.removeItem(atPath: path) }
        }
        let issuer = try await IssuerFolder(home).make(at: "https://kaga.example")
        let signer = try NoteSigner(name: "witness.example", kind: .witness)
        let port = Int.random(in: 32_000..<40_000)
        let (task, line) = try await Self.serve(
            signer, of: issuer.profile.logKey, in: state, at: port)
        try "# at the other city hall\n\(line)\nquorum 1\n".write(
            toFile: home + "/keys/witnesses", atomically: true, encoding: .utf8)
        try await open("first", in: home)
        // Anybody sees that it was seen.
        let note = try #require(try LogDirectory(at: home + "/log").read("checkpoint"))
        let policy = try LogPolicy(
            log: issuer.profile.logKey, witnesses: [signer.key], quorum: 1)
        #expect(try Checkpoint(parsing: SignedNote(parsing: note), by: policy).size == 1)
        let stranger = try NoteSigner(name: "stranger.example", kind: .witness)
        let other = try LogPolicy(
            log: issuer.profile.logKey, witnesses: [stranger.key], quorum: 1)
        #expect(throws: LogError.witnessesMissing) {
            try Checkpoint(parsing: SignedNote(parsing: note), by: other)
        }
        // The disk of before goes on beside the one that went on.
        try FileManager.default.copyItem(atPath: home, toPath: old)
        try await open("second", in: home)
        let back = try IssuerFolder(old).issuer(at: issuer.id)
        await #expect(throws: Refusal.unavailable) { try await back.reopen() }
        #expect(await back.fault == .witnesses(signed: 0, needed: 1))
        // Nothing is answered while the witness is away, and everything goes on when it is back.
        task.cancel()
        _ = try? await task.value
        let alone = try IssuerFolder(home).issuer(at: issuer.id)
        await #expect(throws: Refusal.unavailable) { try await alone.reopen() }
        #expect(await alone.fault == .witnesses(signed: 0, needed: 1))
        let (again, _) = try await Self.serve(
            signer, of: issuer.profile.logKey, in: state, at: port)
        defer { again.cancel() }
        try await open("third", in: home)
        #expect(try await alone.reopen().count == 3)
    }

    @Test func `a file of witnesses that is wrong is named`() async throws {
        let home = folder()
        defer { try? FileManager.default.removeItem(atPath: home) }
        try FileManager.default.createDirectory(
            atPath: home + "/keys", withIntermediateDirectories: true)
        let key = try NoteSigner(name: "witness.example", kind: .witness).key.encoded
        let log = try NoteSigner(name: "kaga.example/tegata", kind: .log).key.encoded
        #expect(try IssuerFolder(home).witnesses.connections.isEmpty)
        for text in [
            "", "quorum 1", "witness.example", "\(log)=https://w.example",
            "\(key)=https://w.example\nquorum 2", "\(key)=https://w.example\nquorum 0",
            "\(key)=https://w.example\nquorum x",
            "\(key)=https://w.example\n\(key)=https://w.example/",
        ] {
            try text.write(toFile: home + "/keys/witnesses", atomically: true, encoding: .utf8)
            let problem = #expect(throws: KeyFile.Problem.self, "\(text)") {
                try IssuerFolder(home).witnesses
            }
            #expect(problem?.description.contains("/keys/witnesses") == true)
        }
        try "\(key)=https://w.example".write(
            toFile: home + "/keys/witnesses", atomically: true, encoding: .utf8)
        #expect(try IssuerFolder(home).witnesses.quorum == 1)
    }
}
