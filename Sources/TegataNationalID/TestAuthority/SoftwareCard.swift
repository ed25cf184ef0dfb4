internal import Synchronization
public import Tegata
internal import TegataCrypto

/// A national ID card made of software, with what matters of the real one: a PIN that locks after three wrong tries, a
/// certificate that anyone may read, and a key that signs whatever digest the host hands it.
///
/// The names in brackets are the commands of the real card (national-id.md 2.4).
public final class SoftwareCard: Sendable {
    /// The kind of card.
    public let cardClass: CardClass
    /// The certificate, DER. Reading it needs no PIN (READ BINARY of EF 000A).
    public let certificate: [UInt8]
    private let key: Key
    private let pin: [UInt8]
    private let state: Mutex<State>

    /// Wrong PINs in a row until the card locks.
    public static let allowedTries = 3
    /// Wrong passwords in a row until a signature certificate's key locks.
    public static let allowedPasswordTries = 5
    private let allowed: Int

    /// The card's key.
    package enum Key: Sendable {
        case rsa(RSA.PrivateKey)
        case nist(NISTPrivateKey)

        var publicKey: VerificationKey {
            switch self {
            case .rsa(let key): .rsa(key.publicKey)
            case .nist(let key): .nist(key.publicKey)
            }
        }
    }

    private struct State {
        var triesLeft: Int
        var isUnlocked = false
    }

    package init(cardClass: CardClass, certificate: [UInt8], key: Key, pin: String) {
        self.cardClass = cardClass
        self.certificate = certificate
        self.key = key
        self.pin = Array(pin.utf8)
        allowed = cardClass == .jpkiSignature ? Self.allowedPasswordTries : Self.allowedTries
        state = Mutex(State(triesLeft: allowed))
    }

    /// How many wrong PINs the card will still take. Asking costs none (VERIFY without data, answer 63 Cx).
    public var triesLeft: Int { state.withLock { $0.triesLeft } }

    /// Enters the PIN (VERIFY).
    ///
    /// - Throws: `wrongPIN`, which costs one try, or `locked` when none is left; a locked card stays locked.
    public func verify(pin attempt: String) throws(CardError) {
        let attempt = Array(attempt.utf8)
        let (pin, allowed) = (pin, allowed)
        let isRight = SecretBytes.areEqual(attempt.span, pin.span)
        let error: CardError? = state.withLock { state in
            state.isUnlocked = false
            guard state.triesLeft > 0 else { return .locked }
            guard isRight else {
                state.triesLeft -= 1
                return state.triesLeft == 0 ? .locked : .wrongPIN
            }
            state.triesLeft = allowed
            state.isUnlocked = true
            return nil
        }
        if let error { throw error }
    }

    /// Takes the card out of the reader: the PIN has to be entered again.
    public func remove() { state.withLock { $0.isUnlocked = false } }

    /// Signs what the host hands over, whatever it says (COMPUTE DIGITAL SIGNATURE).
    ///
    /// An RSA card pads a DigestInfo that the *host* built; a P-384 card signs a 48-byte digest and answers r‖s.
    ///
    /// - Throws: `pinRequired` without the PIN, `refused` for bytes that do not fit.
    public func signature(over digest: [UInt8]) throws(CardError) -> [UInt8] {
        guard state.withLock({ $0.isUnlocked }) else { throw .pinRequired }
        switch key {
        case .rsa(let key):
            guard let signature = key.signature(ofDigestInfo: digest) else { throw .refused }
            return signature
        case .nist(let key):
            guard digest.count == key.publicKey.curve.coordinateByteCount else { throw .refused }
            return key.signature(forDigest: digest.span)
        }
    }
}

/// What a card answers instead of a signature.
@nonexhaustive
public enum CardError: Error, Equatable {
    /// Not the PIN; a try is gone.
    case wrongPIN
    /// Too many wrong PINs; the municipal office unlocks it.
    case locked
    /// The PIN has not been entered.
    case pinRequired
    /// Bytes that this card cannot sign.
    case refused
}
