internal import Foundation
internal import Pages
internal import ServiceKit
internal import Storage
internal import Synchronization
internal import Tegata
internal import TegataNationalID
internal import TegataOpenID

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
    let terms: TermsBook
    let notices: NoticeDesk
    let bell: Bell
    let pulse: Pulse
    /// What operators log in with.
    let password: String
    /// Ten guesses a minute.
    let attempts = RateLimit(perMinute: 10)
    private let nonceKey: [UInt8]
    private let lists: ListPublisher
    // Made anew when an edition opens or a key changes: what it remembers is in the store.
    private let openID = Mutex<(of: IssuerProfile, server: IssuanceServer)?>(nil)

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
        let storage = Storage(of: settings.address, folder: home, database: settings.database)
        store = storage.state(sealedUnder: try key("state"))
        password = hexadecimal(try key("operator"))
        nonceKey = try key("nonce")
        let folder = IssuerFolder(home)
        services = try folder.services(of: settings.address, store: store)
        counter = Kiosk(
            at: settings.address + "/counter",
            key: try Secp256k1.PrivateKey(rawRepresentation: key("counter")))
        issuer = Issuer(
            at: settings.address, keys: try IssuerKeys(in: home + "/keys"),
            log: storage.journal("register"), publishing: log,
            witnesses: try folder.witnesses, site: try folder.site,
            identity: services, store: store)
        extras = Extras(issuer)
        terms = TermsBook(issuer: issuer)
        bell = Bell(issuer, try PushKey(secret: key("push")), store)
        notices = NoticeDesk(issuer, store, waking: bell)
        lists = ListPublisher(issuer)
        pulse = Pulse(issuer, store)
        do {
            try await issuer.reopen()
            try await issuer.publishLists()
        } catch {
            // Whoever starts it is the operator: they hear what strangers are not told.
            guard let fault = await issuer.fault else { throw error }
            throw KeyFile.Problem(description: "\(fault) (登録簿を使えません)")
        }
        // What cannot be brought now is tried at the next start, and stops nobody.
        try? await notices.refill()
    }

    /// Takes the keys that are in the folder now, without a stop.
    ///
    /// - Throws: `KeyFile.Problem`; `conflict` for keys that do not go on where those before were. Then nothing changes.
    func readKeys() async throws {
        try issuer.rotate(to: IssuerKeys(in: settings.home + "/keys"))
        try await issuer.publishLists()
    }

    /// Takes in what other front processes have done, and finds out whether everything works.
    func follow() async {
        await pulse.beat()
        let known = editions.count
        // What fails is said by the pulse.
        if (try? await issuer.reopen())?.count != known { try? await issuer.publishLists() }
    }

    /// Writes what still waits to be written.
    func finish() async { await lists.now() }

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

    /// The open edition with this id, with the ways to its services, also one that another front process has just opened.
    ///
    /// - Throws: `unsupported` for one there is not, `unavailable`.
    func edition(_ id: String) async throws(Refusal) -> OpenEdition {
        var found = editions.first { $0.edition.id == id }
        if found == nil {
            found = try await issuer.reopen().first { $0.edition.id == id }
            if found != nil { await lists.soon() }
        }
        guard let edition = found else { throw .unsupported }
        return edition.reached(through: edition.edition.nationalID.isEmpty ? nil : services) {
            () async throws(Refusal) in try await self.issuer.nonce(for: id)
        }
    }

    /// Opens an edition, with what its cards say and look like.
    func open(_ edition: Edition, _ extra: EditionExtra) async throws {
        _ = try await issuer.open(edition, attaching: try Extras.attachments(extra))
        try await issuer.publishLists()
    }

    /// The OpenID4VCI server for the editions that are open.
    ///
    /// - Throws: `unavailable` while none is.
    func openIDServer() throws(Refusal) -> IssuanceServer {
        let profile = issuer.profile
        if let made = openID.withLock({ $0 }), made.of.keys == profile.keys,
            made.of.editions.map(\.encoded) == profile.editions.map(\.encoded)
        {
            return made.server
        }
        let open = profile.editions
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
            at: identifier, keys: profile.keys, display: settings.name.display,
            offering: configurations, policy: policy, store: store, nonceKey: nonceKey
        ) { order async throws(Refusal) in
            try await ClaimDesk(desk: self).fill(order)
        }
        openID.withLock { $0 = (profile, server) }
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
