internal import TegataCrypto

/// An SD-JWT in its holder's hands, read so that parts of it can be shown.
///
/// The issuer's signature is not checked here: a holder verifies once, when accepting.
package struct HeldSDJWT: Sendable {
    /// A claim that the holder may show or not.
    package struct Choice: Sendable {
        /// Where the claim stands.
        package let path: ClaimPath
        /// The choice that must be shown to find this one.
        fileprivate let outer: Int?
        fileprivate let range: Range<Int>
    }

    private let received: ReceivedSDJWT
    /// What the holder may show or not, in the issuer's order.
    package let choices: [Choice]

    /// Reads what an issuer sent.
    ///
    /// Throws as `ReceivedSDJWT` does, and `malformed` for one with a key binding JWT, which an issuer never
    /// attaches (RFC 9901 §7.2).
    package init(parsing text: [UInt8], _ policy: SDJWTPolicy = .credential) throws(Refusal) {
        try self.init(ReceivedSDJWT(parsing: text, policy))
    }

    /// The same from an SD-JWT just verified.
    package init(_ verified: VerifiedSDJWT) throws(Refusal) {
        try self.init(verified.received)
    }

    private init(_ received: ReceivedSDJWT) throws(Refusal) {
        guard received.keyBinding == nil else { throw .malformed }
        let placement = try DisclosurePlacement(received)
        var choices: [Choice] = []
        choices.reserveCapacity(received.disclosures.count)
        for (disclosure, place) in zip(received.disclosures, placement.places) {
            guard let place else { throw .disclosureInvalid }
            choices.append(
                Choice(
                    path: ClaimPath(place.path), outer: place.outer, range: disclosure.range))
        }
        self.choices = choices
        self.received = received
    }

    /// How the issuer signed it.
    package var algorithm: JWSAlgorithm { received.header.algorithm }

    /// All claims, in the open and hidden. Throws as verifying would.
    package func claims() throws(Refusal) -> JSONObject {
        var processing = DisclosureProcessing(received)
        return try processing.claims(of: received)
    }

    /// The SD-JWT with only what is needed to show the claims at `paths`: the disclosures there, inside, and those on
    /// the way. Ends with a tilde. A path that meets no hidden claim adds nothing.
    package func revealing(_ paths: [ClaimPath]) -> [UInt8] {
        var isShown = choices.map { choice in
            paths.contains { $0.meets(choice.path.elements) }
        }
        // A hidden claim inside another is only found through it.
        for index in choices.indices where isShown[index] {
            var outer = choices[index].outer
            while let next = outer, !isShown[next] {
                isShown[next] = true
                outer = choices[next].outer
            }
        }
        let text = received.text
        var shown = [UInt8]()
        shown.reserveCapacity(text.count + 512)
        shown.append(contentsOf: text[...received.segments.signature.upperBound])
        for (choice, isShown) in zip(choices, isShown) where isShown {
            shown.append(contentsOf: text[choice.range])
            shown.append(UInt8(ascii: "~"))
        }
        return shown
    }

    /// A presentation: the claims at `paths`, and a key binding JWT for one question (RFC 9901 §4.3). `extra` members
    /// go into its payload after the required ones.
    package func presentation(
        revealing paths: [ClaimPath], by key: SigningKey, audience: String, nonce: String,
        at time: Int64, extra: JSONObject = [:]
    ) throws(Refusal) -> [UInt8] {
        var text = revealing(paths)
        let hash = SHA256.hash(text)
        var payload = Array("{\"iat\":\(time),\"aud\":".utf8)
        payload.reserveCapacity(512)
        payload.appendJSON(audience)
        payload.append(contentsOf: ",\"nonce\":".utf8)
        payload.appendJSON(nonce)
        payload.append(contentsOf: ",\"sd_hash\":\"".utf8)
        payload.appendBase64URL(hash.span)
        payload.append(UInt8(ascii: "\""))
        for member in extra.members {
            payload.append(UInt8(ascii: ","))
            payload.appendJSON(member.name)
            payload.append(UInt8(ascii: ":"))
            payload.appendJSON(member.value)
        }
        payload.append(UInt8(ascii: "}"))
        let start = text.count
        let header = "{\"alg\":\"\(key.algorithm.rawValue)\",\"typ\":\"kb+jwt\"}"
        text.appendBase64URL(header.utf8.span)
        text.append(UInt8(ascii: "."))
        text.appendBase64URL(payload.span)
        try text.appendSignature(by: key, over: start)
        return text
    }
}
