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
        subcommands: [Serve.self, Deal.self, MoveOn.self, Close.self])
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

    func run() async throws {
        let node = try files.open()
        let files = files
        let allowed = Set(edition)
        print("node \(node.node), epoch \(node.epoch), on \(host):\(port)")
        try await Server(
            host: host, port: port, perMinute: perMinute,
            health: {
                let counts = node.evaluations.map { edition, count in
                    #"{"edition":"\#(edition)","evaluations":\#(count)}"#
                }
                return
                    #"{"node":\#(node.node),"epoch":\#(node.epoch),"editions":[\#(counts.joined(separator: ","))]}"#
            },
            answer: { path, body in
                if path == "publish", !allowed.isEmpty, !allowed.contains(body) {
                    throw Refusal.unauthorized
                }
                let answer = try await ServiceRequests.answer(path, body, by: node)
                // The share has to be on the disk before anybody builds on it.
                if path == "publish" { try files.save(node) }
                return answer
            }
        ).run()
        // The counts of evaluations since.
        try files.save(node)
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
        guard let digest = EditionDigest(try bytes(hexadecimal: edition)) else {
            throw ValidationError("an edition's digest has 32 bytes")
        }
        node.close(digest)
        try files.save(node)
        print("node \(node.node) has closed it and is in epoch \(node.epoch)")
    }
}
