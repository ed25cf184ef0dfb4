import TegataCrypto
import TegataEthereum
import TegataSDJWT

/// Keccak-256, addresses and EIP-712: each document has exactly these bytes and this digest, or is refused.
func runEthereum(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("hashes", ".json")) { file, report in
        for row in try file.json.list {
            report.expect(try row.name.string) {
                Keccak256.hash(try row.data.hex) == (try row.keccak256.hex)
            }
        }
    }
    report.forEach(try folder.files("accounts", ".json")) { file, report in
        for row in try file.json.list {
            report.expect(try row.name.string) {
                let key = try Secp256k1.PrivateKey(rawRepresentation: row.privateKey.hex)
                let address = EthereumAddress(key.publicKey)
                let text = try row.address.string
                return try address.description == text && EthereumAddress(parsing: text) == address
            }
        }
    }
    report.forEach(try folder.files("typed-data", ".json")) { file, report in
        for row in try file.json.list {
            report.expect(try row.name.string) {
                let data = try typedData(row, message: row.data)
                return try data.encodedMessage == row.encoded.hex && data.digest == row.digest.hex
            }
        }
    }
    guard let messages = folder.folder("eth-account") else { return }
    report.forEach(try messages.files("", ".json")) { file, report in
        for (name, row) in try file.json.members {
            if let why = lenient.first(where: { name.contains($0.key) })?.value {
                report.skip(name, why)
                continue
            }
            report.expect(name, accepted: name.hasPrefix("valid")) {
                _ = try typedData(row, message: row.message)
                return true
            }
        }
    }
}

/// What other libraries guess.
private let lenient = [
    "int_value_for_string": "a number where text belongs, which we refuse",
    "null_value": "null where a structure belongs, which we refuse",
    "does_not_accept_recursive_custom_types": "a structure left out, which we refuse",
]

private func typedData(_ row: Vector, message: Vector) throws -> TypedData {
    var members: [String: Vector] = [
        "types": row.types, "domain": row.domain, "message": message,
    ]
    if !row.primaryType.isNull { members["primaryType"] = row.primaryType }
    return try TypedData(
        parsing: String(decoding: Vector.object(members).encodedJSON, as: UTF8.self))
}
