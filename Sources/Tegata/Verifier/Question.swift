internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// An edition by name: its issuer's identifier and the issuer's name for it.
struct EditionName {
    let issuer: String
    let id: String

    /// Whether this is the name of edition `id` of `issuer`, byte for byte.
    func names(_ id: String, of issuer: String) -> Bool {
        self.id.hasSameBytes(as: id) && self.issuer.hasSameBytes(as: issuer)
    }
}

/// What a verifier asks, as it travels and as it is remembered under its nonce (Spec/card.md).
struct Question {
    let audience: String
    let nonce: String
    let expires: UInt64
    /// The names of the claims asked for.
    let asked: [String]
    /// The edition, when only that one will do, and whose it is: two issuers may use one name.
    let edition: EditionName?
    /// The epoch of the pseudonym, when one is asked for.
    let pseudonymEpoch: UInt64?
    /// Whether the person must prove with the ID card that the card was issued to them.
    let asksPerson: Bool
    /// Whether the holder must show that the card is in the issuer's log.
    let asksLogProof: Bool

    var encoded: String {
        var object: JSONObject = [
            "aud": .string(audience), "nonce": .string(nonce),
            "exp": .whole(Int64(clamping: expires)), "ask": .array(asked.map(JSON.string)),
        ]
        if let edition {
            object.add("edition", .string(edition.id))
            object.add("issuer", .string(edition.issuer))
        }
        if let pseudonymEpoch { object.add("pseudonym", .whole(Int64(clamping: pseudonymEpoch))) }
        if asksPerson { object.add("person", true) }
        if asksLogProof { object.add("log", true) }
        return JSON.object(object).text
    }

    init(
        audience: String, nonce: String, expires: UInt64, asked: [String], edition: EditionName?,
        pseudonymEpoch: UInt64?, asksPerson: Bool, asksLogProof: Bool
    ) {
        self.audience = audience
        self.nonce = nonce
        self.expires = expires
        self.asked = asked
        self.edition = edition
        self.pseudonymEpoch = pseudonymEpoch
        self.asksPerson = asksPerson
        self.asksLogProof = asksLogProof
    }

    init(parsing text: String) throws(Refusal) {
        let message = try JSON.message(text, limit: 64 * 1024)
        audience = try message.required("aud").text(atMost: 2048)
        nonce = try message.required("nonce").text(atMost: 512)
        expires = try message.required("exp").time()
        var asked = [String]()
        for name in try message.required("ask").elements(atMost: 256) {
            asked.append(try name.text(atMost: 256))
        }
        self.asked = asked
        if let id = message["edition"] {
            edition = EditionName(
                issuer: try message.required("issuer").text(atMost: 2048),
                id: try id.text(atMost: 64))
        } else {
            edition = nil
        }
        pseudonymEpoch = try message["pseudonym"]?.time()
        asksPerson = try message["person"]?.flag() ?? false
        asksLogProof = try message["log"]?.flag() ?? false
        guard edition != nil || !asksPerson else { throw .malformed }
    }

    /// The question that session and proofs answer. `subject` is the key that the answer is bound to: the holder's,
    /// or the kiosk's when there is no phone.
    func context(edition: EditionDigest, subject: FixedBytes<32>) -> ProofContext {
        ProofContext(
            edition: edition.array, audience: Array(audience.utf8), nonce: Array(nonce.utf8),
            purpose: Array("check".utf8), expires: expires, subject: subject.array)
    }

    /// Where this question's pseudonym stays the same.
    func scope(_ edition: EditionDigest, epoch: UInt64) -> PseudonymScope {
        PseudonymScope(verifier: Array(audience.utf8), edition: edition, epoch: epoch)
    }
}
