import Synchronization
import Tegata
import TegataCrypto
import TegataNationalID
import TegataSDJWT
import Testing

/// A complete attest request that has not reached the attestor.
func attestRequest(to attestor: Attestor) async throws -> String {
    let held = HeldBack(attestor)
    let keys = attestor.key
    let node = try EvaluationNode.deal(
        nodes: 1, threshold: 1, trusting: [keys], attestorThreshold: 1)[0]
    let issuer = Issuer(
        at: World.club, keys: .generate(),
        identity: try IdentityServices(
            attestors: [held], threshold: 1, nodes: [node], threshold: 1),
        store: .inMemory(), clock: { World.now })
    let edition = try await issuer.open(
        Edition("founders", limit: 5, nationalID: [.jpkiP384]))
    let holder = Holder(
        key: .secp256k1(Secp256k1.PrivateKey()), secret: [1], clock: { World.now })
    _ = try? await holder.request(edition, proving: DemoIdentity(.jpkiP384))
    return held.request
}

/// An attestor whose line breaks after the request was written.
private final class HeldBack: AttestorService {
    private let attestor: Attestor
    private let last = Mutex("")

    init(_ attestor: Attestor) { self.attestor = attestor }

    var request: String { last.withLock { $0 } }
    var key: [UInt8] { attestor.key }
    var usesTestAnchors: Bool { attestor.usesTestAnchors }

    func challenge() async throws(Refusal) -> String { try await attestor.challenge() }

    func attest(_ request: String) async throws(Refusal) -> String {
        last.withLock { $0 = request }
        throw .unavailable
    }
}
