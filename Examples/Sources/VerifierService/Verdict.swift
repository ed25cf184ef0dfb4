internal import Tegata
internal import TegataOpenID

/// What a counter learned about one visitor: exactly what it asked for (A62).
struct Verdict: Sendable, Codable {
    /// A claim that was shown.
    struct Shown: Sendable, Codable {
        let name: String
        let value: String
    }

    /// What is known about the person; "not checked" is not "good".
    enum Person: String, Sendable, Codable {
        case notAsked, proven, provenRevocationNotChecked

        init(_ check: PersonCheck) {
            switch check {
            case .notAsked: self = .notAsked
            case .proven(_, _, let revocation):
                self = revocation == .good ? .proven : .provenRevocationNotChecked
            }
        }
    }

    let issuer: String
    let edition: String
    /// The limit in words.
    let limit: String
    /// Which card; `nil` when only the person is known to be a member.
    let serial: UInt32?
    let benefits: [String]
    let claims: [Shown]
    let isHolderProven: Bool
    let person: Person
    let usesTestAnchors: Bool

    init(_ result: PresentationResult) {
        issuer = result.issuer
        edition = result.edition
        limit = result.limit.description
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
        limit = membership.edition.limit.description
        serial = membership.serial.number
        benefits = membership.benefits
        claims = Self.texts(membership.claims)
        isHolderProven = membership.isHolderProven
        person = Person(membership.person)
        usesTestAnchors = membership.usesTestAnchors
    }

    init(_ check: CardOnlyCheck) {
        issuer = check.issuer
        edition = check.edition.id
        limit = check.edition.limit.description
        serial = nil
        benefits = []
        claims = []
        isHolderProven = false
        person = Person(check.person)
        if case .proven(_, let test, _) = check.person {
            usesTestAnchors = test
        } else {
            usesTestAnchors = false
        }
    }

    private static func texts(_ claims: [String: JSON]) -> [Shown] {
        claims.sorted { $0.key < $1.key }
            .map { Shown(name: $0.key, value: $0.value.description) }
    }

    /// The verdict for machines.
    var json: JSON {
        var shown = JSONObject()
        for claim in claims { shown.add(claim.name, .string(claim.value)) }
        var object: JSONObject = [
            "state": "verified", "issuer": .string(issuer), "edition": .string(edition),
            "limit": .string(limit), "benefits": .array(benefits.map(JSON.string)),
            "claims": .object(shown), "holder_proven": .bool(isHolderProven),
            "person_proven": .bool(person != .notAsked), "test": .bool(usesTestAnchors),
        ]
        if let serial { object.add("serial", .number(JSONNumber(Int64(serial)))) }
        return .object(object)
    }
}
