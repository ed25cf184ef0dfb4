internal import TegataCrypto
internal import TegataLog
internal import TegataSDJWT

/// An edition's public lists as the issuer signed them, at one size of its log (Spec/edition.md).
struct SignedLists {
    static let type = "tegata-lists+jwt"
    /// A member takes 88 characters: three quarters of a million of them are the most that is read.
    static let maximumSize = 1 << 26

    let edition: String
    /// When they were signed, seconds since 1970.
    let time: Int64
    let persons: [[UInt8]]
    let commitments: [[UInt8]]
    /// Second indexes, in an edition that asks for them.
    let seconds: [[UInt8]]
    let issued: UInt32
    let limit: Limit
    /// The log that they speak of.
    let size: UInt64
    let root: FixedBytes<32>

    static func sign(
        _ lists: PublicLists, of edition: Edition, by issuer: String, at time: Int64,
        size: UInt64, root: TreeHash, _ key: SigningKey
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(issuer), "iat": .whole(time), "edition": .string(edition.id),
            "issued": .whole(Int64(lists.issued)), "limit": lists.limit.json,
            "size": .whole(Int64(clamping: size)), "root": .bytes(root.array),
            "persons": .bytes(lists.persons.flatMap { $0 }),
            "commitments": .bytes(lists.commitments.flatMap { $0 }),
        ]
        if edition.asksSecondIndex {
            payload.add("seconds", .bytes(lists.seconds.flatMap { $0 }))
        }
        return try SignedText.sign(.object(payload), type: type, by: key)
    }

    /// - Throws: what `SignedText.verify` throws; `typeMismatch` for another issuer's, `malformed`.
    init(parsing text: String, from profile: IssuerProfile) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: Self.maximumSize)
        guard try payload.required("iss").text(atMost: 2048).hasSameBytes(as: profile.issuer) else {
            throw .typeMismatch
        }
        edition = try payload.required("edition").text(atMost: 64)
        time = Int64(clamping: try payload.required("iat").time())
        guard let issued = try payload.required("issued").integer.flatMap(UInt32.init(exactly:)),
            let size = try payload.required("size").integer.flatMap(UInt64.init(exactly:))
        else { throw .malformed }
        self.issued = issued
        self.size = size
        limit = try Limit(json: try payload.required("limit"))
        root = try payload.required("root").fixedBytes()
        persons = try Self.points(try payload.required("persons").bytes())
        commitments = try Self.points(try payload.required("commitments").bytes())
        seconds = try Self.points(try payload["seconds"]?.bytes() ?? [])
    }

    private static func points(_ bytes: [UInt8]) throws(Refusal) -> [[UInt8]] {
        guard bytes.count % 33 == 0 else { throw .malformed }
        return stride(from: 0, to: bytes.count, by: 33).map { Array(bytes[$0..<$0 + 33]) }
    }
}
