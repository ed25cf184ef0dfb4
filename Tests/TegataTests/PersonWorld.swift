import Synchronization
import Tegata
import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

/// A club whose members prove who they are, one attestor, one node, all at one moment.
struct PersonWorld: Sendable {
    let attestor: Attestor
    let tap: Tap
    let node: EvaluationNode
    let nodeTap: NodeTap
    let services: IdentityServices
    let issuerKey = SigningKey.secp256k1(World.privateKey("club"))
    let issuer: Issuer
    let founders: OpenEdition
    let holderKey = SigningKey.secp256k1(World.privateKey("member"))
    let holder: Holder
    let identity = DemoIdentity(.jpkiP384)

    static let shared = Task { try await PersonWorld() }

    /// `ahead` is by how many seconds the holder's clock is ahead of everybody else's.
    init(
        accepting evidence: some EvidenceVerifier = .testCards, at id: String = World.club,
        hidesTestAnchors: Bool = false, ahead: Int64 = 0, services shared: PersonWorld? = nil
    ) async throws {
        attestor =
            shared?.attestor
            ?? Attestor(
                key: World.privateKey("attestor"), accepting: evidence, store: .inMemory(),
                clock: { World.now })
        tap = Tap(attestor, hidesTestAnchors: hidesTestAnchors)
        let keys = [attestor.key].compactMap(FixedBytes<32>.init)
        let set = try #require(AttestorSet(["one": keys], threshold: 1))
        var random = SeededRandomness("node")
        let sharing = try #require(Sharing(nodes: 1, threshold: 1))
        let seeds = try #require(NodeSeeds.deal(sharing, using: &random).first)
        node = EvaluationNode(seeds: seeds, attestors: set, clock: { World.now })
        nodeTap = NodeTap(node)
        services = try IdentityServices(
            attestors: [tap], threshold: 1, nodes: [nodeTap], threshold: 1)
        issuer = Issuer(
            at: id,
            keys: IssuerKeys(
                card: issuerKey, register: World.privateKey("club register"), log: World.logKey),
            identity: services, store: .inMemory(),
            clock: { World.now })
        founders = try await issuer.open(
            Edition("founders", limit: 500, nationalID: [.jpkiRSA, .jpkiP384]))
        holder = Holder(key: holderKey, secret: [4, 5, 6], clock: { World.now + ahead })
    }

    /// The same issuer over a log of its own, so that what stands in it can be counted.
    func issuer(
        over journal: InMemoryJournal, publishing directory: LogDirectory? = nil
    ) -> Issuer {
        Issuer(
            at: World.club,
            keys: IssuerKeys(
                card: issuerKey, register: World.privateKey("club register"), log: World.logKey),
            log: journal, publishing: directory, identity: services, store: .inMemory(),
            clock: { World.now })
    }

    /// A wallet of somebody else.
    static func holder(_ seed: String) -> Holder {
        Holder(
            key: .secp256k1(World.privateKey(seed)), secret: Array(seed.utf8),
            clock: { World.now })
    }

    /// Asks for a card and gets it.
    func card(
        _ identity: some IdentityCard, for holder: Holder? = nil
    ) async throws -> (card: Card, issued: String) {
        let holder = holder ?? self.holder
        let request = try await holder.request(founders, proving: identity)
        let issued = try await issuer.issue(to: request, claims: ["tier": "gold"])
        return (try holder.accept(issued, from: issuer.profile), issued)
    }

    func door(at id: String = World.doorID, kiosks: [Secp256k1.PublicKey] = []) -> Verifier {
        Verifier(
            at: id, trusting: [issuer.profile], kiosks: kiosks, store: .inMemory(),
            clock: { World.now })
    }

    /// How many cards there are, as the issuer publishes it.
    func issuedCount() async throws -> Int64? {
        try await TegataTests.issuedCount(issuer, founders)
    }
}

/// How many cards of an edition there are, as its issuer publishes it.
func issuedCount(_ issuer: Issuer, _ edition: OpenEdition) async throws -> Int64? {
    let list = try await issuer.publicLists(of: edition).split(separator: ".")
    return try JSON(parsing: Base64URL.decode(String(list[1])))["issued"]?.integer
}

/// An attestor seen through a wire: what was sent to it is remembered.
final class Tap: AttestorService {
    private let attestor: Attestor
    private let hidesTestAnchors: Bool
    private let log = Mutex<[String]>([])

    init(_ attestor: Attestor, hidesTestAnchors: Bool) {
        self.attestor = attestor
        self.hidesTestAnchors = hidesTestAnchors
    }

    var key: [UInt8] { attestor.key }
    var usesTestAnchors: Bool { attestor.usesTestAnchors && !hidesTestAnchors }
    /// The requests sent so far.
    var requests: [String] { log.withLock { $0 } }

    func challenge() async throws(Refusal) -> String { try await attestor.challenge() }

    func attest(_ request: String) async throws(Refusal) -> String {
        log.withLock { $0.append(request) }
        return try await attestor.attest(request)
    }
}

/// The same for a node.
final class NodeTap: EvaluationService {
    private let evaluator: EvaluationNode
    private let log = Mutex<[String]>([])

    init(_ node: EvaluationNode) { evaluator = node }

    var node: Int { evaluator.node }
    var requests: [String] { log.withLock { $0 } }

    func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await evaluator.publish(edition)
    }

    func publish(_ terms: EditionTerms) async throws(Refusal) -> String {
        try await evaluator.publish(terms)
    }

    func count(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await evaluator.count(edition)
    }

    func evaluate(_ request: String) async throws(Refusal) -> String {
        log.withLock { $0.append(request) }
        return try await evaluator.evaluate(request)
    }
}

/// An ID card whose evidence is changed on the way.
struct SpoiltCard: IdentityCard {
    let wrapped: any IdentityCard
    let change: @Sendable ([UInt8], [UInt8]) async throws -> [UInt8]

    /// `change` gets the evidence and the challenge.
    init(
        _ wrapped: some IdentityCard,
        _ change: @escaping @Sendable ([UInt8], [UInt8]) async throws -> [UInt8]
    ) {
        self.wrapped = wrapped
        self.change = change
    }

    var cardClass: CardClass { wrapped.cardClass }

    func personInput() async throws -> [UInt8] { try await wrapped.personInput() }

    func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        try await change(try await wrapped.evidence(over: challenge), challenge)
    }
}

/// A compact JWS taken apart: header and payload as members, to be signed anew.
struct TokenForgery {
    var header: Members
    var payload: Members

    init(_ token: String) throws {
        let segments = token.split(separator: ".").map(String.init)
        header = Members(try JSON(parsing: Base64URL.decode(segments[0])).object ?? [:])
        payload = Members(try JSON(parsing: Base64URL.decode(segments[1])).object ?? [:])
    }

    func signed(by key: SigningKey) throws -> String {
        try Forgery.sign(header.text, payload.text, by: key)
    }
}
