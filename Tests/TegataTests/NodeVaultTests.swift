import TegataCrypto
import TegataNationalID
import TegataProofs
import TegataSDJWT
import TestSupport
import Testing

@testable import Tegata

/// What a node keeps, seals, moves on from and erases.
@Suite struct NodeVaultTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let attestor = [UInt8](repeating: 1, count: 32)
    private let edition = SHA256.hash([1])

    private func nodes() throws -> [EvaluationNode] {
        try EvaluationNode.deal(
            nodes: 3, threshold: 2, trusting: [attestor], attestorThreshold: 1)
    }

    private func open(_ sealed: [UInt8], _ key: [UInt8]? = nil) throws -> EvaluationNode {
        try EvaluationNode(
            sealed: sealed, under: key ?? self.key, trusting: [attestor], attestorThreshold: 1)
    }

    @Test func `a sealed node is the same node, and nothing without its key`() async throws {
        let node = try nodes()[1]
        let published = try await node.publish(edition)
        let sealed = try node.sealed(under: key)
        let opened = try open(sealed)
        #expect(opened.node == 2 && opened.epoch == 0)
        #expect(try await opened.publish(edition) == published)
        #expect(throws: Refusal.unauthorized) { try open(sealed, self.attestor) }
        #expect(throws: Refusal.malformed) { try open(sealed, []) }
        for index in stride(from: 0, to: sealed.count, by: 5) {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: Refusal.self) { try open(changed) }
        }
        for cut in [0, 1, 12, 29, sealed.count - 1] {
            #expect(throws: Refusal.self) { try open(Array(sealed[..<cut])) }
        }
        #expect(try node.sealed(under: key) != sealed, "a nonce is used once")
    }

    @Test func `open editions survive the next epoch, and their pieces are not published again`()
        async throws
    {
        let node = try nodes()[0]
        let published = try await node.publish(edition)
        let vault = try NodeVault(
            sealed: node.sealed(under: key), under: SecretBytes(copying: key.span))
        let before = try vault.share(for: edition).publicKey
        vault.ratchet()
        #expect(vault.epoch == 1)
        #expect(try vault.share(for: edition).publicKey == before)
        #expect(throws: ProofError.mismatch) {
            try vault.publication(for: EditionTerms(edition: edition))
        }
        let sealed = vault.sealed(under: SecretBytes(copying: key.span))
        let opened = try open(sealed)
        #expect(opened.epoch == 1)
        await #expect(throws: Refusal.self) { try await opened.publish(edition) }
        // A new edition in the new epoch has another key than it would have had.
        let fresh = SHA256.hash([2])
        #expect(try await opened.publish(fresh) != (try await node.publish(fresh)))
        #expect(try await node.publish(edition) == published)
    }

    @Test func `a closed edition is over, and the seeds that made it are gone`() async throws {
        let node = try nodes()[0]
        _ = try await node.publish(edition)
        node.close(edition)
        #expect(node.epoch == 1)
        await #expect(throws: Refusal.expired) { try await node.publish(edition) }
        let opened = try open(try node.sealed(under: key))
        await #expect(throws: Refusal.expired) { try await opened.publish(edition) }
    }

    @Test func `nodes that move on together agree again`() async throws {
        let nodes = try nodes()
        for node in nodes { node.moveOn() }
        let services = try IdentityServices(
            attestors: [Attestor(key: World.privateKey("attestor"), accepting: .testCards)],
            threshold: 1, nodes: nodes, threshold: 2)
        _ = try await IdentityParameters(services, for: EditionTerms(edition: edition))
        nodes[2].moveOn()
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await IdentityParameters(
                services, for: EditionTerms(edition: SHA256.hash([9])))
        }
    }

    @Test
    func `a card is issued over services that only text reaches, and evaluations are counted`()
        async throws
    {
        let attestor = Attestor(
            key: World.privateKey("attestor"), accepting: .testCards, store: .inMemory(),
            clock: { World.now })
        let set = try #require(AttestorSet(keys: [attestor.key], threshold: 1))
        var random = SeededRandomness("remote")
        let nodes = NodeSeeds.deal(try #require(Sharing(nodes: 2, threshold: 2)), using: &random)
            .map { EvaluationNode(seeds: $0, attestors: set, clock: { World.now }) }
        let services = try IdentityServices(
            attestors: [
                RemoteAttestor(key: attestor.key, usesTestAnchors: true) {
                    path, body throws(Refusal) in
                    guard
                        let answer = try await ServiceRequests.answer(path, body, by: attestor)
                    else { throw .unsupported }
                    return answer
                }
            ], threshold: 1,
            nodes: nodes.map { node in
                RemoteNode(node: node.node) { path, body throws(Refusal) in
                    guard let answer = try await ServiceRequests.answer(path, body, by: node)
                    else { throw .unsupported }
                    return answer
                }
            }, threshold: 2)
        let issuer = Issuer(
            at: World.club, keys: .generate(), identity: services, store: .inMemory(),
            clock: { World.now })
        let opened = try await issuer.open(
            Edition("remote", limit: 5, nationalID: [.jpkiP384]))
        let holder = Holder(
            key: .secp256k1(World.privateKey("holder")), secret: [1], clock: { World.now })
        let request = try await holder.request(opened, proving: DemoIdentity(.jpkiP384))
        _ = try holder.accept(try await issuer.issue(to: request), from: issuer.profile)
        #expect(nodes.map { $0.evaluations[opened.digest] } == [1, 1])
        #expect(try await ServiceRequests.answer("else", "", by: nodes[0]) == nil)
        await #expect(throws: Refusal.malformed) {
            try await ServiceRequests.answer("publish", "zz", by: nodes[0])
        }
    }
}
