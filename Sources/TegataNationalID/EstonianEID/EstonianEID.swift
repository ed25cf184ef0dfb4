public import Tegata
internal import TegataCrypto

/// Accepts an Estonian-type ID card: its authentication certificate and a Web eID signature for one origin.
///
/// The person's code is part of the certificate and the same for life, so one person stays one across renewals; and
/// because codes can be counted through, nothing made from one is ever stored (`Spec/national-id.md` §4 and §6).
public struct EstonianEID: EvidenceVerifier {
    private let verifier: WebEID
    private let origin: String
    private let revocation: RevocationPolicy
    /// Whether certificates of test authorities are accepted.
    public let usesTestAnchors: Bool

    /// The authorities whose cards count.
    public struct Anchors: Sendable {
        let authorities: [[UInt8]]
        let areTests: Bool

        /// Issuing authorities as the state publishes them, DER: those of 2018 and of 2025 side by side. They are
        /// trusted because they are given here, so compare their fingerprints with the published ones first. One that
        /// calls itself a test, as the state's test authorities do, is refused.
        public static func production(_ authorities: [[UInt8]]) -> Anchors {
            Anchors(authorities: authorities, areTests: false)
        }

        /// The state's published test authorities, DER. Every result says so.
        public static func test(_ authorities: [[UInt8]]) -> Anchors {
            Anchors(authorities: authorities, areTests: true)
        }

        /// Authorities made for a test. Every result says so.
        public static func test(_ authorities: TestAuthority...) -> Anchors {
            Anchors(
                authorities: authorities.filter { $0.cardClass == .estonian }.map(\.root),
                areTests: true)
        }
    }

    /// A verifier for challenges asked at `origin`, such as `https://attest.example`.
    ///
    /// - Throws: `issuerUntrusted` when there is no authority, one that is no certificate, or a test among production.
    public init(
        anchors: Anchors, origin: String, revocation: RevocationPolicy
    ) throws(Refusal) {
        guard !anchors.authorities.isEmpty,
            let verifier = try? WebEID(authorities: anchors.authorities),
            anchors.areTests || !anchors.authorities.contains(where: Self.callsItselfTest)
        else { throw .issuerUntrusted }
        self.verifier = verifier
        self.origin = origin
        self.revocation = revocation
        usesTestAnchors = anchors.areTests
    }

    /// Checks path, profile, signature and revocation of evidence over `challenge`, 32 bytes.
    ///
    /// - Parameters:
    ///   - evidence: what `IdentityCard.evidence(over:)` gave.
    ///   - challenge: the challenge the attestor computed itself, 32 bytes; its Base64 text is the nonce.
    ///   - time: seconds since 1970.
    /// - Returns: what the attestor may use, and no more.
    /// - Throws: `malformed`, `nationalIDInvalid`, or `unavailable` when revocation could not be looked up.
    public func verify(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence {
        let evidence = try CardEvidence(parsing: evidence)
        guard challenge.count == 32 else { throw .malformed }
        guard evidence.cardClass == .estonian, evidence.fixedSignature.isEmpty,
            let path = verifier.verify(
                certificate: evidence.certificate, signature: evidence.signature,
                algorithm: .es384, origin: origin, nonce: Self.nonce(challenge), at: time),
            let code = Self.personalCode(in: path.leaf)
        else { throw .nationalIDInvalid }
        let state = try await revocation.check(
            serialNumber: path.leaf.serialNumber, issuer: Array(path.leaf.issuer), at: time)
        return VerifiedEvidence(
            cardClass: .estonian, personInput: PersonInput.code(.estonian, code),
            notBefore: path.leaf.notBefore, revocation: state, usesTestAnchors: usesTestAnchors)
    }

    private static func callsItselfTest(_ authority: [UInt8]) -> Bool {
        guard let certificate = try? Certificate(parsing: authority),
            let name = try? DistinguishedName(parsing: certificate.subject)
        else { return true }
        return name.mentions("test")
    }

    /// `PNOEE-` and eleven digits (ETSI EN 319 412-1 §5.1.3), when an Estonian card policy vouches for it.
    static func personalCode(in certificate: Certificate) -> String? {
        let policies = certificate.extensions.policies?.identifiers ?? []
        guard
            policies.contains(where: { policy in
                cardPolicies.contains { policy.content.starts(with: $0.content) }
            }), let subject = try? DistinguishedName(parsing: certificate.subject),
            let code = subject.only(.serialNumberAttribute), code.hasPrefix("PNOEE-")
        else { return nil }
        let digits = code.utf8.dropFirst(6)
        guard digits.count == 11, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return code
    }

    /// The Base64 text of a challenge: 44 characters, as Web eID wants its nonces.
    static func nonce(_ challenge: [UInt8]) -> String { Base64.encode(challenge) }

    /// The arcs of the Police and Border Guard Board and of the Ministry of Foreign Affairs.
    static let cardPolicies = [
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 51_361, 1),
        ObjectIdentifier(1, 3, 6, 1, 4, 1, 51_455, 1),
    ]
}
