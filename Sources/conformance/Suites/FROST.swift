import TegataCrypto
import TegataProofs

/// RFC 9591, FROST(secp256k1, SHA-256): shares, nonces, binding factors, answers and the signature, bit for bit.
func runFROST(_ folder: Folder, _ report: inout Report) throws {
    if let file = folder.file("vectors.json") {
        let json = try file.json
        let run = Result { try PublishedRound(json) }
        for (name, isReproduced) in published {
            report.expect(name) { try isReproduced(run.get()) }
        }
    }
    if let file = folder.file("samples.json") {
        let json = try file.json
        for name in ["element1", "element2"] {
            report.expect("samples \(name)") { (try? Point(parsing: json[name].hex)) != nil }
        }
        report.expect("samples scalar1") { (try? Scalar(parsing: json.scalar1.hex)) != nil }
        report.skip("samples proof_of_knowledge", "keys are dealt, not made together")
    }
    if let file = folder.file("elements.json") {
        let json = try file.json
        report.expect("an element that is none", accepted: false) {
            _ = try Point(parsing: json.elements.invalid_element.hex)
            return true
        }
    }
    if folder.file("vectors_dkg.json") != nil {
        report.skip("vectors_dkg", "keys are dealt, not made together")
    }
}

private let published: [(String, @Sendable (PublishedRound) throws -> Bool)] = [
    (
        "shares",
        { run in
            try run.json.inputs.participant_shares.list.allSatisfy { vector in
                let share = run.shares[try vector.identifier.int - 1]
                return try share.secret.bytes.exposedBytes == vector.participant_share.hex
                    && run.group.isValid(share)
            }
        }
    ),
    (
        "group key",
        { run in try run.group.publicKey.encoded == run.json.inputs.verifying_key_key.hex }
    ),
    (
        "nonce commitments",
        { run in
            try zip(run.round.commitments, run.outputs).allSatisfy {
                try $0.hiding.encoded == $1.hiding_nonce_commitment.hex
                    && $0.binding.encoded == $1.binding_nonce_commitment.hex
            }
        }
    ),
    (
        "binding factors",
        { run in
            try zip(run.round.bindingFactors, run.outputs).allSatisfy {
                try $0.encoded == $1.binding_factor.hex
            }
        }
    ),
    (
        "signature shares",
        { run in
            try zip(run.answers, run.json.round_two_outputs.outputs.list).allSatisfy {
                try $0.response.encoded == $1.sig_share.hex && run.round.isValid($0)
            }
        }
    ),
    (
        "signature",
        { run in
            let signature = try run.round.aggregate(run.answers)
            return try signature.encoded == run.json.final_output.sig.hex
                && FROSTSignature(parsing: signature.encoded).isValid(
                    for: run.round.message, by: run.group.publicKey)
        }
    ),
]

/// Everything that the vector prescribes, made by our code.
private struct PublishedRound: Sendable {
    let json: Vector
    let group: SharedSecret
    let shares: [SecretShare]
    let round: SigningRound
    let answers: [SignatureShare]

    var outputs: [Vector] { json.round_one_outputs.outputs.list }

    init(_ json: Vector) throws {
        self.json = json
        let coefficients =
            try [json.inputs.group_secret_key.hex]
            + json.inputs.share_polynomial_coefficients.list.map { try $0.hex }
        let count = json.inputs.participant_shares.list.count
        (group, shares) = try SharedSecret.deal(
            coefficients.map { try SecretScalar(parsing: $0) }, count: count)
        let outputs = json.round_one_outputs.outputs.list
        let message = try json.inputs.message.hex
        var commitments = [NonceCommitment]()
        for output in outputs {
            commitments.append(try Self.nonces(output, shares).commitment)
        }
        round = try SigningRound(message, by: group, commitments: commitments)
        var answers = [SignatureShare]()
        // The nonces are consumed, and are made once more from the same randomness.
        for output in outputs { answers.append(try Self.nonces(output, shares).sign(round)) }
        self.answers = answers
    }

    private static func nonces(
        _ output: Vector, _ shares: [SecretShare]
    ) throws -> SigningNonces {
        var random = TwoDraws(values: [
            try output.binding_nonce_randomness.hex, try output.hiding_nonce_randomness.hex,
        ])
        return try SigningNonces(
            for: shares[try output.identifier.int - 1], using: &random)
    }
}

/// The randomness that the vector prescribes, the first draw last.
private struct TwoDraws: Randomness {
    var values: [[UInt8]]
    mutating func bytes(_ count: Int) -> [UInt8] { values.popLast() ?? [] }
}
