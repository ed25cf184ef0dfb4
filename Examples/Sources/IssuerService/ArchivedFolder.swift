internal import Foundation
internal import ServiceKit
public import Tegata
public import TegataArchive

// An issuer's folder goes into an archive, and comes out of one.
extension IssuerFolder {
    /// What this issuer needs to go on beside its own keys: it is its own attestor and node, and has a counter. Everything else of the
    /// folder is made anew.
    private static let others = ["attestor.key", "counter.key", "node.vault", "vault.key"]

    /// The public key that new archives are sealed to.
    public var archiveKeyPath: String { home + "/archive.pub" }

    /// The issuer's keys.
    ///
    /// - Throws: `KeyFile.Problem` for a folder without them.
    public func keys() throws -> IssuerKeys {
        _ = try profile()
        return try IssuerKeys(in: home + "/keys")
    }

    /// What writes this folder's register into archives.
    ///
    /// - Throws: `KeyFile.Problem` for a folder without keys, or with keys that others can read.
    public func archiver(to key: ArchiveKey) throws -> Archiver {
        var others = [String: [UInt8]]()
        for name in Self.others {
            let path = "\(home)/keys/\(name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            others[name] = try KeyFile.read(path)
        }
        return Archiver(of: try profile().issuer, keys: try keys(), others: others, to: key)
    }

    /// Makes the folder for what will be restored.
    ///
    /// - Throws: `KeyFile.Problem` when there is something in it.
    public func makeEmpty() throws {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
        guard found.isEmpty else {
            throw KeyFile.Problem(description: "\(home) is not empty (空ではありません)")
        }
        try FileManager.default.createDirectory(
            atPath: home + "/keys", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// Empties the folder again, after a restore that failed.
    public func clear() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? [] {
            try? FileManager.default.removeItem(atPath: "\(home)/\(name)")
        }
    }

    /// Where a restore gets a card key from that is not the archive's.
    public enum CardKeySource: Sendable {
        /// A `card.token`, which names one in a hardware module.
        case token(path: String)
        /// A new one, in a file.
        case new
    }

    /// Puts a card key into the folder.
    ///
    /// - Throws: `KeyFile.Problem` and what the token says.
    public func cardKey(from source: CardKeySource) throws -> SigningKey {
        let folder = home + "/keys"
        switch source {
        case .token(let path): try KeyFile.write(try KeyFile.read(path), to: folder + "/card.token")
        case .new: _ = try KeyFile.secret(folder + "/card.key")
        }
        return try CardKeys.card(in: folder)
    }

    /// Writes what was restored where the servers look for it, and has the register go on here: the log says so, and the site before is
    /// fenced by whatever it shares.
    ///
    /// - Parameters:
    ///   - restored: what came out of the archive.
    ///   - id: the issuer's identifier.
    ///   - site: the name of this place.
    /// - Returns: the issuer, its editions open.
    /// - Throws: `KeyFile.Problem` for a card key that a file here cannot hold; `Refusal`.
    public func moveIn(
        _ restored: Restored, of id: String, at site: String
    ) async throws -> Issuer {
        let folder = home + "/keys"
        for (name, bytes) in restored.exposedOthers {
            try KeyFile.write(bytes, to: "\(folder)/\(name)")
        }
        let keys = restored.keys
        switch keys.card {
        case .secp256k1(let secret):
            try KeyFile.write(secret.exposedRawRepresentation, to: folder + "/card.key")
        case .external: break
        case .p256:
            throw KeyFile.Problem(
                description: "a folder has no place for a P-256 card key (P-256 の鍵は置けません)")
        }
        try KeyFile.write(keys.register.exposedRawRepresentation, to: folder + "/register.key")
        try KeyFile.write(keys.log.exposedRawRepresentation, to: folder + "/log.key")
        for (name, keys) in [("cards", keys.earlier), ("withdrawn", keys.withdrawn)] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            for key in keys {
                try KeyFile.write(
                    Array(key.encoded.utf8), to: "\(folder)/\(name)/\(key.thumbprint).jwk")
            }
        }
        try Data((site + "\n").utf8).write(to: URL(filePath: home + "/site"), options: .atomic)
        try Data(restored.report.utf8).write(
            to: URL(filePath: home + "/report"), options: .atomic)
        let issuer = try issuer(at: id)
        try await issuer.relocate(try await issuer.relocation(after: restored.report))
        try await issuer.publishLists()
        return issuer
    }
}
