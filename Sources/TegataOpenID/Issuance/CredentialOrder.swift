public import TegataSDJWT

/// What `IssuanceServer` asks its issuer for, when everything about the request has been checked.
public struct CredentialOrder: Sendable {
    /// Who the credentials are for: the bytes that the offer was made for, or that the page approved.
    public let subject: [UInt8]
    /// Which kind, a name in the metadata.
    public let configuration: String
    /// The keys whose possession was proven, all different: one credential for each, and at most that many.
    public let holders: [VerifyingKey]
    /// 32 bytes, the same whenever the same grant asks for the same kind with the same keys: after a crash, a lost answer, or
    /// when deferred credentials are picked up. An issuer that sees it again gives what it gave before.
    public let idempotencyKey: [UInt8]
    /// How often the grant was refreshed: 0 at first. Beyond that, what the subject got before is replaced by these: they are no
    /// new ones.
    public let renewal: Int
}

extension CredentialOrder: CustomStringConvertible {
    /// Kind and number; neither subject nor keys.
    public var description: String { "\(holders.count) × \(configuration)" }
}

/// One credential.
public struct IssuedCredential: Sendable, Equatable {
    /// The SD-JWT.
    public let credential: String
    /// What Tegata's `Issuer` answered, for a wallet that can do more than show the card: its row, its opening and the proof
    /// that it is in the log. Goes along as `tegata`; other wallets ignore it.
    public let companion: String?

    /// A credential.
    public init(_ credential: String, companion: String? = nil) {
        self.credential = credential
        self.companion = companion
    }
}

extension IssuedCredential: CustomStringConvertible {
    /// Its size; nothing of the card.
    public var description: String { "<credential of \(credential.utf8.count) bytes>" }
}

/// What an issuer answers to an order. What it refuses it throws as a `Refusal`: `soldOut`, `alreadyClaimed`.
public enum CredentialOutcome: Sendable, Equatable {
    /// The credentials, in the order of the keys.
    case issued([IssuedCredential])
    /// Not yet: the wallet asks again after so many seconds, and the same order comes again.
    case later(after: Int)
}

/// What a wallet reports about credentials that it got.
public enum CredentialEvent: String, Sendable {
    /// They are stored.
    case accepted = "credential_accepted"
    /// They could not be stored.
    case failure = "credential_failure"
    /// The person did not want them.
    case deleted = "credential_deleted"
}

/// The numbers that an `IssuanceServer` lives by.
public struct IssuancePolicy: Sendable {
    /// Seconds that an offer can be redeemed.
    public var offerLifetime: Int64 = 600
    /// Wrong transaction codes before an offer locks.
    public var transactionCodeAttempts = 5
    /// Digits of a transaction code.
    public var transactionCodeLength = 6
    /// What wallets tell the person about it, at most 300 characters: one text for all languages.
    public var transactionCodeExplanation = "Shown where the offer was made"
    /// Seconds that a pushed authorization request waits for the person; an authorization code lives a tenth of it.
    public var authorizationLifetime: Int64 = 600
    /// Seconds that an access token opens anything.
    public var accessLifetime: Int64 = 600
    /// Seconds that a grant can be refreshed.
    public var refreshLifetime: Int64 = 90 * 86_400
    /// Seconds that a `c_nonce` is fresh.
    public var nonceLifetime: Int64 = 300
    /// Proofs, and so credentials, of one request.
    public var batchSize = 10
    /// Seconds that clocks may differ.
    public var skew: Int64 = 60
    /// Seconds after which an order that was never answered, because a process died, is given again.
    public var orderLease: Int64 = 60

    /// The defaults.
    public static let strict = IssuancePolicy()

    /// The defaults.
    public init() {}
}
