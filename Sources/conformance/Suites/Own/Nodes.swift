import TegataCrypto
import TegataProofs

/// Who may ask a node, what it counts, and a live edition's key in other hands.
let nodeFunctions: [String: OwnFunction] = [
    "requester": { input, _ in
        let grant = try RequesterGrant(parsing: try input.certificate.hex)
        let scope = Scope(edition: try input.edition.fixed(), salt: try input.salt.fixed())
        let token: FixedBytes<32> = try input.token_hash.fixed()
        try grant.check(
            try input.signature.fixed(), token: token, scope: scope,
            issuer: try input.issuer.fixed(), at: try input["time"].time)
        return [
            "rights": .whole(grant.rights.rawValue), "key": .hex(grant.key),
            "from": .whole(grant.validity.lowerBound), "until": .whole(grant.validity.upperBound),
            "question": .hex(RequesterGrant.question(token: token, scope: scope)),
        ]
    },
    "count": { input, _ in
        let count = try EvaluationCount(parsing: try input["count"].hex)
        try count.check(by: try EditionKeys(parsing: try input.keys.hex))
        return [
            "edition": .hex(count.edition), "node": .whole(count.node),
            "round": .whole(count.round), "counted": .whole(count.time),
            "evaluations": .whole(count.evaluations), "late": .whole(count.late),
        ]
    },
    "hand-over-plan": { input, _ in
        let plan = try HandOverPlan(parsing: try input.plan.hex)
        return [
            "edition": .hex(plan.edition), "issuer": .hex(plan.issuer), "round": .whole(plan.round),
            "n": .whole(plan.sharing.nodes), "t": .whole(plan.sharing.threshold),
            "boxes": .array(plan.recipients.map { .hex($0) }), "hash": .hex(plan.hash),
        ]
    },
    "hand-over": { input, _ in
        let (plan, dealings) = try handedOver(input)
        let keys = try EditionKeys(
            plan, dealings: dealings, from: try EditionKeys(parsing: try input.keys.hex))
        return ["K_ed": .hex(keys.key), "K": .array(keys.nodeKeys.map { .hex($0) })]
    },
    "take-over": { input, _ in
        let (plan, dealings) = try handedOver(input)
        let keys = try EditionKeys(parsing: try input.keys.hex)
        let box = try SecretScalar(parsing: try input.box.hex)
        do {
            let share = try NodeShare(
                of: try input["node"].int, readingWith: box, plan, dealings: dealings, from: keys)
            return ["K": .hex(share.publicKey)]
        } catch is HandOverFault {
            throw ProofError.invalidProof
        }
    },
]

private func handedOver(_ input: Vector) throws -> (HandOverPlan, [HandOverDealing]) {
    let plan = try HandOverPlan(parsing: try input.plan.hex)
    return (
        plan, try input.dealings.list.map { try HandOverDealing(parsing: try $0.hex, for: plan) }
    )
}
