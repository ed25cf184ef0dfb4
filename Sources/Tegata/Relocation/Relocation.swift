public import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

/// That an issuer's register goes on at another site (Spec/register.md, entry 30). It names the one place in the log where it can stand,
/// so it counts once.
public struct Relocation: Hashable, Sendable {
    static let type = "tegata-relocation+jwt"

    /// Whose register.
    public let issuer: String
    /// How many relocations there were before, and one.
    public let number: Int
    /// Where the register goes on: a name of 1…64 bytes.
    public let site: String
    /// How many entries the log has before this one.
    public let size: UInt64
    /// Their root.
    public let root: FixedBytes<32>
    /// SHA-256 of the restore's report; `nil` for a move without one.
    public let report: FixedBytes<32>?

    /// The document, for the council where there is one, else for the log.
    func signed(by keys: IssuerKeys, at time: Int64) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(time), "number": .whole(Int64(number)),
            "site": .string(site), "size": .whole(Int64(clamping: size)),
            "root": .bytes(root.array),
        ]
        if let report { payload.add("report", .bytes(report.array)) }
        return try keys.sign(.object(payload), type: Self.type)
    }

    /// Reads a relocation that issuer, and council where there is one, signed.
    ///
    /// - Throws: what reading a JWS throws; `unauthorized` without the council's signature, `typeMismatch` for another issuer's,
    ///   `malformed`.
    public init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        try self.init(try profile.verified(text, type: Self.type))
    }

    /// Reads what a site is asked to sign for the council, and has to agree to.
    ///
    /// - Throws: as `init(parsing:from:)`, but for the council.
    public init(proposed document: String, from profile: IssuerProfile) throws(Refusal) {
        try self.init(try profile.proposal(document, type: Self.type))
    }

    private init(_ payload: JSON) throws(Refusal) {
        issuer = try payload.required("iss").text(atMost: 2048)
        number = Int(clamping: try payload.required("number").time())
        size = try payload.required("size").time()
        root = try payload.required("root").fixedBytes()
        site = try payload.required("site").text(atMost: 64)
        report = try payload["report"].map { value throws(Refusal) in try value.fixedBytes() }
        guard number > 0, !site.isEmpty else { throw .malformed }
    }

    init(
        issuer: String, number: Int, site: String, size: UInt64, root: FixedBytes<32>,
        report: FixedBytes<32>?
    ) {
        self.issuer = issuer
        self.number = number
        self.site = site
        self.size = size
        self.root = root
        self.report = report
    }
}
