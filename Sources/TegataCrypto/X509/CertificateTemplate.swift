/// A certificate to be issued, for test authorities and for tests that need a wrong one.
package struct CertificateTemplate: Sendable {
    /// One extension: its identifier, whether it is critical, the DER inside.
    package struct Extension: Sendable {
        package var identifier: ObjectIdentifier
        package var isCritical: Bool
        package var value: [UInt8]

        package init(_ identifier: ObjectIdentifier, critical: Bool = false, _ value: [UInt8]) {
            self.identifier = identifier
            isCritical = critical
            self.value = value
        }
    }

    /// Big-endian, positive.
    package var serialNumber: [UInt8]
    /// DER `Name`s.
    package var issuer: [UInt8]
    package var subject: [UInt8]
    /// First and last second, since 1970.
    package var notBefore: Int64
    package var notAfter: Int64
    package var extensions: [Extension] = []
    /// Overrides the algorithm inside the signed part, to make it disagree with the one outside.
    package var innerAlgorithm: [UInt8]?

    package init(
        serialNumber: [UInt8], issuer: [UInt8], subject: [UInt8], notBefore: Int64, notAfter: Int64
    ) {
        self.serialNumber = serialNumber
        self.issuer = issuer
        self.subject = subject
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// The certificate of `key`, signed by `signer`.
    package func issued(for key: VerificationKey, by signer: CertificateSigner) -> [UInt8] {
        let list = extensions.map { entry in
            DER.sequence(
                DER.identifier(entry.identifier), entry.isCritical ? DER.isTrue : [],
                DER.element(DERTag.octetString, entry.value))
        }
        let signed = DER.sequence(
            DER.element(DERTag.contextConstructed(0), DER.integer([2])),
            DER.integer(serialNumber), innerAlgorithm ?? signer.algorithm, issuer,
            DER.sequence(DER.time(notBefore), DER.time(notAfter)), subject,
            key.subjectPublicKeyInfo,
            list.isEmpty
                ? []
                : DER.element(
                    DERTag.contextConstructed(3), DER.sequence(list.flatMap { $0 })))
        return DER.sequence(signed, signer.algorithm, DER.bits(signer.signature(for: signed)))
    }
}

/// The key of a test authority.
package enum CertificateSigner: Sendable {
    /// RSA with SHA-256, as the authorities of My Number Cards use.
    case rsa(RSA.PrivateKey)
    /// ECDSA with the given hash.
    case nist(NISTPrivateKey, HashFunction)

    /// The public half.
    package var publicKey: VerificationKey {
        switch self {
        case .rsa(let key): .rsa(key.publicKey)
        case .nist(let key, _): .nist(key.publicKey)
        }
    }

    /// The AlgorithmIdentifier.
    package var algorithm: [UInt8] {
        switch self {
        case .rsa:
            DER.sequence(DER.identifier(ObjectIdentifier(1, 2, 840, 113549, 1, 1, 11)), DER.null)
        case .nist(_, let hash):
            DER.sequence(
                DER.identifier(
                    // ecdsa-with-SHA256, -384 and -512 end in 2, 3 and 4.
                    ObjectIdentifier(1, 2, 840, 10045, 4, 3, hash.byteCount / 16)))
        }
    }

    func signature(for message: [UInt8]) -> [UInt8] {
        switch self {
        case .rsa(let key):
            let info = RSA.digestInfo(SHA256.hash(message).array, .sha256)
            guard let signature = key.signature(ofDigestInfo: info) else {
                preconditionFailure("libcrypto could not sign")
            }
            return signature
        case .nist(let key, let hash):
            let raw = key.signature(forDigest: hash.hash(message).span)
            let half = key.publicKey.curve.coordinateByteCount
            return DER.sequence(
                DER.integer(Array(raw[..<half])), DER.integer(Array(raw[half...])))
        }
    }
}

extension VerificationKey {
    /// The SubjectPublicKeyInfo that `init(subjectPublicKeyInfo:)` reads.
    package var subjectPublicKeyInfo: [UInt8] {
        switch self {
        case .rsa(let key):
            DER.sequence(
                DER.sequence(DER.identifier(Self.rsaIdentifier), DER.null),
                DER.bits(DER.sequence(DER.integer(key.modulus), DER.integer(key.exponent))))
        case .nist(let key):
            DER.sequence(
                DER.sequence(
                    DER.identifier(Self.ellipticIdentifier),
                    DER.identifier(Self.identifier(of: key.curve))),
                DER.bits(key.x963Representation))
        case .ed25519(let key):
            DER.sequence(
                DER.sequence(DER.identifier(Self.ed25519Identifier)),
                DER.bits(key.rawRepresentation)
            )
        }
    }

    private static func identifier(of curve: NISTCurve) -> ObjectIdentifier {
        switch curve {
        case .p256: ObjectIdentifier(1, 2, 840, 10045, 3, 1, 7)
        case .p384: ObjectIdentifier(1, 3, 132, 0, 34)
        case .p521: ObjectIdentifier(1, 3, 132, 0, 35)
        }
    }
}
