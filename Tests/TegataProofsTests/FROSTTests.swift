import TegataCrypto
import TegataProofs
import TestSupport
import Testing

/// Signatures by some of several signers (Spec/threshold.md); the RFC's own vectors run with the others in `make conformance`.
@Suite struct FROSTTests {
    private let group: SharedSecret
    private let shares: [SecretShare]
    private let message = Array("the register has moved".utf8)

    init() throws {
        var random = SystemRandomness()
        (group, shares) = try SharedSecret.deal(.random(), threshold: 3, count: 5, using: &random)
    }

    /// The answers of these signers, and their round.
    private func sign(
        _ signers: [Int], _ message: [UInt8]? = nil,
        change: (inout [NonceCommitment]) -> Void = { _ in }
    ) throws -> (round: SigningRound, answers: [SignatureShare]) {
        // Nonces cannot be in an array: each signer's are made twice from one seed, to commit and to sign.
        func nonces(_ signer: Int) throws -> SigningNonces {
            var random = SeededRandomness("signer \(signer)")
            return try SigningNonces(for: shares[signer - 1], using: &random)
        }
        let commitments = try signers.map { try nonces($0).commitment }
        var changed = commitments
        change(&changed)
        let round = try SigningRound(
            message ?? self.message, by: group, commitments: changed)
        return (round, try signers.map { try nonces($0).sign(round) })
    }

    @Test(arguments: [[1, 2, 3], [5, 1, 3], [2, 4, 5], [1, 2, 3, 4], [5, 4, 3, 2, 1]])
    func `any three or more of five sign, and the signature is the group's`(
        _ signers: [Int]
    ) throws {
        let (round, answers) = try sign(signers)
        let signature = try round.aggregate(answers.reversed())
        #expect(signature.isValid(for: message, by: group.publicKey))
        #expect(try FROSTSignature(parsing: signature.encoded) == signature)
        #expect(!signature.isValid(for: message + [0], by: group.publicKey))
        #expect(!signature.isValid(for: message, by: group.commitments[1]))
        for index in signature.encoded.indices {
            let spoilt = try? FROSTSignature(parsing: Wrong.flip(signature.encoded, index))
            #expect(spoilt?.isValid(for: message, by: group.publicKey) != true, "byte \(index)")
        }
    }

