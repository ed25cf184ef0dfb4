public import TegataCrypto
public import TegataLog
public import TegataSDJWT

/// What others need to trust an issuer: its identifier, keys, card type and open editions. It says whom to believe,
/// so take it only from where you would take a key: the issuer's own site over TLS, or a bundle someone you trust
/// has signed.
public struct IssuerProfile: Sendable {
    /// The issuer's identifier, an https URL, compared byte for byte.
    public let issuer: String
    /// The keys that may sign this issuer's cards.
    public var keys: [VerifyingKey] { ring.keys }
    /// The keys that were withdrawn: they may sign nothing, and what they once announced still reads.
    public var withdrawn: [VerifyingKey] { history.keys.filter { !keys.contains($0) } }
    /// The card type, `vct`.
    public let cardType: String
    /// The x-only key that signs register rows, 32 bytes.
    public let registerKey: FixedBytes<32>
    /// The key that signs the checkpoints of the issuer's log.
    public let logKey: NoteKey
    /// The sites that sign relocations, archives and restores together; `nil` when the issuer alone signs them.
    public let council: Council?
    /// The announced editions.
    public private(set) var editions: [OpenEdition]
    /// Where status lists come from; `nil` when the caller brings none, and then a card with a status is refused.
    public private(set) var statuses: (any StatusSource)?
    private(set) var ring: KeyRing
    /// Those and the withdrawn ones, for what is in the log.
    let history: KeyRing
    /// What a trust bundle says besides; `nil` for a profile that is trusted by itself.
    private(set) var terms: TrustTerms?

    init(
        issuer: String, ring: KeyRing, history: KeyRing, cardType: String,
        registerKey: FixedBytes<32>, logKey: NoteKey, council: Council?, editions: [OpenEdition],
        statuses: (any StatusSource)?
    ) {
        self.issuer = issuer
        self.ring = ring
        self.history = history
        self.cardType = cardType
        self.registerKey = registerKey
        self.logKey = logKey
        self.council = council
        self.editions = editions
        self.statuses = statuses
    }

    /// Reads a profile that `encoded` wrote. `statuses` fetches status lists by their URI; the library itself opens
    /// no socket.
    ///
    /// - Throws: `malformed`, `limitExceeded`; what an announcement throws that these keys did not sign.
    public init(parsing text: String, statuses: (any StatusSource)? = nil) throws(Refusal) {
        try self.init(json: try JSON.message(text, limit: 1 << 20), statuses: statuses)
    }

    init(json: JSON, statuses: (any StatusSource)? = nil) throws(Refusal) {
        issuer = try json.required("issuer").text(atMost: 2048)
        cardType = try json.required("type").text(atMost: 2048)
        registerKey = try json.required("register_key").fixedBytes()
        guard let logKey = try? NoteKey(parsing: try json.required("log_key").text(atMost: 2048)),
            logKey.kind == .log
        else { throw .malformed }
        self.logKey = logKey
        council = try json["council"].map { value throws(Refusal) in
            try Council(parsing: try value.bytes())
        }
        ring = try KeyRing(set: try json.required("jwks"))
        var named = ring.keys
        if let withdrawn = json["withdrawn"] { named += try KeyRing(set: withdrawn).keys }
        guard let history = KeyRing(named) else { throw .malformed }
        self.history = history
        self.statuses = statuses
        editions = []
        var opened = [OpenEdition]()
        for edition in try json.required("editions").elements(atMost: 4096) {
            opened.append(
                try OpenEdition(parsing: try edition.text(atMost: 256 * 1024), from: self))
        }
        for entry in try (json["node_changes"] ?? []).elements(atMost: 4096) {
            let change = try NodeChange(
                parsing: try entry.text(atMost: 64 * 1024), by: history)
            guard
                let place = opened.firstIndex(where: {
                    $0.edition.id.hasSameBytes(as: change.edition)
                })
            else { throw .malformed }
            opened[place] = try opened[place].after(change)
        }
        editions = opened
    }

    /// The profile as JSON text.
    public var encoded: String { json.text }

    var json: JSON {
        var object: JSONObject = [
            "issuer": .string(issuer), "jwks": Self.set(keys),
            "type": .string(cardType), "register_key": .bytes(registerKey.array),
            "log_key": .string(logKey.encoded),
            "editions": .array(editions.map { .string($0.encoded) }),
        ]
        if !withdrawn.isEmpty { object.add("withdrawn", Self.set(withdrawn)) }
        if let council { object.add("council", .bytes(council.encoded)) }
        let changes = editions.flatMap(\.changes)
        if !changes.isEmpty {
            object.add("node_changes", .array(changes.map { .string($0.encoded) }))
        }
        return .object(object)
    }

    private static func set(_ keys: [VerifyingKey]) -> JSON {
        ["keys": .array(keys.map { .object($0.jwk) })]
    }

    /// The same issuer, its keys within their terms. The announcements were read before: the bundle that names them speaks for
    /// them, whichever key signed them.
    func trusted(_ ring: KeyRing) -> IssuerProfile {
        var profile = self
        profile.ring = ring
        return profile
    }

    /// The same issuer as a bundle has it.
    func trusted(under terms: TrustTerms, statuses: any StatusSource) -> IssuerProfile {
        var profile = self
        profile.terms = terms
        profile.statuses = statuses
        return profile
    }

    /// What it takes to believe a checkpoint of this issuer's log.
    ///
    /// - Throws: `logProofInvalid` when the witnesses can never reach the quorum.
    func logPolicy(witnesses: [NoteKey] = [], quorum: Int = 0) throws(Refusal) -> LogPolicy {
        do {
            return try LogPolicy(log: logKey, witnesses: witnesses, quorum: quorum)
        } catch {
            throw .logProofInvalid
        }
    }

    /// The announced edition with this id.
    ///
    /// - Throws: `issuerUntrusted` when this issuer announced none.
    func edition(_ id: String) throws(Refusal) -> OpenEdition {
        guard let edition = editions.first(where: { $0.edition.id.hasSameBytes(as: id) }) else {
            throw .issuerUntrusted
        }
        return edition
    }
}

/// Brings a status list by its URI: from the issuer in the same process, or over a network.
public protocol StatusSource: Sendable {
    /// The signed status list token at `uri`.
    func statusList(at uri: String) async throws -> String
}
