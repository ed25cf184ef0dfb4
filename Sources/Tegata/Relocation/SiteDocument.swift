internal import TegataCrypto
package import TegataSDJWT

// Documents that a site must not be able to make alone: a compact JWS of the issuer, and where the issuer has a council the
// council's signature below it, behind a tilde.
extension IssuerKeys {
    /// Signs `payload`; a council signs the result before anybody believes it.
    ///
    /// - Throws: `unavailable`, from an external signer only.
    package func sign(_ payload: JSON, type: String) throws(Refusal) -> String {
        try SignedText.sign(payload, type: type, by: card)
    }
}

extension IssuerProfile {
    /// The payload of a document that this issuer, and its council if it has one, signed.
    ///
    /// - Throws: what reading a JWS throws; `unauthorized` when the council's signature is missing or there is no council to have
    ///   made it; `signatureInvalid` when it is wrong; `typeMismatch` for another issuer's.
    package func verified(
        _ text: String, type: String, limit: Int = 256 * 1024
    ) throws(Refusal) -> JSON {
        let parts = text.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
        let document = String(parts[0])
        guard (parts.count == 2) == (council != nil) else { throw .unauthorized }
        let payload = try proposal(document, type: type, limit: limit)
        if let council {
            let signature = try Base64URL.decode(String(parts[1]))
            guard council.isValid(signature, on: document) else { throw .signatureInvalid }
        }
        return payload
    }

    /// The payload of a document that the issuer signed and the council has yet to.
    ///
    /// - Throws: as `verified(_:type:limit:)`, but for the council.
    package func proposal(
        _ document: String, type: String, limit: Int = 256 * 1024
    ) throws(Refusal) -> JSON {
        let payload = try SignedText.verify(document, type: type, by: ring, limit: limit)
        guard try payload.required("iss").text(atMost: 2048).hasSameBytes(as: issuer) else {
            throw .typeMismatch
        }
        return payload
    }
}
