internal import TegataCrypto
internal import TegataSDJWT

/// Makes and recognises `c_nonce` values without keeping them: anybody may ask for one, so asking must write nothing.
///
/// A nonce is 16 random bytes, the second it ends and an HMAC over both, 56 bytes in base64url. Only one that is used is
/// remembered, and that is the state store's.
struct CredentialNonces: Sendable {
    let key: [UInt8]
    let lifetime: Int64

    func make(now: Int64) -> String {
        var random = SystemRandomness()
        var bytes = random.bytes(16)
        let end = UInt64(clamping: now + lifetime)
        bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: end >> (8 * UInt64($0))) }
        return Base64URL.encode(bytes + HMAC.authenticationCode(for: bytes, key: key))
    }

    /// Until when `text` is fresh. Throws `nonceInvalid`: `holderBindingInvalid` for one that is not ours, `expired`.
    func expiry(of text: String, now: Int64) throws(OAuthFault) -> Int64 {
        guard text.utf8.count <= 128, let bytes = try? Base64URL.decode(text), bytes.count == 56,
            HMAC.isValid(Array(bytes[24...]), for: Array(bytes[..<24]), key: key)
        else { throw .nonceInvalid(.holderBindingInvalid) }
        let end = Int64(clamping: bytes[16..<24].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        guard end >= now else { throw .nonceInvalid(.expired) }
        return end
    }
}
