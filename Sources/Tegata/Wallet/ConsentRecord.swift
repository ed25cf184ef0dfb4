internal import TegataCrypto
internal import TegataSDJWT

/// Who asked, when, and what was shown: names of claims and never what they say, so that it is no second wallet. For its
/// holder to read, and to delete.
public struct ConsentRecord: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: String, Sendable {
        /// The answer was on its way, and what became of it was never heard.
        case sent
        /// The verifier took the answer.
        case shown
        /// The owner said no.
        case declined
        /// The verifier refused the answer.
        case refused
    }

    /// One card that was shown.
    public struct Shown: Sendable, Equatable {
        /// Whose card.
        public let issuer: String
        /// The edition's digest, 32 bytes, and the serial.
        let place: CardPlace
        /// The card's number.
        public var serial: UInt32 { place.serial }
        /// The names of the claims that the verifier could read.
        public let claims: [String]

        /// What a verifier could read of `card`.
        public init(_ card: Card, claims: [String]) {
            self.init(issuer: card.issuer, place: CardPlace(card), claims: claims)
        }

        init(issuer: String, place: CardPlace, claims: [String]) {
            self.issuer = issuer
            self.place = place
            self.claims = claims
        }
    }

    /// Names the record, 16 bytes.
    let id: FixedBytes<16>
    /// When, in seconds since 1970.
    public let time: Int64
    /// The verifier, as it was verified; at most 2,048 bytes.
    public let verifier: String
    /// Whether it proved its name.
    public let isAuthenticated: Bool
    /// The host that the answer went to, or nothing; at most 2,048 bytes.
    public let host: String
    /// How it ended.
    public var outcome: Outcome
    /// What was shown; empty when the owner said no.
    public internal(set) var shown: [Shown]

    /// A record under a fresh name.
    public init(
        at time: Int64, verifier: String, isAuthenticated: Bool, host: String = "",
        outcome: Outcome, shown: [Shown] = []
    ) {
        var random = SystemRandomness()
        id = random.fixed()
        self.time = time
        self.verifier = verifier
        self.isAuthenticated = isAuthenticated
        self.host = host
        self.outcome = outcome
        self.shown = shown
    }

    var json: JSON {
        [
            "id": .bytes(id.array), "iat": .whole(time), "verifier": .string(verifier),
            "authenticated": .bool(isAuthenticated), "host": .string(host),
            "outcome": .string(outcome.rawValue),
            "shown": .array(
                shown.map { shown in
                    .object(
                        shown.place.members([
                            "issuer": .string(shown.issuer),
                            "claims": .array(shown.claims.map(JSON.string)),
                        ]))
                }),
        ]
    }

    init(json: JSON) throws(Refusal) {
        id = try json.required("id").fixedBytes()
        time = Int64(clamping: try json.required("iat").time())
        verifier = try json.required("verifier").text(atMost: 2048)
        isAuthenticated = try json.required("authenticated").flag()
        host = try json.required("host").text(atMost: 2048)
        guard let outcome = Outcome(rawValue: try json.required("outcome").text(atMost: 16)) else {
            throw .malformed
        }
        self.outcome = outcome
        shown = []
        for entry in try json.required("shown").elements(atMost: 64) {
            var claims = [String]()
            for name in try entry.required("claims").elements(atMost: 1024) {
                claims.append(try name.text(atMost: 2048))
            }
            shown.append(
                Shown(
                    issuer: try entry.required("issuer").text(atMost: 2048),
                    place: try CardPlace(json: entry), claims: claims))
        }
    }
}

/// A place of an edition: what stays when a card is issued again.
struct CardPlace: Hashable, Sendable {
    let edition: EditionDigest
    let serial: UInt32

    init(edition: EditionDigest, serial: UInt32) {
        self.edition = edition
        self.serial = serial
    }

    init(_ card: Card) {
        edition = Edition.digest(issuer: card.issuer, id: card.edition.id)
        serial = card.serial.number
    }

    init(json: JSON) throws(Refusal) {
        edition = try json.required("edition").fixedBytes()
        guard let serial = UInt32(exactly: try json.required("serial").time()) else {
            throw .malformed
        }
        self.serial = serial
    }

    /// The place's members, and `others` after them.
    func members(_ others: JSONObject) -> JSONObject {
        var object: JSONObject = [
            "edition": .bytes(edition.array), "serial": .whole(Int64(serial)),
        ]
        for member in others.members { object.add(member.name, member.value) }
        return object
    }
}
