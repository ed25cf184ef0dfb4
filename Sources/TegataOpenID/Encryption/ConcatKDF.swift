internal import TegataCrypto

/// The key derivation of ECDH-ES with direct key agreement: one round of SHA-256 (RFC 7518 §4.6.2, SP 800-56A §5.8.1).
enum ConcatKDF {
    /// The content encryption key for `encryption`, 16 or 32 bytes, from the agreed secret.
    static func key(
        from secret: SecretBytes, for encryption: ContentEncryption, apu: [UInt8], apv: [UInt8]
    ) -> [UInt8] {
        // Round 1 of 1: neither key is longer than the hash.
        var input = bigEndian(1)
        input += secret.exposedBytes
        for field in [Array(encryption.rawValue.utf8), apu, apv] {
            input += bigEndian(field.count) + field
        }
        input += bigEndian(encryption.keyByteCount * 8)
        return Array(SHA256.hash(input).array.prefix(encryption.keyByteCount))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        let value = UInt32(truncatingIfNeeded: number)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
