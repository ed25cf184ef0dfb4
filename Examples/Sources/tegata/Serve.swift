import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit

/// Everything on one machine: the one command that a newcomer runs.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves issuer, verifier and a demo wallet on this machine, with test ID cards.",
        discussion: """
            What it keeps is in one folder and survives a restart. It listens on loopback alone, and needs nothing else: no database, \
            no account, no network.
            """)

    @Option(help: "The folder for everything that is kept.")
    var home = "tegata-home"

    @Option(help: "The first of three ports: issuer, verifier, wallet.")
    var port = 7400

    func run() async throws {
        let host = "127.0.0.1"
        func address(_ offset: Int) -> String { "http://\(host):\(port + offset)" }
        func web(_ offset: Int) -> WebServer.Settings {
            WebServer.Settings(host: host, port: port + offset, isTest: true)
        }
        var settings = IssuerSettings(
            address: address(0), home: home + "/issuer",
            name: Message("かが市（試験）", "City of Kaga (test)"), web: web(0))
        settings.wallet = address(2)
        let reader = TestReader()
        let issuer = try await IssuerService(settings, reader: reader)
        try await issuer.openFirstEdition()
        ServiceKit.say("issuer   発行者    \(address(0))")
        ServiceKit.say(
            "operator 運営者    \(address(0))/operator   pass phrase 合言葉: \(issuer.password)")
        try await issuer.server().run()
    }
}
