import ArgumentParser
import Foundation
import ServiceKit
import Tegata

/// Serves one evaluation node, and deals seeds for a set of them.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "An evaluation node (評価ノード): it knows editions, and never a person.",
        subcommands: [
            Serve.self, Deal.self, MoveOn.self, Close.self, BoxKey.self, Plan.self, Retire.self,
        ])
}

/// The sealed file of a node and the key it is sealed under, which belongs somewhere else.
struct Vault: ParsableArguments {
    @Option(help: "The node's sealed file.")
    var vault: String

    @Option(help: "The file with the key that it is sealed under, 32 bytes.")
    var key: String

    @Option(help: "An attestor's x-only key in hexadecimal, as it prints it. Give all of them.")
    var attestor: [String] = []

    @Option(help: "How many of the attestors have to sign.")
    var attestors = 1

    func open() throws -> EvaluationNode {
        try EvaluationNode(
            sealed: KeyFile.read(vault), under: KeyFile.read(key),
            trusting: try attestor.map(bytes(hexadecimal:)), attestorThreshold: attestors)
    }

    func save(_ node: EvaluationNode) throws {
        try KeyFile.write(node.sealed(under: KeyFile.read(key)), to: vault)
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serves the node over HTTP.")

    @OptionGroup var files: Vault

    @Option(help: "Where to listen.")
    var host = "127.0.0.1"

    @Option(help: "On which port.")
    var port = 7201

    @Option(help: "How many requests a minute one client may make.")
    var perMinute = 600

    @Option(
        help:
            "An edition that may be opened here, its digest in hexadecimal; without any, every edition may."
    )
    var edition: [String] = []

    @Option(
        help:
            "A file with the plans, a line each, by which this node may hand a share over or take one; read again each time."
    )
    var plans: String?

    func run() async throws {
        let node = try files.open()
        // A vault of an earlier version gets its box key now, and keeps it.
        try files.save(node)
        let files = files
        let allowed = Set(edition)
        let plans = plans
        print("node \(node.node), epoch \(node.epoch), on \(host):\(port)")
        try await Server(
            host: host, port: port, perMinute: perMinute,
            health: {
                let counts = node.evaluations.map { edition, count in
                    #"{"edition":"\#(edition)","evaluations":\#(count)}"#
                }
                return
                    #"{"node":\#(node.node),"epoch":\#(node.epoch),"box_key":"\#(hexadecimal(node.boxKey))","editions":[\#(counts.joined(separator: ","))]}"#
            },
            answer: { path, body in
                if path == "publish", !allowed.isEmpty,
                    !allowed.contains(try EditionTerms(asked: body).edition.description)
                {
                    throw Refusal.unauthorized
                }
                if ["hand-over", "take-over"].contains(path), let plans {
                    try allow(plansIn: plans, node)
                }
                let answer = try await ServiceRequests.answer(path, body, by: node)
                // What a node answered has to be on the disk before anybody builds on it.
                if ServiceRequests.changing.contains(path) { try files.save(node) }
                return answer
            }
        ).run()
        // The counts of evaluations since.
        try files.save(node)
    }
}

private func digest(_ hexadecimal: String) throws -> EditionDigest {
    guard let digest = EditionDigest(try bytes(hexadecimal: hexadecimal)) else {
        throw ValidationError("an edition's digest has 32 bytes")
    }
    return digest
}

/// Agrees to the plans that the operator put into a file.
private func allow(plansIn file: String, _ node: EvaluationNode) throws {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return }
    for line in text.split(separator: "\n") {
        try node.allow(handOver: line.trimmingCharacters(in: .whitespaces))
    }
}

struct Deal: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the sealed files of a whole set of nodes.",
        discussion: """
            Whoever runs this has seen every seed. Separate operators let the holders of each seed agree on it among \
            themselves instead.
            """)

    @Option(help: "How many nodes, up to 9.")
    var nodes = 5

    @Option(help: "How many of them answer together.")
    var threshold = 3

    @Argument(help: "The directory for node-<i>.vault and node-<i>.key.")
    var directory: String

    func run() throws {
        // Attestors are named when a node is started; a vault holds none, and these nodes are not asked anything.
        let placeholder = [UInt8](repeating: 1, count: 32)
        let dealt = try EvaluationNode.deal(
            nodes: nodes, threshold: threshold, trusting: [placeholder], attestorThreshold: 1)
        for node in dealt {
            let path = "\(directory)/node-\(node.node)"
            guard !FileManager.default.fileExists(atPath: path + ".vault") else {
                throw ValidationError("\(path).vault is there already; its seeds would be lost")
            }
            let key = try KeyFile.secret(path + ".key")
            try KeyFile.write(node.sealed(under: key), to: path + ".vault")
        }
        print("\(nodes) nodes, of which \(threshold) answer together, in \(directory)")
    }
}

struct MoveOn: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Moves the stopped node on to the next epoch of seeds, and erases those of this one.")

    @OptionGroup var files: Vault

    func run() throws {
        let node = try files.open()
        node.moveOn()
        try files.save(node)
        print("node \(node.node) is in epoch \(node.epoch)")
    }
}

struct Close: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Erases the stopped node's share of an edition for good, and moves on.")

    @OptionGroup var files: Vault

    @Argument(help: "The edition, its digest in hexadecimal.")
    var edition: String

    func run() throws {
        let node = try files.open()
        let digest = try digest(edition)
        node.close(digest)
        try files.save(node)
        print("node \(node.node) has closed it and is in epoch \(node.epoch)")
    }
}

struct BoxKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Prints what others seal shares of a live edition to, when they hand it over here.",
        discussion: "Read it to their operators over a line that you would trust with a key.")

    @OptionGroup var files: Vault

    func run() throws {
        let node = try files.open()
        // A vault of an earlier version gets its box key now, and keeps it.
        try files.save(node)
        print(hexadecimal(node.boxKey))
    }
}

struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what a plan to hand an edition's key over means.",
        discussion: """
            Compare the recipients' keys with what their operators told you, then put the plan into the file that \
            serve --plans names, on both sides. As many recipients as it says have the edition's key together.
            """)

    @Argument(help: "The plan, as the issuer sent it.")
    var plan: String

    func run() throws {
        print(try HandOverSummary(parsing: plan))
    }
}

struct Retire: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Erases the stopped node's share of an edition that was handed over, and moves on.")

    @OptionGroup var files: Vault

    @Option(help: "The round of the newest keys: 1 after the first hand-over.")
    var round: UInt32

    @Argument(help: "The edition, its digest in hexadecimal.")
    var edition: String

    func run() throws {
        let node = try files.open()
        let digest = try digest(edition)
        node.retire(digest, before: round)
        try files.save(node)
        print("node \(node.node) has no older share of it and is in epoch \(node.epoch)")
    }
}
