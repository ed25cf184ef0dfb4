internal import Synchronization
public import Tegata
internal import TegataCrypto

/// An authority that stands in for a state's: it issues cards with the published certificate profile, to anyone.
///
/// Its keys are made when it is, and its certificates pass only where a verifier was told to trust it by name
/// (`JPKI.Anchors.test`), which shows in every result. It is its own source of revocation too.
public final class TestAuthority: RevocationSource {
    /// The kind of card it issues: `jpkiRSA`, `jpkiP384` or `estonian`.
    public let cardClass: CardClass
    /// Its self-signed certificate, DER.
    public let root: [UInt8]

    let signer: CertificateSigner
    let name: [UInt8]
    private let role: Role
    private let state = Mutex(State())

    /// What an authority certifies. The two are never interchangeable, though the keys look alike.
    package enum Role: Sendable {
        case userAuthentication
        case signature
    }

    private struct State {
        var lastSerial: UInt32 = 0x0100_0000
        var revoked: Set<[UInt8]> = []
    }

    /// A new authority for cards of `cardClass`. One for RSA cards takes some tenths of a second to make its key.
    public convenience init(for cardClass: CardClass = .jpkiRSA) {
        self.init(for: cardClass, role: .userAuthentication, generation: 2026)
    }

    /// A new authority for the signature certificates of today's My Number Card.
    public static func forSignatures() -> TestAuthority {
        TestAuthority(for: .jpkiRSA, role: .signature, generation: 2026)
    }

    /// A name that is not given is unlike any other authority's; a given one makes a look-alike.
    package init(
        for cardClass: CardClass, role: Role, generation: Int, named name: [UInt8]? = nil
    ) {
        self.cardClass = cardClass
        self.role = role
        switch cardClass {
        case .jpkiRSA: signer = .rsa(RSA.PrivateKey())
        case .estonian: signer = .nist(NISTPrivateKey(.p521), .sha512)
        default: signer = .nist(NISTPrivateKey(.p384), .sha384)
        }
        let purpose = role == .signature ? "digital signature" : "user authentication"
        let key = Hex.encode(Array(CertificateName.keyIdentifier(signer.publicKey).prefix(8)))
        self.name =
            name
            ?? CertificateName.encoded([
                (.country, cardClass == .estonian ? "EE" : "JP"), (.organisation, "Tegata test"),
                (.unit, "Test authority for \(purpose) \(generation)"), (.unit, key),
            ])
        var template = CertificateTemplate(
            serialNumber: [1], issuer: self.name, subject: self.name, notBefore: Self.firstDay,
            notAfter: Self.lastDay)
        template.extensions = [
            .init(.keyUsage, critical: true, [3, 2, 1, 6]),
            .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)),
            .init(
                .subjectKeyIdentifier,
                DER.element(DERTag.octetString, CertificateName.keyIdentifier(signer.publicKey))),
        ]
        root = template.issued(for: signer.publicKey, by: signer)
    }

    /// A card for a new person.
    ///
    /// - Parameters:
    ///   - pin: what the holder will have to type; four digits on a real card.
    ///   - code: the person's code for `estonian` cards, eleven digits.
    /// - Returns: the card, with a key of its own.
    public func card(pin: String = "1234", code: String = "38001085718") -> SoftwareCard {
        let key: SoftwareCard.Key =
            cardClass == .jpkiRSA ? .rsa(RSA.PrivateKey()) : .nist(NISTPrivateKey(.p384))
        return card(pin: pin, key: key, code: code)
    }

    /// The signature certificate of a made-up person's ID card, with a key of its own. Only an authority `forSignatures` issues
    /// any that pass.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - born: an era's digit, then year, month and day: `419900102`.
    ///   - sex: 1, 2 or 9.
    ///   - substitutes: a digit for each character of the name: 1 where it stands for one that could not be written. None by default.
    ///   - password: what the holder will have to type; 6 to 16 characters on a real card.
    /// - Returns: the card, with a key of its own.
    public func signatureCard(
        of name: String, born: String, sex: String, substitutes: String? = nil,
        password: String = "TEST0123"
    ) -> SoftwareCard {
        signatureCard(
            of: name, born: born, sex: sex, substitutes: substitutes, password: password,
            key: .rsa(RSA.PrivateKey()))
    }

    /// The same with a key made elsewhere, and with a certificate that `change` may spoil before it is signed.
    package func signatureCard(
        of name: String, born: String, sex: String, substitutes: String? = nil,
        password: String = "TEST0123", key: SoftwareCard.Key,
        change: (inout CertificateTemplate) -> Void = { _ in }
    ) -> SoftwareCard {
        var template = leaf(for: key.publicKey, code: "")
        let marks = substitutes ?? String(repeating: "0", count: name.unicodeScalars.count)
        template.extensions.append(
            .init(
                .subjectAlternativeName,
                CertificateName.otherNames([
                    (.jpkiName, name), (.jpkiBirthDate, born), (.jpkiSex, sex),
                    (.jpkiAddress, "Test-ken Test-shi 1-1"), (.jpkiNameSubstitutes, marks),
                ])))
        change(&template)
        return SoftwareCard(
            cardClass: .jpkiSignature, certificate: template.issued(for: key.publicKey, by: signer),
            key: key, pin: password)
    }

    /// A card with a key made elsewhere, and with a certificate that `change` may spoil before it is signed.
    package func card(
        pin: String = "1234", key: SoftwareCard.Key, code: String = "38001085718",
        change: (inout CertificateTemplate) -> Void = { _ in }
    ) -> SoftwareCard {
        var template = leaf(for: key.publicKey, code: code)
        change(&template)
        return SoftwareCard(
            cardClass: cardClass, certificate: template.issued(for: key.publicKey, by: signer),
            key: key, pin: pin)
    }

    /// Declares the certificate of `card` revoked; a card of another authority is not its business.
    public func revoke(_ card: SoftwareCard) {
        guard let certificate = try? Certificate(parsing: card.certificate),
            certificate.issuer.elementsEqual(name)
        else { return }
        state.withLock { _ = $0.revoked.insert(certificate.serialNumber) }
    }

    /// Whether this authority revoked the certificate; a serial number of another issuer is not its business.
    ///
    /// - Throws: `unavailable` for another issuer.
    public func revocation(
        ofSerialNumber serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws -> Revocation {
        guard issuer == name else { throw Refusal.unavailable }
        let isRevoked = state.withLock { $0.revoked.contains(serialNumber) }
        return Revocation(
            isRevoked ? .revoked : .good, source: "test authority", time: time)
    }

    private func leaf(for key: VerificationKey, code: String) -> CertificateTemplate {
        let serial = state.withLock { state in
            state.lastSerial += 1
            return state.lastSerial
        }
        var template = CertificateTemplate(
            serialNumber: (0..<4).map { UInt8(truncatingIfNeeded: serial >> (24 - 8 * $0)) },
            issuer: name, subject: CertificateName.subject(cardClass, serial: serial, code: code),
            notBefore: Self.firstDay, notAfter: Self.lastDay)
        template.extensions = CertificateName.leafExtensions(
            cardClass, role: role, key: key, issuer: signer.publicKey)
        return template
    }

    /// 2020-01-01 to 2049-12-31: long enough that no test depends on the day it runs.
    static let firstDay: Int64 = 1_577_836_800
    static let lastDay: Int64 = 2_524_521_600
}
