import TegataCrypto

/// BIP-340: each row verifies or not; rows with a secret key sign to exactly these bytes as well.
func runBIP340(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".csv")) { file, report in
        for row in try file.rows {
            let name = "row \(row["index"] ?? "?")"
            report.expect(name, accepted: try bool(row, "verification result")) {
                let signature = try bytes(row, "signature")
                let message = try bytes(row, "message")
                let key = try bytes(row, "public key")
                let isValid = Secp256k1.PublicKey.isValidSchnorrSignature(
                    signature.span, for: message.span, xOnly: key.span)
                let secret = try bytes(row, "secret key")
                guard isValid, !secret.isEmpty else { return isValid }
                guard let auxiliary = FixedBytes<32>(try bytes(row, "aux_rand")) else {
                    throw VectorError(what: "aux_rand is not 32 bytes")
                }
                let signer = try Secp256k1.PrivateKey(rawRepresentation: secret)
                return signer.publicKey.xOnly.array == key
                    && signer.schnorrSignature(for: message, auxiliary: auxiliary).array
                        == signature
            }
        }
    }
}

private func bytes(_ row: [String: String], _ column: String) throws -> [UInt8] {
    guard let text = row[column], let bytes = Hex.decode(text) else {
        throw VectorError(what: "no \(column)")
    }
    return bytes
}

private func bool(_ row: [String: String], _ column: String) throws -> Bool {
    switch row[column]?.uppercased() {
    case "TRUE": true
    case "FALSE": false
    default: throw VectorError(what: "no \(column)")
    }
}
