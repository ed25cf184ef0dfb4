internal import COpenSSL

/// The SHA-2 function that a signature or a certificate names at run time.
///
/// Where the function is known when writing the code, `SHA256` is faster: it allocates nothing.
package enum HashFunction: Hashable, Sendable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// Bytes of output: 32, 48 or 64.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of `bytes`, `byteCount` long (FIPS 180-4).
    package func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        if self == .sha256 { return SHA256.hash(bytes).array }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, initialized in
            let done = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe EVP_Digest(
                    input.baseAddress, input.count, output.baseAddress, nil, algorithm, nil)
            }
            precondition(done == 1, "libcrypto could not hash")
            initialized = byteCount
        }
    }

    /// The digest of `bytes`, `byteCount` long.
    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        hash(bytes.span)
    }

    /// libcrypto's own handle, fetched once.
    var algorithm: OpaquePointer {
        switch self {
        case .sha256: unsafe Self.fetchedSHA256
        case .sha384: unsafe Self.fetchedSHA384
        case .sha512: unsafe Self.fetchedSHA512
        }
    }

    /// The name that libcrypto knows the function by.
    var name: StaticString {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    // An EVP_MD never changes once fetched, and it is never freed: sharing it is sound.
    nonisolated(unsafe) private static let fetchedSHA256 = unsafe fetchDigest("SHA256")
    nonisolated(unsafe) private static let fetchedSHA384 = unsafe fetchDigest("SHA384")
    nonisolated(unsafe) private static let fetchedSHA512 = unsafe fetchDigest("SHA512")
}

/// SHA-384 (FIPS 180-4), 48 bytes: the hash of P-384 cards.
package enum SHA384 {
    /// The digest of `bytes`, 48 bytes.
    package static func hash(_ bytes: [UInt8]) -> FixedBytes<48> {
        let digest = HashFunction.sha384.hash(bytes)
        return FixedBytes(writing: { span in
            for index in 0..<48 { span[index] = digest[index] }
        })
    }
}

/// SHA-512 (FIPS 180-4), 64 bytes.
package enum SHA512 {
    /// The digest of `bytes`, 64 bytes.
    package static func hash(_ bytes: [UInt8]) -> FixedBytes<64> {
        let digest = HashFunction.sha512.hash(bytes)
        return FixedBytes(writing: { span in
            for index in 0..<64 { span[index] = digest[index] }
        })
    }
}
