internal import TegataCrypto
public import TegataSDJWT

/// Sends a request to a service and brings back its answer: HTTP, in the examples. The caller brings it, with its
/// addresses, time-outs and certificates; the library opens no socket.
///
/// - Throws: the `Refusal` that the service gave, `unavailable` when it could not be reached.
public typealias ServiceTransport =
    @Sendable (_ path: String, _ body: String) async throws(Refusal) -> String

/// An attestor on another machine.
public struct RemoteAttestor: AttestorService {
    /// The x-only key whose signatures count, 32 bytes.
    public let key: [UInt8]
    /// Whether it accepts certificates of a test authority.
    public let usesTestAnchors: Bool
    private let transport: ServiceTransport

    /// The attestor with this key, reached through `transport`.
    public init(key: [UInt8], usesTestAnchors: Bool, transport: @escaping ServiceTransport) {
        self.key = key
        self.usesTestAnchors = usesTestAnchors
        self.transport = transport
    }

    /// A fresh nonce for one session.
    public func challenge() async throws(Refusal) -> String {
        try await transport("challenge", "")
    }

    /// The signature over a session.
    public func attest(_ request: String) async throws(Refusal) -> String {
        try await transport("attest", request)
    }
}

/// An evaluation node on another machine.
public struct RemoteNode: EvaluationService {
    /// Which of the nodes it is, from 1.
    public let node: Int
    private let transport: ServiceTransport

    /// The node with this number, reached through `transport`.
    public init(node: Int, transport: @escaping ServiceTransport) {
        self.node = node
        self.transport = transport
    }

    /// What the node publishes of its share of an edition's key.
    public func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await transport("publish", edition.description)
    }

    /// The same, with the edition's terms.
    public func publish(_ terms: EditionTerms) async throws(Refusal) -> String {
        try await transport("publish", terms.encoded)
    }

    /// The node's evaluation of an attested session.
    public func evaluate(_ request: String) async throws(Refusal) -> String {
        try await transport("evaluate", request)
    }

    /// How often the node has evaluated an edition, signed with its share.
    public func count(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await transport("count", edition.description)
    }

    /// The node's share, dealt to a plan's recipients.
    public func handOver(_ plan: String) async throws(Refusal) -> String {
        try await transport("hand-over", plan)
    }

    /// Takes dealings of a share in, and answers the node's new public key.
    public func takeOver(_ offer: String) async throws(Refusal) -> String {
        try await transport("take-over", offer)
    }

    /// Erases the shares that came before a hand-over.
    public func retire(_ order: String) async throws(Refusal) {
        _ = try await transport("retire", order)
    }
}

/// The paths that `RemoteAttestor` and `RemoteNode` ask, for a server of any kind.
public enum ServiceRequests {
    /// What an attestor answers to `path`; `nil` for a path it does not have.
    public static func answer(
        _ path: String, _ body: String, by attestor: some AttestorService
    ) async throws(Refusal) -> String? {
        switch path {
        case "challenge": try await attestor.challenge()
        case "attest": try await attestor.attest(body)
        default: nil
        }
    }

    /// What a node answers to `path`; `nil` for a path it does not have.
    public static func answer(
        _ path: String, _ body: String, by node: some EvaluationService
    ) async throws(Refusal) -> String? {
        switch path {
        case "publish":
            return try await node.publish(try EditionTerms(asked: body))
        case "evaluate": return try await node.evaluate(body)
        case "count": return try await node.count(try edition(body))
        case "hand-over": return try await node.handOver(body)
        case "take-over": return try await node.takeOver(body)
        case "retire":
            try await node.retire(body)
            return ""
        default: return nil
        }
    }

    /// The requests after which a node has something to keep: a count that it signed must not fall after a restart.
    public static let changing: Set<String> = ["publish", "count", "take-over", "retire"]

    private static func edition(_ text: String) throws(Refusal) -> EditionDigest {
        guard let edition = Hex.decode(text).flatMap(EditionDigest.init) else { throw .malformed }
        return edition
    }
}
