public import Tegata
internal import TegataCrypto
public import TegataSDJWT

/// An identity credential of a made-up person, its made-up authority, and the wallet that shows it: for demonstrations and for tests of
/// verifiers. Nobody's data, and keys that are gone with the process.
///
/// Only a verifier whose list names ``issuer`` accepts it. Another one of the same names has another authority, and is refused there.
public struct DemoCredential: Sendable {
    /// How a bundle, or an operator, lists who issued it.
    public let issuer: TrustedCredentialIssuer
    private let type: String
    private let held: HeldSDJWT
    private let holder: SigningKey

    /// A new credential under a new authority. Each claim can be kept back.
    ///
    /// - Parameters:
    ///   - type: its `vct`.
    ///   - issuer: its `iss`.
    ///   - claims: what it says.
    /// - Throws: `malformed` for claims that no credential can have.
    public init(
        _ type: String, of issuer: String, claims: [String: JSON]
    ) throws(Refusal) {
        try self.init(type, of: issuer, claims: claims, at: SystemClock.now)
    }

    package init(
        _ type: String, of issuer: String, claims: [String: JSON], at now: Int64
    ) throws(Refusal) {
        let authority = CertificateSigner.nist(NISTPrivateKey(.p256), .sha256)
        let key = P256.PrivateKey()
        let holder = SigningKey.p256(P256.PrivateKey())
        var disclosures = [String]()
        for (name, value) in claims.sorted(by: { $0.key < $1.key }) {
            let content: JSON = [.string(Ticket().text), .string(name), value]
            disclosures.append(Base64URL.encode(content.encoded))
        }
        let digests = disclosures.map { text -> JSON in
            .string(Base64URL.encode(SHA256.hash(Array(text.utf8)).array))
        }
        let payload: JSON = [
            "iss": .string(issuer), "vct": .string(type), "iat": .number(JSONNumber(now)),
            "exp": .number(JSONNumber(now + 30 * Self.day)),
            "cnf": ["jwk": .object(holder.verifyingKey.jwk)], "_sd": .array(digests),
        ]
        let token = try CompactJWS.sign(
            payload: payload.encoded, type: "dc+sd-jwt", by: .p256(key),
            certificates: [Self.leaf(for: key, by: authority, at: now)])
        let text = ([String(decoding: token, as: UTF8.self)] + disclosures).joined(separator: "~")
        held = try HeldSDJWT(parsing: Array((text + "~").utf8))
        self.issuer = TrustedCredentialIssuer(
            issuer, types: [type], authorities: [Self.root(of: authority, at: now)])
        self.type = type
        self.holder = holder
    }

    /// Shows what a request asks for, and nothing else.
    ///
    /// - Returns: the answer and where to post it.
    /// - Throws: `typeMismatch` when this credential does not answer; `unsupported` when the answer must be encrypted in a way that is not
    ///   offered.
    public func answer(to request: VerifiedRequest) throws(Refusal) -> WalletAnswer {
        try answer(to: request, at: SystemClock.now)
    }

    package func answer(
        to request: VerifiedRequest, at now: Int64
    ) throws(Refusal) -> WalletAnswer {
        let candidate = DCQLCandidate(
            format: "dc+sd-jwt", types: [type], claims: .object(try held.claims()))
        var shown = [(id: String, texts: [String])]()
        for query in request.query.credentials {
            guard let claims = query.claims(answering: candidate) else { throw .typeMismatch }
            let presentation = try held.presentation(
                revealing: claims.map(\.path), by: holder, audience: request.verifier.text,
                nonce: request.request.nonce, at: now)
            shown.append((query.id, [String(decoding: presentation, as: UTF8.self)]))
        }
        return try WalletAnswer.make(VPToken(shown), to: request.request)
    }

    private static let day: Int64 = 86_400

    private static func root(of authority: CertificateSigner, at now: Int64) -> [UInt8] {
        var template = template("authority", at: now)
        template.extensions = [
            .init(.basicConstraints, critical: true, DER.sequence(DER.isTrue)),
            .init(.keyUsage, critical: true, [3, 2, 1, 6]),
            .init(
                .subjectKeyIdentifier, DER.element(DERTag.octetString, identifier(of: authority))),
        ]
        return template.issued(for: authority.publicKey, by: authority)
    }

    private static func leaf(
        for key: P256.PrivateKey, by authority: CertificateSigner, at now: Int64
    ) throws(Refusal) -> [UInt8] {
        guard
            let point = try? NISTPublicKey(
                .p256, x963Representation: key.publicKey.x963Representation)
        else { throw .malformed }
        var template = template("issuer", at: now)
        template.extensions = [
            .init(.keyUsage, critical: true, [3, 2, 7, 0x80]),
            .init(
                .authorityKeyIdentifier,
                DER.sequence(DER.element(DERTag.context(0), identifier(of: authority)))),
        ]
        return template.issued(for: .nist(point), by: authority)
    }

    private static func identifier(of authority: CertificateSigner) -> [UInt8] {
        Array(SHA256.hash(authority.publicKey.subjectPublicKeyInfo).array.prefix(20))
    }

    private static func template(_ subject: String, at now: Int64) -> CertificateTemplate {
        func name(_ text: String) -> [UInt8] {
            DER.sequence(
                DER.element(
                    DERTag.set,
                    DER.sequence(
                        DER.identifier(ObjectIdentifier(2, 5, 4, 3)),
                        DER.element(DERTag.utf8String, Array("Tegata test \(text)".utf8)))))
        }
        return CertificateTemplate(
            serialNumber: [1], issuer: name("authority"), subject: name(subject),
            notBefore: now - day, notAfter: now + 30 * day)
    }
}
