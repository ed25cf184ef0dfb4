import TegataCrypto

func aead(_ algorithm: String) -> WycheproofSupport {
    guard algorithm == "AES-GCM" else { return .unsupported("\(algorithm)") }
    return .supported { _, test in
        let key = try test.key.hex
        let nonce = try test.iv.hex
        let data = try test.aad.hex
        let message = try test.msg.hex
        let sealed = try test.ct.hex + test.tag.hex
        let opened = try AESGCM.open(sealed, key: key, nonce: nonce, authenticating: data)
        return try opened == message
            && AESGCM.seal(message, key: key, nonce: nonce, authenticating: data) == sealed
    }
}

func hkdf(_ algorithm: String) -> WycheproofSupport {
    guard let hash = hash(algorithm, after: "HKDF-SHA-") else { return .unsupported(algorithm) }
    return .supported { _, test in
        let secret = try test.ikm.hex
        let salt = try test.salt.hex
        let info = try test.info.hex
        let count = try test.size.int
        return try HKDF.derive(from: secret, salt: salt, info: info, count: count, using: hash)
            == test.okm.hex
    }
}

func mac(_ algorithm: String) -> WycheproofSupport {
    guard let hash = hash(algorithm, after: "HMACSHA") else { return .unsupported(algorithm) }
    return .supported { group, test in
        let tag = try test.tag.hex
        let key = try test.key.hex
        let message = try test.msg.hex
        // Nothing here truncates a tag; the shorter ones of the set are a prefix of the whole.
        guard try group.tagSize.int == 8 * hash.byteCount else {
            let whole = HMAC.authenticationCode(for: message, key: key, using: hash)
            return Array(whole.prefix(tag.count)) == tag
        }
        return HMAC.isValid(tag, for: message, key: key, using: hash)
    }
}

private func hash(_ algorithm: String, after prefix: String) -> HashFunction? {
    guard algorithm.hasPrefix(prefix) else { return nil }
    switch algorithm.dropFirst(prefix.count) {
    case "256": return .sha256
    case "384": return .sha384
    case "512": return .sha512
    default: return nil
    }
}
