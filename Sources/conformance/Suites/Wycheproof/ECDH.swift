import TegataCrypto

/// Diffie–Hellman on secp256k1: the constant-time multiplication that every secret takes.
func ecdh(_ group: Vector) -> WycheproofSupport {
    guard (try? group.curve.string) == "secp256k1" else {
        return .unsupported("ECDH on \((try? group.curve.string) ?? "another curve")")
    }
    return .supported { _, test in
        let shared = try test.shared.hex
        let encoded = try test.public.hex
        let secret = try test.private.hex
        let key = try subjectPublicKey(encoded)
        // Written as a DER integer: at most one sign byte, leading zeros dropped.
        let number = Array(secret.drop { $0 == 0 })
        let padded = [UInt8](repeating: 0, count: max(0, 32 - number.count)) + number
        let product = key.point.times(try SecretScalar(parsing: padded))
        guard Array(product.encoded.dropFirst()) == shared else {
            throw VectorError(what: "another shared secret")
        }
        return true
    }
}

/// The one spelling of a SubjectPublicKeyInfo for a named curve; explicit parameters are refused.
private func subjectPublicKey(_ bytes: [UInt8]) throws -> Secp256k1.PublicKey {
    let algorithm = Hex.decode("301006072a8648ce3d020106052b8104000a") ?? []
    for count in [33, 65] {
        let bitString = [0x03, UInt8(count + 1), 0x00]
        let prefix = [0x30, UInt8(algorithm.count + 3 + count)] + algorithm + bitString
        if bytes.count == prefix.count + count, bytes.starts(with: prefix) {
            return try publicKey(Array(bytes.suffix(count)))
        }
    }
    throw CryptoError.malformed
}
