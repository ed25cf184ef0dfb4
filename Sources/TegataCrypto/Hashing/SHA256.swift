internal import COpenSSL

/// SHA-256 (FIPS 180-4), 32 bytes.
///
/// It uses libcrypto's block interface on a context that lives on the stack: `EVP_Digest` allocates twice a
/// call, which costs more than hashing a disclosure does.
package struct SHA256: ~Copyable {
    private var context = SHA256_CTX()

    package init() {
        unsafe SHA256_Init(&context)
    }

    /// Absorbs `bytes`.
    package mutating func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            _ = unsafe SHA256_Update(&context, buffer.baseAddress, buffer.count)
        }
    }

    /// Absorbs `bytes`.
    package mutating func update(_ bytes: [UInt8]) {
        update(bytes.span)
    }

    /// Absorbs one byte.
    package mutating func update(_ byte: UInt8) {
        _ = unsafe withUnsafeBytes(of: byte) { buffer in
            unsafe SHA256_Update(&context, buffer.baseAddress, 1)
        }
    }

    /// The digest, 32 bytes.
    package consuming func finalize() -> FixedBytes<32> {
        var digest = FixedBytes<32>()
        var span = digest.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            _ = unsafe SHA256_Final(buffer.baseAddress, &context)
        }
        return digest
    }

    /// The digest of `bytes`, 32 bytes.
    package static func hash(_ bytes: Span<UInt8>) -> FixedBytes<32> {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finalize()
    }

    /// The digest of `bytes`, 32 bytes.
    package static func hash(_ bytes: [UInt8]) -> FixedBytes<32> {
        hash(bytes.span)
    }
}

/// The tagged hash of BIP-340: SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ parts…), 32 bytes.
package func taggedHash(_ tag: String, _ parts: [UInt8]...) -> FixedBytes<32> {
    let prefix = SHA256.hash(Array(tag.utf8))
    var hash = SHA256()
    hash.update(prefix.span)
    hash.update(prefix.span)
    for part in parts { hash.update(part) }
    return hash.finalize()
}
