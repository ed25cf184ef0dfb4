import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import VerifierService
import WalletService

/// Everything on one machine: the one command that a newcomer runs.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves issuer, verifier and a demo wallet on this machine, with test ID cards.",
        discussion: """
            What it keeps is in one folder and survives a restart; the test persons do not. It listens on loopback alone, and \
            needs nothing else: no database, no account, no network.
            Example: tegata serve --port 7400 --home tegata-home
            """)

    @Option(help: "The folder for everything that is kept.")
    var home = "tegata-home"

    @Option(help: "The first of three ports: issuer, verifier, wallet.")
    var port = 7400

    @OptionGroup var output: Output

    /// Where everything is, for programs; the pass phrase stays in the folder (keys/operator.key).
    private struct Places: Encodable {
        let issuer: String
        let verifier: String
        let kiosk: String
        let wallet: String
        let log: String
    }

    func run() async throws {
        let reader = TestCards.strangers()
        let issuer = try await issuer(reader)
        let verifier = try verifier(reader, issuer)
        let name = verifier.id.trimmingPrefix("decentralized_identifier:")
        let wallet = try WalletService(
            home: WalletHome(home + "/wallet"),
            trusting: VerifierTrust(dids: [String(name)], addresses: [address(1)]),
            acceptsLoopback: true,
            identity: IdentityAccess(reader, services: [address(0): issuer.identity]))
        let walletServer = try wallet.server(web(2))
        try output.print(
            Places(
                issuer: address(0), verifier: address(1), kiosk: address(1) + "/kiosk",
                wallet: address(2), log: address(0) + "/log"),
            """
            issuer    発行者      \(address(0))
            operator  運営者      \(address(0))/operator  pass phrase 合言葉: \(issuer.password)
            verifier  確認窓口    \(address(1))
            kiosk     キオスク    \(address(1))/kiosk
            wallet    ウォレット  \(address(2))
            audit     監査        tegata audit \(address(0))/log
            Test ID cards only: nothing issued here is real. 試験用カードのみ。Stop with Ctrl-C.
            """)
        nonisolated(unsafe) let showing = walletServer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await issuer.run() }
            group.addTask { try await verifier.run() }
            group.addTask { try await showing.run() }
            // Each ends when the process is asked to stop; the first that ends takes the others along.
            try await group.next()
            group.cancelAll()
        }
    }

    private func issuer(_ reader: TestCards) async throws -> IssuerService {
        var settings = IssuerSettings(
            address: address(0), home: home + "/issuer",
            name: Message("かが市（試験）", "City of Kaga (test)"), web: web(0))
        settings.wallet = address(2)
        let issuer = try await IssuerService(settings, reader: reader)
        try await issuer.openFirstEdition()
        // A second card for the same people, so that two can be one person's.
        try await issuer.open(
            Edition(
                "library", limit: 500, title: ["ja": "図書館", "en": "Library"],
                benefits: ["books"], nationalID: [.jpkiRSA, .jpkiP384]),
            saying: ["desk": "3"])
        let today = Day(of: Now.seconds).start
        try await issuer.grant(
            Entitlement(
                "rides", title: BilingualText(ja: "乗車券（年に十回）", en: "Rides, ten a year"),
                count: 10, offline: 2, windows: [today, today + 365 * 86_400],
                shops: [address(1)]), in: "founders")
        return issuer
    }

    private func verifier(
        _ reader: TestCards, _ issuer: IssuerService
    ) throws -> VerifierService {
        let plan = Plan(
            checks: [
                .anyMember,
                Check(
                    "founders", Message("創設会員の確認（区分を見る）", "Founding members, with their tier"),
                    issuer: address(0), edition: "founders", claims: ["tier"]),
            ],
            benefits: [
                CountedBenefit(
                    "taxi", Message("タクシー（十回）", "Taxi rides (ten)"), issuer: address(0),
                    edition: "founders", benefit: "taxi", count: 10)
            ],
            entitlements: [
                PlannedEntitlement(
                    "rides", Message("乗車券（年に十回）", "Rides, ten a year"), issuer: address(0),
                    edition: "founders", terms: "rides")
            ],
            links: [
                PlannedLink(
                    "reader", Message("図書館を使う創設会員", "Founding members who use the library"),
                    for: Message("延滞料をなくすため", "No fines for founding members"),
                    .shown("founders", of: address(0), claims: ["tier"]),
                    .hidden("library", of: address(0)))
            ])
        return try VerifierService(
            VerifierService.Settings(
                web: web(1), address: address(1), issuers: [address(0)],
                key: try P256.PrivateKey(
                    rawRepresentation: try KeyFile.secret(home + "/verifier.key")),
                plan: plan, state: home + "/verifier", walletScheme: address(2) + "/open"),
            identity: issuer.identity, reader: reader)
    }

    private func address(_ offset: Int) -> String { "http://127.0.0.1:\(port + offset)" }

    private func web(_ offset: Int) -> WebServer.Settings {
        WebServer.Settings(port: port + offset, isTest: true)
    }
}
