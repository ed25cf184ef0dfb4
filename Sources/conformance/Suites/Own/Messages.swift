import TegataCrypto
import TegataProofs

/// Requests, answers and results of the binding protocol.
let messageFunctions: [String: OwnFunction] = [
    "issuance-request": { input, _ in
        let attestors = try input.attestorSet
        let keys = try EditionKeys(parsing: try input.keys.hex)
        let checked = try IssuanceRequest(
            parsing: try input.request.hex, attestors: attestors, keys: keys
        ).verify(
            attestors: attestors, keys: keys, edition: try input.edition.fixed(),
            question: try input.question.context, at: try input["time"].time)
        return index(checked.index, checked.token)
    },
    "identity-answer": { input, _ in
        let checked = try IdentityAnswer.verify(
            try input.answer.hex, attestors: try input.attestorSet,
            keys: try EditionKeys(parsing: try input.keys.hex),
            edition: try input.edition.fixed(), question: try input.question.context,
            at: try input["time"].time)
        return index(checked.index, checked.token)
    },
    "visitor-request": { input, _ in
        let wallet = try VisitorRequest(parsing: try input.request.hex)
            .verify(question: try input.question.context)
        var source = Drawn(try input.delta.hex)
        let attributes = try input.attributes.list.map { try $0.scalar }
        return ["D": .hex(try wallet.commit(to: attributes, using: &source).commitment)]
    },
    "opening": { input, _ in
        let pending = try PendingCard(exposedBytes: try input.s.hex + input.r.hex)
        _ = try pending.complete(
            commitment: try input.D.point,
            attributes: try input.attributes.list.map { try $0.scalar },
            blinding: try input.delta.hex)
        return [:]
    },
    "member-list": { input, _ in
        let edition: FixedBytes<32> = try input.edition.fixed()
        let list = try MemberList(edition: edition, parsing: try input["list"].hex)
        let isMember = list.encoded.contains(try input.L.hex)
        return ["count": .whole(list.count), "member": .bool(isMember)]
    },
    "kiosk-result": { input, _ in
        let result = try KioskResult(
            parsing: try input.result.hex, kiosk: try input.kiosk.fixed(),
            nonce: try input.nonce.fixed())
        return [
            "edition": .hex(result.edition), "member": .bool(result.isMember),
            "time": .whole(result.time),
        ]
    },
]

private func index(_ index: PersonIndex, _ token: VerifiedToken) -> [String: Vector] {
    [
        "L": .hex(index.point), "L2": index.second.map { .hex($0) } ?? .null,
        "token_hash": .hex(token.hash),
    ]
}

extension [UInt8] {
    /// Whether `entry` is one of the entries of its size that these bytes are.
    fileprivate func contains(_ entry: [UInt8]) -> Bool {
        stride(from: 0, to: count, by: entry.count).contains {
            self[$0..<Swift.min($0 + entry.count, count)].elementsEqual(entry)
        }
    }
}
