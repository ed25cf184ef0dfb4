public import Tegata
internal import TegataCrypto

/// A card in a reader with the PIN that its holder typed: what a wallet, or a kiosk, asks for evidence.
///
/// One PIN entry serves both signatures. Before it spends a try it never guesses; after a wrong PIN the card says so. An edition
/// with a second index takes the password of the card's signature certificate too.
public struct CardInReader: IdentityCard {
    private let card: SoftwareCard
    private let pin: String
    private let origin: String
    private let signing: (card: SoftwareCard, password: String)?

    /// Puts `card` into a reader.
    ///
    /// - Parameters:
    ///   - card: the card.
    ///   - pin: what its holder typed.
    ///   - origin: whom an Estonian-type card answers, such as `https://attest.example`; the others sign a challenge
    ///     that names everything already.
    ///   - signing: the same ID card's signature certificate, with the password that its holder typed; only where a second index
    ///     is asked for.
    public init(
        _ card: SoftwareCard, pin: String, origin: String = "",
        signing: (card: SoftwareCard, password: String)? = nil
    ) {
        self.card = card
        self.pin = pin
        self.origin = origin
        self.signing = signing
    }

    /// The kind of card.
    public var cardClass: CardClass { card.cardClass }

    /// The canonical input that stands for the person, 32 bytes: the same that the attestor derives.
    ///
    /// - Returns: 32 bytes that name a person: for the blinding only, never to be stored.
    /// - Throws: `CardError`.
    public func personInput() async throws -> [UInt8] {
        let certificate = try Certificate(parsing: card.certificate)
        switch cardClass {
        case .estonian:
            guard let code = EstonianEID.personalCode(in: certificate) else {
                throw CardError.refused
            }
            return PersonInput.code(cardClass, code)
        case .jpkiRSA:
            try card.verify(pin: pin)
            return PersonInput.repeating(
                cardClass, certificate, fixedSignature: try fixedSignature())
        default:
            return PersonInput.certificate(cardClass, certificate)
        }
    }

    /// Certificate and signatures over `challenge`, 32 bytes.
    ///
    /// - Parameter challenge: what the attestors asked, 32 bytes.
    /// - Returns: the bytes of `Spec/national-id.md` §2.
    /// - Throws: `CardError`.
    public func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        try card.verify(pin: pin)
        let isRSA = cardClass == .jpkiRSA
        let signature: [UInt8]
        if cardClass == .estonian {
            let message = WebEID.message(
                origin: origin, nonce: EstonianEID.nonce(challenge), .sha384)
            signature = try card.signature(over: HashFunction.sha384.hash(message))
        } else {
            let message = SignedMessage.challenge(challenge, for: cardClass)
            signature =
                isRSA
                ? try Self.signRSA(message, with: card)
                : try card.signature(over: HashFunction.sha384.hash(message))
        }
        return CardEvidence(
            cardClass: cardClass, certificate: card.certificate, signature: signature,
            fixedSignature: isRSA ? try fixedSignature() : []
        ).encoded
    }

    /// The second input, from the name, birth date and sex in the signature certificate.
    ///
    /// - Returns: 32 bytes that name a person: for the blinding only, never to be stored; `nil` without such a certificate.
    /// - Throws: `CardError`.
    public func secondInput() async throws -> [UInt8]? {
        guard let signing else { return nil }
        try signing.card.verify(pin: signing.password)
        guard let certificate = try? Certificate(parsing: signing.card.certificate),
            let person = try? NamedPerson(in: certificate)
        else { throw CardError.refused }
        return person.input
    }

    /// Signature certificate and signature over `challenge`, 32 bytes.
    ///
    /// - Parameter challenge: what the attestors asked, 32 bytes.
    /// - Returns: the bytes of `Spec/national-id.md` §2; `nil` without such a certificate.
    /// - Throws: `CardError`.
    public func secondEvidence(over challenge: [UInt8]) async throws -> [UInt8]? {
        guard let signing else { return nil }
        try signing.card.verify(pin: signing.password)
        return CardEvidence(
            cardClass: .jpkiSignature, certificate: signing.card.certificate,
            signature: try Self.signRSA(
                SignedMessage.challenge(challenge, for: .jpkiSignature), with: signing.card)
        ).encoded
    }

    private func fixedSignature() throws(CardError) -> [UInt8] {
        try Self.signRSA(SignedMessage.fixed(for: cardClass), with: card)
    }

    /// The host's part of an RSA signature: hash, and wrap the digest as a DigestInfo.
    private static func signRSA(
        _ message: [UInt8], with card: SoftwareCard
    ) throws(CardError) -> [UInt8] {
        try card.signature(over: RSA.digestInfo(SHA256.hash(message).array, .sha256))
    }
}
