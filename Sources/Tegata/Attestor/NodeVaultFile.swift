internal import Synchronization
internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

// A vault as a file: a sealed box of JSON.
extension NodeVault {
    func sealed(under key: SecretBytes) -> [UInt8] {
        SealedBox.seal(state.withLock { JSON.object($0.fields).encoded }, under: key)
    }

    /// - Throws: `unsupported` for another version, `unauthorized` for another key or a changed file, `malformed`.
    convenience init(sealed bytes: [UInt8], under key: SecretBytes) throws(Refusal) {
        let text: [UInt8]
        do throws(CryptoError) {
            text = try SealedBox.open(bytes, under: key)
        } catch {
            throw error == .malformed ? .unsupported : .unauthorized
        }
        self.init(try State(json: try JSON(parsing: text)))
    }
}

extension NodeVault.State {
    fileprivate var fields: JSONObject {
        [
            "epoch": .whole(Int64(epoch)), "seeds": .bytes(seeds.exposedBytes),
            "box": .bytes(box.bytes.exposedBytes),
            "shares": .array(
                shares.flatMap { edition, rounds in
                    rounds.map { round, held in
                        [
                            "edition": .bytes(edition.array),
                            "share": .bytes(held.share.exposedBytes),
                            "round": .whole(Int64(round)),
                            "evaluations": .whole(Int64(held.evaluations)),
                            "late": .whole(Int64(held.late)),
                        ]
                    }
                }),
            "terms": .array(terms.values.map(\.json)),
            "rounds": .array(
                rounds.map {
                    ["edition": .bytes($0.key.array), "round": .whole(Int64($0.value))]
                }),
            "counts": .array(
                counts.map {
                    ["edition": .bytes($0.key.array), "count": .whole(Int64($0.value))]
                }),
            "closed": .array(closed.map { .bytes($0.array) }),
        ]
    }

    fileprivate init(json: JSON) throws(Refusal) {
        let encodedSeeds = try json.required("seeds").bytes()
        let seeds = try binding { () throws(ProofError) in
            try NodeSeeds(exposedBytes: encodedSeeds)
        }
        self.init(epoch: try json.required("epoch").time(), seeds: seeds, box: .random())
        if let member = json["box"] {
            guard let kept = try? SecretScalar(parsing: try member.bytes()) else {
                throw .malformed
            }
            box = kept
        }
        for entry in try json.required("shares").elements(atMost: 1 << 20) {
            let edition: EditionDigest = try entry.required("edition").fixedBytes()
            let bytes = try entry.required("share").bytes()
            let share = try binding { () throws(ProofError) in
                try NodeShare(exposedBytes: bytes, node: seeds.node, edition: edition)
            }
            shares[edition, default: [:]][try entry["round"]?.round() ?? 0] = NodeVault.Held(
                share: share, evaluations: try entry["evaluations"]?.time() ?? 0,
                late: try entry["late"]?.time() ?? 0)
        }
        for entry in try (json["terms"] ?? []).elements(atMost: 1 << 20) {
            let known = try EditionTerms(json: entry)
            terms[known.edition] = known
        }
        for entry in try (json["rounds"] ?? []).elements(atMost: 1 << 20) {
            let edition: EditionDigest = try entry.required("edition").fixedBytes()
            rounds[edition] = try entry.required("round").round()
        }
        for entry in try json.required("counts").elements(atMost: 1 << 20) {
            let edition: EditionDigest = try entry.required("edition").fixedBytes()
            counts[edition] = try entry.required("count").time()
        }
        for entry in try json.required("closed").elements(atMost: 1 << 20) {
            closed.insert(try entry.fixedBytes())
        }
    }
}

extension JSON {
    /// The number of an edition's keys: 0 before any hand-over.
    func round() throws(Refusal) -> UInt32 {
        guard let integer, let round = UInt32(exactly: integer) else { throw .malformed }
        return round
    }
}
