import ArgumentParser
import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata

/// Measures an issuer over HTTP: many people claim few cards at once, then nobody gets any more, then a flood of bad requests.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Many people claim few cards over HTTP (多数の申込みを一度に送る測定).",
        subcommands: [Drop.self, Serve.self], defaultSubcommand: Drop.self)
}

/// The server that is measured, in a process of its own.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)

    @Option var home: String
    @Option var port: Int

    static func service(_ home: String, _ port: Int) async throws -> IssuerService {
        try await IssuerService(
            IssuerSettings(
                address: "http://127.0.0.1:\(port)", home: home,
                name: Message("測定の市", "City of Measures"),
                web: WebServer.Settings(port: port, perMinute: .max, isTest: true)),
            reader: TestCards([]))
    }

    func run() async throws { try await Self.service(home, port).run() }
}

/// The measurement.
struct Drop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The measurement.")

    @Option(help: "How many people claim.")
    var people = 100_000

    @Option(help: "How many cards there are.")
    var cards: UInt32 = 500

    @Option(help: "How many bad requests follow.")
    var bad = 1_000_000

    @Option(
        help:
            "At most so many seconds to prepare people: a prepared request is good for ten minutes."
    )
    var prepareSeconds = 420.0

    @Option(help: "How many connections are open at once.")
    var connections = 64

    @Option(help: "The server's port.")
    var port = 7480

    func run() async throws {
        let home = FileManager.default.temporaryDirectory.path + "/tegata-load-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: home) }
        let mine = try await Serve.service(home, port)
        try await mine.openFirstEdition(of: cards)
        let server = try ServerProcess(home, port)
        defer { server.stop() }
        try await server.waitUntilWell()
        let client = Connections(port: port, count: connections)
        say("\(people) people, \(cards) cards, \(connections) connections, a SQLite file")
        // As many as are needed to be warm.
        _ = try steady(client, 2_000) { _ in HTTPText.get("/health") }
        let claimants = try await prepare(people, mine, server)
        let constant = try steady(client, 50_000) { _ in HTTPText.get("/health") }
        say("constant answer: \(rate(constant)) answers/s (GET /health)")
        var tally = Tally(cards: Int(cards))
        try drop(client, claimants, &tally)
        try soldOut(client, claimants, constant)
        try flood(client, server)
        // Whoever did not fit into the time comes later: what waits for more than ten minutes is no request any more.
        while tally.people < people {
            let later = try await prepare(people - tally.people, mine, server)
            guard !later.requests.isEmpty else { throw LoadProblem("no time to prepare anybody") }
            try drop(client, later, &tally)
        }
        say("\(tally.people) people, \(tally.given.count) cards")
    }

    /// Everybody who came so far, and which serials were given.
    private struct Tally {
        let cards: Int
        var people = 0
        var given = [Int]()
    }

    private func prepare(
        _ people: Int, _ mine: IssuerService, _ server: ServerProcess
    ) async throws -> Claimants {
        let text = try await server.text("/log/profile.json")
        guard let edition = try IssuerProfile(parsing: text).editions.first else {
            throw LoadProblem("the server has no edition")
        }
        let claimants = try await Claimants.prepare(
            people, of: edition, through: mine.identity, at: server.address,
            within: prepareSeconds)
        let count = claimants.requests.count
        say(
            "prepared before: \(count) people in \(Int(claimants.seconds)) s: test ID cards that signed, attestor and node that "
                + "checked them, wallets that proved it; the issuer has checked nothing yet"
                + (count < people ? " (the rest of \(people) later)" : ""))
        return claimants
    }

    /// Everybody at once.
    private func drop(
        _ client: Connections, _ claimants: Claimants, _ tally: inout Tally
    ) throws {
        var (given, refused, lost) = ([Int](), 0, 0)
        var times = [Double]()
        let start = Connections.now
        var lastCard = start
        try client.run({ $0 < claimants.requests.count ? claimants.requests[$0] : nil }) { answer in
            times.append(answer.seconds)
            switch answer.status {
            case 200:
                given.append(Self.serial(answer.body) ?? 0)
                lastCard = Connections.now
            case 409 where answer.body.elementsEqual(#"{"error":"sold_out"}"#.utf8): refused += 1
            default:
                lost += 1
                if lost < 4 {
                    say(
                        "  \(answer.status): \(String(decoding: answer.body.prefix(200), as: UTF8.self))"
                    )
                }
            }
        }
        let seconds = Connections.now - start
        let count = claimants.requests.count
        say(
            "claims: \(count) in \(tenths(seconds)) s, \(rate((count, seconds))) answers/s, p50 \(milliseconds(times, 0.5)), "
                + "p99 \(milliseconds(times, 0.99)); \(given.count) cards in the first \(tenths(lastCard - start)) s, \(refused) sold_out, "
                + "\(lost) lost")
        tally.people += count
        tally.given += given
        let all = min(tally.cards, tally.people)
        guard tally.given.sorted() == Array(1...all), given.count + refused == count, lost == 0
        else {
            throw LoadProblem(
                "not exactly \(all) cards with the serials 1…\(all), or somebody was not answered")
        }
        say("exactly \(all) cards, serials 1…\(all) once each, everybody answered")
    }

    private func soldOut(
        _ client: Connections, _ claimants: Claimants, _ constant: (Int, Double)
    ) throws {
        // Whoever has a card would get it again.
        var others = [[UInt8]]()
        try client.run({ $0 < min(claimants.requests.count, 5_000) ? claimants.requests[$0] : nil })
        {
            answer in
            if answer.status == 409 { others.append(claimants.requests[answer.number]) }
        }
        guard !others.isEmpty else { return say("sold out: nobody was left over") }
        let (count, seconds) = try steady(client, 50_000, expecting: 409) { number in
            others[number % others.count]
        }
        let ratio = (Double(count) / seconds) / (Double(constant.0) / constant.1)
        say(
            "sold out: \(rate((count, seconds))) answers/s, \(hundredths(ratio)) of the constant answer (goal 0.5)"
        )
    }

    private func flood(_ client: Connections, _ server: ServerProcess) throws {
        guard bad > 0 else { return }
        // Caches and pools first: what is asked is whether it grows.
        _ = try steady(client, min(bad, 20_000), expecting: nil, HTTPText.bad)
        let before = server.residentMebibytes
        let result = try steady(client, bad, expecting: nil, HTTPText.bad)
        let after = server.residentMebibytes
        let growth = (after / before - 1) * 100
        say(
            "bad requests: \(bad), \(rate(result)) answers/s; resident memory \(Int(before)) MiB before, \(Int(after)) MiB after "
                + "(\(growth < 0 ? "" : "+")\(Int(growth.rounded())) %, goal 20 %)")
    }

    /// So many requests, each of which must be answered: with a status, or with any refusal.
    private func steady(
        _ client: Connections, _ count: Int, expecting status: Int? = 200,
        _ request: (Int) -> [UInt8]
    ) throws -> (Int, Double) {
        let start = Connections.now
        var wrong = [Int: Int]()
        try client.run({ $0 < count ? request($0) : nil }) { answer in
            let isRight = status.map { $0 == answer.status } ?? (400..<500).contains(answer.status)
            if !isRight { wrong[answer.status, default: 0] += 1 }
        }
        guard wrong.isEmpty else { throw LoadProblem("answers with other statuses: \(wrong)") }
        return (count, Connections.now - start)
    }

    private static func serial(_ answer: [UInt8]) -> Int? {
        struct Answer: Decodable { let card: String }
        struct Payload: Decodable { let serial: Int }
        guard let card = try? JSONDecoder().decode(Answer.self, from: Data(answer)).card,
            let payload = card.split(separator: ".").dropFirst().first
        else { return nil }
        let base64 = payload.replacing("-", with: "+").replacing("_", with: "/")
        let padded = String(base64) + String(repeating: "=", count: (4 - base64.count % 4) % 4)
        return Data(base64Encoded: padded)
            .flatMap { try? JSONDecoder().decode(Payload.self, from: $0) }?.serial
    }

    private func rate(_ result: (count: Int, seconds: Double)) -> String {
        "\(Int(Double(result.count) / result.seconds))"
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private func hundredths(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    private func milliseconds(_ times: [Double], _ part: Double) -> String {
        guard !times.isEmpty else { return "–" }
        let place = min(times.count - 1, Int(Double(times.count) * part))
        return "\(tenths(times.sorted()[place] * 1000)) ms"
    }
}
