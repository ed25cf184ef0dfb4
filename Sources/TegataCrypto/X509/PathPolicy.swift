/// What a verifier asks of a certificate path besides good signatures. Every omission is the strict choice.
package struct PathPolicy: Sendable {
    /// Most authorities between leaf and anchor. Zero is the My Number Card's profile: the root signs the leaf.
    package var maximumIntermediates = 4
    /// Uses that the leaf's key must be certified for; none asks for nothing.
    package var leafKeyUsage: KeyUsage = []
    /// Uses that the leaf's key must not have, such as a binding signature where only a login is asked for.
    package var forbiddenLeafKeyUsage: KeyUsage = []
    /// Whether the leaf's key usage has to be critical.
    package var requiresCriticalKeyUsage = false
    /// A purpose that the leaf must name.
    package var purpose: ObjectIdentifier?
    /// A policy that the leaf must name, and every authority between must name or leave open.
    package var certificatePolicy: ObjectIdentifier?
    /// Whether the leaf's policies have to be critical.
    package var requiresCriticalPolicy = false
    /// Policies that the leaf must not name.
    package var forbiddenPolicies: [ObjectIdentifier] = []
    /// Whether the leaf may be an authority.
    package var allowsAuthorityAsLeaf = false
    /// Whether authorities must mark their basic constraints critical (RFC 5280 §4.2.1.9).
    package var requiresCriticalBasicConstraints = true
    /// Whether every certificate must name its issuer's key and every authority its own (§4.2.1.1, §4.2.1.2).
    package var requiresKeyIdentifiers = true

    package init() {}
}

/// Why a path is refused; the first thing found wrong on the way that came nearest to an anchor.
package enum PathError: Error, Equatable {
    /// Not a certificate, or one that is not strict DER.
    case malformed
    /// Nothing that is trusted issued it.
    case untrusted
    case signatureInvalid
    case notYetValid
    case expired
    /// An issuer that is not an authority, or an authority where a person's certificate belongs.
    case basicConstraints
    case pathTooLong
    case keyUsage
    case extendedKeyUsage
    case certificatePolicy
    /// A critical extension, or a constraint, that is not processed.
    case unprocessedExtension
    case keyIdentifier
    /// A key of a kind or strength that is not accepted.
    case publicKey
    /// More certificates, or more candidate issuers, than are looked at.
    case tooMuchWork
}

/// A certificate that is trusted because it was put here, not because someone signed it.
package struct TrustAnchor: Sendable {
    /// The certificate.
    package let certificate: Certificate
    /// Its key, imported once.
    package let key: VerificationKey
    /// What it is trusted as, for example a role and a generation.
    package let name: String

    /// Trusts `bytes`, a DER certificate, as `name`.
    package init(_ bytes: [UInt8], name: String) throws(PathError) {
        guard let certificate = try? Certificate(parsing: bytes) else { throw .malformed }
        guard let key = try? certificate.publicKey() else { throw .publicKey }
        self.certificate = certificate
        self.key = key
        self.name = name
    }
}

/// A path that passed every check. Only `PathValidator` makes one.
package struct ValidatedPath: Sendable {
    /// The certificate that was asked about.
    package let leaf: Certificate
    /// Its key.
    package let leafKey: VerificationKey
    /// What the path ends at.
    package let anchor: TrustAnchor

    init(leaf: Certificate, leafKey: VerificationKey, anchor: TrustAnchor) {
        self.leaf = leaf
        self.leafKey = leafKey
        self.anchor = anchor
    }
}
