import Foundation
import Synchronization
import Tegata
import TegataCrypto
import TegataLog
import TegataSDJWT

/// A large edition, audited from files: `audit [CARDS]`, beside the hashing that it cannot avoid.
enum AuditRun {
    static func run(_ arguments: ArraySlice<String>) async throws {
        let cards = arguments.compactMap { Int($0) }.first ?? 1_000_000
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-audit-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = LogDirectory(at: folder)
        let issuer = Issuer(at: "https://city.example", keys: .generate())
        let edition = try await issuer.open(
            Edition("residents", limit: .unlimited, nationalID: []))
        try await write(cards, of: edition, by: issuer, to: directory)
        let start = Clock.wall
        let processor = Clock.processor
        let meter = Meter()
        let report = try await Auditor(of: issuer.profile, in: directory).audit { done, total in
            meter.show(done, total)
        }
        let seconds = (Clock.wall - start) / 1e9
        let busy = (Clock.processor - processor) / 1e9
        meter.finish()
        print(report)
        let raw = hashing(cards)
        print(
            "audit: \(Int(Double(cards) / seconds)) leaves/s on "
                + "\(ProcessInfo.processInfo.activeProcessorCount) cores, \(tenths(seconds)) s; "
                + "\(tenths(busy / raw)) times the processor time of hashing alone")
    }

    /// The log of an issuer with many cards: nobody made them, but the files are as they would be.
    private static func write(
        _ cards: Int, of edition: OpenEdition, by issuer: Issuer, to directory: LogDirectory
    ) async throws {
        var entries = [LogEntry.signed(.open, edition.digest, edition.encoded).encoded]
        for card in 0..<cards {
            let leaf = SHA256.hash(Array("\(card)".utf8))
            entries.append(LogEntry.leaf(.card, edition.digest, leaf).encoded)
        }
        var tree = MerkleTree()
        for entry in entries { tree.append(TreeHash(leaf: entry)) }
        let note = try Checkpoint(
            origin: issuer.logSigner.key.name, size: tree.size, root: tree.root
        ).signed(by: issuer.logSigner)
        let known = entries
        try await directory.publish(tree, from: 0, note: note.encoded) { range throws(LogError) in
            Array(known[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        // The lists as the issuer has them, after its first entry: those of a million people would be one text of 88 MB.
        let lists = try await issuer.publicLists(of: edition)
        try directory.write(Array(lists.utf8), to: Auditor.listsFile(of: edition.digest))
    }

    /// Seconds of processor time for two hashes a leaf.
    private static func hashing(_ leaves: Int) -> Double {
        let start = Clock.processor
        var hash = TreeHash.emptyTree
        let entry = [UInt8](repeating: 1, count: 65)
        for _ in 0..<leaves {
            hash = TreeHash(above: hash, TreeHash(leaf: entry))
        }
        precondition(hash != .emptyTree, "hashes were computed")
        return (Clock.processor - start) / 1e9
    }
}

/// A bar on the terminal, at most ten times a second.
private final class Meter: Sendable {
    private let last = Mutex(0.0)
    private let isTerminal = isatty(2) == 1

    func show(_ done: UInt64, _ total: UInt64) {
        guard isTerminal else { return }
        last.withLock { last in
            let now = Clock.wall
            guard now - last > 1e8 else { return }
            last = now
            let width = Int(30 * done / max(total, 1))
            let bar =
                String(repeating: "#", count: width) + String(repeating: ".", count: 30 - width)
            FileHandle.standardError.write(Data("\r[\(bar)] \(done) of \(total)".utf8))
        }
    }

    func finish() {
        if isTerminal { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
