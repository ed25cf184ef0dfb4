internal import TegataCrypto
internal import Synchronization
internal import TegataProofs
public import TegataSDJWT

/// Opens editions and issues their cards.
///
/// A card exists if and only if the register gave it a serial; every way to make one goes through the register's one
/// allocation step (R7).
public final class Issuer: Sendable {
    /// The identifier, an https URL; verifiers compare it byte for byte.
    public let id: String
    let keys: IssuerKeys
    private let ring: KeyRing
    let register: any Register
    let services: IdentityServices?
    let store: any ChallengeStore
    let clock: @Sendable () -> Int64
    // The open editions, by id.
    private let open = Mutex<[String: OpenEdition]>([:])

    /// An issuer with this identifier. `identity` are the attestors and nodes for editions that ask for a person;
    /// `store` remembers the nonces given to requests.
    public convenience init(
        at id: String, keys: IssuerKeys, register: some Register = InMemoryRegister(),
        identity: IdentityServices? = nil, store: some ChallengeStore = InMemoryChallengeStore()
    ) {
        self.init(
            at: id, keys: keys, register: register, identity: identity, store: store,
            clock: { SystemClock.now })
    }

    package init(
        at id: String, keys: IssuerKeys, register: some Register,
        identity: IdentityServices?, store: some ChallengeStore,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.id = id
        self.keys = keys
        guard let ring = KeyRing([keys.card.verifyingKey] + keys.earlier) else {
            preconditionFailure("an issuer lists each of its keys once")
        }
        self.ring = ring
        self.register = register
        services = identity
        self.store = store
        self.clock = clock
    }

    /// The card type, `vct`.
    var cardType: String { id + "/tegata/membership" }

    /// Where the status list of all cards is.
    var statusListURI: String { id + "/tegata/status" }

    /// What others need to trust this issuer, with the editions open so far.
    public var profile: IssuerProfile {
        IssuerProfile(
            issuer: id, ring: ring, cardType: cardType,
            registerKey: keys.register.publicKey.xOnly,
            editions: open.withLock { $0.sorted { $0.key < $1.key }.map(\.value) },
            statuses: IssuerStatusSource(issuer: self))
    }

    /// Opens an edition: asks the evaluation nodes for its key, announces it, and takes claims from then on. Opening
    /// the same plan again answers the same announcement.
    ///
    /// - Throws: `IssuingError.noIdentityServices` when the edition asks for a person and this issuer has nobody to
    ///   ask; `refused` with `conflict` when the id is open with another plan, or with `unavailable`.
    public func open(_ edition: Edition) async throws(IssuingError) -> OpenEdition {
        guard edition.nationalID.isEmpty || services != nil else {
            throw .noIdentityServices(edition: edition.id)
        }
        do {
            return try await announce(edition)
        } catch {
            throw .refused(error)
        }
    }

    private func announce(_ edition: Edition) async throws(Refusal) -> OpenEdition {
        if let earlier = self.edition(edition.id) {
            guard earlier.edition == edition else { throw .conflict }
            return earlier
        }
        let digest = edition.digest(issuer: id)
        var parameters: IdentityParameters?
        if !edition.nationalID.isEmpty, let services {
            parameters = try await IdentityParameters(services, for: digest)
        }
        try await register.open(digest, limit: edition.limit)
        let editionID = edition.id
        let opened = OpenEdition(
            announcing: edition, by: id, identity: parameters,
            services: edition.nationalID.isEmpty ? nil : services, signedBy: keys.card,
            at: clock(), nonce: { () async throws(Refusal) in try await self.nonce(for: editionID) }
        )
        return try open.withLock { editions throws(Refusal) in
            // Another task may have opened it in between; the first announcement stands.
            if let earlier = editions[edition.id] {
                guard earlier.edition == edition else { throw .conflict }
                return earlier
            }
            editions[edition.id] = opened
            return opened
        }
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

    /// Changes the status of a card. Revoked is final.
    ///
    /// - Throws: `conflict`, `unavailable`.
    public func setStatus(
        _ status: CardStatus, of serial: UInt32, in edition: OpenEdition
    ) async throws(Refusal) {
        try await register.setStatus(status, of: serial, in: edition.digest)
    }

    /// The public lists of an edition, signed: persons' indexes and card commitments, each sorted on its own.
    ///
    /// - Throws: `unavailable`.
    public func publicLists(of edition: OpenEdition) async throws(Refusal) -> String {
        let lists = try await register.lists(of: edition.digest)
        return SignedText.sign(
            [
                "iss": .string(id), "iat": .whole(clock()), "edition": .string(edition.edition.id),
                "issued": .whole(Int64(lists.issued)), "limit": lists.limit.json,
                "persons": .bytes(lists.persons.flatMap { $0 }),
                "commitments": .bytes(lists.commitments.flatMap { $0 }),
            ], type: PublicLists.type, by: keys.card)
    }
}

extension PublicLists {
    static let type = "tegata-lists+jwt"
}
