import TegataCrypto
import TegataProofs

/// Proofs over a list, and what their challenges follow from.
let listFunctions: [String: OwnFunction] = [
    "anonymous": { input, _ in
        let edition: FixedBytes<32> = try input.edition.fixed()
        let question = try AnonymousQuestion(
            set(input), attributes: input.attributes.list.map { try $0.isNull ? nil : $0.scalar },
            predicates: input.predicates.list.map(predicate),
            scope: PseudonymScope(
                verifier: input.verifier.utf8, edition: edition, epoch: UInt64(input.epoch.int)),
            context: input.question.context)
        let answer = try input.answer.hex
        let nullifier = try question.verify(answer)
        let (instance, challenge) = try question.transcript(of: answer)
        return [
            "root": .hex(question.set.root), "instance": .hex(instance),
            "x": .hex(challenge.encoded), "N": .hex(nullifier),
        ]
    },
    "anonymous-identity": { input, _ in
        let token = try AnonymousIdentity.verify(
            input.answer.hex, attestors: input.attestorSet,
            keys: EditionKeys(parsing: input.keys.hex), edition: input.edition.fixed(),
            among: set(input), question: input.question.context, at: UInt64(input["time"].int))
        return ["token_hash": .hex(token.hash)]
    },
    "settle": { input, _ in
        let list = try sessions(input)
        let index = PersonIndex(edition: list.edition, point: try input.L.point)
        let (proof, context) = (try input.proof.hex, try input.question.context)
        try BatchProof.verify([(index, proof)], in: list, context: context)
        let (instance, fold, challenge) = try BatchProof.transcript(
            of: proof, about: index, in: list, context: context)
        return [
            "root": .hex(list.root), "instance": .hex(instance), "y": .hex(fold.encoded),
            "x": .hex(challenge.encoded),
        ]
    },
    "batch-request": { input, _ in
        let list = try sessions(input)
        let (index, _) = try BatchRequest(parsing: input.request.hex, list: list).verify(
            in: list, question: input.question.context)
        return ["root": .hex(list.root), "L": .hex(index.point)]
    },
]

private func set(_ input: Vector) throws -> AnonymitySet {
    try AnonymitySet(input.set.list.map { try $0.point })
}

private func sessions(_ input: Vector) throws -> SessionList {
    try SessionList(
        edition: input.edition.fixed(),
        input.sessions.list.map { (base: try $0.R.point, evaluated: try $0.beta.point) })
}

private func predicate(_ input: Vector) throws -> Predicate {
    let kind: Predicate.Kind =
        if !input.at_least.isNull {
            .atLeast(UInt64(try input.at_least.int), bits: try input.bits.int)
        } else if !input.at_most.isNull {
            .atMost(UInt64(try input.at_most.int), bits: try input.bits.int)
        } else {
            .oneOf(try input.one_of.list.map { try $0.scalar })
        }
    guard let predicate = Predicate(try input.attribute.int, kind) else {
        throw ProofError.malformed
    }
    return predicate
}
