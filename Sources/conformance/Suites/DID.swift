import TegataCrypto
import TegataSDJWT

/// did:key and did:jwk: identifier to key, key to identifier, and the name of the verification method.
func runDID(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("did-key", ".json")) { file, report in
        let json = try file.json
        for (did, entry) in json.didDocument.isNull ? json.members : json.didDocument.members {
            report.expect(did) {
                try isDescribed(
                    did, by: entry.didDocument.isNull ? entry : entry.didDocument)
            }
        }
    }
    report.forEach(try folder.files("did-jwk", ".json")) { file, report in
        let blocks = try file.json.blocks.list
        let documents = blocks.filter { !$0.isText }
        for case .string(let text) in blocks {
            report.expect(text) {
                let did = try KeyDID(parsing: text)
                let document = documents.first { $0.id == .string(did.text) }
                return try document.map { try isDescribed(did.text, by: $0) } ?? true
            }
        }
    }
}

/// Whether the first verification method of `document` is what the identifier decodes to. Older documents name other
/// types of methods; the key is the same.
private func isDescribed(_ text: String, by document: Vector) throws -> Bool {
    let did = try KeyDID(parsing: text)
    guard let method = document.verificationMethod.list.first else {
        throw VectorError(what: "no verification method")
    }
    guard try did.methodID == method.id.string else { return false }
    guard let key = did.verifyingKey else {
        return try agreementKey(method) == did.content
    }
    if text.hasPrefix("did:key:"), key.didKey != text { return false }
    if text.hasPrefix("did:jwk:"), try KeyDID(parsing: key.didJWK).verifyingKey != key {
        return false
    }
    if !method.publicKeyJwk.isNull {
        return try VerifyingKey(parsingJWK: try method.publicKeyJwk.encodedJSON) == key
    }
    // The same bytes behind the same multicodec prefix make the same identifier.
    let bytes = try Base58.decode(try method.publicKeyBase58.string)
    return try Base58.decode(text.dropFirst("did:key:z".count)).dropFirst(2) == bytes[...]
}

private func agreementKey(_ method: Vector) throws -> KeyDID.Content {
    .keyAgreement(
        try method.publicKeyJwk.isNull
            ? Base58.decode(method.publicKeyBase58.string)
            : Base64URL.decode(method.publicKeyJwk.x.string))
}
