import TegataCrypto
import TegataProofs

/// From the blinding to the person's index, and every proof with its transcript.
let sessionFunctions: [String: OwnFunction] = [
    "blinding": { input, _ in
        let blinded = try blinding(input).blinded
        return [
            "R": .hex(blinded.base), "alpha": .hex(blinded.person),
            "alpha2": blinded.second.map { .hex($0) } ?? .null,
        ]
    },
    "unblind": { input, _ in
        ["L": .hex(try blinding(input).unblind(try input.beta.point))]
    },
    "scope": { input, _ in
        let question = try input.question.context
        let scope = Scope(edition: try input.edition.fixed(), answering: question)
        return [
            "context": .hex(question.encoded), "salt": .hex(scope.salt),
            "scope": .hex(scope.commitment),
        ]
    },
    "id-challenge": { input, _ in
        let challenge = try challenge(input)
        return ["bytes": .hex(challenge.encoded), "hash": .hex(challenge.hash)]
    },
    "attest-proof": { input, _ in
        let challenge = try challenge(input)
        guard
            challenge.blinded.isBlinding(
                of: try input.person_input.hex, second: try secondInput(input),
                proof: try input.proof.hex, challenge: challenge)
        else { throw ProofError.invalidProof }
        return [:]
    },
    "attestor-key-id": { input, _ in
        ["id": .hex(AttestorSet.keyID(try input.key.fixed()))]
    },
    "token": { input, _ in
        let token = try verifiedToken(input)
        return [
            "hash": .hex(token.hash), "class": .whole(token.body.cardClass),
            "flags": .whole(token.body.flags.rawValue), "scope": .hex(token.body.scope),
            "expires": .whole(token.body.expires), "R": .hex(token.body.blinded.base),
            "alpha": .hex(token.body.blinded.person),
            "alpha2": token.body.blinded.second.map { .hex($0) } ?? .null,
            "cut_off": token.body.cutOff.map { .whole($0) } ?? .null,
        ]
    },
    "node-answers": { input, _ in
        let token = try verifiedToken(input)
        let edition: FixedBytes<32> = try input.edition.fixed()
        try token.check(Scope(edition: edition, salt: try input.salt.fixed()))
        let answers = try input.answers.list.map { try NodeAnswer(parsing: try $0.hex) }
        let keys = try EditionKeys(parsing: try input.keys.hex)
        let evaluated = try keys.combine(answers, for: token, edition: edition)
        return [
            "beta": .hex(evaluated.person), "beta2": evaluated.second.map { .hex($0) } ?? .null,
        ]
    },
    "proof": proof,
]

private func blinding(_ input: Vector) throws -> Blinding {
    let rho = try input.rho.hex
    // A source would be asked again for a value that is no secret scalar.
    _ = try SecretScalar(parsing: rho)
    var source = Drawn(rho)
    return Blinding(
        of: try input.person_input.hex, second: try secondInput(input), using: &source)
}

private func secondInput(_ input: Vector) throws -> [UInt8]? {
    input.second_input.isNull ? nil : try input.second_input.hex
}

private func challenge(_ input: Vector) throws -> IDChallenge {
    IDChallenge(
        attestors: try input.asked.list.map {
            IDChallenge.Attestor(key: try $0.key.fixed(), nonce: try $0.nonce.fixed())
        },
        blinded: BlindedPerson(
            base: try input.R.point, person: try input.alpha.point,
            second: input.alpha2.isNull ? nil : try input.alpha2.point),
        scope: try input.scope.fixed(), purpose: try input.purpose.string,
        expires: try input.expires.time,
        cutOff: input.cut_off.isNull ? nil : try input.cut_off.time)
}

private func verifiedToken(_ input: Vector) throws -> VerifiedToken {
    let attestors = try input.attestorSet
    let token = try Token(parsing: try input.token.hex, threshold: attestors.threshold)
    return try attestors.verify(token, at: try input["time"].time)
}

/// A proof of any step. The commitments are not sent; the vector's are right when the challenge follows from them.
private func proof(_ input: Vector, _ output: Vector) throws -> [String: Vector] {
    let relation = try LinearRelation<Point>(parsing: try input.relation.hex)
    let context = Codec.prefixed(try input["context"].hex)
    let tag = "tegata-v1-\(try input.label.string)-CMPT-with-\(Point.sigmaSuite)"
    let proof = try input.proof.hex
    guard
        SigmaProof(relation, flavor: .compact, tag: tag, context: context).isValid(proof)
    else { throw ProofError.invalidProof }
    let session = DuplexSponge.session(tag: Array(tag.utf8))
    var sponge = DuplexSponge(session: session)
    sponge.absorb(relation.encoded + context)
    sponge.absorb(try output.commitments.hex)
    let challenge = Scalar(reducingLittleEndian: sponge.squeeze(48))
    return [
        "tag": .string(tag), "session": .hex(session),
        "instance": .hex(relation.encoded + context), "challenge": .hex(challenge),
        "commitments": challenge.encoded == Array(proof.prefix(32)) ? output.commitments : .null,
    ]
}
