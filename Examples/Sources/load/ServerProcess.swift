import Foundation
import ServiceKit

/// The measured server as a process of its own: its memory is its own, and its log goes nowhere.
final class ServerProcess {
    let address: String
    private let process = Process()

    init(_ home: String, _ port: Int) throws {
        address = "http://127.0.0.1:\(port)"
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["serve", "--home", home, "--port", "\(port)"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    func waitUntilWell() async throws {
        let client = try Client(address)
        for _ in 0..<600 {
            if (try? await client.health()) != nil { return }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw LoadProblem("the server does not start; is the port taken? --port")
    }

    func text(_ path: String) async throws -> String {
        guard let url = URL(string: address + path) else { throw LoadProblem("no address") }
        return String(decoding: try Data(contentsOf: url), as: UTF8.self)
    }

    /// Where the system tells; 0 elsewhere.
    var residentMebibytes: Double {
        let path = "/proc/\(process.processIdentifier)/statm"
        guard let status = try? String(contentsOfFile: path, encoding: .utf8),
            let pages = status.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return 0 }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}
