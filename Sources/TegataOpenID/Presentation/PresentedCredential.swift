public import TegataSDJWT

/// A credential of another issuer that was shown, checked, and reduced to what was asked for.
public struct PresentedCredential: Sendable {
    /// A claim, and where it stands.
    public struct Claim: Sendable {
        /// Names and positions from the outside in.
        public let path: JSON
        /// What it says.
        public let value: JSON
    }

    /// Its name in the query.
    public let id: String
    /// Whose it is, exactly as trusted.
    public let issuer: String
    /// Its type, `vct`.
    public let type: String
    /// The claims asked for.
    public let claims: [Claim]

    init(id: String, issuer: String, type: String, claims: [ClaimsPathPointer.Selected]) {
        self.id = id
        self.issuer = issuer
        self.type = type
        self.claims = claims.map { selected in
            let steps = selected.path.elements.map { step -> JSON in
                switch step {
                case .name(let name): .string(name)
                case .index(let index): .number(JSONNumber(Int64(index)))
                }
            }
            return Claim(path: .array(steps), value: selected.value)
        }
    }

    /// The claim at these names; `nil` when it was not asked for.
    public subscript(_ names: String...) -> JSON? {
        let path = JSON.array(names.map(JSON.string))
        return claims.first { $0.path == path }?.value
    }

    /// Reads what `json` wrote into the verifier's own store. Throws `unavailable` for anything else.
    init(stored json: JSON) throws(Refusal) {
        guard let id = json["id"]?.string, let issuer = json["issuer"]?.string,
            let type = json["type"]?.string, let list = json["claims"]?.array
        else { throw .unavailable }
        self.id = id
        self.issuer = issuer
        self.type = type
        claims = list.map { Claim(path: $0["path"] ?? [], value: $0["value"] ?? nil) }
    }

    var json: JSON {
        [
            "id": .string(id), "issuer": .string(issuer), "type": .string(type),
            "claims": .array(claims.map { ["path": $0.path, "value": $0.value] }),
        ]
    }
}

extension PresentedCredential: CustomStringConvertible {
    /// Name and type; no claim.
    public var description: String { "\(id): \(type)" }
}
