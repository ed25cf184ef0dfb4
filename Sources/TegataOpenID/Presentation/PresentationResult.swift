public import Tegata
public import TegataSDJWT

/// What a verifier learned in a transaction: the membership that it checked, without anything that it did not ask for.
public struct PresentationResult: Sendable {
    /// Whose card it is, exactly as trusted.
    public let issuer: String
    /// The edition, in the issuer's words.
    public let edition: String
    /// The edition's limit when the card was issued.
    public let limit: Limit
    /// Which card of the edition.
    public let serial: Serial
    /// What the card is good for.
    public let benefits: [String]
    /// The claims asked for.
    public let claims: [String: JSON]
    /// What stood behind the card when it was issued.
    public let proofOfPerson: ProofOfPerson
    /// When the status was signed, seconds since 1970; `nil` for a card without a status.
    public let statusTime: Int64?

    init(_ membership: Membership) {
        issuer = membership.issuer
        edition = membership.edition.id
        limit = membership.edition.limit
        serial = membership.serial
        benefits = membership.benefits
        claims = membership.claims
        proofOfPerson = membership.proofOfPerson
        statusTime = membership.statusTime
    }

    /// Reads what `json` wrote into the verifier's own store. Throws `unavailable` for anything else.
    init(stored json: JSON) throws(Refusal) {
        guard let issuer = json["issuer"]?.string, let edition = json["edition"]?.string,
            let number = json["serial"]?.integer.flatMap({ UInt32(exactly: $0) }),
            let benefits = json["benefits"]?.array, let claims = json["claims"]?.object,
            let proof = json["proof"]?.string.flatMap(ProofOfPerson.init(rawValue:))
        else { throw .unavailable }
        if let count = json["limit"]?.integer {
            guard let count = UInt32(exactly: count) else { throw .unavailable }
            limit = .cards(count)
        } else {
            limit = .unlimited
        }
        guard let serial = Serial(number, within: limit) else { throw .unavailable }
        self.issuer = issuer
        self.edition = edition
        self.serial = serial
        self.benefits = benefits.compactMap(\.string)
        self.claims = Dictionary(
            claims.members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        proofOfPerson = proof
        statusTime = json["status"]?.integer
    }

    var json: JSON {
        var shown = JSONObject()
        for (name, value) in claims { shown.add(name, value) }
        var object: JSONObject = [
            "issuer": .string(issuer), "edition": .string(edition),
            "serial": .number(JSONNumber(Int64(serial.number))),
            "benefits": .array(benefits.map(JSON.string)), "claims": .object(shown),
            "proof": .string(proofOfPerson.rawValue),
        ]
        if case .cards(let count) = limit { object.add("limit", .number(JSONNumber(Int64(count)))) }
        if let statusTime { object.add("status", .number(JSONNumber(statusTime))) }
        return .object(object)
    }
}

extension PresentationResult: CustomStringConvertible {
    /// Edition and serial; no claim.
    public var description: String { "\(edition) № \(serial) of \(limit)" }
}
