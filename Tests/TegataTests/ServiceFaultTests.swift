import Synchronization
import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// Two of three attestors and three of five nodes, some of which are away, slow or lying: the honest ones answer, and the
/// others are named.
@Suite struct ServiceFaultTests {
    /// How a service misbehaves.
    enum Fault: CaseIterable {
        case away, slow, noise, otherSession, otherKey

        var reasons: Set<Reason> {
            switch self {
            case .away: [.refused(.unavailable)]
            case .slow: [.late]
            case .noise: [.malformed]
            // An old answer of its own; for a node the proof is bound to the session.
            case .otherSession: [.contradicts, .proofInvalid]
            case .otherKey: [.signatureInvalid, .proofInvalid]
            }
        }

        /// What comes out of the service; `own` is an honest answer, `other` one under another key.
        func answer(
            _ own: String, other: String, first: String?
        ) async throws(Refusal) -> String {
            switch self {
            case .away: throw .unavailable
            case .slow:
                // Until whoever waits has gone.
                try? await Task.sleep(for: .seconds(3_600))
                throw .unavailable
            case .noise: return "{}"
            case .otherSession: return first ?? own
            case .otherKey: return other
            }
        }
    }

    struct FaultyAttestor: AttestorService {
        let honest: Attestor
        let other: Attestor
        let fault: Fault?
        let first = First()

        var key: [UInt8] { honest.key }
        var usesTestAnchors: Bool { true }
        func challenge() async throws(Refusal) -> String { try await honest.challenge() }

        func attest(_ request: String) async throws(Refusal) -> String {
            let own = try await honest.attest(request)
            let earlier = first.keep(own)
            guard let fault else { return own }
            guard fault == .otherKey else {
                return try await fault.answer(own, other: own, first: earlier)
            }
            let body = try Attestation(parsing: own).body
            var random = SystemRandomness()
            return Attestation(
                body: body,
                signature: body.signature(by: World.privateKey("a stranger"), using: &random)
            ).encoded
        }
    }

    struct FaultyNode: EvaluationService {
        let honest: EvaluationNode
        let other: EvaluationNode
        let fault: Fault?
        let first = First()

        var node: Int { honest.node }
        func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
            try await honest.publish(edition)
        }

        func evaluate(_ request: String) async throws(Refusal) -> String {
            let own = try await honest.evaluate(request)
            let earlier = first.keep(own)
            guard let fault else { return own }
            return try await fault.answer(
                own, other: try await other.evaluate(request), first: earlier)
        }
    }

    /// The first answer that a service ever gave.
    final class First: Sendable {
        private let text = Mutex<String?>(nil)
        func keep(_ answer: String) -> String? {
            text.withLock { text in
                defer { text = text ?? answer }
                return text
            }
        }
    }

    final class Named: Sendable {
        private let faults = Mutex<[ServiceFault]>([])
        func add(_ fault: ServiceFault) { faults.withLock { $0.append(fault) } }
        var all: [ServiceFault] { faults.withLock { $0 } }
    }

    /// An issuer over these services, faulty by number from 0.
    private func open(
        attestors faultyAttestors: [Int: Fault] = [:], nodes faultyNodes: [Int: Fault] = [:],
        named: Named
    ) async throws -> (issuer: Issuer, edition: OpenEdition) {
        let honest = (0..<3).map {
            Attestor(
                key: World.privateKey("attestor \($0)"), accepting: .testCards,
                store: .inMemory(), clock: { World.now })
        }
        let attestors = honest.enumerated().map {
            FaultyAttestor(
                honest: $0.element, other: honest[($0.offset + 1) % 3],
                fault: faultyAttestors[$0.offset])
        }
        func nodes(_ seed: String) throws -> [EvaluationNode] {
            var random = SeededRandomness(seed)
            let sharing = try #require(Sharing(nodes: 5, threshold: 3))
            let set = try #require(AttestorSet(keys: honest.map(\.key), threshold: 2))
            return NodeSeeds.deal(sharing, using: &random).map {
                EvaluationNode(seeds: $0, attestors: set, clock: { World.now })
            }
        }
        let wrong = try nodes("another epoch")
        let services = try IdentityServices(
            attestors: attestors, threshold: 2,
            nodes: nodes("this epoch").enumerated().map {
                FaultyNode(
                    honest: $0.element, other: wrong[$0.offset], fault: faultyNodes[$0.offset])
            }, threshold: 3, patience: .milliseconds(1_500), onFault: { named.add($0) })
        let issuer = Issuer(
            at: World.club, keys: .generate(), identity: services, store: .inMemory(),
            clock: { World.now })
        return (issuer, try await issuer.open(Edition("split", limit: 9, nationalID: [.jpkiP384])))
    }

    private func claim(
        _ issuer: Issuer, _ edition: OpenEdition, _ person: DemoIdentity = DemoIdentity(.jpkiP384)
    ) async throws {
        let holder = Holder(
            key: .secp256k1(World.privateKey("holder")), secret: [1], clock: { World.now })
        let request = try await holder.request(edition, proving: person)
        _ = try holder.accept(try await issuer.issue(to: request), from: issuer.profile)
    }

    @Test(arguments: Fault.allCases)
    func `one attestor of three may fail in any way, and is named`(fault: Fault) async throws {
        let named = Named()
        let (issuer, edition) = try await open(attestors: [0: fault], named: named)
        // The second session is the one in which an old answer can be given.
        let person = DemoIdentity(.jpkiP384)
        try await claim(issuer, edition, person)
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            try await claim(issuer, edition, person)
        }
        let key = Hex.encode(World.privateKey("attestor 0").publicKey.xOnly.array)
        #expect(!named.all.isEmpty)
        for fault_ in named.all {
            #expect(fault_.service == .attestor(key) && fault.reasons.contains(fault_.reason))
        }
    }

    @Test(arguments: Fault.allCases)
    func `two nodes of five may fail in any way, and are named`(fault: Fault) async throws {
        let named = Named()
        let (issuer, edition) = try await open(nodes: [0: fault, 2: fault], named: named)
        let person = DemoIdentity(.jpkiP384)
        try await claim(issuer, edition, person)
        await #expect(throws: IssuingError.refused(.alreadyClaimed)) {
            try await claim(issuer, edition, person)
        }
        #expect(Set(named.all.map(\.service)) == [.node(1), .node(3)])
        for one in named.all { #expect(fault.reasons.contains(one.reason)) }
    }

    @Test func `beyond the thresholds nothing is issued`() async throws {
        let named = Named()
        let two = try await open(attestors: [0: .away, 1: .away], named: named)
        await #expect(throws: Refusal.unavailable) { try await claim(two.issuer, two.edition) }
        let three = try await open(nodes: [0: .away, 1: .noise, 4: .otherKey], named: named)
        await #expect(throws: Refusal.unavailable) {
            try await claim(three.issuer, three.edition)
        }
    }

    @Test func `honest services are not named`() async throws {
        let named = Named()
        let (issuer, edition) = try await open(named: named)
        try await claim(issuer, edition)
        #expect(named.all.isEmpty)
    }
}
