internal import Foundation
internal import ServiceKit
public import Tegata
public import TegataArchive

// An issuer's folder goes into an archive, and comes out of one.
extension IssuerFolder {
    /// What this issuer needs to go on beside its own keys: it is its own attestor and node, or knows who are, has a counter, and may have
    /// witnesses. Everything else of the folder is made anew.
    private static let others = [
        "attestor.key", "counter.key", "node.vault", "vault.key", "services", "witnesses",
    ]

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
            // Who is asked is no secret, and may have been written by hand.
            others[name] =
                ["services", "witnesses"].contains(name)
                ? [UInt8](try Data(contentsOf: URL(filePath: path))) : try KeyFile.read(path)
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

    /// Writes what was restored where the servers look for it. The register is not here yet: ``move(_:of:)``.
    ///
    /// - Parameters:
    ///   - restored: what came out of the archive.
    ///   - site: the name of this place.
    /// - Throws: `KeyFile.Problem` for a card key that a file here cannot hold.
    public func unpack(_ restored: Restored, at site: String) throws {
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
        if let council = keys.council { try write(council) }
        try Data((site + "\n").utf8).write(to: URL(filePath: home + "/site"), options: .atomic)
        try keep(report: restored.report)
    }

    /// Keeps a restore's report, for everybody to read.
    public func keep(report: String) throws {
        try Data(report.utf8).write(to: URL(filePath: home + "/report"), options: .atomic)
    }

    /// Publishes what the issuer is here, before its editions are.
    ///
    /// - Throws: `KeyFile.Problem`, `Refusal`.
    public func publishProfile(of id: String) throws -> IssuerProfile {
        let profile = try issuer(at: id).profile
        try LogDirectory(at: home + "/log").write(Array(profile.encoded.utf8), to: "profile.json")
        return profile
    }

    /// What makes this folder the register's; enough sites sign it where the issuer has a council.
    ///
    /// - Parameters:
    ///   - id: the issuer's identifier.
    ///   - report: the report of the restore, as signed.
    /// - Returns: the document.
    /// - Throws: `Refusal`: `unsupported` for a folder without a site's name.
    public func proposal(of id: String, after report: String?) async throws -> String {
        try await issuer(at: id).relocation(after: report)
    }

    /// Has the register go on here: the log says so, and the site before is fenced by whatever it shares.
    ///
    /// - Parameters:
    ///   - document: the proposal, signed by the council where there is one.
    ///   - id: the issuer's identifier.
    /// - Returns: the issuer, its editions open.
    /// - Throws: `Refusal`.
    @discardableResult
    public func move(_ document: String, of id: String) async throws -> Issuer {
        let issuer = try issuer(at: id)
        try await issuer.relocate(document)
        try await issuer.publishLists()
        return issuer
    }

    /// Gives an issuer a council, once: from then on no site moves the register alone.
    ///
    /// - Throws: `KeyFile.Problem` where there is one, or where the register was moved without.
    public func add(_ council: Council) throws {
        guard !FileManager.default.fileExists(atPath: home + "/keys/council.pub") else {
            throw KeyFile.Problem(description: "\(home) has a council already (評議会はすでにあります)")
        }
        guard try site == nil else {
            throw KeyFile.Problem(
                description: """
                    \(home): the register was moved without a council, and its log would contradict one \
                    (移転ずみの登録簿には加えられません)
                    """)
        }
        try write(council)
    }

    private func write(_ council: Council) throws {
        try KeyFile.write(
            Array((hexadecimal(council.encoded) + "\n").utf8), to: home + "/keys/council.pub")
    }
}
