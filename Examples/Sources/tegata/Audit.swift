import ArgumentParser
import Foundation
import Synchronization
import Tegata

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recomputes the log, counts every edition, compares the lists.",
        discussion: """
            Prints a verdict and exits with 0, or says the first thing that is wrong and exits with 1. What it \
            establishes, and what it cannot, is in Spec/audit.md.
            Example: tegata audit https://kaga.example/log --profile kaga.json
            """)

    @OptionGroup var place: Place

    @OptionGroup var output: Output

    /// The verdict for programs.
    private struct Verdict: Encodable {
        struct Edition: Encodable {
            let id: String
            let limit: String
            let serials: UInt32
            let active: Int
            let suspended: Int
            let revoked: Int
            let returned: Int
        }

        let passed: Bool
        var finding: String?
        var issuer: String?
        var entries: UInt64?
        var root: String?
        var editions: [Edition]?

        init(_ report: AuditReport) {
            passed = true
            issuer = report.issuer
            entries = report.checkpoint.size
            root = "\(report.checkpoint.root)"
            editions = report.editions.map {
                Edition(
                    id: $0.id, limit: $0.limit.description, serials: $0.serials,
                    active: $0.active, suspended: $0.suspended, revoked: $0.revoked,
                    returned: $0.returned)
            }
        }

        init(_ finding: AuditFinding) {
            passed = false
            self.finding = "\(finding)"
        }
    }

    func run() async throws {
        let profile = try await place.issuer()
        let bar = Bar()
        do {
            let auditor = try Auditor(
                of: profile, witnesses: try place.watchers.keys, quorum: place.watchers.needed,
                reading: try place.source)
            let report = try await auditor.audit { bar.show($0, of: $1) }
            bar.finish()
            try output.print(
                Verdict(report),
                isJapanese ? "合格\n\(report.japanese)" : "PASSED\n\(report)")
        } catch let finding as AuditFinding {
            bar.finish()
            try output.print(
                Verdict(finding), isJapanese ? "不合格：\(finding)" : "FAILED: \(finding)")
            throw ExitCode(1)
        }
    }
}

/// How far it has come, on a terminal.
final class Bar: Sendable {
    private let last = Mutex(ContinuousClock.now)
    private let isShown = isatty(2) == 1

    func show(_ done: UInt64, of total: UInt64) {
        guard isShown else { return }
        last.withLock { last in
            guard last.duration(to: .now) > .milliseconds(100) else { return }
            last = .now
            let width = Int(30 * done / max(total, 1))
            let bar = String(repeating: "#", count: width).padding(
                toLength: 30, withPad: ".", startingAt: 0)
            FileHandle.standardError.write(Data("\r[\(bar)] \(done) / \(total)".utf8))
        }
    }

    func finish() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
