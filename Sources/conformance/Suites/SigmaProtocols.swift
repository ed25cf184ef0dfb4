import TegataCrypto
import TegataProofs

/// draft-irtf-cfrg-sigma-protocols and -fiat-shamir: the codec, the sponge, and proofs over P-256.
func runSigmaProtocols(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        for vector in try file.json.list {
            let id = (try? vector.Id.string) ?? file.stem
            let function = (try? vector.Function.string) ?? "?"
            let group = try? vector.Group.string
            switch function {
            case "SerializeVarLenString":
                report.expect(id) {
                    try Codec.prefixed(vector.Input.hex) == vector.Output.hex
                }
            case "DeserializeVarLenString":
                report.expect(id, accepted: !isReject(vector)) {
                    var reader = Reader(try vector.Input.hex)
                    let bytes = try reader.prefixed()
                    try reader.finish()
                    return try vector.Output.isNull || vector.Output.hex == bytes
                }
            case "DuplexSponge":
                report.expect(id) { try sponge(vector) == vector.Output.hex }
            case "DeriveSessionID":
                report.expect(id) {
                    try DuplexSponge.session(tag: vector.Tag.hex).array == vector.Output.hex
                }
            case "SerializeUint":
                report.expect(id) {
                    try Codec.unsigned(vector.Value.hex, below: vector.Modulus.hex)
                        == vector.Output.hex
                }
            case "DeserializeUint", "DeserializeField":
                report.expect(id, accepted: !isReject(vector)) { try isRead(vector) }
            case "DecodeUint" where group == "P-256":
                report.expect(id) { try decodeUint(vector) }
            case "SerializeField" where group == "P-256":
                report.expect(id) {
                    let value = P256Scalar(reducingBigEndian: try vector.Value.hex)
                    return try value.encoded == vector.Output.hex
                }
            case "SigmaProof" where isP256(vector):
                report.expect(id, accepted: !isReject(vector)) { try isValidProof(vector) }
            case "SigmaProof":
                report.skip(id, "of a suite that is not offered")
            case "Sumcheck":
                report.skip(id, "the draft's sumcheck example is no protocol of ours")
            default:
                report.skip(id, "over a field that is not offered")
            }
        }
    }
}

private func isReject(_ vector: Vector) -> Bool { vector.Expected == .string("reject") }

private func isP256(_ vector: Vector) -> Bool {
    vector.Ciphersuite == .string("sigma-proofs_Shake128_P256")
}

/// Everything that the operations squeeze.
private func sponge(_ vector: Vector) throws -> [UInt8] {
    guard let session = FixedBytes<32>(try vector.SessionId.hex) else {
        throw VectorError(what: "a session identifier has 32 bytes")
    }
    var sponge = DuplexSponge(session: session)
    var output: [UInt8] = []
    for operation in vector.Operations.list {
        switch try operation.type.string {
        case "absorb": sponge.absorb(try operation.data.hex)
        case "squeeze": output += sponge.squeeze(try operation.length.int)
        default: throw VectorError(what: "unknown operation")
        }
    }
    return output
}

/// Integers below a modulus, one a coordinate.
private func isRead(_ vector: Vector) throws -> Bool {
    let modulus = try vector.Modulus.hex
    let degree = try vector.ExtensionDegree.isNull ? 1 : vector.ExtensionDegree.int
    var reader = Reader(try vector.Input.hex)
    let values = try (0..<degree).map { _ in try reader.unsigned(below: modulus) }
    try reader.finish()
    let expected = try vector.Coordinates.list.map { try $0.hex }
    return expected.isEmpty || values.map(trimmed) == expected.map(trimmed)
}

private func trimmed(_ number: [UInt8]) -> [UInt8] { Array(number.drop { $0 == 0 }) }

/// 48 bytes, squeezed or given, little-endian, modulo the order of P-256.
private func decodeUint(_ vector: Vector) throws -> Bool {
    let bytes = try vector.Operations.isNull ? vector.Input.hex : sponge(vector)
    return try (vector.Output.isNull || bytes == vector.Output.hex)
        && trimmed(P256Scalar(reducingLittleEndian: bytes).encoded)
            == trimmed(vector.Challenge.hex)
}

private func isValidProof(_ vector: Vector) throws -> Bool {
    let flavor: SigmaProof<P256Point>.Flavor =
        switch try vector.Flavor.string {
        case "compact": .compact
        case "batchable": .batchable
        default: throw VectorError(what: "unknown flavor")
        }
    let tag = try vector.Tag.string
    let instance = try vector.Instance.hex
    let proof = try vector.NargString.hex
    let relation = try LinearRelation<P256Point>(parsing: instance)
    guard relation.encoded == instance else { return false }
    return SigmaProof(relation, flavor: flavor, tag: tag).isValid(proof)
}
