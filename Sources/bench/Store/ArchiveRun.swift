import Foundation
import Synchronization
import TegataArchive
import TegataCrypto
import TegataLog

/// A large register archived and restored: `archive [ROWS [MEMO-BYTES]]`, beside AES-256-GCM of the same bytes into the same kind of file.
enum ArchiveRun {
    static func run(_ arguments: ArraySlice<String>) async throws {
        let numbers = arguments.compactMap { Int($0) }
        let rows = numbers.first ?? 1_000_000
        let memo = numbers.dropFirst().first ?? 2500
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-archive-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let keys = IssuerKeys.generate()
        let id = "https://city.example"
        let register = try MadeRegister(rows: rows, memo: memo, keys.log)
        let (key, shares) = try ArchiveKey.deal(custodians: 5, threshold: 3, by: keys)
        let bytes = Double(rows * (memo + 71))
        let before = peak()

        let file = ArchiveFile(at: folder + "/0000.tegata")
        let archiver = Archiver(of: id, keys: keys, to: key)
        var manifest: ArchiveManifest?
        let written = try await measured {
            manifest = try await archiver.write(register) { try await file.write($0) }
            try await file.finish()
        }
        guard let manifest else { return }
        let sink = CountedJournal()
        let source = ArchiveFile(at: folder + "/0000.tegata")
        let read = try await measured {
            let restorer = try Restorer(
                Issuer(at: id, keys: keys).profile,
                parts: [.init(manifest: manifest.document) { try await source.read(atMost: $0) }],
                shares: shares, published: register.newest.note)
            _ = try await restorer.restore(into: sink)
        }
        let back = await sink.head()
        precondition(back.root == register.newest.root, "another register came back")
        let after = peak()

        let plain = [UInt8](repeating: 7, count: 1 << 18)
        let raw = ArchiveFile(at: folder + "/raw")
        let chunks = Int(bytes) / plain.count
        let secret = [UInt8](repeating: 1, count: 32)
        let sealed = try await measured {
            for number in 0..<chunks {
                try await raw.write(
                    try AESGCM.seal(plain, key: secret, nonce: nonce(number)))
            }
            try await raw.finish()
        }
        let rawSource = ArchiveFile(at: folder + "/raw")
        let opened = try await measured {
            for number in 0..<chunks {
                var box = [UInt8]()
                while box.count < plain.count + 16 {
                    box += try await rawSource.read(atMost: plain.count + 16 - box.count)
                }
                _ = try AESGCM.open(box, key: secret, nonce: nonce(number))
            }
        }
        print(
            "\(rows) records, \(Int(bytes / 1e6)) MB, manifest \(manifest.document.utf8.count) bytes"
        )
        report("archive", written, sealed, bytes)
        report("restore", read, opened, bytes)
        print("memory: \(after - before) KiB more at the most than before the first part")
    }

    private static func nonce(_ number: Int) -> [UInt8] {
        [0, 0, 0, 0] + bigEndian(UInt64(number))
    }

    private struct Measure {
        let wall: Double
        let processor: Double
    }

    private static func measured(_ work: () async throws -> Void) async rethrows -> Measure {
        let (wall, processor) = (Clock.wall, Clock.processor)
        try await work()
        return Measure(
            wall: (Clock.wall - wall) / 1e9, processor: (Clock.processor - processor) / 1e9)
    }

    private static func report(_ name: String, _ ours: Measure, _ raw: Measure, _ bytes: Double) {
        print(
            "\(name): \(Int(bytes / 1e6 / ours.wall)) MB/s, AES-256-GCM to and from a file "
                + "\(Int(bytes / 1e6 / raw.wall)) MB/s: \(Int(100 * raw.wall / ours.wall)) % of its speed; "
                + "processor time \(tenths(ours.processor / raw.processor)) times")
    }

    /// The most memory that the process ever had, in KiB.
    private static func peak() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}

/// A register that is made as it is read, so that what is measured is the archive and neither memory nor SQLite.
private struct MadeRegister: Journal {
    let newest: JournalHead
    private let memo: [UInt8]
    private static let edition = SHA256.hash([1])

    init(rows: Int, memo: Int, _ key: Ed25519.PrivateKey) throws {
        self.memo = [UInt8](repeating: 9, count: memo)
        var frontier = MerkleFrontier()
        for number in 0..<UInt64(rows) {
            frontier.append(TreeHash(leaf: Self.entry(number)))
        }
        let signer = try NoteSigner(name: "city.example/tegata", kind: .log, key: key)
        let note = try Checkpoint(
            origin: signer.key.name, size: frontier.size, root: frontier.root
        ).signed(by: signer).encoded
        newest = JournalHead(size: frontier.size, root: frontier.root, note: note)
    }

    private static func entry(_ number: UInt64) -> [UInt8] {
        [number == 0 ? 1 : 2] + edition.array + [UInt8](repeating: 0, count: 24) + bigEndian(number)
    }

    func head() -> JournalHead { newest }

    func records(from start: UInt64, atMost count: Int) -> [JournalRecord] {
        (start..<min(start + UInt64(count), newest.size)).map {
            JournalRecord(entry: Self.entry($0), memo: memo)
        }
    }

    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) throws(JournalError) { throw .unavailable("nobody writes here") }
}

/// A journal that keeps nothing but its head.
private actor CountedJournal: Journal {
    private var current = JournalHead.empty

    func head() -> JournalHead { current }
    func records(from start: UInt64, atMost count: Int) -> [JournalRecord] { [] }
    func append(
        _ records: [JournalRecord], to old: JournalHead, making new: JournalHead
    ) throws(JournalError) {
        guard current.isSame(as: old) else { throw .moved }
        current = new
    }
}
