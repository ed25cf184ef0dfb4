/// A signed status list (Token Status List §5.1), checked.
package struct StatusListToken: Sendable {
    /// The address it is the list of.
    package let uri: String
    /// When it was signed, seconds since 1970.
    package let issuedAt: Int64
    /// When it ends, if it says.
    package let expiresAt: Int64?
    /// For how many seconds a copy may be kept, if it says.
    package let timeToLive: Int64?
    /// The statuses.
    package let list: StatusList

    /// The value of `typ`.
    package static let type = "statuslist+jwt"

    /// Reads and verifies the token fetched from `uri`.
    ///
    /// Throws `limitExceeded`, `malformed`, `unsupported`; `statusUnknown` for another kind of token, another list,
    /// another signer, a header that brings its own key: whatever was fetched, the status is then not known (§8.3).
    package init(
        parsing text: [UInt8], from uri: String, by key: VerifyingKey,
        algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults, limit: Int = 16 << 20
    ) throws(Refusal) {
        let token: CompactJWS
        let claims: JSONObject
        do {
            // The compressed list travels inside; a text longer than the list may be when inflated is absurd.
            token = try CompactJWS(
                parsing: text, types: [Self.type], algorithms: algorithms, limit: limit)
            claims = try token.verified(
                by: key, limits: JSONLimits(values: 1_024, bytes: limit))
        } catch .typeMismatch {
            throw .statusUnknown
        } catch .signatureInvalid {
            throw .statusUnknown
        }
        guard let subject = claims["sub"]?.string,
            let issuedAt = try NumericDate.read(claims["iat"])
        else { throw .malformed }
        guard subject.hasSameBytes(as: uri) else { throw .statusUnknown }
        self.uri = subject
        self.issuedAt = issuedAt
        expiresAt = try NumericDate.read(claims["exp"])
        timeToLive = try NumericDate.read(claims["ttl"])
        guard timeToLive != 0 else { throw .malformed }
        list = try StatusList(claims["status_list"], limit: limit)
    }

    /// The status at `index`, as of `now`.
    ///
    /// Throws `statusUnknown` for a list from the future, past its `exp` or older than `maximumAge` seconds, and for an
    /// index outside it. `ttl` counts from the fetch, so whoever keeps copies minds it.
    package func status(
        at index: Int, now: Int64, maximumAge: Int64, skew: Int64 = 60
    ) throws(Refusal) -> TokenStatus {
        let age = now - issuedAt
        guard age >= -skew, age <= maximumAge + skew,
            expiresAt.map({ now - skew < $0 }) ?? true,
            let status = list[index]
        else { throw .statusUnknown }
        return status
    }

    /// Signs a list.
    package static func sign(
        _ list: StatusList, uri: String, issuedAt: Int64, expiresAt: Int64?, timeToLive: Int64?,
        by key: SigningKey, keyID: String? = nil
    ) throws(Refusal) -> [UInt8] {
        var claims: JSONObject = [
            "sub": .string(uri), "iat": .number(JSONNumber(issuedAt)), "status_list": list.claim,
        ]
        if let expiresAt { claims.add("exp", .number(JSONNumber(expiresAt))) }
        if let timeToLive { claims.add("ttl", .number(JSONNumber(timeToLive))) }
        return try CompactJWS.sign(
            payload: JSON.object(claims).encoded, type: type, by: key, keyID: keyID)
    }
}
