internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// The newest count of every node of an edition, under each of its keys. A count never falls.
struct CountState: Sendable {
    private struct Name: Hashable {
        let round: UInt32
        let node: Int
    }

    private var newest = [Name: EvaluationCount]()

    /// Takes a count in, whose proof is the caller's to check.
    ///
    /// - Returns: the count.
    /// - Throws: `malformed` for another edition's, or one below what the node said before.
    @discardableResult
    mutating func take(
        _ content: [UInt8], in edition: EditionDigest
    ) throws(Refusal) -> EvaluationCount {
        let count = try binding { () throws(ProofError) in
            try EvaluationCount(parsing: content)
        }
        let name = Name(round: count.round, node: count.node)
        guard count.edition == edition,
            newest[name].map({
                $0.evaluations <= count.evaluations && $0.late <= count.late
                    && $0.time <= count.time
            }) != false
        else { throw .malformed }
        newest[name] = count
        return count
    }

    /// Whether nobody has counted.
    var isEmpty: Bool { newest.isEmpty }

    /// How many sessions the counts are of, when each takes as many evaluations as the keys of its round ask for.
    func sessions(_ thresholds: [Int]) -> Int {
        thresholds.enumerated().reduce(0) { sum, round in
            let total = newest.values.reduce(UInt64(0)) {
                $1.round == UInt32(round.offset) ? $0 &+ $1.evaluations : $0
            }
            return sum + Int(clamping: total) / round.element
        }
    }
}
