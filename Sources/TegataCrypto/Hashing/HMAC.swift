internal import COpenSSL

/// Keyed hashing (RFC 2104): a tag as long as the hash's output.
package enum HMAC {
    /// The tag of `message` under `key`.
    package static func authenticationCode(
        for message: [UInt8], key: [UInt8], using hash: HashFunction = .sha256
    ) -> [UInt8] {
        let context = unsafe EVP_MAC_CTX_new(algorithm)
        defer { unsafe EVP_MAC_CTX_free(context) }
        var parameters = LibcryptoParameters()
        parameters.add("digest", text: hash.name)
        // libcrypto reads a null key as "the key set before", and an empty array may have no address.
        let keyBytes = key.isEmpty ? [0] : key
        let started = unsafe parameters.withList {
            unsafe EVP_MAC_init(context, keyBytes, key.count, $0)
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: hash.byteCount) { output, initialized in
            let done =
                unsafe started == 1
                && EVP_MAC_update(context, message, message.count) == 1
                && EVP_MAC_final(context, output.baseAddress, &initialized, hash.byteCount) == 1
            precondition(done, "libcrypto could not compute an HMAC")
        }
    }

    /// Whether `tag` is the tag of `message`, compared in constant time.
    package static func isValid(
        _ tag: [UInt8], for message: [UInt8], key: [UInt8], using hash: HashFunction = .sha256
    ) -> Bool {
        let expected = authenticationCode(for: message, key: key, using: hash)
        return SecretBytes.areEqual(tag.span, expected.span)
    }

    // Fetched once and never freed; an EVP_MAC does not change.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let mac = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("libcrypto has no HMAC")
        }
        return unsafe mac
    }()
}

/// Key derivation by HMAC (RFC 5869).
package enum HKDF {
    /// `count` bytes of key material from `secret`, at most 255 times the hash's output.
    package static func derive(
        from secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int,
        using hash: HashFunction = .sha256
    ) throws(CryptoError) -> [UInt8] {
        guard (1...255 * hash.byteCount).contains(count) else { throw .wrongLength }
        // §2.2: an absent salt is a string of zeros, which HMAC pads an empty key to anyway.
        let pseudorandomKey = HMAC.authenticationCode(for: secret, key: salt, using: hash)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < count {
            block = HMAC.authenticationCode(
                for: block + info + [counter], key: pseudorandomKey, using: hash)
            output += block
            counter &+= 1
        }
        return Array(output.prefix(count))
    }
}
