package import TegataSDJWT

/// Which type a credential must have: the `meta` of a query (OpenID4VP 1.0, Annex B). Without members it asks for none.
package struct TypeConstraint: Sendable {
    /// Types of SD-JWT VCs of which one will do.
    package let vctValues: [String]?
    /// The document type of a mobile document.
    package let doctypeValue: String?
    /// Alternatives of W3C types, each of which must all be there.
    package let typeValues: [[String]]?

    package init(vctValues: [String]?) {
        self.vctValues = vctValues
        doctypeValue = nil
        typeValues = nil
    }

    init(_ json: JSON) throws(Refusal) {
        guard let object = json.object else { throw .malformed }
        vctValues = try object.strings("vct_values")
        if let value = object["doctype_value"] {
            guard let text = value.string, !text.isEmpty else { throw .malformed }
            doctypeValue = text
        } else {
            doctypeValue = nil
        }
        if let list = try object.list("type_values", atMost: 64) {
            var alternatives = [[String]]()
            for entry in list { alternatives.append(try entry.strings()) }
            typeValues = alternatives
        } else {
            typeValues = nil
        }
    }

    /// Whether a credential of these types will do.
    func admits(_ types: [String]) -> Bool {
        if let vctValues { guard types.contains(where: vctValues.has) else { return false } }
        if let doctypeValue { guard types.has(doctypeValue) else { return false } }
        if let typeValues {
            guard typeValues.contains(where: { $0.allSatisfy(types.has) }) else { return false }
        }
        return true
    }

    var json: JSON {
        var object = JSONObject()
        if let vctValues { object.add("vct_values", .array(vctValues.map(JSON.string))) }
        if let doctypeValue { object.add("doctype_value", .string(doctypeValue)) }
        if let typeValues {
            object.add("type_values", .array(typeValues.map { .array($0.map(JSON.string)) }))
        }
        return .object(object)
    }
}

/// Somebody who must stand behind a credential (§6.1.1): a kind such as `aki`, and the values of which one will do.
package struct TrustedAuthority: Sendable {
    /// `aki`, `etsi_tl`, `openid_federation`, or something unknown, which matches nothing.
    package let type: String
    /// Of these one.
    package let values: [String]

    package init(type: String, values: [String]) {
        self.type = type
        self.values = values
    }

    /// Reads an entry of `trusted_authorities`. Throws `malformed`, `limitExceeded`.
    package init(_ json: JSON) throws(Refusal) {
        guard let object = json.object, let type = object["type"]?.string,
            let values = try object.strings("values")
        else { throw .malformed }
        self.type = type
        self.values = values
    }

    /// Whether somebody who stands behind a credential is meant.
    func meets(_ other: TrustedAuthority) -> Bool {
        type.hasSameBytes(as: other.type) && values.contains(where: other.values.has)
    }

    var json: JSON { ["type": .string(type), "values": .array(values.map(JSON.string))] }
}

/// Which text of the query language is read.
package enum DCQLDialect: Sendable {
    /// OpenID4VP 1.0, and nothing else.
    case final
    /// Older spellings too (no `meta`; `namespace` and `claim_name`): for vectors of that time.
    case drafts
}
