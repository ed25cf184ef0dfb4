package import TegataCrypto

/// What everyone knows of one signature: the message, who takes part, and the nonces that they committed to (RFC 9591 §4.3 to 4.6).
///
/// The binding factor of each signer depends on all of this. So answers of parallel rounds cannot be put together into a
/// signature that nobody agreed to (Drijvers and others, 2019; Benhamouda and others, 2020).
package struct SigningRound: Sendable {
    package let group: SharedSecret
    package let message: [UInt8]
    /// In the order of their signers.
    package let commitments: [NonceCommitment]
    /// In the same order.
    package let bindingFactors: [Scalar]
    /// R.
    let commitment: Point
    /// c.
    let challenge: Scalar
    /// λ_i, in the same order.
    let weights: [Scalar]

    /// A round of these signers, in any order.
    ///
    /// - Throws: `thresholdNotMet` for fewer signers than the group asks for or one of them twice, `unknownKey` for a number that
    ///   no signer has; `vanished` when the nonces cancel out, which the last to commit can arrange and nobody gains by.
    package init(
        _ message: [UInt8], by group: SharedSecret, commitments: [NonceCommitment]
    ) throws(ProofError) {
        let sorted = commitments.sorted { $0.signer < $1.signer }
        let signers = sorted.map(\.signer)
        guard signers.count >= group.threshold, Set(signers).count == signers.count else {
            throw .thresholdNotMet
        }
        guard signers.allSatisfy({ (1...group.count).contains($0) }) else { throw .unknownKey }
        let list = sorted.flatMap {
            FROST.encoded($0.signer) + $0.hiding.encoded + $0.binding.encoded
        }
        let prefix =
            group.publicKey.encoded + FROST.digest("msg", message) + FROST.digest("com", list)
        let factors = signers.map { FROST.scalar(.binding, prefix + FROST.encoded($0)) }
        var sum = PublicSum()
        for (nonce, factor) in zip(sorted, factors) {
            sum.add(nonce.hiding)
            sum.add(factor, nonce.binding)
        }
        guard let commitment = sum.value else { throw .vanished }
        self.group = group
        self.message = message
        self.commitments = sorted
        self.commitment = commitment
        bindingFactors = factors
        challenge = FROSTSignature.challenge(commitment, group.publicKey, message)
        weights = Sharing.lagrange(signers)
    }

    /// Whether a signer answered as it must: z_i·G = D_i + ρ_i·E_i + c·λ_i·PK_i (§5.4).
    package func isValid(_ share: SignatureShare) -> Bool {
        guard let place = commitments.firstIndex(where: { $0.signer == share.signer }),
            let key = group.publicShare(share.signer)
        else { return false }
        var sum = PublicSum()
        sum.add(share.response, .generator)
        sum.add(-.one, commitments[place].hiding)
        sum.add(-bindingFactors[place], commitments[place].binding)
        sum.add(-(challenge * weights[place]), key)
        return sum.isIdentity
    }

    /// The signature, from an answer of every signer of the round (§5.3).
    ///
    /// - Throws: `badShare` with the signer that answered wrongly, `missing` with the first that did not answer.
    package func aggregate(
        _ shares: [SignatureShare]
    ) throws(SigningFault) -> FROSTSignature {
        // Each is checked, not only the sum: whoever is wrong is named, and no answer of another round is taken along.
        if let bad = shares.first(where: { !isValid($0) }) { throw .badShare(signer: bad.signer) }
        var response = Scalar.zero
        for signer in commitments.map(\.signer) {
            let answers = shares.filter { $0.signer == signer }
            guard let answer = answers.first else { throw .missing(signer: signer) }
            response = response + answer.response
        }
        let signature = FROSTSignature(commitment: commitment, response: response)
        guard signature.isValid(for: message, by: group.publicKey) else { throw .damaged }
        return signature
    }
}

/// Why a round gave no signature.
package enum SigningFault: Error, Equatable {
    /// This signer's answer is not to this message, this round or with its share.
    case badShare(signer: Int)
    /// This signer has not answered.
    case missing(signer: Int)
    /// All answers are right and the signature is not: this machine computes wrongly.
    case damaged
}
