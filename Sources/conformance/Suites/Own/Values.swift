import TegataCrypto
import TegataProofs

/// Points and scalars from names, keys from seeds.
let valueFunctions: [String: OwnFunction] = [
    "generator": { input, _ in ["point": .hex(try generator(try input.generator.string))] },
    "person": { input, _ in ["P": .hex(Generators.person(try input.person_input.hex))] },
    "pseudonym-base": { input, _ in
        ["V": .hex(Generators.pseudonym(try input.pseudonymScope))]
    },
    "commitment-without-wallet": { input, _ in
        ["D": .hex(Generators.withoutWallet(salt: try input.salt.fixed()))]
    },
    "index-without-person": { input, _ in
        // The point does not depend on the edition.
        let index = PersonIndex.withoutPerson(
            edition: FixedBytes(), salt: try input.salt.fixed())
        return ["L": .hex(index.point)]
    },
    "attribute": { input, _ in
        ["scalar": .hex(CardCommitment.attribute(try input.attribute.utf8, try input.value.utf8))]
    },
    "node-share": nodeShare,
    "edition-keys": { input, _ in
        let keys = try EditionKeys(parsing: try input.keys.hex)
        return [
            "n": .whole(keys.sharing.nodes), "t": .whole(keys.sharing.threshold),
            "K_ed": .hex(keys.key), "K": .array(keys.nodeKeys.map { .hex($0) }),
        ]
    },
]

private func generator(_ name: String) throws -> Point {
    switch name {
    case "H": return Generators.blinding
    case "card-secret": return Generators.cardSecret
    default:
        guard let number = Int(name.dropFirst("attr-".count)),
            (1...Generators.maximumAttributes).contains(number)
        else { throw VectorError(what: "no such generator") }
        return Generators.attributes[number - 1]
    }
}

extension Vector {
    /// The seeds of one node, by the holders of each.
    var nodeSeeds: NodeSeeds {
        get throws {
            guard let sharing = Sharing(nodes: try self["n"].int, threshold: try self["t"].int)
            else { throw ProofError.malformed }
            var seeds: [Int: SecretBytes] = [:]
            for entry in self["seeds"].list {
                let holders = try entry.holders.list.map { try $0.int }
                guard let piece = sharing.holders.firstIndex(of: holders) else {
                    throw ProofError.malformed
                }
                let seed = try entry.seed.hex
                seeds[piece] = SecretBytes(copying: seed.span)
            }
            let number = try self["node"].int
            guard let node = NodeSeeds(sharing: sharing, node: number, seeds: seeds) else {
                throw ProofError.malformed
            }
            return node
        }
    }
}

/// k_i is secret and not shown by the library: the vector's is right when its point is K_i.
private func nodeShare(_ input: Vector, _ output: Vector) throws -> [String: Vector] {
    let node = try input.nodeSeeds
    let edition: FixedBytes<32> = try input.edition.fixed()
    let published = try node.publication(for: edition).sorted { $0.key < $1.key }
    let share = try node.share(for: edition)
    let isShare = Point.generator.times(try output.k.scalar) == share.publicKey
    return [
        "X": .array(published.map { .hex($0.value) }), "K": .hex(share.publicKey),
        "k": isShare ? output.k : .null,
    ]
}
