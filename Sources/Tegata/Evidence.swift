/// The kind of national ID card behind a person, and with it how their canonical input is made. It is the first
/// field of that input and fixed per edition, so cards of different classes never collide (protocol.md, decision 1).
public struct CardClass: Hashable, Sendable {
    /// The name in the wire formats, for example `jpki-auth-rsa/v1`.
    public let name: String

    /// A class of another country or profile.
    public init(_ name: String) {
        self.name = name
    }

    /// Whether ID cards of this class have a second certificate, which names its holder: what a second index needs.
    var hasSecondInput: Bool { self == .jpkiRSA }

    /// Today's My Number Card: the user-authentication certificate, RSA-2048 with SHA-256.
    public static let jpkiRSA = CardClass("jpki-auth-rsa/v1")
    /// The next My Number Card: P-384 with SHA-384.
    public static let jpkiP384 = CardClass("jpki-auth-p384/v1")
    /// An Estonian-type ID card: P-384, Web eID.
    public static let estonian = CardClass("eid-ee/v1")
}

/// What is known about the revocation of a certificate, from where, and as of when. Three values, because most
/// verifiers have no lawful access to a revocation service: "not checked" must never look like "good".
public struct Revocation: Hashable, Sendable {
    /// The three answers.
    public enum State: String, Sendable {
        /// A source answered that the certificate is not revoked.
        case good
        /// A source answered that it is.
        case revoked
        /// Nobody was asked.
        case notChecked = "not_checked"
    }

    /// What the source said.
    public let state: State
    /// Who said so, in the operator's words; empty when nobody was asked.
    public let source: String
    /// Seconds since 1970 when it was said or, for `notChecked`, when the certificate was looked at.
    public let time: Int64

    /// An answer of `source` at `time`, seconds since 1970.
    public init(_ state: State, source: String, time: Int64) {
        self.state = state
        self.source = source
        self.time = time
    }
}

/// What a national ID card proved to an attestor. It stays inside the attestor: `personInput` names a person.
public struct VerifiedEvidence: Sendable {
    /// The kind of card.
    public let cardClass: CardClass
    /// The canonical input that stands for the person, 32 bytes (protocol.md 5.3). Never stored, logged or sent.
    public let personInput: [UInt8]
    /// When the certificate became valid, seconds since 1970: what the cut-off rule compares (protocol.md 5.4).
    public let notBefore: Int64
    /// What is known about revocation.
    public let revocation: Revocation
    /// Whether the certificate hangs from a test authority instead of the state's.
    public let usesTestAnchors: Bool

    /// The outcome of one verification.
    public init(
        cardClass: CardClass, personInput: [UInt8], notBefore: Int64, revocation: Revocation,
        usesTestAnchors: Bool
    ) {
        self.cardClass = cardClass
        self.personInput = personInput
        self.notBefore = notBefore
        self.revocation = revocation
        self.usesTestAnchors = usesTestAnchors
    }
}

/// Decides what an attestor accepts as proof that a person's national ID card signed its challenge.
public protocol EvidenceVerifier: Sendable {
    /// Whether certificates of a test authority are accepted; it shows in every result.
    var usesTestAnchors: Bool { get }

    /// Checks certificate path, profile, revocation policy and the signatures over `challenge`, 32 bytes.
    ///
    /// - Throws: `nationalIDInvalid` for anything wrong with certificate or signature, `unavailable` when a
    ///   revocation source that the policy needs does not answer, `malformed` for bytes of another format.
    func verify(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence

    /// The same for the certificate that says who the person is by name, birth date and sex; `personInput` is then the second
    /// one. Asked only for editions with a second index.
    ///
    /// - Throws: `unsupported` where no such certificate is known, and what `verify` throws.
    func verifySecond(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence
}

extension EvidenceVerifier {
    /// For ID cards with one certificate.
    ///
    /// - Throws: `unsupported`.
    public func verifySecond(
        _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
    ) async throws(Refusal) -> VerifiedEvidence { throw .unsupported }
}

/// A national ID card in a reader, on the holder's side or in a kiosk.
public protocol IdentityCard: Sendable {
    /// The kind of card.
    var cardClass: CardClass { get }

    /// The canonical input that stands for the person, 32 bytes: the same value that the attestor derives.
    func personInput() async throws -> [UInt8]

    /// Certificate and signatures over `challenge`, 32 bytes, for an `EvidenceVerifier`.
    func evidence(over challenge: [UInt8]) async throws -> [UInt8]

    /// The canonical input of name, birth date and sex, 32 bytes; `nil` where the card, or whoever holds it, gives none.
    func secondInput() async throws -> [UInt8]?

    /// Certificate and signature of the second kind over `challenge`, for `EvidenceVerifier.verifySecond`.
    func secondEvidence(over challenge: [UInt8]) async throws -> [UInt8]?
}

extension IdentityCard {
    /// For ID cards with one certificate: none.
    public func secondInput() async throws -> [UInt8]? { nil }

    /// For ID cards with one certificate: none.
    public func secondEvidence(over challenge: [UInt8]) async throws -> [UInt8]? { nil }
}
