public import TegataCrypto
package import TegataProofs
public import TegataSDJWT

/// Holds one share of every edition's key and evaluates attested sessions under it. It learns the edition, never
/// the person (protocol.md 4.2).
///
/// It only ever multiplies points that attestors signed, so it is no oracle for guessing people.
public struct EvaluationNode: EvaluationService {
    let vault: NodeVault
    /// The plans of hand-overs that this node's operator agreed to.
    let allowed = AllowedPlans()
    private let attestors: AttestorSet
    private let clock: @Sendable () -> Int64

    package init(
        seeds: NodeSeeds, attestors: AttestorSet,
        clock: @escaping @Sendable () -> Int64 = { SystemClock.now }
    ) {
        vault = NodeVault(seeds)
        self.attestors = attestors
        self.clock = clock
    }

    /// A node from what `sealed` wrote. `key` is 32 bytes that are kept elsewhere.
    ///
    /// - Throws: `unauthorized` for another key or a changed file, `unsupported` for another version, `malformed`, also
    ///   for attestor keys or a threshold that cannot be.
    public init(
        sealed bytes: [UInt8], under key: [UInt8], trusting attestors: [[UInt8]],
        attestorThreshold: Int
    ) throws(Refusal) {
        guard key.count == 32,
            let set = AttestorSet(keys: attestors, threshold: attestorThreshold)
        else { throw .malformed }
        vault = try NodeVault(sealed: bytes, under: SecretBytes(copying: key.span))
        self.attestors = set
        clock = { SystemClock.now }
    }

    /// Everything the node has to keep, encrypted and authenticated under `key`, 32 bytes (AES-256-GCM): for a file. Write
    /// it after `publish`, `moveOn` and `close`, before anybody is told.
    ///
    /// - Throws: `malformed` for a key of another size.
    public func sealed(under key: [UInt8]) throws(Refusal) -> [UInt8] {
        guard key.count == 32 else { throw .malformed }
        return vault.sealed(under: SecretBytes(copying: key.span))
    }

    /// Which epoch of seeds the node is in, from 0.
    public var epoch: UInt64 { vault.epoch }

    /// Moves on to the next epoch of seeds, with all other nodes, and erases those of this one. Editions that are open
    /// stay so.
    public func moveOn() {
        vault.ratchet()
    }

    /// Erases this node's share of an edition for good, and moves on, so that the seeds cannot make it again.
    public func close(_ edition: EditionDigest) {
        vault.close(edition)
    }

    /// How often each edition was evaluated: what a node publishes, so that mass evaluation shows.
    public var evaluations: [EditionDigest: UInt64] { vault.counts }

    /// A node that answers alone, with a fresh seed.
    static func embedded(trusting attestors: [[UInt8]], threshold: Int) -> EvaluationNode {
        var random = SystemRandomness()
        guard
            let node = try? deal(
                nodes: 1, threshold: 1, trusting: attestors, attestorThreshold: threshold,
                using: &random
            ).first
        else { preconditionFailure("one of one is a sharing") }
        return node
    }

    /// `nodes` nodes of one operator with fresh seeds, of which `threshold` answer together.
    ///
    /// Whoever calls this has seen every seed; separate operators agree on theirs among themselves.
    ///
    /// - Throws: `malformed` for thresholds or attestor keys that cannot be.
    public static func deal(
        nodes: Int, threshold: Int, trusting attestors: [[UInt8]], attestorThreshold: Int
    ) throws(Refusal) -> [EvaluationNode] {
        var random = SystemRandomness()
        return try deal(
            nodes: nodes, threshold: threshold, trusting: attestors,
            attestorThreshold: attestorThreshold, using: &random)
    }

    package static func deal(
        nodes: Int, threshold: Int, trusting attestors: [[UInt8]], attestorThreshold: Int,
        using random: inout some Randomness
    ) throws(Refusal) -> [EvaluationNode] {
        guard let sharing = Sharing(nodes: nodes, threshold: threshold),
            let set = AttestorSet(keys: attestors, threshold: attestorThreshold)
        else { throw .malformed }
        return NodeSeeds.deal(sharing, using: &random).map {
            EvaluationNode(seeds: $0, attestors: set)
        }
    }

    /// Which of the nodes this is, from 1.
    public var node: Int { vault.node }

    /// The points X_A of this node's pieces of the edition's key, by piece; everybody with a token is answered in it.
    public func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await publish(EditionTerms(edition: edition))
    }

    /// The same, for an edition with these terms.
    ///
    /// - Throws: `expired` for an edition that is closed, `conflict` for other terms than its first, `nationalIDInvalid` for one of
    ///   an earlier epoch.
    public func publish(_ terms: EditionTerms) async throws(Refusal) -> String {
        guard vault.terms(of: terms.edition).map({ $0 == terms }) != false else {
            throw .conflict
        }
        let pieces = try binding { () throws(ProofError) in try vault.publication(for: terms) }
        return JSON.object([
            "pieces": .array(
                pieces.sorted { $0.key < $1.key }.map {
                    ["piece": .whole(Int64($0.key)), "point": .bytes($0.value.encoded)]
                })
        ]).text
    }

    /// Checks the attestors' signatures, expiry, scope, and who asks, then evaluates.
    ///
    /// - Throws: `malformed`, `expired`, `nationalIDInvalid`, also for a certificate after the edition's cut-off;
    ///   `unauthorized` for a requester who is not certified where that is asked.
    public func evaluate(_ text: String) async throws(Refusal) -> String {
        let request = try EvaluationRequest(parsing: text)
        let edition = request.scope.edition
        let now = UInt64(clamping: clock())
        let verified = try binding { () throws(ProofError) in
            let token = try Token(parsing: request.token, threshold: attestors.threshold)
            let verified = try attestors.verify(token, at: now)
            // Terms are about an edition that the token is really for.
            try verified.check(request.scope)
            return verified
        }
        let isLate = try request.check(verified, under: vault.terms(of: edition), at: now)
        let answer = try binding { () throws(ProofError) in
            var random = SystemRandomness()
            return try vault.share(for: edition, round: request.round).answer(
                verified, scope: request.scope, using: &random)
        }
        vault.count(edition, round: request.round, isLate: isLate)
        return JSON.object(["answer": .bytes(answer.encoded)]).text
    }

    /// How often this node has evaluated an edition under its newest key, signed with its share: 125 bytes, base64url.
    ///
    /// - Throws: `nationalIDInvalid` for an edition that it has no share of.
    public func count(_ edition: EditionDigest) async throws(Refusal) -> String {
        let now = UInt64(clamping: clock())
        let count = try binding { () throws(ProofError) in
            let (round, held) = try vault.held(edition)
            var random = SystemRandomness()
            return try EvaluationCount(
                by: held.share, round: round, time: now, evaluations: held.evaluations,
                late: held.late, using: &random)
        }
        return Base64URL.encode(count.encoded)
    }
}

extension AttestorSet {
    /// Attestors with one key each; `nil` for a key that is not 32 bytes or a threshold that cannot be.
    init?(keys: [[UInt8]], threshold: Int) {
        var attestors = [String: [FixedBytes<32>]]()
        for key in keys {
            guard let fixed = FixedBytes<32>(key),
                attestors.updateValue([fixed], forKey: Hex.encode(key)) == nil
            else { return nil }
        }
        self.init(attestors, threshold: threshold)
    }
}
