internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A verifier's question whether two cards are one person's, as a wallet reads it and shows it to its owner: type
/// `tegata-link-question+jwt` (Spec/linking.md).
public struct LinkRequest: Sendable {
    static let type = "tegata-link-question+jwt"

    /// One of the two cards that are asked for.
    public struct Asked: Hashable, Sendable {
        /// Whose card.
        public let issuer: String
        /// Of which edition.
        public let edition: String
        /// The claims that it has to show; `nil` where the card stays hidden among all others.
        public let claims: [String]?
        let snapshot: [UInt8]?
    }

    /// Who asks.
    public let verifier: String
    /// The first card.
    public let first: Asked
    /// The second.
    public let second: Asked
    /// What it is for, per language tag.
    public let purpose: [String: String]
    /// When the question ends, seconds since 1970.
    public let expires: Int64
    /// Whether a shown card has to prove that it is in its issuer's log.
    let asksLogProof: Bool
    let nonce: String
    /// The text as it was signed: what both sessions are bound to.
    private let text: String

    /// Reads a question.
    ///
    /// - Parameters:
    ///   - text: the question.
    ///   - profile: whom the person believes to be asked by.
    /// - Throws: what reading a JWS throws; `issuerUntrusted` for another verifier's, `malformed`, `limitExceeded`.
    public init(parsing text: String, from profile: VerifierProfile) throws(Refusal) {
        let payload = try SignedText.verify(text, type: Self.type, by: profile.ring)
        verifier = try payload.required("iss").text(atMost: 2048)
        guard verifier.hasSameBytes(as: profile.verifier) else { throw .issuerUntrusted }
        nonce = try payload.required("nonce").text(atMost: 512)
        expires = Int64(clamping: try payload.required("exp").time())
        asksLogProof = try payload["log"]?.flag() ?? false
        var purpose = [String: String]()
        guard let words = try payload.required("purpose").object, words.count <= 32 else {
            throw .malformed
        }
        for member in words.members { purpose[member.name] = try member.value.text(atMost: 4096) }
        try Link.check(purpose)
        self.purpose = purpose
        let cards = try payload.required("cards").elements(atMost: 2)
        guard cards.count == 2 else { throw .malformed }
        first = try Asked(json: cards[0])
        second = try Asked(json: cards[1])
        guard !first.isEdition(of: second) else { throw .malformed }
        self.text = text
    }

    static func sign(
        _ link: Link, by verifier: String, nonce: String, at now: Int64, expires: Int64,
        withLogProof: Bool, _ key: SigningKey
    ) throws(Refusal) -> String {
        var purpose = JSONObject()
        for (language, words) in link.purpose.sorted(by: { $0.key < $1.key }) {
            purpose.add(language, .string(words))
        }
        var payload: JSONObject = [
            "iss": .string(verifier), "iat": .whole(now), "exp": .whole(expires),
            "nonce": .string(nonce), "purpose": .object(purpose),
            "cards": .array([link.first.named.json, link.second.named.json]),
        ]
        if withLogProof { payload.add("log", true) }
        return try SignedText.sign(.object(payload), type: type, by: key)
    }

    /// Whether this is what was planned.
    func asks(_ link: Link) -> Bool {
        first == link.first.named && second == link.second.named && purpose == link.purpose
    }

    /// What session and proof of one card answer; with the holder's key where the card is shown.
    func context(_ edition: EditionDigest, shownBy key: VerifyingKey? = nil) -> ProofContext {
        let subject = taggedHash(
            "TEGATA-V01/link", SHA256.hash(Array(text.utf8)).array,
            key?.thumbprintBytes.array ?? [])
        return ProofContext(
            edition: edition.array, audience: Array(verifier.utf8), nonce: Array(nonce.utf8),
            purpose: Array("link".utf8), expires: UInt64(clamping: expires),
            subject: subject.array)
    }
}

extension LinkRequest.Asked {
    fileprivate func isEdition(of other: Self) -> Bool {
        issuer.hasSameBytes(as: other.issuer) && edition.hasSameBytes(as: other.edition)
    }

    /// Whether a card of this edition is asked for.
    func names(_ edition: OpenEdition) -> Bool {
        issuer.hasSameBytes(as: edition.issuer) && self.edition.hasSameBytes(as: edition.edition.id)
    }

    var json: JSON {
        var object: JSONObject = ["issuer": .string(issuer), "edition": .string(edition)]
        if let claims { object.add("ask", .array(claims.map(JSON.string))) }
        if let snapshot { object.add("snapshot", .bytes(snapshot)) }
        return .object(object)
    }

    fileprivate init(json: JSON) throws(Refusal) {
        issuer = try json.required("issuer").text(atMost: 2048)
        edition = try json.required("edition").text(atMost: 64)
        if let asked = json["ask"] {
            var claims = [String]()
            for name in try asked.elements(atMost: 256) {
                claims.append(try name.text(atMost: 256))
            }
            self.claims = claims
        } else {
            claims = nil
        }
        snapshot = try json["snapshot"]?.bytes()
        guard (claims == nil) != (snapshot == nil) else { throw .malformed }
    }
}
