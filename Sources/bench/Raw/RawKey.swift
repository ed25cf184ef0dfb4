internal import COpenSSL

/// libcrypto with one generated key, and its contexts for signing and verifying prepared.
@safe final class RawKey {
    private let signing: OpaquePointer
    private let verifying: OpaquePointer
    private let digest: [UInt8]
    private var signature = [UInt8](repeating: 0, count: 512)
    private var signatureCount = 0

    /// A key on a NIST curve.
    convenience init(curve: String, digestByteCount: Int) {
        unsafe self.init(
            "EC", digestByteCount: digestByteCount,
            generating: { unsafe EVP_PKEY_CTX_set_group_name($0, curve) == 1 },
            preparing: { _ in true })
    }

    /// A key for RSASSA-PKCS1-v1_5 with SHA-256.
    convenience init(rsaBits: Int32) {
        unsafe self.init(
            "RSA", digestByteCount: 32,
            generating: { unsafe EVP_PKEY_CTX_set_rsa_keygen_bits($0, rsaBits) == 1 },
            preparing: {
                unsafe EVP_PKEY_CTX_set_rsa_padding($0, RSA_PKCS1_PADDING) == 1
                    && EVP_PKEY_CTX_set_signature_md($0, EVP_sha256()) == 1
            })
    }

    private init(
        _ kind: String, digestByteCount: Int, generating: (OpaquePointer) -> Bool,
        preparing: (OpaquePointer) -> Bool
    ) {
        digest = [UInt8](repeating: 9, count: digestByteCount)
        var key: OpaquePointer?
        guard let generator = unsafe EVP_PKEY_CTX_new_from_name(nil, kind, nil),
            unsafe EVP_PKEY_keygen_init(generator) == 1, unsafe generating(generator),
            unsafe EVP_PKEY_generate(generator, &key) == 1, let key = unsafe key,
            let signing = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil),
            let verifying = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key, nil),
            unsafe EVP_PKEY_sign_init(signing) == 1, unsafe preparing(signing),
            unsafe EVP_PKEY_verify_init(verifying) == 1, unsafe preparing(verifying)
        else { preconditionFailure("libcrypto could not make a key") }
        unsafe EVP_PKEY_free(key)
        unsafe EVP_PKEY_CTX_free(generator)
        unsafe self.signing = signing
        unsafe self.verifying = verifying
        precondition(sign(), "libcrypto does not sign")
    }

    deinit {
        unsafe EVP_PKEY_CTX_free(signing)
        unsafe EVP_PKEY_CTX_free(verifying)
    }

    func sign() -> Bool {
        signatureCount = signature.count
        return unsafe EVP_PKEY_sign(signing, &signature, &signatureCount, digest, digest.count)
            == 1
    }

    func verify() -> Bool {
        unsafe EVP_PKEY_verify(verifying, signature, signatureCount, digest, digest.count) == 1
    }
}
