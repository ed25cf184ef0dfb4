internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What a log says of an edition's sessions from two sides: what nodes counted, and what the issuer entered (Spec/audit.md).
struct SessionCount: Sendable {
    private var counts = CountState()
    /// Cards, and what else takes an ID card and so an evaluation: none of them can do with fewer.
    private var cards = 0
    private var others = 0
    private var entrants = 0
    /// Who has counted in this round of counts, and what was entered when it began and when the one before began.
    private var round = Set<Int>()
    private var began = (now: 0, before: 0)
    private var isHandedOver = false
    /// How many sessions the last whole round of counts lacks.
    private(set) var missing = 0

    /// How many evaluations the entries took, at least: a card that was drawn, or comes from a list, has the session of its entrant
    /// or its deposit.
    var entered: Int { max(cards, entrants) + others }

    /// Whether no node has counted.
    var isEmpty: Bool { counts.isEmpty }

    /// Takes an entry that took a session.
    mutating func take(_ kind: LogEntry.Kind) {
        switch kind {
        case .card: cards += 1
        case .reissue, .transfer, .renewal: others += 1
        case .entrant: entrants += 1
        // Counts under the keys of before end at some time, and nobody sees which.
        case .nodes: isHandedOver = true
        default: break
        }
    }

    /// Takes a node's count in, whose proof holds under the edition's keys.
    ///
    /// - Throws: `malformed`, as `CountState.take`.
    mutating func take(
        _ content: [UInt8], in edition: EditionDigest, _ keys: NodeRounds
    ) throws(Refusal) {
        let count = try counts.take(content, in: edition)
        guard let signers = keys.keys(of: count.round) else { throw .malformed }
        try binding { () throws(ProofError) in try count.check(by: signers) }
        if !round.insert(count.node).inserted {
            round = [count.node]
            began = (entered, began.now)
        } else if round.count == 1 {
            began = (entered, began.now)
        }
        guard !isHandedOver, round.count == signers.sharing.nodes else { return }
        // What was entered when nodes were asked the time before, they had evaluated when they were asked now.
        missing = max(0, began.before - evaluated(keys))
    }

    /// How many sessions nodes say they evaluated, all of them together.
    func evaluated(_ keys: NodeRounds) -> Int {
        counts.sessions(keys.all.map(\.sharing.threshold))
    }
}
