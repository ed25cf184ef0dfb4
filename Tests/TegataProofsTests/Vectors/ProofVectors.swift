import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Every proof with its whole transcript, so that each challenge can be computed again: `proofs.json`.
func proofVectors(_ story: BindingStory) throws -> VectorFile {
    var file = VectorFile(
        "proofs",
        "Transcripts of all proofs: Spec/binding.md, Proofs. A proof is checked with what its input says."
    )
    for sample in try samples(story) { add(sample, to: &file) }
    addRelations(&file)
    return file
}

/// One proof that was made, with its statement and context.
private struct Sample {
    let label: String
    let comment: String
    let statement: SigmaProof<Point>
    let context: ProofContext
    let proof: [UInt8]

    var input: JSONObject {
        [
            "label": .string(label), "relation": .hex(statement.relation.encoded),
            "context": .hex(context.encoded), "proof": .hex(proof),
        ]
    }
}

private func samples(_ story: BindingStory) throws -> [Sample] {
    let (verified, token) = (story.verified, story.session.token)
    let blinded = token.body.blinded
    let about = story.asked.about(verified.token.hash.array)
    let request = story.request
    let evaluation = ProofContext(
        edition: story.world.edition.array, purpose: Array("evaluate".utf8),
        expires: token.body.expires, subject: verified.token.hash.array)
    let answer = story.session.answers[0]
    var random = SeededRandomness("wallet proof")
    let visitor = try VisitorRequest.make(question: story.asked, using: &random).request.encoded
    var reader = Reader(visitor)
    let commitment = try reader.point()
    let again = story.again.verified
    return [
        Sample(
            label: "attest", comment: "R = ρG ∧ α = ρP",
            statement: Statement.blinding(
                blinded, of: Generators.person(alice), story.challenge.context),
            context: story.challenge.context, proof: story.attestProof),
        Sample(
            label: "evaluate", comment: "K_1 = k_1G ∧ β_1 = k_1α",
            statement: Statement.evaluation(
                key: story.world.keys.nodeKeys[0], blinded, value: answer.value, evaluation),
            context: evaluation, proof: answer.proof),
        Sample(
            label: "issue", comment: "R = ρG ∧ β = ρL ∧ D_h = sG_1 + rH",
            statement: Statement.issuance(
                base: blinded.base, evaluated: verified.points, index: request.index,
                commitment: request.commitment, about),
            context: about, proof: request.proof),
        Sample(
            label: "wallet", comment: "D_h = sG_1 + rH",
            statement: Statement.wallet(commitment, story.asked), context: story.asked,
            proof: try reader.take(96)),
        Sample(
            label: "identity", comment: "R = ρG ∧ β = ρL",
            statement: Statement.identity(
                base: again.token.body.blinded.base, evaluated: again.points,
                index: story.accepted.index.points, story.door.about(again.token.hash.array)),
            context: story.door.about(again.token.hash.array),
            proof: Array(story.answer.suffix(64))),
        Sample(
            label: "present", comment: "D − a_1G_2 = sG_1 + a_2G_3 + rH ∧ N = sV",
            statement: Statement.opening(
                of: story.row.commitment, attributes: [story.attributes[0], nil],
                pseudonym: story.opening.pseudonym(in: story.scope),
                base: Generators.pseudonym(story.scope), story.door),
            context: story.door, proof: Array(story.presentation.dropFirst(33))),
    ]
}

