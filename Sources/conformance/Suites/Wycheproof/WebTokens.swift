import TegataCrypto
import TegataOpenID
import TegataSDJWT

/// JSON Web Signature and Key, read as a verifier reads them: the key, or the key set, is the verifier's own.
func jose(_ schema: String, _ group: Vector) -> WycheproofSupport {
    if schema.hasPrefix("json_web_encryption") { return jwe() }
    let key = group.public.isNull ? group.private : group.public
    let keys = key.keys.isNull ? [key] : key.keys.list
    // A set that mixes both kinds is one of the cases to refuse.
    guard keys.contains(where: { $0.kty != .string("oct") }) else {
        return .unsupported("HMAC signatures are refused: whoever checks one could make one")
    }
    return .supported { _, test in
        let text = try test.jws.isText ? Array(test.jws.string.utf8) : test.jws.encodedJSON
        let published =
            key.keys.isNull
            ? publicHalf(key) : Vector.object(["keys": .array(keys.map(publicHalf))])
        let bytes = try published.encodedJSON
        let token = try CompactJWS(
            parsing: text, types: nil, algorithms: Set(JWSAlgorithm.allCases))
        let verifyingKey =
            try key.keys.isNull
            ? VerifyingKey(parsingJWK: bytes) : JWKSet(parsing: bytes).key(for: token.header)
        _ = try token.verifiedBytes(by: verifyingKey)
        return true
    }
}

/// JSON Web Encryption: ECDH-ES on P-256 with AES-GCM is opened, and every other kind refused by name.
private func jwe() -> WycheproofSupport {
    .supported { group, test in
        let text = try test.jwe.string
        if isOffered(test.jwe) {
            let key = try P256.PrivateKey(
                rawRepresentation: Base64URL.decode(try group.private.d.string))
            return try CompactJWE(parsing: text).opened(by: key) == test.pt.hex
        }
        guard test.result == .string("valid") else {
            _ = try CompactJWE(parsing: text)
            return true
        }
        do {
            _ = try CompactJWE(parsing: text)
            return false
        } catch let refusal as Refusal { return refusal == .unsupported }
    }
}

/// Whether a compact JWE is of the one kind that is offered.
private func isOffered(_ token: Vector) -> Bool {
    guard let text = try? token.string,
        let header = try? Base64URL.decode(String(text.prefix { $0 != "." })),
        let members = try? Vector(parsing: header, name: "header")
    else { return false }
    return members.alg == .string("ECDH-ES")
        && [.string("A128GCM"), .string("A256GCM")].contains(members.enc)
}

/// Whether the header of a compact token names an algorithm that the key does not.
func namesAnotherAlgorithm(_ token: Vector, than key: Vector) -> Bool {
    guard let text = try? token.string, !key.alg.isNull,
        let header = try? Base64URL.decode(String(text.prefix { $0 != "." })),
        let named = try? Vector(parsing: header, name: "header").alg
    else { return false }
    return named != key.alg
}

/// What a key's owner would publish of it. A symmetric key has no such half and stays what it is.
func publicHalf(_ key: Vector) -> Vector {
    guard key.kty != .string("oct"), case .object(var members) = key else { return key }
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth"] { members[name] = nil }
    return .object(members)
}
