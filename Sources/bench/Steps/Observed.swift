import Synchronization
import Tegata
import TegataNationalID

/// The text that a service was sent last, and whether it is to be kept from it.
final class Wire: Sendable {
    private let state = Mutex((isCut: false, last: ""))

    /// Runs `work` with the wire cut, and answers what it tried to send.
    func cut(_ work: () async throws -> Void) async -> String {
        state.withLock { $0.isCut = true }
        // It fails, because nobody answers it.
        try? await work()
        state.withLock { $0.isCut = false }
        return last
    }

    var last: String { state.withLock { $0.last } }

    fileprivate func send(_ text: String) throws(Refusal) {
        let isCut = state.withLock { state in
            state.last = text
            return state.isCut
        }
        if isCut { throw .unavailable }
    }
}

/// An attestor whose requests are seen and whose time is counted.
struct ObservedAttestor: AttestorService {
    let attestor: Attestor
    let wire: Wire
    let time: Stopwatch

    var key: [UInt8] { attestor.key }
    var usesTestAnchors: Bool { attestor.usesTestAnchors }

    func challenge() async throws(Refusal) -> String {
        try await time { () throws(Refusal) in try await attestor.challenge() }
    }

    func attest(_ request: String) async throws(Refusal) -> String {
        try wire.send(request)
        return try await time { () throws(Refusal) in try await attestor.attest(request) }
    }
}

/// The same for an evaluation node.
struct ObservedNode: EvaluationService {
    let evaluator: EvaluationNode
    let wire: Wire
    let time: Stopwatch

    var node: Int { evaluator.node }

    func publish(_ edition: EditionDigest) async throws(Refusal) -> String {
        try await evaluator.publish(edition)
    }

    func evaluate(_ request: String) async throws(Refusal) -> String {
        try wire.send(request)
        return try await time { () throws(Refusal) in try await evaluator.evaluate(request) }
    }
}

/// The same for an ID card, whose chip is not ours to measure.
struct ObservedCard: IdentityCard {
    let card: DemoIdentity
    let time: Stopwatch

    var cardClass: CardClass { card.cardClass }

    func personInput() async throws -> [UInt8] { try await time { try await card.personInput() } }

    func evidence(over challenge: [UInt8]) async throws -> [UInt8] {
        try await time { try await card.evidence(over: challenge) }
    }
}
