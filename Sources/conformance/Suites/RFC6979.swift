import TegataCrypto

/// Deterministic nonces on secp256k1: `rfc6979.json` gives the nonces, `ecdsa.json` the signatures they make.
func runRFC6979(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("rfc6979", ".json")) { file, report in
        for (index, vector) in try file.json.list.enumerated() {
            // k0 is used unless it makes an impossible signature; k1 and k15 are never reached, so r shows k0.
            report.expect("\(file.stem) \(index)") {
                let key = try Secp256k1.PrivateKey(rawRepresentation: try vector.d.hex)
                let signature = key.signature(for: Array(try vector.message.string.utf8))
                let nonce = try SecretScalar(parsing: try vector.k0.hex)
                let r = Scalar(reducingBigEndian: Array(nonce.timesGenerator.encoded.dropFirst()))
                return Array(signature[..<32]) == r.encoded
            }
        }
    }
    report.forEach(try folder.files("ecdsa", ".json")) { file, report in
        let json = try file.json
        for (index, vector) in json.valid.list.enumerated() {
            report.expect("valid \(index)") {
                let key = try Secp256k1.PrivateKey(rawRepresentation: try vector.d.hex)
                let signature = key.signature(forDigest: try digest(vector))
                return try signature.array == vector.signature.hex
                    && key.publicKey.isValidSignature(signature.span, forDigest: try digest(vector))
            }
        }
        for (index, vector) in json.extraEntropy.list.enumerated() {
            for (field, extra) in extraEntropy {
                report.expect("extra entropy \(index) \(field)") {
                    let key = try Secp256k1.PrivateKey(rawRepresentation: try vector.d.hex)
                    let signature = key.signature(
                        forDigest: try digest(vector), extra: extra.flatMap { FixedBytes($0) })
                    return signature.array == (try vector[field].hex)
                }
            }
        }
        for (index, vector) in json.invalid.sign.list.enumerated() {
            report.expect("invalid sign \(index)", accepted: false) {
                _ = try Secp256k1.PrivateKey(rawRepresentation: try vector.d.hex)
                return true
            }
        }
        for (index, vector) in json.invalid.verify.list.enumerated() {
            report.expect("invalid verify \(index)", accepted: false) {
                let signature = try vector.signature.hex
                let key = try publicKey(try vector.Q.hex)
                return key.isValidSignature(signature.span, forDigest: try digest(vector))
            }
        }
    }
}

/// The additional data behind each signature of the set.
private let extraEntropy: [(String, [UInt8]?)] = [
    ("signature", nil),
    ("extraEntropy0", [UInt8](repeating: 0, count: 32)),
    ("extraEntropy1", [UInt8](repeating: 0, count: 31) + [1]),
    (
        "extraEntropyRand",
        Hex.decode("6e723d3fd94ed5d2b6bdd4f123364b0f3ca52af829988a63f8afe91d29db1c33")
    ),
    (
        "extraEntropyN",
        Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
    ),
    ("extraEntropyMax", [UInt8](repeating: 255, count: 32)),
]

private func digest(_ vector: Vector) throws -> FixedBytes<32> {
    guard let digest = FixedBytes<32>(try vector.m.hex) else {
        throw VectorError(what: "m is not 32 bytes")
    }
    return digest
}

/// A key in either form of SEC 1 that this package reads.
func publicKey(_ bytes: [UInt8]) throws -> Secp256k1.PublicKey {
    bytes.count == 33
        ? try Secp256k1.PublicKey(compressedRepresentation: bytes)
        : try Secp256k1.PublicKey(x963Representation: bytes)
}
