package import Tegata
internal import TegataCrypto

/// What the certificates of one kind of My Number Card look like: rows of a table, so that the next card is one more.
struct JPKIProfile: Sendable {
    /// The class of evidence.
    let cardClass: CardClass
    /// How the authority signs certificates.
    let certificateAlgorithm: SignatureAlgorithm
    /// How the card signs.
    let hash: HashFunction
    /// What its certificates are for.
    var role = TestAuthority.Role.userAuthentication

    /// Today's card: RSA-2048, exponent 65,537, SHA-256.
    static let rsa = JPKIProfile(
        cardClass: .jpkiRSA, certificateAlgorithm: .rsa(.sha256), hash: .sha256)
    /// The next card: P-384, SHA-384. No authority for it exists yet, so only test anchors can carry it.
    static let p384 = JPKIProfile(
        cardClass: .jpkiP384, certificateAlgorithm: .ecdsa(.sha384), hash: .sha384)

    /// The other certificate of today's card, for signatures: it names its holder.
    static let signature = JPKIProfile(
        cardClass: .jpkiSignature, certificateAlgorithm: .rsa(.sha256), hash: .sha256,
        role: .signature)
    static let all = [rsa, p384, signature]

    /// The policy of user-authentication certificates, and the one of our test authorities. J-LIS publishes a test
    /// policy for signature certificates only, 1.2.392.200149.8.5.1.0.20; this one is formed after it.
    static let productionPolicy = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 1, 3, 30)
    static let testPolicy = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 1, 0, 30)
    /// Those of signature certificates, which must never pass where a person authenticates.
    static let signaturePolicy = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 1, 1, 20)
    static let testSignaturePolicy = ObjectIdentifier(1, 2, 392, 200_149, 8, 5, 1, 0, 20)

    /// The rules of its certificates: the root signs them directly, the key may do nothing but what the role is, and policy and
    /// key usage are critical.
    func pathPolicy(test: Bool) -> PathPolicy {
        var policy = PathPolicy()
        policy.maximumIntermediates = 0
        policy.requiresCriticalKeyUsage = true
        policy.requiresCriticalPolicy = true
        switch role {
        case .userAuthentication:
            policy.leafKeyUsage = .digitalSignature
            policy.purpose = .clientAuthentication
            policy.certificatePolicy = test ? Self.testPolicy : Self.productionPolicy
        case .signature:
            policy.leafKeyUsage = [.digitalSignature, .nonRepudiation]
            policy.certificatePolicy = test ? Self.testSignaturePolicy : Self.signaturePolicy
        }
        policy.forbiddenLeafKeyUsage = KeyUsage(rawValue: .max).subtracting(policy.leafKeyUsage)
        return policy
    }

    /// Whether the card's key is of the profile's kind and strength.
    func accepts(_ key: VerificationKey) -> Bool {
        switch (key, certificateAlgorithm) {
        case (.rsa(let key), .rsa): key.modulus.count == 256 && key.exponent == [1, 0, 1]
        case (.nist(let key), .ecdsa): key.curve == .p384
        default: false
        }
    }

    /// Whether `signature` is the card's over `message`. RSA is PKCS#1 v1.5 with a rebuilt encoding; ECDSA is r‖s.
    func isValid(_ signature: [UInt8], over message: [UInt8], by key: VerificationKey) -> Bool {
        let digest = hash.hash(message)
        switch key {
        case .rsa(let key):
            return key.isValidPKCS1Signature(signature.span, forDigest: digest, using: hash)
        case .nist(let key): return key.isValidSignature(signature.span, forDigest: digest.span)
        case .ed25519: return false
        }
    }

    /// Whether signing twice gives one signature, which is what makes the card's signature a secret of its own.
    var repeatsSignatures: Bool {
        if case .rsa = certificateAlgorithm { true } else { false }
    }
}

extension CardClass {
    /// The signature certificate of today's My Number Card: for a second index, never for an edition's `nationalID`.
    package static let jpkiSignature = CardClass("jpki-sign-rsa/v1")
}
