/// A public key out of a certificate.
package enum VerificationKey: Hashable, Sendable {
    case rsa(RSA.PublicKey)
    case nist(NISTPublicKey)
    case ed25519(Ed25519.PublicKey)

    /// Reads a SubjectPublicKeyInfo: RSA with NULL parameters (RFC 3279 §2.3.1), an uncompressed point of P-256, P-384
    /// or P-521 (RFC 5480), or Ed25519 (RFC 8410). Anything else, and any key that is too weak, is `invalidKey`.
    package init(subjectPublicKeyInfo bytes: Span<UInt8>) throws(CryptoError) {
        do throws(DERError) {
            var outer = try DERReader(bytes)
            var info = try outer.sequence()
            try outer.finish()
            var algorithm = try info.sequence()
            let identifier = try algorithm.objectIdentifier()
            let key = try info.octetsOfBitString()
            try info.finish()
            switch identifier {
            case Self.rsaIdentifier:
                guard try algorithm.element(DERTag.null).content.isEmpty else {
                    throw .invalidValue
                }
                self = try Self.rsaKey(outer.reader(of: key))
            case Self.ellipticIdentifier:
                let curve = try Self.curve(algorithm.objectIdentifier())
                self = try Self.nistKey(curve, outer.copy(key))
            case Self.ed25519Identifier:
                guard let point = try? Ed25519.PublicKey(rawRepresentation: outer.copy(key)) else {
                    throw .invalidValue
                }
                self = .ed25519(point)
            default: throw .invalidValue
            }
            try algorithm.finish()
        } catch {
            throw .invalidKey
        }
    }

    /// Whether `signature` is this key's over `message`; `false` also when the algorithm is not one of this key's.
    package func isValidSignature(
        _ signature: Span<UInt8>, for message: Span<UInt8>, using algorithm: SignatureAlgorithm
    ) -> Bool {
        switch (self, algorithm) {
        case (.rsa(let key), .rsa(let hash)):
            key.isValidPKCS1Signature(signature, forDigest: hash.hash(message), using: hash)
        case (.rsa(let key), .rsaPSS(let hash, let mask, let saltByteCount)):
            key.isValidPSSSignature(
                signature, forDigest: hash.hash(message), using: hash, maskHash: mask,
                saltByteCount: saltByteCount)
        case (.nist(let key), .ecdsa(let hash)):
            key.isValidSignature(der: signature, forDigest: hash.hash(message).span)
        case (.ed25519(let key), .ed25519):
            key.isValidSignature(signature, for: message)
        default: false
        }
    }

    private static func rsaKey(_ reader: consuming DERReader) throws(DERError) -> Self {
        var fields = try reader.sequence()
        let modulus = try fields.positiveInteger()
        let exponent = try fields.positiveInteger()
        try fields.finish()
        try reader.finish()
        guard
            let key = try? RSA.PublicKey(
                modulus: reader.copy(modulus), exponent: reader.copy(exponent))
        else { throw .invalidValue }
        return .rsa(key)
    }

    private static func nistKey(_ curve: NISTCurve, _ point: [UInt8]) throws(DERError) -> Self {
        guard let key = try? NISTPublicKey(curve, x963Representation: point) else {
            throw .invalidValue
        }
        return .nist(key)
    }

    private static func curve(_ identifier: ObjectIdentifier) throws(DERError) -> NISTCurve {
        switch identifier {
        case ObjectIdentifier(1, 2, 840, 10045, 3, 1, 7): return .p256
        case ObjectIdentifier(1, 3, 132, 0, 34): return .p384
        case ObjectIdentifier(1, 3, 132, 0, 35): return .p521
        default: throw .invalidValue
        }
    }

    static let rsaIdentifier = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 1)
    static let ellipticIdentifier = ObjectIdentifier(1, 2, 840, 10045, 2, 1)
    static let ed25519Identifier = ObjectIdentifier(1, 3, 101, 112)
}
