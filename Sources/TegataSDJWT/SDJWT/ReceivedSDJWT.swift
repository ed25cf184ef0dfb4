internal import TegataCrypto

/// An SD-JWT as received (RFC 9901 §4): split, bounded, all but the key binding read, nothing verified.
///
/// What it tells about issuer and key selects one of the verifier's trusted keys; claims come only out of
/// `verified(by:)`.
package struct ReceivedSDJWT: Sendable {
    let text: [UInt8]
    let policy: SDJWTPolicy
    let segments: JWSSegments
    let disclosures: [Disclosure]
    /// The key binding JWT, when something follows the last tilde.
    let keyBinding: Range<Int>?
    let tape: JSONTape
    let payload: JSONTape.Node
    /// The issuer's header; its hints select a key, nothing more.
    package let header: JWSHeader

    /// Reads `<JWT>~<disclosure>~…~` or the same with a key binding JWT.
    ///
    /// Throws `limitExceeded`; `malformed`; `unsupported` for an algorithm outside the policy; `typeMismatch` for
    /// another kind of token; `disclosureInvalid` for a disclosure of the wrong shape.
    package init(parsing text: [UInt8], _ policy: SDJWTPolicy) throws(Refusal) {
        guard text.count <= policy.bytes else { throw .limitExceeded }
        let parts = try Self.split(text.span, policy)
        segments = try JWSSegments(text.span, in: parts.jwt)
        keyBinding = parts.keyBinding
        var tape = JSONTape()
        tape.reserve(forText: text.count)
        let headerNode = try tape.readBase64URL(text.span.extracting(segments.header), policy.json)
        header = try JWSHeader(tape, headerNode, allowing: policy.algorithms)
        if let types = policy.types { try header.require(type: types) }
        payload = try tape.readBase64URL(text.span.extracting(segments.payload), policy.json)
        guard tape.kind(payload) == .object else { throw .malformed }
        var disclosures: [Disclosure] = []
        disclosures.reserveCapacity(parts.disclosures.count)
        for range in parts.disclosures {
            disclosures.append(try Disclosure(text.span, range, onto: &tape, policy.json))
        }
        self.disclosures = disclosures
        self.text = text
        self.tape = tape
        self.policy = policy
    }

    /// `iss` as the token states it: a hint for choosing the key that may speak for it.
    package var claimedIssuer: String? {
        tape.member("iss", of: payload).flatMap(tape.string)
    }

    /// Whether a key binding JWT came with it. Whether one is needed is the verifier's policy.
    package var hasKeyBinding: Bool { keyBinding != nil }

    /// The issuer's signature and the disclosures, checked (RFC 9901 §7.1).
    ///
    /// Throws `unsupported`, `malformed`, `signatureInvalid` — or `issuerUntrusted` when the token brought a key of its
    /// own and that is not ours —, `disclosureInvalid`, `limitExceeded`.
    package func verified(by key: VerifyingKey) throws(Refusal) -> VerifiedSDJWT {
        do {
            try segments.verify(text.span, header, by: key)
        } catch .signatureInvalid where header.bringsOwnKey {
            throw .issuerUntrusted
        }
        return try VerifiedSDJWT(self)
    }

    private static func split(
        _ text: Span<UInt8>, _ policy: SDJWTPolicy
    ) throws(Refusal) -> (
        jwt: Range<Int>, disclosures: [Range<Int>], keyBinding: Range<Int>?
    ) {
        var jwt: Range<Int>?
        var disclosures: [Range<Int>] = []
        var start = 0
        while true {
            let index = ByteSearch.firstIndex(of: UInt8(ascii: "~"), in: text, from: start)
            guard index < text.count else { break }
            guard start < index else { throw .malformed }
            if jwt == nil {
                jwt = start..<index
            } else {
                guard disclosures.count < policy.disclosures else { throw .limitExceeded }
                disclosures.append(start..<index)
            }
            start = index + 1
        }
        guard let jwt else { throw .malformed }
        return (jwt, disclosures, start < text.count ? start..<text.count : nil)
    }
}
