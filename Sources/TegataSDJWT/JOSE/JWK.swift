package import TegataCrypto

// Public keys as JSON (RFC 7517, 7518 §6, 8037 §2, 8812 §3), and their thumbprints (RFC 7638).

extension VerifyingKey {
    /// Reads a public JWK (RFC 7517).
    ///
    /// - Throws: `malformed`, also for a private key; `unsupported` for a key type or curve without an implementation.
    public init(parsing text: String) throws(Refusal) {
        try self.init(parsingJWK: Array(text.utf8))
    }

    /// The key as a JWK, with the members of its thumbprint alone.
    public var encoded: String {
        String(decoding: JSON.object(jwk).encoded, as: UTF8.self)
    }

    /// Reads a public JWK.
    ///
    /// Throws `unsupported` for a key type or curve without an implementation, a use other than verifying, or an
    /// RSA key without `alg`; `malformed` for the private member `d`, for coordinates of
    /// another length, points off the curve, and an `alg` that is not the key's. `algorithm` is what an RSA key is
    /// bound to when it does not say so itself.
    package init(
        parsingJWK bytes: [UInt8], for algorithm: JWSAlgorithm? = nil
    ) throws(Refusal) {
        var tape = JSONTape()
        tape.bytes = bytes
        let root = try tape.read(0..<bytes.count, .default)
        try self.init(jwk: root, on: tape, for: algorithm)
    }

    init(
        jwk node: JSONTape.Node, on tape: JSONTape, for algorithm: JWSAlgorithm? = nil
    ) throws(Refusal) {
        guard tape.kind(node) == .object, tape.member("d", of: node) == nil else {
            throw .malformed
        }
        if let use = tape.member("use", of: node), !tape.isString(use, "sig") {
            throw .unsupported
        }
        if let operations = tape.member("key_ops", of: node) {
            guard tape.value(operations).array?.contains("verify") == true else {
                throw .unsupported
            }
        }
        self = try VerifyingKey.read(node, tape, algorithm)
        if let name = tape.member("alg", of: node) {
            guard let text = tape.string(name) else { throw .malformed }
            guard let named = JWSAlgorithm(exactly: text), allows(named) else { throw .malformed }
        }
    }

    private static func read(
        _ node: JSONTape.Node, _ tape: JSONTape, _ algorithm: JWSAlgorithm?
    ) throws(Refusal) -> VerifyingKey {
        guard let type = tape.member("kty", of: node) else { throw .malformed }
        if tape.isString(type, "EC") { return try readEC(node, tape) }
        if tape.isString(type, "OKP") {
            guard let curve = tape.member("crv", of: node) else { throw .malformed }
            guard tape.isString(curve, "Ed25519") else { throw .unsupported }
            let bytes = try field("x", node, tape)
            guard let key = try? Ed25519.PublicKey(rawRepresentation: bytes) else {
                throw .malformed
            }
            return .ed25519(key)
        }
        guard tape.isString(type, "RSA") else { throw .unsupported }
        let modulus = try field("n", node, tape)
        let exponent = try field("e", node, tape)
        guard let key = try? RSA.PublicKey(modulus: modulus, exponent: exponent) else {
            throw .malformed
        }
        // An RSA key says nothing about padding and hash; without `alg` there is no algorithm to bind it to.
        let named = tape.member("alg", of: node).flatMap(tape.string)
        guard let algorithm = named.map(JWSAlgorithm.init(exactly:)) ?? algorithm,
            let bound = rsa(key, algorithm)
        else { throw .unsupported }
        return bound
    }

    private static func readEC(
        _ node: JSONTape.Node, _ tape: JSONTape
    ) throws(Refusal) -> VerifyingKey {
        guard let curve = tape.member("crv", of: node) else { throw .malformed }
        let x = try field("x", node, tape)
        let y = try field("y", node, tape)
        if tape.isString(curve, "secp256k1") {
            guard let key = try? Secp256k1.PublicKey(x: x.span, y: y.span) else { throw .malformed }
            return .secp256k1(key)
        }
        if tape.isString(curve, "P-256") {
            guard let key = try? P256.PublicKey(x: x.span, y: y.span) else { throw .malformed }
            return .p256(key)
        }
        let nist: NISTCurve
        if tape.isString(curve, "P-384") {
            nist = .p384
        } else if tape.isString(curve, "P-521") {
            nist = .p521
        } else {
            throw .unsupported
        }
        // Each coordinate has the curve's length: a short x and a long y must not make up for each other.
        guard x.count == nist.coordinateByteCount, y.count == nist.coordinateByteCount,
            let point = try? NISTPublicKey(nist, x963Representation: [4] + x + y),
            let key = VerifyingKey.nist(point)
        else { throw .malformed }
        return key
    }

    private static func field(
        _ name: String, _ node: JSONTape.Node, _ tape: JSONTape
    ) throws(Refusal) -> [UInt8] {
        guard let value = tape.member(name, of: node), tape.kind(value) == .string else {
            throw .malformed
        }
        if tape.entries[value].isEscaped { return try Base64URL.decode(tape.unescaped(value).span) }
        return try Base64URL.decode(tape.bytes.span.extracting(tape.range(value)))
    }
}

extension VerifyingKey {
    /// The key as a JWK with its required members only, in the order of RFC 7638 §3.3.
    package var jwk: JSONObject {
        switch material {
        case .secp256k1(let key): Self.ec("secp256k1", key.x963Representation)
        case .p256(let key): Self.ec("P-256", key.x963Representation)
        case .nist(let key):
            Self.ec(key.curve == .p384 ? "P-384" : "P-521", key.x963Representation)
        case .ed25519(let key):
            ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(key.rawRepresentation))]
        case .rsa(let key):
            [
                "e": .string(Base64URL.encode(key.exponent)), "kty": "RSA",
                "n": .string(Base64URL.encode(key.modulus)),
            ]
        }
    }

    /// SHA-256 of the key's required members (RFC 7638), 32 bytes.
    package var thumbprintBytes: FixedBytes<32> {
        SHA256.hash(JSON.object(jwk).encoded)
    }

    /// The thumbprint as base64url, which is what `kid` holds.
    public var thumbprint: String { Base64URL.encode(thumbprintBytes.array) }

    private static func ec(_ curve: String, _ point: [UInt8]) -> JSONObject {
        let half = point.count / 2
        return [
            "crv": .string(curve), "kty": "EC",
            "x": .string(Base64URL.encode(Array(point[1...half]))),
            "y": .string(Base64URL.encode(Array(point[(half + 1)...]))),
        ]
    }
}
