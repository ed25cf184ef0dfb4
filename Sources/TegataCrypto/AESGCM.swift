internal import COpenSSL

/// Authenticated encryption (NIST SP 800-38D) with a 16-byte tag.
package enum AESGCM {
    /// Bytes of the tag at the end of what `seal` returns.
    package static let tagByteCount = 16

    /// Encrypts `plaintext` and authenticates it together with `associatedData`; the answer is ciphertext ‖ tag.
    ///
    /// A nonce (12 bytes unless a format says otherwise) must never be used twice with one key.
    package static func seal(
        _ plaintext: [UInt8], key: [UInt8], nonce: [UInt8],
        authenticating associatedData: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        let context = unsafe try start(key: key, nonce: nonce, encrypting: true)
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        try unsafe authenticate(associatedData, context)
        var sealed = try unsafe transform(plaintext[...], context, roomFor: tagByteCount)
        var tag = [UInt8](repeating: 0, count: tagByteCount)
        var rest: Int32 = 0
        guard
            unsafe EVP_CipherFinal_ex(context, &tag, &rest) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(tagByteCount), &tag) == 1
        else { throw .invalidKey }
        sealed += tag
        return sealed
    }

    /// The plaintext, once its tag has been found right; nothing before that.
    package static func open(
        _ sealed: [UInt8], key: [UInt8], nonce: [UInt8], authenticating associatedData: [UInt8] = []
    ) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= tagByteCount else { throw .wrongLength }
        let context = unsafe try start(key: key, nonce: nonce, encrypting: false)
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        try unsafe authenticate(associatedData, context)
        let plaintext = try unsafe transform(sealed.dropLast(tagByteCount), context)
        var tag = Array(sealed.suffix(tagByteCount))
        var rest: Int32 = 0
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, Int32(tagByteCount), &tag) == 1,
            unsafe EVP_CipherFinal_ex(context, &tag, &rest) == 1
        else { throw .authenticationFailed }
        return plaintext
    }

    private static func start(
        key: [UInt8], nonce: [UInt8], encrypting: Bool
    ) throws(CryptoError) -> OpaquePointer {
        let algorithm: OpaquePointer
        switch key.count {
        case 16: unsafe algorithm = aes128
        case 24: unsafe algorithm = aes192
        case 32: unsafe algorithm = aes256
        default: throw .invalidKey
        }
        // SP 800-38D allows any non-empty nonce; libcrypto's own buffer ends at 128 bytes.
        guard (1...128).contains(nonce.count) else { throw .wrongLength }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .invalidKey }
        let direction: Int32 = encrypting ? 1 : 0
        let started =
            unsafe EVP_CipherInit_ex(context, algorithm, nil, nil, nil, direction) == 1
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonce.count), nil) == 1
            && EVP_CipherInit_ex(context, nil, nil, key, nonce, direction) == 1
        guard started else {
            unsafe EVP_CIPHER_CTX_free(context)
            throw .invalidKey
        }
        return unsafe context
    }

    private static func authenticate(
        _ associatedData: [UInt8], _ context: OpaquePointer
    ) throws(CryptoError) {
        guard !associatedData.isEmpty else { return }
        guard associatedData.count <= Int(Int32.max) else { throw .tooLarge }
        var written: Int32 = 0
        guard
            unsafe EVP_CipherUpdate(
                context, nil, &written, associatedData, Int32(associatedData.count)) == 1
        else { throw .authenticationFailed }
    }

    private static func transform(
        _ input: ArraySlice<UInt8>, _ context: OpaquePointer, roomFor more: Int = 0
    ) throws(CryptoError) -> [UInt8] {
        guard input.count <= Int(Int32.max) else { throw .tooLarge }
        guard !input.isEmpty else { return [] }
        var written: Int32 = 0
        let output = unsafe [UInt8](unsafeUninitializedCapacity: input.count + more) {
            output, initialized in
            unsafe input.withUnsafeBufferPointer { input in
                _ = unsafe EVP_CipherUpdate(
                    context, output.baseAddress, &written, input.baseAddress, Int32(input.count))
            }
            initialized = Int(max(0, written))
        }
        guard output.count == input.count else { throw .authenticationFailed }
        return output
    }

    // Fetched once and never freed; an EVP_CIPHER does not change.
    nonisolated(unsafe) private static let aes128 = unsafe fetchCipher("AES-128-GCM")
    nonisolated(unsafe) private static let aes192 = unsafe fetchCipher("AES-192-GCM")
    nonisolated(unsafe) private static let aes256 = unsafe fetchCipher("AES-256-GCM")

    private static func fetchCipher(_ name: String) -> OpaquePointer {
        guard let cipher = unsafe EVP_CIPHER_fetch(nil, name, nil) else {
            preconditionFailure("libcrypto has no \(name)")
        }
        return unsafe cipher
    }
}
