internal import Synchronization
internal import TegataCrypto
public import TegataLog
internal import TegataProofs
public import TegataSDJWT

/// Opens editions and issues their cards.
///
/// A card exists if and only if the register gave it a serial; every way to make one goes through the register's one
/// allocation step (R7).
public final class Issuer: Sendable {
    /// The identifier, an https URL; verifiers compare it byte for byte.
    public let id: String
    // What is signed with now, and what counts; `rotate(to:)` changes it.
    private let signing: Mutex<Signing>
    let register: Register
    let directory: LogDirectory?
    package let logSigner: NoteSigner
    let services: IdentityServices?
    let store: ChallengeStore
    let clock: @Sendable () -> Int64
    // The open editions, by id.
    private let open = Mutex<[String: OpenEdition]>([:])
    // The frozen lists, as far as they were read from the log.
    let frozen = Mutex<[EditionDigest: FrozenLists]>([:])
    // The lists of the windows that are being used, by their terms.
    let windowMembers = Mutex<[FixedBytes<32>: WindowMembers]>([:])
    // Of two writings of the lists the later one has what is newer.
    let publishing = Turns()
    let seal: SessionSeal

    /// An issuer with this identifier.
    ///
    /// - Parameters:
    ///   - id: the identifier, an https URL.
    ///   - keys: what it signs with.
    ///   - log: where cards and log are kept.
    ///   - directory: where the log's files go, for a web server to serve, if anywhere.
    ///   - witnesses: who must have seen the log before a card is answered.
    ///   - site: the name of the place where this issuer works, once its register was relocated.
    ///   - identity: the attestors and nodes for editions that ask for a person.
    ///   - store: remembers the nonces given to requests.
    public convenience init(
        at id: String, keys: IssuerKeys, log: some Journal = InMemoryJournal(),
        publishing directory: LogDirectory? = nil, witnesses: Witnesses = .none,
        site: String? = nil, identity: IdentityServices? = nil,
        store: some StateStore = InMemoryStateStore()
    ) {
        self.init(
            at: id, keys: keys, log: log, publishing: directory, witnesses: witnesses, site: site,
            identity: identity,
            store: store, clock: { SystemClock.now })
    }

    package init(
        at id: String, keys: IssuerKeys, log: some Journal = InMemoryJournal(),
        publishing directory: LogDirectory? = nil, witnesses: Witnesses = .none,
        site: String? = nil, identity: IdentityServices?, store: some StateStore,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        seal = SessionSeal(keys.register)
        guard let signing = Signing(keys) else {
            preconditionFailure("an issuer lists each of its keys once")
        }
        self.signing = Mutex(signing)
        guard
            let signer = try? NoteSigner(name: Self.origin(of: id), kind: .log, key: keys.log)
        else { preconditionFailure("an issuer's identifier is an https URL without white space") }
        logSigner = signer
        self.directory = directory
        let line = IssuerSignature(
            origin: signer.key.name, key: keys.register.publicKey.xOnly)
        register = Register(
            journal: log, signer: signer, directory: directory, witnesses: witnesses, site: site
        ) { note in
            var random = SystemRandomness()
            return line.sign(note, by: keys.register, auxiliary: random.fixed())
        }
        services = identity
        self.store = ChallengeStore(store, of: .issuer)
        self.clock = clock
    }

    /// The name of an issuer's log (Spec/register.md).
    static func origin(of issuer: String) -> String {
        let scheme = "https://"
        let name = issuer.hasPrefix(scheme) ? issuer.dropFirst(scheme.count) : issuer[...]
        return name.replacing("+", with: "%2B") + "/tegata"
    }

    /// The card type, `vct`.
    var cardType: String { id + "/tegata/membership" }

    /// Where the status list with this number is.
    func statusListURI(_ number: Int = 0) -> String {
        id + "/tegata/status" + (number > 0 ? "/\(number)" : "")
    }

    /// Why this issuer answers `unavailable`, for its operator; `nil` while its register works.
    public var fault: RegisterFault? {
        get async { await register.fault }
    }

    /// The key that signs cards now.
    public var publicKey: VerifyingKey { keys.card.verifyingKey }

