import TegataCrypto
import TegataProofs

/// RFC 9497: oblivious functions over P-256, the shared code of every proof here.
func runOPRF(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        for group in try file.json.list {
            let suite = (try? group.identifier.string) ?? "?"
            let mode = (try? group.mode.int) ?? -1
            for (index, vector) in group.vectors.list.enumerated() {
                let name = "\(suite) mode \(mode) vector \(index)"
                guard suite == P256Point.oprfSuite else {
                    report.skip(name, "no group here for \(suite)")
                    continue
                }
                report.expect(name) { try isReproduced(vector, of: group) }
            }
        }
    }
}

/// The whole run: key, blinding, evaluation with its proof, verification, outputs.
private func isReproduced(_ vector: Vector, of group: Vector) throws -> Bool {
    guard let number = UInt8(exactly: try group.mode.int),
        let mode = OPRF<P256Point>.Mode(rawValue: number)
    else { throw VectorError(what: "unknown mode") }
    let oprf = OPRF<P256Point>(mode)
    let info = try vector.Info.isNull ? [] : vector.Info.hex
    guard let key = oprf.key(seed: try group.seed.hex, info: try group.keyInfo.hex),
        try key.bytes.exposedBytes == group.skSm.hex
    else { return false }
    let inputs = try list(vector.Input)
    let blinds = try list(vector.Blind).map {
        guard let blind = P256Secret(secret: SecretBytes(copying: $0.span)) else {
            throw VectorError(what: "no blind")
        }
        return blind
    }
    let blinded = zip(inputs, blinds).compactMap { oprf.blind($0, with: $1) }
    guard try blinded.map(\.encoded) == list(vector.BlindedElement) else { return false }

    var random = PrescribedRandomness(value: try mode == .oprf ? [] : vector.Proof.r.hex)
    let (elements, proof) = try oprf.evaluate(blinded, key: key, info: info, using: &random)
    guard try elements.map(\.encoded) == list(vector.EvaluationElement) else { return false }
    if mode != .oprf {
        let published = try group.pkSm.hex
        let publicKey = try P256Point(parsing: published.span)
        guard try proof == vector.Proof.proof.hex,
            oprf.isValid(
                proof, blinded: blinded, elements: elements, publicKey: publicKey, info: info)
        else { return false }
    }
    let outputs = inputs.indices.map {
        oprf.finalize(inputs[$0], blind: blinds[$0], element: elements[$0], info: info)
    }
    return try outputs == list(vector.Output)
}

/// A batch is one string with commas.
private func list(_ vector: Vector) throws -> [[UInt8]] {
    try vector.string.split(separator: ",", omittingEmptySubsequences: false).map {
        guard let bytes = Hex.decode($0) else { throw VectorError(what: "no hexadecimal") }
        return bytes
    }
}

/// The nonce that the vector prescribes.
private struct PrescribedRandomness: Randomness {
    let value: [UInt8]
    mutating func bytes(_ count: Int) -> [UInt8] { value }
}
