import ArgumentParser
import Foundation
import ServiceKit
import Tegata
import TegataNationalID

/// Two of three attestors and three of five nodes, each a process of its own on loopback: cards are claimed through them, the edition's
/// key is handed over to four other nodes while it is live, then an attestor and a node are killed and another card is claimed.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract:
            "2 of 3 attestors and 3 of 5 nodes on loopback, cards claimed through them, and the key handed over (分散構成).",
        discussion: "Keys and test authorities are made for this run and are gone with it.")

    @Option(help: "Cards to claim before anything is killed.")
    var cards = 20

    @Option(help: "The first of twelve ports.")
    var port = 7_300

    @Flag(help: "Leave the services running until Enter is pressed.")
    var wait = false

    func run() async throws {
        let fleet = try Fleet(port: port)
        defer { fleet.stop() }
        try fleet.start()
        try await fleet.waitUntilReady()
        let named = Faults()
        let services = try fleet.services { named.add($0) }
        let club = Issuer(at: "https://club.example", keys: .generate(), identity: services)
        let edition = try await club.open(
            Edition(
                "split", limit: 500, title: ["ja": "分散", "en": "Split"], nationalID: [.jpkiP384]))
        print("opened: \(edition.trust.map { "\($0)" } ?? "")")

        // Making an ID card is its authority's work, and no part of a claim.
        let people = (0..<cards).map { _ in DemoIdentity(.jpkiP384) }
        let before = try fleet.processorTime()
        for person in people { try await claim(club, edition, person) }
        let spent = try fleet.processorTime().since(before, for: cards)
        print(
            "\(cards) cards through 8 services: \(milliseconds(spent.total)) ms of processor time a card: \(milliseconds(spent.attestors)) in attestors, \(milliseconds(spent.nodes)) in nodes, \(milliseconds(spent.wallet)) in wallet, ID card and issuer"
        )

        let person = DemoIdentity(.jpkiP384)
        try await claim(club, edition, person)
        let after = try await handOver(club, edition, fleet, named)
        do {
            try await claim(club, after, person)
            throw KeyFile.Problem(description: "one person got two cards")
        } catch IssuingError.refused(.alreadyClaimed) {
            print("who had a card before is known under the new nodes: already_claimed")
        }

        for service in [0, 8] { fleet.kill(service) }
        print("killed: attestor 1, node 1 of the new four")
        try await claim(club, after)
        print("a card was issued all the same; named as missing:")
        for fault in named.all { print("  \(fault)") }
        fleet.kill(9)
        do {
            try await claim(club, after)
            throw KeyFile.Problem(description: "two nodes of four issued a card")
        } catch Refusal.unavailable {
            print("with another node gone: \(Refusal.unavailable.rawValue), and nothing was issued")
        }
        if wait {
            print("Enter ends it (Enter で終了)")
            _ = readLine()
        }
    }

    /// The edition's key goes from three of five nodes to three of four others, while cards of it are in use.
    private func handOver(
        _ club: Issuer, _ edition: OpenEdition, _ fleet: Fleet, _ named: Faults
    ) async throws -> OpenEdition {
        let plan = try club.handOverPlan(
            of: edition, to: try await fleet.nextBoxKeys(), threshold: 3)
        try fleet.allow(plan)
        let after = try await club.handOver(
            edition, by: plan, to: try fleet.services(next: true) { named.add($0) })
        print("handed over: \(after.trust.map { "\($0)" } ?? "")")
        let retired = try await club.retireNodes(try fleet.services { named.add($0) }, of: after)
        print(
            "erased their shares: nodes \(retired.map(String.init).joined(separator: ", ")) of the five"
        )
        for service in 3..<8 { fleet.kill(service) }
        return after
    }

    private func claim(
        _ club: Issuer, _ edition: OpenEdition, _ person: DemoIdentity = DemoIdentity(.jpkiP384)
    ) async throws {
        let member = Holder(key: Secp256k1.PrivateKey())
        let request = try await member.request(edition, proving: person)
        _ = try member.accept(try await club.issue(to: request), from: club.profile)
    }

    private func milliseconds(_ seconds: Double) -> String {
        String(format: "%.1f", seconds * 1_000)
    }
}

/// What was reported, each once, in order.
final class Faults: @unchecked Sendable {
    // Sound because the lock is held for every access.
    private let lock = NSLock()
    private var faults = [ServiceFault]()

    func add(_ fault: ServiceFault) {
        lock.withLock { if !faults.contains(fault) { faults.append(fault) } }
    }

    var all: [ServiceFault] { lock.withLock { faults } }
}
