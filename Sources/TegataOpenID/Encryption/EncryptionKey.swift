package import TegataCrypto
package import TegataSDJWT

/// A P-256 key that others encrypt to with ECDH-ES (RFC 7518 §4.6), as a JWK says it.
package struct EncryptionKey: Hashable, Sendable {
    /// The point.
    package let key: P256.PublicKey
    /// `kid`, which an encrypter writes back into its header.
    package let keyID: String?

    package init(_ key: P256.PublicKey, keyID: String? = nil) {
        self.key = key
        self.keyID = keyID
    }

    /// Reads a public JWK.
    ///
    /// - Throws: `unsupported` for another key type, curve, use or `alg`; `malformed` for a private key, for coordinates of
    ///   another length and points off the curve.
    package init(jwk: JSON) throws(Refusal) {
        guard let object = jwk.object, object["d"] == nil else { throw .malformed }
        guard object["kty"] == "EC", object["crv"] == "P-256",
            object["use"].map({ $0 == "enc" }) ?? true,
            object["alg"].map({ $0 == "ECDH-ES" }) ?? true
        else { throw .unsupported }
        guard let x = object["x"]?.string, let y = object["y"]?.string else { throw .malformed }
        let (left, right) = (try Base64URL.decode(x), try Base64URL.decode(y))
        guard let key = try? P256.PublicKey(x: left.span, y: right.span) else { throw .malformed }
        if let id = object["kid"] {
            guard let id = id.string else { throw .malformed }
            keyID = id
        } else {
            keyID = nil
        }
        self.key = key
    }

    /// The key as a JWK for encryption.
    package var jwk: JSON {
        var object = VerifyingKey.p256(key).jwk
        object.add("use", "enc")
        object.add("alg", "ECDH-ES")
        if let keyID { object.add("kid", .string(keyID)) }
        return .object(object)
    }
}

/// How the content is encrypted once a key is agreed on (RFC 7518 §5.3). Both authenticate what they hide.
package enum ContentEncryption: String, Sendable, CaseIterable {
    /// AES-128 in Galois/Counter mode: what is used unless something else is asked for.
    case a128GCM = "A128GCM"
    /// AES-256 in Galois/Counter mode.
    case a256GCM = "A256GCM"

    /// Bytes of the key: 16 or 32.
    var keyByteCount: Int { self == .a128GCM ? 16 : 32 }

    /// The one with exactly this name.
    init?(exactly name: String) {
        guard let found = Self(rawValue: name), found.rawValue.hasSameBytes(as: name) else {
            return nil
        }
        self = found
    }
}
