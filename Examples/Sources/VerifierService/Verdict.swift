internal import Tegata
internal import TegataOpenID

/// What a counter learned about one visitor: exactly what it asked for (A62).
struct Verdict: Sendable {
    let issuer: String
    let edition: String
    let limit: Limit
    /// Which card; `nil` when only the person is known to be a member.
    let serial: UInt32?
    let benefits: [String]
    let claims: [(name: String, value: String)]
    let isHolderProven: Bool
    let person: PersonCheck
    let usesTestAnchors: Bool

    init(_ result: PresentationResult) {
        issuer = result.issuer
        edition = result.edition
        limit = result.limit
        serial = result.serial.number
        benefits = result.benefits
        claims = Self.texts(result.claims)
        isHolderProven = true
        person = .notAsked
        usesTestAnchors = result.proofOfPerson == .test
    }

    init(_ membership: Membership) {
        issuer = membership.issuer
        edition = membership.edition.id
        limit = membership.edition.limit
        serial = membership.serial.number
        benefits = membership.benefits
        claims = Self.texts(membership.claims)
        isHolderProven = membership.isHolderProven
        person = membership.person
        usesTestAnchors = membership.usesTestAnchors
    }

    init(_ check: CardOnlyCheck) {
        issuer = check.issuer
        edition = check.edition.id
        limit = check.edition.limit
        serial = nil
        benefits = []
        claims = []
        isHolderProven = false
        person = check.person
        if case .proven(_, let test, _) = check.person {
            usesTestAnchors = test
        } else {
            usesTestAnchors = false
        }
    }

    private static func texts(_ claims: [String: JSON]) -> [(name: String, value: String)] {
        claims.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    }

    /// The verdict for machines.
    var json: JSON {
        var shown = JSONObject()
        for claim in claims { shown.add(claim.name, .string(claim.value)) }
        var object: JSONObject = [
            "state": "verified", "issuer": .string(issuer), "edition": .string(edition),
            "limit": .string(limit.description), "benefits": .array(benefits.map(JSON.string)),
            "claims": .object(shown), "holder_proven": .bool(isHolderProven),
            "person_proven": .bool(person != .notAsked), "test": .bool(usesTestAnchors),
        ]
        if let serial { object.add("serial", .number(JSONNumber(Int64(serial)))) }
        return .object(object)
    }
}
