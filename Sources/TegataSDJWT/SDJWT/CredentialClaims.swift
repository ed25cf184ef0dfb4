/// The registered claims of an SD-JWT VC, with their types checked.
package struct CredentialClaims: Sendable {
    /// `iss`: compare byte for byte with the issuer the key may speak for.
    package let issuer: String
    /// `vct`: compare byte for byte.
    package let type: String
    /// `iat`, seconds since 1970.
    package let issuedAt: Int64?
    /// `nbf`
    package let notBefore: Int64?
    /// `exp`
    package let expiresAt: Int64?

    /// Throws `malformed` for a missing `iss` and for values of another type; for a missing `vct` `typeMismatch`, or
    /// `malformed` when the token keeps something back: then `vct` may be what was hidden, which no issuer may do.
    init(_ claims: JSONObject, withholds: Bool) throws(Refusal) {
        guard let issuer = claims["iss"]?.string else { throw .malformed }
        guard let type = claims["vct"] else { throw withholds ? .malformed : .typeMismatch }
        guard let type = type.string else { throw .malformed }
        self.issuer = issuer
        self.type = type
        issuedAt = try NumericDate.read(claims["iat"])
        notBefore = try NumericDate.read(claims["nbf"])
        expiresAt = try NumericDate.read(claims["exp"])
    }

    /// Whether the credential holds at `now`, give or take `skew` seconds.
    ///
    /// Throws `notYetValid` before `nbf` or `iat`, `expired` from `exp` on.
    package func checkTimes(at now: Int64, skew: Int64 = 60) throws(Refusal) {
        for beginning in [notBefore, issuedAt] {
            if let beginning, now + skew < beginning { throw .notYetValid }
        }
        if let expiresAt, now - skew >= expiresAt { throw .expired }
    }
}

/// Points in time as tokens state them (RFC 7519 §2), seconds since 1970.
package enum NumericDate {
    /// The last second of the year 9999. Sums with a skew stay far from overflow.
    package static let latest: Int64 = 253_402_300_799

    /// The time, or `nil` when there is no claim.
    ///
    /// Throws `malformed` for strings, fractions, exponents, negative numbers and years of five digits.
    package static func read(_ claim: JSON?) throws(Refusal) -> Int64? {
        guard let claim else { return nil }
        guard let time = claim.integer, (0...latest).contains(time) else { throw .malformed }
        return time
    }
}
