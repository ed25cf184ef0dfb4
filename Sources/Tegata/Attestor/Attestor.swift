public import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// Sees the national ID card's certificate and signs that a person with such a card stands behind a blinded value,
/// without learning the edition (protocol.md 4.1).
///
/// It stores nothing about anyone: a nonce until it is used, and nothing after. What its key's theft allows is
/// stated in SECURITY.md.
public struct Attestor: AttestorService {
    private let privateKey: Secp256k1.PrivateKey
    private let evidence: any EvidenceVerifier
    private let store: ChallengeStore
    private let clock: @Sendable () -> Int64

    /// How long a session may take, in seconds.
    static let sessionLifetime: Int64 = 600
    /// Seconds by which a holder's clock may differ.
    static let skew: Int64 = 60

    /// An attestor that signs with `key` for what `evidence` accepts.
    public init(
        key: Secp256k1.PrivateKey, accepting evidence: some EvidenceVerifier,
        store: some StateStore = InMemoryStateStore()
    ) {
        self.init(key: key, accepting: evidence, store: store, clock: { SystemClock.now })
    }

    package init(
        key: Secp256k1.PrivateKey, accepting evidence: some EvidenceVerifier,
        store: some StateStore = InMemoryStateStore(),
        clock: @escaping @Sendable () -> Int64
    ) {
        privateKey = key
        self.evidence = evidence
        self.store = ChallengeStore(store, of: .attestor)
        self.clock = clock
    }

    /// The x-only public key, 32 bytes.
    public var key: [UInt8] { privateKey.publicKey.xOnly.array }

    /// Whether certificates of a test authority are accepted.
    public var usesTestAnchors: Bool { evidence.usesTestAnchors }

    /// A fresh nonce, 32 bytes in base64url, good for one session.
    public func challenge() async throws(Refusal) -> String {
        var random = SystemRandomness()
        let nonce = Base64URL.encode(random.bytes(32))
        let now = clock()
        try await store.remember(
            nonce, content: "", until: now + Self.sessionLifetime, now: now)
        return nonce
    }

    /// Checks, in this order: form, a cut-off of a whole day, our nonce, expiry, certificate and signatures, the second certificate
    /// where a second index is asked for, the blinding; then uses the nonce up and signs.
    ///
    /// - Throws: `malformed`, `replayed`, `expired`, `nationalIDInvalid`, `unavailable`; `unsupported` for a second index where
    ///   only one kind of certificate is known.
    public func attest(_ request: String) async throws(Refusal) -> String {
        let now = clock()
        let request = try AttestRequest(parsing: request)
        let challenge = request.challenge
        // A second of its own would name an edition; a day is shared by many.
        guard challenge.cutOff.map({ $0 % UInt64(Edition.day) == 0 }) != false else {
            throw .malformed
        }
        guard let mine = challenge.attestors.first(where: { $0.key.array == key }) else {
            throw .nationalIDInvalid
        }
        let nonce = Base64URL.encode(mine.nonce.array)
        guard try await store.content(of: nonce, now: now) != nil else { throw .nationalIDInvalid }
        guard now < Int64(clamping: challenge.expires) else { throw .expired }
        guard challenge.expires <= UInt64(clamping: now + Self.sessionLifetime + Self.skew)
        else {
            throw .malformed
        }
        let person = try await evidence.verify(
            request.evidence, over: challenge.hash.array, at: now)
        var second: VerifiedEvidence?
        if let signed = request.secondEvidence {
            guard request.cardClass.hasSecondInput else { throw .unsupported }
            second = try await evidence.verifySecond(signed, over: challenge.hash.array, at: now)
        }
        guard person.cardClass == request.cardClass,
            challenge.blinded.isBlinding(
                of: person.personInput, second: second?.personInput, proof: request.proof,
                challenge: challenge)
        else { throw .nationalIDInvalid }
        let seen = [person] + (second.map { [$0] } ?? [])
        var flags: Token.Flags = []
        if seen.contains(where: \.usesTestAnchors) { flags.insert(.testAnchors) }
        if seen.allSatisfy({ $0.revocation.state == .good }) { flags.insert(.revocationGood) }
        if let cutOff = challenge.cutOff, person.notBefore < Int64(clamping: cutOff) {
            flags.insert(.beforeCutOff)
        }
        guard let number = person.cardClass.number else { throw .unsupported }
        let body = Token.Body(
            cardClass: number, flags: flags, scope: challenge.scope, expires: challenge.expires,
            blinded: challenge.blinded, cutOff: challenge.cutOff)
        try await store.consume(nonce, now: now)
        var random = SystemRandomness()
        return Attestation(
            body: body, signature: body.signature(by: privateKey, using: &random)
        ).encoded
    }
}
