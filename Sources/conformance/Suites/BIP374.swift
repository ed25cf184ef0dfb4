import TegataCrypto
import TegataProofs

/// BIP-374: proofs made bit for bit, and proofs checked.
func runBIP374(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".csv")) { file, report in
        for row in try file.rows {
            let name = "\(file.stem) \(row["index"] ?? "?")"
            if let expected = row["result_proof"] {
                report.expect(name) {
                    let made = (try? make(row)) ?? nil
                    return made.map(Hex.encode) == (expected == "INVALID" ? nil : expected)
                }
            } else {
                report.expect(name, accepted: row["result_success"]?.uppercased() == "TRUE") {
                    BIP374.isValid(
                        try bytes(row, "proof"), a: try point(row, "point_A"),
                        b: try point(row, "point_B"), c: try point(row, "point_C"),
                        generator: try point(row, "point_G"), message: try bytes(row, "message"))
                }
            }
        }
    }
}

private func make(_ row: [String: String]) throws -> [UInt8]? {
    guard let auxiliary = FixedBytes<32>(try bytes(row, "auxrand_r")) else {
        throw VectorError(what: "auxrand_r is not 32 bytes")
    }
    return BIP374.prove(
        try SecretScalar(parsing: try bytes(row, "scalar_a")), base: try point(row, "point_B"),
        generator: try point(row, "point_G"), auxiliary: auxiliary,
        message: try bytes(row, "message"))
}

/// The set writes the identity as a word; it is no point here.
private func point(_ row: [String: String], _ column: String) throws -> Point {
    guard let bytes = Hex.decode(row[column] ?? "") else { throw CryptoError.invalidPoint }
    return try Point(parsing: bytes)
}

private func bytes(_ row: [String: String], _ column: String) throws -> [UInt8] {
    guard let bytes = Hex.decode(row[column] ?? "?") else {
        throw VectorError(what: "no \(column)")
    }
    return bytes
}
