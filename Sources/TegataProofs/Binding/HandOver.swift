package import TegataCrypto

/// What one node of the old set hands to the new one: commitments to a polynomial whose value at 0 is its share, and the
/// values at the recipients' numbers, each sealed (Feldman's verifiable sharing of a share).
///
///     dealer 1 ‖ C_0 … C_{t'−1} 33 each ‖ E 33 ‖ sealed sub-share 48 for each recipient ‖ proof 64
package struct HandOverDealing: Hashable, Sendable {
    /// The old set's number of who dealt.
    package let dealer: Int
    /// C_m = a_mG; C_0 is the dealer's published key.
    let commitments: [Point]
    let ephemeral: Point
    let sealed: [[UInt8]]
    let proof: [UInt8]

    /// How many bytes a dealing has.
    package static func size(_ plan: HandOverPlan) -> Int {
        1 + 33 * plan.sharing.threshold + 33 + 48 * plan.sharing.nodes + 64
    }

    private var body: [UInt8] {
        [UInt8(dealer)] + commitments.flatMap(\.encoded) + ephemeral.encoded
            + sealed.flatMap { $0 }
    }

    /// The written form.
    package var encoded: [UInt8] { body + proof }

    init(
        dealer: Int, commitments: [Point], ephemeral: Point, sealed: [[UInt8]], proof: [UInt8] = []
    ) {
        self.dealer = dealer
        self.commitments = commitments
        self.ephemeral = ephemeral
        self.sealed = sealed
        self.proof = proof
    }

    /// Reads a dealing of the plan's one size.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8], for plan: HandOverPlan) throws(ProofError) {
        var reader = Reader(bytes)
        let dealer: UInt8 = try reader.integer()
        var commitments: [Point] = []
        for _ in 0..<plan.sharing.threshold { commitments.append(try reader.point()) }
        let ephemeral = try reader.point()
        var sealed: [[UInt8]] = []
        for _ in 0..<plan.sharing.nodes { sealed.append(try reader.take(48)) }
        let proof = try reader.take(64)
        try reader.finish()
        self.init(
            dealer: Int(dealer), commitments: commitments, ephemeral: ephemeral, sealed: sealed,
            proof: proof)
    }

    /// What the dealer signs with its share: everything, so that nobody on the way makes it a liar.
    func statement(_ plan: HandOverPlan) -> SigmaProof<Point> {
        Statement.holding(
            commitments[0], label: "hand-over",
            ProofContext(
                edition: plan.edition.array, purpose: Array("hand-over".utf8),
                subject: BindingHash.tagged("hand-over", plan.hash.array, body).array))
    }

    /// Σ C_m·j^m: what the sub-share of recipient `node` must be the logarithm of; `nil` for the identity.
    func expected(of node: Int) -> Point? { Self.value(of: commitments, at: node) }

    static func value(of commitments: [Point], at node: Int) -> Point? {
        var power = Scalar.one
        var terms: [Point] = []
        for commitment in commitments {
            if let term = commitment.times(power) { terms.append(term) }
            power = power * Scalar(UInt64(node))
        }
        return Point.sum(terms)
    }
}

extension NodeShare {
    /// Deals this share to the plan's recipients. Only for a plan that the node's operator agreed to: as many recipients as
    /// its threshold have the key together.
    ///
    /// - Throws: `mismatch` for another edition's plan, `vanished` with probability 2^-255.
    package func deal(
        _ plan: HandOverPlan, using source: inout some Randomness
    ) throws(ProofError) -> HandOverDealing {
        guard plan.edition == edition else { throw .mismatch }
        var coefficients = [secret]
        for _ in 1..<plan.sharing.threshold { coefficients.append(.random(using: &source)) }
        let ephemeral = SecretScalar.random(using: &source)
        var sealed: [[UInt8]] = []
        for (number, recipient) in zip(1..., plan.recipients) {
            var value = coefficients[coefficients.count - 1]
            for coefficient in coefficients.dropLast().reversed() {
                guard let product = value.times(Scalar(UInt64(number))),
                    let sum = product + coefficient
                else { throw .vanished }
                value = sum
            }
            let key = HandOverBox.key(
                shared: recipient.times(ephemeral), ephemeral.timesGenerator, recipient, plan,
                dealer: node)
            sealed.append(try HandOverBox.seal(value, under: key))
        }
        let dealing = HandOverDealing(
            dealer: node, commitments: coefficients.map(\.timesGenerator),
            ephemeral: ephemeral.timesGenerator, sealed: sealed)
        let proof = try dealing.statement(plan).prove([secret], using: &source)
        return HandOverDealing(
            dealer: node, commitments: dealing.commitments, ephemeral: dealing.ephemeral,
            sealed: sealed, proof: proof)
    }

