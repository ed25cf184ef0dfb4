import TegataCrypto

/// Points of secp256k1: read, write, add, multiply. A sum or product that vanishes is refused.
func runPoints(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("points", ".json")) { file, report in
        let json = try file.json
        for (operation, vectors) in json.valid.members {
            for (index, vector) in vectors.list.enumerated() {
                report.expect("\(operation) \(index)") {
                    if operation == "isPoint" {
                        let bytes = try vector.P.hex
                        return ((try? publicKey(bytes)) != nil) == (try vector.expected.bool)
                    }
                    let result = try apply(operation, to: vector)
                    // A vanishing sum is written `null` in this set.
                    return try vector.expected.isNull
                        ? result == nil : result == vector.expected.hex
                }
            }
        }
        for (operation, vectors) in json.invalid.members {
            for (index, vector) in vectors.list.enumerated() {
                report.expect("invalid \(operation) \(index)", accepted: false) {
                    try apply(operation, to: vector) != nil
                }
            }
        }
    }
}

private func apply(_ operation: String, to vector: Vector) throws -> [UInt8]? {
    switch operation {
    case "pointAdd":
        return Point.sum([try point(vector.P), try point(vector.Q)])?.encoded
    case "pointAddScalar":
        let multiple = try SecretScalar(parsing: try vector.d.hex).timesGenerator
        return Point.sum([try point(vector.P), multiple])?.encoded
    case "pointCompress":
        let point = try point(vector.P)
        return try vector.compress.bool ? point.encoded : point.uncompressed
    case "pointFromScalar":
        return try SecretScalar(parsing: try vector.d.hex).timesGenerator.encoded
    case "pointMultiply":
        // Both roads: public scalars in variable time, secrets in constant time.
        let point = try point(vector.P)
        let product = point.times(try Scalar(parsing: try vector.d.hex))
        guard let product else { return nil }
        let secret = try SecretScalar(parsing: try vector.d.hex)
        return point.times(secret) == product ? product.encoded : nil
    default:
        throw VectorError(what: "unknown operation \(operation)")
    }
}

private func point(_ vector: Vector) throws -> Point {
    try publicKey(try vector.hex).point
}
