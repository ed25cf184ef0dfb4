internal import Foundation
internal import ServiceKit
internal import Storage
public import Tegata
internal import TegataNationalID

/// An issuer's folder without a server: the same keys, register and public log as ``IssuerService`` has, for commands that open editions
/// and issue cards. The register lets several processes work on it, one step at a time.
public struct IssuerFolder: Sendable {
    /// The folder.
    public let home: String
    private let database: String?

    /// The folder at `home`, its register in the PostgreSQL database of this connection string if there is one.
    public init(_ home: String, database: String? = nil) {
        self.home = home
        self.database = database
    }

    /// Where the public profile is.
    public var profilePath: String { home + "/log/profile.json" }

    /// The register of the issuer `id`.
    public func register(of id: String) -> any Journal {
        Storage(of: id, folder: home, database: database).journal("register")
    }

    /// The name of the site, from the file `site`: a register that was relocated has one.
    ///
    /// - Throws: `KeyFile.Problem` for a file that is no name.
    public var site: String? {
        get throws {
            let path = home + "/site"
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            let name = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard (1...64).contains(name.utf8.count) else {
                throw KeyFile.Problem(
                    description: "\(path) must be the name of this site (拠点の名前が必要です)")
            }
            return name
        }
    }

    /// Who must have seen the log before anything in it is answered, from the file `keys/witnesses`: a line each, `name+id+key=https://…`, and
    /// `quorum N` when it is not to be more than half of them. Nobody without the file.
    ///
    /// - Throws: `KeyFile.Problem` for a line that is neither.
    public var witnesses: Witnesses {
        get throws {
            let path = home + "/keys/witnesses"
            guard let data = FileManager.default.contents(atPath: path) else { return .none }
            var connections = [WitnessConnection]()
            var quorum: Int?
            for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
                let line = line.trimmingCharacters(in: .whitespaces)
                if line.isEmpty || line.hasPrefix("#") { continue }
                if line.hasPrefix("quorum ") {
                    quorum = Int(line.dropFirst(7).trimmingCharacters(in: .whitespaces)) ?? -1
                } else {
                    do {
                        connections.append(try WitnessConnection(named: line))
                    } catch let problem as KeyFile.Problem {
                        throw KeyFile.Problem(description: "\(path): \(problem)")
                    }
                }
            }
            guard Set(connections.map(\.key)).count == connections.count,
                quorum.map({ (1...max(1, connections.count)).contains($0) }) ?? true,
                !connections.isEmpty
            else {
                throw KeyFile.Problem(
                    description:
                        "\(path): each witness once, and a quorum of 1 to as many (立会人と定足数を確かめてください)"
                )
            }
            return Witnesses(connections, quorum: quorum)
        }
    }

    /// Who checks ID cards for this issuer's editions: the attestors and nodes of others, from the file `keys/services`, or without it one of
    /// each of its own, whose keys are in the folder.
    ///
    /// - Parameters:
    ///   - id: the issuer.
    ///   - store: where its own attestor remembers what it asked.
    /// - Returns: the ways to them.
    /// - Throws: `KeyFile.Problem` for a file that names none.
    func services(
        of id: String, store: some StateStore = InMemoryStateStore()
    ) throws -> IdentityServices {
        let path = home + "/keys/services"
        if FileManager.default.fileExists(atPath: path) {
            let isLoopback =
                (try? OutboundHTTP.Target(id, acceptsLoopback: true))?.isLoopback == true
            // Test cards are the only ones that these programs read.
            return try NamedServices(path).open(isTest: true, fromLoopback: isLoopback) { fault in
                // The service by its name, and nothing about a person.
                say("issuer: \(fault)")
            }
        }
        let attestor = Attestor(
            key: try Secp256k1.PrivateKey(rawRepresentation: key("attestor")),
            accepting: .testCards, store: store)
        return .embedded(
            attestor, try Desk.node(home, under: key("vault"), trusting: attestor.key))
    }

    /// Makes the keys, and publishes a profile without editions.
    ///
    /// - Throws: `KeyFile.Problem` for a folder with keys in it, an identifier that is no https URL.
    public func make(at id: String) async throws -> Issuer {
        let isAddress =
            URL(string: id).map { $0.scheme == "https" && $0.host?.isEmpty == false } ?? false
        guard isAddress, !id.hasSuffix("/"), !id.contains(where: \.isWhitespace) else {
            throw KeyFile.Problem(
                description: "\(id) is no https address without a slash at its end (使えないアドレスです)")
        }
        guard !CardKeys.exist(in: home + "/keys") else {
            throw KeyFile.Problem(description: "\(home) has keys already (鍵はすでにあります)")
        }
        try FileManager.default.createDirectory(
            atPath: home + "/keys", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let issuer = try issuer(at: id)
        try await issuer.publishLists()
        return issuer
    }

    /// The issuer, its editions open again.
    ///
    /// - Throws: `KeyFile.Problem` for a folder without keys or profile; `Refusal`.
    public func issuer() async throws -> Issuer {
        let issuer = try issuer(at: profile().issuer)
        try await issuer.reopen()
        return issuer
    }

    /// What the issuer publishes about itself.
    ///
    /// - Throws: `KeyFile.Problem` for a folder without keys or profile; `Refusal`.
    public func profile() throws -> IssuerProfile {
        guard CardKeys.exist(in: home + "/keys"),
            let bytes = try LogDirectory(at: home + "/log").read("profile.json")
        else {
            throw KeyFile.Problem(
                description: """
                    \(home) is no issuer's folder (発行者のフォルダーではありません): \
                    tegata keygen --kind issuer --at URL \(home)
                    """)
        }
        return try IssuerProfile(parsing: String(decoding: bytes, as: UTF8.self))
    }

    func issuer(at id: String) throws -> Issuer {
        Issuer(
            at: id, keys: try IssuerKeys(in: home + "/keys"), log: register(of: id),
            publishing: LogDirectory(at: home + "/log"), witnesses: try witnesses, site: try site,
            identity: try services(of: id))
    }

    private func key(_ name: String) throws -> [UInt8] {
        try KeyFile.secret(home + "/keys/\(name).key")
    }
}
