internal import COpenSSL

/// s^e mod n and nothing around it, on a key that is imported in microseconds.
///
/// It is libcrypto's older interface: through `EVP_PKEY`, importing a key that is used twice, as the one of a card is,
/// costs as much as verifying with it.
///
/// `@unchecked Sendable` is sound because the key is never written after `init`, but for a cache that libcrypto guards
/// with a lock.
@safe final class RSAPublicOperation: @unchecked Sendable {
    private let key: OpaquePointer

    /// For a modulus and an exponent, both big-endian; `nil` when libcrypto is out of memory.
    init?(modulus: [UInt8], exponent: [UInt8]) {
        guard let key = unsafe RSA_new() else { return nil }
        let n = unsafe BN_bin2bn(modulus, Int32(modulus.count), nil)
        let e = unsafe BN_bin2bn(exponent, Int32(exponent.count), nil)
        guard unsafe RSA_set0_key(key, n, e, nil) == 1 else {
            unsafe BN_free(n)
            unsafe BN_free(e)
            unsafe RSA_free(key)
            return nil
        }
        unsafe self.key = key
    }

    deinit { unsafe RSA_free(key) }

    /// s^e mod n for the number s that `signature`, as long as the modulus, spells; `nil` when it is not below n.
    func open(_ signature: Span<UInt8>) -> [UInt8]? {
        let opened = unsafe [UInt8](unsafeUninitializedCapacity: signature.count) {
            output, initialized in
            let count = unsafe signature.withUnsafeBufferPointer { input in
                unsafe RSA_public_decrypt(
                    Int32(input.count), input.baseAddress, output.baseAddress, key, RSA_NO_PADDING)
            }
            initialized = max(0, Int(count))
        }
        guard opened.count == signature.count else {
            ERR_clear_error()
            return nil
        }
        return opened
    }
}
