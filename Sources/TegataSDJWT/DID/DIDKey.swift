internal import TegataCrypto

/// A key that is its own identifier: `did:key:z…` (did:key method) or `did:jwk:…`.
///
/// Two spellings are two identifiers: DIDs are compared as text, never by the key inside.
package struct KeyDID: Hashable, Sendable {
    /// What the identifier holds.
    package enum Content: Hashable, Sendable {
        /// A key that verifies signatures.
        case verifying(VerifyingKey)
        /// An X25519 key, 32 bytes, which agrees on keys and signs nothing.
        case keyAgreement([UInt8])
    }

    /// The identifier, without fragment.
    package let text: String
    /// The key.
    package let content: Content
    /// The identifier of the one verification method: `#` and the multibase value, or `#0`.
    package let methodID: String

    /// Reads `did:key:…` or `did:jwk:…`, alone or with the fragment of its verification method.
    ///
    /// Throws `malformed` for bad encodings, lengths, points and fragments, `unsupported` for other methods and keys.
    package init(parsing text: String) throws(Refusal) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let identifier = String(parts[0])
        if identifier.hasPrefix("did:key:") {
            let value = identifier.dropFirst(8)
            content = try Self.decode(multibase: value)
            methodID = identifier + "#" + value
        } else if identifier.hasPrefix("did:jwk:") {
            let bytes = try Base64URL.decode(String(identifier.dropFirst(8)))
            content = try Self.decode(jwk: bytes)
            methodID = identifier + "#0"
        } else {
            throw .unsupported
        }
        guard parts.count == 1 || methodID.hasSameBytes(as: text) else { throw .malformed }
        self.text = identifier
    }

    /// The key that verifies, if this is one.
    package var verifyingKey: VerifyingKey? {
        if case .verifying(let key) = content { key } else { nil }
    }

    private static func decode(multibase: Substring) throws(Refusal) -> Content {
        guard multibase.utf8.first == UInt8(ascii: "z") else { throw .malformed }
        let bytes = try Base58.decode(multibase.dropFirst())
        guard bytes.count > 2 else { throw .malformed }
        let key = Array(bytes[2...])
        do {
            // Multicodec numbers as two-byte varints.
            switch (bytes[0], bytes[1]) {
            case (0xE7, 0x01):
                return .verifying(.secp256k1(try .init(compressedRepresentation: key)))
            case (0x80, 0x24):
                return .verifying(.p256(try .init(compressedRepresentation: key)))
            case (0x81, 0x24): return .verifying(try nist(.p384, key))
            case (0x82, 0x24): return .verifying(try nist(.p521, key))
            case (0xED, 0x01):
                return .verifying(.ed25519(try .init(rawRepresentation: key)))
            case (0xEC, 0x01):
                guard key.count == 32 else { throw Refusal.malformed }
                return .keyAgreement(key)
            default: throw Refusal.unsupported
            }
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .malformed
        }
    }

    private static func nist(_ curve: NISTCurve, _ bytes: [UInt8]) throws -> VerifyingKey {
        let key = VerifyingKey.nist(try NISTPublicKey(curve, compressedRepresentation: bytes))
        guard let key else { throw Refusal.unsupported }
        return key
    }

    private static func decode(jwk bytes: [UInt8]) throws(Refusal) -> Content {
        let object = try JSON(parsing: bytes)
        if object["kty"] == "OKP", object["crv"] == "X25519" {
            guard let x = object["x"]?.string, object["d"] == nil else { throw .malformed }
            let key = try Base64URL.decode(x)
            guard key.count == 32 else { throw .malformed }
            return .keyAgreement(key)
        }
        return .verifying(try VerifyingKey(parsingJWK: bytes))
    }
}

extension VerifyingKey {
    /// The key as `did:key:z…`; `nil` for RSA, which has no compressed form there.
    package var didKey: String? {
        let bytes: [UInt8]
        switch material {
        case .secp256k1(let key): bytes = [0xE7, 0x01] + key.compressedRepresentation
        case .p256(let key): bytes = [0x80, 0x24] + key.compressedRepresentation
        case .nist(let key):
            bytes = [key.curve == .p384 ? 0x81 : 0x82, 0x24] + key.compressedRepresentation
        case .ed25519(let key): bytes = [0xED, 0x01] + key.rawRepresentation
        case .rsa: return nil
        }
        return "did:key:z" + Base58.encode(bytes)
    }

    /// The key as `did:jwk:…`, over the members of its thumbprint.
    package var didJWK: String {
        "did:jwk:" + Base64URL.encode(JSON.object(jwk).encoded)
    }
}
