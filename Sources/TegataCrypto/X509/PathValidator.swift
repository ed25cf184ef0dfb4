/// Finds and checks a path from a certificate to an anchor (RFC 5280 §6, without names constraints, policy mapping and
/// revocation lists; certificates that need the first two are refused).
///
/// Names are compared by their DER bytes: an authority that writes its name in two ways is two authorities.
package struct PathValidator: Sendable {
    private let anchors: [TrustAnchor]
    private let policy: PathPolicy

    /// Most signatures that are checked for one leaf; hostile bundles of same-named authorities end here.
    private static let signatureLimit = 32
    private static let intermediateLimit = 64

    /// Trusts `anchors` and nothing else.
    package init(anchors: [TrustAnchor], policy: PathPolicy) {
        self.anchors = anchors
        self.policy = policy
    }

    /// Checks `leaf` at `time` (seconds since 1970), with help from `intermediates` in any order.
    package func validate(
        leaf: [UInt8], intermediates: [[UInt8]] = [], at time: Int64
    ) throws(PathError) -> ValidatedPath {
        guard let leaf = try? Certificate(parsing: leaf) else { throw .malformed }
        return try validate(leaf: leaf, intermediates: intermediates, at: time)
    }

    /// The same for a leaf already read.
    package func validate(
        leaf: Certificate, intermediates: [[UInt8]] = [], at time: Int64
    ) throws(PathError) -> ValidatedPath {
        guard intermediates.count <= Self.intermediateLimit else { throw .tooMuchWork }
        try checkLeaf(leaf, at: time)
        // A broken certificate in the bundle is no reason to refuse a path that does not need it.
        let candidates = intermediates.compactMap { try? Certificate(parsing: $0) }
        var search = Search(candidates: candidates, time: time)
        let anchor = try search.anchor(above: leaf, in: self)
        guard let leafKey = try? leaf.publicKey() else { throw .publicKey }
        return ValidatedPath(leaf: leaf, leafKey: leafKey, anchor: anchor)
    }

    private func checkLeaf(_ leaf: Certificate, at time: Int64) throws(PathError) {
        try checkAny(leaf, at: time)
        let extensions = leaf.extensions
        if extensions.basicConstraints?.isAuthority == true, !policy.allowsAuthorityAsLeaf {
            throw .basicConstraints
        }
        let usage = extensions.keyUsage
        if !policy.leafKeyUsage.isEmpty || policy.requiresCriticalKeyUsage {
            guard let usage, usage.uses.isSuperset(of: policy.leafKeyUsage),
                usage.isCritical || !policy.requiresCriticalKeyUsage
            else { throw .keyUsage }
        }
        guard usage?.uses.isDisjoint(with: policy.forbiddenLeafKeyUsage) ?? true else {
            throw .keyUsage
        }
        if let purpose = policy.purpose {
            guard extensions.extendedKeyUsage?.contains(purpose) == true else {
                throw .extendedKeyUsage
            }
        }
        let named = extensions.policies
        if let wanted = policy.certificatePolicy {
            guard let named, named.identifiers.contains(wanted),
                named.isCritical || !policy.requiresCriticalPolicy
            else { throw .certificatePolicy }
        }
        if let named, named.identifiers.contains(where: policy.forbiddenPolicies.contains) {
            throw .certificatePolicy
        }
    }

    /// What holds for leaves, authorities and anchors alike. Validity includes both ends (RFC 5280 §4.1.2.5).
    private func checkAny(_ certificate: Certificate, at time: Int64) throws(PathError) {
        guard time >= certificate.notBefore else { throw .notYetValid }
        guard time <= certificate.notAfter else { throw .expired }
        let extensions = certificate.extensions
        guard !extensions.hasUnprocessedCritical, !extensions.hasConstraints else {
            throw .unprocessedExtension
        }
    }

    /// Whether `issuer` may stand above `subject` with `below` non-self-issued authorities already below it.
    private func checkIssuer(
        _ issuer: Certificate, of subject: Certificate, below: Int, at time: Int64
    ) throws(PathError) {
        try checkAny(issuer, at: time)
        let extensions = issuer.extensions
        guard let constraints = extensions.basicConstraints, constraints.isAuthority,
            constraints.isCritical || !policy.requiresCriticalBasicConstraints
        else { throw .basicConstraints }
        guard below <= constraints.pathLength ?? .max else { throw .pathTooLong }
        guard extensions.keyUsage?.uses.contains(.certificateSigning) ?? true else {
            throw .keyUsage
        }
        let wanted = subject.extensions.authorityKeyIdentifier
        let offered = extensions.subjectKeyIdentifier
        if policy.requiresKeyIdentifiers {
            guard wanted != nil, offered != nil else { throw .keyIdentifier }
        }
        if let wanted, let offered, wanted != offered { throw .keyIdentifier }
    }

    /// An authority between leaf and anchor must not narrow the policies past the wanted one.
    private func checkIntermediate(_ certificate: Certificate) throws(PathError) {
        guard let wanted = policy.certificatePolicy else { return }
        guard let named = certificate.extensions.policies?.identifiers,
            named.contains(wanted) || named.contains(.anyPolicy)
        else { throw .certificatePolicy }
    }

    /// A depth-first search for an anchor. It never uses a certificate twice on one path, and counts signatures.
    private struct Search {
        let candidates: [Certificate]
        let time: Int64
        private var signatures = 0
        private var path: [Int] = []

        init(candidates: [Certificate], time: Int64) {
            self.candidates = candidates
            self.time = time
        }

        mutating func anchor(
            above subject: Certificate, below: Int = 0, in validator: PathValidator
        ) throws(PathError) -> TrustAnchor {
            var reason = PathError.untrusted
            for anchor in validator.anchors where anchor.certificate.subject == subject.issuer {
                do throws(PathError) {
                    try validator.checkIssuer(
                        anchor.certificate, of: subject, below: below, at: time)
                    try checkSignature(of: subject, by: anchor.key)
                    return anchor
                } catch {
                    guard error != .tooMuchWork else { throw error }
                    // With several anchors of one name, a key identifier that does not fit only means "not this one".
                    if error != .keyIdentifier || reason == .untrusted { reason = error }
                }
            }
            guard path.count < validator.policy.maximumIntermediates else {
                throw reason == .untrusted && !candidates.isEmpty ? .pathTooLong : reason
            }
            for index in candidates.indices where !path.contains(index) {
                let issuer = candidates[index]
                guard issuer.subject == subject.issuer else { continue }
                do throws(PathError) {
                    try validator.checkIssuer(issuer, of: subject, below: below, at: time)
                    try validator.checkIntermediate(issuer)
                    guard let key = try? issuer.publicKey() else { throw .publicKey }
                    try checkSignature(of: subject, by: key)
                    path.append(index)
                    defer { path.removeLast() }
                    return try anchor(
                        above: issuer, below: below + (issuer.isSelfIssued ? 0 : 1), in: validator)
                } catch {
                    guard error != .tooMuchWork else { throw error }
                    reason = error
                }
            }
            throw reason
        }

        private mutating func checkSignature(
            of subject: Certificate, by key: VerificationKey
        ) throws(PathError) {
            signatures += 1
            guard signatures <= PathValidator.signatureLimit else { throw .tooMuchWork }
            guard subject.isSigned(by: key) else { throw .signatureInvalid }
        }
    }
}