    var keys: IssuerKeys { signing.withLock { $0.keys } }
    var ring: KeyRing { signing.withLock { $0.ring } }
    var letters: LetterSigner { signing.withLock { $0.letters } }

    /// Signs with other keys from now on; keys for the register and the log stay. Cards of `earlier` keys stay good, those of
    /// `withdrawn` ones are refused by everyone who has the new profile.
    ///
    /// - Throws: `conflict` for another key of register or log, for a key that is named twice, and where the key that
    ///   announced an open edition is no longer named.
    public func rotate(to keys: IssuerKeys) throws(Refusal) {
        guard keys.register.publicKey.xOnly == self.keys.register.publicKey.xOnly,
            keys.log.publicKey == self.keys.log.publicKey, let next = Signing(keys),
            (try? IssuerProfile(parsing: profile(next).encoded)) != nil
        else { throw .conflict }
        signing.withLock { $0 = next }
    }

    /// What others need to trust this issuer, with the editions open so far.
    public var profile: IssuerProfile { profile(signing.withLock { $0 }) }

    private func profile(_ signing: Signing) -> IssuerProfile {
        let keys = signing.keys
        return IssuerProfile(
            issuer: id, ring: signing.ring, history: signing.history, cardType: cardType,
            registerKey: keys.register.publicKey.xOnly, logKey: logSigner.key,
            council: keys.council,
            editions: open.withLock { $0.sorted { $0.key < $1.key }.map(\.value) },
            statuses: IssuerStatusSource(issuer: self))
    }

    /// Checks everything that is stored and published, record by record and file by file: for an operator who wants to know, as
    /// at every start (A101).
    ///
    /// - Throws: `unavailable` when something is not what it was; `fault` names it, and nothing is issued until it is repaired.
    public func checkIntegrity() async throws(Refusal) {
        try await register.check()
    }

    /// Opens an edition: asks the evaluation nodes for its key, announces it, and takes claims from then on. Opening
    /// the same plan again answers the same announcement.
    ///
    /// - Parameters:
    ///   - edition: the plan.
    ///   - texts: what is written down with it in one step, by name (``attach(_:as:to:)``).
    /// - Returns: the open edition, with the ways to its services.
    /// - Throws: `IssuingError.noIdentityServices` when the edition asks for a person and this issuer has nobody to
    ///   ask; `refused` with `conflict` when the id is open with another plan or other texts, or with `unavailable`.
    public func open(
        _ edition: Edition, attaching texts: [String: String] = [:]
    ) async throws(IssuingError) -> OpenEdition {
        guard edition.nationalID.isEmpty || services != nil else {
            throw .noIdentityServices(edition: edition.id)
        }
        do {
            return try await announce(edition, texts)
        } catch {
            throw .refused(error)
        }
    }

    /// Looks at the storage now, takes in what other processes wrote, and signs a fresh checkpoint of what is there: what a
    /// server that says "I am well" has to have done a moment ago.
    ///
    /// - Throws: `unavailable`; `fault` says why.
    public func refresh() async throws(Refusal) {
        try await register.refresh()
    }

    /// Opens every edition that the log announces, as after a start, or when another process has opened one.
    ///
    /// - Returns: all of them, by id.
    /// - Throws: `unavailable`; `malformed` for an announcement that cannot be read, and what its signature lacks.
    @discardableResult
    public func reopen() async throws(Refusal) -> [OpenEdition] {
        for (digest, book) in try await register.newest().books {
            // Announcements never change; what can grow is the list of changes to an edition's nodes.
            let isKnown = open.withLock {
                $0.values.contains {
                    $0.digest == digest && $0.changes.count == book.nodeChanges.count
                }
            }
            guard !isKnown else { continue }
            let opened = try restore(book)
            open.withLock { $0[opened.edition.id] = opened }
        }
        return profile.editions
    }

