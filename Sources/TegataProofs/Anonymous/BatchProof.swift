package import TegataCrypto

/// "L is the index of one of the people behind these sessions", without saying of which: not even attestors and issuer
/// together can tell (protocol.md 4.3b).
///
///     one-out-of-many proof, and with a wallet's commitment D_h a linear proof of 96 bytes more
///
/// y is drawn after L; then R_j + y·β_j = ρ·(G + y·L) for the holder's own j. A foreign L survives only for at most one
/// y a session.
package enum BatchProof {
    /// How many bytes a proof has: 999 for 65 … 512 sessions, 1,095 with a wallet.
    package static func size(_ list: SessionList, withWallet: Bool) -> Int {
        OneOfMany.size(digits: list.digits) + (withWallet ? 96 : 0)
    }

    /// The proof about L alone: what settles a card that was issued at once, and is published. `secret` is the ρ of the
    /// session that L came from.
    ///
    /// - Throws: `mismatch` when that session is not in the list, or was evaluated to something else there.
    package static func settle(
        _ index: PersonIndex, _ secret: SecretScalar, in list: SessionList,
        context: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        guard index.edition == list.edition else { throw .mismatch }
        let statement = BatchStatement(list, index.point, wallet: nil, context)
        return try statement.prove(
            secret, at: statement.position(of: secret), witness: [], using: &source)
    }

    /// Checks proofs about one list together: 500 of them are one sum of about 1,024 terms and 64 a proof.
    ///
    /// - Throws: `mismatch` for an index of another edition, `malformed`, `invalidProof` when any does not hold.
    package static func verify(
        _ proofs: [(index: PersonIndex, proof: [UInt8])], in list: SessionList,
        context: ProofContext
    ) throws(ProofError) {
        var entries: [OneOfManyChecks.Entry] = []
        for (index, proof) in proofs {
            guard index.edition == list.edition else { throw .mismatch }
            let statement = BatchStatement(list, index.point, wallet: nil, context)
            entries.append(try statement.entry(proof))
        }
        guard list.checks.hold(entries) else { throw .invalidProof }
    }

    /// What the challenges of a settling proof follow from, then y and x, for other implementers.
    ///
    /// - Throws: `malformed`.
    package static func transcript(
        of proof: [UInt8], about index: PersonIndex, in list: SessionList, context: ProofContext
    ) throws(ProofError) -> (instance: [UInt8], fold: Scalar, challenge: Scalar) {
        let statement = BatchStatement(list, index.point, wallet: nil, context)
        return (statement.instance, statement.fold, try statement.entry(proof).challenge)
    }
}

/// A request for a card that shows no session: L, D_h and the proof that L comes from the list. 1,161 bytes for
/// 65 … 512 sessions (protocol.md 4.3b).
package struct BatchRequest: Hashable, Sendable {
    let index: Point
    let commitment: Point
    let proof: [UInt8]

    /// L 33 ‖ D_h 33 ‖ proof.
    package var encoded: [UInt8] { index.encoded + commitment.encoded + proof }

    /// The wallet's side: fresh s and r, and the ρ of the session that L came from.
    ///
    /// - Throws: `mismatch` when that session is not in the list, or was evaluated to something else there.
    package static func make(
        _ index: PersonIndex, _ secret: SecretScalar, in list: SessionList,
        question: ProofContext, using source: inout some Randomness
    ) throws(ProofError) -> (request: BatchRequest, secrets: PendingCard) {
        guard index.edition == list.edition else { throw .mismatch }
        let index = index.point
        let pending = PendingCard(redrawingFrom: &source)
        guard let commitment = pending.commitment else { throw .vanished }
        let statement = BatchStatement(list, index, wallet: commitment, question)
        let proof = try statement.prove(
            secret, at: statement.position(of: secret),
            witness: [pending.secret, pending.blinding], using: &source)
        return (BatchRequest(index: index, commitment: commitment, proof: proof), pending)
    }

    private init(index: Point, commitment: Point, proof: [UInt8]) {
        self.index = index
        self.commitment = commitment
        self.proof = proof
    }

    /// Reads a request of the list's one size.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8], list: SessionList) throws(ProofError) {
        var reader = Reader(bytes)
        index = try reader.point()
        commitment = try reader.point()
        proof = try reader.take(BatchProof.size(list, withWallet: true))
        try reader.finish()
    }

    /// The person's index and the wallet's half, once the proof holds. Whether L has a card, and whether one is left, is
    /// the register's to say.
    ///
    /// - Throws: `malformed`, `invalidProof`.
    package func verify(
        in list: SessionList, question: ProofContext
    ) throws(ProofError) -> (index: PersonIndex, wallet: WalletCommitment) {
        let entry = try BatchStatement(list, index, wallet: commitment, question).entry(proof)
        guard list.checks.hold([entry]) else { throw .invalidProof }
        return (PersonIndex(edition: list.edition, point: index), WalletCommitment(commitment))
    }
}

