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
        let key = try secp256k1Key(encoded)
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
