internal import TegataCrypto
internal import TegataSDJWT

/// An order with what the server needs to know about it.
struct Order: Sendable {
    /// What the issuer sees.
    let content: CredentialOrder
    /// The key of the grant.
    let grant: [UInt8]
    /// When the grant ends.
    let end: Int64
    /// Hash of grant, kind and renewal: whatever keys it is for, there is one order.
    let key: [UInt8]
    /// Hash of the token and the request: what a repetition has to equal.
    let request: [UInt8]
    /// What the answer is sealed with: nobody but the token's owner can read it from storage.
    let seal: [UInt8]

    init(
        _ key: [UInt8], _ grant: Grant, _ configuration: String, _ holders: [VerifyingKey],
        token: Ticket, request body: JSONObject
    ) {
        self.init(
            key, subject: grant.subject, end: grant.end, configuration, holders,
            renewal: grant.renewal, token: token, request: body)
    }

    private init(
        _ grant: [UInt8], subject: [UInt8], end: Int64, _ configuration: String,
        _ holders: [VerifyingKey], renewal: Int, token: Ticket, request body: JSONObject
    ) {
        self.grant = grant
        self.end = end
        let name: JSON = [
            .string(Base64URL.encode(grant)), .string(configuration),
            .number(JSONNumber(Int64(renewal))),
        ]
        key = SHA256.hash(name.encoded).array
        let keys: JSON = .array(holders.map(\.thumbprint).sorted().map(JSON.string))
        content = CredentialOrder(
            subject: subject, configuration: configuration, holders: holders,
            idempotencyKey: SHA256.hash(key + keys.encoded).array, renewal: renewal)
        request = SHA256.hash(token.key + JSON.object(body).encoded).array
        seal = HMAC.authenticationCode(
            for: Array("tegata answer".utf8) + key, key: Array(token.text.utf8))
    }

    /// What a transaction remembers: the keys are fixed here, and whoever picks the credentials up brings none (A74).
    var encoded: [UInt8] {
        JSON.object([
            "grant": .string(Base64URL.encode(grant)),
            "subject": .string(Base64URL.encode(content.subject)),
            "end": .number(JSONNumber(end)), "configuration": .string(content.configuration),
            "renewal": .number(JSONNumber(Int64(content.renewal))),
            "holders": .array(content.holders.map { .object($0.jwk) }),
        ]).encoded
    }

    /// Reads what a transaction remembers, for whoever picks it up with `token`.
    init?(parsing bytes: [UInt8], token: Ticket) {
        guard let json = try? JSON(parsing: bytes),
            let grant = json["grant"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let subject = json["subject"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let end = json["end"]?.integer, let configuration = json["configuration"]?.string,
            let renewal = json["renewal"]?.integer, let list = json["holders"]?.array
        else { return nil }
        let holders = list.compactMap { try? VerifyingKey(parsingJWK: $0.encoded) }
        guard !holders.isEmpty, holders.count == list.count else { return nil }
        self.init(
            grant, subject: subject, end: end, configuration, holders, renewal: Int(renewal),
            token: token, request: [:])
    }
}

/// What is kept of an order: for which keys it is, and its sealed answer or until when somebody is working on it.
struct OrderRecord: Sendable {
    let bytes: [UInt8]
    private var isAnswered: Bool { bytes.count > 40 }

    /// 32 bytes of idempotency key, then 8 of lease; or then nonce and sealed answer.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func pending(_ order: Order, lease: Int64) -> [UInt8] {
        order.content.idempotencyKey
            + (0..<8).reversed().map { UInt8(truncatingIfNeeded: lease >> (8 * Int64($0))) }
    }

    static func answered(_ order: Order, _ answer: OAuthAnswer) -> [UInt8] {
        var random = SystemRandomness()
        let nonce = random.bytes(12)
        let text = JSON.array([.number(JSONNumber(Int64(answer.status))), answer.json ?? .null])
        // A key of 32 bytes, which is always one.
        let sealed =
            (try? AESGCM.seal(
                text.encoded, key: order.seal, nonce: nonce, authenticating: order.key)) ?? []
        return order.content.idempotencyKey + nonce + sealed
    }

    /// Whether the same keys gave this order.
    func isBy(_ order: Order) -> Bool { bytes.starts(with: order.content.idempotencyKey) }

    /// Until when somebody is working on it.
    var lease: Int64 {
        guard !isAnswered else { return 0 }
        return Int64(
            truncatingIfNeeded: bytes.dropFirst(32).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The answer given, for the token that it was given to.
    func answer(for order: Order) -> OAuthAnswer? {
        guard isAnswered,
            let text = try? AESGCM.open(
                Array(bytes.dropFirst(44)), key: order.seal, nonce: Array(bytes[32..<44]),
                authenticating: order.key),
            let json = try? JSON(parsing: text), let status = json[0]?.integer
        else { return nil }
        return OAuthAnswer(Int(status), json[1])
    }
}
