import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import VerifierService

/// Serves a verifier: a counter at which members show their cards, benefits that are counted down, anonymous actions.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verifier",
        abstract: "Serves a verifier over HTTP (会員証を確かめる窓口).",
        discussion: """
            Without a certificate its key is its name (did:key), which wallets have to be told; with --certificate it is known by the \
            host of --address (x509_san_dns). The kiosk for ID cards needs the editions' attestors in the same process: see \
            `tegata serve`.
            """)

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "On which port.")
    var port = 7401

    @Option(
        help: "Where browsers and wallets reach it; http://127.0.0.1:PORT when it is not given.")
    var address: String?

    @Option(help: "An issuer whose cards are believed, by its identifier. Give one or more.")
    var issuer = ["http://127.0.0.1:7400"]

    @Option(help: "The file with its signing key, 32 bytes; made when it is not there.")
    var key = "verifier.key"

    @Option(help: "The certificates of the signing key, PEM, the leaf first.")
    var certificate: String?

    @Option(help: "The certificates for TLS, PEM.")
    var tlsCertificate: String?

    @Option(help: "The key for TLS, PEM.")
    var tlsKey: String?

    @Option(
        help: "A folder for what must outlive this process: visits, redemptions, used nullifiers.")
    var state: String?

    @Option(
        help:
            "A PostgreSQL connection string instead of the folder: for several front processes with the same key."
    )
    var database: String?

    @Option(help: "What is checked, counted and held: a JSON file.")
    var plan: String?

    @Option(help: "What links to a wallet on the same device start with.")
    var wallet = "openid4vp://"

    @Option(help: "How many requests a minute one client may make.")
    var perMinute = 6_000

    @Flag(help: "Say on every page that test ID cards are accepted.")
    var testCards = false

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("give both of --tls-certificate and --tls-key, or neither")
        }
    }

    func run() async throws {
        var tls: (certificate: String, key: String)?
        if let tlsCertificate, let tlsKey { tls = (tlsCertificate, tlsKey) }
        let service = try VerifierService(
            VerifierService.Settings(
                web: WebServer.Settings(
                    host: host, port: port, tls: tls, perMinute: perMinute, isTest: testCards),
                address: address ?? "http://127.0.0.1:\(port)", issuers: issuer,
                key: try P256.PrivateKey(rawRepresentation: try KeyFile.secret(key)),
                certificates: try certificate.map(Self.certificates) ?? [],
                plan: try plan.map { try Plan(file: $0) } ?? Plan(), state: state,
                database: database,
                walletScheme: wallet))
        print("verifier \(service.id) on \(host):\(port)\(testCards ? ", TEST CARDS" : "")")
        try await service.run()
    }

    /// The certificates of a PEM file, in DER.
    private static func certificates(_ path: String) throws -> [[UInt8]] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let parts = text.components(separatedBy: "-----BEGIN CERTIFICATE-----").dropFirst()
        let certificates = try parts.map { part -> [UInt8] in
            let body = part.components(separatedBy: "-----END CERTIFICATE-----")[0]
                .filter { !$0.isWhitespace }
            guard let bytes = Data(base64Encoded: body) else {
                throw KeyFile.Problem(description: "\(path) is no PEM file (読めません)")
            }
            return [UInt8](bytes)
        }
        guard !certificates.isEmpty else {
            throw KeyFile.Problem(description: "\(path) has no certificate (証明書がありません)")
        }
        return certificates
    }
}
