package import TegataCrypto
package import TegataSDJWT

/// A compact JWE (RFC 7516 §3.1) with ECDH-ES on P-256 and AES-GCM: the only encryption that is offered. As received: its
/// form and header are checked, and the content comes out only through `opened(by:)`.
package struct CompactJWE: Sendable {
    /// `kid`: a hint for choosing among our own keys.
    package let keyID: String?
    /// How the content is encrypted.
    package let encryption: ContentEncryption
    private let ephemeralKey: P256.PublicKey
    private let apu: [UInt8]
    private let apv: [UInt8]
    private let protected: [UInt8]
    private let nonce: [UInt8]
    private let sealed: [UInt8]

    /// Splits `text` and reads the header.
    ///
    /// - Throws: `limitExceeded` above `limit` bytes; `malformed`; `unsupported` for another `alg` or `enc`, any `crit`, and
    ///   `zip`, which would let a small text become a large one.
    package init(
        parsing text: String, allowing encryptions: Set<ContentEncryption> = [.a128GCM, .a256GCM],
        limit: Int = 512 * 1024
    ) throws(Refusal) {
        guard text.utf8.count <= limit else { throw .limitExceeded }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 5 else { throw .malformed }
        let protected = Array(parts[0])
        self.protected = protected
        let limits = JSONLimits(depth: 8, values: 256, bytes: 16 * 1024)
        let decoded = try Base64URL.decode(protected.span)
        guard let header = try JSON(parsing: decoded, limits: limits).object else {
            throw .malformed
        }
        guard header["crit"] == nil, header["zip"] == nil else { throw .unsupported }
        guard let algorithm = header["alg"]?.string, let name = header["enc"]?.string else {
            throw .malformed
        }
        guard algorithm.hasSameBytes(as: "ECDH-ES"),
            let encryption = ContentEncryption(exactly: name),
            encryptions.contains(encryption)
        else { throw .unsupported }
        // With direct agreement there is no encrypted key (RFC 7518 §4.6).
        guard parts[1].isEmpty else { throw .malformed }
        self.encryption = encryption
        guard let ephemeral = header["epk"] else { throw .malformed }
        ephemeralKey = try EncryptionKey(jwk: ephemeral).key
        apu = try Self.bytes(header["apu"])
        apv = try Self.bytes(header["apv"])
        if let id = header["kid"] {
            guard let id = id.string else { throw .malformed }
            keyID = id
        } else {
            keyID = nil
        }
        nonce = try Base64URL.decode(Array(parts[2]).span)
        let tag = try Base64URL.decode(Array(parts[4]).span)
        guard nonce.count == 12, tag.count == AESGCM.tagByteCount else { throw .malformed }
        sealed = try Base64URL.decode(Array(parts[3]).span) + tag
    }

    /// The content, which nobody has changed since it was encrypted to `key`.
    ///
    /// - Throws: `malformed` for everything else; which part was wrong is not said.
    package func opened(by key: P256.PrivateKey) throws(Refusal) -> [UInt8] {
        guard let secret = try? key.sharedSecret(with: ephemeralKey) else { throw .malformed }
        let contentKey = ConcatKDF.key(from: secret, for: encryption, apu: apu, apv: apv)
        guard
            let content = try? AESGCM.open(
                sealed, key: contentKey, nonce: nonce, authenticating: protected)
        else { throw .malformed }
        return content
    }

    /// Encrypts `content` to `key`, whose `kid` goes into the header. A fresh ephemeral key each time.
    package static func seal(
        _ content: [UInt8], to key: EncryptionKey, with encryption: ContentEncryption,
        apu: [UInt8] = [], apv: [UInt8] = []
    ) throws(Refusal) -> String {
        let ephemeral = P256.PrivateKey()
        var header: JSONObject = [
            "alg": "ECDH-ES", "enc": .string(encryption.rawValue),
            "epk": .object(VerifyingKey.p256(ephemeral.publicKey).jwk),
        ]
        if let id = key.keyID { header.add("kid", .string(id)) }
        if !apu.isEmpty { header.add("apu", .string(Base64URL.encode(apu))) }
        if !apv.isEmpty { header.add("apv", .string(Base64URL.encode(apv))) }
        let protected = Base64URL.encode(JSON.object(header).encoded)
        var random = SystemRandomness()
        let nonce = random.bytes(12)
        guard let secret = try? ephemeral.sharedSecret(with: key.key),
            let sealed = try? AESGCM.seal(
                content,
                key: ConcatKDF.key(from: secret, for: encryption, apu: apu, apv: apv),
                nonce: nonce, authenticating: Array(protected.utf8))
        else { throw .unavailable }
        let tag = Array(sealed.suffix(AESGCM.tagByteCount))
        let parts = [nonce, Array(sealed.dropLast(tag.count)), tag].map(Base64URL.encode)
        return protected + ".." + parts.joined(separator: ".")
    }

    private static func bytes(_ value: JSON?) throws(Refusal) -> [UInt8] {
        guard let value else { return [] }
        guard let text = value.string else { throw .malformed }
        return try Base64URL.decode(text)
    }
}
