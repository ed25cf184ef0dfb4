import TegataCrypto
import TegataOpenID
import TegataSDJWT

/// The examples printed in OpenID4VP 1.0.
func runOpenID4VP(_ folder: Folder, _ report: inout Report) throws {
    for inner in try folder.allFolders {
        if let presentation = inner.file("sd_jwt_presentation.txt") {
            runPresentation(presentation, inner, &report)
            continue
        }
        report.forEach(try inner.files("", ".json")) { file, report in
            let name = "\(inner.name)/\(file.stem)"
            let json = try file.json
            switch inner.name {
            case "query_lang", "request": runQuery(name, json, folder, &report)
            case "client_metadata":
                // Both are for formats that are not offered, and say so.
                report.expect(name, refused: .unsupported) {
                    _ = try ClientMetadata(JSON(parsing: json.encodedJSON))
                }
            case "response":
                report.expect(name, refused: .typeMismatch) { try readResponse(json) }
            case "credentials": runCredential(name, json, folder, &report)
            default: runHandover(name, json, &report)
            }
        }
    }
}

/// HAIP's examples, which are of drafts and say so by being refused.
func runHAIP(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try JSON(parsing: try file.json.encodedJSON)
        if file.name.hasPrefix("client_metadata") {
            report.expect(file.stem, refused: .unsupported) { _ = try ClientMetadata(json) }
        } else if file.name.hasPrefix("presentation_definition") {
            report.expect(file.stem, refused: .unsupported) {
                _ = try AuthorizationRequest([
                    "response_type": "vp_token", "response_mode": "direct_post.jwt",
                    "client_id": "x509_san_dns:verifier.example", "nonce": "n", "state": "s",
                    "response_uri": "https://verifier.example/", "presentation_definition": json,
                ])
            }
        } else {
            report.skip(file.stem, "about issuing")
        }
    }
}

extension Report {
    /// Runs one case that has to be refused for exactly this reason.
    mutating func expect(_ name: String, refused reason: Refusal, _ body: () throws -> Void) {
        expect(name) {
            do {
                try body()
                return false
            } catch let refusal as Refusal {
                return refusal == reason
            }
        }
    }
}

/// Read, written again with the same meaning, met by a credential made for it and by none that lacks a claim.
private func runQuery(_ name: String, _ json: Vector, _ folder: Folder, _ report: inout Report) {
    report.expect("\(name) read and written") {
        let query = try DCQLQuery(JSON(parsing: json.encodedJSON))
        return try Vector(parsing: query.json.encoded, name: name) == json
    }
    for vector in json.credentials.list {
        report.expect("\(name) \((try? vector.id.string) ?? "?") met") {
            let query = try DCQLQuery(
                JSON(parsing: Vector.object(["credentials": .array([vector])]).encodedJSON))
            let paths = vector.claims.list
            guard query.match([try fitting(vector, paths)]).required != nil else { return false }
            if vector.claim_sets.isNull {
                for index in paths.indices {
                    var fewer = paths
                    fewer.remove(at: index)
                    guard query.match([try fitting(vector, fewer)]).required == nil else {
                        return false
                    }
                }
            }
            return query.match([]).required == nil
        }
    }
    for (file, format) in [("jwt_vc", "jwt_vc_json"), ("ldp_vc", "ldp_vc")]
    where name == "request/dcql_\(file)" {
        report.expect("\(name) over the printed credential") {
            guard let credential = try folder.folder("credentials")?.file(file + ".json")?.json
            else { throw MissingFile() }
            let content = credential.vc.isNull ? credential : credential.vc
            let query = try DCQLQuery(JSON(parsing: json.encodedJSON))
            let candidate = DCQLCandidate(
                format: format, types: try content.type.strings,
                claims: try JSON(parsing: content.encodedJSON))
            return query.match([candidate]).required != nil
        }
    }
}

/// A credential that has just the claims at these paths.
private func fitting(_ query: Vector, _ claims: [Vector]) throws -> DCQLCandidate {
    var content = Vector.object([:])
    for claim in claims {
        let value = claim["values"].list.first ?? .string("x")
        content = adding(value, at: claim.path.list[...], to: content)
    }
    var types = try query.meta.vct_values.strings
    if let type = query.meta.type_values.list.first { types += try type.strings }
    if query.meta.doctype_value.isText { types.append(try query.meta.doctype_value.string) }
    return DCQLCandidate(
        format: try query.format.string, types: types,
        claims: try JSON(parsing: content.encodedJSON))
}

