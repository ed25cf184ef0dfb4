import ArgumentParser
import Foundation
import ServiceKit
import Tegata

/// Serves a witness: it has seen a log, and signs nothing that contradicts what it has seen.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "A witness (立会人): signs the logs of others, each only as it grows.",
        discussion: """
            It learns how large a log is, and nothing of what is in it. Run it in another place than the issuers it watches: what it has seen is in \
            --state, and a witness that forgets is none. Give its key to the issuer's operator, and take the log's key from the issuer's profile \
            (log_key), over a line that you would trust with a key.
            Example: witness --name witness.example --log 'kaga.example/tegata+…' --port 7301
            """)

    @Option(help: "The witness's name in its signatures, for ever.")
    var name: String

    @Option(help: "The file with its key; made, readable for its owner alone, when there is none.")
    var key = "witness.key"

    @Option(help: "The key of a log to watch, name+id+base64; once for each.")
    var log: [String] = []

    @Option(help: "The folder with what it has seen. It belongs to one process.")
    var state = "witness"

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "On which port.")
    var port = 7301

    @Option(help: "How many requests a minute one client may make.")
    var perMinute = 6_000

    func run() async throws {
        let logs = try log.map { text in
            guard let key = try? NoteKey(parsing: text), key.kind == .log else {
                throw ValidationError("--log \(text): not a log's key of the form name+id+base64")
            }
            return key
        }
        guard
            let signer = try? NoteSigner(
                name: name, kind: .witness,
                key: Ed25519.PrivateKey(rawRepresentation: KeyFile.secret(key)))
        else { throw ValidationError("--name \(name): no white space and no plus sign") }
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        guard
            let witness = try? Witness(
                signer, of: logs, store: FileWitnessStore(in: LogDirectory(at: state)))
        else { throw ValidationError("--log: two keys of one log") }
        say("witness \(signer.key.encoded) on \(host):\(port)")
        for log in logs { say("  watches \(log.name)") }
        try await WitnessServer(
            witness, key: signer.key, host: host, port: port, perMinute: perMinute
        ).run()
    }
}
