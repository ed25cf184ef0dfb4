internal import Tegata
internal import TegataOpenID

/// What a counter learned of a credential of another issuer: who says it, what it is, and exactly what was asked for (A62). It is no card:
/// no benefit is ever counted for it.
struct CredentialVerdict: Codable, Sendable {
    /// A claim that was shown.
    struct Shown: Codable, Sendable {
        let path: AskedPath
        let value: String
    }

    let issuer: String
    let type: String
    let claims: [Shown]

    /// - Throws: `unavailable` for anything but the one credential that was asked for.
    init(_ shown: [PresentedCredential]) throws(Refusal) {
        guard shown.count == 1, let credential = shown.first else { throw .unavailable }
        issuer = credential.issuer
        type = credential.type
        var claims = [Shown]()
        for claim in credential.claims {
            claims.append(
                Shown(path: try AskedPath(claim.path), value: claim.value.description))
        }
        self.claims = claims
    }

    /// The verdict for machines.
    var json: JSON {
        [
            "state": "verified", "kind": "credential", "issuer": .string(issuer),
            "type": .string(type),
            "claims": .array(claims.map { ["path": $0.path.json, "value": .string($0.value)] }),
            "holder_proven": true,
        ]
    }
}

/// What was learned in a visit.
enum Learned: Codable, Sendable {
    case card(Verdict)
    case credential(CredentialVerdict)

    /// The verdict about a card, the only thing that benefits are counted for.
    var card: Verdict? { if case .card(let verdict) = self { verdict } else { nil } }

    /// The same for machines.
    var json: JSON {
        switch self {
        case .card(let verdict): verdict.json
        case .credential(let verdict): verdict.json
        }
    }
}
