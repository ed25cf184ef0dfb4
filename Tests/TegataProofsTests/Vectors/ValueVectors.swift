import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import TegataProofs

/// Points and scalars that are hashed from names: `values.json`.
func valueVectors() -> VectorFile {
    var file = VectorFile(
        "values",
        "Generators, people, pseudonym bases and attribute scalars: Spec/binding.md, Values.")
    let names =
        ["H", "card-secret"] + (1...Generators.maximumAttributes).map { "attr-\($0)" }
    let points = [Generators.blinding, Generators.cardSecret] + Generators.attributes
    for (name, point) in zip(names, points) {
        file.add(
            "generator", "nobody knows its logarithm", ["generator": .string(name)],
            output: ["point": .hex(point)])
    }
    let inputs: [(String, [UInt8])] = [
        ("the person of the other files", alice), ("another person", bob),
        ("32 bytes, as a person input has", SHA256.hash(alice).array),
        ("nothing is a person too", []),
    ]
    for (comment, input) in inputs {
        file.add(
            "person", comment, ["person_input": .hex(input)],
            output: ["P": .hex(Generators.person(input))])
    }
    let edition = SHA256.hash(Array("edition e-kaga/2026".utf8))
    let scopes: [(String, String, FixedBytes<32>, UInt64)] = [
        ("the scope of the other files", "https://door.example", edition, 1),
        ("another epoch", "https://door.example", edition, 2),
        ("another verifier", "https://door.example.", edition, 1),
        ("another edition", "https://door.example", SHA256.hash(Array("other".utf8)), 1),
    ]
    for (comment, verifier, edition, epoch) in scopes {
        let scope = PseudonymScope(
            verifier: Array(verifier.utf8), edition: edition, epoch: epoch)
        file.add(
            "pseudonym-base", comment,
            ["verifier": .string(verifier), "edition": .hex(edition), "epoch": .whole(epoch)],
            output: ["V": .hex(Generators.pseudonym(scope))])
    }
    let salt = SHA256.hash(Array("salt".utf8))
    file.add(
        "commitment-without-wallet", "nobody can open it", ["salt": .hex(salt)],
        output: ["D": .hex(Generators.withoutWallet(salt: salt))])
    file.add(
        "index-without-person", "nobody unblinds to it", ["salt": .hex(salt)],
        output: ["L": .hex(PersonIndex.withoutPerson(edition: edition, salt: salt).point)])
    for (name, value) in [
        ("tier", "gold"), ("year", "2026"), ("tierg", "old"), ("", ""), ("名", "優"),
    ] {
        file.add(
            "attribute", "name and value, each behind its length",
            ["attribute": .string(name), "value": .string(value)],
            output: ["scalar": .hex(attribute(name, value))])
    }
    return file
}

/// Keys of editions from replicated seeds: `edition-keys.json`.
func editionKeyVectors() throws -> VectorFile {
    var file = VectorFile(
        "edition-keys", "Edition keys from replicated seeds: Spec/binding.md, Edition keys.")
    let edition = SHA256.hash(Array("edition e-kaga/2026".utf8))
    for (nodes, threshold) in [(1, 1), (3, 2), (5, 3)] {
        try addKeys(nodes, threshold, edition, to: &file)
    }
    return file
}

private func addKeys(
    _ nodes: Int, _ threshold: Int, _ edition: FixedBytes<32>, to file: inout VectorFile
) throws {
    guard let sharing = Sharing(nodes: nodes, threshold: threshold) else {
        throw ProofError.malformed
    }
    var random = SeededRandomness("edition-keys \(nodes) \(threshold)")
    let seeds = sharing.holders.map { _ in random.bytes(32) }
    var publications: [Int: [Int: Point]] = [:]
    let about = "\(threshold) of \(nodes)"
    for node in 1...nodes {
        var mine: [Int: SecretBytes] = [:]
        for piece in sharing.pieces(of: node) {
            let seed = seeds[piece]
            mine[piece] = SecretBytes(copying: seed.span)
        }
        guard let held = NodeSeeds(sharing: sharing, node: node, seeds: mine) else {
            throw ProofError.malformed
        }
        let published = try held.publication(for: edition)
        publications[node] = published
        let share = try held.share(for: edition)
        let pieces = sharing.pieces(of: node).map { piece -> JSON in
            [
                "holders": .array(sharing.holders[piece].map { .whole($0) }),
                "seed": .hex(seeds[piece]),
            ]
        }
        let points = sharing.pieces(of: node).compactMap { published[$0] }
        file.add(
            "node-share", "node \(node) of \(about)",
            [
                "n": .whole(nodes), "t": .whole(threshold), "node": .whole(node),
                "edition": .hex(edition), "seeds": .array(pieces),
            ],
            output: [
                "X": .array(points.map { .hex($0) }), "k": .hex(share.secret.exposed),
                "K": .hex(share.publicKey),
            ])
    }
    let keys = try EditionKeys(sharing: sharing, publications: publications)
    let encoded = keys.encoded
    file.add(
        "edition-keys", "\(about), as announced", ["keys": .hex(encoded)],
        output: [
            "n": .whole(nodes), "t": .whole(threshold), "K_ed": .hex(keys.key),
            "K": .array(keys.nodeKeys.map { .hex($0) }),
        ])
    let hostile: [(String, [UInt8])] = [
        ("a trailing byte", encoded + [0]), ("one byte short", encoded.dropLast()),
        ("t above n", [UInt8(nodes), UInt8(nodes + 1)] + encoded.dropFirst(2)),
        ("t = 0", [UInt8(nodes), 0] + encoded.dropFirst(2)),
        ("n = 0", [0, 0] + encoded.dropFirst(2)), ("n = 10", [10, 1] + encoded.dropFirst(2)),
        ("a point that is not on the curve", Wrong.put(Wrong.offCurve, into: encoded, at: 2)),
        ("the identity", Wrong.put(Wrong.identity, into: encoded, at: 2)),
        ("an uncompressed prefix", Wrong.put([4], into: encoded, at: 2)),
    ]
    for (comment, bytes) in hostile {
        file.add(
            "edition-keys", "\(about), \(comment)", ["keys": .hex(bytes)], expect: "malformed")
    }
    guard keys.pieces.count > 1, let rest = Point.sum(Array(keys.pieces.dropLast())) else { return }
    file.add(
        "edition-keys", "\(about), pieces whose sum is the identity",
        ["keys": .hex(encoded.dropLast(33) + (-rest).encoded)], expect: "vanished")
}
