internal import TegataCrypto
public import TegataSDJWT

/// What a node is told of an edition when it opens: whose it is, and whom the node may answer. The first terms are the
/// edition's for good; others later are refused.
public struct EditionTerms: Hashable, Sendable {
    /// Which edition.
    public let edition: EditionDigest
    /// The issuer's x-only register key, 32 bytes: who certifies requesters; `nil` for nobody.
    public let issuer: [UInt8]?
    /// Before when certificates must have begun, seconds since 1970; `nil` for any time.
    public let cutOff: Int64?
    /// Whether only certified requesters are answered.
    public let isCertified: Bool

    /// Terms; by default none.
    public init(
        edition: EditionDigest, issuer: [UInt8]? = nil, cutOff: Int64? = nil,
        isCertified: Bool = false
    ) {
        self.edition = edition
        self.issuer = issuer
        self.cutOff = cutOff
        self.isCertified = isCertified
    }

    /// Whether everybody with a token is answered.
    var areOpen: Bool { cutOff == nil && !isCertified }

    var json: JSON {
        var object: JSONObject = ["edition": .bytes(edition.array)]
        if let issuer { object.add("issuer", .bytes(issuer)) }
        if let cutOff { object.add("cut_off", .whole(cutOff)) }
        if isCertified { object.add("requesters", "certified") }
        return .object(object)
    }

    /// The terms as JSON text, for `POST /publish`.
    public var encoded: String { json.text }

    /// Reads what a node is asked to publish: these terms, or an edition's digest in hexadecimal, without any.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(asked text: String) throws(Refusal) {
        if text.utf8.first == UInt8(ascii: "{") {
            try self.init(parsing: text)
        } else if let edition = Hex.decode(text).flatMap(EditionDigest.init) {
            self.init(edition: edition)
        } else {
            throw .malformed
        }
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `malformed`, `limitExceeded`.
    public init(parsing text: String) throws(Refusal) {
        try self.init(json: try JSON.message(text, limit: 4096))
    }

    init(json: JSON) throws(Refusal) {
        edition = try json.required("edition").fixedBytes()
        if let member = json["issuer"] {
            let key: FixedBytes<32> = try member.fixedBytes()
            issuer = key.array
        } else {
            issuer = nil
        }
        if let member = json["cut_off"] {
            cutOff = Int64(clamping: try member.time())
        } else {
            cutOff = nil
        }
        if let member = json["requesters"] {
            guard try member.text(atMost: 16).hasSameBytes(as: "certified"), issuer != nil else {
                throw .malformed
            }
            isCertified = true
        } else {
            isCertified = false
        }
    }
}
