internal import TegataCrypto
internal import TegataSDJWT

/// What a person was granted, from the offer to the last refresh: one record, and the only one that decides. Codes and tokens
/// are kept as pointers to it, and count only while it names them; so whatever races, one swap of this record settles it.
struct Grant: Sendable {
    enum Phase: String {
        /// An offer that nobody has redeemed.
        case offered
        /// A person agreed on the page; `code` waits to be exchanged.
        case approved
        /// Tokens were given.
        case redeemed
        /// Ended: a refresh token came twice, or the offer was withdrawn.
        case closed
    }

    var phase: Phase
    var subject: [UInt8]
    var configurations: [String]
    /// Thumbprint of the only key that credentials may be bound to.
    var holder: String?
    /// When the offer ends.
    var deadline: Int64
    /// When the record ends.
    var end: Int64
    /// Keyed hash of the transaction code.
    var transactionCode: [UInt8]?
    var attempts = 0
    /// Hash of the authorization code in force.
    var code: [UInt8]?
    var codeEnd: Int64 = 0
    /// Hashes of the tokens in force.
    var access: [UInt8]?
    var accessEnd: Int64 = 0
    var refresh: [UInt8]?
    var renewal = 0
    /// Whether credentials are named by `credential_identifier`, because the token's answer listed some.
    var usesIdentifiers = false

    init(
        _ phase: Phase, subject: [UInt8], configurations: [String], deadline: Int64, end: Int64
    ) {
        self.phase = phase
        self.subject = subject
        self.configurations = configurations
        self.deadline = deadline
        self.end = end
    }

    /// Reads a record that `encoded` wrote. `nil` for anything else: storage is not trusted to be well-formed.
    init?(parsing bytes: [UInt8]) {
        guard let json = try? JSON(parsing: bytes), let phase = json["phase"]?.string,
            let known = Phase(rawValue: phase), let subject = json.bytes("subject"),
            let configurations = json["configurations"]?.array?.compactMap(\.string),
            let deadline = json["deadline"]?.integer, let end = json["end"]?.integer,
            let attempts = json["attempts"]?.integer, let codeEnd = json["code_end"]?.integer,
            let accessEnd = json["access_end"]?.integer,
            let renewal = json["renewal"]?.integer, let identifiers = json["identifiers"]?.bool
        else { return nil }
        self.init(
            known, subject: subject, configurations: configurations, deadline: deadline, end: end)
        holder = json["holder"]?.string
        transactionCode = json.bytes("tx")
        self.attempts = Int(attempts)
        code = json.bytes("code")
        self.codeEnd = codeEnd
        access = json.bytes("access")
        self.accessEnd = accessEnd
        refresh = json.bytes("refresh")
        self.renewal = Int(renewal)
        usesIdentifiers = identifiers
    }

    var encoded: [UInt8] {
        var object: JSONObject = [
            "phase": .string(phase.rawValue), "subject": .string(Base64URL.encode(subject)),
            "configurations": .array(configurations.map(JSON.string)),
            "deadline": .number(JSONNumber(deadline)), "end": .number(JSONNumber(end)),
            "attempts": .number(JSONNumber(Int64(attempts))),
            "code_end": .number(JSONNumber(codeEnd)),
            "access_end": .number(JSONNumber(accessEnd)),
            "renewal": .number(JSONNumber(Int64(renewal))), "identifiers": .bool(usesIdentifiers),
        ]
        object.add("holder", text: holder)
        object.add("tx", text: transactionCode.map(Base64URL.encode))
        object.add("code", text: code.map(Base64URL.encode))
        object.add("access", text: access.map(Base64URL.encode))
        object.add("refresh", text: refresh.map(Base64URL.encode))
        return JSON.object(object).encoded
    }

    /// The name of a configuration for this grant alone.
    static func identifier(of configuration: String, in key: [UInt8]) -> String {
        let text = Array("tegata-credential-identifier ".utf8) + key + Array(configuration.utf8)
        return Base64URL.encode(SHA256.hash(text).array)
    }

    /// What is kept of a transaction code: the pre-authorised code is the key, so storage alone cannot try all digits.
    static func keyed(_ transactionCode: String, by code: Ticket) -> [UInt8] {
        HMAC.authenticationCode(for: Array(transactionCode.utf8), key: Array(code.text.utf8))
    }
}

extension JSON {
    /// The bytes that member `name` spells in base64url.
    fileprivate func bytes(_ name: String) -> [UInt8]? {
        guard let text = self[name]?.string else { return nil }
        return try? Base64URL.decode(text)
    }
}
