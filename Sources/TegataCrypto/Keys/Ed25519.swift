internal import COpenSSL

/// Ed25519 (RFC 8032): the signatures of log checkpoints and of `did:key`s that are not ours.
public enum Ed25519 {
    /// A key that signatures are checked with.
    public struct PublicKey: Hashable, Sendable {
        /// The encoded point, 32 bytes.
        public let rawRepresentation: [UInt8]
        private let key: LibcryptoKey

        /// Reads 32 bytes. A string that is no point gives a key that verifies nothing.
        ///
        /// - Throws: `CryptoError.wrongLength`.
        public init(rawRepresentation: [UInt8]) throws(CryptoError) {
            guard rawRepresentation.count == 32 else { throw .wrongLength }
            guard
                let pointer = unsafe EVP_PKEY_new_raw_public_key_ex(
                    nil, "ED25519", nil, rawRepresentation, 32)
            else { throw .invalidKey }
            key = unsafe LibcryptoKey(owning: pointer)
            self.rawRepresentation = rawRepresentation
        }

        /// Whether `signature` (64 bytes) is this key's over `message`. A half s that is not below the order is refused.
        package func isValidSignature(_ signature: Span<UInt8>, for message: Span<UInt8>) -> Bool {
            guard signature.count == 64, let context = unsafe EVP_MD_CTX_new() else { return false }
            defer { unsafe EVP_MD_CTX_free(context) }
            let valid = unsafe key.withPointer { key in
                unsafe EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, key, nil) == 1
                    && signature.withUnsafeBufferPointer { signature in
                        unsafe message.withUnsafeBufferPointer { message in
                            unsafe EVP_DigestVerify(
                                context, signature.baseAddress, signature.count,
                                message.baseAddress, message.count) == 1
                        }
                    }
            }
            if !valid { ERR_clear_error() }
            return valid
        }

        /// Compares the 32 bytes.
        public static func == (left: Self, right: Self) -> Bool {
            left.rawRepresentation == right.rawRepresentation
        }

        /// Hashes the 32 bytes.
        public func hash(into hasher: inout Hasher) { hasher.combine(rawRepresentation) }
    }

    /// A signing key; wiped by libcrypto with the last copy.
    public struct PrivateKey: Sendable {
        /// The public half.
        public let publicKey: PublicKey
        private let key: LibcryptoKey

        /// A new random key.
        public init() {
            key = unsafe LibcryptoKey.generate("ED25519") { _ in true }
            guard let publicKey = try? Self.publicKey(of: key) else {
                preconditionFailure("libcrypto lacks Ed25519")
            }
            self.publicKey = publicKey
        }

        /// The key of a 32-byte seed (RFC 8032 §5.1.5).
        ///
        /// - Throws: `CryptoError.wrongLength`.
        public init(rawRepresentation seed: [UInt8]) throws(CryptoError) {
            guard seed.count == 32 else { throw .wrongLength }
            guard
                let pointer = unsafe EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, seed, 32)
            else { throw .invalidKey }
            key = unsafe LibcryptoKey(owning: pointer)
            publicKey = try Self.publicKey(of: key)
        }

        /// The 32-byte seed, to be stored as the secret it is.
        public var exposedRawRepresentation: [UInt8] {
            var seed = [UInt8](repeating: 0, count: 32)
            var count = 32
            let done = unsafe key.withPointer {
                unsafe EVP_PKEY_get_raw_private_key($0, &seed, &count)
            }
            precondition(done == 1 && count == 32, "libcrypto gives an Ed25519 key's seed")
            return seed
        }

        private static func publicKey(of key: LibcryptoKey) throws(CryptoError) -> PublicKey {
            var point = [UInt8](repeating: 0, count: 32)
            var count = 32
            let done = unsafe key.withPointer {
                unsafe EVP_PKEY_get_raw_public_key($0, &point, &count)
            }
            guard done == 1 else { throw .invalidKey }
            return try PublicKey(rawRepresentation: point)
        }

        /// Signs `message`, 64 bytes; the same message always gives the same signature.
        package func signature(for message: [UInt8]) -> [UInt8] {
            let context = unsafe EVP_MD_CTX_new()
            defer { unsafe EVP_MD_CTX_free(context) }
            var signature = [UInt8](repeating: 0, count: 64)
            var count = 64
            let done = unsafe key.withPointer { key in
                unsafe EVP_DigestSignInit_ex(context, nil, nil, nil, nil, key, nil) == 1
                    && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
            }
            precondition(done && count == 64, "libcrypto could not sign")
            return signature
        }
    }
}
