import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import TegataNationalID

/// Serves a city's issuer.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issuer",
        abstract: "A city's issuer (発行者): claim pages, operator page, OpenID4VCI, public log.",
        discussion: """
            Everything it keeps is in one folder: keys (readable for their owner alone), the register, the public log. \
            --test-cards is needed for now: test ID cards are the only reader that this example has, and every page says so.
            """)

    @Option(help: "The folder for keys, register and log.")
    var home = "tegata-issuer"

    @Option(help: "The public address, which cards carry for ever; https, or http on this machine.")
    var address = "http://127.0.0.1:7400"

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "On which port.")
    var port = 7400

    @Option(help: "PEM file of the certificate chain, for TLS in this process.")
    var tlsCertificate: String?

    @Option(help: "PEM file of its key, readable for its owner alone.")
    var tlsKey: String?

    @Option(
        help: """
            A PostgreSQL connection string, instead of SQLite files in the folder: for several front processes, each with a folder of \
            its own and a copy of keys/.
            """)
    var database: String?

    @Option(help: "The city's name in Japanese.")
    var nameJa = "かが市（試験）"

    @Option(help: "The city's name in English.")
    var nameEn = "City of Kaga (test)"

    @Option(help: "The address of a demo wallet, for a link on the claim page.")
    var wallet: String?

    @Option(help: "How many requests a minute one client may make.")
    var perMinute = 6_000

    @Flag(help: "Accept test ID cards. No card that this issuer makes is a real one then.")
    var testCards = false

    @Option(
        help: ArgumentHelp(
            "Write the authority's root of the made-up ID cards here (DER), for `attestor --test-root`, where keys/services names attestors.",
            valueName: "file"))
    var testRoot: String?

    func validate() throws {
        guard testCards else {
            throw ValidationError(
                "this example reads test ID cards only: say --test-cards (試験用カードのみ対応)")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together")
        }
    }

    func run() async throws {
        var tls: (certificate: String, key: String)?
        if let tlsCertificate, let tlsKey { tls = (tlsCertificate, tlsKey) }
        var settings = IssuerSettings(
            address: address, home: home, database: database,
            name: Message(nameJa, nameEn),
            web: WebServer.Settings(
                host: host, port: port, tls: tls, perMinute: perMinute, isTest: testCards))
        settings.wallet = wallet
        if let testRoot {
            try Data(DemoIdentity.nextAuthority.root).write(to: URL(filePath: testRoot))
        }
        let service = try await IssuerService(settings, reader: TestCards.strangers())
        say("issuer \(address), listening on \(host):\(port)")
        say("operator's pass phrase (運営者の合言葉): \(service.password)")
        // SIGHUP: take the keys that are in the folder now.
        signal(SIGHUP, SIG_IGN)
        let hangUp = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        hangUp.setEventHandler {
            Task {
                do {
                    try await service.readKeys()
                    say("keys read (鍵を読み直しました)")
                } catch {
                    say("keys not changed (鍵は元のままです): \(error)")
                }
            }
        }
        hangUp.resume()
        try await service.run()
    }
}