    @Test func `a signer that answers wrongly is named, and nothing is signed`() throws {
        let (round, answers) = try sign([1, 3, 5])
        let other = try sign([1, 3, 5], [1]).answers
        let another = try sign([1, 2, 3]).answers
        let wrong: [(String, SignatureShare)] = [
            ("of another message", other[1]),
            ("of a round with other signers", another[2]),
            ("one more", SignatureShare(signer: 3, response: answers[1].response + .one)),
            ("zero", SignatureShare(signer: 3, response: .zero)),
            ("of another signer", SignatureShare(signer: 3, response: answers[0].response)),
        ]
        for (name, answer) in wrong {
            #expect(throws: SigningFault.badShare(signer: 3), "\(name)") {
                try round.aggregate([answers[0], answer, answers[2]])
            }
            // Also beside the right one.
            #expect(throws: SigningFault.badShare(signer: 3), "\(name)") {
                try round.aggregate(answers + [answer])
            }
        }
        #expect(throws: SigningFault.missing(signer: 5)) {
            try round.aggregate(Array(answers.dropLast()))
        }
        #expect(throws: SigningFault.badShare(signer: 4)) {
            try round.aggregate(
                answers + [SignatureShare(signer: 4, response: answers[0].response)])
        }
        // The same answer twice is one.
        #expect(try round.aggregate(answers + answers) == round.aggregate(answers))
    }

    @Test func `too few, doubled and unknown signers make no round`() throws {
        #expect(throws: ProofError.thresholdNotMet) { try sign([1, 2]) }
        #expect(throws: ProofError.thresholdNotMet) { try sign([1, 2, 2]) }
        let known = try sign([1, 2, 3]).round.commitments
        for number in [0, 6, 255] {
            #expect(throws: ProofError.unknownKey) {
                try SigningRound(
                    message, by: group,
                    commitments: known + [
                        NonceCommitment(
                            signer: number, hiding: known[0].hiding, binding: known[0].binding)
                    ])
            }
        }
    }

    @Test func `swapped or replaced commitments are noticed by the signer`() throws {
        // Who gathers the commitments shows one signer another list than the others: it does not find its own.
        #expect(throws: ProofError.mismatch) {
            try sign([1, 2, 3]) { list in
                list[0] = NonceCommitment(
                    signer: 1, hiding: list[0].binding, binding: list[0].hiding)
            }
        }
        #expect(throws: ProofError.mismatch) {
            try sign([1, 2, 3]) { list in
                list[1] = NonceCommitment(
                    signer: 2, hiding: list[0].hiding, binding: list[0].binding)
            }
        }
    }

    @Test func `no nonce is the identity, and nonces that cancel out make no round`() throws {
        let nonce = try sign([1, 2, 3]).round.commitments[0]
        for offset in [1, 34] {
            #expect(throws: ProofError.malformed) {
                try NonceCommitment(
                    parsing: Wrong.put(Wrong.identity, into: nonce.encoded, at: offset))
            }
            #expect(throws: ProofError.malformed) {
                try NonceCommitment(
                    parsing: Wrong.put(Wrong.offCurve, into: nonce.encoded, at: offset))
            }
        }
        #expect(throws: ProofError.malformed) {
            try SignatureShare(parsing: [1] + Wrong.order)
        }
        for bytes in [[], nonce.encoded + [0], Array(nonce.encoded.dropLast())] {
            #expect(throws: ProofError.malformed) { try NonceCommitment(parsing: bytes) }
        }
        #expect(try NonceCommitment(parsing: nonce.encoded) == nonce)
    }

    @Test func `answers of parallel rounds do not add up to a signature of another message`()
        throws
    {
        // Without binding factors, whoever opens many rounds at once finds messages whose challenges add up to that of a
        // forgery. Here every answer is bound to message and list: the factors of the same nonces differ in each round.
        let rounds = try (0..<8).map { try sign([1, 2, 3], [UInt8($0)]) }
        let factors = rounds.flatMap { $0.round.bindingFactors.map(\.encoded) }
        #expect(Set(factors).count == factors.count)
        // A list that differs only in another signer's nonce changes one's own factor.
        let first = rounds[0].round
        let changed = try SigningRound(
            first.message, by: group,
            commitments: first.commitments.dropLast() + [
                NonceCommitment(
                    signer: 3, hiding: first.commitments[2].binding,
                    binding: first.commitments[2].hiding)
            ])
        #expect(changed.bindingFactors[0] != first.bindingFactors[0])
        // No mixture of their answers passes in any of the rounds.
        for (number, (round, answers)) in rounds.enumerated() {
            for (other, (_, others)) in rounds.enumerated() where other != number {
                #expect(throws: SigningFault.badShare(signer: 2)) {
                    try round.aggregate([answers[0], others[1], answers[2]])
                }
                let difference = others[0].response - answers[0].response
                #expect(throws: SigningFault.badShare(signer: 1)) {
                    try round.aggregate([
                        SignatureShare(signer: 1, response: answers[0].response + difference),
                        answers[1], answers[2],
                    ])
                }
            }
        }
    }

    @Test func `a share of another dealing signs nothing`() throws {
        var random = SystemRandomness()
        let stranger = try SharedSecret.deal(
            .random(), threshold: 3, count: 5, using: &random
        ).shares[0]
        let known = try sign([1, 2, 3]).round.commitments
        let nonces = try SigningNonces(for: stranger, using: &random)
        let round = try SigningRound(
            message, by: group, commitments: [nonces.commitment] + known.dropFirst())
        // Not in the closure of an expectation: what is captured there cannot be consumed.
        var refused: ProofError?
        do throws(ProofError) { _ = try nonces.sign(round) } catch { refused = error }
        #expect(refused == .mismatch)
    }

    @Test func `shares show whose they are, and k of them give the secret back`() throws {
        #expect(shares.allSatisfy(group.isValid))
        #expect(!group.isValid(SecretShare(number: 2, secret: shares[0].secret)))
        #expect(!group.isValid(SecretShare(number: 6, secret: shares[0].secret)))
        let secret = try group.combine([shares[4], shares[0], shares[2]])
        #expect(secret.timesGenerator == group.publicKey)
        #expect(throws: ProofError.thresholdNotMet) { try group.combine(Array(shares[0..<2])) }
        #expect(throws: ProofError.thresholdNotMet) {
            try group.combine([shares[0], shares[1], shares[1]])
        }
        let liar = SecretShare(number: 3, secret: shares[3].secret)
        #expect(throws: ProofError.mismatch) { try group.combine([shares[0], shares[1], liar]) }
        #expect(try SharedSecret(parsing: group.encoded) == group)
        for index in 0..<2 {
            #expect(throws: ProofError.malformed) {
                try SharedSecret(parsing: Wrong.put([1], into: group.encoded, at: index))
            }
        }
        for (threshold, count) in [(1, 3), (4, 3), (2, 33), (0, 0)] {
            var random = SystemRandomness()
            #expect(throws: ProofError.malformed) {
                try SharedSecret.deal(.random(), threshold: threshold, count: count, using: &random)
            }
        }
        #expect("\(shares[0].secret)" == "<secret>")
    }
}
