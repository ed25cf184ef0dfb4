import Foundation
import ServiceKit
import Tegata
import TegataNationalID

/// Three attestors and five nodes as processes, and four nodes that come after them, in a directory of their own.
final class Fleet {
    private let directory: String
    private let programs: String
    private let port: Int
    private var processes = [Int32]()
    private var attestorKeys = [[UInt8]]()

    init(port: Int) throws {
        self.port = port
        directory =
            FileManager.default.temporaryDirectory.path + "/tegata-split-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        programs = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    func start() throws {
        try Data(DemoIdentity.nextAuthority.root).write(to: URL(filePath: "\(directory)/root.der"))
        try shell("\(quoted(programs))/node deal --nodes 5 --threshold 3 \(quoted(directory))")
        for index in 0..<3 {
            let path = "\(directory)/attestor-\(index + 1).key"
            let key = try Secp256k1.PrivateKey(rawRepresentation: KeyFile.secret(path))
            attestorKeys.append(Attestor(key: key, accepting: .testCards).key)
            try launch(
                "attestor --key \(quoted(path)) --port \(port + index) --per-minute 100000 "
                    + "--test-root \(quoted(directory))/root.der --accept-not-checked")
        }
        let known = attestorKeys.map { "--attestor \(hexadecimal($0))" }.joined(separator: " ")
        for index in 0..<5 {
            let path = "\(quoted(directory))/node-\(index + 1)"
            try launch(
                "node serve --vault \(path).vault --key \(path).key --port \(port + 3 + index) "
                    + "--plans \(quoted(directory))/plans --per-minute 100000 \(known) --attestors 2"
            )
        }
        // Four others, which nobody asks yet.
        let next = "\(directory)/next"
        try FileManager.default.createDirectory(
            atPath: next, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try shell("\(quoted(programs))/node deal --nodes 4 --threshold 3 \(quoted(next))")
        for index in 0..<4 {
            let path = "\(quoted(next))/node-\(index + 1)"
            try launch(
                "node serve --vault \(path).vault --key \(path).key --port \(port + 8 + index) "
                    + "--plans \(quoted(directory))/plans --per-minute 100000 \(known) --attestors 2"
            )
        }
    }

    /// What the four nodes' operators would tell those of the five.
    func nextBoxKeys() async throws -> [[UInt8]] {
        var keys = [[UInt8]]()
        for index in 8..<12 {
            let health = try await client(index).health()
            guard
                let object = try JSONSerialization.jsonObject(with: Data(health.utf8))
                    as? [String: Any], let key = object["box_key"] as? String
            else { throw KeyFile.Problem(description: "node on port \(port + index): no box key") }
            keys.append(try bytes(hexadecimal: key))
        }
        return keys
    }

    /// The operators of all nodes agree.
    func allow(_ plan: String) throws {
        try Data((plan + "\n").utf8).write(to: URL(filePath: "\(directory)/plans"))
    }

    /// Waits for all twelve to say that they are there.
    func waitUntilReady() async throws {
        for index in 0..<12 {
            let client = try client(index)
            var tries = 0
            while (try? await client.health()) == nil {
                tries += 1
                guard tries < 100 else {
                    throw KeyFile.Problem(
                        description:
                            "service \(index + 1) on port \(port + index) does not answer; is the port taken? --port"
                    )
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// The three attestors with the five nodes, or with the four that come after them.
    func services(
        next: Bool = false, onFault: @escaping @Sendable (ServiceFault) -> Void
    ) throws -> IdentityServices {
        try IdentityServices(
            attestors: attestorKeys.enumerated().map { index, key in
                let client = try client(index)
                return RemoteAttestor(key: key, usesTestAnchors: true, transport: client.send)
            }, threshold: 2,
            nodes: (1...(next ? 4 : 5)).map { node in
                let client = try client((next ? 7 : 2) + node)
                return RemoteNode(node: node, transport: client.send)
            }, threshold: 3, onFault: onFault)
    }

    /// Seconds of processor time so far.
    func processorTime() throws -> ProcessorTime {
        let seconds = try (processes + [getpid()]).map { process in
            let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // The name in parentheses may hold spaces; user and system time are the 12th and 13th field behind it.
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
            let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
            return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
        return ProcessorTime(
            attestors: seconds[..<3].reduce(0, +), nodes: seconds[3..<12].reduce(0, +),
            wallet: seconds[12])
    }

    /// As a crash would: the process gets no chance to say anything.
    func kill(_ service: Int) {
        _ = Foundation.kill(processes[service], SIGKILL)
    }

    func stop() {
        for process in processes { _ = Foundation.kill(process, SIGTERM) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func client(_ index: Int) throws -> Client {
        try Client("http://127.0.0.1:\(port + index)")
    }

    // Through the shell: Foundation's own processes wait for those that inherit their pipes.
    private func launch(_ command: String) throws {
        let file = "\(directory)/process"
        try shell(
            "\(quoted(programs))/\(command) >\(quoted(directory))/log 2>&1 </dev/null & echo $! >\(quoted(file))"
        )
        let text = try String(contentsOfFile: file, encoding: .utf8)
        guard let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw KeyFile.Problem(description: "\(command) did not start")
        }
        processes.append(process)
    }

    private func shell(_ command: String) throws {
        guard system(command) == 0 else {
            throw KeyFile.Problem(description: "failed: \(command)")
        }
    }

    private func quoted(_ path: String) -> String {
        "'" + path.replacing("'", with: "'\\''") + "'"
    }
}

/// Seconds of processor time by role; the wallet's includes the ID card's and the issuer's.
struct ProcessorTime {
    let attestors: Double
    let nodes: Double
    let wallet: Double

    var total: Double { attestors + nodes + wallet }

    /// What was spent since `before`, for each of `count`.
    func since(_ before: ProcessorTime, for count: Int) -> ProcessorTime {
        ProcessorTime(
            attestors: (attestors - before.attestors) / Double(count),
            nodes: (nodes - before.nodes) / Double(count),
            wallet: (wallet - before.wallet) / Double(count))
    }
}
