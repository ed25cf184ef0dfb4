public import Tegata

/// A made-up person with a test ID card, for demonstrations: no reader, no PIN to type, nobody's data.
///
/// ```swift
/// let request = try await member.request(founders, proving: DemoIdentity())
/// ```
/// Only a verifier that trusts `DemoIdentity.authority`, such as `JPKI.testCards`, accepts it, and its results say so.
public struct DemoIdentity: IdentityCard {
    /// The card itself, for demonstrations that try a wrong PIN or revoke it.
    public let card: SoftwareCard
    private let reader: CardInReader

    /// A new person whose card is of the given kind: RSA like today's My Number Card, or P-384 like the next.
    public init(_ cardClass: CardClass = .jpkiRSA) {
        let authority = cardClass == .jpkiP384 ? Self.nextAuthority : Self.authority
        card = authority.card(pin: "1234")
        reader = CardInReader(card, pin: "1234")
    }

    /// A person with a made-up name whose card, of today's kind, can sign too: for editions with a second index. The same name,
    /// day and sex again is the same person with another card.
    ///
    /// - Parameters:
    ///   - name: a name that nobody has.
    ///   - born: an era's digit, then year, month and day: `419900102`.
    ///   - sex: 1, 2 or 9.
    public init(named name: String, born: String = "419900102", sex: String = "2") {
        card = Self.authority.card(pin: "1234")
        let signing = Self.signatureAuthority.signatureCard(of: name, born: born, sex: sex)
        reader = CardInReader(card, pin: "1234", signing: (signing, "TEST0123"))
    }

    /// The authority behind demonstration cards of today's kind, made when first used and gone with the process.
    public static let authority = TestAuthority(for: .jpkiRSA)
    /// The same for the next kind.
    public static let nextAuthority = TestAuthority(for: .jpkiP384)

    /// The same for signature certificates.
    public static let signatureAuthority = TestAuthority.forSignatures()

    /// The kind of card.
    public var cardClass: CardClass { card.cardClass }

    /// The canonical input that stands for this person, 32 bytes.
    ///
    /// - Returns: 32 bytes, for the blinding only.
    /// - Throws: `CardError`.
    public func personInput() async throws -> [UInt8] { try await reader.personInput() }

    /// Certificate and signatures over `challenge`.
    ///
    /// - Parameter challenge: 32 bytes.
    /// - Returns: the bytes of `Spec/national-id.md` §2.
    /// - Throws: `CardError`.
    public func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        try await reader.evidence(over: challenge)
    }

    /// The second input of a person with a name.
    ///
    /// - Returns: 32 bytes, for the blinding only; `nil` for a person without a name.
    /// - Throws: `CardError`.
    public func secondInput() async throws -> [UInt8]? { try await reader.secondInput() }

    /// Signature certificate and signature over `challenge`.
    ///
    /// - Parameter challenge: 32 bytes.
    /// - Returns: the bytes of `Spec/national-id.md` §2; `nil` for a person without a name.
    /// - Throws: `CardError`.
    public func secondEvidence(over challenge: [UInt8]) async throws -> [UInt8]? {
        try await reader.secondEvidence(over: challenge)
    }
}

extension EvidenceVerifier where Self == JPKI {
    /// Accepts demonstration cards of both kinds and nothing else; asks their authorities about revocation. Every
    /// result that it stands behind says so.
    public static var testCards: JPKI {
        JPKI(
            anchors: .test(
                DemoIdentity.authority, DemoIdentity.nextAuthority,
                signatures: [DemoIdentity.signatureAuthority]),
            revocation: .requireGood(from: DemoRevocation()))
    }
}

/// Asks whichever of the demonstration authorities issued the certificate.
private struct DemoRevocation: RevocationSource {
    func revocation(
        ofSerialNumber serialNumber: [UInt8], issuer: [UInt8], at time: Int64
    ) async throws -> Revocation {
        let authorities = [
            DemoIdentity.authority, DemoIdentity.nextAuthority, DemoIdentity.signatureAuthority,
        ]
        for authority in authorities {
            if let answer = try? await authority.revocation(
                ofSerialNumber: serialNumber, issuer: issuer, at: time)
            {
                return answer
            }
        }
        throw Refusal.unavailable
    }
}
