package import TegataSDJWT

/// A wallet's proof that it has a key: a JWT by that very key, for one issuer and one `c_nonce` (OpenID4VCI 1.0 appendix F.1).
package struct KeyProof: Sendable {
    static let type = "openid4vci-proof+jwt"

    /// The key that the credential will be bound to.
    package let key: VerifyingKey
    /// The `c_nonce`, not yet judged.
    package let nonce: String

    /// Checks everything about a proof but its nonce.
    ///
    /// Throws `proofInvalid` with the reason, `nonceMissing`.
    init(
        parsing text: String, audience: IssuerIdentifier, now: Int64, policy: IssuancePolicy
    ) throws(OAuthFault) {
        let claims: JSONObject
        do {
            let token = try CompactJWS(
                parsing: text, types: [Self.type], algorithms: JWSAlgorithm.cardDefaults,
                limit: 16 * 1024)
            key = try Self.key(of: token)
            claims = try token.verified(by: key)
            try Self.checkTimes(claims, now, policy)
        } catch {
            throw .proofInvalid(error)
        }
        guard let stated = claims["aud"]?.string else { throw .proofInvalid(.malformed) }
        guard stated.hasSameBytes(as: audience.text) else {
            throw .proofInvalid(.holderBindingInvalid)
        }
        // The client id; any will do, as any wallet may redeem an offer (A77).
        guard claims["iss"].map({ $0.string != nil }) ?? true else {
            throw .proofInvalid(.malformed)
        }
        guard let nonce = claims["nonce"] else { throw .nonceMissing }
        guard let text = nonce.string else { throw .proofInvalid(.malformed) }
        self.nonce = text
    }

    /// Checks a proof as a server with the default policy does, all but its nonce. Throws the reason.
    package init(parsing text: String, audience: IssuerIdentifier, now: Int64) throws(Refusal) {
        do {
            try self.init(parsing: text, audience: audience, now: now, policy: .strict)
        } catch {
            throw error.row.reason
        }
    }

    /// The key in the header: `jwk`, or `kid` with a did:key. Exactly one of them, and nothing that would have to be
    /// fetched or chained.
    private static func key(of token: CompactJWS) throws(Refusal) -> VerifyingKey {
        let header = token.headerObject
        for name in ["x5c", "x5u", "jku", "trust_chain"] where header[name] != nil {
            throw .unsupported
        }
        let key: VerifyingKey
        switch (header["jwk"], header["kid"]) {
        case (.some, nil):
            key = try token.selfAssertedKey()
        case (nil, let kid?):
            guard let text = kid.string, text.utf8.count <= 512 else { throw .malformed }
            guard text.hasPrefix("did:key:") else { throw .unsupported }
            guard let named = try KeyDID(parsing: text).verifyingKey else { throw .unsupported }
            key = named
        case (.some, .some): throw .malformed
        case (nil, nil): throw .holderBindingMissing
        }
        // The curve decides the algorithm; the header can only agree.
        guard JWSAlgorithm.cardDefaults.contains(key.algorithm) else { throw .unsupported }
        return key
    }

    private static func checkTimes(
        _ claims: JSONObject, _ now: Int64, _ policy: IssuancePolicy
    ) throws(Refusal) {
        guard let issued = try NumericDate.read(claims["iat"]) else { throw .malformed }
        guard issued <= now + policy.skew else { throw .notYetValid }
        guard now - policy.nonceLifetime - policy.skew <= issued else { throw .expired }
        if let end = try NumericDate.read(claims["exp"]), end <= now - policy.skew {
            throw .expired
        }
        if let start = try NumericDate.read(claims["nbf"]), start > now + policy.skew {
            throw .notYetValid
        }
    }

    /// Signs a proof.
    static func sign(
        by key: SigningKey, audience: IssuerIdentifier, nonce: String?, client: String?, now: Int64
    ) throws(Refusal) -> String {
        var claims: JSONObject = [
            "aud": .string(audience.text), "iat": .number(JSONNumber(now)),
        ]
        claims.add("nonce", text: nonce)
        claims.add("iss", text: client)
        let token = try CompactJWS.sign(
            payload: JSON.object(claims).encoded, type: type, by: key,
            embedding: key.verifyingKey)
        return String(decoding: token, as: UTF8.self)
    }
}
