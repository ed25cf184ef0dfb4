import ArgumentParser
import Foundation
import ServiceKit
import Tegata
import TegataNationalID

/// Serves one attestor: it sees certificates, signs that a person stands behind a blinded value, and keeps nothing.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attestor",
        abstract: "Serves an attestor over HTTP (認証者). Put TLS in front of it on a real network.")

    @Option(help: "The file with its signing key, 32 bytes; made when it is not there.")
    var key: String

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "On which port.")
    var port = 7101

    @Option(help: "A JPKI root certificate, DER. Give one or more.")
    var root: [String] = []

    @Option(help: "A JPKI root certificate for signatures, DER: for editions with a second index.")
    var signatureRoot: [String] = []

    @Option(help: "The root of a TEST authority for P-384 cards, DER. Every result will say TEST.")
    var testRoot: String?

    @Option(help: "How many requests a minute one client may make.")
    var perMinute = 600

    @Flag(help: "Accept certificates whose revocation nobody can be asked about.")
    var acceptNotChecked = false

    func validate() throws {
        guard (testRoot == nil) != root.isEmpty else {
            throw ValidationError("give either --root (real cards) or --test-root (test cards)")
        }
        guard signatureRoot.isEmpty || testRoot == nil else {
            throw ValidationError("--signature-root goes with --root")
        }
        guard acceptNotChecked else {
            throw ValidationError(
                """
                only registered operators can ask J-LIS about revocation, and this example cannot: say \
                --accept-not-checked, and every token will say "not checked"
                """)
        }
    }

    private static func file(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    func run() async throws {
        let anchors: JPKI.Anchors
        if let testRoot {
            anchors = .test([(cardClass: .jpkiP384, root: try Self.file(testRoot))])
        } else {
            anchors = try .production(
                root.map(Self.file), signatures: signatureRoot.map(Self.file))
        }
        let attestor = Attestor(
            key: try Secp256k1.PrivateKey(rawRepresentation: try KeyFile.secret(key)),
            accepting: JPKI(anchors: anchors, revocation: .acceptNotChecked))
        let name = hexadecimal(attestor.key)
        print("attestor \(name) on \(host):\(port)\(testRoot == nil ? "" : ", TEST CARDS ONLY")")
        try await Server(
            host: host, port: port, perMinute: perMinute,
            health: { #"{"key":"\#(name)"}"# },
            answer: { path, body in
                try await ServiceRequests.answer(path, body, by: attestor)
            }
        ).run()
    }
}
