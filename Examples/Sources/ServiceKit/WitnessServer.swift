internal import Foundation
public import Tegata

/// A witness over HTTP (C2SP tlog-witness): it signs the checkpoints of logs it knows, each only when it extends the last one it signed.
public struct WitnessServer: Sendable {
    private let server: Server

    /// Serves a witness until the process is asked to stop.
    public init(_ witness: Witness, key: NoteKey, host: String, port: Int, perMinute: Int) {
        server = Server(
            host: host, port: port, perMinute: perMinute,
            health: { "{\"key\":\"\(key.encoded)\"}" },
            reply: { path, body in
                guard path == "add-checkpoint" else { return nil }
                let time = UInt64(clamping: Now.seconds)
                let answer = await witness.addCheckpoint(Array(body.utf8), at: time)
                return Server.Reply(answer.body, status: answer.status, type: answer.contentType)
            })
    }

    /// Serves.
    public func run() async throws { try await server.run() }
}

extension WitnessConnection {
    /// A witness by its key and address, `name+id+key=https://…`, asked over HTTP.
    ///
    /// - Throws: `KeyFile.Problem` for another form.
    public init(named text: String) throws {
        guard let mark = text.firstRange(of: "=http"),
            let key = try? NoteKey(parsing: String(text[..<mark.lowerBound])), key.kind == .witness
        else {
            throw KeyFile.Problem(
                description: "\(text): a witness is name+id+key=https://… (立会人の鍵とアドレスではありません)")
        }
        var address = String(text[text.index(after: mark.lowerBound)...])
        if address.hasSuffix("/") { address.removeLast() }
        let target = address + "/add-checkpoint"
        self.init(key) { body in
            let answer = try await OutboundHTTP(limit: 1 << 16, seconds: 5)
                .send("POST", target, body: Array(body.utf8), acceptsLoopback: true)
            return (answer.status, answer.body)
        }
    }
}
