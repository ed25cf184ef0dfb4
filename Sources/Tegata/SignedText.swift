internal import TegataSDJWT

/// Compact JWS around a JSON object: announcements, requests, lists.
enum SignedText {
    /// Signs `payload` under `type`. The header names the key by its thumbprint.
    static func sign(_ payload: JSON, type: String, by key: SigningKey) -> String {
        String(
            decoding: CompactJWS.sign(
                payload: payload.encoded, type: type, by: key,
                keyID: key.verifyingKey.thumbprint), as: UTF8.self)
    }

    /// The payload, signed by the one key of `keys` that the header's `kid` names.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `typeMismatch`, `issuerUntrusted`, `signatureInvalid`.
    static func verify(
        _ text: String, type: String, keys: [VerifyingKey], limit: Int = 256 * 1024
    ) throws(Refusal) -> JSON {
        let token = try CompactJWS(parsing: text, types: [type], limit: limit)
        let key = try select(keys, token.header)
        return .object(try token.verified(by: key))
    }

    /// The trusted key that a header means: by `kid` when there is one, else the only one of its algorithm. A hint
    /// selects; it never adds a key.
    static func select(
        _ keys: [VerifyingKey], _ header: JWSHeader
    ) throws(Refusal) -> VerifyingKey {
        let fitting = keys.filter { key in
            guard let wanted = header.keyID else { return key.allows(header.algorithm) }
            return wanted.hasSameBytes(as: key.thumbprint)
        }
        guard fitting.count == 1 else { throw .issuerUntrusted }
        return fitting[0]
    }
}
