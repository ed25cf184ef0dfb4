/// The flattened and general JSON serialisations of a JWS (RFC 7515 §7.2), for interoperability tests. Nothing that
/// verifies cards reads them.
package struct JSONSerializedJWS: Sendable {
    /// One signature and what belongs to it.
    package struct Signature: Sendable {
        /// The compact form of this signature: protected header, payload, signature.
        package let compact: [UInt8]
        /// The unprotected header.
        package let unprotected: JSONObject
    }

    /// All signatures, at least one.
    package let signatures: [Signature]

    /// Reads either form. Throws `malformed`; a member of both headers is refused (RFC 7515 §7.2.1), and so is a
    /// signature without a protected header, because its `alg` would not be signed.
    package init(parsing bytes: [UInt8]) throws(Refusal) {
        guard let object = try JSON(parsing: bytes).object, let payload = object["payload"]?.string
        else { throw .malformed }
        var signatures: [Signature] = []
        if let list = object["signatures"] {
            guard let elements = list.array, !elements.isEmpty, object["signature"] == nil,
                object["protected"] == nil, object["header"] == nil
            else { throw .malformed }
            for element in elements {
                guard let entry = element.object else { throw .malformed }
                signatures.append(try Self.read(entry, payload))
            }
        } else {
            signatures.append(try Self.read(object, payload))
        }
        self.signatures = signatures
    }

    private static func read(
        _ entry: JSONObject, _ payload: String
    ) throws(Refusal) -> Signature {
        guard let protected = entry["protected"]?.string,
            let signature = entry["signature"]?.string
        else { throw .malformed }
        var unprotected = JSONObject()
        if let header = entry["header"] {
            guard let object = header.object else { throw .malformed }
            unprotected = object
        }
        guard let signed = try JSON(parsing: Base64URL.decode(protected)).object else {
            throw .malformed
        }
        guard !unprotected.members.contains(where: { signed[$0.name] != nil }) else {
            throw .malformed
        }
        let compact = Array((protected + "." + payload + "." + signature).utf8)
        return Signature(compact: compact, unprotected: unprotected)
    }

    /// The compact SD-JWT of the same content (RFC 9901 §8): the disclosures and the key binding JWT of the first
    /// signature's unprotected header. Throws `malformed`.
    package func compactSDJWT() throws(Refusal) -> [UInt8] {
        var text = signatures[0].compact
        let header = signatures[0].unprotected
        text.append(UInt8(ascii: "~"))
        if let disclosures = header["disclosures"] {
            guard let list = disclosures.array else { throw .malformed }
            for element in list {
                guard let disclosure = element.string, !disclosure.utf8.contains(UInt8(ascii: "~"))
                else { throw .malformed }
                text.append(contentsOf: disclosure.utf8)
                text.append(UInt8(ascii: "~"))
            }
        }
        if let keyBinding = header["kb_jwt"] {
            guard let token = keyBinding.string else { throw .malformed }
            text.append(contentsOf: token.utf8)
        }
        return text
    }
}
