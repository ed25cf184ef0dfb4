internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// What a shop asks of a card: to use an entitlement once, here and now (Spec/entitlement.md).
struct UseQuestion {
    static let type = "tegata-use-question+jwt"

    let shop: String
    let nonce: String
    let expires: Int64
    let terms: FixedBytes<32>
    let window: Int
    /// Whether the shop has no network, and the card is to give a number.
    let isOffline: Bool
    /// The root of the snapshot among whose cards an anonymous one answers.
    let snapshot: FixedBytes<32>?
    /// The text as it was signed.
    let text: String

    static func sign(
        _ terms: EntitlementTerms, window: Int, isOffline: Bool, snapshot: MemberSnapshot?,
        by shop: String, nonce: String, at now: Int64, expires: Int64, _ key: SigningKey
    ) throws(Refusal) -> String {
        var payload: JSONObject = [
            "iss": .string(shop), "iat": .whole(now), "exp": .whole(expires),
            "nonce": .string(nonce), "terms": .bytes(terms.digest.array),
            "window": .whole(Int64(window)),
        ]
        if isOffline { payload.add("offline", true) }
        if let snapshot { payload.add("snapshot", .bytes(snapshot.root.array)) }
        return try SignedText.sign(.object(payload), type: type, by: key)
    }

    /// Reads a question of a shop about these terms.
    ///
    /// - Throws: what `SignedText.verify` throws; `issuerUntrusted` for a shop that calls itself another's name or is none of the
    ///   terms', `typeMismatch` for other terms, `malformed`.
    init(
        parsing text: String, from profile: VerifierProfile, about terms: EntitlementTerms
    ) throws(Refusal) {
        let payload = try SignedText.verify(
            text, type: Self.type, by: profile.ring, limit: Self.maximumSize)
        try self.init(payload, text, about: terms)
        guard shop.hasSameBytes(as: profile.verifier) else { throw .issuerUntrusted }
    }

    /// Reads a question that an answer is to a proof over. Nobody's signature is checked: it says something only once the proof holds, as the
    /// word of the member, who knew the shop's key.
    ///
    /// - Throws: `malformed`, `limitExceeded`, `unsupported`; `typeMismatch`, `issuerUntrusted` as above.
    init(answered text: String, about terms: EntitlementTerms) throws(Refusal) {
        let token = try CompactJWS(parsing: text, types: [Self.type], limit: Self.maximumSize)
        try self.init(.object(try token.untrustedPayload()), text, about: terms)
    }

    private static let maximumSize = 16 * 1024

    private init(
        _ payload: JSON, _ text: String, about terms: EntitlementTerms
    ) throws(Refusal) {
        shop = try payload.required("iss").text(atMost: 2048)
        guard terms.names(shop) else { throw .issuerUntrusted }
        nonce = try payload.required("nonce").text(atMost: 512)
        expires = Int64(clamping: try payload.required("exp").time())
        self.terms = try payload.required("terms").fixedBytes()
        guard self.terms == terms.digest else { throw .typeMismatch }
        let window = Int(clamping: try payload.required("window").time())
        guard window < terms.entitlement.windows.count - 1 else { throw .malformed }
        self.window = window
        isOffline = try payload["offline"]?.flag() ?? false
        snapshot = try payload["snapshot"]?.fixedBytes()
        self.text = text
    }

    /// That it may be answered at this time.
    ///
    /// - Throws: `expired`, `notYetValid`, `typeMismatch` for another window than now's.
    func check(_ terms: EntitlementTerms, at now: Int64) throws(Refusal) {
        guard now < expires else { throw .expired }
        guard try terms.entitlement.window(at: now) == window else { throw .typeMismatch }
    }

    /// The statement that an anonymous use proves.
    ///
    /// - Throws: `limitExceeded` for a number that no use has, `typeMismatch` for another snapshot than it names, `malformed`.
    func statement(
        _ terms: EntitlementTerms, number: Int, among snapshot: MemberSnapshot, part: Int
    ) throws(Refusal) -> AnonymousQuestion {
        guard terms.entitlement.mode == .anonymous, self.snapshot == snapshot.root,
            snapshot.announced.digest == terms.editionDigest
        else { throw .typeMismatch }
        // The one after the last has no base: there is no such name.
        guard (0..<terms.entitlement.count).contains(number) else { throw .limitExceeded }
        guard snapshot.cards.sets.indices.contains(part) else { throw .malformed }
        let edition = snapshot.announced
        return try binding { () throws(ProofError) in
            try AnonymousQuestion(
                snapshot.cards.sets[part],
                attributes: [Scalar?](repeating: nil, count: edition.edition.committed.count),
                predicates: [], scope: terms.scope(window: window, number: number),
                context: ProofContext(
                    edition: edition.digest.array, audience: Array(shop.utf8),
                    nonce: Array(nonce.utf8), purpose: Array("use".utf8),
                    expires: UInt64(clamping: expires),
                    subject: SHA256.hash(Array(text.utf8)).array))
        }
    }
}