private func add(_ sample: Sample, to file: inout VectorFile) {
    let tag = "tegata-v1-\(sample.label)-CMPT-with-\(Point.sigmaSuite)"
    let session = DuplexSponge.session(tag: Array(tag.utf8))
    let commitments = commitments(sample.statement.relation, sample.proof)
    var sponge = DuplexSponge(session: session)
    let instance =
        sample.statement.relation.encoded + Codec.prefixed(sample.context.encoded)
    sponge.absorb(instance)
    sponge.absorb(commitments)
    file.add(
        "proof", sample.comment, sample.input,
        output: [
            "tag": .string(tag), "session": .hex(session), "instance": .hex(instance),
            "commitments": .hex(commitments),
            "challenge": .hex(Scalar(reducingLittleEndian: sponge.squeeze(48))),
        ])
    let proof = sample.proof
    var other = sample.context
    other.nonce.append(0)
    var moved = sample.context
    moved.edition = sample.context.subject
    moved.subject = sample.context.edition
    let relation = sample.statement.relation
    let hostile: [(String, JSONObject)] = [
        ("the nonce is longer by a zero byte", ["context": .hex(other.encoded)]),
        ("edition and subject exchanged", ["context": .hex(moved.encoded)]),
        ("the label of another step", ["label": sample.label == "issue" ? "wallet" : "issue"]),
        (
            "an element exchanged for another",
            [
                "relation": .hex(
                    Wrong.put(
                        Generators.person(bob).encoded, into: relation.encoded,
                        at: relation.encoded.count - 33))
            ]
        ),
        ("a changed challenge", ["proof": .hex(Wrong.flip(proof, 31))]),
        ("a changed response", ["proof": .hex(Wrong.flip(proof, proof.count - 1))]),
        ("a challenge of q", ["proof": .hex(Wrong.put(Wrong.order, into: proof, at: 0))]),
        ("a response of q", ["proof": .hex(proof.dropLast(32) + Wrong.order)]),
        ("zeros", ["proof": .hex([UInt8](repeating: 0, count: proof.count))]),
        ("a trailing byte", ["proof": .hex(proof + [0])]),
        ("a response more", ["proof": .hex(proof + proof.suffix(32))]),
        ("one byte short", ["proof": .hex(proof.dropLast())]),
    ]
    for (comment, change) in hostile {
        file.add(
            "proof", "\(sample.label): \(comment)", sample.input.with(change),
            expect: "invalid_proof")
    }
}

/// What the prover committed to, from challenge and responses: Σ response·element − challenge·image, 33 bytes an
/// equation.
private func commitments(_ relation: LinearRelation<Point>, _ proof: [UInt8]) -> [UInt8] {
    func scalar(_ index: Int) -> Scalar {
        (try? Scalar(parsing: Array(proof[32 * index..<32 * index + 32]))) ?? .zero
    }
    let images = relation.images ?? []
    return zip(relation.equations, images).flatMap { equation, image in
        let responses = equation.terms.compactMap { term in
            relation.elements[term.element].times(term.coefficient * scalar(1 + term.secret))
        }
        let challenged = image.times(-scalar(0))
        return Point.sum(responses + [challenged].compactMap { $0 })?.encoded ?? []
    }
}

/// Relations that are none.
private func addRelations(_ file: inout VectorFile) {
    let good = Statement.wallet(Generators.person(alice), ProofContext()).relation.encoded
    let zero = [UInt8](repeating: 0, count: 32)
    let hostile: [(String, [UInt8])] = [
        ("no byte", []), ("no equation", [0, 0, 0, 0]), ("a trailing byte", good + [2]),
        ("one byte short", good.dropLast()),
        ("2^32 − 1 equations", Wrong.put([255, 255, 255, 255], into: good, at: 0)),
        ("a coefficient of zero", Wrong.put(zero, into: good, at: 12)),
        ("a coefficient of q", Wrong.put(Wrong.order, into: good, at: 12)),
        ("an element that is not there", Wrong.put([9], into: good, at: 8)),
        ("an element that no equation speaks of", good + Generators.person(bob).encoded),
        (
            "the identity as element",
            Wrong.put(Wrong.identity, into: good, at: good.count - 33)
        ),
    ]
    for (comment, relation) in hostile {
        file.add(
            "proof", comment,
            [
                "label": "wallet", "relation": .hex(relation),
                "context": .hex(ProofContext().encoded),
                "proof": .hex([UInt8](repeating: 1, count: 96)),
            ], expect: "malformed")
    }
}
