public import TegataCrypto
package import TegataProofs
public import TegataSDJWT

/// Holds one share of every edition's key and evaluates attested sessions under it. It learns the edition, never
/// the person (protocol.md 4.2).
///
/// It only ever multiplies points that attestors signed, so it is no oracle for guessing people.
public struct EvaluationNode: EvaluationService {
    private let seeds: NodeSeeds
    private let attestors: AttestorSet
    private let clock: @Sendable () -> Int64

    package init(
        seeds: NodeSeeds, attestors: AttestorSet,
        clock: @escaping @Sendable () -> Int64 = { SystemClock.now }
    ) {
        self.seeds = seeds
        self.attestors = attestors
        self.clock = clock
    }

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
    public var node: Int { seeds.node }

    /// The points X_A of this node's pieces of the edition's key, by piece.
    public func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        let pieces = try binding { () throws(ProofError) in try seeds.publication(for: edition) }
        return JSON.object([
            "pieces": .array(
                pieces.sorted { $0.key < $1.key }.map {
                    ["piece": .whole(Int64($0.key)), "point": .bytes($0.value.encoded)]
                })
        ]).text
    }

    /// Checks the attestors' signatures, expiry and scope, then evaluates.
    ///
    /// - Throws: `malformed`, `expired`, `nationalIDInvalid`.
    public func evaluate(_ request: String) async throws(Refusal) -> String {
        let message = try JSON.message(request, limit: 64 * 1024)
        let token = try message.required("token").bytes()
        let scope = Scope(
            edition: try message.required("edition").fixedBytes(),
            salt: try message.required("salt").fixedBytes())
        let now = UInt64(clamping: clock())
        let answer = try binding { () throws(ProofError) in
            let token = try Token(parsing: token, threshold: attestors.threshold)
            let verified = try attestors.verify(token, at: now)
            var random = SystemRandomness()
            return try seeds.share(for: scope.edition).answer(
                verified, scope: scope, using: &random)
        }
        return JSON.object(["answer": .bytes(answer.encoded)]).text
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
