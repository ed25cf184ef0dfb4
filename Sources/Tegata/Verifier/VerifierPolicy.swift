public import TegataLog
public import TegataSDJWT

/// What a verifier insists on. Every omission is the strict choice, and nothing in a card or presentation widens it
/// (R1).
public struct VerifierPolicy: Sendable {
    /// Signature algorithms of cards and key binding.
    public var algorithms: Set<JWSAlgorithm> = JWSAlgorithm.cardDefaults
    /// Seconds by which clocks may differ.
    public var skew: Int64 = 60
    /// Seconds since a key binding was made.
    public var maximumKeyBindingAge: Int64 = 300
    /// Seconds for which a question waits for its answer.
    public var challengeLifetime: Int64 = 300
    /// Seconds since a status list was signed, whatever the list itself allows.
    public var maximumStatusAge: Int64 = 86_400
    /// Whether the holder's key must answer a fresh question. Without it a card is "authentic, holder not proven".
    public var requiresHolderBinding = true
    /// Whether the holder must prove, offline, that the card is in its issuer's log.
    public var requiresLogProof = false
    /// Who may vouch that a log says the same to everyone.
    public var witnesses: [NoteKey] = []
    /// How many of them must have signed the checkpoint of a log proof. 0 trusts the issuer not to show two logs; more
    /// than there are witnesses refuses every card.
    public var witnessQuorum = 0
    /// Whether a national-ID proof must have stood behind the card.
    public var requiresProofOfPerson = false
    /// Bytes of a presentation.
    public var maximumPresentationSize = 256 * 1024
    /// Disclosures in a presentation.
    public var maximumDisclosures = 1_024
    /// How deep JSON may be nested.
    public var maximumDepth = 32
    /// Bytes of a status list once decompressed.
    public var maximumStatusListSize = 16 * 1024 * 1024

    /// The strict defaults.
    public init() {}

    /// The strict defaults.
    public static let strict = VerifierPolicy()

    /// How presentations are read under this policy.
    package var presentation: SDJWTPolicy {
        var policy = SDJWTPolicy.credential
        policy.algorithms = algorithms
        policy.bytes = maximumPresentationSize
        policy.disclosures = maximumDisclosures
        policy.json.depth = maximumDepth
        return policy
    }
}
