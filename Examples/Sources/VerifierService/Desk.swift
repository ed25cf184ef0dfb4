internal import Pages
internal import Tegata
internal import TegataOpenID

/// Where cards are checked: the verifier and its conversations, made anew when an issuer's profile is not what it was.
actor Desk {
    let issuers: TrustedIssuers
    let client: PresentationClient
    private let endpoints: PresentationEndpoints
    private let kiosk: Secp256k1.PublicKey
    private let store: any StateStore
    private let name: String
    private let key: P256.PrivateKey
    private var made: (version: Int, open: Open)?

    /// What asks and checks.
    struct Open: Sendable {
        let verifier: Verifier
        let transactions: PresentationTransactions
        /// Asks whether two cards are one person's. It is known by its address: what it learns goes nowhere else.
        let links: LinkVerifier
    }

    init(
        _ issuers: TrustedIssuers, _ client: PresentationClient,
        _ endpoints: PresentationEndpoints, kiosk: Secp256k1.PublicKey, _ store: any StateStore,
        at name: String, key: P256.PrivateKey
    ) {
        self.issuers = issuers
        self.client = client
        self.endpoints = endpoints
        self.kiosk = kiosk
        self.store = store
        self.name = name
        self.key = key
    }

    /// - Throws: `unavailable` while no issuer has been met.
    func open() async throws(Refusal) -> Open {
        if await issuers.profiles.isEmpty { await issuers.refresh() }
        let version = await issuers.version
        if let made, made.version == version { return made.open }
        // The store stays, and with them the conversations that are under way.
        let verifier = try await issuers.verifier(
            at: client.id, kiosks: [kiosk], store: store)
        let open = Open(
            verifier: verifier,
            transactions: try PresentationTransactions(
                client: client, verifier: verifier,
                credentials: try await issuers.credentialTrust(), endpoints: endpoints,
                store: store),
            links: LinkVerifier(
                try await issuers.verifier(at: name, kiosks: [], store: store), key: .p256(key)))
        made = (version, open)
        return open
    }

    /// Checks something, and once more if an issuer turns out to have a new key (A47, A48).
    ///
    /// - Throws: what `check` throws.
    func checking<Value: Sendable>(
        _ check: @Sendable (Open) async throws(Refusal) -> Value
    ) async throws(Refusal) -> Value {
        do {
            return try await check(open())
        } catch .issuerUntrusted {
            let version = await issuers.version
            await issuers.refresh()
            guard await issuers.version != version else { throw .issuerUntrusted }
            return try await check(open())
        }
    }
}
