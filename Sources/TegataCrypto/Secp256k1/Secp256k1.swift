internal import CSecp256k1

/// The curve of Bitcoin, Ethereum and ES256K (SEC 2 §2.4.1, RFC 8812), through libsecp256k1.
public enum Secp256k1 {
    /// A signing key, 32 bytes on the heap, wiped with its last copy.
    public struct PrivateKey: Sendable {
        let secret: SecretScalar
        /// The key that verifies what this one signs.
        public let publicKey: PublicKey

        /// A fresh key from the system's generator.
        public init() {
            self.init(.random())
        }

        /// Reads 32 bytes, big-endian.
        ///
        /// - Throws: `CryptoError.wrongLength`, or `invalidScalar` for zero and for the group order or more.
        public init(rawRepresentation: [UInt8]) throws(CryptoError) {
            self.init(try SecretScalar(parsing: rawRepresentation))
        }

        package init(_ secret: SecretScalar) {
            self.secret = secret
            publicKey = PublicKey(secret.timesGenerator)
        }

        /// The 32 secret bytes, in a copy that nobody wipes: for storing the key, and nothing else.
        public var exposedRawRepresentation: [UInt8] { secret.bytes.exposedBytes }

        /// ECDSA over SHA-256 of `message`: 64 bytes r‖s, low s, the nonce by RFC 6979.
        public func signature(for message: [UInt8]) -> [UInt8] {
            signature(forDigest: SHA256.hash(message)).array
        }

        /// ECDSA over a digest: 64 bytes r‖s, low s, the nonce by RFC 6979 with `extra` as its additional data.
        package func signature(
            forDigest digest: FixedBytes<32>, extra: FixedBytes<32>? = nil
        ) -> FixedBytes<64> {
            var raw = secp256k1_ecdsa_signature()
            let done = unsafe digest.span.withUnsafeBufferPointer { message in
                unsafe secret.bytes.withPointer { key in
                    let message = unsafe message.baseAddress.unsafelyUnwrapped
                    guard let extra else {
                        return unsafe secp256k1_ecdsa_sign(
                            Context.shared, &raw, message, key, secp256k1_nonce_function_rfc6979,
                            nil)
                    }
                    return unsafe extra.span.withUnsafeBufferPointer {
                        unsafe secp256k1_ecdsa_sign(
                            Context.shared, &raw, message, key, secp256k1_nonce_function_rfc6979,
                            $0.baseAddress)
                    }
                }
            }
            precondition(done == 1, "a valid key signs every digest")
            return serialized(raw)
        }
    }

    /// A verification key: a point other than the identity.
    public struct PublicKey: Hashable, Sendable {
        package let point: Point

        package init(_ point: Point) {
            self.point = point
        }

        /// Reads 33 bytes, compressed (SEC 1 §2.3.4).
        ///
        /// - Throws: `CryptoError.wrongLength`, or `invalidPoint` for anything not on the curve.
        public init(compressedRepresentation bytes: [UInt8]) throws(CryptoError) {
            point = try Point(parsing: bytes)
        }

        /// Reads 65 bytes, 04 ‖ x ‖ y.
        ///
        /// - Throws: `CryptoError.wrongLength`, or `invalidPoint` for a hybrid form or anything not on the curve.
        public init(x963Representation bytes: [UInt8]) throws(CryptoError) {
            guard bytes.count == 65 else { throw .wrongLength }
            guard bytes[0] == 4, let raw = parsePublicKey(bytes.span) else { throw .invalidPoint }
            point = Point(raw: raw)
        }

        /// The point with these two 32-byte coordinates, as a JWK gives them.
        ///
        /// - Throws: `CryptoError.wrongLength`, or `invalidPoint` for anything not on the curve.
        package init(x: Span<UInt8>, y: Span<UInt8>) throws(CryptoError) {
            guard x.count == 32, y.count == 32 else { throw .wrongLength }
            var bytes = FixedBytes<65>()
            bytes[0] = 4
            for index in 0..<32 {
                bytes[1 + index] = x[index]
                bytes[33 + index] = y[index]
            }
            guard let raw = parsePublicKey(bytes.span) else { throw .invalidPoint }
            point = Point(raw: raw)
        }

