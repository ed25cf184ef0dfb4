internal import Synchronization
internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A node's secrets and what it did with them: the seeds of this epoch, the shares of live editions, and how often each
/// edition was evaluated. Sealed under a key, it is a file.
///
/// Whoever steals a sealed vault without its key has nothing. With the key: this node's part of every edition that is
/// still open, and of those opened from now on; of closed editions nothing, because their shares are erased.
final class NodeVault: Sendable {
    /// One share of a live edition, and what was done with it.
    struct Held {
        let share: NodeShare
        var evaluations: UInt64 = 0
        var late: UInt64 = 0
    }

    struct State {
        var epoch: UInt64 = 0
        var seeds: NodeSeeds
        /// What sub-shares are sealed to.
        var box: SecretScalar
        /// By edition and round.
        var shares = [EditionDigest: [UInt32: Held]]()
        var terms = [EditionDigest: EditionTerms]()
        var counts = [EditionDigest: UInt64]()
        /// From which round on an edition is evaluated here, once it was handed over.
        var rounds = [EditionDigest: UInt32]()
        var closed = Set<EditionDigest>()
    }

    let state: Mutex<State>
    let node: Int

    convenience init(_ seeds: NodeSeeds) {
        self.init(State(seeds: seeds, box: .random()))
    }

    init(_ state: State) {
        node = state.seeds.node
        self.state = Mutex(state)
    }

    var epoch: UInt64 { state.withLock { $0.epoch } }

    /// The public half of what sub-shares are sealed to.
    var boxKey: Point { state.withLock { $0.box }.timesGenerator }

    /// How often each edition was evaluated.
    var counts: [EditionDigest: UInt64] { state.withLock { $0.counts } }

    func terms(of edition: EditionDigest) -> EditionTerms? { state.withLock { $0.terms[edition] } }

    /// X_A of every piece, from the seeds of this epoch; the share of the edition and its terms are kept from here on.
    ///
    /// - Throws: `mismatch` for an edition of an earlier epoch, whose pieces nobody can publish again, and for other terms
    ///   than its first; `expired` for one that is closed.
    func publication(for terms: EditionTerms) throws(ProofError) -> [Int: Point] {
        let edition = terms.edition
        let seeds = state.withLock { $0.seeds }
        guard try share(for: edition).publicKey == (try seeds.share(for: edition)).publicKey
        else { throw .mismatch }
        let published = try seeds.publication(for: edition)
        let kept: EditionTerms? = state.withLock { state in
            if state.terms[edition] == nil { state.terms[edition] = terms }
            return state.terms[edition]
        }
        guard kept == terms else { throw .mismatch }
        return published
    }

    /// The edition's share under the keys of a round, 0 before any hand-over.
    ///
    /// - Throws: `expired` for an edition that is closed, or a round that was handed over; `unknownKey` for a round that
    ///   this node has no share of.
    func share(for edition: EditionDigest, round: UInt32 = 0) throws(ProofError) -> NodeShare {
        let (isOver, known, seeds) = state.withLock { state in
            (
                state.isOver(edition, round: round), state.shares[edition]?[round]?.share,
                state.seeds
            )
        }
        guard !isOver else { throw .expired }
        if let known { return known }
        guard round == 0 else { throw .unknownKey }
        let share = try seeds.share(for: edition)
        let kept: NodeShare? = state.withLock { state in
            // Whoever was first decides: neither moving on nor closing in between must be undone.
            guard !state.isOver(edition, round: round) else { return nil }
            let kept = state.shares[edition]?[round] ?? Held(share: share)
            state.shares[edition, default: [:]][round] = kept
            return kept.share
        }
        guard let kept else { throw .expired }
        return kept
    }

    func count(_ edition: EditionDigest, round: UInt32, isLate: Bool) {
        state.withLock { state in
            state.counts[edition, default: 0] += 1
            state.shares[edition]?[round]?.evaluations += 1
            if isLate { state.shares[edition]?[round]?.late += 1 }
        }
    }

    /// How often the newest share of an edition was used.
    ///
    /// - Throws: `unknownKey` without any.
    func held(_ edition: EditionDigest) throws(ProofError) -> (round: UInt32, held: Held) {
        let newest = state.withLock { $0.shares[edition]?.max { $0.key < $1.key } }
        guard let newest else { throw .unknownKey }
        return (newest.key, newest.value)
    }

    /// Keeps a share that was handed over. A hand-over may be tried again until the share is used.
    ///
    /// - Throws: `expired` for an edition that is closed, or a round that is over; `mismatch` for another share than the one that
    ///   was used.
    func keep(_ share: NodeShare, round: UInt32) throws(ProofError) {
        let failure: ProofError? = state.withLock { state in
            guard !state.isOver(share.edition, round: round) else { return .expired }
            let held = state.shares[share.edition]?[round]
            guard held?.share.publicKey != share.publicKey else { return nil }
            guard held?.evaluations ?? 0 == 0 else { return .mismatch }
            state.shares[share.edition, default: [:]][round] = Held(share: share)
            return nil
        }
        if let failure { throw failure }
    }

    /// Erases the shares of rounds before this one, and moves on, because the seeds could make the first of them again.
    /// Twice is once.
    func retire(_ edition: EditionDigest, before round: UInt32) {
        let isNew = state.withLock { state in
            guard state.rounds[edition, default: 0] < round else { return false }
            state.rounds[edition] = round
            state.shares[edition] = state.shares[edition]?.filter { $0.key >= round }
            return true
        }
        if isNew { ratchet() }
    }

    /// Moves on to the next epoch. The seeds of this one are wiped; shares of live editions stay.
    func ratchet() {
        state.withLock { state in
            state.seeds = state.seeds.ratcheted()
            state.epoch += 1
        }
    }

    /// Erases the share of an edition. Nobody can be evaluated in it any more, by anybody who comes later either.
    ///
    /// The seeds could make the share again, so whoever closes an edition also moves on.
    func close(_ edition: EditionDigest) {
        state.withLock { state in
            state.shares[edition] = nil
            state.closed.insert(edition)
        }
        ratchet()
    }
}

extension NodeVault.State {
    /// Whether nobody is evaluated here in this edition any more, under the keys of this round.
    fileprivate func isOver(_ edition: EditionDigest, round: UInt32) -> Bool {
        closed.contains(edition) || round < rounds[edition, default: 0]
    }
}
