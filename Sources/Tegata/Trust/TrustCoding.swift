internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

// The members of a bundle that say whom to believe (Spec/trust-bundle.md): one reader and one writer.
extension TrustContents {
    var members: [(name: String, value: JSON)] {
        [
            ("issuers", .array(issuers.map(\.json))),
            ("credentials", .array(credentials.map(\.json))),
            ("attestors", .array(attestors.map(\.json))),
        ]
    }

    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, and what a profile throws.
    init(json: JSON) throws(Refusal) {
        self.init()
        for entry in try json.required("issuers").elements(atMost: 256) {
            let issuer = try TrustedIssuer(json: entry)
            guard
                !issuers.contains(where: {
                    $0.profile.issuer.hasSameBytes(as: issuer.profile.issuer)
                })
            else { throw .malformed }
            issuers.append(issuer)
        }
        for entry in try json.required("credentials").elements(atMost: 256) {
            let issuer = try TrustedCredentialIssuer(json: entry)
            guard !credentials.contains(where: { $0.issuer.hasSameBytes(as: issuer.issuer) })
            else { throw .malformed }
            credentials.append(issuer)
        }
        for entry in try json.required("attestors").elements(atMost: 1024) {
            let attestor = try TrustedAttestor(json: entry)
            guard !attestors.contains(where: { $0.key == attestor.key }) else { throw .malformed }
            attestors.append(attestor)
        }
    }
}

extension TrustedIssuer {
    fileprivate var json: JSON {
        [
            "profile": profile.json, "keys": .array(terms.map(\.json)),
            "log": [
                "witnesses": .array(witnesses.map { .string($0.encoded) }),
                "quorum": .whole(Int64(quorum)),
            ],
            "statuses": .array(statuses.map(JSON.string)),
        ]
    }

    fileprivate init(json: JSON) throws(Refusal) {
        try json.allow(["profile", "keys", "log", "statuses"])
        let profile = try IssuerProfile(json: try json.required("profile"))
        var terms = [KeyTerm]()
        for entry in try json.required("keys").elements(atMost: 16) {
            terms.append(try KeyTerm(json: entry))
        }
        // Each key is spoken of: what is left out must not count by omission.
        guard terms.count == profile.keys.count else { throw .malformed }
        let log = try json.required("log")
        try log.allow(["witnesses", "quorum"])
        guard let quorum = try log.required("quorum").integer else { throw .malformed }
        try self.init(
            profile, terms: terms, witnesses: try log.required("witnesses").noteKeys(),
            quorum: Int(clamping: quorum),
            statuses: try json.required("statuses").texts(atMost: 64, bytes: 2048))
    }
}

extension KeyTerm {
    fileprivate var json: JSON {
        var object: JSONObject = ["kid": .string(key), "from": .whole(from)]
        if let until { object.add("until", .whole(until)) }
        if isWithdrawn { object.add("withdrawn", true) }
        return .object(object)
    }

    fileprivate init(json: JSON) throws(Refusal) {
        try json.allow(["kid", "from", "until", "withdrawn"])
        let (from, until) = try json.term()
        self.init(
            try json.required("kid").text(atMost: 128), from: from, until: until,
            isWithdrawn: try json["withdrawn"]?.flag() ?? false)
    }
}

extension TrustedCredentialIssuer {
    fileprivate var json: JSON {
        [
            "issuer": .string(issuer), "types": .array(types.map(JSON.string)),
            "authorities": .array(authorities.map(JSON.bytes)),
            "statuses": .array(statuses.map(JSON.string)),
        ]
    }

    fileprivate init(json: JSON) throws(Refusal) {
        try json.allow(["issuer", "types", "authorities", "statuses"])
        var authorities = [[UInt8]]()
        for entry in try json.required("authorities").elements(atMost: 8) {
            let bytes = try entry.bytes()
            guard bytes.count <= 8192 else { throw .limitExceeded }
            guard (try? TrustAnchor(bytes, name: "authority")) != nil else { throw .malformed }
            authorities.append(bytes)
        }
        guard !authorities.isEmpty else { throw .malformed }
        self.init(
            try json.required("issuer").text(atMost: 2048),
            types: try json.required("types").texts(atMost: 32, bytes: 2048),
            authorities: authorities,
            statuses: try json.required("statuses").texts(atMost: 64, bytes: 2048))
    }
}

extension TrustedAttestor {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "key": .bytes(key.array), "from": .whole(from),
        ]
        if let until { object.add("until", .whole(until)) }
        return .object(object)
    }

    fileprivate init(json: JSON) throws(Refusal) {
        try json.allow(["name", "key", "from", "until"])
        let (from, until) = try json.term()
        self.init(
            try json.required("name").text(atMost: 256),
            key: try json.required("key").fixedBytes(), from: from, until: until)
    }
}

extension JSON {
    /// Refuses every other member: what a reader does not know might be a restriction.
    ///
    /// - Throws: `malformed` for no object, `unsupported`.
    func allow(_ names: [String]) throws(Refusal) {
        guard let object else { throw .malformed }
        for member in object.members where !names.has(member.name) { throw .unsupported }
    }

    /// `from`, and `until` where there is one, not before it.
    fileprivate func term() throws(Refusal) -> (from: Int64, until: Int64?) {
        guard let from = try NumericDate.read(try required("from")) else { throw .malformed }
        let until = try NumericDate.read(self["until"])
        guard until.map({ $0 >= from }) ?? true else { throw .malformed }
        return (from, until)
    }

    func texts(atMost count: Int, bytes: Int) throws(Refusal) -> [String] {
        var texts = [String]()
        for entry in try elements(atMost: count) { texts.append(try entry.text(atMost: bytes)) }
        return texts
    }

    /// The keys of witnesses.
    func noteKeys() throws(Refusal) -> [NoteKey] {
        var keys = [NoteKey]()
        for text in try texts(atMost: 16, bytes: 2048) {
            guard let key = try? NoteKey(parsing: text) else { throw .malformed }
            keys.append(key)
        }
        return keys
    }
}
