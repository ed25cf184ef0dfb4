public import TegataCrypto
public import TegataSDJWT

/// What an issuer signs with: cards and announcements with one key, register rows with another, so that a row's
/// signature can never be read as a card's.
public struct IssuerKeys: Sendable {
    /// Signs cards, announcements and status lists: ES256K or ES256.
    public let card: SigningKey
    /// Signs rows of the register: BIP-340.
    public let register: Secp256k1.PrivateKey

    /// Public keys that signed cards before, and whose cards still count, each once. A key withdrawn as compromised is not here.
    public let earlier: [VerifyingKey]

    /// Keys that already exist.
    public init(
        card: SigningKey, register: Secp256k1.PrivateKey, earlier: [VerifyingKey] = []
    ) {
        self.card = card
        self.register = register
        self.earlier = earlier
    }

    /// Fresh keys on secp256k1, from the system's generator.
    public static func generate() -> IssuerKeys {
        IssuerKeys(card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey())
    }
}
