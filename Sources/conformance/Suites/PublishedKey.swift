import TegataCrypto
import TegataSDJWT

/// A public key from a PEM block or a JWK, bound to `algorithm`.
func publishedKey(_ text: String, for algorithm: JWSAlgorithm) throws -> VerifyingKey {
    guard text.hasPrefix("-----") else {
        return try VerifyingKey(parsingJWK: Array(text.utf8), for: algorithm)
    }
    let info = try pemBytes(text)
    if let key = try? secp256k1Key(info) { return .secp256k1(key) }
    let key: VerifyingKey?
    switch try VerificationKey(subjectPublicKeyInfo: info.span) {
    case .rsa(let rsa): key = .rsa(rsa, algorithm)
    case .ed25519(let point): key = .ed25519(point)
    case .nist(let point) where point.curve == .p256:
        key = .p256(try P256.PublicKey(x963Representation: point.x963Representation))
    case .nist(let point): key = .nist(point)
    }
    guard let key else { throw VectorError(what: "no key for \(algorithm.rawValue)") }
    return key
}

/// The one spelling of a SubjectPublicKeyInfo for secp256k1; explicit parameters are refused.
func secp256k1Key(_ bytes: [UInt8]) throws -> Secp256k1.PublicKey {
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
