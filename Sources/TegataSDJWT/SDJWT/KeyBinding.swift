internal import TegataCrypto

/// What a verifier asks of a key binding JWT (RFC 9901 §4.3). Every part is required.
package struct KeyBindingCheck {
    /// This verifier, exactly as it calls itself.
    package var audience: String
    /// Seconds since 1970.
    package var now: Int64
    /// Seconds that clocks may differ.
    package var skew: Int64
    /// Seconds that a presentation stays fresh.
    package var maximumAge: Int64
    /// Whether this verifier asked with that nonce. Consuming it is the caller's last step.
    package var isExpectedNonce: (String) -> Bool

    package init(
        audience: String, now: Int64, skew: Int64 = 60, maximumAge: Int64 = 300,
        isExpectedNonce: @escaping (String) -> Bool
    ) {
        self.audience = audience
        self.now = now
        self.skew = skew
        self.maximumAge = maximumAge
        self.isExpectedNonce = isExpectedNonce
    }

    /// With the one nonce that was asked with.
    package init(
        audience: String, nonce: String, now: Int64, skew: Int64 = 60, maximumAge: Int64 = 300
    ) {
        self.init(
            audience: audience, now: now, skew: skew, maximumAge: maximumAge,
            isExpectedNonce: nonce.hasSameBytes)
    }
}

/// A key binding that holds. Only `VerifiedSDJWT.keyBinding(_:)` makes one.
package struct VerifiedKeyBinding: Sendable {
    /// The holder's key.
    package let holder: VerifyingKey
    /// The question it answers.
    package let nonce: String
    /// When it was signed, seconds since 1970.
    package let issuedAt: Int64
    /// The whole payload, for members that a profile adds.
    package let payload: JSONObject
}

extension VerifiedSDJWT {
    /// Checks the key binding JWT (RFC 9901 §7.3).
    ///
    /// Throws `holderBindingMissing` without one; `malformed`; `unsupported` for an algorithm outside the policy or other
    /// than the key's; `typeMismatch` for a token of another kind in its place; `holderBindingInvalid` for
    /// everything it should say and does not.
    package func keyBinding(_ check: KeyBindingCheck) throws(Refusal) -> VerifiedKeyBinding {
        guard let range = received.keyBinding else { throw .holderBindingMissing }
        let text = received.text.span
        let segments = try JWSSegments(text, in: range)
        var tape = JSONTape()
        tape.reserve(forText: range.count)
        let limits = received.policy.json
        let head = try tape.readBase64URL(text.extracting(segments.header), limits)
        let header = try JWSHeader(tape, head, allowing: received.policy.algorithms)
        try header.require(type: ["kb+jwt"])
        let node = try tape.readBase64URL(text.extracting(segments.payload), limits)
        let holder = try holderKey()
        do {
            try segments.verify(text, header, by: holder)
        } catch .signatureInvalid {
            throw .holderBindingInvalid
        }
        guard let payload = tape.value(node).object else { throw .malformed }

        guard let audience = payload["aud"]?.string, audience.hasSameBytes(as: check.audience),
            let nonce = payload["nonce"]?.string, !nonce.isEmpty, check.isExpectedNonce(nonce),
            let issuedAt = time(payload["iat"]),
            issuedAt <= check.now + check.skew,
            issuedAt >= check.now - check.maximumAge - check.skew,
            payload["exp"].map({ time($0).map { $0 > check.now - check.skew } ?? false }) ?? true,
            payload["nbf"].map({ time($0).map { $0 <= check.now + check.skew } ?? false }) ?? true
        else { throw .holderBindingInvalid }

        // The hash covers everything received up to and with the last tilde (§4.3.1).
        guard let claimed = payload["sd_hash"]?.string,
            Base64URL.digest(claimed.utf8.span)
                == SHA256.hash(text.extracting(0..<range.lowerBound))
        else { throw .holderBindingInvalid }
        return VerifiedKeyBinding(
            holder: holder, nonce: nonce, issuedAt: issuedAt, payload: payload)
    }

    private func time(_ claim: JSON?) -> Int64? {
        do { return try NumericDate.read(claim) } catch { return nil }
    }
}
