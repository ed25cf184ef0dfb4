import Foundation
import Synchronization
import TegataArchive
import TegataCrypto
import TegataSDJWT

/// A register that nobody issued, with all that an archive needs: cheap, and of any length.
struct ArchiveWorld: Sendable {
    static let now: Int64 = 1_795_392_000
    static let issuer = "https://club.example"

    let keys: IssuerKeys
    let profile: IssuerProfile
    let journal = InMemoryJournal()
    let key: ArchiveKey
    let shares: [ArchiveShare]
    /// What the issuer needs beside its keys.
    var others = [String: [UInt8]]()
    private let log: NoteSigner

    init(
        keys: IssuerKeys = .generate(), custodians: Int = 5, threshold: Int = 3
    ) throws {
        var random = SystemRandomness()
        try self.init(
            keys: keys, custodians: custodians, threshold: threshold, using: &random)
    }

    init(
        keys: IssuerKeys, custodians: Int, threshold: Int, using random: inout some Randomness
    ) throws {
        self.keys = keys
        profile = Issuer(at: Self.issuer, keys: keys).profile
        log = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log)
        (key, shares) = try ArchiveKey.deal(
            custodians: custodians, threshold: threshold, by: keys, using: &random)
    }

    /// Adds records with memos of so many bytes: the first opens an edition, the others are cards; from `seed` follow which.
    func grow(by count: Int, memo: Int = 40, seed: String = "") async throws {
        let head = await journal.head()
        var tree = MerkleTree()
        for record in await journal.records(from: 0, atMost: Int(head.size)) {
            tree.append(TreeHash(leaf: record.entry))
        }
        let edition = SHA256.hash([1])
        let records = (0..<count).map { number in
            let place = Int(head.size) + number
            let leaf = SHA256.hash(Array((seed + "\(place)").utf8))
            let entry =
                place == 0
                ? LogEntry.signed(.open, edition, "an edition")
                : LogEntry.leaf(.card, edition, leaf)
            return JournalRecord(
                entry: entry.encoded, memo: [UInt8](repeating: UInt8(place & 0xff), count: memo))
        }
        for record in records { tree.append(TreeHash(leaf: record.entry)) }
        try await journal.append(records, to: head, making: try self.head(of: tree))
    }

    func head(of tree: MerkleTree) throws -> JournalHead {
        JournalHead(
            size: tree.size, root: tree.root,
            note: try checkpoint(tree.size, tree.root))
    }

    func checkpoint(_ size: UInt64, _ root: TreeHash) throws -> String {
        try Checkpoint(origin: log.key.name, size: size, root: root).signed(by: log).encoded
    }

    func archiver(to key: ArchiveKey? = nil) -> Archiver {
        Archiver(of: Self.issuer, keys: keys, others: others, to: key ?? self.key) { Self.now }
    }

    /// A part of the journal as it is now.
    func part(
        after last: KeptPart? = nil, to key: ArchiveKey? = nil
    ) async throws -> KeptPart {
        var file = [UInt8]()
        let manifest = try await archiver(to: key).write(journal, after: last?.manifest) {
            file += $0
        }
        guard let manifest else { throw Refusal.unavailable }
        return KeptPart(manifest: manifest, text: manifest.document, file: file)
    }

    /// An opened archive, against the journal's own checkpoint unless another is given.
    func restorer(
        _ parts: [KeptPart], shares: [ArchiveShare]? = nil, published: String? = nil
    ) async throws -> Restorer {
        let newest = await journal.head().note
        return try Restorer(
            profile, parts: parts.map(\.part), shares: shares ?? Array(self.shares.prefix(3)),
            published: published ?? newest)
    }

    /// What a restore of these parts throws; `nil` when it succeeds.
    func fault(
        _ parts: [KeptPart], shares: [ArchiveShare]? = nil, published: String? = nil
    ) async -> ArchiveFault? {
        do {
            _ = try await restorer(parts, shares: shares, published: published)
                .restore(into: InMemoryJournal(), at: Self.now)
            return nil
        } catch {
            return error as? ArchiveFault ?? .storage("\(error)")
        }
    }
}

/// A part as somebody keeps it, and may spoil it.
struct KeptPart: Sendable {
    let manifest: ArchiveManifest
    var text: String
    var file: [UInt8]

    /// A new reader each time.
    var part: Restorer.Part {
        let place = Mutex(0)
        let file = file
        return Restorer.Part(manifest: text) { count in
            place.withLock { place in
                // In pieces that end anywhere, as files do.
                let end = min(file.count, place + min(count, 100_003))
                defer { place = end }
                return Array(file[place..<end])
            }
        }
    }

    func changed(_ change: (inout [UInt8]) -> Void) -> KeptPart {
        var copy = self
        change(&copy.file)
        return copy
    }

    func saying(_ text: String) -> KeptPart {
        var copy = self
        copy.text = text
        return copy
    }
}

/// A directory that is gone with the test.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.path + "/tegata-archive-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
}

/// Somebody with a new phone.
func newHolder() -> Holder {
    let key = Secp256k1.PrivateKey()
    return Holder(
        key: .secp256k1(key), secret: key.exposedRawRepresentation,
        clock: { ArchiveWorld.now })
}

/// A card key that lies in a module, as far as the issuer can tell.
struct ModuleKey: ExternalSigner {
    let key: Secp256k1.PrivateKey
    var verifyingKey: VerifyingKey { .secp256k1(key.publicKey) }

    func signature(forDigest digest: [UInt8]) throws(Refusal) -> [UInt8] {
        guard let digest = FixedBytes<32>(digest) else { throw .malformed }
        return key.signature(forDigest: digest).array
    }
}
