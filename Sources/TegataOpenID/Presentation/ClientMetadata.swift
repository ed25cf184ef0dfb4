package import TegataSDJWT

/// What a verifier says about itself in a request (OpenID4VP 1.0 §5.1). Names and pictures of it are not read: what is
/// shown of a verifier is what it proved (A45).
package struct ClientMetadata: Sendable {
    /// Keys that answers may be encrypted to.
    package let keys: [EncryptionKey]
    /// The encryptions that the verifier reads, the preferred first, as far as they are offered here.
    package let encryptions: [ContentEncryption]
    /// Algorithms of cards that it verifies; `nil` when it names none, and then all.
    package let cardAlgorithms: [String]?
    /// Algorithms of key binding that it verifies; `nil` likewise.
    package let bindingAlgorithms: [String]?

    /// What a verifier of cards says.
    package init(
        keys: [EncryptionKey], encryptions: [ContentEncryption], algorithms: Set<JWSAlgorithm>
    ) {
        self.keys = keys
        self.encryptions = encryptions
        let names = algorithms.map(\.rawValue).sorted()
        cardAlgorithms = names
        bindingAlgorithms = names
    }

    /// Reads `client_metadata`.
    ///
    /// - Throws: `malformed`, `limitExceeded`; `unsupported` when `dc+sd-jwt` is not among the formats, when none of the
    ///   encryptions is offered here, and for metadata of a draft (`vp_formats`).
    package init(_ json: JSON) throws(Refusal) {
        guard let object = json.object else { throw .malformed }
        guard let formats = object["vp_formats_supported"] else {
            throw object["vp_formats"] == nil ? .malformed : .unsupported
        }
        guard let formats = formats.object else { throw .malformed }
        guard let format = formats["dc+sd-jwt"] else { throw .unsupported }
        guard let format = format.object else { throw .malformed }
        cardAlgorithms = try format.strings("sd-jwt_alg_values")
        bindingAlgorithms = try format.strings("kb-jwt_alg_values")
        var keys = [EncryptionKey]()
        if let set = object["jwks"] {
            guard let list = set["keys"]?.array else { throw .malformed }
            guard list.count <= 16 else { throw .limitExceeded }
            for entry in list {
                do throws(Refusal) {
                    let key = try EncryptionKey(jwk: entry)
                    guard !keys.contains(where: { Self.haveSameID($0, key) }) else {
                        throw .malformed
                    }
                    keys.append(key)
                } catch .unsupported {
                    // Another type, curve or use: not for us.
                }
            }
        }
        self.keys = keys
        if let names = try object.strings("encrypted_response_enc_values_supported") {
            encryptions = names.compactMap(ContentEncryption.init(exactly:))
            guard !encryptions.isEmpty else { throw .unsupported }
        } else {
            encryptions = [.a128GCM]
        }
    }

    private static func haveSameID(_ left: EncryptionKey, _ right: EncryptionKey) -> Bool {
        guard let id = left.keyID, let other = right.keyID else { return false }
        return id.hasSameBytes(as: other)
    }

    /// `client_metadata`.
    package var json: JSON {
        let format: JSON = [
            "sd-jwt_alg_values": .array((cardAlgorithms ?? []).map(JSON.string)),
            "kb-jwt_alg_values": .array((bindingAlgorithms ?? []).map(JSON.string)),
        ]
        var object: JSONObject = ["vp_formats_supported": ["dc+sd-jwt": format]]
        if !keys.isEmpty {
            object.add("jwks", ["keys": .array(keys.map(\.jwk))])
            object.add(
                "encrypted_response_enc_values_supported",
                .array(encryptions.map { .string($0.rawValue) }))
        }
        return .object(object)
    }
}
