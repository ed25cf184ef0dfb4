internal import Foundation
internal import Hummingbird
public import Pages
internal import ServiceKit
internal import Storage
public import Tegata
internal import TegataOpenID

/// A verifier that people meet: a counter, a kiosk, a hall for anonymous actions, and benefits that are counted down.
///
/// It believes the issuers that its operator named, and asks nobody else for anything.
public struct VerifierService: Sendable {
    /// How a verifier is set up.
    public struct Settings: Sendable {
        /// Where it listens.
        public var web: WebServer.Settings
        /// Where it is reached, without a slash at its end.
        public var address: String
        /// The identifiers of the issuers whose cards are believed.
        public var issuers: [String]
        /// Whom it believes instead, by a signed bundle: then `issuers` are not asked about themselves.
        public var trust: BundleTrust?
        /// What signs its requests.
        public var key: P256.PrivateKey
        /// The certificates of `key` in DER, the leaf first, for the host of `address`; without them the key itself is its name.
        public var certificates: [[UInt8]]
        /// What is checked, counted and held.
        public var plan: Plan
        /// The folder for what must outlive this process; in memory without one.
        public var state: String?
        /// A PostgreSQL connection string instead of the folder, for several front processes with one key.
        public var database: String?
        /// For how many seconds people wait for an issuer before a use is taken without it.
        public var patience = 3.0
        /// What links to a wallet on the same device start with: `openid4vp://`, or the address of a wallet's page.
        public var walletScheme: String

        /// A set-up.
        public init(
            web: WebServer.Settings, address: String, issuers: [String], key: P256.PrivateKey,
            certificates: [[UInt8]] = [], plan: Plan = Plan(), state: String? = nil,
            database: String? = nil, walletScheme: String = "openid4vp://"
        ) {
            self.web = web
            self.address = address
            self.issuers = issuers
            self.key = key
            self.certificates = certificates
            self.plan = plan
            self.state = state
            self.database = database
            self.walletScheme = walletScheme
        }
    }

    /// What wallets know it by: the audience of every answer.
    public let id: String
    private let web: WebServer.Settings
    private let counter: Counter
    private let kiosk: KioskPages
    private let hall: Hall
    let till: Till
    let links: LinkDesk

