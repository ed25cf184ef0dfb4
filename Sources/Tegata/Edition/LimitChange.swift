internal import TegataSDJWT

/// A change of an edition's limit, signed by the issuer and an entry of its log (Spec/edition.md; A84).
struct LimitChange {
    static let type = "tegata-limit+jwt"

    let issuer: String
    let edition: String
    /// 1 for the edition's first change, and so on: one left out is noticed.
    let number: Int
    let limit: Limit

    func signed(by key: SigningKey, at time: Int64) throws(Refusal) -> String {
        try SignedText.sign(
            [
                "iss": .string(issuer), "iat": .whole(time), "edition": .string(edition),
                "change": .whole(Int64(number)), "limit": limit.json,
            ], type: Self.type, by: key)
    }

    init(issuer: String, edition: String, number: Int, limit: Limit) {
        self.issuer = issuer
        self.edition = edition
        self.number = number
        self.limit = limit
    }

    /// - Throws: what `SignedText.verify` throws; `malformed`.
    init(parsing text: String, by ring: KeyRing) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: ring)
        issuer = try payload.required("iss").text(atMost: 2048)
        edition = try payload.required("edition").text(atMost: 64)
        guard let number = try payload.required("change").integer, number > 0 else {
            throw .malformed
        }
        self.number = Int(clamping: number)
        limit = try Limit(json: try payload.required("limit"))
    }
}
