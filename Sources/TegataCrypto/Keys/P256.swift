/// ECDSA on P-256 with SHA-256, the ES256 of JOSE and of the European wallets.
public enum P256 {
    /// A signing key. A copy is a reference to the same secret, which is wiped with the last one.
    public struct PrivateKey: Sendable {
        private let key: NISTPrivateKey
        /// The key that others check signatures with.
        public let publicKey: PublicKey

        /// A new random key.
        public init() {
            key = NISTPrivateKey(.p256)
            publicKey = PublicKey(key.publicKey)
        }

        /// The key of 32 bytes that `rawRepresentation` gave.
        ///
        /// Throws `wrongLength`, or `invalidScalar` for zero and for numbers not below the order.
        public init(rawRepresentation: [UInt8]) throws(CryptoError) {
            key = try NISTPrivateKey(.p256, rawRepresentation: rawRepresentation)
            publicKey = PublicKey(key.publicKey)
        }

        /// The secret itself, 32 bytes; the copy is no longer wiped for you.
        public var rawRepresentation: [UInt8] { key.rawRepresentation }

        /// r‖s over a SHA-256 digest. The nonce is random, so two signatures of one digest differ.
        package func signature(forDigest digest: FixedBytes<32>) -> FixedBytes<64> {
            let raw = key.signature(forDigest: digest.span)
            return FixedBytes(writing: { span in
                for index in 0..<64 { span[index] = raw[index] }
            })
        }

        /// The 32 bytes that both sides of a Diffie–Hellman agreement compute: the x coordinate of the product. They are
        /// input for a key derivation, never a key themselves.
        package func sharedSecret(with peer: PublicKey) throws(CryptoError) -> SecretBytes {
            try key.sharedSecret(with: peer.key)
        }

        /// Signs `message` with SHA-256; the answer is r‖s, 64 bytes (RFC 7518 §3.4).
        public func signature(for message: [UInt8]) -> [UInt8] {
            key.signature(forDigest: SHA256.hash(message).span)
        }
    }

    /// A key that signatures are checked with: always a point of the curve, never the identity.
    public struct PublicKey: Hashable, Sendable {
        fileprivate let key: NISTPublicKey

        fileprivate init(_ key: NISTPublicKey) { self.key = key }

        /// Reads 02 or 03 ‖ x, 33 bytes. Throws `wrongLength` or `invalidPoint`.
        public init(compressedRepresentation: [UInt8]) throws(CryptoError) {
            key = try NISTPublicKey(.p256, compressedRepresentation: compressedRepresentation)
        }

        /// Reads 04 ‖ x ‖ y, 65 bytes. Throws `wrongLength` or `invalidPoint`.
        public init(x963Representation: [UInt8]) throws(CryptoError) {
            key = try NISTPublicKey(.p256, x963Representation: x963Representation)
        }

        /// Reads the two coordinates of a JWK, 32 bytes each (RFC 7518 §6.2.1).
        package init(x: Span<UInt8>, y: Span<UInt8>) throws(CryptoError) {
            guard x.count == 32, y.count == 32 else { throw .wrongLength }
            var bytes = [UInt8](repeating: 4, count: 65)
            for index in 0..<32 {
                bytes[1 + index] = x[index]
                bytes[33 + index] = y[index]
            }
            key = try NISTPublicKey(.p256, x963Representation: bytes)
        }

        /// 02 or 03 ‖ x, 33 bytes.
        public var compressedRepresentation: [UInt8] { key.compressedRepresentation }

        /// 04 ‖ x ‖ y, 65 bytes.
        public var x963Representation: [UInt8] { key.x963Representation }

        /// Whether `signature` is exactly 64 bytes, r‖s with both in 1…n−1, and signs `digest`.
        package func isValidSignature(
            _ signature: Span<UInt8>, forDigest digest: FixedBytes<32>
        ) -> Bool {
            key.isValidSignature(signature, forDigest: digest.span)
        }

        /// Whether `signature` (r‖s, 64 bytes) is this key's over the SHA-256 digest of `message`.
        public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
            key.isValidSignature(signature.span, forDigest: SHA256.hash(message).span)
        }
    }
}
