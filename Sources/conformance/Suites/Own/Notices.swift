import Tegata
import TegataCrypto
import TegataSDJWT

/// Notices, their proofs, and entitlements with what is said about their uses.
let noticeFunctions: [String: OwnFunction] = [
    "notice": { input, _ in
        let notice = try Notice(parsing: try input.notice.string, from: try profile(input))
        var made: [String: Vector] = [
            "id": .hex(notice.id), "title": .string(notice.title.en),
            "deadline": .whole(notice.deadline),
        ]
        if case .card(let serial, _) = notice.address { made["serial"] = .whole(serial.number) }
        if case .amount(let amount, _) = notice.benefit { made["amount"] = .whole(amount) }
        return made
    },
    "notice-proof": { input, _ in
        let proof = try NoticeProof(
            parsing: try input.document.string, from: try profile(input))
        return [
            "id": .hex(proof.notice.id), "state": .string("\(proof.state)"),
            "time": .whole(proof.time),
        ]
    },
    "terms": { input, _ in
        let terms = try terms(input)
        return [
            "digest": .hex(terms.digest), "count": .whole(terms.entitlement.count),
            "offline": .whole(terms.entitlement.offline),
            "windows": .array(terms.entitlement.windows.map { .whole($0) }),
        ]
    },
    "use-statement": { input, _ in
        let statement = try UseStatement(
            parsing: try input.statement.string, for: try input.voucher.string,
            under: try terms(input), from: try profile(input))
        return [
            "outcome": .string("\(statement.outcome)"), "number": .whole(statement.number),
            "shop": .string(statement.shop),
        ]
    },
    "anonymous-use": { input, _ in
        let profile = try profile(input)
        let terms = try EntitlementTerms(
            parsing: try input.anonymous_terms.string, from: profile)
        let use = try AnonymousUse(
            try input.answer.string, to: try input.question.string, under: terms,
            among: MemberSnapshot(parsing: try input.lists.string, from: profile))
        return [
            "window": .whole(use.window), "number": .whole(use.number), "shop": .string(use.shop),
            "anonymity": .whole(use.anonymity), "nullifier": .hex(use.nullifier.bytes),
        ]
    },
    "double-use": { input, _ in
        let (vouchers, shops) = (input.vouchers.list, input.shops.list)
        let double = try DoubleUse(
            (try vouchers[0].string, try shops[0].string),
            (try vouchers[1].string, try shops[1].string), under: try terms(input),
            from: try profile(input))
        return [
            "bearer": .string("\(double.bearer)"), "number": .whole(double.first.number ?? -1),
            "serial": .whole(double.first.serial.number),
        ]
    },
]

private func profile(_ input: Vector) throws -> IssuerProfile {
    try IssuerProfile(parsing: try input.profile.string)
}

private func terms(_ input: Vector) throws -> EntitlementTerms {
    try EntitlementTerms(parsing: try input.terms.string, from: try profile(input))
}
