internal import TegataCrypto

// An issuer's keys inside an archive: JSON, before the first record of the full part.
extension IssuerKeys {
    /// The secret keys as JSON: for sealing, and nothing else.
    ///
    /// - Throws: `keyElsewhere` for a card key that never leaves its module.
    func exposedJSON() throws(ArchiveFault) -> [UInt8] {
        let key: [UInt8]
        switch card {
        case .secp256k1(let secret): key = secret.exposedRawRepresentation
        case .p256(let secret): key = secret.rawRepresentation
        case .external: throw .keyElsewhere
        }
        var json: JSONObject = [
            "alg": .string(card.algorithm.rawValue), "card": .bytes(key),
            "register": .bytes(register.exposedRawRepresentation),
            "log": .bytes(log.exposedRawRepresentation),
            "earlier": .array(earlier.map { .object($0.jwk) }),
            "withdrawn": .array(withdrawn.map { .object($0.jwk) }),
        ]
        if let council { json.add("council", .bytes(council.encoded)) }
        return JSON.object(json).encoded
    }

    /// - Throws: `malformed`.
    init(exposedJSON bytes: [UInt8]) throws(Refusal) {
        let json = try JSON(parsing: bytes)
        let card = try json.required("card").bytes()
        let register = try json.required("register").bytes()
        let log = try json.required("log").bytes()
        func publicKeys(_ name: String) throws(Refusal) -> [VerifyingKey] {
            var keys = [VerifyingKey]()
            for key in try json.required(name).elements(atMost: 64) {
                keys.append(try VerifyingKey(parsingJWK: key.encoded))
            }
            return keys
        }
        let earlier = try publicKeys("earlier")
        let withdrawn = try publicKeys("withdrawn")
        let council = try json["council"].map { value throws(Refusal) in
            try Council(parsing: try value.bytes())
        }
        do {
            let signing: SigningKey
            switch try json.required("alg").text(atMost: 16) {
            case "ES256K":
                signing = .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: card))
            case "ES256": signing = .p256(try P256.PrivateKey(rawRepresentation: card))
            default: throw Refusal.malformed
            }
            self.init(
                card: signing, register: try Secp256k1.PrivateKey(rawRepresentation: register),
                log: try Ed25519.PrivateKey(rawRepresentation: log), earlier: earlier,
                withdrawn: withdrawn, council: council)
        } catch {
            throw .malformed
        }
    }

    /// Whether these are the secret halves of what others trust.
    func match(_ profile: IssuerProfile) -> Bool {
        register.publicKey.xOnly == profile.registerKey && profile.keys.contains(card.verifyingKey)
            && council == profile.council
            && (try? NoteSigner(name: profile.logKey.name, kind: .log, key: log))?.key
                == profile.logKey
    }
}
