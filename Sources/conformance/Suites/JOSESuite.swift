import TegataCrypto
import TegataOpenID
import TegataSDJWT

/// Signatures and keys of RFC 7515–7520, 7638, 8037 and 8812.
func runJOSE(_ folder: Folder, _ report: inout Report) throws {
    for inner in try folder.allFolders {
        let isEncryption = inner.name == "jwe"
        report.forEach(try inner.files("", ".json")) { file, report in
            let json = try file.json
            let name = "\(inner.name)/\(file.stem)"
            if isEncryption {
                // Other ways to agree on keys and to encrypt, and they are told apart by name.
                report.expect(name, refused: .unsupported) {
                    _ = try CompactJWE(parsing: try json.output.compact.string)
                }
            } else if !json.kty.isNull {
                runKey(name, json, &report)
            } else if !json.cases.isNull {
                runThumbprints(name, json, &report)
            } else if !json.tokens.isNull {
                runFieldTokens(json, &report)
            } else if !json.tests.isNull {
                try runSerializations(json, &report)
            } else if !json.signing.isNull {
                runCookbook(name, json, &report)
            } else {
                report.skip(name, "of an unknown kind")
            }
        }
    }
}

/// A JWK: what it says is what is written again, and a private key belongs to its public half.
private func runKey(_ name: String, _ jwk: Vector, _ report: inout Report) {
    if jwk.kty == .string("oct") { return report.skip(name, "no symmetric keys") }
    report.expect(name) {
        let key = try VerifyingKey(parsingJWK: try publicHalf(jwk).encodedJSON, for: .rs256)
        let written = try Vector(parsing: JSON.object(key.jwk).encoded, name: name)
        guard written.members.allSatisfy({ jwk[$0.name] == $0.value }) else { return false }
        guard !jwk.d.isNull, jwk.kty == .string("EC") else { return true }
        return try publicKey(ofPrivate: jwk) == key
    }
}

private func publicKey(ofPrivate jwk: Vector) throws -> VerifyingKey? {
    let secret = try Base64URL.decode(try jwk.d.string)
    switch try jwk.crv.string {
    case "secp256k1":
        return .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: secret).publicKey)
    case "P-256": return .p256(try P256.PrivateKey(rawRepresentation: secret).publicKey)
    case "P-384": return .nist(try NISTPrivateKey(.p384, rawRepresentation: secret).publicKey)
    case "P-521": return .nist(try NISTPrivateKey(.p521, rawRepresentation: secret).publicKey)
    default: return nil
    }
}

private func runThumbprints(_ name: String, _ json: Vector, _ report: inout Report) {
    for (index, vector) in json.cases.list.enumerated() {
        report.expect("\(name) \(index)") {
            guard case .object(var members) = vector.jwk else { throw VectorError(what: "no key") }
            // Only required members are hashed; one example is for encryption, which our keys are not.
            members["use"] = nil
            let bytes = try Vector.object(members).encodedJSON
            let key = try VerifyingKey(parsingJWK: bytes, for: .rs256)
            return try key.thumbprint == vector.sha256_thumbprint.string
        }
    }
}

/// ES256K tokens met in public code.
private func runFieldTokens(_ json: Vector, _ report: inout Report) {
    for token in json.tokens.list {
        let isValid = ((try? token.expect.string) ?? "").hasPrefix("valid")
        report.expect("ES256K \((try? token.id.string) ?? "?")", accepted: isValid) {
            let text = try token.jwt.string
            let point = try token.publicKeyCompressedHex.hex
            let key = VerifyingKey.secp256k1(try .init(compressedRepresentation: point))
            return try !CompactJWS(parsing: text, types: nil).verified(by: key).isEmpty
        }
    }
}

/// A token of the RFC 7520 cookbook in each serialisation that it is printed in.
private func runCookbook(_ name: String, _ json: Vector, _ report: inout Report) {
    let keys = json.input.key.kty.isNull ? json.input.key.list : [json.input.key]
    let signings = json.signing.list.isEmpty ? [json.signing] : json.signing.list
    for (form, output) in json.output.members {
        let name = "\(name) \(form)"
        if keys.allSatisfy({ $0.kty == .string("oct") }) {
            report.skip(name, "HMAC signatures are refused")
        } else if signings.contains(where: { $0.protected.alg.isNull }) {
            report.skip(name, "a signature that does not protect its algorithm is refused")
        } else if form != "compact", output.payload.isNull {
            report.skip(name, "detached payloads are not offered")
        } else if form == "compact", (try? output.string.contains("..")) == true {
            report.skip(name, "detached payloads are not offered")
        } else {
            report.expect(name) {
                let payload = Array(try json.input.payload.string.utf8)
                let tokens = try tokens(output)
                guard tokens.count == keys.count else { return false }
                return try zip(tokens, keys).allSatisfy { text, key in
                    let token = try parse(text)
                    let key = try VerifyingKey(
                        parsingJWK: try publicHalf(key).encodedJSON, for: token.header.algorithm)
                    return try token.verifiedBytes(by: key) == payload
                }
            }
        }
    }
}

/// joserfc's set: one payload, many algorithms, each key in its own file form.
private func runSerializations(_ json: Vector, _ report: inout Report) throws {
    let payload = Array(try json.payload.string.utf8)
    for test in json.tests.list {
        let forms = ["compact", "flattened_json", "general_json"].filter { !test[$0].isNull }
        let name = "joserfc \((try? test.name.string) ?? "?")"
        if !test.secret.isNull {
            report.skip(name, "HMAC signatures are refused")
            continue
        }
        if forms.isEmpty { report.skip(name, "the set prints no token to check") }
        for form in forms {
            report.expect("\(name) \(form)") {
                let pem = json.publicKeys[try test.public_key.string]
                return try tokens(test[form]).allSatisfy {
                    let token = try parse($0)
                    let key = try publishedKey(try pem.string, for: token.header.algorithm)
                    return try token.verifiedBytes(by: key) == payload
                }
            }
        }
    }
}

private func parse(_ text: [UInt8]) throws -> CompactJWS {
    try CompactJWS(parsing: text, types: nil, algorithms: Set(JWSAlgorithm.allCases))
}

/// The compact form of every signature.
private func tokens(_ form: Vector) throws -> [[UInt8]] {
    guard !form.isText else { return [Array(try form.string.utf8)] }
    return try JSONSerializedJWS(parsing: try form.encodedJSON).signatures.map(\.compact)
}
