internal import COpenSSL

/// The NIST curves of certificates, national-ID cards and ES256.
package enum NISTCurve: Hashable, Sendable {
    case p256
    case p384
    case p521

    /// Bytes of one coordinate, and of one half of a raw signature: 32, 48 or 66.
    package var coordinateByteCount: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }

    fileprivate var groupName: StaticString {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        }
    }

    fileprivate var groupNumber: Int32 {
        switch self {
        case .p256: NID_X9_62_prime256v1
        case .p384: NID_secp384r1
        case .p521: NID_secp521r1
        }
    }

    /// A key that has the curve and nothing else. A point is imported by copying it, because naming the curve anew
    /// costs three times as much.
    fileprivate var template: LibcryptoKey {
        switch self {
        case .p256: Self.p256Template
        case .p384: Self.p384Template
        case .p521: Self.p521Template
        }
    }

    private static let p256Template = makeTemplate(.p256)
    private static let p384Template = makeTemplate(.p384)
    private static let p521Template = makeTemplate(.p521)

    private static func makeTemplate(_ curve: NISTCurve) -> LibcryptoKey {
        var parameters = LibcryptoParameters()
        parameters.add("group", text: curve.groupName)
        let key = LibcryptoKey.imported(
            "EC", selection: LibcryptoKey.parameters, parameters)
        guard let key else { preconditionFailure("libcrypto lacks \(curve.groupName)") }
        return key
    }
}

/// A public key on a NIST curve: always a point of the curve, never the identity.
package struct NISTPublicKey: Sendable {
    /// The curve.
    package let curve: NISTCurve
    /// 04 ‖ x ‖ y.
    package let x963Representation: [UInt8]
    private let key: LibcryptoKey

    /// Reads 04 ‖ x ‖ y of exactly the curve's length (SEC 1 §2.3.3); hybrid and compressed forms are refused.
    package init(_ curve: NISTCurve, x963Representation bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == 1 + 2 * curve.coordinateByteCount else { throw .wrongLength }
        guard bytes[0] == 4 else { throw .invalidPoint }
        self.curve = curve
        key = try Self.imported(bytes, on: curve)
        x963Representation = bytes
    }

    /// Reads the one-coordinate form, 02 or 03 ‖ x.
    package init(_ curve: NISTCurve, compressedRepresentation bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == 1 + curve.coordinateByteCount else { throw .wrongLength }
        guard bytes[0] == 2 || bytes[0] == 3 else { throw .invalidPoint }
        try self.init(curve, key: Self.imported(bytes, on: curve))
    }

    fileprivate init(_ curve: NISTCurve, key: LibcryptoKey) throws(CryptoError) {
        let count = curve.coordinateByteCount
        guard let x = key.number(OSSL_PKEY_PARAM_EC_PUB_X, count: count),
            let y = key.number(OSSL_PKEY_PARAM_EC_PUB_Y, count: count)
        else { throw .invalidPoint }
        self.curve = curve
        self.key = key
        x963Representation = [4] + x + y
    }

    /// 02 or 03 ‖ x.
    package var compressedRepresentation: [UInt8] {
        let count = curve.coordinateByteCount
        return [2 + (x963Representation[2 * count] & 1)] + x963Representation[1...count]
    }

    /// Whether `signature`, r‖s of exactly twice the coordinate length, is this key's over `digest`.
    ///
    /// libcrypto refuses halves outside 1…n−1 and cuts a digest longer than the order (FIPS 186-4 §6.4).
    package func isValidSignature(_ signature: Span<UInt8>, forDigest digest: Span<UInt8>) -> Bool {
        guard let der = ECDSASignature.der(fromRaw: signature, half: curve.coordinateByteCount)
        else { return false }
        return verify(der, digest)
    }

    /// The same for a DER signature (RFC 3279 §2.2.3). Read strictly: there is one spelling of each pair of numbers.
    package func isValidSignature(
        der signature: Span<UInt8>, forDigest digest: Span<UInt8>
    ) -> Bool {
        let half = curve.coordinateByteCount
        guard let raw = ECDSASignature.raw(fromDER: signature, half: half) else { return false }
        return isValidSignature(raw.span, forDigest: digest)
    }

    private func verify(_ der: [UInt8], _ digest: Span<UInt8>) -> Bool {
        unsafe key.operate { context in
            unsafe EVP_PKEY_verify_init(context) == 1
                && digest.withUnsafeBufferPointer { digest in
                    unsafe EVP_PKEY_verify(
                        context, der, der.count, digest.baseAddress, digest.count) == 1
                }
        }
    }

    /// Lends the key to an agreement.
    fileprivate func withKey<R>(_ body: (OpaquePointer) -> R) -> R {
        unsafe key.withPointer(body)
    }

    private static func imported(
        _ point: [UInt8], on curve: NISTCurve
    ) throws(CryptoError) -> LibcryptoKey {
        guard let pointer = unsafe EVP_PKEY_new() else { throw .invalidKey }
        let key = unsafe LibcryptoKey(owning: pointer)
        let done = unsafe curve.template.withPointer { template in
            unsafe EVP_PKEY_copy_parameters(pointer, template) == 1
                && EVP_PKEY_set1_encoded_public_key(pointer, point, point.count) == 1
        }
        guard done else {
            ERR_clear_error()
            throw .invalidPoint
        }
        return key
    }
}