    /// The share that recipient `node` of the plan gets from these dealings.
    ///
    /// - Throws: `HandOverFault` with every dealer whose dealing is not what its own commitments, or its published key, say.
    package init(
        of node: Int, readingWith box: SecretScalar, _ plan: HandOverPlan,
        dealings: [HandOverDealing], from keys: EditionKeys
    ) throws(HandOverFault) {
        var liars: [Int] = []
        var parts: [SecretScalar] = []
        for dealing in dealings {
            if (try? keys.check(dealing, plan)) != nil,
                let part = HandOverBox.open(dealing, for: node, with: box, plan),
                part.timesGenerator == dealing.expected(of: node)
            {
                parts.append(part)
            } else {
                liars.append(dealing.dealer)
            }
        }
        guard liars.isEmpty else { throw HandOverFault(liars: liars) }
        let dealers = dealings.map(\.dealer)
        guard dealers.count == keys.sharing.threshold, Set(dealers).count == dealers.count else {
            throw HandOverFault(liars: [])
        }
        var share: SecretScalar?
        for (part, weight) in zip(parts, Sharing.lagrange(dealers)) {
            guard let product = part.times(weight) else { throw HandOverFault(liars: []) }
            guard let sum = share else {
                share = product
                continue
            }
            share = sum + product
            guard share != nil else { throw HandOverFault(liars: []) }
        }
        guard let share else { throw HandOverFault(liars: []) }
        self.init(node: node, edition: plan.edition, secret: share)
    }
}

/// Whose dealings do not hold; nobody's where there are too few, or one twice.
package struct HandOverFault: Error, Hashable, Sendable {
    package let liars: [Int]
}

extension EditionKeys {
    /// Nothing, when a dealing is by the holder of the share behind the dealer's published key.
    ///
    /// - Throws: `malformed` for another number of commitments, `unknownKey`, `invalidProof`.
    package func check(
        _ dealing: HandOverDealing, _ plan: HandOverPlan
    ) throws(ProofError) {
        guard dealing.commitments.count == plan.sharing.threshold,
            dealing.sealed.count == plan.sharing.nodes
        else { throw .malformed }
        guard (1...sharing.nodes).contains(dealing.dealer),
            dealing.commitments[0] == nodeKeys[dealing.dealer - 1]
        else { throw .unknownKey }
        guard dealing.statement(plan).isValid(dealing.proof) else { throw .invalidProof }
    }

    /// The keys after a hand-over: the same K, other nodes. They follow from what is published, so nobody is believed.
    ///
    /// - Throws: `thresholdNotMet` unless exactly t different nodes dealt, what `check` throws, `vanished`.
    package init(
        _ plan: HandOverPlan, dealings: [HandOverDealing], from keys: EditionKeys
    ) throws(ProofError) {
        let dealers = dealings.map(\.dealer)
        guard dealers.count == keys.sharing.threshold, Set(dealers).count == dealers.count else {
            throw .thresholdNotMet
        }
        for dealing in dealings { try keys.check(dealing, plan) }
        let weights = Sharing.lagrange(dealers)
        var combined: [Point] = []
        for place in 0..<plan.sharing.threshold {
            let parts = zip(dealings, weights).compactMap { $0.commitments[place].times($1) }
            guard let sum = Point.sum(parts) else { throw .vanished }
            combined.append(sum)
        }
        guard combined[0] == keys.key else { throw .mismatch }
        var nodeKeys: [Point] = []
        for node in 1...plan.sharing.nodes {
            guard let key = HandOverDealing.value(of: combined, at: node) else { throw .vanished }
            nodeKeys.append(key)
        }
        self.init(sharing: plan.sharing, key: keys.key, nodeKeys: nodeKeys)
    }
}

/// Sub-shares on their way: AES-256-GCM under a key that dealer and recipient have by Diffie–Hellman. Each key seals one
/// sub-share, so its nonce is zero.
private enum HandOverBox {
    static func key(
        shared: Point, _ ephemeral: Point, _ recipient: Point, _ plan: HandOverPlan, dealer: Int
    ) -> SecretBytes {
        SHAKE256.secret(
            prefix: Array("tegata/hand-over/v1".utf8),
            [SecretBytes(copying: shared.encoded.span)],
            suffix: ephemeral.encoded + recipient.encoded + plan.hash.array + [UInt8(dealer)],
            count: 32)
    }

    static func seal(
        _ value: SecretScalar, under key: SecretBytes
    ) throws(ProofError) -> [UInt8] {
        guard
            let box = try? AESGCM.seal(
                value.bytes.exposedBytes, key: key.exposedBytes, nonce: nonce, authenticating: [])
        else { throw .vanished }
        return box
    }

    static func open(
        _ dealing: HandOverDealing, for node: Int, with secret: SecretScalar, _ plan: HandOverPlan
    ) -> SecretScalar? {
        let key = key(
            shared: dealing.ephemeral.times(secret), dealing.ephemeral,
            plan.recipients[node - 1], plan, dealer: dealing.dealer)
        guard
            let bytes = try? AESGCM.open(
                dealing.sealed[node - 1], key: key.exposedBytes, nonce: nonce, authenticating: [])
        else { return nil }
        return try? SecretScalar(parsing: bytes)
    }

    private static let nonce = [UInt8](repeating: 0, count: 12)
}
