package import TegataSDJWT

/// One credential that a verifier asks for (OpenID4VP 1.0 §6.1).
package struct CredentialQuery: Sendable {
    /// Its name in the query, and in the answer.
    package let id: String
    /// The format, such as `dc+sd-jwt`. One that is not offered here matches nothing.
    package let format: String
    /// Whether several credentials may be shown for it.
    package let allowsMultiple: Bool
    /// Which type it must have.
    package let type: TypeConstraint
    /// Who must stand behind it; none asks for nobody in particular.
    package let authorities: [TrustedAuthority]
    /// Whether the holder's key must answer.
    package let requiresHolderBinding: Bool
    /// The claims; none asks for none that the holder could keep back.
    package let claims: [ClaimsQuery]
    /// Alternatives, the preferred first; none means all of `claims`.
    package let claimSets: [[String]]

    package init(
        id: String, format: String = "dc+sd-jwt", types: [String], claims: [ClaimsQuery]
    ) {
        self.id = id
        self.format = format
        allowsMultiple = false
        type = TypeConstraint(vctValues: types)
        authorities = []
        requiresHolderBinding = true
        self.claims = claims
        claimSets = []
    }

    init(_ json: JSON, _ dialect: DCQLDialect) throws(Refusal) {
        guard let object = json.object, let id = object["id"], let format = object["format"]?.string
        else { throw .malformed }
        self.id = try id.identifier()
        guard !format.isEmpty, format.utf8.count <= 64 else { throw .malformed }
        self.format = format
        allowsMultiple = try object.flag("multiple", otherwise: false)
        requiresHolderBinding = try object.flag(
            "require_cryptographic_holder_binding", otherwise: true)
        if let meta = object["meta"] {
            type = try TypeConstraint(meta)
        } else {
            guard dialect == .drafts else { throw .malformed }
            type = TypeConstraint(vctValues: nil)
        }
        var authorities = [TrustedAuthority]()
        for entry in try object.list("trusted_authorities", atMost: 64) ?? [] {
            authorities.append(try TrustedAuthority(entry))
        }
        self.authorities = authorities
        var claims = [ClaimsQuery]()
        for entry in try object.list("claims", atMost: 256) ?? [] {
            let claim = try ClaimsQuery(entry, dialect, isMobileDocument: format == "mso_mdoc")
            if let id = claim.id {
                guard !claims.compactMap(\.id).has(id) else { throw .malformed }
            }
            claims.append(claim)
        }
        self.claims = claims
        var sets = [[String]]()
        let names = claims.compactMap(\.id)
        if let list = try object.list("claim_sets", atMost: 64) {
            // An alternative is named by identifiers, so every claim must have one.
            guard !claims.isEmpty, names.count == claims.count else { throw .malformed }
            for entry in list {
                let set = try entry.strings()
                guard set.allSatisfy(names.has) else { throw .malformed }
                sets.append(set)
            }
        }
        claimSets = sets
    }

    package var json: JSON {
        var object: JSONObject = ["id": .string(id), "format": .string(format)]
        if allowsMultiple { object.add("multiple", true) }
        object.add("meta", type.json)
        if !authorities.isEmpty {
            object.add("trusted_authorities", .array(authorities.map(\.json)))
        }
        if !requiresHolderBinding { object.add("require_cryptographic_holder_binding", false) }
        if !claims.isEmpty { object.add("claims", .array(claims.map(\.json))) }
        if !claimSets.isEmpty {
            object.add("claim_sets", .array(claimSets.map { .array($0.map(JSON.string)) }))
        }
        return .object(object)
    }
}

/// A claim that is asked for (§6.3).
package struct ClaimsQuery: Sendable {
    /// Its name among the alternatives.
    package let id: String?
    /// Where it stands.
    package let path: ClaimsPathPointer
    /// The values that will do, of the same type; `nil` for any. A wallet's courtesy: the verifier looks again.
    package let values: [JSON]?

    package init(_ name: String) {
        id = nil
        path = ClaimsPathPointer(name)
        values = nil
    }

    init(_ json: JSON, _ dialect: DCQLDialect, isMobileDocument: Bool) throws(Refusal) {
        guard let object = json.object else { throw .malformed }
        id = try object["id"]?.identifier()
        if let path = object["path"] {
            self.path = try ClaimsPathPointer(path)
        } else {
            guard dialect == .drafts, let space = object["namespace"], space.string != nil,
                let name = object["claim_name"], name.string != nil
            else { throw .malformed }
            path = try ClaimsPathPointer([space, name])
        }
        if isMobileDocument {
            // Name space and element, nothing inside them (Annex B.2.4).
            guard path.steps.count == 2, path.steps.allSatisfy(\.isName) else { throw .malformed }
        }
        values = try object.list("values", atMost: 256)
        for value in values ?? [] {
            guard value.string != nil || value.bool != nil || value.integer != nil else {
                throw .malformed
            }
        }
    }

    var json: JSON {
        var object = JSONObject()
        if let id { object.add("id", .string(id)) }
        object.add("path", path.json)
        if let values { object.add("values", .array(values)) }
        return .object(object)
    }
}

extension ClaimsPathPointer.Step {
    fileprivate var isName: Bool {
        if case .name = self { true } else { false }
    }
}
