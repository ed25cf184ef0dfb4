import ArgumentParser
import Foundation
import Pages
import ServiceKit
import Tegata
import TegataNationalID
import VerifierService

/// Serves a verifier: a counter at which members show their cards, benefits that are counted down, anonymous actions.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verifier",
        abstract: "Serves a verifier over HTTP (会員証を確かめる窓口).",
        discussion: """
            Without a certificate its key is its name (did:key), which wallets have to be told; with --certificate it is known by the \
            host of --address (x509_san_dns). The kiosk, for people who have only their ID card, asks the attestors and nodes that are named \
            here; what reads the cards is another matter: this example knows test cards only (--kiosk-test-cards), and an operator \
            with a card reader brings a `CardReader`.
            Example: verifier --issuer https://kaga.example --attestor 4987ec…=https://north.example --node 1=https://node.example
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

    @Option(help: "The pin of a trust bundle, kept up to date; with --bundle, instead of --issuer.")
    var pin: String?

    @Option(help: "A trust bundle: whom to believe, without a network. See `tegata bundle`.")
    var bundle: String?

    @Option(help: "The folder with kept status lists, for --bundle.")
    var statuses = "statuses"

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

    @Option(help: "An attestor of the editions' for the kiosk, KEY=URL, the key as it prints it.")
    var attestor: [String] = []

    @Option(help: "How many attestors must sign.")
    var attestors = 1

    @Option(help: "An evaluation node of the editions' for the kiosk, NUMBER=URL.")
    var node: [String] = []

    @Option(help: "How many nodes must answer.")
    var nodes = 1

    @Option(
        help: ArgumentHelp(
            "Read made-up ID cards at the kiosk, and write their authority's root here (DER), for `attestor --test-root`.",
            valueName: "file"))
    var kioskTestCards: String?

    @Flag(help: "Hand in the vouchers that were taken, say what came of them, and end.")
    var settle = false

    func validate() throws {
        guard (pin == nil) == (bundle == nil) else {
            throw ValidationError("give both of --pin and --bundle, or neither")
        }
        guard attestor.isEmpty == node.isEmpty else {
            throw ValidationError("the kiosk needs both --attestor and --node")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("give both of --tls-certificate and --tls-key, or neither")
        }
    }

    func run() async throws {
        var tls: (certificate: String, key: String)?
        if let tlsCertificate, let tlsKey { tls = (tlsCertificate, tlsKey) }
        var reader: TestCards?
        if let kioskTestCards {
            try Data(DemoIdentity.nextAuthority.root).write(to: URL(filePath: kioskTestCards))
            reader = TestCards.strangers()
        }
        let isLoopback = WebServer.Settings(host: host, port: port, isTest: false).isLoopback
        let services =
            attestor.isEmpty
            ? nil
            : try RemoteServices(
                attestors: attestor, threshold: attestors, nodes: node, threshold: nodes
            ).open(isTest: reader != nil || testCards, fromLoopback: isLoopback) { fault in
                // The service by its name, and nothing about a person.
                say("kiosk: \(fault)")
            }
        var settings = VerifierService.Settings(
            web: WebServer.Settings(
                host: host, port: port, tls: tls, perMinute: perMinute, isTest: testCards),
            address: address ?? "http://127.0.0.1:\(port)", issuers: bundle == nil ? issuer : [],
            key: try P256.PrivateKey(rawRepresentation: try KeyFile.secret(key)),
            certificates: try certificate.map { try CertificateFile.read(URL(filePath: $0)) } ?? [],
            plan: try plan.map { try Plan(file: $0) } ?? Plan(), state: state, database: database,
            walletScheme: wallet)
        if let pin, let bundle {
            let trust = BundleTrust(pin: pin, bundle: bundle, statuses: statuses)
            // Whoever starts it learns at once what is wrong with the bundle.
            print("trust \(try trust.open())")
            settings.trust = trust
        }
        let service = try VerifierService(settings, identity: services, reader: reader)
        if settle {
            let counts = try await service.settleVouchers()
            for (outcome, count) in counts.sorted(by: { $0.key < $1.key }) {
                print("\(outcome) \(count)")
            }
            // Something for whoever runs it again.
            guard counts["waiting"] == 0 else { throw ExitCode(3) }
            return
        }
        print("verifier \(service.id) on \(host):\(port)\(testCards ? ", TEST CARDS" : "")")
        try await service.run()
    }
}
