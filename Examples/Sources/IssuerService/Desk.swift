internal import Foundation
internal import Pages
internal import ServiceKit
internal import Synchronization
internal import Tegata
internal import TegataNationalID
internal import TegataOpenID
internal import TegataPostgres
internal import TegataSQLite

/// The issuer behind the pages: keys and register from its folder, attestor and node in this process, and the OpenID server over it.
final class Desk: Sendable {
    let settings: IssuerSettings
    let issuer: Issuer
    let services: IdentityServices
    let store: any StateStore
    let counter: Kiosk
    let reader: any CardReader
    let log: LogDirectory
    let extras: Extras
    /// What operators log in with.
    let password: String
    /// Ten guesses a minute.
    let attempts = RateLimit(perMinute: 10)
    private let nonceKey: [UInt8]
    private let lists: ListPublisher
    // Made anew when an edition opens: what it remembers is in the store.
    private let openID = Mutex<IssuanceServer?>(nil)

    var isTest: Bool { services.usesTestAnchors }

    init(_ settings: IssuerSettings, reader: some CardReader) async throws {
        self.settings = settings
        self.reader = reader
        let home = settings.home
        try FileManager.default.createDirectory(
            atPath: home + "/keys", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        func key(_ name: String) throws -> [UInt8] {
            try KeyFile.secret(home + "/keys/\(name).key")
        }
        log = LogDirectory(at: home + "/log")
        extras = Extras(home + "/editions")
        password = hexadecimal(try key("operator"))
        nonceKey = try key("nonce")
        let attestor = Attestor(
            key: try Secp256k1.PrivateKey(rawRepresentation: key("attestor")), accepting: .testCards
        )
        services = .embedded(
            attestor, try Self.node(home, under: key("vault"), trusting: attestor.key))
        counter = Kiosk(
            at: settings.address + "/counter",
            key: try Secp256k1.PrivateKey(rawRepresentation: key("counter")))
        let keys = IssuerKeys(
            card: .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: key("card"))),
            register: try Secp256k1.PrivateKey(rawRepresentation: key("register")),
            log: try Ed25519.PrivateKey(rawRepresentation: key("log")))
        if let database = settings.database {
            issuer = Issuer(
                at: settings.address, keys: keys,
                log: PostgresJournal(database, named: "tegata"), publishing: log,
                identity: services)
        } else {
            issuer = Issuer(
                at: settings.address, keys: keys, log: SQLiteJournal(at: home + "/register.sqlite"),
                publishing: log, identity: services)
        }
        store = InMemoryStateStore()
        lists = ListPublisher(issuer)
        try await issuer.reopen()
        try await issuer.publishLists()
    }

    /// The evaluation node of this issuer, from its sealed file; a fresh one the first time.
    static func node(
        _ home: String, under key: [UInt8], trusting attestor: [UInt8]
    ) throws -> EvaluationNode {
        let path = home + "/keys/node.vault"
        if FileManager.default.fileExists(atPath: path) {
            return try EvaluationNode(
                sealed: KeyFile.read(path), under: key, trusting: [attestor], attestorThreshold: 1)
        }
        let dealt = try EvaluationNode.deal(
            nodes: 1, threshold: 1, trusting: [attestor], attestorThreshold: 1)
        try KeyFile.write(dealt[0].sealed(under: key), to: path)
        return dealt[0]
    }

    /// Has the public lists written soon.
    func cardsChanged() async { await lists.soon() }

    var editions: [OpenEdition] { issuer.profile.editions }

    /// The open edition with this id, with the ways to its services.
    ///
    /// - Throws: `unsupported` for one there is not.
    func edition(_ id: String) throws(Refusal) -> OpenEdition {
        guard let edition = editions.first(where: { $0.edition.id == id }) else {
            throw .unsupported
        }
        return edition.reached(through: edition.edition.nationalID.isEmpty ? nil : services) {
            () async throws(Refusal) in try await self.issuer.nonce(for: id)
        }
    }

    /// Opens an edition, with what its cards say and look like.
    func open(_ edition: Edition, _ extra: EditionExtra) async throws {
        try extras.save(extra, of: edition.id)
        _ = try await issuer.open(edition)
        try await issuer.publishLists()
        openID.withLock { $0 = nil }
    }

    /// The OpenID4VCI server for the editions that are open.
    ///
    /// - Throws: `unavailable` while none is.
    func openIDServer() throws(Refusal) -> IssuanceServer {
        if let server = openID.withLock({ $0 }) { return server }
        let open = editions
        guard !open.isEmpty else { throw .unavailable }
        let identifier = try IssuerIdentifier(
            settings.address, allowingLoopback: settings.web.isLoopback)
        let configurations = open.map { edition in
            CredentialConfiguration.Named(
                id: edition.edition.id,
                configuration: CredentialConfiguration(
                    vct: settings.address + "/tegata/membership",
                    display: edition.edition.display, claims: []))
        }
        var policy = IssuancePolicy.strict
        // One card a person: a wallet brings one key.
        policy.batchSize = 1
        policy.transactionCodeExplanation =
            "受け取りの画面に表示されています / Shown on the page of your claim"
        let server = IssuanceServer(
            at: identifier, keys: [issuer.publicKey], display: settings.name.display,
            offering: configurations, policy: policy, store: store, nonceKey: nonceKey
        ) { order async throws(Refusal) in
            try await ClaimDesk(desk: self).fill(order)
        }
        openID.withLock { $0 = server }
        return server
    }
}

extension Message {
    fileprivate var display: [DisplayText] {
        [DisplayText(japanese, locale: "ja"), DisplayText(english, locale: "en")]
    }
}

extension Edition {
    fileprivate var display: [DisplayText] {
        let texts = title.isEmpty ? ["ja": id, "en": id] : title
        return texts.sorted { $0.key > $1.key }.map { DisplayText($0.value, locale: $0.key) }
    }
}
