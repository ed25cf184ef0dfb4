public import TegataSDJWT

/// An attestor as a holder or kiosk reaches it: in this process, or over a network that the caller brings. Text
/// crosses, types stay home (Spec/binding.md).
public protocol AttestorService: Sendable {
    /// The BIP-340 key whose signatures count, 32 bytes.
    var key: [UInt8] { get }
    /// Whether certificates of a test authority are accepted.
    var usesTestAnchors: Bool { get }

    /// A fresh nonce for one session.
    func challenge() async throws(Refusal) -> String

    /// The signature over a session, for evidence that an ID card signed its challenge.
    func attest(_ request: String) async throws(Refusal) -> String
}

/// An evaluation node as a holder or kiosk reaches it.
public protocol EvaluationService: Sendable {
    /// Which of the nodes this is, from 1.
    var node: Int { get }

    /// What the node publishes of its share of an edition's key.
    func publish(_ edition: EditionDigest) async throws(Refusal) -> String

    /// The same, telling the node whom it may answer in the edition. The first terms of an edition are its terms.
    func publish(_ terms: EditionTerms) async throws(Refusal) -> String

    /// The node's evaluation of an attested session.
    func evaluate(_ request: String) async throws(Refusal) -> String

    /// How often the node has evaluated an edition, signed with its share.
    func count(_ edition: EditionDigest) async throws(Refusal) -> String

    /// The node's share, dealt to a plan's recipients.
    func handOver(_ plan: String) async throws(Refusal) -> String

    /// Takes dealings of a share in, and answers the node's new public key.
    func takeOver(_ offer: String) async throws(Refusal) -> String

    /// Erases the shares that came before a hand-over.
    func retire(_ order: String) async throws(Refusal)
}

extension EvaluationService {
    /// For a service that knows no terms: an edition without any.
    ///
    /// - Throws: `unsupported` for an edition whose nodes have something to heed.
    public func publish(_ terms: EditionTerms) async throws(Refusal) -> String {
        guard terms.areOpen else { throw .unsupported }
        return try await publish(terms.edition)
    }

    /// For a service that signs no counts.
    ///
    /// - Throws: `unsupported`.
    public func count(_ edition: EditionDigest) async throws(Refusal) -> String {
        throw .unsupported
    }

    /// For a service that keeps its share.
    ///
    /// - Throws: `unsupported`.
    public func handOver(_ plan: String) async throws(Refusal) -> String { throw .unsupported }

    /// For a service that takes no share.
    ///
    /// - Throws: `unsupported`.
    public func takeOver(_ offer: String) async throws(Refusal) -> String { throw .unsupported }

    /// For a service that keeps its share.
    ///
    /// - Throws: `unsupported`.
    public func retire(_ order: String) async throws(Refusal) { throw .unsupported }
}

/// The attestors and evaluation nodes behind an edition, and how many of each it takes.
///
/// One operator or eight, the messages, sizes and checks are the same (protocol.md, decision 2).
public struct IdentityServices: Sendable {
    let attestors: [any AttestorService]
    let attestorThreshold: Int
    let nodes: [any EvaluationService]
    let nodeThreshold: Int
    let trust: TrustProfile
    /// How long one service may take.
    var patience: Duration = .seconds(5)
    /// Told of every service that does not answer, or not truly.
    var onFault: @Sendable (ServiceFault) -> Void = { _ in }

    /// Services of separate operators. One that is away, slow or lying is left out while enough others answer, and named
    /// to `onFault`; `patience` is how long one may take.
    ///
    /// - Throws: `malformed` unless both thresholds are between 1 and the number of services, at most 9 nodes.
    public init(
        attestors: [any AttestorService], threshold attestorThreshold: Int,
        nodes: [any EvaluationService], threshold nodeThreshold: Int,
        patience: Duration = .seconds(5),
        onFault: @escaping @Sendable (ServiceFault) -> Void = { _ in }
    ) throws(Refusal) {
        try self.init(
            attestors: attestors, threshold: attestorThreshold, nodes: nodes,
            threshold: nodeThreshold,
            trust: .split(
                attestors: .init(needed: attestorThreshold, total: attestors.count),
                nodes: .init(needed: nodeThreshold, total: nodes.count)))
        self.patience = patience
        self.onFault = onFault
    }

    private init(
        attestors: [any AttestorService], threshold attestorThreshold: Int,
        nodes: [any EvaluationService], threshold nodeThreshold: Int, trust: TrustProfile
    ) throws(Refusal) {
        guard (1...max(attestors.count, 1)).contains(attestorThreshold), !attestors.isEmpty,
            nodes.count <= 9, (1...max(nodes.count, 1)).contains(nodeThreshold), !nodes.isEmpty
        else { throw .malformed }
        self.attestors = attestors
        self.attestorThreshold = attestorThreshold
        self.nodes = nodes
        self.nodeThreshold = nodeThreshold
        self.trust = trust
    }

    /// One attestor and one node in this process, with fresh keys: the operator sees person and edition.
    public static func embedded(accepting evidence: some EvidenceVerifier) -> IdentityServices {
        let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: evidence)
        return embedded(attestor, EvaluationNode.embedded(trusting: [attestor.key], threshold: 1))
    }

    /// One attestor and one node in this process, with keys that are kept: the operator sees person and edition.
    public static func embedded(_ attestor: Attestor, _ node: EvaluationNode) -> IdentityServices {
        do {
            var services = try IdentityServices(
                attestors: [attestor], threshold: 1, nodes: [node], threshold: 1, trust: .embedded)
            // Nobody here is away, and nobody else could answer: a busy machine is worth waiting for.
            services.patience = .seconds(60)
            return services
        } catch {
            preconditionFailure("one of one is a threshold")
        }
    }

    /// Whether certificates of a test authority are accepted by any attestor.
    public var usesTestAnchors: Bool { attestors.contains(where: \.usesTestAnchors) }
}
