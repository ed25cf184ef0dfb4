internal import TegataSDJWT

/// Compact JWS around a JSON object: announcements, requests, lists.
enum SignedText {
    /// Signs `payload` under `type`. The header names the key by its thumbprint.
    static func sign(_ payload: JSON, type: String, by key: SigningKey) throws(Refusal) -> String {
        try LetterSigner(key).sign(payload, type: type)
    }

    /// The payload, signed by the one key of `ring` that the header means.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `typeMismatch`, `issuerUntrusted`, `signatureInvalid`.
    static func verify(
        _ text: String, type: String, by ring: KeyRing, limit: Int = 256 * 1024
    ) throws(Refusal) -> JSON {
        let token = try CompactJWS(parsing: text, types: [type], limit: limit)
        let key = try ring.key(for: token.header)
        return .object(try token.verified(by: key, limits: JSONLimits(bytes: limit)))
    }
}
