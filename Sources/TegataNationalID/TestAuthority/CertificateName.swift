internal import Tegata
internal import TegataCrypto

/// The parts of test certificates that follow the published profiles (national-id.md 2.2 and 2.8).
enum CertificateName {
    static func encoded(_ attributes: [(ObjectIdentifier, String)]) -> [UInt8] {
        DER.element(
            DERTag.sequence,
            attributes.flatMap { type, value in
                DER.element(
                    DERTag.set,
                    DER.sequence(
                        DER.identifier(type), DER.element(DERTag.utf8String, Array(value.utf8))))
            })
    }

    /// A SEQUENCE of `otherName`s, each a UTF8String.
    static func otherNames(_ names: [(ObjectIdentifier, String)]) -> [UInt8] {
        DER.sequence(
            names.flatMap { type, text in
                DER.element(
                    DERTag.contextConstructed(0), DER.identifier(type),
                    DER.element(
                        DERTag.contextConstructed(0),
                        DER.element(DERTag.utf8String, Array(text.utf8))))
            })
    }

    /// A My Number Card names nobody: 23 characters that say nothing. An Estonian card names the person.
    static func subject(_ cardClass: CardClass, serial: UInt32, code: String) -> [UInt8] {
        guard cardClass == .estonian else {
            let digits = String(serial)
            let padded = String(repeating: "0", count: 22 - digits.count) + digits
            return encoded([(.country, "JP"), (.commonName, "T" + padded)])
        }
        return encoded([
            (.country, "EE"), (.commonName, "TEST,PERSON,\(code)"),
            (.serialNumberAttribute, "PNOEE-\(code)"),
        ])
    }

    static func leafExtensions(
        _ cardClass: CardClass, role: TestAuthority.Role, key: VerificationKey,
        issuer: VerificationKey
    ) -> [CertificateTemplate.Extension] {
        let signs = role == .signature
        let policy: ObjectIdentifier =
            switch (cardClass, signs) {
            case (.estonian, _): ObjectIdentifier(1, 3, 6, 1, 4, 1, 51_361, 1, 2, 1)
            case (_, true): JPKIProfile.testSignaturePolicy
            case (_, false): JPKIProfile.testPolicy
            }
        let policies = DER.sequence(DER.sequence(DER.identifier(policy)))
        var extensions: [CertificateTemplate.Extension] = [
            .init(.keyUsage, critical: true, signs ? [3, 2, 6, 0xC0] : [3, 2, 7, 0x80]),
            .init(.certificatePolicies, critical: cardClass != .estonian, policies),
            .init(.distributionPoints, distributionPoint),
            .init(.subjectKeyIdentifier, DER.element(DERTag.octetString, keyIdentifier(key))),
            .init(
                .authorityKeyIdentifier,
                DER.sequence(DER.element(DERTag.context(0), keyIdentifier(issuer)))),
        ]
        if !signs {
            extensions.insert(
                .init(.extendedKeyUsage, DER.sequence(DER.identifier(.clientAuthentication))),
                at: 1)
        }
        return extensions
    }

    static func keyIdentifier(_ key: VerificationKey) -> [UInt8] {
        // RFC 7093 §2, method 1: the first 160 bits of SHA-256 instead of a SHA-1.
        Array(SHA256.hash(key.subjectPublicKeyInfo).array.prefix(20))
    }

    /// A directory name down to the municipality, as on real cards: it tells where the holder lives.
    private static let distributionPoint: [UInt8] = {
        let name = encoded([
            (.country, "JP"), (.organisation, "Tegata test"), (.unit, "CRL Distribution Points"),
            (.unit, "Test-ken"), (.commonName, "Test-shi CRLDP"),
        ])
        let fullName = DER.element(
            DERTag.contextConstructed(0), DER.element(DERTag.contextConstructed(4), name))
        return DER.sequence(
            DER.sequence(DER.element(DERTag.contextConstructed(0), fullName)))
    }()
}

extension ObjectIdentifier {
    static let commonName = ObjectIdentifier(2, 5, 4, 3)
    static let country = ObjectIdentifier(2, 5, 4, 6)
    static let organisation = ObjectIdentifier(2, 5, 4, 10)
    static let unit = ObjectIdentifier(2, 5, 4, 11)
    static let distributionPoints = ObjectIdentifier(2, 5, 29, 31)
}
