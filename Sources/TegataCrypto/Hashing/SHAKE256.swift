internal import COpenSSL

/// SHAKE256 (FIPS 202), for secrets made from secrets: edition key pieces and hedged nonces.
package enum SHAKE256 {
    /// `count` bytes of SHAKE256(`prefix` ‖ `secrets`… ‖ `suffix`), on the wiped heap. No secret is copied on the way.
    package static func secret(
        prefix: [UInt8], _ secrets: [SecretBytes], suffix: [UInt8], count: Int
    ) -> SecretBytes {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe SecretBytes(count: count) { output in
            var done =
                unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, prefix, prefix.count) == 1
            for secret in secrets {
                let absorbed = unsafe secret.withPointer {
                    unsafe EVP_DigestUpdate(context, $0, secret.count)
                }
                done = done && absorbed == 1
            }
            done =
                unsafe done && EVP_DigestUpdate(context, suffix, suffix.count) == 1
                && EVP_DigestFinalXOF(context, output, count) == 1
            precondition(done, "libcrypto could not hash")
        }
    }

    nonisolated(unsafe) private static let algorithm = unsafe fetchDigest("SHAKE256")
}