/// The statement of both: prover and verifier build the same one.
struct BatchStatement {
    private let list: SessionList
    private let index: Point
    private let wallet: Point?
    let instance: [UInt8]
    /// y.
    let fold: Scalar

    private let label: String

    init(_ list: SessionList, _ index: Point, wallet: Point?, _ context: ProofContext) {
        self.list = list
        self.index = index
        self.wallet = wallet
        label = wallet == nil ? "settle" : "batch"
        let relation = wallet.map { Statement.walletRelation($0).encoded } ?? []
        instance =
            Codec.count(list.digits) + Codec.count(list.count) + list.root.array + index.encoded
            + relation + Codec.prefixed(context.encoded)
        var sponge = OneOfMany.sponge(label: label)
        sponge.absorb(instance)
        fold = Scalar(reducingLittleEndian: sponge.squeeze(48))
    }

    /// Where the session of this ρ is in the list, by both points: a proof that failed because the list has another β for
    /// its R would tell whose it is.
    ///
    /// - Throws: `mismatch` when it is not there.
    func position(of secret: SecretScalar) throws(ProofError) -> SecretPosition {
        try SecretPosition(
            of: secret.timesGenerator.encoded + index.times(secret).encoded,
            in: zip(list.bases, list.evaluated).lazy.map { $0.encoded + $1.encoded })
    }

    func prove(
        _ secret: SecretScalar, at position: SecretPosition, witness: [SecretScalar],
        using source: inout some Randomness
    ) throws(ProofError) -> [UInt8] {
        var images: [Point] = []
        for (base, evaluated) in zip(list.bases, list.evaluated) {
            guard let folded = evaluated.times(fold), let image = Point.sum([base, folded])
            else { throw .vanished }
            images.append(image)
        }
        guard let foldedIndex = index.times(fold),
            let base = Point.sum([.generator, foldedIndex])
        else { throw .vanished }
        let membership = try OneOfMany.prove(
            position, in: images, base: base, opening: secret, digits: list.digits,
            hedging: witness, label: label, instance: instance, using: &source
        ).encoded
        guard let wallet else { return membership }
        return membership + (try linear(wallet, membership).prove(witness, using: &source))
    }

    func entry(_ proof: [UInt8]) throws(ProofError) -> OneOfManyChecks.Entry {
        guard proof.count == BatchProof.size(list, withWallet: wallet != nil) else {
            throw .malformed
        }
        var reader = Reader(proof)
        let membership = try OneOfMany(from: &reader, digits: list.digits)
        if let wallet {
            guard linear(wallet, membership.encoded).isValid(try reader.take(96)) else {
                throw .invalidProof
            }
        }
        return OneOfManyChecks.Entry(
            proof: membership,
            challenge: OneOfMany.challenge(
                label: label, instance: instance, commitments: membership.commitments),
            factors: [.one, fold], constant: nil, base: [(.one, .generator), (fold, index)])
    }

    private func linear(_ wallet: Point, _ membership: [UInt8]) -> SigmaProof<Point> {
        SigmaProof(Statement.walletRelation(wallet), label: label, after: instance + membership)
    }
}
