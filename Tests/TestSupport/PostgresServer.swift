internal import Foundation

/// A PostgreSQL server of its own in a temporary directory, reached by a socket there and by nobody else.
public final class PostgresServer: Sendable {
    /// What to do where there is none.
    public static let advice = "PostgreSQL is not installed: apt-get install postgresql"

    /// Where the server's programs are; `nil` when it is not installed.
    public static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders =
            versions.compactMap { Int($0) }.sorted().reversed().map { "\(root)/\($0)/bin" }
            + ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"]
        return folders.first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }()

    /// The directory of data and socket.
    public let folder: String
    private let port: Int

    /// What a connection string says before anything else.
    public var connection: String { "host=\(folder) port=\(port) user=tegata dbname=postgres" }

    /// Starts a server with these lines in its configuration.
    ///
    /// - Throws: `Failure` with what the program said.
    public init(settings: [String] = []) throws {
        folder = try Self.makeFolder()
        port = 5432
        try Self.run("initdb", ["-D", data, "-A", "trust", "-U", "tegata", "-N", "-E", "UTF8"])
        try configure(settings)
        try start()
    }

    /// Starts one on a thread of its own, for tests that run beside servers in one process: they wait for each other, and threads are few.
    ///
    /// - Throws: `Failure` with what the program said.
    public static func started(settings: [String] = []) async throws -> PostgresServer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try PostgresServer(settings: settings) })
            }
        }
    }

    /// Starts a standby that follows `primary`, which must allow replication, under the name `standby`.
    ///
    /// - Throws: `Failure` with what the program said.
    public init(following primary: PostgresServer, settings: [String] = []) throws {
        folder = try Self.makeFolder()
        port = 5432
        try Self.run(
            "pg_basebackup",
            [
                "-D", data, "-R", "-X", "stream", "-c", "fast", "-d",
                primary.connection + " application_name=standby",
            ])
        try configure(settings)
        try start()
    }

    deinit { stop() }

    private var data: String { folder + "/data" }

    private static func makeFolder() throws -> String {
        // A socket's path has room for about a hundred bytes, so not in the user's long temporary directory.
        let folder = "/tmp/tegata-pg-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if isRoot { try shell("/usr/bin/env", ["chown", "postgres", folder]) }
        return folder
    }

    private func configure(_ settings: [String]) throws {
        let lines =
            [
                "listen_addresses = ''", "unix_socket_directories = '\(folder)'", "port = \(port)",
                "max_connections = 50", "shared_buffers = 16MB",
            ] + settings
        let file = data + "/postgresql.auto.conf"
        let before = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let text = before + lines.map { $0 + "\n" }.joined()
        try text.write(toFile: file, atomically: false, encoding: .utf8)
    }

    /// Adds lines to the configuration of a running server.
    ///
    /// - Throws: `Failure` with what the program said.
    public func reconfigure(_ settings: [String]) throws {
        let file = data + "/postgresql.auto.conf"
        let before = try String(contentsOfFile: file, encoding: .utf8)
        let kept = before.split(separator: "\n").filter { !$0.hasPrefix("synchronous") }
        let text = (kept + settings.map { $0[...] }).joined(separator: "\n") + "\n"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try Self.run("pg_ctl", ["-D", data, "reload"])
    }

    /// Starts it, and waits until it takes connections; also after `kill`.
    ///
    /// - Throws: `Failure` with what the program said.
    public func start() throws {
        try Self.run(
            "pg_ctl", ["-D", data, "-l", folder + "/log", "-w", "-t", "120", "start"])
    }

    /// Ends it as a power failure would.
    public func kill() {
        guard
            let line = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8)
                .split(separator: "\n").first, let pid = Int32(line)
        else { return }
        try? Self.shell("/usr/bin/env", ["kill", "-9", String(pid)])
        // Its children notice by themselves; the socket and lock are in the way of a restart until then.
        for _ in 0..<200 {
            guard (try? Self.run("pg_ctl", ["-D", data, "status"])) != nil else { break }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// Makes a standby the primary.
    ///
    /// - Throws: `Failure` with what the program said.
    public func promote() throws {
        try Self.run("pg_ctl", ["-D", data, "-w", "-t", "120", "promote"])
    }

    /// Ends it and removes its directory.
    public func stop() {
        try? Self.run("pg_ctl", ["-D", data, "-m", "immediate", "stop"])
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// What a program said when it failed.
    public struct Failure: Error, CustomStringConvertible {
        /// Its words.
        public let description: String
    }

    private static let isRoot = NSUserName() == "root"

    /// PostgreSQL's programs do not run as root.
    private static func run(_ program: String, _ arguments: [String]) throws {
        guard let programs else { throw Failure(description: advice) }
        let command = [programs + "/" + program] + arguments
        try shell(
            "/usr/bin/env", isRoot ? ["runuser", "-u", "postgres", "--"] + command : command)
    }

    /// By the shell, not by Foundation's `Process`: that waits for everyone who inherits its socket, and a server does.
    private static func shell(_ program: String, _ arguments: [String]) throws {
        let output = "/tmp/tegata-pg-\(UUID().uuidString).out"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let words = ([program] + arguments).map {
            "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'"
        }
        let command = "cd /tmp && " + words.joined(separator: " ") + " >\(output) 2>&1 </dev/null"
        guard unsafe system(command) == 0 else {
            let said = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            throw Failure(description: "\(arguments.joined(separator: " ")): \(said)")
        }
    }
}
