public import TegataCrypto
public import TegataSDJWT

/// What an issuer signs with: cards and announcements with one key, register rows with another, so that a row's
/// signature can never be read as a card's, and the log's checkpoints with a third.
public struct IssuerKeys: Sendable {
    /// Signs cards, announcements and status lists: ES256K or ES256.
    public let card: SigningKey
    /// Signs rows of the register: BIP-340.
    public let register: Secp256k1.PrivateKey
    /// Signs the checkpoints of the log: Ed25519. Another key is another log to everyone who trusts this one.
    public let log: Ed25519.PrivateKey

    /// Public keys that signed cards before, and whose cards still count, each once. A key withdrawn as compromised is not here.
    public let earlier: [VerifyingKey]
    /// Public keys that signed cards before and were withdrawn: their cards are refused. What they announced in the log, where
    /// it cannot have come later, still reads as what it was.
    public let withdrawn: [VerifyingKey]

    /// The sites that must sign together where one alone is not to be believed; `nil` for an issuer without a council.
    public let council: Council?

    /// Keys that already exist.
    public init(
        card: SigningKey, register: Secp256k1.PrivateKey, log: Ed25519.PrivateKey,
        earlier: [VerifyingKey] = [], withdrawn: [VerifyingKey] = [], council: Council? = nil
    ) {
        self.card = card
        self.register = register
        self.log = log
        self.earlier = earlier
        self.withdrawn = withdrawn
        self.council = council
    }

    /// Fresh keys from the system's generator: secp256k1 for cards.
    public static func generate() -> IssuerKeys {
        IssuerKeys(
            card: .secp256k1(Secp256k1.PrivateKey()), register: Secp256k1.PrivateKey(),
            log: Ed25519.PrivateKey())
    }
}