extension NISTPublicKey: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.curve == right.curve && left.x963Representation == right.x963Representation
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(curve)
        hasher.combine(x963Representation)
    }
}

/// A private key on a NIST curve. A copy is a reference; libcrypto wipes the number with the last one.
package struct NISTPrivateKey: Sendable {
    /// The public half.
    package let publicKey: NISTPublicKey
    private let key: LibcryptoKey

    /// A new random key.
    package init(_ curve: NISTCurve) {
        key = unsafe LibcryptoKey.generate("EC") {
            unsafe EVP_PKEY_CTX_set_group_name($0, "\(curve.groupName)") == 1
        }
        guard let publicKey = try? NISTPublicKey(curve, key: key) else {
            preconditionFailure("libcrypto made a key without a public half")
        }
        self.publicKey = publicKey
    }

    /// The key of a number in 1…n−1, big-endian, of exactly the coordinate length.
    package init(_ curve: NISTCurve, rawRepresentation bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == curve.coordinateByteCount else { throw .wrongLength }
        let point = try Self.publicPoint(of: bytes, on: curve)
        var parameters = LibcryptoParameters()
        parameters.add("group", text: curve.groupName)
        parameters.add("pub", bytes: point)
        parameters.add("priv", number: bytes)
        let imported = LibcryptoKey.imported("EC", selection: LibcryptoKey.keyPair, parameters)
        guard let imported else { throw .invalidKey }
        key = imported
        publicKey = try NISTPublicKey(curve, x963Representation: point)
    }

    /// The secret number itself, big-endian; the copy is the caller's to guard.
    package var rawRepresentation: [UInt8] {
        let count = publicKey.curve.coordinateByteCount
        guard let bytes = key.number(OSSL_PKEY_PARAM_PRIV_KEY, count: count) else {
            preconditionFailure("libcrypto lost a private key")
        }
        return bytes
    }

    /// r‖s over `digest`. libcrypto draws the nonce from its generator mixed with key and digest.
    package func signature(forDigest digest: Span<UInt8>) -> [UInt8] {
        let half = publicKey.curve.coordinateByteCount
        let der = unsafe key.output(capacity: 2 * half + 9) { context, buffer, count in
            unsafe EVP_PKEY_sign_init(context) == 1
                && digest.withUnsafeBufferPointer { digest in
                    unsafe EVP_PKEY_sign(context, buffer, &count, digest.baseAddress, digest.count)
                        == 1
                }
        }
        guard let der, let raw = ECDSASignature.raw(fromDER: der.span, half: half) else {
            preconditionFailure("libcrypto could not sign")
        }
        return raw
    }

    /// The x coordinate that both sides of a Diffie–Hellman agreement compute, as long as a coordinate (SP 800-56A §5.7.1.2);
    /// `invalidKey` for a point of another curve.
    package func sharedSecret(with peer: NISTPublicKey) throws(CryptoError) -> SecretBytes {
        guard peer.curve == publicKey.curve else { throw .invalidKey }
        return try unsafe SecretBytes(count: publicKey.curve.coordinateByteCount) {
            buffer throws(CryptoError) in
            var count = publicKey.curve.coordinateByteCount
            let done = unsafe key.operate { context in
                unsafe EVP_PKEY_derive_init(context) == 1
                    && peer.withKey { unsafe EVP_PKEY_derive_set_peer(context, $0) == 1 }
                    && EVP_PKEY_derive(context, buffer, &count) == 1
            }
            guard done, count == publicKey.curve.coordinateByteCount else { throw .invalidKey }
        }
    }

    // libcrypto does not derive the public half on import; EC_POINT_mul by the generator is its constant-time road.
    private static func publicPoint(
        of number: [UInt8], on curve: NISTCurve
    ) throws(CryptoError) -> [UInt8] {
        guard let group = unsafe EC_GROUP_new_by_curve_name(curve.groupNumber) else {
            throw .invalidKey
        }
        defer { unsafe EC_GROUP_free(group) }
        let point = unsafe EC_POINT_new(group)
        defer { unsafe EC_POINT_free(point) }
        guard let scalar = unsafe BN_new() else { throw .invalidKey }
        defer { unsafe BN_clear_free(scalar) }
        guard unsafe BN_bin2bn(number, Int32(number.count), scalar) != nil,
            unsafe BN_is_zero(scalar) == 0,
            unsafe BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0
        else { throw .invalidScalar }
        unsafe BN_set_flags(scalar, BN_FLG_CONSTTIME)
        var encoded = [UInt8](repeating: 0, count: 1 + 2 * curve.coordinateByteCount)
        guard unsafe EC_POINT_mul(group, point, scalar, nil, nil, nil) == 1,
            unsafe EC_POINT_point2oct(
                group, point, POINT_CONVERSION_UNCOMPRESSED, &encoded, encoded.count, nil)
                == encoded.count
        else { throw .invalidKey }
        return encoded
    }
}
