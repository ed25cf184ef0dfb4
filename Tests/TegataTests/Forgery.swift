import TegataCrypto
import TegataSDJWT

/// Members of a JSON object as raw text, so that nothing about them has to be right.
struct Members: Sendable {
    var list: [(name: String, value: String)] = []

    init(_ object: JSONObject = [:]) {
        list = object.members.map { ($0.name, String(decoding: $0.value.encoded, as: UTF8.self)) }
    }

    /// The raw JSON of a member. Setting replaces or appends; `nil` removes.
    subscript(_ name: String) -> String? {
        get { list.first { $0.name == name }?.value }
        set {
            guard let newValue else { return list.removeAll { $0.name == name } }
            if let index = list.firstIndex(where: { $0.name == name }) {
                list[index].value = newValue
            } else {
                list.append((name, newValue))
            }
        }
    }

    /// Appends, whether or not the name is taken.
    mutating func add(_ name: String, _ value: String) { list.append((name, value)) }

    var text: String {
        "{" + list.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}

/// A card and its key binding, taken apart so that one thing can be wrong and all signatures still be right.
struct Forgery: Sendable {
    var header: Members
    var payload: Members
    var disclosures: [String]
    /// Who signs the card; the genuine issuer unless an attack says otherwise.
    var signer: SigningKey
    /// Who signs the key binding.
    var holder: SigningKey
    var bindingHeader: Members
    /// Changes the payload of the key binding, whose hash and nonce are right by then.
    var bind: @Sendable (inout Members) -> Void = { _ in }
    /// Rewrites the three segments of the card after signing.
    var rewrite: @Sendable (inout [String]) -> Void = { _ in }
    /// Rewrites the three segments of the key binding after signing.
    var rewriteBinding: @Sendable (inout [String]) -> Void = { _ in }
    /// Rewrites the whole text, last of all.
    var finish: @Sendable (String) -> String = { $0 }
    /// The payload as text, when members are not enough.
    var rawPayload: [UInt8]?
    var rawHeader: [UInt8]?

    init(_ world: World) throws {
        try self.init(world.issued, signer: world.issuerKey, holder: world.holderKey)
    }

    /// Takes apart the card in an issuer's answer.
    init(_ issued: String, signer: SigningKey, holder: SigningKey) throws {
        let card = try JSON(parsing: Array(issued.utf8))["card"]?.string ?? ""
        let parts = card.split(separator: "~").map(String.init)
        let jwt = parts[0].split(separator: ".").map(String.init)
        header = Members(try JSON(parsing: Base64URL.decode(jwt[0])).object ?? [:])
        payload = Members(try JSON(parsing: Base64URL.decode(jwt[1])).object ?? [:])
        disclosures = Array(parts.dropFirst())
        self.signer = signer
        self.holder = holder
        bindingHeader = Members(["alg": .string(holder.algorithm.rawValue), "typ": "kb+jwt"])
    }

    /// The card, ending in a tilde.
    var card: String {
        get throws {
            let segments = try Self.sign(
                rawHeader ?? Array(header.text.utf8), rawPayload ?? Array(payload.text.utf8),
                by: signer, rewrite)
            return segments + "~" + disclosures.map { $0 + "~" }.joined()
        }
    }

    /// Card and key binding for a challenge of a verifier.
    func presentation(for challenge: String) throws -> String {
        let question = try? JSON(parsing: Array(challenge.utf8))
        return try presentation(
            audience: question?["aud"]?.string ?? "", nonce: question?["nonce"]?.string ?? "")
    }

    func presentation(audience: String, nonce: String) throws -> String {
        let card = try card
        let hash = Base64URL.encode(SHA256.hash(Array(card.utf8)).array)
        var payload = Members([
            "iat": .number(JSONNumber(World.now)), "aud": .string(audience),
            "nonce": .string(nonce), "sd_hash": .string(hash),
        ])
        bind(&payload)
        let binding = try Self.sign(
            Array(bindingHeader.text.utf8), Array(payload.text.utf8), by: holder, rewriteBinding)
        return finish(card + binding)
    }

    /// Adds a disclosure of this JSON text, and answers its digest; the caller places it.
    @discardableResult
    mutating func disclose(_ json: String) -> String {
        let (text, digest) = Self.disclosure(Array(json.utf8))
        disclosures.append(text)
        return digest
    }

    /// Adds digests to the payload's `_sd`.
    mutating func hide(_ digests: String...) {
        var list = (payload["_sd"] ?? "[]")
        list.removeLast()
        for digest in digests { list += (list == "[" ? "" : ",") + "\"\(digest)\"" }
        payload["_sd"] = list + "]"
    }

    /// The text of a disclosure, and its digest.
    static func disclosure(_ json: [UInt8]) -> (text: String, digest: String) {
        let text = Base64URL.encode(json)
        return (text, Base64URL.encode(SHA256.hash(Array(text.utf8)).array))
    }

    /// A compact JWS over any bytes.
    static func sign(
        _ header: [UInt8], _ payload: [UInt8], by key: SigningKey,
        _ rewrite: (inout [String]) -> Void = { _ in }
    ) throws -> String {
        var segments = [Base64URL.encode(header), Base64URL.encode(payload)]
        let signed = segments.joined(separator: ".")
        segments.append(Base64URL.encode(try key.signature(for: signed.utf8.span).array))
        rewrite(&segments)
        return segments.joined(separator: ".")
    }

    /// A compact JWS over JSON text.
    static func sign(_ header: String, _ payload: String, by key: SigningKey) throws -> String {
        try sign(Array(header.utf8), Array(payload.utf8), by: key)
    }
}

/// s ↦ n − s in a signature segment, for the curve of `algorithm`: another text, the same signature.
func negatingS(_ segment: String, _ algorithm: JWSAlgorithm) -> String {
    let order: [UInt8] =
        algorithm == .es256k
        ? Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141") ?? []
        : Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551") ?? []
    guard var bytes = try? Base64URL.decode(segment), bytes.count == 64 else { return segment }
    var borrow = 0
    for index in (0..<32).reversed() {
        let difference = Int(order[index]) - Int(bytes[32 + index]) - borrow
        borrow = difference < 0 ? 1 : 0
        bytes[32 + index] = UInt8(difference & 255)
    }
    return Base64URL.encode(bytes)
}
