internal import COpenSSL

/// What checking a log's proof cannot avoid: SHA-256 of a node, and Ed25519 over a checkpoint.
@safe final class RawLog {
    private let key: OpaquePointer
    private let context: OpaquePointer
    private let note = [UInt8](repeating: 7, count: 90)
    private var signature = [UInt8](repeating: 0, count: 64)
    private let node = [UInt8](repeating: 9, count: 65)
    private var digest = [UInt8](repeating: 0, count: 32)

    init() {
        var made: OpaquePointer?
        guard let generator = unsafe EVP_PKEY_CTX_new_from_name(nil, "ED25519", nil),
            unsafe EVP_PKEY_keygen_init(generator) == 1,
            unsafe EVP_PKEY_generate(generator, &made) == 1, let key = unsafe made,
            let context = unsafe EVP_MD_CTX_new()
        else { preconditionFailure("libcrypto could not make a key") }
        unsafe EVP_PKEY_CTX_free(generator)
        unsafe self.key = key
        unsafe self.context = context
        var count = 64
        precondition(
            unsafe EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key, nil) == 1
                && EVP_DigestSign(context, &signature, &count, note, note.count) == 1,
            "libcrypto does not sign")
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_PKEY_free(key)
    }

    func verify() -> Bool {
        unsafe EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key, nil) == 1
            && EVP_DigestVerify(context, signature, 64, note, note.count) == 1
    }

    func hash() -> Bool {
        var state = SHA256_CTX()
        return unsafe SHA256_Init(&state) == 1 && SHA256_Update(&state, node, node.count) == 1
            && SHA256_Final(&digest, &state) == 1
    }
}
