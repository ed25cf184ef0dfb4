internal import TegataCrypto

// An issuer's keys inside an archive: JSON, before the first record of the full part.
extension IssuerKeys {
    /// The secret keys as JSON: for sealing, and nothing else.
    var exposedJSON: [UInt8] {
        let key =
            switch card {
            case .secp256k1(let key): key.exposedRawRepresentation
            case .p256(let key): key.rawRepresentation
            }
        var json: JSONObject = [
            "alg": .string(card.algorithm.rawValue), "card": .bytes(key),
            "register": .bytes(register.exposedRawRepresentation),
            "log": .bytes(log.exposedRawRepresentation),
            "earlier": .array(earlier.map { .object($0.jwk) }),
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
        var earlier = [VerifyingKey]()
        for key in try json.required("earlier").elements(atMost: 64) {
            earlier.append(try VerifyingKey(parsingJWK: key.encoded))
        }
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
                council: council)
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
