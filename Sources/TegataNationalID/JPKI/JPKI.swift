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
        let isTest = anchors.usesTestAnchors
        validators = Dictionary(grouping: anchors.trusted, by: \.profile.cardClass).compactMapValues
        { trusted in
            trusted.first.map {
                PathValidator(
                    anchors: trusted.map(\.anchor), policy: $0.profile.pathPolicy(test: isTest))
            }
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

    /// Checks path, profile, signature and revocation of a signature certificate, and who it names (`Spec/national-id.md` §5a).
    ///
    /// - Parameters:
    ///   - evidence: what `IdentityCard.secondEvidence(over:)` gave.
    ///   - challenge: the challenge the attestor computed itself, 32 bytes.
    ///   - time: seconds since 1970.
    /// - Returns: what the attestor may use; its `personInput` is the second one.
    /// - Throws: as `verify`; `unsupported` without anchors for signatures.
    public func verifySecond(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence {
        guard validators[.jpkiSignature] != nil else { throw .unsupported }
        let evidence = try CardEvidence(parsing: evidence)
        let certificate = try signer(of: evidence, as: .signature, over: challenge, at: time).leaf
        guard evidence.fixedSignature.isEmpty,
            let person = try? NamedPerson(in: certificate)
        else { throw .nationalIDInvalid }
        let state = try await revocation.check(
            serialNumber: certificate.serialNumber, issuer: Array(certificate.issuer), at: time)
        return VerifiedEvidence(
            cardClass: evidence.cardClass, personInput: person.input,
            notBefore: certificate.notBefore, revocation: state, usesTestAnchors: usesTestAnchors)
    }

    /// Everything but revocation: what the certificate and the two signatures prove by themselves.
    private func person(
        _ evidence: CardEvidence, over challenge: [UInt8], at time: Int64
    ) throws(Refusal) -> (Certificate, personInput: [UInt8]) {
        guard let profile = JPKIProfile.all.first(where: { $0.cardClass == evidence.cardClass }),
            profile.role == .userAuthentication
        else { throw .nationalIDInvalid }
        let path = try signer(of: evidence, as: profile, over: challenge, at: time)
        guard profile.repeatsSignatures else {
            guard evidence.fixedSignature.isEmpty else { throw .nationalIDInvalid }
            return (path.leaf, PersonInput.certificate(profile.cardClass, path.leaf))
        }
        let fixed = SignedMessage.fixed(for: profile.cardClass)
        guard profile.isValid(evidence.fixedSignature, over: fixed, by: path.leafKey) else {
            throw .nationalIDInvalid
        }
        return (
            path.leaf,
            PersonInput.repeating(
                profile.cardClass, path.leaf, fixedSignature: evidence.fixedSignature)
        )
    }

    /// The path of a certificate of this profile whose key signed `challenge`.
    private func signer(
        of evidence: CardEvidence, as profile: JPKIProfile, over challenge: [UInt8], at time: Int64
    ) throws(Refusal) -> ValidatedPath {
        guard challenge.count == 32 else { throw .malformed }
        guard evidence.cardClass == profile.cardClass,
            let validator = validators[profile.cardClass],
            let certificate = try? Certificate(parsing: evidence.certificate),
            certificate.signatureAlgorithm == profile.certificateAlgorithm,
            let path = try? validator.validate(leaf: certificate, at: time),
            profile.accepts(path.leafKey),
            profile.isValid(
                evidence.signature,
                over: SignedMessage.challenge(challenge, for: profile.cardClass), by: path.leafKey)
        else { throw .nationalIDInvalid }
        return path
    }
}
