import TegataCrypto

func ecdsa(_ group: Vector, isDER: Bool) -> WycheproofSupport {
    guard let name = try? group.publicKey.curve.string, let hash = hash(group.sha) else {
        return .unsupported("ECDSA with \((try? group.sha.string) ?? "an unknown hash")")
    }
    if name == "secp256k1", hash == .sha256 {
        return .supported { group, test in
            let signature = try test.sig.hex
            let key = try Secp256k1.PublicKey(
                x963Representation: try group.publicKey.uncompressed.hex)
            let digest = SHA256.hash(try test.msg.hex)
            return isDER
                ? key.isValidDERSignature(signature.span, forDigest: digest)
                : key.isValidSignature(signature.span, forDigest: digest)
        }
    }
    guard let curve = curve(name), name != "secp256k1" else {
        return .unsupported("ECDSA on \(name)")
    }
    return .supported { group, test in
        let signature = try test.sig.hex
        let key = try NISTPublicKey(
            curve, x963Representation: try group.publicKey.uncompressed.hex)
        let digest = hash.hash(try test.msg.hex)
        return isDER
            ? key.isValidSignature(der: signature.span, forDigest: digest.span)
            : key.isValidSignature(signature.span, forDigest: digest.span)
    }
}

func eddsa(_ group: Vector) -> WycheproofSupport {
    guard (try? group.publicKey.curve.string) == "edwards25519" else {
        return .unsupported("EdDSA on \((try? group.publicKey.curve.string) ?? "another curve")")
    }
    return .supported { group, test in
        let signature = try test.sig.hex
        let message = try test.msg.hex
        let key = try Ed25519.PublicKey(rawRepresentation: try group.publicKey.pk.hex)
        return key.isValidSignature(signature.span, for: message.span)
    }
}

func rsaPKCS1(_ group: Vector) -> WycheproofSupport {
    guard let hash = hash(group.sha) else { return .unsupported("RSA with another hash") }
    return .supported { group, test in
        let signature = try test.sig.hex
        let message = try test.msg.hex
        return try rsaKey(group).isValidPKCS1Signature(
            signature.span, forDigest: hash.hash(message), using: hash)
    }
}

func rsaPSS(_ group: Vector) -> WycheproofSupport {
    guard let hash = hash(group.sha), let maskHash = HashFunction(named: group.mgfSha),
        let saltLength = try? group.sLen.int
    else { return .unsupported("RSA-PSS with another hash") }
    return .supported { group, test in
        let signature = try test.sig.hex
        let message = try test.msg.hex
        return try rsaKey(group).isValidPSSSignature(
            signature.span, forDigest: hash.hash(message), using: hash, maskHash: maskHash,
            saltByteCount: saltLength)
    }
}

/// A DER integer without its sign byte is what the library takes; small exponents are part of some groups.
private func rsaKey(_ group: Vector) throws -> RSA.PublicKey {
    try RSA.PublicKey(
        modulus: Array(try group.publicKey.modulus.hex.drop { $0 == 0 }),
        exponent: Array(try group.publicKey.publicExponent.hex.drop { $0 == 0 }),
        smallestExponent: 3)
}

private func curve(_ name: String) -> NISTCurve? {
    switch name {
    case "secp256r1": .p256
    case "secp384r1": .p384
    case "secp521r1": .p521
    default: nil
    }
}

private func hash(_ name: Vector) -> HashFunction? { HashFunction(named: name) }

extension HashFunction {
    fileprivate init?(named name: Vector) {
        switch try? name.string {
        case "SHA-256": self = .sha256
        case "SHA-384": self = .sha384
        case "SHA-512": self = .sha512
        default: return nil
        }
    }
}
