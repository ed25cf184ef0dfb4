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
    private struct State {
        var epoch: UInt64 = 0
        var seeds: NodeSeeds
        var shares = [EditionDigest: NodeShare]()
        var counts = [EditionDigest: UInt64]()
        var closed = Set<EditionDigest>()
    }

    private let state: Mutex<State>
    let node: Int

    init(_ seeds: NodeSeeds) {
        node = seeds.node
        state = Mutex(State(seeds: seeds))
    }

    var epoch: UInt64 { state.withLock { $0.epoch } }

    /// How often each edition was evaluated.
    var counts: [EditionDigest: UInt64] { state.withLock { $0.counts } }

    /// X_A of every piece, from the seeds of this epoch; the share of the edition is kept from here on.
    ///
    /// - Throws: `mismatch` for an edition of an earlier epoch, whose pieces nobody can publish again.
    func publication(for edition: EditionDigest) throws(ProofError) -> [Int: Point] {
        let seeds = state.withLock { $0.seeds }
        guard try share(for: edition).publicKey == (try seeds.share(for: edition)).publicKey
        else { throw .mismatch }
        return try seeds.publication(for: edition)
    }

    /// The edition's share.
    ///
    /// - Throws: `expired` for an edition that is closed.
    func share(for edition: EditionDigest) throws(ProofError) -> NodeShare {
        let (isClosed, known, seeds) = state.withLock { state in
            (state.closed.contains(edition), state.shares[edition], state.seeds)
        }
        guard !isClosed else { throw .expired }
        if let known { return known }
        let share = try seeds.share(for: edition)
        let kept: NodeShare? = state.withLock { state in
            // Whoever was first decides: neither moving on nor closing in between must be undone.
            guard !state.closed.contains(edition) else { return nil }
            let kept = state.shares[edition] ?? share
            state.shares[edition] = kept
            return kept
        }
        guard let kept else { throw .expired }
        return kept
    }

    func count(_ edition: EditionDigest) {
        state.withLock { $0.counts[edition, default: 0] += 1 }
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

    func sealed(under key: SecretBytes) -> [UInt8] {
        let text = state.withLock { state in
            JSON.object([
                "epoch": .whole(Int64(state.epoch)), "seeds": .bytes(state.seeds.exposedBytes),
                "shares": .array(
                    state.shares.map {
                        ["edition": .bytes($0.key.array), "share": .bytes($0.value.exposedBytes)]
                    }),
                "counts": .array(
                    state.counts.map {
                        ["edition": .bytes($0.key.array), "count": .whole(Int64($0.value))]
                    }),
                "closed": .array(state.closed.map { .bytes($0.array) }),
            ]).encoded
        }
        return SealedBox.seal(text, under: key)
    }

    /// - Throws: `unsupported` for another version, `unauthorized` for another key or a changed file, `malformed`.
    init(sealed bytes: [UInt8], under key: SecretBytes) throws(Refusal) {
        let text: [UInt8]
        do throws(CryptoError) {
            text = try SealedBox.open(bytes, under: key)
        } catch {
            throw error == .malformed ? .unsupported : .unauthorized
        }
        let json = try JSON(parsing: text)
        let encodedSeeds = try json.required("seeds").bytes()
        let seeds = try binding { () throws(ProofError) in
            try NodeSeeds(exposedBytes: encodedSeeds)
        }
        var state = State(epoch: try json.required("epoch").time(), seeds: seeds)
        for entry in try json.required("shares").elements(atMost: 1 << 20) {
            let edition: EditionDigest = try entry.required("edition").fixedBytes()
            let share = try entry.required("share").bytes()
            state.shares[edition] = try binding { () throws(ProofError) in
                try NodeShare(exposedBytes: share, node: seeds.node, edition: edition)
            }
        }
        for entry in try json.required("counts").elements(atMost: 1 << 20) {
            let edition: EditionDigest = try entry.required("edition").fixedBytes()
            state.counts[edition] = try entry.required("count").time()
        }
        for entry in try json.required("closed").elements(atMost: 1 << 20) {
            state.closed.insert(try entry.fixedBytes())
        }
        node = seeds.node
        self.state = Mutex(state)
    }
}
