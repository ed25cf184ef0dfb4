public import Tegata
internal import TegataCrypto

/// Accepts the My Number Card: a user-authentication certificate and the card's signature over the challenge.
///
/// The checks are those of `Spec/national-id.md` §5. Nothing of the certificate leaves the attestor: the result holds a
/// hash that stands for the person, the first day of validity, and what is known about revocation.
public struct JPKI: EvidenceVerifier {
    private let anchors: Anchors
    private let validators: [CardClass: PathValidator]
    private let revocation: RevocationPolicy

    /// A verifier that trusts `anchors`, and lets pass what `revocation` says.
    public init(anchors: Anchors, revocation: RevocationPolicy) {
        self.anchors = anchors
        self.revocation = revocation
        let policy = JPKIProfile.pathPolicy(test: anchors.usesTestAnchors)
        validators = Dictionary(grouping: anchors.trusted, by: \.profile.cardClass).mapValues {
            PathValidator(anchors: $0.map(\.anchor), policy: policy)
        }
    }

    /// Whether certificates of test authorities are accepted.
    public var usesTestAnchors: Bool { anchors.usesTestAnchors }

    /// Checks path, profile, both signatures and revocation of evidence over `challenge`, 32 bytes.
    ///
    /// - Parameters:
    ///   - evidence: what `IdentityCard.evidence(over:)` gave.
    ///   - challenge: the challenge the attestor computed itself, 32 bytes.
    ///   - time: seconds since 1970.
    /// - Returns: what the attestor may use, and no more.
    /// - Throws: `malformed`, `nationalIDInvalid`, or `unavailable` when revocation could not be looked up.
    public func verify(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence {
        let evidence = try CardEvidence(parsing: evidence)
        let (certificate, personInput) = try person(evidence, over: challenge, at: time)
        // Asked last: a source learns only about cards that have proven themselves.
        let state = try await revocation.check(
            serialNumber: certificate.serialNumber, issuer: Array(certificate.issuer), at: time)
        return VerifiedEvidence(
            cardClass: evidence.cardClass, personInput: personInput,
            notBefore: certificate.notBefore, revocation: state, usesTestAnchors: usesTestAnchors)
    }

    /// Everything but revocation: what the certificate and the two signatures prove by themselves.
    private func person(
        _ evidence: CardEvidence, over challenge: [UInt8], at time: Int64
    ) throws(Refusal) -> (Certificate, personInput: [UInt8]) {
        guard challenge.count == 32 else { throw .malformed }
        guard let validator = validators[evidence.cardClass],
            let profile = [JPKIProfile.rsa, .p384].first(where: {
                $0.cardClass == evidence.cardClass
            }),
            let certificate = try? Certificate(parsing: evidence.certificate),
            certificate.signatureAlgorithm == profile.certificateAlgorithm,
            let path = try? validator.validate(leaf: certificate, at: time),
            profile.accepts(path.leafKey)
        else { throw .nationalIDInvalid }
        let message = SignedMessage.challenge(challenge, for: profile.cardClass)
        guard profile.isValid(evidence.signature, over: message, by: path.leafKey) else {
            throw .nationalIDInvalid
        }
        guard profile.repeatsSignatures else {
            guard evidence.fixedSignature.isEmpty else { throw .nationalIDInvalid }
            return (certificate, PersonInput.certificate(profile.cardClass, certificate))
        }
        let fixed = SignedMessage.fixed(for: profile.cardClass)
        guard profile.isValid(evidence.fixedSignature, over: fixed, by: path.leafKey) else {
            throw .nationalIDInvalid
        }
        return (
            certificate,
            PersonInput.repeating(
                profile.cardClass, certificate, fixedSignature: evidence.fixedSignature)
        )
    }
}