private func adding(_ value: Vector, at path: ArraySlice<Vector>, to content: Vector) -> Vector {
    guard case .string(let name)? = path.first else { return value }
    var members = [String: Vector]()
    if case .object(let known) = content { members = known }
    members[name] = adding(value, at: path.dropFirst(), to: members[name] ?? .object([:]))
    return .object(members)
}

/// A presentation that is no text: of another format than a card's.
private func readResponse(_ json: Vector) throws {
    let query = try DCQLQuery(
        parsing: #"{"credentials":[{"id":"a","format":"dc+sd-jwt","meta":{"vct_values":["v"]}}]}"#)
    _ = try VPToken(["a": [JSON(parsing: json.encodedJSON)]], asked: query)
}

/// A printed credential: as the payload of an SD-JWT VC where it is one, and as what a query is put to.
private func runCredential(
    _ name: String, _ json: Vector, _ folder: Folder, _ report: inout Report
) {
    guard json.vct.isText else {
        return report.skip(name, "W3C credentials are not offered; the queries run over them")
    }
    if !json.iss.isNull {
        report.expect("\(name) signed and read") {
            let key = SigningKey.p256(.init())
            let token = try CompactJWS.sign(
                payload: try json.encodedJSON, type: "dc+sd-jwt", by: key)
            let verified = try ReceivedSDJWT(
                parsing: token + [UInt8(ascii: "~")], .credential
            ).verified(by: key.verifyingKey)
            _ = try verified.holderKey()
            return try verified.credentialClaims().type == json.vct.string
        }
    } else {
        report.expect("\(name) and the query that it lacks a claim for") {
            guard let query = folder.folder("query_lang")?.file("simple.json") else {
                throw MissingFile()
            }
            let candidate = DCQLCandidate(
                format: "dc+sd-jwt", types: [try json.vct.string],
                claims: try JSON(parsing: json.encodedJSON))
            let names = DCQLQuery(
                CredentialQuery(
                    id: "a", types: candidate.types, claims: [ClaimsQuery("family_name")]))
            return try DCQLQuery(parsing: query.text).match([candidate]).required == nil
                && names.match([candidate]).required == ["a"]
        }
    }
}

/// The printed presentation with its key binding, and the same one made from what the issuer sent.
private func runPresentation(_ file: File, _ folder: Folder, _ report: inout Report) {
    let name = "\(folder.name)/\(file.stem)"
    report.expect(name) {
        // RFC 9901 §A.5 prints the key that signs its examples and these.
        let issuer = try VerifyingKey(
            parsingJWK: Array(
                """
                {"kty":"EC","crv":"P-256","x":"b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",\
                "y":"Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8"}
                """.utf8))
        guard let payload = try folder.file("kb_jwt_payload.json")?.json,
            let contents = try folder.file("verified_contents.json")?.json,
            let issuance = try folder.file("sd_jwt_issuance.txt")?.text
        else { throw MissingFile() }
        let text = unfolded(try file.text)
        let verified = try ReceivedSDJWT(parsing: text, .credential).verified(by: issuer)
        guard try Vector(parsing: JSON.object(verified.claims).encoded, name: name) == contents
        else { return false }
        _ = try verified.keyBinding(
            KeyBindingCheck(
                audience: try payload.aud.string, nonce: try payload.nonce.string,
                now: Int64(try payload.iat.int)))
        let held = try HeldSDJWT(parsing: unfolded(issuance))
        let shown = held.revealing([["ld", "credentialSubject", "givenName"]])
        return text.starts(with: shown)
    }
}

/// The text without the line ends that it is printed with.
private func unfolded(_ text: String) -> [UInt8] {
    text.utf8.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
}

/// The key that answers are encrypted to, by its thumbprint.
private func runHandover(_ name: String, _ json: Vector, _ report: inout Report) {
    report.expect("\(name) encryption key") {
        let key = try EncryptionKey(jwk: JSON(parsing: json.encryption_jwk.encodedJSON))
        return try VerifyingKey.p256(key.key).thumbprintBytes.array == json.jwk_thumbprint_hex.hex
    }
    report.skip("\(name) handover", "mobile documents come later")
}
