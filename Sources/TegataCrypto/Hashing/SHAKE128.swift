internal import COpenSSL

/// SHAKE128 (FIPS 202), the extendable-output hash of the sigma-protocol transcripts.
package enum SHAKE128 {
    /// `count` bytes of output for `message`. OpenSSL 3.0 squeezes once, so the whole output is asked for here.
    package static func hash(_ message: [UInt8], count: Int) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            let done =
                unsafe EVP_DigestInit_ex(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, message, message.count) == 1
                && EVP_DigestFinalXOF(context, output.baseAddress, count) == 1
            precondition(done, "libcrypto could not hash")
            initialized = count
        }
    }

    // Fetched once: an implicit fetch a call costs more than the permutation.
    nonisolated(unsafe) private static let algorithm = unsafe fetchDigest("SHAKE128")
}

/// The digest `name`, for the life of the process. A libcrypto without it is a broken installation.
func fetchDigest(_ name: String) -> OpaquePointer {
    guard let digest = unsafe EVP_MD_fetch(nil, name, nil) else {
        preconditionFailure("libcrypto has no \(name)")
    }
    return unsafe digest
}