    /// A verifier.
    ///
    /// - Parameters:
    ///   - settings: how it is set up.
    ///   - identity: the attestors and nodes of the editions, for the kiosk; none without it.
    ///   - reader: what reads ID cards at the kiosk; none without it.
    /// - Throws: `KeyFile.Problem` for addresses that cannot be, `Refusal` for certificates and key that do not belong together.
    public init(
        _ settings: Settings, identity: IdentityServices? = nil, reader: (any CardReader)? = nil
    ) throws {
        let isLoopback = settings.web.isLoopback
        for address in [settings.address] + settings.issuers
        where !Fetcher.isAllowed(address, fromLoopback: isLoopback) || address.hasSuffix("/") {
            throw KeyFile.Problem(
                description: """
                    \(address) is no https address of a public host without a slash at its end (使えないアドレスです); \
                    http://127.0.0.1 only while listening on loopback
                    """)
        }
        try settings.checkCredentials()
        var web = settings.web
        web.isTest = web.isTest || reader?.isTest == true || identity?.usesTestAnchors == true
        self.web = web
        let client: PresentationClient =
            settings.certificates.isEmpty
            ? try .did(.p256(settings.key))
            : try .x509SANDNS(
                Self.host(of: settings.address), certificates: settings.certificates,
                key: settings.key)
        id = client.id
        let base = settings.address + "/openid4vp"
        let terminal = Kiosk(at: settings.address)
        let issuers = TrustedIssuers(
            settings.issuers, settings.trust, credentials: settings.plan.credentials,
            patience: settings.patience, fromLoopback: isLoopback)
        if let state = settings.state {
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        let storage = Storage(
            of: settings.address, folder: settings.state, database: settings.database)
        let store = storage.state(sealedUnder: sealingKey(settings.key.rawRepresentation))
        let desk = Desk(
            issuers, client,
            try PresentationEndpoints(
                request: base + "/request", response: base + "/response/common",
                completion: base + "/done", acceptsLoopback: isLoopback),
            kiosk: terminal.publicKey, store, at: settings.address, key: settings.key)
        counter = Counter(
            plan: settings.plan, desk: desk, visits: Visits(store, settings.plan),
            redemptions: RedemptionBook(journal: storage.journal("redemptions")),
            isTest: web.isTest, address: settings.address, walletScheme: settings.walletScheme)
        kiosk = KioskPages(counter: counter, kiosk: terminal, reader: reader, identity: identity)
        hall = Hall(
            AnonymousVerifier(
                at: settings.address, key: .p256(settings.key), store: store,
                nullifiers: NullifierStore(journal: storage.journal("nullifiers"))),
            issuers, store)
        links = LinkDesk(desk, store)
        till = Till(
            at: settings.address, key: settings.key, issuers, store,
            book: NullifierStore(journal: storage.journal("uses")))
    }

    /// The web server with all routes. Whoever runs it also runs ``follow()``.
    public func server() -> WebServer {
        let issuers = counter.issuers
        let server = WebServer("verifier", web) {
            await issuers.isComplete ? nil : "an issuer has not answered"
        }
        CounterPages(counter: counter).add(to: server.router)
        WalletRoutes(counter: counter).add(to: server.router)
        RedeemPages(counter: counter).add(to: server.router)
        kiosk.add(to: server.router)
        AnonymousPages(counter: counter, hall: hall).add(to: server.router)
        let uses = UseVisits(store: till.store)
        UsePages(counter: counter, till: till, visits: uses).add(to: server.router)
        UseRoutes(counter: counter, till: till, visits: uses).add(to: server.router)
        let linked = LinkVisits(store: till.store)
        LinkPages(counter: counter, links: links, visits: linked).add(to: server.router)
        LinkRoutes(counter: counter, links: links, visits: linked).add(to: server.router)
        return server
    }

    /// Meets the issuers, and looks every minute whether they have new keys and editions, until the task is cancelled.
    public func follow() async {
        while !Task.isCancelled {
            if await counter.issuers.isComplete {
                await counter.issuers.refresh()
            } else {
                await counter.issuers.meet()
            }
            let pause: Duration = await counter.issuers.isComplete ? .seconds(60) : .seconds(1)
            try? await Task.sleep(for: pause)
        }
    }

    /// Hands in the vouchers that were taken, once.
    ///
    /// - Returns: how many came to what since this shop began: `counted`, `charged`, `refused`, `dropped`; `waiting` for those whose
    ///   issuer did not answer.
    /// - Throws: `unavailable`.
    public func settleVouchers() async throws -> [String: Int] {
        if await !counter.issuers.isComplete { await counter.issuers.meet() }
        _ = try await till.settleAll()
        let index = try await till.vouchers.index()
        return index.counts.merging(["waiting": index.pending.count]) { $1 }
    }

    /// Hands in vouchers until the task is cancelled: soon after they were taken, and later and later while their issuer does not answer.
    public func settle() async {
        var pause = Duration.seconds(10)
        var said = [String: Int]()
        while !Task.isCancelled {
            try? await Task.sleep(for: pause)
            let left = (try? await till.settleAll()) ?? 1
            pause = left == 0 ? .seconds(10) : min(pause * 2, .seconds(600))
            // How many, and nothing about anybody.
            var counts = (try? await till.vouchers.index().counts) ?? said
            counts["waiting"] = left
            guard counts != said, said != [:] || counts != ["waiting": 0] else { continue }
            said = counts
            let words = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            say("vouchers: \(words.joined(separator: ", "))")
        }
    }

    /// Serves until the process is asked to stop.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await follow() }
            group.addTask { await settle() }
            group.addTask { try await server().run() }
            // Following never ends by itself, so this is the server's end.
            try await group.next()
            group.cancelAll()
        }
    }

    private static func host(of address: String) -> String {
        String(address.dropFirst("https://".count).prefix { $0 != "/" && $0 != ":" })
    }
}
