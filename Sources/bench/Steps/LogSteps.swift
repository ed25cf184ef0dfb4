import Foundation
import Tegata
import TegataCrypto
import TegataLog

/// What a log costs those who check it.
enum LogSteps {
    static func all() async throws -> [Step] { [try proof(), try await audit()] }

    /// The text that travels with a card, read and checked.
    private static func proof() throws -> Step {
        let signer = try NoteSigner(name: "city.example/tegata", kind: .log)
        let entry = [UInt8](repeating: 2, count: 65)
        var tree = MerkleTree()
        for number in 0..<1 << 20 {
            tree.append(
                number == 777_777
                    ? TreeHash(leaf: entry) : TreeHash(leaf: bigEndian(UInt64(number))))
        }
        let note = try Checkpoint(origin: signer.key.name, size: tree.size, root: tree.root)
            .signed(by: signer)
        let path = try tree.inclusionProof(of: 777_777, at: tree.size).path
        let text = Array(
            LogProof(
                index: 777_777, path: path, extra: [UInt8](repeating: 1, count: 37), note: note
            ).encoded.utf8)
        let policy = try LogPolicy(log: signer.key)
        return .repeating(
            "log proof, one entry of a million", Floor([.verifyEd25519: 1, .hash: 21]),
            bytes: text.count
        ) { try LogProof(parsing: text).verify(entry, by: policy) }
    }

    /// An edition of 500: files read, tree, counts and lists.
    private static func audit() async throws -> Step {
        let path = FileManager.default.temporaryDirectory.path + "/tegata-bench-\(UUID())"
        let directory = LogDirectory(at: path)
        let issuer = Issuer(at: "https://city.example", keys: .generate(), publishing: directory)
        let edition = try await issuer.open(Edition("founders", limit: 500, nationalID: []))
        let holder = Holder(key: Secp256k1.PrivateKey())
        for _ in 0..<500 { _ = try await issuer.issue(to: try await holder.request(edition)) }
        try await issuer.publishLists()
        var files = [String: [UInt8]]()
        for name in [
            "checkpoint", Auditor.listsFile(of: edition.digest), "tile/entries/000",
            "tile/entries/001.p/245",
        ] { files[name] = try directory.read(name) }
        try? FileManager.default.removeItem(atPath: path)
        let known = files
        let auditor = try Auditor(of: issuer.profile) { known[$0] }
        // One signature of the log, two of the issuer, two hashes an entry.
        return .repeating(
            "audit, an edition of 500", Floor([.verifyEd25519: 1, .verify: 2, .hash: 1002])
        ) { _ = try await auditor.audit() }
    }
}
