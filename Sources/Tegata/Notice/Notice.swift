public import TegataCrypto
internal import TegataSDJWT

/// What a notice is known by: SHA-256 of what is signed of it, 32 bytes.
public typealias NoticeID = FixedBytes<32>

/// Whom a notice is for.
public enum NoticeAddress: Hashable, Sendable {
    /// The card with this serial, while it is bound to the key with this thumbprint (RFC 7638).
    case card(serial: Serial, key: FixedBytes<32>)
    /// The card with this nullifier in the action that its programme names.
    case pseudonym(Pseudonym)

    /// What a record keeps of it, 33 bytes.
    var bytes: [UInt8] {
        switch self {
        case .card(_, let key): [0] + key.array
        case .pseudonym(let name): name.bytes
        }
    }
}

/// What a notice offers.
public enum Benefit: Hashable, Sendable {
    /// So many of the currency's smallest unit: 0 … 9,999,999,999 of, for example, `JPY`.
    case amount(Int64, currency: String)
    /// The use of an entitlement, by the digest of its terms.
    case terms(FixedBytes<32>)

    var json: JSON {
        switch self {
        case .amount(let amount, let currency):
            ["amount": .whole(amount), "currency": .string(currency)]
        case .terms(let digest): ["terms": .bytes(digest.array)]
        }
    }

    var isPossible: Bool {
        guard case .amount(let amount, let currency) = self else { return true }
        return (0...9_999_999_999).contains(amount) && currency.utf8.count == 3
            && currency.utf8.allSatisfy { (0x41...0x5A).contains($0) }
    }

    init(json: JSON) throws(Refusal) {
        if let terms = json["terms"] {
            self = .terms(try terms.fixedBytes())
        } else {
            guard let amount = try json.required("amount").integer else { throw .malformed }
            self = .amount(amount, currency: try json.required("currency").text(atMost: 3))
        }
        guard isPossible else { throw .malformed }
    }
}

/// A notice whose signature, form and words have been checked. Only ``NoticeInbox`` and ``NoticeProof`` give one out, so
/// whatever a person is shown of a notice has been checked.
public struct Notice: Sendable {
    static let type = "tegata-notice+jwt"
    static let maximumSize = 16 * 1024

    /// What it is known by.
    public let id: NoticeID
    /// The text as it was signed.
    public let encoded: String
    /// Whose it is.
    public let issuer: String
    /// The edition's id.
    public let edition: String
    /// The programme's id.
    public let programme: String
    /// Who decides.
    public let office: BilingualText
    /// What it is, in a few words.
    public let title: BilingualText
    /// The law that it rests on.
    public let basis: BilingualText
    /// What the person reads before answering.
    public let text: BilingualText
    /// Whom it is for.
    public let address: NoticeAddress
    /// What it offers, if anything.
    public let benefit: Benefit?
    /// When it was signed, seconds since 1970.
    public let time: Int64
    /// The first second in which an answer does not count.
    public let deadline: Int64
    /// The notice that this one corrects.
    public let replaces: NoticeID?

    let nonce: FixedBytes<16>
    /// For a pseudonym: the action's number and the snapshot's root.
    let action: NoticeAction?

    /// Reads a notice that one of these keys signed, whoever it is for and however old it is.
    ///
    /// - Throws: what `SignedText.verify` throws; `malformed`, `limitExceeded`.
    init(parsing encoded: String, by ring: KeyRing) throws(Refusal) {
        let payload = try SignedText.verify(
            encoded, type: Self.type, by: ring, limit: Self.maximumSize)
        self.encoded = encoded
        id = LoggedDocument.digest(of: encoded)
        issuer = try payload.required("iss").text(atMost: 2048)
        edition = try payload.required("edition").text(atMost: 64)
        deadline = Int64(clamping: try payload.required("exp").time())
        time = Int64(clamping: try payload.required("iat").time())
        nonce = try payload.required("nonce").fixedBytes()
        let words = try payload.required("programme")
        programme = try words.required("id").text(atMost: 64)
        guard Edition.isName(programme) else { throw .malformed }
        office = try BilingualText(json: try words.required("office"), atMost: 256)
        title = try BilingualText(json: try words.required("title"), atMost: 256)
        basis = try BilingualText(
            json: try words.required("basis"), atMost: 1024, isMultiline: true)
        text = try BilingualText(json: try words.required("text"), atMost: 4096, isMultiline: true)
        (address, action) = try Self.address(try payload.required("to"))
        benefit = try payload["benefit"].map { json throws(Refusal) in try Benefit(json: json) }
        replaces = try payload["replaces"]?.fixedBytes()
    }

    /// Reads a notice of an issuer, as vectors do: whom it is for is not looked at.
    ///
    /// - Throws: what is wrong with form, signature or words; `issuerUntrusted` for another issuer's.
    package init(parsing encoded: String, from profile: IssuerProfile) throws(Refusal) {
        try self.init(parsing: encoded, by: profile.ring)
        guard issuer.hasSameBytes(as: profile.issuer) else { throw .issuerUntrusted }
    }

    private static func address(
        _ json: JSON
    ) throws(Refusal) -> (NoticeAddress, NoticeAction?) {
        if let name = json["pseudonym"] {
            let action = NoticeAction(
                number: try json.required("number").time(),
                snapshot: try json.required("snapshot").fixedBytes())
            return (.pseudonym(Pseudonym(bytes: try name.point().encoded)), action)
        }
        guard
            let serial = try json.required("serial").integer.flatMap(UInt32.init(exactly:))
                .flatMap({ Serial($0, within: .unlimited) })
        else { throw .malformed }
        return (.card(serial: serial, key: try json.required("key").fixedBytes()), nil)
    }
}

/// Where the pseudonyms of a programme are names.
struct NoticeAction: Hashable, Sendable {
    let number: UInt64
    /// The root of the snapshot in which answers count.
    let snapshot: FixedBytes<32>
}

extension Notice: CustomStringConvertible {
    /// Title and deadline; neither whom it is for nor what it offers.
    public var description: String { "\(title.en), answer before \(deadline)" }
}
