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
    /// The card type, `vct`.
    public let cardType: String
    /// The x-only key that signs register rows, 32 bytes.
    public let registerKey: FixedBytes<32>
    /// The key that signs the checkpoints of the issuer's log.
    public let logKey: NoteKey
    /// The announced editions.
    public private(set) var editions: [OpenEdition]
    /// Where status lists come from; `nil` when the caller brings none, and then a card with a status is refused.
    public let statuses: (any StatusSource)?
    let ring: KeyRing

    init(
        issuer: String, ring: KeyRing, cardType: String, registerKey: FixedBytes<32>,
        logKey: NoteKey, editions: [OpenEdition], statuses: (any StatusSource)?
    ) {
        self.issuer = issuer
        self.ring = ring
        self.cardType = cardType
        self.registerKey = registerKey
        self.logKey = logKey
        self.editions = editions
        self.statuses = statuses
    }

    /// Reads a profile that `encoded` wrote. `statuses` fetches status lists by their URI; the library itself opens
    /// no socket.
    ///
    /// - Throws: `malformed`, `limitExceeded`; what an announcement throws that these keys did not sign.
    public init(parsing text: String, statuses: (any StatusSource)? = nil) throws(Refusal) {
        let json = try JSON.message(text, limit: 1 << 20)
        issuer = try json.required("issuer").text(atMost: 2048)
        cardType = try json.required("type").text(atMost: 2048)
        registerKey = try json.required("register_key").fixedBytes()
        guard let logKey = try? NoteKey(parsing: try json.required("log_key").text(atMost: 2048)),
            logKey.kind == .log
        else { throw .malformed }
        self.logKey = logKey
        ring = try KeyRing(set: try json.required("jwks"))
        self.statuses = statuses
        editions = []
        var opened = [OpenEdition]()
        for edition in try json.required("editions").elements(atMost: 4096) {
            opened.append(
                try OpenEdition(parsing: try edition.text(atMost: 256 * 1024), from: self))
        }
        for entry in try (json["node_changes"] ?? []).elements(atMost: 4096) {
            let change = try NodeChange(
                parsing: try entry.text(atMost: 64 * 1024), by: ring)
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
    public var encoded: String {
        var object: JSONObject = [
            "issuer": .string(issuer), "jwks": ["keys": .array(keys.map { .object($0.jwk) })],
            "type": .string(cardType), "register_key": .bytes(registerKey.array),
            "log_key": .string(logKey.encoded),
            "editions": .array(editions.map { .string($0.encoded) }),
        ]
        let changes = editions.flatMap(\.changes)
        if !changes.isEmpty {
            object.add("node_changes", .array(changes.map { .string($0.encoded) }))
        }
        return JSON.object(object).text
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