        /// 33 bytes, compressed.
        public var compressedRepresentation: [UInt8] { point.encoded }

        /// 65 bytes, 04 ‖ x ‖ y.
        public var x963Representation: [UInt8] { point.uncompressed }

        /// Whether `signature`, 64 bytes r‖s, is ECDSA over SHA-256 of `message`. A high s is accepted: RFC 8812
        /// does not ask for a low one.
        public func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
            isValidSignature(signature.span, forDigest: SHA256.hash(message))
        }

        /// Whether `signature`, 64 bytes r‖s, is ECDSA over `digest`.
        package func isValidSignature(
            _ signature: Span<UInt8>, forDigest digest: FixedBytes<32>
        ) -> Bool {
            guard signature.count == 64 else { return false }
            var parsed = secp256k1_ecdsa_signature()
            let read = unsafe signature.withUnsafeBufferPointer {
                unsafe secp256k1_ecdsa_signature_parse_compact(
                    Context.shared, &parsed, $0.baseAddress.unsafelyUnwrapped)
            }
            return read == 1 && verifies(parsed, digest)
        }

        /// Whether `signature`, strict DER, is ECDSA over `digest`.
        package func isValidDERSignature(
            _ signature: Span<UInt8>, forDigest digest: FixedBytes<32>
        ) -> Bool {
            var parsed = secp256k1_ecdsa_signature()
            let read = unsafe signature.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return Int32(0) }
                return unsafe secp256k1_ecdsa_signature_parse_der(
                    Context.shared, &parsed, base, buffer.count)
            }
            return read == 1 && verifies(parsed, digest)
        }

        private func verifies(
            _ signature: secp256k1_ecdsa_signature, _ digest: FixedBytes<32>
        ) -> Bool {
            // The library verifies low s only, and its contract forbids normalising in place through one name.
            var given = signature
            var normalized = secp256k1_ecdsa_signature()
            unsafe secp256k1_ecdsa_signature_normalize(Context.shared, &normalized, &given)
            var key = point.raw
            return unsafe digest.span.withUnsafeBufferPointer {
                unsafe secp256k1_ecdsa_verify(
                    Context.shared, &normalized, $0.baseAddress.unsafelyUnwrapped, &key) == 1
            }
        }
    }
}

extension Secp256k1 {
    /// The low twin of an ECDSA signature, 64 bytes r‖s; a low one as it is.
    package static func lowS(_ signature: FixedBytes<64>) -> FixedBytes<64> {
        var given = secp256k1_ecdsa_signature()
        var low = secp256k1_ecdsa_signature()
        let read = unsafe signature.span.withUnsafeBufferPointer {
            unsafe secp256k1_ecdsa_signature_parse_compact(
                Context.shared, &given, $0.baseAddress.unsafelyUnwrapped)
        }
        guard read == 1 else { return signature }
        unsafe secp256k1_ecdsa_signature_normalize(Context.shared, &low, &given)
        return serialized(low)
    }

    private static func serialized(
        _ raw: secp256k1_ecdsa_signature
    ) -> FixedBytes<64> {
        var raw = raw
        var signature = FixedBytes<64>()
        var span = signature.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer {
            _ = unsafe secp256k1_ecdsa_signature_serialize_compact(
                Context.shared, $0.baseAddress.unsafelyUnwrapped, &raw)
        }
        return signature
    }
}

extension Secp256k1.PrivateKey: CustomStringConvertible {
    /// The public half; never the secret.
    public var description: String { "<secret of \(publicKey)>" }
}

extension Secp256k1.PublicKey: CustomStringConvertible {
    /// 33 bytes in hexadecimal.
    public var description: String { Hex.encode(compressedRepresentation) }
}
