internal import TegataCrypto
internal import TegataSDJWT

/// Where a transaction stands.
public enum PresentationState: String, Sendable {
    /// Nobody has fetched the request.
    case waiting
    /// A wallet has fetched it, perhaps more than once.
    case requested
    /// A card was shown and checked; the result waits to be collected.
    case answered
    /// The browser or the wallet ended it.
    case cancelled
    /// The result was collected.
    case finished
    /// Past its end.
    case expired
}

/// What a verifier remembers of one transaction: one value in the store, swapped as a whole.
struct PresentationRecord: Sendable {
    /// Never `expired`, which is a matter of the clock.
    var phase: PresentationState
    /// Whether the wallet is on the device of the browser.
    let isSameDevice: Bool
    /// The hash of the browser's session ticket, 32 bytes.
    let session: [UInt8]
    /// The last second for an answer, and once there is one for collecting it.
    var expiry: Int64
    /// The verifier's question, which holds the nonce.
    let challenge: String
    /// What is asked for, as the request says it.
    let query: String
    /// Whether it is about a Tegata card, or about credentials of others.
    let asksCard: Bool
    /// Whose cards or credentials will do; `nil` for everybody's that is believed.
    let issuers: [String]?
    /// The private key for the answer, 32 bytes; `nil` when it comes in the open. Gone once it was used.
    var decryptionKey: [UInt8]?
    /// The hash of the response code, 32 bytes.
    var responseCode: [UInt8]?
    /// What was learned; gone once it was collected.
    var result: JSON?

    /// Seconds for which the store still knows a transaction after its end, to tell `expired` from unknown.
    static let memory: Int64 = 600

    var encoded: [UInt8] {
        var object: JSONObject = [
            "phase": .string(phase.rawValue), "same_device": .bool(isSameDevice),
            "session": .string(Base64URL.encode(session)),
            "expiry": .number(JSONNumber(expiry)), "challenge": .string(challenge),
            "query": .string(query), "card": .bool(asksCard),
        ]
        if let issuers { object.add("issuers", .array(issuers.map(JSON.string))) }
        if let decryptionKey { object.add("key", .string(Base64URL.encode(decryptionKey))) }
        if let responseCode { object.add("code", .string(Base64URL.encode(responseCode))) }
        if let result { object.add("result", result) }
        return JSON.object(object).encoded
    }

    init(
        phase: PresentationState, isSameDevice: Bool, session: [UInt8], expiry: Int64,
        challenge: String, query: String, asksCard: Bool, issuers: [String]?,
        decryptionKey: [UInt8]?
    ) {
        self.phase = phase
        self.isSameDevice = isSameDevice
        self.session = session
        self.expiry = expiry
        self.challenge = challenge
        self.query = query
        self.asksCard = asksCard
        self.issuers = issuers
        self.decryptionKey = decryptionKey
    }

    /// Reads what `encoded` wrote. Throws `unavailable` for anything else: a store that was tampered with.
    init(stored bytes: [UInt8]) throws(Refusal) {
        guard let json = try? JSON(parsing: bytes),
            let phase = json["phase"]?.string.flatMap(PresentationState.init(rawValue:)),
            let isSameDevice = json["same_device"]?.bool, let session = Self.bytes(json["session"]),
            let expiry = json["expiry"]?.integer, let challenge = json["challenge"]?.string,
            let query = json["query"]?.string, let asksCard = json["card"]?.bool
        else { throw .unavailable }
        self.init(
            phase: phase, isSameDevice: isSameDevice, session: session, expiry: expiry,
            challenge: challenge, query: query, asksCard: asksCard,
            issuers: try json["issuers"].map { json throws(Refusal) in try Self.texts(json) },
            decryptionKey: Self.bytes(json["key"]))
        responseCode = Self.bytes(json["code"])
        result = json["result"]
    }

    private static func texts(_ json: JSON) throws(Refusal) -> [String] {
        guard let list = json.array, list.allSatisfy({ $0.string != nil }) else {
            throw .unavailable
        }
        return list.compactMap(\.string)
    }

    private static func bytes(_ json: JSON?) -> [UInt8]? {
        json?.string.flatMap { try? Base64URL.decode($0) }
    }

    /// The nonce of the verifier's question.
    func nonce() throws(Refusal) -> String {
        guard let json = try? JSON(parsing: Array(challenge.utf8)),
            let nonce = json["nonce"]?.string
        else { throw .unavailable }
        return nonce
    }

    /// Where it stands at `now`.
    func state(at now: Int64) -> PresentationState {
        let isOpen = phase == .waiting || phase == .requested || phase == .answered
        return isOpen && now > expiry ? .expired : phase
    }

    /// Whether `text` is the ticket of the browser that started it; constant time.
    func isSession(_ text: String) -> Bool {
        guard let ticket = Ticket(received: text) else { return false }
        return SecretBytes.areEqual(ticket.key.span, session.span)
    }

    /// Whether `text` is the response code that the wallet was sent back with; constant time.
    func isResponseCode(_ text: String?) -> Bool {
        guard let responseCode, let ticket = text.flatMap(Ticket.init(received:)) else {
            return false
        }
        return SecretBytes.areEqual(ticket.key.span, responseCode.span)
    }
}
