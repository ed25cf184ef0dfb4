public import TegataSDJWT

/// What a verifier asks for, in the Digital Credentials Query Language (OpenID4VP 1.0 §6).
///
/// Read once and strictly; members that the text does not know are passed over, as it asks.
public struct DCQLQuery: Sendable {
    /// The credentials asked for.
    package let credentials: [CredentialQuery]
    /// Which of them together are enough; none means all of them.
    package let sets: [CredentialSetQuery]

    package init(_ credentials: CredentialQuery...) {
        self.credentials = credentials
        sets = []
    }

    /// Reads a query of at most 64 KiB.
    ///
    /// - Throws: `malformed`; `limitExceeded` for more than 32 credentials, 256 claims of one, or 64 alternatives.
    public init(parsing text: String) throws(Refusal) {
        try self.init(
            JSON(parsing: Array(text.utf8), limits: JSONLimits(values: 16_384, bytes: 65_536)))
    }

    /// Reads a query out of a request. Throws as `init(parsing:)`.
    package init(_ json: JSON, _ dialect: DCQLDialect = .final) throws(Refusal) {
        guard let object = json.object, let list = try object.list("credentials", atMost: 32) else {
            throw .malformed
        }
        var credentials = [CredentialQuery]()
        for entry in list {
            let query = try CredentialQuery(entry, dialect)
            guard !credentials.map(\.id).has(query.id) else { throw .malformed }
            credentials.append(query)
        }
        self.credentials = credentials
        var sets = [CredentialSetQuery]()
        for entry in try object.list("credential_sets", atMost: 32) ?? [] {
            sets.append(try CredentialSetQuery(entry, of: credentials.map(\.id)))
        }
        self.sets = sets
    }

    package var json: JSON {
        var object: JSONObject = ["credentials": .array(credentials.map(\.json))]
        if !sets.isEmpty { object.add("credential_sets", .array(sets.map(\.json))) }
        return .object(object)
    }

    /// The query as JSON text.
    public var encoded: String { String(decoding: json.encoded, as: UTF8.self) }
}

/// Which credentials together are enough (§6.2).
package struct CredentialSetQuery: Sendable {
    /// Alternatives, the preferred first; each needs all the credentials it names.
    package let options: [[String]]
    /// Whether nothing may be shown when no alternative can be met.
    package let isRequired: Bool

    init(_ json: JSON, of ids: [String]) throws(Refusal) {
        guard let object = json.object, let list = try object.list("options", atMost: 64) else {
            throw .malformed
        }
        var options = [[String]]()
        for entry in list {
            let option = try entry.strings(atMost: 32)
            guard option.allSatisfy(ids.has) else { throw .malformed }
            options.append(option)
        }
        self.options = options
        isRequired = try object.flag("required", otherwise: true)
    }

    var json: JSON {
        var object: JSONObject = ["options": .array(options.map { .array($0.map(JSON.string)) })]
        if !isRequired { object.add("required", false) }
        return .object(object)
    }
}
