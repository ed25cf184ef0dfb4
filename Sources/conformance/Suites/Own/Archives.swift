import TegataArchive
import TegataCrypto
import TegataProofs
import TegataSDJWT

/// Archives, their shares, and what sites sign together.
let archiveFunctions: [String: OwnFunction] = [
    "council-document": { input, _ in
        let profile = try IssuerProfile(parsing: try input.profile.string)
        let relocation = try Relocation(parsing: try input.document.string, from: profile)
        return [
            "site": .string(relocation.site), "number": .whole(relocation.number),
            "size": .whole(relocation.size), "root": .hex(relocation.root),
        ]
    },
    "signature-share": { input, _ in
        let group = try SharedSecret(parsing: try input.council.hex)
        let commitments = try input.commitments.list.map {
            try NonceCommitment(parsing: try $0.hex)
        }
        let round = try SigningRound(
            try input.message.hex, by: group, commitments: commitments)
        guard round.isValid(try SignatureShare(parsing: try input.answer.hex)) else {
            throw ProofError.invalidSignature
        }
        let place = try round.commitments.firstIndex { try $0.signer == input.signer.int }
        return ["binding_factor": .hex(round.bindingFactors[place ?? 0])]
    },
    "archive-share": { input, _ in
        let share = try ArchiveShare(rawRepresentation: try input.share.hex)
        guard share.isSigned(by: try input.register_key.fixed()) else {
            throw Refusal.signatureInvalid
        }
        return [
            "archive": .hex(share.archive), "number": .whole(share.number),
            "custodians": .whole(share.custodians), "threshold": .whole(share.threshold),
        ]
    },
    "archive-share-text": { input, _ in
        let share = try ArchiveShare(parsingText: try input.text.string)
        return ["share": .hex(share.exposedRawRepresentation)]
    },
    "archive": restored,
]

private func restored(_ input: Vector, _ output: Vector) async throws -> [String: Vector] {
    let profile = try IssuerProfile(parsing: try input.profile.string)
    let parts = try input.parts.list.map { part in
        let file = Opened(try part.file.hex)
        return Restorer.Part(manifest: try part.manifest.string) { await file.read($0) }
    }
    let shares = try input.shares.list.map {
        try ArchiveShare(rawRepresentation: try $0.hex)
    }
    let restorer = try Restorer(
        profile, parts: parts, shares: shares, published: try input.published.string)
    let journal = InMemoryJournal()
    let restored = try await restorer.restore(into: journal)
    let head = await journal.head()
    let records = await journal.records(from: 0, atMost: 1000)
    return [
        "size": .whole(head.size), "root": .hex(head.root),
        "register_key": .hex(restored.keys.register.publicKey.xOnly),
        "bad_shares": .array(restorer.badShares.map { .whole($0) }),
        "last_memo": .hex(records.last?.memo ?? []),
        "others": .object(restored.exposedOthers.mapValues { .hex($0) }),
    ]
}

/// A file in memory.
private actor Opened {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