    private func announce(
        _ edition: Edition, _ texts: [String: String]
    ) async throws(Refusal) -> OpenEdition {
        var attachments = [Attachment]()
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            attachments.append(try Attachment(name, text))
        }
        let opened = try await announce(edition, with: attachments)
        // It may have been open already, without them.
        if !attachments.isEmpty { try await attach(attachments, to: opened.digest) }
        return opened
    }

    private func announce(
        _ edition: Edition, with attachments: [Attachment]
    ) async throws(Refusal) -> OpenEdition {
        if let earlier = self.edition(edition.id) {
            guard earlier.edition == edition else { throw .conflict }
            return earlier
        }
        let digest = edition.digest(issuer: id)
        let book: RegisterState.Book
        if let earlier = try await register.current().books[digest] {
            book = earlier
        } else {
            book = try await enter(edition, digest, with: attachments)
        }
        let opened = try restore(book)
        guard opened.edition == edition else { throw .conflict }
        open.withLock { $0[edition.id] = opened }
        return opened
    }

    /// Makes an announcement the edition's first entry in the log.
    ///
    /// - Returns: the book with the announcement that is there; another process may have been faster.
    private func enter(
        _ edition: Edition, _ digest: EditionDigest, with attachments: [Attachment]
    ) async throws(Refusal) -> RegisterState.Book {
        var parameters: IdentityParameters?
        if !edition.nationalID.isEmpty, let services {
            parameters = try await IdentityParameters(
                services,
                for: EditionTerms(
                    edition: digest, issuer: keys.register.publicKey.xOnly.array,
                    cutOff: edition.cutOff, isCertified: edition.certifiesRequesters))
        }
        let text = try OpenEdition.announcement(
            of: edition, by: id, identity: parameters, services: services, signedBy: keys.card,
            at: clock())
        try await register.open(
            digest, text, limit: edition.limit, isDrawn: edition.draw != nil,
            with: attachments.map { $0.record(in: digest) })
        return try await register.current().book(digest)
    }

    /// The edition of an announcement in our own log and of what changed since, with the ways to its services and to us.
    private func restore(_ book: RegisterState.Book) throws(Refusal) -> OpenEdition {
        var opened = try OpenEdition(parsing: book.announcement, from: profile)
        for text in book.nodeChanges {
            opened = try opened.after(try NodeChange(parsing: text, by: profile.history))
        }
        let name = opened.edition.id
        return opened.reached(through: opened.edition.nationalID.isEmpty ? nil : services) {
            () async throws(Refusal) in try await self.nonce(for: name)
        }
    }

    /// Puts an edition in the place of what it was before its nodes changed.
    func replaceOpen(_ edition: OpenEdition) {
        open.withLock { $0[edition.edition.id] = edition }
    }

    /// The open edition with this id, with the nodes that another process may have handed it over to (A88).
    ///
    /// - Throws: `unavailable`.
    func current(_ id: String) async throws(Refusal) -> OpenEdition? {
        guard var known = edition(id) else { return nil }
        let texts = try await register.current().book(known.digest).nodeChanges
        guard texts.count > known.changes.count else { return known }
        for text in texts.dropFirst(known.changes.count) {
            known = try known.after(try NodeChange(parsing: text, by: ring))
        }
        replaceOpen(known)
        return known
    }

    /// The open edition with this id.
    func edition(_ id: String) -> OpenEdition? {
        open.withLock { $0[id] }
    }

    /// A fresh nonce for one request, 32 bytes in base64url.
    ///
    /// - Throws: `unavailable`.
    public func nonce(for edition: String) async throws(Refusal) -> String {
        var random = SystemRandomness()
        let nonce = Base64URL.encode(random.bytes(32))
        let now = clock()
        try await store.remember(
            nonce, content: edition, until: now + CardRequest.lifetime, now: now)
        return nonce
    }

    /// Keys, and what counts beside them.
    private struct Signing: Sendable {
        let keys: IssuerKeys
        let ring: KeyRing
        let history: KeyRing
        let letters: LetterSigner

        /// `nil` when a key is named twice.
        init?(_ keys: IssuerKeys) {
            let counting = [keys.card.verifyingKey] + keys.earlier
            guard let ring = KeyRing(counting), let history = KeyRing(counting + keys.withdrawn)
            else { return nil }
            self.keys = keys
            self.ring = ring
            self.history = history
            letters = LetterSigner(keys.card)
        }
    }
}
