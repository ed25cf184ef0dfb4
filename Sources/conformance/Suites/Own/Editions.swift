import Tegata
import TegataCrypto
import TegataProofs
import TegataSDJWT

/// Editions and what an issuer publishes.
let editionFunctions: [String: OwnFunction] = [
    "edition-digest": { input, _ in
        ["edition": .hex(Edition.digest(issuer: try input.issuer.string, id: try input.id.string))]
    },
    "limit": { input, _ in
        let json = try JSON(parsing: try input.limit.utf8)
        return ["limit": vector(try Limit(json: json))]
    },
    "number-guard": { input, _ in
        let json = try JSON(parsing: try input.value.utf8)
        return ["found": .bool(json.couldHoldIDNumber)]
    },
    "announcement": { input, _ in
        let opened = try OpenEdition(
            parsing: try input.announcement.string,
            from: try IssuerProfile(parsing: try input.profile.string))
        let edition = opened.edition
        return [
            "edition": .hex(edition.digest(issuer: opened.issuer)), "id": .string(edition.id),
            "limit": vector(edition.limit), "one_per_person": .bool(edition.onePerPerson),
            "national_id": .array(edition.nationalID.map(\.name).sorted().map { .string($0) }),
            "operators": operators(opened.trust), "test_anchors": .bool(opened.usesTestAnchors),
            "cut_off": edition.cutOff.map { .whole($0) } ?? .null,
            "requesters": edition.certifiesRequesters ? "certified" : .null,
            "predicate_only": .array(
                edition.committed.filter(\.isPredicateOnly).map { .string($0.name) }),
            "second_index": edition.asksSecondIndex ? .bool(true) : .null,
        ]
    },
    "profile": { input, _ in
        let profile = try IssuerProfile(parsing: try input.profile.string)
        return [
            "issuer": .string(profile.issuer), "type": .string(profile.cardType),
            "editions": .array(profile.editions.map { .string($0.edition.id) }),
            "keys": .whole(profile.keys.count),
        ]
    },
    "public-lists": publicLists,
]

func vector(_ limit: Limit) -> Vector {
    switch limit {
    case .cards(let count): .whole(count)
    case .unlimited: "unlimited"
    }
}

private func operators(_ trust: TrustProfile?) -> Vector {
    switch trust {
    case .embedded: "embedded"
    case .split: "split"
    case nil: .null
    }
}

/// Read here step by step: the library gives the lists to a kiosk and to nobody else.
private func publicLists(_ input: Vector, _ output: Vector) throws -> [String: Vector] {
    let profile = try IssuerProfile(parsing: try input.profile.string)
    let token = try CompactJWS(parsing: try input.lists.string, types: ["tegata-lists+jwt"])
    guard let key = profile.keys.first(where: { $0.thumbprint == token.header.keyID }) else {
        throw Refusal.issuerUntrusted
    }
    let payload = try token.verified(by: key)
    guard payload["iss"]?.string == profile.issuer, let id = payload["edition"]?.string,
        let issued = payload["issued"]?.integer
    else { throw Refusal.malformed }
    let edition = Edition.digest(issuer: profile.issuer, id: id)
    let lists = try ["persons", "commitments"].map { name in
        try MemberList(
            edition: edition, parsing: Base64URL.decode(payload[name]?.string ?? ""))
    }
    let seconds = try Base64URL.decode(payload["seconds"]?.string ?? "")
    return [
        "seconds": .whole(seconds.count / 33), "edition": .string(id), "issued": .whole(issued),
        "persons": .whole(lists[0].count),
        "commitments": .whole(lists[1].count),
    ]
}

extension Vector: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .string(value) }
}
