internal import TegataCrypto

/// What the full part begins with: the issuer's keys, and what else it needs to go on (Spec/archive.md, "The keys inside").
struct ArchivedKeys {
    /// The key that signs cards; `nil` where it lies in a module.
    private let card: SigningKey?
    /// Its public half.
    private let cardKey: VerifyingKey
    private let register: Secp256k1.PrivateKey
    private let log: Ed25519.PrivateKey
    private let earlier: [VerifyingKey]
    private let withdrawn: [VerifyingKey]
    private let council: Council?
    /// What else there is, by name.
    let others: [String: [UInt8]]

    /// Bytes of all of it: what a reader takes before the first record.
    static let maximumSize = 1 << 20

    init(_ keys: IssuerKeys, others: [String: [UInt8]]) {
        if case .external = keys.card { card = nil } else { card = keys.card }
        cardKey = keys.card.verifyingKey
        register = keys.register
        log = keys.log
        earlier = keys.earlier
        withdrawn = keys.withdrawn
        council = keys.council
        self.others = others
    }

    /// All of it as JSON, the same bytes each time: for sealing, and nothing else.
    ///
    /// - Throws: `badKeys` for a name that is none, and for more than fits.
    func exposedJSON() throws(ArchiveFault) -> [UInt8] {
        var json: JSONObject = [
            "register": .bytes(register.exposedRawRepresentation),
            "log": .bytes(log.exposedRawRepresentation),
            "earlier": .array(earlier.map { .object($0.jwk) }),
            "withdrawn": .array(withdrawn.map { .object($0.jwk) }),
        ]
        switch card {
        case .secp256k1(let secret):
            json.add("alg", "ES256K")
            json.add("card", .bytes(secret.exposedRawRepresentation))
        case .p256(let secret):
            json.add("alg", "ES256")
            json.add("card", .bytes(secret.rawRepresentation))
        case .external, nil: json.add("elsewhere", .object(cardKey.jwk))
        }
        if let council { json.add("council", .bytes(council.encoded)) }
        if !others.isEmpty {
            var named: JSONObject = [:]
            for (name, bytes) in others.sorted(by: { $0.key < $1.key }) {
                named.add(name, .bytes(bytes))
            }
            json.add("others", .object(named))
        }
        let bytes = JSON.object(json).encoded
        guard others.keys.allSatisfy(Self.isName), others.count <= 64,
            bytes.count <= Self.maximumSize
        else { throw .badKeys }
        return bytes
    }

    /// What manifests say of these bytes. Most of them are keys, so nobody finds them by trying.
    static func digest(of exposedJSON: [UInt8]) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/archive-keys", exposedJSON)
    }

    /// - Throws: `malformed`.
    init(exposedJSON bytes: [UInt8]) throws(Refusal) {
        let json = try JSON(parsing: bytes)
        earlier = try Self.publicKeys(try json.required("earlier"))
        withdrawn = try Self.publicKeys(try json.required("withdrawn"))
        council = try json["council"].map { value throws(Refusal) in
            try Council(parsing: try value.bytes())
        }
        let registerBytes = try json.required("register").bytes()
        let logBytes = try json.required("log").bytes()
        do {
            register = try Secp256k1.PrivateKey(rawRepresentation: registerBytes)
            log = try Ed25519.PrivateKey(rawRepresentation: logBytes)
        } catch {
            throw .malformed
        }
        if let elsewhere = json["elsewhere"] {
            guard json["card"] == nil else { throw .malformed }
            card = nil
            cardKey = try VerifyingKey(parsingJWK: elsewhere.encoded)
        } else {
            let secret = try Self.signingKey(
                try json.required("alg").text(atMost: 16), try json.required("card").bytes())
            card = secret
            cardKey = secret.verifyingKey
        }
        var others = [String: [UInt8]]()
        if let named = json["others"] {
            guard let members = named.object?.members, members.count <= 64 else {
                throw .malformed
            }
            for member in members {
                guard Self.isName(member.name) else { throw .malformed }
                others[member.name] = try member.value.bytes()
            }
        }
        self.others = others
    }

    private static func signingKey(
        _ algorithm: String, _ secret: [UInt8]
    ) throws(Refusal) -> SigningKey {
        do {
            switch algorithm {
            case "ES256K": return .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: secret))
            case "ES256": return .p256(try P256.PrivateKey(rawRepresentation: secret))
            default: throw Refusal.malformed
            }
        } catch {
            throw .malformed
        }
    }

    private static func publicKeys(_ json: JSON) throws(Refusal) -> [VerifyingKey] {
        var keys = [VerifyingKey]()
        for key in try json.elements(atMost: 64) {
            keys.append(try VerifyingKey(parsingJWK: key.encoded))
        }
        return keys
    }

    /// 1…64 of a-z 0-9 . - _, and no dot in front: whoever makes a file of it gets a file of that name.
    private static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (1...64).contains(bytes.count) && bytes[0] != UInt8(ascii: ".")
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Whether these are the secret halves of what others trust.
    func match(_ profile: IssuerProfile) -> Bool {
        register.publicKey.xOnly == profile.registerKey && profile.keys.contains(cardKey)
            && council == profile.council
            && (try? NoteSigner(name: profile.logKey.name, kind: .log, key: log))?.key
                == profile.logKey
    }

    /// The keys to go on with.
    ///
    /// - Parameter signer: signs cards from here on; without one, the key that is inside does. Another key than before makes that one
    ///   an earlier one.
    /// - Returns: them.
    /// - Throws: `keyElsewhere` when there is neither; `badKeys` for a signer that was withdrawn.
    func keys(signing signer: SigningKey?) throws(ArchiveFault) -> IssuerKeys {
        guard let signing = signer ?? card else { throw .keyElsewhere }
        let own = signing.verifyingKey
        guard !withdrawn.contains(own) else { throw .badKeys }
        let before = own == cardKey ? earlier : [cardKey] + earlier.filter { $0 != own }
        return IssuerKeys(
            card: signing, register: register, log: log, earlier: before, withdrawn: withdrawn,
            council: council)
    }
}
