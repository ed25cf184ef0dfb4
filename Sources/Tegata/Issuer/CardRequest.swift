internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A request for a card as it travels: a JWS by the key that the card will be bound to (Spec/card.md).
struct CardRequest {
    static let type = "tegata-request+jwt"
    /// How long a request may be under way, in seconds.
    static let lifetime: Int64 = 600
    /// What sessions for cards are for: those that a second index is asked of.
    static let purpose = Array("issue".utf8)

    let audience: String
    let edition: String
    let nonce: String
    let expires: UInt64
    /// 16 bytes from which the wallet derives its secrets again; `nil` for a card without a wallet.
    let wallet: [UInt8]?
    /// The frozen list that the request's session is in; `nil` for a request that shows its session.
    let list: Int?
    /// Session, index, commitment and proof, in binary (Spec/binding.md).
    let binding: [UInt8]
    /// The key that signed: the wallet's, or a counter's.
    let key: VerifyingKey
    /// The key of a wallet that knows nothing of this protocol and asks through a counter; `nil` for one that signs for itself.
    let holder: VerifyingKey?

    /// The key that the card is bound to, and that the ID card's signature covers (A129).
    var cardKey: VerifyingKey { holder ?? key }
    /// Whether a card is written, or a person entered who has no phone.
    var asksForCard: Bool { wallet != nil || holder != nil }

    /// The question that session and proofs answer; both sides make it from the same fields.
    static func question(
        edition: EditionDigest, audience: String, nonce: String, expires: UInt64,
        key: VerifyingKey
    ) -> ProofContext {
        ProofContext(
            edition: edition.array, audience: Array(audience.utf8), nonce: Array(nonce.utf8),
            purpose: purpose, expires: expires, subject: key.thumbprintBytes.array)
    }

    var question: ProofContext {
        Self.question(
            edition: Edition.digest(issuer: audience, id: edition), audience: audience,
            nonce: nonce, expires: expires, key: cardKey)
    }

    /// Everything of a request but its signature: the same request with s negated is no other one (A10).
    static func signedPart(of text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: ".")) ?? 0)])
    }

    func signed(by key: SigningKey) throws(Refusal) -> String {
        var payload: JSONObject = [
            "aud": .string(audience), "edition": .string(edition), "nonce": .string(nonce),
            "exp": .whole(Int64(clamping: expires)), "binding": .bytes(binding),
        ]
        if let wallet { payload.add("wallet", .bytes(wallet)) }
        if let list { payload.add("list", .whole(Int64(list))) }
        if let holder { payload.add("holder", .object(holder.jwk)) }
        return String(
            decoding: try CompactJWS.sign(
                payload: JSON.object(payload).encoded, type: Self.type, by: key,
                embedding: key.verifyingKey), as: UTF8.self)
    }

    init(
        audience: String, edition: String, nonce: String, expires: UInt64, wallet: [UInt8]?,
        list: Int? = nil, binding: [UInt8], key: VerifyingKey, holder: VerifyingKey? = nil
    ) {
        self.audience = audience
        self.edition = edition
        self.nonce = nonce
        self.expires = expires
        self.wallet = wallet
        self.list = list
        self.binding = binding
        self.key = key
        self.holder = holder
    }

    /// Reads a request and checks that the key in it signed it.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`, `typeMismatch`, `signatureInvalid`.
    init(parsing text: String) throws(Refusal) {
        let token = try CompactJWS(parsing: text, types: [Self.type], limit: 64 * 1024)
        key = try token.selfAssertedKey()
        let payload = JSON.object(try token.verified(by: key))
        audience = try payload.required("aud").text(atMost: 2048)
        edition = try payload.required("edition").text(atMost: 64)
        nonce = try payload.required("nonce").text(atMost: 128)
        expires = try payload.required("exp").time()
        wallet = try payload["wallet"]?.fixedBytes16()
        if let member = payload["list"] {
            // A list is proven by a wallet: nobody else has a number to prove with.
            guard wallet != nil, let number = member.integer.flatMap(UInt16.init(exactly:)) else {
                throw .malformed
            }
            list = Int(number)
        } else {
            list = nil
        }
        if let member = payload["holder"] {
            // A wallet of ours signs for itself.
            guard wallet == nil else { throw .malformed }
            holder = try VerifyingKey(parsingJWK: member.encoded)
        } else {
            holder = nil
        }
        binding = try payload.required("binding").bytes()
    }
}

extension JSON {
    fileprivate func fixedBytes16() throws(Refusal) -> [UInt8] {
        let fixed: FixedBytes<16> = try fixedBytes()
        return fixed.array
    }
}

/// What the issuer answers: the card, its row, what the wallet needs to open the row's commitment, and where the row is in
/// the log.
struct IssuedCard {
    let card: String
    let row: [UInt8]
    /// δ, 32 secret bytes; `nil`, like `wallet`, for a card that was asked for at a counter: nobody can open its commitment.
    let opening: [UInt8]?
    /// 16 bytes from which the wallet draws its numbers again.
    let wallet: [UInt8]?
    /// What opens the row's leaf, 32 bytes.
    let salt: FixedBytes<32>
    /// The log proof (Spec/register.md).
    let proof: String

    var encoded: String {
        var members: JSONObject = ["card": .string(card), "row": .bytes(row)]
        if let opening { members.add("opening", .bytes(opening)) }
        if let wallet { members.add("wallet", .bytes(wallet)) }
        members.add("salt", .bytes(salt.array))
        members.add("proof", .string(proof))
        return JSON.object(members).text
    }

    init(
        card: String, row: [UInt8], opening: [UInt8]?, wallet: [UInt8]?, salt: FixedBytes<32>,
        proof: String
    ) {
        self.card = card
        self.row = row
        self.opening = opening
        self.wallet = wallet
        self.salt = salt
        self.proof = proof
    }

    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 512 * 1024)
        card = try message.required("card").text(atMost: 256 * 1024)
        row = try message.required("row").bytes()
        opening = try message["opening"]?.bytes()
        wallet = try message["wallet"]?.bytes()
        guard (opening == nil) == (wallet == nil) else { throw .malformed }
        salt = try message.required("salt").fixedBytes()
        proof = try message.required("proof").text(atMost: 64 * 1024)
    }
}
