internal import TegataCrypto
internal import TegataSDJWT

/// The P-256 key of a token's `x5c`, once its path to an anchor holds: HAIP 1.0's profile of certificates.
struct CertifiedKey {
    /// The key, for ES256.
    let key: VerifyingKey
    /// The certificate that was asked about.
    let leaf: Certificate
    /// The key identifiers of the authorities on the way, in base64url: what `aki` asks for.
    let authorityKeys: [String]

    /// - Throws: `issuerUntrusted` without certificates, for a leaf that issued itself, an anchor among them, and a path
    ///   that does not hold; `malformed`; `limitExceeded` for more than six; `unsupported` for a key that is not on P-256.
    init(_ token: CompactJWS, under anchors: [TrustAnchor], at now: Int64) throws(Refusal) {
        let chain = try token.certificates()
        guard chain.count <= 6 else { throw .limitExceeded }
        guard let first = chain.first else { throw .issuerUntrusted }
        guard let leaf = try? Certificate(parsing: first) else { throw .malformed }
        let bringsAnchor = chain.contains { certificate in
            anchors.contains { $0.certificate.bytes == certificate }
        }
        // The anchor is the verifying side's to bring.
        guard !leaf.isSelfIssued, !bringsAnchor else { throw .issuerUntrusted }
        var policy = PathPolicy()
        policy.leafKeyUsage = .digitalSignature
        guard
            let path = try? PathValidator(anchors: anchors, policy: policy).validate(
                leaf: leaf, intermediates: Array(chain.dropFirst()), at: now)
        else { throw .issuerUntrusted }
        guard case .nist(let point) = path.leafKey, point.curve == .p256,
            let key = try? P256.PublicKey(x963Representation: point.x963Representation)
        else { throw .unsupported }
        self.key = .p256(key)
        self.leaf = leaf
        authorityKeys = chain.compactMap { bytes in
            let certificate = try? Certificate(parsing: bytes)
            return certificate?.extensions.authorityKeyIdentifier.map(Base64URL.encode)
        }
    }
}
