/// A few bytes at rest under a key, as our own formats keep them: version 1 ‖ nonce 12 ‖ AES-256-GCM, the version and what the caller
/// names as additional data.
package enum SealedBox {
    private static let version: UInt8 = 1
    private static let nonceByteCount = 12

    /// Seals `text` under 32 bytes, with a fresh nonce.
    package static func seal(
        _ text: [UInt8], under key: SecretBytes, authenticating context: [UInt8] = []
    ) -> [UInt8] {
        var random = SystemRandomness()
        let nonce = random.bytes(nonceByteCount)
        guard
            let box = try? AESGCM.seal(
                text, key: key.exposedBytes, nonce: nonce, authenticating: [version] + context)
        else { preconditionFailure("a key of 32 bytes seals") }
        return [version] + nonce + box
    }

    /// What was sealed under this key in this context.
    ///
    /// - Throws: `malformed` for another version or too few bytes to hold anything, `authenticationFailed` for another key or
    ///   context and for a changed box.
    package static func open(
        _ sealed: [UInt8], under key: SecretBytes, authenticating context: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        let start = 1 + nonceByteCount
        guard sealed.first == version, sealed.count > start + AESGCM.tagByteCount else {
            throw .malformed
        }
        return try AESGCM.open(
            Array(sealed[start...]), key: key.exposedBytes, nonce: Array(sealed[1..<start]),
            authenticating: [version] + context)
    }
}
