import Foundation
import TegataCrypto
import TegataSDJWT

/// SD-JWTs that the reference implementations made, a folder a case, and those printed in the specifications.
func runSDJWT(_ folder: Folder, _ report: inout Report) throws {
    for group in try folder.folders {
        if group.name == "spec-text" {
            report.forEach(try group.files("", ".json")) { file, report in
                try runPrinted(file, &report)
            }
            continue
        }
        for test in try group.folders { runGenerated(test, in: group, &report) }
    }
}

private func runGenerated(_ test: Folder, in group: Folder, _ report: inout Report) {
    let name = "\(group.name)/\(test.name)"
    report.expect("\(name) issuance") {
        let claims = try verified("sd_jwt_issuance", test, group).claims
        let written = try Vector(parsing: JSON.object(claims).encoded, name: name)
        return try file("user_claims.json", test).json.members.allSatisfy {
            written[$0.name] == $0.value
        }
    }
    report.expect("\(name) presentation") {
        let token = try verified("sd_jwt_presentation", test, group)
        let written = try Vector(parsing: JSON.object(token.claims).encoded, name: name)
        guard try written == file("verified_contents.json", test).json else { return false }
        guard let payload = try test.file("kb_jwt_payload.json")?.json else { return true }
        let settings = try file("settings.json", group).json
        _ = try token.keyBinding(
            KeyBindingCheck(
                audience: try settings.identifiers.verifier.string,
                nonce: try settings.key_binding_nonce.string,
                now: Int64(try payload.iat.int)))
        return true
    }
}

private func verified(
    _ name: String, _ test: Folder, _ group: Folder
) throws -> VerifiedSDJWT {
    let settings = try file("settings.json", group).json.key_settings
    let key = settings.issuer_keys.list.first ?? settings.issuer_key
    let issuer = try VerifyingKey(parsingJWK: try publicHalf(key).encodedJSON)
    let text: [UInt8]
    if let compact = test.file("\(name).txt") {
        text = try compact.bytes
    } else {
        // The tool wrote the JSON serialisation as one JSON string.
        let json = try file("\(name).json", test).json
        let bytes = try json.isText ? Array(json.string.utf8) : json.encodedJSON
        text = try JSONSerializedJWS(parsing: bytes).compactSDJWT()
    }
    return try ReceivedSDJWT(parsing: text, .plain).verified(by: issuer)
}

private func file(_ name: String, _ folder: Folder) throws -> File {
    guard let file = folder.file(name) else { throw MissingFile() }
    return file
}

/// Tokens as the specifications print them, and every disclosure with its digest.
private func runPrinted(_ file: File, _ report: inout Report) throws {
    let json = try file.json
    let key = try publicHalf(json.issuer_public_jwk).encodedJSON
    for (index, token) in json.tokens.list.enumerated() {
        let name = "\(file.stem) \(index) \((try? token.section.string) ?? "")"
        let isValid = token.expect == .string("valid")
        report.expect(name, accepted: isValid) {
            let text = Array(try token.value.string.utf8)
            let issuer = try VerifyingKey(parsingJWK: key)
            guard text.contains(UInt8(ascii: "~")) else {
                return try !CompactJWS(parsing: text, types: nil).verified(by: issuer).isEmpty
            }
            let verified = try ReceivedSDJWT(parsing: text, .plain).verified(by: issuer)
            guard let binding = text.split(separator: UInt8(ascii: "~")).last,
                text.last != UInt8(ascii: "~")
            else { return !verified.claims.isEmpty }
            // Its own question: what is under test are its signature, key and hash.
            let asked = try CompactJWS(parsing: Array(binding), types: ["kb+jwt"])
                .untrustedPayload()
            _ = try verified.keyBinding(
                KeyBindingCheck(
                    audience: asked["aud"]?.string ?? "", nonce: asked["nonce"]?.string ?? "",
                    now: asked["iat"]?.integer ?? 0))
            return true
        }
    }
    for (index, vector) in json.disclosures.list.enumerated() {
        report.expect("\(file.stem) disclosure \(index)") {
            let digest = SHA256.hash(Array(try vector.disclosure.string.utf8))
            return try Base64URL.encode(digest.array) == vector.sha256.string
        }
    }
}
